using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Database;
using Platform.Rollup;

namespace Platform.Learning;

/// <summary>The intake through the context, on every engine. One batch at a time: what it reads stays true until it commits.</summary>
internal sealed class PortableIntakeStore(PlatformDb db) : IIntakeStore
{
    private IDbContextTransaction? transaction;

    public bool LocksRows => false;

    public async Task Begin(bool alone, CancellationToken cancellation)
    {
        transaction = await db.BeginAlone("intake", cancellation);
    }

    public async Task<StoredRows> Find(short vendor, string[] ids, Guid[] names, CancellationToken cancellation) => new(
        await db.Completions.AsNoTracking().Where(c => c.VendorId == vendor && ids.Contains(c.ExternalId))
            .ToDictionaryAsync(c => c.ExternalId, StringComparer.Ordinal, cancellation),
        await db.LearnerIdentities.AsNoTracking().Where(i => names.Contains(i.Id)).ToDictionaryAsync(i => i.Id, cancellation),
        await db.Recomputations.MaxAsync(r => (int?)r.Edition, cancellation) ?? 0,
        await db.ErasedCompletions.AnyAsync(e => e.VendorId == vendor, cancellation),
        await db.Reorganisations.MaxAsync(r => (int?)r.Edition, cancellation) ?? 0);

    public async Task<HashSet<Guid>> Erased(short vendor, Guid[] ids, CancellationToken cancellation) =>
        [.. await db.ErasedCompletions.Where(e => e.VendorId == vendor && ids.Contains(e.Id)).Select(e => e.Id).ToListAsync(cancellation)];

    public Task<List<LearnerIdentity>> NamesOf(Guid[] learners, CancellationToken cancellation) =>
        db.LearnerIdentities.AsNoTracking().Where(i => learners.Contains(i.LearnerId)).ToListAsync(cancellation);

    public Task<Dictionary<Guid, Learner>> Learners(Guid[] learners, CancellationToken cancellation) =>
        db.Learners.AsNoTracking().Where(l => learners.Contains(l.Id)).ToDictionaryAsync(l => l.Id, cancellation);

    public async Task<Dictionary<Guid, Learner>?> Claim(
        LearnerIdentity[] names, Guid[] retired, Guid[] learners, Guid[] madeCitizens, CancellationToken cancellation)
    {
        db.LearnerIdentities.AddRange(names);
        await db.SaveChangesAsync(cancellation);
        if (retired.Length > 0)
            await db.LearnerIdentities.Where(i => retired.Contains(i.Id)).ExecuteDeleteAsync(cancellation);
        return await Learners(learners, cancellation);
    }

    public async Task<List<Completion>> CompletionsOf(Guid[] learners, CancellationToken cancellation)
    {
        var found = new List<Completion>();
        foreach (var part in learners.Chunk(100)) // the names of more do not fit into a session's context
        {
            db.Scope.Recount(part);
            await using (var command = db.Database.GetDbConnection().CreateCommand())
            {
                command.Transaction = transaction!.GetDbTransaction();
                db.Dialect.DescribeRecount(command, db.Scope);
                await command.ExecuteNonQueryAsync(cancellation);
            }

            found.AddRange(await db.Completions.AsNoTracking().Where(c => part.Contains(c.LearnerId)).ToListAsync(cancellation));
        }

        db.Scope.Recount([]);
        return found;
    }

    public async Task<bool> Write(IntakeChanges changes, CancellationToken cancellation)
    {
        foreach (var (from, to) in changes.Merged)
        {
            await db.Completions.Where(c => c.LearnerId == from).ExecuteUpdateAsync(s => s.SetProperty(c => c.LearnerId, to), cancellation);
            await db.CompletionVersions.Where(c => c.LearnerId == from).ExecuteUpdateAsync(s => s.SetProperty(c => c.LearnerId, to), cancellation);
            await db.LearnerIdentities.Where(i => i.LearnerId == from).ExecuteUpdateAsync(s => s.SetProperty(i => i.LearnerId, to), cancellation);
            await db.Learners.Where(l => l.Id == from).ExecuteDeleteAsync(cancellation);
        }

        Forget();
        db.Completions.AddRange(changes.Added);
        db.Completions.UpdateRange(changes.Replaced.Select(r => r.After));
        db.CompletionVersions.AddRange(changes.Versions.Select(c => Version(c, changes.At)));
        db.Learners.AddRange(changes.NewLearners);
        db.Learners.UpdateRange(changes.ChangedLearners);
        await Add(changes.Figures.Facts, cancellation);
        await Add(changes.Figures.Totals, changes.At, cancellation);
        await Add(changes.Figures.Confirmations, cancellation);
        await db.SaveChangesAsync(cancellation);
        Forget();
        return true;
    }

