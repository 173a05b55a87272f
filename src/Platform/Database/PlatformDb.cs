using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Access;
using Platform.Access.People;
using Platform.Assignments;
using Platform.Audit;
using Platform.Confirmations;
using Platform.Http.Idempotency;
using Platform.Imports;
using Platform.Learning;
using Platform.Localities;
using Platform.PersonalData;
using Platform.Plans;
using Platform.Rollup;
using Platform.Tenancy;
using Platform.Webhooks;

namespace Platform.Database;

/// <summary>
/// The one database of the product. Query filters read <see cref="Scope"/>: a query sees only rows of the tenants in scope,
/// wherever it starts or navigates. One derived type per provider carries that provider's migrations.
/// </summary>
public abstract class PlatformDb(DbContextOptions options, Dialect dialect) : DbContext(options)
{
    /// <summary>Whose rows this unit of work may see and change.</summary>
    public TenantScope Scope { get; private set; } = new();

    /// <summary>The engine underneath.</summary>
    public Dialect Dialect { get; } = dialect;

    /// <summary>Work that is part of every transaction of this context, done right before it commits.</summary>
    public Func<CancellationToken, Task>? BeforeCommit { get; set; }

    public DbSet<Locality> Localities => Set<Locality>();

    public DbSet<LocalityName> LocalityNames => Set<LocalityName>();

    public DbSet<Reorganisation> Reorganisations => Set<Reorganisation>();

    public DbSet<ReorganisationPart> ReorganisationParts => Set<ReorganisationPart>();

    public DbSet<LocalitySuccession> LocalitySuccessions => Set<LocalitySuccession>();

    public DbSet<Tenant> Tenants => Set<Tenant>();

    public DbSet<TenantDeletion> TenantDeletions => Set<TenantDeletion>();

    public DbSet<RemovedRow> RemovedRows => Set<RemovedRow>();

    public DbSet<Agency> Agencies => Set<Agency>();

    public DbSet<Village> Villages => Set<Village>();

    public DbSet<Plan> Plans => Set<Plan>();

    public DbSet<LegalBasis> LegalBases => Set<LegalBasis>();

    public DbSet<Target> Targets => Set<Target>();

    public DbSet<PlanTask> Tasks => Set<PlanTask>();

    public DbSet<Initiative> Initiatives => Set<Initiative>();

    public DbSet<ReportingRule> ReportingRules => Set<ReportingRule>();

    public DbSet<Assignment> Assignments => Set<Assignment>();

    public DbSet<Course> Courses => Set<Course>();

    public DbSet<Completion> Completions => Set<Completion>();

    public DbSet<CompletionVersion> CompletionVersions => Set<CompletionVersion>();

    public DbSet<Learner> Learners => Set<Learner>();

    public DbSet<LearnerIdentity> LearnerIdentities => Set<LearnerIdentity>();

    public DbSet<ErasedCompletion> ErasedCompletions => Set<ErasedCompletion>();

    public DbSet<IntakeCount> IntakeCounts => Set<IntakeCount>();

    public DbSet<Import> Imports => Set<Import>();

    public DbSet<ImportLease> ImportLeases => Set<ImportLease>();

    public DbSet<SavedMapping> ImportMappings => Set<SavedMapping>();

    public DbSet<FrameworkUnit> FrameworkUnits => Set<FrameworkUnit>();

    public DbSet<FrameworkRule> FrameworkRules => Set<FrameworkRule>();

    public DbSet<FrameworkRuleCourse> FrameworkRuleCourses => Set<FrameworkRuleCourse>();

    public DbSet<Recomputation> Recomputations => Set<Recomputation>();

    public DbSet<Confirmation> Confirmations => Set<Confirmation>();

    public DbSet<CompletionFact> CompletionFacts => Set<CompletionFact>();

    public DbSet<ConfirmationFact> ConfirmationFacts => Set<ConfirmationFact>();

    public DbSet<AudienceTotal> AudienceTotals => Set<AudienceTotal>();

    public DbSet<Population> Populations => Set<Population>();

    public DbSet<TargetFigure> TargetFigures => Set<TargetFigure>();

    public DbSet<TargetProgress> TargetProgress => Set<TargetProgress>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<ClientSecret> ClientSecrets => Set<ClientSecret>();

    public DbSet<VendorGround> VendorGrounds => Set<VendorGround>();

    public DbSet<PersonalAccessToken> PersonalAccessTokens => Set<PersonalAccessToken>();

    public DbSet<RevokedToken> RevokedTokens => Set<RevokedToken>();

