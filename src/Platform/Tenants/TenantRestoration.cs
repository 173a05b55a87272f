using System.Data.Common;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Tenants;

/// <summary>What was read in.</summary>
/// <param name="Manifest">The archive's own.</param>
/// <param name="Differing">
/// Files of figures and learners that came out otherwise than in the archive: people have completions in other communes that are here and were not
/// there, or the other way round, or are judged by another version of the framework's rule. Empty where all is equal.
/// </param>
public sealed record RestoredTenant(ArchiveManifest Manifest, IReadOnlyList<string> Differing);

/// <summary>
/// Reads an archive into a locality that holds nothing, all or nothing. People who are known here already stay who they are; everybody of whom
/// something comes is counted again by the rules of the intake, so that the figures fit what is here.
/// </summary>
internal sealed class TenantRestoration(
    PlatformDb db, TenantArchive archive, LocalityDirectory directory, LearnerRecount recount, Pseudonyms pseudonyms)
{
    private const int Chunk = 2_000;

    /// <summary>Reads the archive in.</summary>
    internal async Task<RestoredTenant> Read(Stream input, Caller caller, CancellationToken cancellation)
    {
        try
        {
            await using var zip = await ZipArchive.CreateAsync(input, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellation);
            return await Read(zip, await archive.Believe(zip, cancellation), caller, cancellation);
        }
        catch (InvalidDataException)
        {
            throw new ProblemException(Problems.NotAnArchive);
        }
    }

    private async Task<RestoredTenant> Read(ZipArchive zip, ArchiveManifest manifest, Caller caller, CancellationToken cancellation)
    {
        var locality = await directory.Find(manifest.Locality, cancellation)
            ?? throw new ProblemException(Problems.ArchiveRefersElsewhere, new Explanation($"«{manifest.Locality}».", $"«{manifest.Locality}»."));
        if (locality.HasEnded)
            throw new ProblemException(Problems.LocalityEnded, new Explanation($"«{manifest.Locality}».", $"«{manifest.Locality}»."));
        var scope = new TenantScope { Actor = db.Scope.Actor };
        scope.EnterRestoration(caller.Id, locality);
        await using var within = db.Beside(scope);
        within.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await using var turn = await recount.Begin(within, cancellation);
        var tables = ArchiveTable.All(within).Tables;
        await Open(within, locality, caller, tables, cancellation);
        var codes = await ArchiveCodes.Load(within, cancellation);
        var people = new Dictionary<Guid, Guid>();
        foreach (var table in tables.Where(t => !t.IsFigures))
        {
            await Restore(within, zip, table, codes, locality.Id, people, cancellation);
            if (table.Columns.Contains("id") && table.Name != ArchiveTable.Names)
                await within.Database.ExecuteSqlRawAsync(table.Back, [locality.Id, table.Name], cancellation);
        }

        await turn.Arrived(await Everybody(within, locality.Id, cancellation), locality.Id, cancellation);
        var differing = await Differences(within, manifest, tables, codes, locality.Id, cancellation);
        await turn.Commit(cancellation);
        return new RestoredTenant(manifest, differing);
    }

    // A tenant that works or none yet, and nothing of it. Figures of nobody may stand there.
    private static async Task Open(PlatformDb within, LocalityEntry locality, Caller caller, IReadOnlyList<ArchiveTable> tables, CancellationToken cancellation)
    {
        await within.BeAlone("tenants", cancellation);
        await within.Database.ExecuteSqlRawAsync(within.Dialect.TellTimesInUtc, cancellation);
        var tenant = await within.Tenants.SingleOrDefaultAsync(t => t.LocalityId == locality.Id, cancellation);
        if (tenant is { State: not TenantState.Active })
            throw new ProblemException(tenant.State == TenantState.Closed ? Problems.TenantClosed : Problems.TenantReadOnly);
        foreach (var table in tables.Where(t => t.Name != ArchiveTable.Names))
            if (await within.Database.SqlQueryRaw<int>(table.Any, locality.Id).AnyAsync(cancellation))
                throw NotEmpty(table);
        if (tenant is null)
            within.Tenants.Add(new Tenant { LocalityId = locality.Id, OnboardedBy = caller.Key });
        await within.SaveChangesAsync(cancellation);
    }

    private async Task Restore(
        PlatformDb within, ZipArchive zip, ArchiveTable table, ArchiveCodes codes, short tenant, Dictionary<Guid, Guid> people, CancellationToken cancellation)
    {
        var statement = within.Dialect.AddFromJson(
            table.Name, table.Name == ArchiveTable.Learners ? [.. table.Columns, "judged_by"] : table.Columns,
            ofTenant: table.Name != ArchiveTable.Names, mayBeThere: table.Name is ArchiveTable.Names or ArchiveTable.Learners);
        await using var file = await zip.GetEntry(table.File)!.OpenAsync(cancellation);
        using var reader = new StreamReader(file, Encoding.UTF8);
        for (var last = false; !last;)
        {
            var rows = new List<JsonObject>();
            while (table.RefersToItself || rows.Count < Chunk)
            {
                if (await reader.ReadLineAsync(cancellation) is not { } line)
                {
                    last = true;
                    break;
                }

                var row = JsonNode.Parse(line)!.AsObject();
                if (table.Name != ArchiveTable.Learners)
                    codes.Decode(row);
                rows.Add(row);
            }

            if (rows.Count == 0)
                continue;
            if (table.Name == ArchiveTable.Names)
                await Recognise(within, rows, people, cancellation);
            rows.ForEach(row => Place(table, row, people));
            await Add(within, table, statement, new JsonArray([.. rows]), tenant, cancellation);
        }
    }

    // Whoever is known here under one of the names is that person, most of all under a citizen number.
    private async Task Recognise(PlatformDb within, List<JsonObject> names, Dictionary<Guid, Guid> people, CancellationToken cancellation)
    {
        if (names.Exists(n => !((PseudonymKey[])[pseudonyms.Newest, .. pseudonyms.Earlier]).Any(k => k.Mark == n["key_mark"]!.GetValue<short>())))
            throw new ProblemException(Problems.PseudonymKeyMissing);
        var ids = names.ConvertAll(n => n["id"]!.GetValue<Guid>());
        var known = await within.LearnerIdentities.AsNoTracking().Where(i => ids.Contains(i.Id)).ToDictionaryAsync(i => i.Id, cancellation);
        foreach (var name in names)
            if (known.TryGetValue(name["id"]!.GetValue<Guid>(), out var here)
                && here.LearnerId is var person && name["learner_id"]!.GetValue<Guid>() is var stranger && (here.VendorId is null || !people.ContainsKey(stranger)))
                people[stranger] = person;
    }

    // A learner comes uncounted and is counted with everybody else.
    private static void Place(ArchiveTable table, JsonObject row, Dictionary<Guid, Guid> people)
    {
        var name = table.Name == ArchiveTable.Learners ? "id" : table.OfLearners ? "learner_id" : null;
        if (name is not null && row[name] is { } learner && people.TryGetValue(learner.GetValue<Guid>(), out var here))
            row[name] = here;
        if (table.Name == ArchiveTable.Learners)
            (row["counts"], row["first_course_id"], row["judged_by"], row["achieved_at"], row["confirmed_at"]) = (false, 0, 0, null, null);
    }

    private static async Task Add(PlatformDb within, ArchiveTable table, string statement, JsonArray rows, short tenant, CancellationToken cancellation)
    {
        try
        {
            await within.Database.ExecuteSqlRawAsync(statement, [rows.ToJsonString(), tenant], cancellation);
        }
        catch (DbException e) when (within.Dialect.IsCollision(e))
        {
            throw NotEmpty(table);
        }
        catch (DbException e) when (within.Dialect.IsDangling(e))
        {
            throw new ProblemException(Problems.ArchiveRefersElsewhere, new Explanation($"Bảng {table.Name}.", $"The table {table.Name}."));
        }
    }

    // Who is known by a confirmation alone and was counted elsewhere has no row yet: a person of the general audience, until a completion says more.
    private static async Task<Guid[]> Everybody(PlatformDb within, short tenant, CancellationToken cancellation)
    {
        await within.Database.ExecuteSqlRawAsync("""
            insert into learners (id, tenant_id, audience, first_course_id, first_at, latest_at, counts, judged_by)
            select learner_id, tenant_id, {1}, 0, min(confirmed_at), max(confirmed_at), {2}, 0 from confirmations
            where tenant_id = {0} and not exists (select 1 from learners l where l.id = learner_id)
              and not exists (select 1 from completions c where c.learner_id = confirmations.learner_id and c.tenant_id = {0})
            group by learner_id, tenant_id
            """, [tenant, (short)Plans.Audience.Citizens, false], cancellation);
        return await within.Database.SqlQueryRaw<Guid>("""
            select id as "Value" from learners where tenant_id = {0} union select learner_id from completions where tenant_id = {0}
            union select learner_id from confirmations where tenant_id = {0}
            """, tenant).ToArrayAsync(cancellation);
    }

    private static async Task<List<string>> Differences(
        PlatformDb within, ArchiveManifest manifest, IReadOnlyList<ArchiveTable> tables, ArchiveCodes codes, short tenant, CancellationToken cancellation)
    {
        var differing = new List<string>();
        foreach (var table in tables.Where(t => t.IsCounted))
            if (await TenantArchive.Put(within, table, codes, tenant, Stream.Null, cancellation) != manifest.Files.Single(f => f.Name == table.File))
                differing.Add(table.File);
        return differing;
    }

    private static ProblemException NotEmpty(ArchiveTable table) =>
        new(Problems.TenantNotEmpty, new Explanation($"Bảng {table.Name}.", $"The table {table.Name}."));
}
