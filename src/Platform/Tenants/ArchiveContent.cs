using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Tenancy;

namespace Platform.Tenants;

/// <summary>What an archive holds: the first thing in it that is read, and what its signature covers.</summary>
/// <param name="Format">1.</param>
/// <param name="Locality">Code of the locality.</param>
/// <param name="Name">Its kind and name.</param>
/// <param name="ExportedAt">When.</param>
/// <param name="ExportedBy">The key of the account that asked.</param>
/// <param name="Files">Every file of rows, in the order in which they are read again.</param>
/// <param name="LeftOut">Tables and columns that stay behind: the installation's own, and what only its keys can open.</param>
public sealed record ArchiveManifest(
    int Format, string Locality, string Name, DateTimeOffset ExportedAt, string ExportedBy, IReadOnlyList<ArchiveFile> Files, IReadOnlyList<string> LeftOut)
{
    internal const int Current = 1;

    internal const string File = "manifest.json", Signature = "manifest.sig";
}

/// <summary>One file of rows.</summary>
/// <param name="Name">Its name in the archive.</param>
/// <param name="Rows">How many lines it has.</param>
/// <param name="Sha256">Of its bytes.</param>
/// <param name="Counted">True for figures and the state of learners: counted again from the rest when the archive is read in, and compared.</param>
public sealed record ArchiveFile(string Name, int Rows, string Sha256, bool Counted);

/// <summary>A tenant's table as an archive holds it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">What of a row is in the archive.</param>
/// <param name="Order">The columns that order the rows.</param>
/// <param name="Condition">Which rows are the tenant's, with the tenant as parameter.</param>
/// <param name="RefersToItself">True where a row may name another one of the table.</param>
internal sealed record ArchiveTable(string Name, IReadOnlyList<string> Columns, IReadOnlyList<string> Order, string Condition, bool RefersToItself)
{
    internal const string Names = "learner_identities", Learners = "learners";

    // Which reorganisations moved a row: they are this installation's own.
    private const string Moves = "moves";

    private const string OfTenant = "tenant_id = {0}";

    internal string File => $"{Name}.ndjson";

    /// <summary>A query that has a row where the tenant has any.</summary>
    internal string Any => $"select 1 as \"Value\" from {Name} where {Condition}";

    /// <summary>A statement that forgets that rows were removed which are there again: tenant and table.</summary>
    internal string Back => $"delete from removed_rows where tenant_id = {{0}} and table_name = {{1}} and row_id in (select cast(id as varchar(40)) from {Name} where tenant_id = {{0}})";

    /// <summary>True for figures: nothing of them is read in, they are counted again.</summary>
    internal bool IsFigures { get; private init; }

    /// <summary>True for what comes out of counting.</summary>
    internal bool IsCounted => IsFigures || Name == Learners;

    /// <summary>True for the tables whose rows name a learner.</summary>
    internal bool OfLearners => Columns.Contains("learner_id");