    public DbSet<Person> People => Set<Person>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    public DbSet<Passkey> Passkeys => Set<Passkey>();

    public DbSet<ExternalIdentity> ExternalIdentities => Set<ExternalIdentity>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<AccountNotice> AccountNotices => Set<AccountNotice>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<PasswordReset> PasswordResets => Set<PasswordReset>();

    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    public DbSet<AuditSeal> AuditSeals => Set<AuditSeal>();

    public DbSet<PersonRequest> PersonRequests => Set<PersonRequest>();

    public DbSet<PersonRequestSubject> PersonRequestSubjects => Set<PersonRequestSubject>();

    public DbSet<ProtectionKey> ProtectionKeys => Set<ProtectionKey>();

    public DbSet<Grant> Grants => Set<Grant>();

    public DbSet<StoredAnswer> StoredAnswers => Set<StoredAnswer>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

    public DbSet<WebhookMessage> WebhookMessages => Set<WebhookMessage>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    /// <summary>A second context on the same database, for a unit of work of another scope.</summary>
    public PlatformDb Beside(TenantScope scope) => Dialect.Create((DbContextOptions)this.GetService<IDbContextOptions>(), scope);

    /// <summary>
    /// A context of another scope within this one's transaction: what a unit of work writes for several tenants, it writes for each under that tenant's
    /// own scope. What the transaction may read stays so beside it.
    /// </summary>
    public async Task<PlatformDb> Within(TenantScope scope, CancellationToken cancellation)
    {
        var within = Beside(scope);
        within.Database.SetDbConnection(Database.GetDbConnection());
        await within.Database.UseTransactionAsync(Database.CurrentTransaction!.GetDbTransaction(), cancellation);
        return within;
    }

    /// <summary>Begins a transaction once no other with the same name runs: what it reads stays true until it commits.</summary>
    public async Task<IDbContextTransaction> BeginAlone(string name, CancellationToken cancellation)
    {
        var transaction = await Database.BeginTransactionAsync(cancellation);
        await BeAlone(name, cancellation);
        return transaction;
    }

    /// <summary>Waits until nobody else is in a transaction of this name; the one that is open goes on under it until its end.</summary>
    public Task BeAlone(string name, CancellationToken cancellation) => Database.ExecuteSqlRawAsync(Dialect.Lock, [name], cancellation);

    /// <summary>The number up to which all changes are to be seen; changes that are being made have higher ones.</summary>
    public Task<long> LatestChange(CancellationToken cancellation) =>
        Database.SqlQueryRaw<long>(Dialect.LatestChange).SingleAsync(cancellation);

    /// <summary>The context with a scope, at the beginning of a unit of work.</summary>
    internal PlatformDb For(TenantScope scope)
    {
        (Scope, BeforeCommit) = (scope, null);
        return this;
    }

