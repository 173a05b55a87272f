using Microsoft.EntityFrameworkCore;
using Platform.Confirmations;
using Platform.Database;
using Platform.Rollup;

namespace Platform.Learning;

/// <summary>How many rows were moved.</summary>
internal sealed record Resettled(int Learners, int Completions)
{
    public static Resettled operator +(Resettled a, Resettled b) => new(a.Learners + b.Learners, a.Completions + b.Completions);
}

/// <summary>
/// Moves what is known of people from communes to others when these are reorganised, and back: completions, learners, recorded confirmations.
/// Each row keeps where it was; learners are counted again by the rules of the intake, so that the figures say what the completions say. Works
/// in a transaction of the intake's store that runs alone; versions that were replaced stay where they were.
/// </summary>
internal sealed class Resettlement(PlatformDb db, IIntakeStore store, RulesInForce judging, DateTimeOffset now)
{
    private const int Chunk = 2_000;

    private readonly ResettlementSql sql = db.Dialect.Resettlement!;
    private readonly FigureChanges figures = new();

    /// <summary>Names the reorganisation at hand to the database, which lets its communes' rows move from now on.</summary>
    internal Task Name(Guid reorganisation, CancellationToken cancellation) => db.Database.ExecuteSqlRawAsync(sql.Name, [$"{reorganisation}"], cancellation);

    /// <summary>The learners of whom anything lies in the communes.</summary>
    internal Task<List<Guid>> In(short[] communes, CancellationToken cancellation) =>
        db.Database.SqlQueryRaw<Guid>(sql.Leaving, 0, communes).ToListAsync(cancellation);

    /// <summary>Moves everything that lies in the communes to the place of its learner.</summary>
    internal Task<Resettled> Go(int number, short[] from, IReadOnlyCollection<Guid> learners, Func<Guid, short> place, CancellationToken cancellation) =>
        Move(learners, part => sql.Go.Select(statement => (statement, (object[])[number, part, from, Array.ConvertAll(part, l => place(l))])), [], cancellation);

    /// <summary>Moves back what a reorganisation moved last, and gives the learners with the places where they were.</summary>
    internal async Task<(Resettled Moved, Dictionary<Guid, short> Homes)> Return(int number, short[] into, CancellationToken cancellation)
    {
        var learners = await db.Database.SqlQueryRaw<Guid>(sql.Returning, number, into).ToListAsync(cancellation);
        var homes = new Dictionary<Guid, short>(learners.Count);
        return (await Move(learners, part => sql.Return.Select(statement => (statement, (object[])[number, part, into])), homes, cancellation), homes);
    }

    /// <summary>Writes the figures; communes that have ended have none of their own any more.</summary>
    internal async Task Count(short[] ended, CancellationToken cancellation)
    {
        if (figures.Facts.Count + figures.Totals.Count + figures.Confirmations.Count > 0)
            await store.Write(Changes([], figures), cancellation);
        await db.CompletionFacts.Where(f => ended.Contains(f.TenantId) && f.Completions == 0 && f.Learners == 0 && f.Passed == 0).ExecuteDeleteAsync(cancellation);
        await db.AudienceTotals.Where(t => ended.Contains(t.TenantId) && t.Learners == 0 && t.Achieved == 0 && t.Confirmed == 0).ExecuteDeleteAsync(cancellation);
        await db.ConfirmationFacts.Where(f => ended.Contains(f.TenantId) && f.Confirmed == 0).ExecuteDeleteAsync(cancellation);
    }

    private async Task<Resettled> Move(
        IReadOnlyCollection<Guid> learners, Func<Guid[], IEnumerable<(string Statement, object[] Values)>> statements, Dictionary<Guid, short> homes, CancellationToken cancellation)
    {
        var moved = new Resettled(0, 0);
        foreach (var part in learners.Order().Chunk(Chunk))
        {
            var locked = (await store.Claim([], [], part, [], cancellation))!;
            var before = (await store.CompletionsOf(part, cancellation)).ToDictionary(c => (c.VendorId, c.ExternalId));
            foreach (var (statement, values) in statements(part))
                await db.Database.ExecuteSqlRawAsync(statement, values, cancellation);
            var places = await db.Learners.AsNoTracking().Where(l => part.Contains(l.Id)).Select(l => new { l.Id, l.TenantId, l.Moves }).ToDictionaryAsync(l => l.Id, cancellation);
            var after = (await store.CompletionsOf(part, cancellation)).ToLookup(c => c.LearnerId);
            var recorded = (judging.AskWhatIsRecorded
                ? await db.Confirmations.AsNoTracking().Where(c => part.Contains(c.LearnerId)).ToListAsync(cancellation) : []).ToLookup(c => c.LearnerId);

            var counts = new LearnerCounts(locked, figures, judging);
            foreach (var learner in part)
            {
                foreach (var completion in after[learner].Where(c => c.TenantId != before[(c.VendorId, c.ExternalId)].TenantId))
                {
                    moved = moved with { Completions = moved.Completions + 1 };
                    if (completion.VoidedAt is not null)
                        continue;
                    figures.Count(before[(completion.VendorId, completion.ExternalId)], -1);
                    figures.Count(completion, +1);
                }

                homes[learner] = places[learner].TenantId; // before what came since is counted
                var lived = locked[learner].TenantId;
                locked[learner].Moves = places[learner].Moves;
                counts.Resettle(learner, places[learner].TenantId, after[learner], recorded[learner]);
                moved = moved with { Learners = moved.Learners + (locked[learner].TenantId == lived ? 0 : 1) };
            }

            // Whose row was moved and who is counted elsewhere all the same, is put back there.
            var changed = counts.Changed.Union(part.Select(l => locked[l]).Where(l => l.TenantId != places[l.Id].TenantId)).ToArray();
            if (changed.Length > 0)
                await store.Write(Changes(changed, new FigureChanges()), cancellation);
        }

        return moved;
    }

    private IntakeChanges Changes(Learner[] learners, FigureChanges changes) => new()
    {
        ChangedLearners = learners,
        Figures = changes,
        At = now,
    };
}