    /// <summary>
    /// The tables, made from the model: every one that belongs to tenants, those that others refer to first, and before them the names under
    /// which learners are known. Numbers of changes, notes of removals and what is sealed under keys of this installation stay out, as does
    /// the installation's own judgement of its learners.
    /// </summary>
    internal static (IReadOnlyList<ArchiveTable> Tables, IReadOnlyList<string> LeftOut) All(PlatformDb db)
    {
        var owned = Entities(db);
        var sealedColumns = owned.ToDictionary(e => e.Key, e => Sealed(e.Value, e.Key));
        var carried = Ordered(owned).Where(t => owned[t].ClrType != typeof(RemovedRow) && sealedColumns[t].All(c => c.IsNullable)).ToList();
        List<string> leftOut = ["accounts", "audit_entries", "grants", "invitations", .. owned.Keys.Except(carried).Select(t => t.Name),
            .. carried.SelectMany(t => sealedColumns[t].Select(c => c.Name).Concat(t.Columns.Select(c => c.Name).Where(c => c == Moves)).Select(c => $"{t.Name}.{c}"))];
        return (
            [Of(db.Model.GetRelationalModel().FindTable(Names, null)!, null, []), .. carried.Select(t => Of(t, owned[t], sealedColumns[t]))],
            [.. leftOut.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Every table that belongs to tenants, those that others refer to first; but for the notes of removals, which are made when rows are removed.</summary>
    internal static IEnumerable<string> Owned(PlatformDb db)
    {
        var owned = Entities(db);
        return Ordered(owned).Where(t => owned[t].ClrType != typeof(RemovedRow)).Select(t => t.Name);
    }

    private static Dictionary<ITable, IEntityType> Entities(PlatformDb db) => db.Model.GetEntityTypes()
        .Where(e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType) && e.GetTableName() is not null).ToDictionary(e => e.GetTableMappings().First().Table);

    private static List<ITable> Ordered(Dictionary<ITable, IEntityType> owned)
    {
        var (left, ordered) = (owned.Keys.OrderBy(t => t.Name, StringComparer.Ordinal).ToList(), new List<ITable>());
        while (left.Find(t => t.ForeignKeyConstraints.All(f => f.PrincipalTable == t || !left.Contains(f.PrincipalTable))) is { } next)
        {
            left.Remove(next);
            ordered.Add(next);
        }

        return left.Count == 0 ? ordered : throw new InvalidOperationException($"The tables {string.Join(", ", left.Select(t => t.Name))} refer to each other.");
    }

    private static ArchiveTable Of(ITable table, IEntityType? entity, List<IColumn> sealedColumns)
    {
        var figures = entity is not null && typeof(IWrittenByIntake).IsAssignableFrom(entity.ClrType) && !typeof(IPersonal).IsAssignableFrom(entity.ClrType);
        string[] own = entity?.ClrType == typeof(Learner) ? ["judged_by", "units"] : figures ? ["id", "as_of"] : [];
        var columns = table.Columns.Except(sealedColumns).Where(c => c.Name is not ("tenant_id" or "change" or Moves) && !own.Contains(c.Name)).OrderBy(c => c.Name, StringComparer.Ordinal).ToList();
        var counts = figures ? columns.Where(c => c.StoreType == "bigint").Select(c => $"{c.Name} <> 0").ToList() : [];
        return new ArchiveTable(
            table.Name, columns.ConvertAll(c => c.Name),
            figures ? [.. columns.Where(c => c.StoreType != "bigint").Select(c => c.Name)] : [.. table.PrimaryKey!.Columns.Select(c => c.Name).Where(c => c != "tenant_id")],
            figures ? $"{OfTenant} and ({string.Join(" or ", counts)})" : entity is null ? OfItsLearners : entity.ClrType == typeof(CompletionVersion) ? OfItsCompletions : OfTenant,
            table.ForeignKeyConstraints.Any(f => f.PrincipalTable == table))
        {
            IsFigures = figures,
        };
    }

    // Of everybody of whom the tenant has anything, wherever they are counted now.
    private const string OfItsLearners = "learner_id in (select id from learners where tenant_id = {0} union select learner_id from completions where tenant_id = {0} "
        + "union select learner_id from confirmations where tenant_id = {0})";

    // A completion that was moved to another commune took its history along.
    private const string OfItsCompletions = OfTenant + " and exists (select 1 from completions c where c.vendor_id = completion_versions.vendor_id "
        + "and c.external_id = completion_versions.external_id and c.tenant_id = {0})";

    private static List<IColumn> Sealed(IEntityType entity, ITable table)
    {
        var names = entity.ClrType.GetCustomAttributes<PersonalAttribute>(inherit: true).Where(a => a.Form == Form.Encrypted).SelectMany(a => a.Properties).ToHashSet();
        return [.. table.Columns.Where(c => c.PropertyMappings.Any(m => names.Contains(m.Property.Name)))];
    }
}

/// <summary>Numbers that mean something in one installation only, and the codes that stand for them in every one.</summary>
internal sealed class ArchiveCodes
{
    private readonly Numbers courses, vendors, localities;

    private ArchiveCodes(Numbers courses, Numbers vendors, Numbers localities) =>
        (this.courses, this.vendors, this.localities) = (courses, vendors, localities);

    internal static async Task<ArchiveCodes> Load(PlatformDb db, CancellationToken cancellation) => new(
        new Numbers(await db.Courses.AsNoTracking().ToDictionaryAsync(c => c.Id, c => c.Code, cancellation)),
        new Numbers(await db.Accounts.AsNoTracking().Where(a => a.VendorId != null).ToDictionaryAsync(a => (int)a.VendorId!.Value, a => a.Key, cancellation)),
        new Numbers(await db.Localities.AsNoTracking().ToDictionaryAsync(l => (int)l.Id, l => l.Code, cancellation)));

    /// <summary>Puts codes in the place of numbers; a number that stands for nothing becomes null.</summary>
    internal void Encode(JsonObject row)
    {
        foreach (var (name, known) in Kept(row))
            row[name] = known.Codes.GetValueOrDefault(row[name]!.GetValue<int>());
    }

    /// <summary>Puts this installation's numbers in the place of codes.</summary>
    internal void Decode(JsonObject row)
    {
        foreach (var (name, known) in Kept(row))
        {
            var code = row[name]!.GetValue<string>();
            row[name] = known.ByCode.TryGetValue(code, out var number) ? number
                : throw new ProblemException(Problems.ArchiveRefersElsewhere, new Explanation($"«{code}» ({name}).", $"«{code}» ({name})."));
        }
    }

    private List<(string Name, Numbers Known)> Kept(JsonObject row) =>
    [
        .. from member in row
           let known = member.Key switch
           {
               "course_id" or "first_course_id" => courses,
               "vendor_id" => vendors,
               _ when member.Key.EndsWith("_tenant_id", StringComparison.Ordinal) => localities,
               _ => null,
           }
           where known is not null && member.Value is not null
           select (member.Key, known),
    ];

    private sealed class Numbers(Dictionary<int, string> codes)
    {
        internal Dictionary<int, string> Codes { get; } = codes;

        internal Dictionary<string, int> ByCode { get; } = codes.ToDictionary(c => c.Value, c => c.Key, StringComparer.Ordinal);
    }
}