    /// <summary>The number up to which the audit log is complete.</summary>
    public Task<long> LatestAudit(CancellationToken cancellation) =>
        Database.SqlQueryRaw<long>(Dialect.LatestAudit).SingleAsync(cancellation);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(24);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var localities = new LocalityMapping(Dialect.NameCollation);
        var agencies = new AgencyMapping(Dialect.NameCollation);
        var reorganisations = new ReorganisationMapping(Dialect);
        var plans = new PlanMapping();
        var initiatives = new InitiativeMapping();
        var learning = new LearningMapping(Dialect.IdCollation);
        var figures = new FiguresMapping();
        var framework = new FrameworkMapping();
        var accounts = new AccountMapping();
        var people = new PeopleMapping();
        var invitations = new InvitationMapping();
        var webhooks = new WebhookMapping();
        var audit = new AuditMapping(Dialect);
        var imports = new ImportEntities();
        var requests = new PersonRequestMapping();
        modelBuilder
            .ApplyConfiguration<Locality>(localities).ApplyConfiguration<LocalityName>(localities)
            .ApplyConfiguration<Reorganisation>(reorganisations).ApplyConfiguration<ReorganisationPart>(reorganisations).ApplyConfiguration<LocalitySuccession>(reorganisations)
            .ApplyConfiguration<Agency>(agencies).ApplyConfiguration<Village>(agencies)
            .ApplyConfiguration<Plan>(plans).ApplyConfiguration<LegalBasis>(plans)
            .ApplyConfiguration(new TargetMapping()).ApplyConfiguration(new PlanTaskMapping())
            .ApplyConfiguration<Initiative>(initiatives).ApplyConfiguration<ReportingRule>(initiatives)
            .ApplyConfiguration(new AssignmentMapping())
            .ApplyConfiguration<Course>(learning).ApplyConfiguration<Completion>(learning)
            .ApplyConfiguration<CompletionVersion>(learning).ApplyConfiguration<Learner>(learning).ApplyConfiguration<LearnerIdentity>(learning).ApplyConfiguration<ErasedCompletion>(learning)
            .ApplyConfiguration<FrameworkUnit>(framework).ApplyConfiguration<FrameworkRule>(framework).ApplyConfiguration<FrameworkRuleCourse>(framework)
            .ApplyConfiguration<Recomputation>(framework).ApplyConfiguration<Confirmation>(framework)
            .ApplyConfiguration<CompletionFact>(figures).ApplyConfiguration<ConfirmationFact>(figures).ApplyConfiguration<AudienceTotal>(figures)
            .ApplyConfiguration<Population>(figures).ApplyConfiguration<TargetFigure>(figures).ApplyConfiguration<TargetProgress>(figures)
            .ApplyConfiguration(new RejectedMapping()).ApplyConfiguration(new IntakeCountMapping())
            .ApplyConfiguration<Account>(accounts).ApplyConfiguration<ClientSecret>(accounts).ApplyConfiguration<RevokedToken>(accounts)
            .ApplyConfiguration(new GrantMapping()).ApplyConfiguration(new PersonalAccessTokenMapping()).ApplyConfiguration(new ProtectionKeyMapping())
            .ApplyConfiguration<Person>(people).ApplyConfiguration<RecoveryCode>(people).ApplyConfiguration<Passkey>(people).ApplyConfiguration<ExternalIdentity>(people)
            .ApplyConfiguration(new VendorGroundMapping()).ApplyConfiguration(new AccountNoticeMapping()).ApplyConfiguration(new SessionMapping()).ApplyConfiguration<Invitation>(invitations).ApplyConfiguration<PasswordReset>(invitations)
            .ApplyConfiguration<Import>(imports).ApplyConfiguration<ImportLease>(imports).ApplyConfiguration<SavedMapping>(imports)
            .ApplyConfiguration(new StoredAnswerMapping())
            .ApplyConfiguration<Webhook>(webhooks).ApplyConfiguration<WebhookMessage>(webhooks).ApplyConfiguration<WebhookDelivery>(webhooks);

        modelBuilder.ApplyConfiguration<AuditEntry>(audit).ApplyConfiguration<AuditSeal>(audit);
        modelBuilder.ApplyConfiguration<PersonRequest>(requests).ApplyConfiguration<PersonRequestSubject>(requests).ApplyConfiguration(new TenantKeyMapping());
        modelBuilder.ApplyConfiguration(new TenantMapping(Dialect)).ApplyConfiguration(new TenantDeletionMapping()).ApplyConfiguration(new RemovedRowMapping(Dialect));
        RemovedRowMapping.Track(modelBuilder, Dialect);

        modelBuilder.Entity<Plan>().HasQueryFilter(Belt, p =>
            p.TenantId == Scope.Readable
            || Localities.Where(l => l.ProvinceId == Scope.Whole || l.Level == Scope.AllCommunes || l.Level == Scope.AllProvinces
                || ((l.Level == Scope.ListedCommunes || l.Level == Scope.ListedProvinces) && Scope.Listed.Contains(l.Id))).Select(l => l.Id).Contains(p.TenantId)
            || (p.TenantId == Scope.Superior && p.Status != PlanStatus.Draft)
            || (Localities.Where(l => l.Level == Scope.ListedProvinces && Scope.Superiors.Contains(l.Id)).Select(l => l.Id).Contains(p.TenantId) && p.Status != PlanStatus.Draft));
        Belong<LegalBasis>(modelBuilder);
        Belong<Target>(modelBuilder);
        Belong<PlanTask>(modelBuilder);
        Belong<Initiative>(modelBuilder);
        Belong<ReportingRule>(modelBuilder);
        Belong<Assignment>(modelBuilder);
        Belong<Agency>(modelBuilder);
        Belong<Village>(modelBuilder);
        Belong<Population>(modelBuilder);
        Belong<TargetFigure>(modelBuilder);
        Belong<TargetProgress>(modelBuilder);
        Belong<PersonRequest>(modelBuilder);
        modelBuilder.Entity<PersonRequestSubject>().HasQueryFilter(Belt, s => s.TenantId == Scope.Tenant);
        modelBuilder.Entity<TenantKey>().HasQueryFilter(Belt, k => k.TenantId == Scope.Tenant);
        Count<CompletionFact>(modelBuilder);
        Count<ConfirmationFact>(modelBuilder);
        Count<AudienceTotal>(modelBuilder);
        Count<RemovedRow>(modelBuilder);
        modelBuilder.Entity<Completion>().HasQueryFilter(Belt, c => c.TenantId == Scope.Tenant || c.VendorId == Scope.Vendor || Scope.Recounted.Contains(c.LearnerId));
        modelBuilder.Entity<CompletionVersion>().HasQueryFilter(Belt, c => c.TenantId == Scope.Tenant || c.VendorId == Scope.Vendor);
        modelBuilder.Entity<Learner>().HasQueryFilter(Belt, l => l.TenantId == Scope.Tenant || Scope.Vendor != null);
        modelBuilder.Entity<Confirmation>().HasQueryFilter(Belt, c => c.TenantId == Scope.Tenant || Scope.Vendor != null);

