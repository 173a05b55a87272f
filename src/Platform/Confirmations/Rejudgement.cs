using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Learning;
using Platform.Rollup;
using Platform.Tenancy;

namespace Platform.Confirmations;

/// <summary>
/// Judges learners again by a rule, part by part. Each part is a transaction as the intake's: it locks learners in the order of their ids,
/// then the figures, and moves the place in the same commit; so it runs beside the intake, and one that was killed goes on where it was.
/// </summary>
internal sealed class Rejudgement(IServiceScopeFactory scopes, IntakeOptions intake, RuleBook rules, ConfirmationOptions options, TimeProvider clock)
{
    /// <summary>Judges the next learners of a recomputation that this holder leases; false when there is nothing more for it to do.</summary>
    internal async Task<bool> Next(int edition, Guid holder, CancellationToken cancellation)
    {
        await using var work = Scope(out var db);
        var place = await db.Recomputations.AsNoTracking().SingleAsync(r => r.Edition == edition, cancellation);
        if (place.Total < 0)
        {
            var total = await Stale(db, place).LongCountAsync(cancellation);
            await Held(db, place.Edition, holder).ExecuteUpdateAsync(s => s.SetProperty(r => r.Total, total), cancellation);
        }

        var next = await Stale(db, place).Where(l => l.Id > place.Cursor).OrderBy(l => l.Id).Select(l => l.Id).Take(options.ChunkLearners).ToArrayAsync(cancellation);
        await using var store = intake.Open(db);
        await store.Begin(alone: false, cancellation);
        var judging = await rules.At((await store.Find(0, [], [], cancellation)).Edition, cancellation);
        var superseded = judging.EditionOf(place.Audience) != edition;
        if (!superseded && next.Length == 0 && place.Cursor != Guid.Empty && await Stale(db, place).AnyAsync(cancellation))
        {
            // A learner whose traces were removed got another id, which lies behind: from the beginning, over whoever is left.
            var lease = clock.GetUtcNow().AddSeconds(options.LeaseSeconds);
            if (await Held(db, edition, holder).ExecuteUpdateAsync(s => s.SetProperty(r => r.Cursor, Guid.Empty).SetProperty(r => r.LeaseUntil, lease), cancellation) != 1)
                return false; // another run took over
            await store.Commit(cancellation);
            return true;
        }

        if (superseded || next.Length == 0)
        {
            var (state, now) = (superseded ? RecomputationState.Superseded : RecomputationState.Done, clock.GetUtcNow());
            await Held(db, edition, holder).ExecuteUpdateAsync(
                s => s.SetProperty(r => r.State, state).SetProperty(r => r.Total, r => superseded ? r.Total : r.Done).SetProperty(r => r.EndedAt, now), cancellation);
            await store.Commit(cancellation);
            return false;
        }

        await Judge(db, store, judging, next, cancellation);
        var (until, last) = (clock.GetUtcNow().AddSeconds(options.LeaseSeconds), next[^1]);
        var held = await Held(db, edition, holder).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.Cursor, last).SetProperty(r => r.Done, r => r.Done + next.Length).SetProperty(r => r.LeaseUntil, until), cancellation);
        if (held != 1)
            return false; // another run took over; what was begun is taken back
        await store.Commit(cancellation);
        return true;
    }

    /// <summary>What a rule would change, without changing anything: of the learners who came last, as many as one dry run examines.</summary>
    internal async Task<RuleEffect> Try(RuleInForce rule, CancellationToken cancellation)
    {
        await using var work = Scope(out var db);
        var everybody = db.Learners.AsNoTracking().Where(l => l.Audience == rule.Audience);
        var effect = new RuleEffect(await everybody.LongCountAsync(cancellation), 0, 0, 0, 0, 0);
        for (Guid? last = null; effect.Examined < options.TrialLearners;)
        {
            var part = await everybody.Where(l => last == null || l.Id < last).OrderByDescending(l => l.Id).Take(1_000).ToListAsync(cancellation);
            if (part.Count == 0)
                break;
            last = part[^1].Id;
            var ids = part.ConvertAll(l => l.Id).ToArray();
            await using var store = intake.Open(db);
            await store.Begin(alone: false, cancellation);
            var completions = (await store.CompletionsOf(ids, cancellation)).ToLookup(c => c.LearnerId);
            var recorded = await Recorded(db, rule.IsRecorded, ids, cancellation);
            foreach (var learner in part)
                effect = effect.With(
                    learner.ConfirmedAt is not null,
                    rule.ConfirmedAt(completions[learner.Id].Aggregate((byte[]?)null, rule.Reach), recorded[learner.Id]) is not null);
        }

        return effect;
    }

    private static IQueryable<Learner> Stale(PlatformDb db, Recomputation place) =>
        db.Learners.AsNoTracking().Where(l => l.Audience == place.Audience && l.JudgedBy != place.Edition);

    private static IQueryable<Recomputation> Held(PlatformDb db, int edition, Guid holder) =>
        db.Recomputations.Where(r => r.Edition == edition && r.Holder == holder && r.State == RecomputationState.Running);

    private static async Task<ILookup<Guid, Confirmation>> Recorded(PlatformDb db, bool asked, Guid[] learners, CancellationToken cancellation) =>
        (asked ? await db.Confirmations.AsNoTracking().Where(c => learners.Contains(c.LearnerId)).ToListAsync(cancellation) : []).ToLookup(c => c.LearnerId);

    private async Task Judge(PlatformDb db, IIntakeStore store, RulesInForce judging, Guid[] learners, CancellationToken cancellation)
    {
        var locked = (await store.Claim([], [], learners, [], cancellation))!;
        var completions = (await store.CompletionsOf([.. locked.Keys.Order()], cancellation)).ToLookup(c => c.LearnerId);
        var recorded = await Recorded(db, judging.AskWhatIsRecorded, learners, cancellation);
        var figures = new FigureChanges();
        var counts = new LearnerCounts(locked, figures, judging);
        foreach (var learner in locked.Keys)
            counts.Judge(learner, completions[learner], recorded[learner]);
        if (counts.Changed.Length > 0)
            await store.Write(new IntakeChanges
            {
                ChangedLearners = counts.Changed,
                Figures = figures,
                At = clock.GetUtcNow(),
            }, cancellation);
    }

    private AsyncServiceScope Scope(out PlatformDb db)
    {
        var work = scopes.CreateAsyncScope();
        work.ServiceProvider.GetRequiredService<TenantScope>().EnterUpkeep();
        db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        return work;
    }
}
