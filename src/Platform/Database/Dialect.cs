using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Tenancy;

namespace Platform.Database;

/// <summary>
/// Everything that differs between the engines, with the same members per engine. No other code asks which engine it runs on.
/// </summary>
public abstract class Dialect
{
    private static readonly Dialect PostgreSql = new PostgreSqlDialect(), SqlServer = new SqlServerDialect();

    /// <summary>The dialect of a provider name in configuration.</summary>
    public static Dialect Of(DatabaseProvider provider) => provider == DatabaseProvider.SqlServer ? SqlServer : PostgreSql;

    /// <summary>The collation that sorts Vietnamese names as a dictionary does.</summary>
    public abstract string NameCollation { get; }

    /// <summary>The collation that compares vendors' ids byte by byte.</summary>
    public abstract string IdCollation { get; }

    /// <summary>Points a context at a database of this engine.</summary>
    public abstract void Configure(DbContextOptionsBuilder options, string connectionString);

    /// <summary>Creates the provider's context.</summary>
    public abstract PlatformDb Create(DbContextOptions options, TenantScope scope);

    /// <summary>Contexts of the provider that are handed out again and again.</summary>
    public abstract Func<PlatformDb> Pool(Action<DbContextOptionsBuilder> configure);

    /// <summary>Tells the database the scope of a context, before or with each of its commands.</summary>
    public abstract IInterceptor Scoping { get; }

    /// <summary>Fills a command that tells the connection its scope; row-level security reads it. Where something may be changed, also on whose behalf.</summary>
    public abstract void DescribeScope(DbCommand command, TenantScope scope, bool mayChange);

    /// <summary>Removes what <see cref="CreateObjects"/> made, so that migrations can change the tables under it. Repeatable.</summary>
    public abstract string DropObjects();

    /// <summary>Views, row-level security and the application role's rights, made from the model. Repeatable.</summary>
    public abstract string CreateObjects(IModel model, string applicationRole);

    /// <summary>What is wrong with the role the server runs under; null when row-level security binds it.</summary>
    public abstract Task<string?> FindRoleWeakness(DbConnection connection, CancellationToken cancellation);

    /// <summary>A statement after which times are told in UTC, until the transaction ends.</summary>
    public virtual string TellTimesInUtc => throw new Http.ProblemException(Http.Problems.EngineWithoutArchives);

    /// <summary>A query for rows as JSON, named Value.</summary>
    internal virtual string RowsAsJson(string table, IEnumerable<string> columns, string condition, IEnumerable<string> order) =>
        throw new Http.ProblemException(Http.Problems.EngineWithoutArchives);

    /// <summary>A statement that adds such rows: a JSON array of them is its first parameter, the tenant, where they have one, its second. What is there already may stay as it is.</summary>
    internal virtual string AddFromJson(string table, IReadOnlyList<string> columns, bool ofTenant, bool mayBeThere) =>
        throw new Http.ProblemException(Http.Problems.EngineWithoutArchives);

    /// <summary>Fills a command that adds <see cref="TenantScope.Recounted"/> to what the connection may read, until its transaction ends.</summary>
    public abstract void DescribeRecount(DbCommand command, TenantScope scope);

    /// <summary>
    /// Names the erasure request at hand, the id that a person's rows get in it, and cuts those rows from the person: request, learner, new id.
    /// Null where the engine cannot do it yet.
    /// </summary>
    public virtual (string Name, string Cut)? Erasure => null;

    /// <summary>How people's rows go with their communes when these are reorganised, and back; null where the engine cannot do it yet.</summary>
    public virtual ResettlementSql? Resettlement => null;

    /// <summary>A statement that waits for the lock named by its one parameter and holds it until the transaction ends.</summary>
    public abstract string Lock { get; }

    /// <summary>Has the database give a row's change its number when the row is inserted.</summary>
    public abstract void NumberChanges(PropertyBuilder<long> change);

    /// <summary>The moment at which a row is written.</summary>
    public abstract string Now { get; }

    /// <summary>A statement that has the engine look at how much stands in tables, so that it plans and estimates with what was just loaded.</summary>
    public abstract string Measure(params string[] tables);

    /// <summary>
    /// A query for one number, named Value: all changes up to it are committed or gone. Numbers are given when a row is written, and a
    /// transaction that was given a smaller one may commit later; so the number is that before the oldest transaction still running.
    /// </summary>
    public abstract string LatestChange { get; }

    /// <summary>The number up to which all entries of the audit log are to be seen, as <see cref="LatestChange"/> is of changes.</summary>
    public abstract string LatestAudit { get; }

    /// <summary>Has an entry of the audit log carry the number of its transaction.</summary>
    public abstract void NumberAudit(PropertyBuilder<long> change);

    /// <summary>Adds an entry to the audit log: tenant, actor, address, request, action, subject, key, details.</summary>
    public abstract string NoteAudit { get; }

    /// <summary>A statement that tells how the engine would run another, as <see cref="EstimatedRows"/> reads it; null where the engine is not asked.</summary>
    public virtual string? Explain(string statement) => null;

    /// <summary>The most rows that a part of the plan is expected to go through.</summary>
    public virtual double EstimatedRows(string plan) => 0;

