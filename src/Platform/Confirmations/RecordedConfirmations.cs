using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Localities;
using Platform.Plans;
using Platform.Rollup;
using Platform.Tenancy;

namespace Platform.Confirmations;

/// <summary>A valid row, with its person under a pseudonym.</summary>
internal sealed record RecordedRow(int Place, Pseudonym Person, Audience Audience, ConfirmationSource Source, DateTimeOffset ConfirmedAt, string? Reference);

/// <summary>
/// Keeps what communes record of people, and judges them in the same transaction, in the same order of locks as the intake. A person whom
/// no vendor has sent yet becomes known, and counts as a learner only once there is a completion.
/// </summary>
internal sealed class RecordedConfirmations(
    IServiceScopeFactory scopes, DatabaseOptions database, IntakeOptions intake, LocalityDirectory directory, RuleBook rules, Pseudonyms pseudonyms, TimeProvider clock)
{
    /// <summary>Records rows for a commune; the answers go to their places.</summary>
    internal Task Record(LocalityEntry commune, string by, IReadOnlyList<RecordedRow> rows, RowAnswer?[] answers, CancellationToken cancellation) =>
        Repeat(async (db, store) =>
        {
            var found = await store.Find(0, [], [.. rows.SelectMany(r => (Guid[])[r.Person.Newest, .. r.Person.Earlier]).Distinct()], cancellation);
            await RefuseEnded(commune, found, cancellation);
            var fresh = new Dictionary<Guid, (LearnerIdentity Name, RecordedRow Row)>();
            var learnerOf = rows.Select(row => Known(found, row.Person) ?? New(row)).ToList();
            var known = learnerOf.Where(l => !fresh.Values.Any(f => f.Name.LearnerId == l)).Distinct().Order().ToArray();
            if (await store.Claim([.. fresh.Values.Select(f => f.Name).OrderBy(n => n.Id)], [], known, [], cancellation) is not { } locked)
                return Attempted.MetAnother;

            var present = (await db.Confirmations.AsNoTracking().Where(c => c.TenantId == commune.Id && known.Contains(c.LearnerId) && c.WithdrawnAt == null)
                .ToListAsync(cancellation)).GroupBy(c => (c.LearnerId, c.Source)).ToDictionary(g => g.Key, g => g.Min(c => c.Id));
            for (var i = 0; i < rows.Count; i++)
            {
                var row = rows[i];
                var outcome = RowOutcome.Duplicate;
                if (!present.TryGetValue((learnerOf[i], row.Source), out var id))
                {
                    (id, outcome) = (Guid.CreateVersion7(), RowOutcome.Created);
                    present.Add((learnerOf[i], row.Source), id);
                    db.Confirmations.Add(new Confirmation
                    {
                        TenantId = commune.Id,
                        Id = id,
                        LearnerId = learnerOf[i],
                        Source = row.Source,
                        ConfirmedAt = row.ConfirmedAt,
                        Reference = row.Reference,
                        RecordedAt = clock.GetUtcNow(),
                        RecordedBy = by,
                    });
                }

                answers[row.Place] = new RowAnswer(row.Place, $"{id}", outcome);
            }

            await db.SaveChangesAsync(cancellation);
            await Judge(db, store, await rules.At(found.Edition, cancellation), locked, fresh.Values.Select(f => Unlearnt(f.Name.LearnerId, commune, f.Row)), cancellation);
            return Attempted.Done;

            Guid New(RecordedRow row)
            {
                if (!fresh.TryGetValue(row.Person.Newest, out var made))
                    fresh.Add(row.Person.Newest, made = (new LearnerIdentity { Id = row.Person.Newest, LearnerId = Guid.CreateVersion7(), KeyMark = pseudonyms.Newest.Mark }, row));
                return made.Name.LearnerId;
            }
        }, cancellation);

    /// <summary>Withdraws what a commune recorded; it stays in the list with the reason.</summary>
    internal async Task<Confirmation> Withdraw(LocalityEntry commune, Guid id, string by, string reason, CancellationToken cancellation)
    {
        Confirmation? withdrawn = null;
        await Repeat(async (db, store) =>
        {
            var found = await store.Find(0, [], [], cancellation);
            await RefuseEnded(commune, found, cancellation);
            var learner = await db.Confirmations.Where(c => c.TenantId == commune.Id && c.Id == id).Select(c => (Guid?)c.LearnerId).SingleOrDefaultAsync(cancellation)
                ?? throw new ProblemException(Problems.UnknownConfirmation);
            var locked = (await store.Claim([], [], [learner], [], cancellation))!;
            withdrawn = await db.Confirmations.SingleAsync(c => c.TenantId == commune.Id && c.Id == id, cancellation);
            if (withdrawn.WithdrawnAt is not null)
                throw new ProblemException(Problems.ConfirmationWithdrawn);
            (withdrawn.WithdrawnAt, withdrawn.WithdrawnBy, withdrawn.WithdrawalReason) = (clock.GetUtcNow(), by, reason);
            await db.SaveChangesAsync(cancellation);
            await Judge(db, store, await rules.At(found.Edition, cancellation), locked, [], cancellation);
            return Attempted.Done;
        }, cancellation);
        return withdrawn!;
    }

    // The gate let the commune pass before it was reorganised, a moment ago.
    private async Task RefuseEnded(LocalityEntry commune, StoredRows found, CancellationToken cancellation)
    {
        await directory.Reach(found.Reorganised, cancellation);
        if (await directory.Get(commune.Id, cancellation) is { HasEnded: true } ended)
            throw new ProblemException(Problems.TenantReadOnly, ended.Today);
    }

    private static Guid? Known(StoredRows found, Pseudonym person) =>
        ((Guid[])[person.Newest, .. person.Earlier]).Where(found.Identities.ContainsKey).Select(name => (Guid?)found.Identities[name].LearnerId).FirstOrDefault();

    private static Learner Unlearnt(Guid id, LocalityEntry commune, RecordedRow row) => new()
    {
        Id = id,
        TenantId = commune.Id,
        Audience = row.Audience,
        FirstAt = row.ConfirmedAt,
        LatestAt = row.ConfirmedAt,
        Counts = false,
    };

    private async Task Judge(
        PlatformDb db, IIntakeStore store, RulesInForce judging, Dictionary<Guid, Learner> locked, IEnumerable<Learner> fresh, CancellationToken cancellation)
    {
        var figures = new FigureChanges();
        var counts = new LearnerCounts(locked, figures, judging);
        var unlearnt = fresh.ToList();
        unlearnt.ForEach(counts.Know);
        Guid[] everybody = [.. locked.Keys.Concat(unlearnt.Select(l => l.Id)).Order()];
        var completions = (locked.Count == 0 ? [] : await store.CompletionsOf([.. locked.Keys.Order()], cancellation)).ToLookup(c => c.LearnerId);
        var recorded = (await db.Confirmations.AsNoTracking().Where(c => everybody.Contains(c.LearnerId)).ToListAsync(cancellation)).ToLookup(c => c.LearnerId);
        foreach (var learner in everybody)
            counts.Judge(learner, completions[learner], recorded[learner]);
        if (counts.New.Length + counts.Changed.Length > 0)
            await store.Write(new IntakeChanges
            {
                NewLearners = counts.New,
                ChangedLearners = counts.Changed,
                Figures = figures,
                At = clock.GetUtcNow(),
            }, cancellation);
    }

    private Task<Attempted> Repeat(Func<PlatformDb, IIntakeStore, Task<Attempted>> attempt, CancellationToken cancellation) =>
        intake.Repeat(database.Dialect, async alone =>
        {
            await using var work = scopes.CreateAsyncScope();
            work.ServiceProvider.GetRequiredService<TenantScope>().EnterUpkeep();
            var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
            await using var store = intake.Open(db);
            await store.Begin(alone, cancellation);
            var ended = await attempt(db, store);
            if (ended == Attempted.Done)
                await store.Commit(cancellation);
            return ended;
        }, cancellation);
}
