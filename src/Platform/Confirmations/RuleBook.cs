using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Localities;

namespace Platform.Confirmations;

/// <summary>
/// The rules in force, and how a version comes into force. Every batch of the intake asks which edition is the newest, and finds it here in
/// memory. A version comes into force while no batch runs, for a moment: whoever is judged afterwards is judged by it.
/// </summary>
public sealed class RuleBook(Contexts contexts, TimeProvider clock)
{
    private volatile RulesInForce? held;

    /// <summary>Today in Asia/Ho_Chi_Minh.</summary>
    internal DateOnly Today => VietnamTime.Day(clock.GetUtcNow());

    /// <summary>The rules of an edition.</summary>
    internal async ValueTask<RulesInForce> At(int edition, CancellationToken cancellation)
    {
        if (held is { } rules && rules.Edition == edition)
            return rules;
        await using var db = contexts.Open();
        var events = await db.Recomputations.AsNoTracking().Where(r => r.Edition <= edition).Select(r => new { r.Edition, r.RuleId, r.Audience }).ToListAsync(cancellation);
        var newest = events.GroupBy(r => r.Audience).Select(g => g.MaxBy(r => r.Edition)!).ToDictionary(r => r.RuleId, r => r.Edition);
        var found = await db.FrameworkRules.AsNoTracking().Include(r => r.Courses).Where(r => newest.Keys.Contains(r.Id)).ToListAsync(cancellation);
        return held = new RulesInForce(edition, [.. found.Select(r => Judging(r, newest[r.Id]))]);
    }

    /// <summary>A rule as learners are judged by it.</summary>
    internal static RuleInForce Judging(FrameworkRule rule, int edition) => new(
        edition, rule.Audience, rule.Source, rule.Needed, rule.MinimumScore,
        rule.Courses.GroupBy(c => c.CourseId).ToDictionary(g => g.Key, g => g.Select(c => (byte)c.Unit).Order().ToArray()));

    /// <summary>Brings into force what is due; false when nothing was.</summary>
    internal async Task<bool> BringIntoForce(CancellationToken cancellation)
    {
        await using var db = contexts.Open();
        var today = Today;
        var due = db.FrameworkRules.AsNoTracking().Where(r => r.EffectiveFrom <= today && r.WithdrawnAt == null && !db.Recomputations.Any(c => c.RuleId == r.Id));
        if (!await due.AnyAsync(cancellation))
            return false;

        // Batches that judged by the version before are over, so that the recomputation sees everybody whom they added.
        await using var transaction = await db.BeginAlone("intake", cancellation);
        await db.BeAlone("framework", cancellation); // nobody withdraws meanwhile what comes into force
        var edition = await db.Recomputations.MaxAsync(r => (int?)r.Edition, cancellation) ?? 0;
        foreach (var rule in await due.OrderBy(r => r.Audience).ThenBy(r => r.Version).Select(r => new { r.Id, r.Audience }).ToListAsync(cancellation))
            db.Recomputations.Add(new Recomputation
            {
                Edition = ++edition,
                RuleId = rule.Id,
                Audience = rule.Audience,
                State = RecomputationState.Running,
                Total = -1,
                StartedAt = clock.GetUtcNow(),
            });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }
}
