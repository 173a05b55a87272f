using Microsoft.EntityFrameworkCore;
using Platform.Confirmations;
using Platform.Database;
using Platform.Rollup;

namespace Platform.Learning;

/// <summary>
/// Counts learners again whose completions came or went with a whole commune, by the rules of the intake and in one transaction with that
/// coming or going. No batch of the intake runs beside it. Needs a scope that has entered the intake's upkeep.
/// </summary>
internal sealed class LearnerRecount(IntakeOptions intake, RuleBook rules, TimeProvider clock)
{
    /// <summary>Learners that are counted at once.</summary>
    internal const int Part = 1_000;

    /// <summary>Begins the transaction once no batch runs.</summary>
    internal async Task<Turn> Begin(PlatformDb db, CancellationToken cancellation)
    {
        var store = intake.Open(db);
        try
        {
            await store.Begin(alone: true, cancellation);
            return new Turn(db, store, await rules.At((await store.Find(0, [], [], cancellation)).Edition, cancellation), clock);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>The transaction; it is taken back unless it is committed.</summary>
    internal sealed class Turn(PlatformDb db, IIntakeStore store, RulesInForce judging, TimeProvider clock) : IAsyncDisposable
    {
        /// <summary>Counts learners of whom completions or confirmations have come with a commune that had none before.</summary>
        internal async Task Arrived(Guid[] learners, short commune, CancellationToken cancellation)
        {
            foreach (var part in learners.Order().Chunk(Part))
                await Count(part, commune, cancellation);
        }

        /// <summary>Counts learners of whom completions or confirmations have gone; gives those of whom nothing is left, as they were.</summary>
        internal async Task<List<Guid>> Gone(Guid[] learners, CancellationToken cancellation)
        {
            var nowhere = new List<Guid>();
            foreach (var part in learners.Order().Chunk(Part))
                nowhere.AddRange(await Count(part, null, cancellation));
            return nowhere;
        }

        internal Task Commit(CancellationToken cancellation) => store.Commit(cancellation);

        public ValueTask DisposeAsync() => store.DisposeAsync();

        private async Task<List<Guid>> Count(Guid[] learners, short? arrived, CancellationToken cancellation)
        {
            var locked = (await store.Claim([], [], learners, [], cancellation))!;
            var completions = (await store.CompletionsOf(learners, cancellation)).ToLookup(c => c.LearnerId);
            var recorded = (await db.Confirmations.AsNoTracking().Where(c => learners.Contains(c.LearnerId)).ToListAsync(cancellation)).ToLookup(c => c.LearnerId);
            var (figures, nowhere) = (new FigureChanges(), new List<Guid>());
            var counts = new LearnerCounts(locked, figures, judging);
            foreach (var learner in learners)
            {
                if (arrived is null && !completions.Contains(learner) && !recorded.Contains(learner))
                {
                    nowhere.Add(learner);
                    continue;
                }

                counts.Recount(learner, completions[learner], recorded[learner]);
                foreach (var completion in completions[learner].Where(c => c.TenantId == arrived && c.VoidedAt is null))
                    figures.Count(completion, +1);
            }

            await store.Write(new IntakeChanges
            {
                NewLearners = counts.New,
                ChangedLearners = counts.Changed,
                Figures = figures,
                At = clock.GetUtcNow(),
            }, cancellation);
            db.ChangeTracker.Clear();
            return nowhere;
        }
    }
}