    public Task Commit(CancellationToken cancellation) => transaction!.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (transaction is not null)
            await transaction.DisposeAsync();
        Forget();
    }

    // What a batch wrote or meant to write; other rows of the context are its user's.
    private void Forget()
    {
        foreach (var entry in db.ChangeTracker.Entries().Where(e => e.Entity is Tenancy.IWrittenByIntake or LearnerIdentity).ToList())
            entry.State = EntityState.Detached;
    }

    internal static CompletionVersion Version(Completion c, DateTimeOffset replacedAt) => new()
    {
        VendorId = c.VendorId,
        ExternalId = c.ExternalId,
        TenantId = c.TenantId,
        LearnerId = c.LearnerId,
        CourseId = c.CourseId,
        Audience = c.Audience,
        CompletedAt = c.CompletedAt,
        Score = c.Score,
        Passed = c.Passed,
        Revision = c.Revision,
        ReceivedAt = c.ReceivedAt,
        Reason = c.Reason,
        VoidedAt = c.VoidedAt,
        VoidReason = c.VoidReason,
        LegalGround = c.LegalGround,
        ReplacedAt = replacedAt,
    };

    private async Task Add(List<KeyValuePair<FactCell, FactDelta>> facts, CancellationToken cancellation)
    {
        var (tenants, months) = (facts.Select(f => f.Key.Tenant).Distinct().ToList(), facts.Select(f => f.Key.Month).Distinct().ToList());
        var present = (await db.CompletionFacts.Where(f => tenants.Contains(f.TenantId) && months.Contains(f.Month)).ToListAsync(cancellation))
            .ToDictionary(f => new FactCell(f.TenantId, f.Month, f.Audience, f.CourseId));
        foreach (var (cell, delta) in facts)
        {
            if (!present.TryGetValue(cell, out var fact))
                db.CompletionFacts.Add(fact = new CompletionFact
                {
                    TenantId = cell.Tenant,
                    Id = Guid.CreateVersion7(),
                    Month = cell.Month,
                    Audience = cell.Audience,
                    CourseId = cell.Course,
                });
            (fact.Completions, fact.Learners, fact.Passed) = (fact.Completions + delta.Completions, fact.Learners + delta.Learners, fact.Passed + delta.Passed);
        }
    }

    private async Task Add(List<KeyValuePair<TotalCell, TotalDelta>> totals, DateTimeOffset at, CancellationToken cancellation)
    {
        var tenants = totals.Select(t => t.Key.Tenant).Distinct().ToList();
        var present = (await db.AudienceTotals.Where(t => tenants.Contains(t.TenantId)).ToListAsync(cancellation))
            .ToDictionary(t => new TotalCell(t.TenantId, t.Audience, t.Year));
        foreach (var (cell, delta) in totals)
        {
            if (!present.TryGetValue(cell, out var total))
                db.AudienceTotals.Add(total = new AudienceTotal { TenantId = cell.Tenant, Audience = cell.Audience, Year = cell.Year });
            (total.Learners, total.Achieved, total.Confirmed, total.AsOf) = (total.Learners + delta.Learners, total.Achieved + delta.Achieved, total.Confirmed + delta.Confirmed, at);
        }
    }

    private async Task Add(List<KeyValuePair<ConfirmationCell, long>> confirmations, CancellationToken cancellation)
    {
        var (tenants, months) = (confirmations.Select(c => c.Key.Tenant).Distinct().ToList(), confirmations.Select(c => c.Key.Month).Distinct().ToList());
        var present = (await db.ConfirmationFacts.Where(f => tenants.Contains(f.TenantId) && months.Contains(f.Month)).ToListAsync(cancellation))
            .ToDictionary(f => new ConfirmationCell(f.TenantId, f.Month, f.Audience));
        foreach (var (cell, delta) in confirmations)
        {
            if (!present.TryGetValue(cell, out var fact))
                db.ConfirmationFacts.Add(fact = new ConfirmationFact { TenantId = cell.Tenant, Id = Guid.CreateVersion7(), Month = cell.Month, Audience = cell.Audience });
            fact.Confirmed += delta;
        }
    }
}