        modelBuilder.Entity<AuditEntry>().HasQueryFilter(Belt, e => Scope.WholeAudit || Scope.Audited.Contains(e.TenantId ?? 0));

        OwnByVendor<RejectedBlock>(modelBuilder);
        OwnByVendor<ErasedCompletion>(modelBuilder);
        OwnByVendor<IntakeCount>(modelBuilder);
        OwnByVendor<Import>(modelBuilder);
        OwnByVendor<SavedMapping>(modelBuilder);

        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            NameInSnakeCase(entity);
            if (Dialect.IsAudited(entity))
                modelBuilder.Entity(entity.ClrType).ToTable(table => table.HasTrigger("audit"));
        }
    }

    /// <summary>The name of the tenant filter; the architecture test looks for it on every tenant-owned entity.</summary>
    public const string Belt = "tenant";

    private void Belong<T>(ModelBuilder model)
        where T : class, ITenantOwned =>
        model.Entity<T>().HasQueryFilter(Belt, e =>
            e.TenantId == Scope.Readable
            || Localities.Where(l => l.ProvinceId == Scope.Whole || l.Level == Scope.AllCommunes || l.Level == Scope.AllProvinces
                || ((l.Level == Scope.ListedCommunes || l.Level == Scope.ListedProvinces) && Scope.Listed.Contains(l.Id))).Select(l => l.Id).Contains(e.TenantId));

    // Figures are also changed by a vendor's batch, wherever its learners are counted.
    private void Count<T>(ModelBuilder model)
        where T : class, IWrittenByIntake =>
        model.Entity<T>().HasQueryFilter(Belt, e =>
            e.TenantId == Scope.Readable
            || Localities.Where(l => l.ProvinceId == Scope.Whole || l.Level == Scope.CountedCommunes || l.Level == Scope.CountedProvinces
                || ((l.Level == Scope.ListedCommunes || l.Level == Scope.ListedProvinces) && Scope.Listed.Contains(l.Id))).Select(l => l.Id).Contains(e.TenantId));

    private void OwnByVendor<T>(ModelBuilder model)
        where T : class, IVendorOwned => model.Entity<T>().HasQueryFilter(Belt, e => e.VendorId == Scope.Vendor);

    private static void NameInSnakeCase(IMutableEntityType entity)
    {
        if (entity.IsMappedToJson())
        {
            entity.SetContainerColumnName(SnakeCase(entity.GetContainerColumnName()!));
            return;
        }

        if (entity.GetTableName() is { } table && entity.GetViewName() is null)
            entity.SetTableName(SnakeCase(table));
        foreach (var property in entity.GetProperties())
            property.SetColumnName(SnakeCase(property.Name));
        foreach (var key in entity.GetKeys())
            key.SetName(SnakeCase(key.GetName()!));
        foreach (var foreignKey in entity.GetForeignKeys())
            foreignKey.SetConstraintName(SnakeCase(foreignKey.GetConstraintName() ?? ""));
        foreach (var index in entity.GetIndexes())
            index.SetDatabaseName(SnakeCase(index.GetDatabaseName()!));
    }

    private static string SnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && name[i - 1] != '_' && !char.IsUpper(name[i - 1]))
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(name[i]));
        }

        return snake.ToString();
    }
}

/// <summary>The context on PostgreSQL; carries migrations/PostgreSql.</summary>
public sealed class PostgreSqlDb(DbContextOptions options) : PlatformDb(options, Dialect.Of(DatabaseProvider.PostgreSql));

/// <summary>The context on SQL Server; carries migrations/SqlServer.</summary>
public sealed class SqlServerDb(DbContextOptions options) : PlatformDb(options, Dialect.Of(DatabaseProvider.SqlServer));