    /// <summary>The tables whose changes are numbered, with whether their removals are noted.</summary>
    protected static IEnumerable<(string Name, bool NotesRemovals)> TrackedTables(IModel model) =>
        from entity in model.GetEntityTypes()
        where typeof(ITracked).IsAssignableFrom(entity.ClrType)
        orderby entity.GetTableName()
        select (entity.GetTableName()!, typeof(ITenantOwned).IsAssignableFrom(entity.ClrType) && entity.ClrType != typeof(RemovedRow));

    /// <summary>The same for a lock that many may hold at once, and nobody beside a holder of <see cref="Lock"/>.</summary>
    public abstract string SharedLock { get; }

    /// <summary>True when two transactions met, and the one that failed may simply be tried again.</summary>
    public abstract bool IsCollision(DbException failure);

    /// <summary>True when a row refers to one that is not there, or is referred to by one that is.</summary>
    public abstract bool IsDangling(DbException failure);

    /// <summary>True when row-level security refused a row.</summary>
    public abstract bool IsRefusal(DbException failure);

    /// <summary>The tenant-owned tables of the model with what their policies depend on.</summary>
    protected static IEnumerable<ProtectedTable> ProtectedTables(IModel model) =>
        from entity in model.GetEntityTypes()
        where typeof(ITenantOwned).IsAssignableFrom(entity.ClrType) && entity.GetTableName() is not null
        orderby entity.GetTableName()
        select new ProtectedTable(
            entity.GetTableName()!,
            Intake: typeof(IWrittenByIntake).IsAssignableFrom(entity.ClrType),
            Personal: typeof(IPersonal).IsAssignableFrom(entity.ClrType),
            HasVendor: entity.FindProperty("VendorId") is not null,
            ReadBelow: entity.ClrType == typeof(Plans.Plan),
            Kept: entity.ClrType == typeof(Learning.CompletionVersion),
            Lawful: typeof(IDespiteSuspension).IsAssignableFrom(entity.ClrType));

    /// <summary>The tables whose every change goes to the audit log, with their keys and the columns that go there.</summary>
    protected static IEnumerable<AuditedTable> AuditedTables(IModel model) =>
        from entity in model.GetEntityTypes()
        where IsAudited(entity)
        orderby entity.GetTableName()
        select new AuditedTable(
            entity.GetTableName()!,
            [.. entity.FindPrimaryKey()!.Properties.Select(p => p.GetColumnName())],
            [.. entity.GetProperties().Where(p => !IsHidden(p)).Select(p => p.GetColumnName())],
            [.. entity.GetProperties().Where(IsHidden).Select(p => p.GetColumnName())]);

    internal static bool IsAudited(IReadOnlyEntityType entity) =>
        entity.GetTableName() is not null && entity.GetViewName() is null && !entity.IsOwned()
        && !typeof(IWrittenByIntake).IsAssignableFrom(entity.ClrType) && !typeof(IBookkeeping).IsAssignableFrom(entity.ClrType);

    // Secrets are nobody's to read, not even as hashes, nor is how to reach a person; what the machine keeps up to date is nobody's doing.
    private static bool IsHidden(IReadOnlyProperty property) =>
        property.ClrType == typeof(byte[]) || property.Name is nameof(ITracked.Change) or "SearchText" or "LastUsedAt" or "LastSeenAt" or "LastStep" or "SignCount"
        || Secretive.Any(word => property.Name.Contains(word, StringComparison.Ordinal));

    private static readonly string[] Secretive = ["Secret", "Hash", "Stamp", "Protected", "Contact", "Authenticator"];

    /// <summary>The tables whose rows only their vendor sees.</summary>
    protected static IEnumerable<string> VendorTables(IModel model) =>
        from entity in model.GetEntityTypes()
        where typeof(IVendorOwned).IsAssignableFrom(entity.ClrType) && entity.GetTableName() is not null
        orderby entity.GetTableName()
        select entity.GetTableName();

    /// <summary>One table whose changes are audited.</summary>
    protected sealed record AuditedTable(string Name, IReadOnlyList<string> Key, IReadOnlyList<string> Shown, IReadOnlyList<string> Hidden);

    /// <summary>One table under row-level security.</summary>
    protected sealed record ProtectedTable(string Name, bool Intake, bool Personal, bool HasVendor, bool ReadBelow, bool Kept, bool Lawful);
}

/// <summary>The statements of a reorganisation; {0} is its number but for <see cref="Name"/>.</summary>
/// <param name="Name">Names the reorganisation at hand, {0}, until the transaction ends: by it the database knows which communes' rows may move.</param>
/// <param name="Leaving">Learners of whom anything lies in the communes {1}.</param>
/// <param name="Returning">Learners of whom anything lies in {1} that this reorganisation moved there last.</param>
/// <param name="Go">For each table: rows of the learners {1} that lie in {2} go to the places {3} of their learners, and keep where they were.</param>
/// <param name="Return">For each table: rows of the learners {1} that lie in {2} and that this reorganisation moved last go back.</param>
public sealed record ResettlementSql(string Name, string Leaving, string Returning, IReadOnlyList<string> Go, IReadOnlyList<string> Return);

/// <summary>The engines the product runs on.</summary>
public enum DatabaseProvider
{
    /// <summary>PostgreSQL 15 or later, and Citus.</summary>
    PostgreSql,

    /// <summary>SQL Server 2022 or later.</summary>
    SqlServer,
}

/// <summary>Rows about a person: provinces and the nation never read them.</summary>
public interface IPersonal : ITenantOwned;
