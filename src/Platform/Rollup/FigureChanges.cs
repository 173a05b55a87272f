using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Learning;
using Platform.Plans;

namespace Platform.Rollup;

/// <summary>
/// What one batch changes in the figures, collected per cell and applied in one fixed order inside the batch's transaction.
/// </summary>
internal sealed class FigureChanges
{
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    private readonly SortedDictionary<(short Tenant, DateOnly Month, Audience Audience, int Course), Delta> facts = [];
    private readonly SortedDictionary<(short Tenant, Audience Audience, int Year), (long Learners, long Achieved)> totals = [];

    /// <summary>Counts a completion.</summary>
    internal void Add(Completion completion)
    {
        var key = (completion.TenantId, Month(completion.CompletedAt), completion.Audience, completion.CourseId);
        facts[key] = facts.GetValueOrDefault(key) + new Delta(1, 0, completion.Passed ? 1 : 0);
    }

    /// <summary>Counts a learner in its cell (+1), or takes it out before it changes (-1).</summary>
    internal void Count(Learner learner, int sign)
    {
        var cell = (learner.TenantId, Month(learner.FirstAt), learner.Audience, learner.FirstCourseId);
        facts[cell] = facts.GetValueOrDefault(cell) + new Delta(0, sign, 0);
        Total((learner.TenantId, learner.Audience, Month(learner.FirstAt).Year), sign, 0);
        if (learner.AchievedAt is { } achieved)
            Total((learner.TenantId, learner.Audience, Month(achieved).Year), 0, sign);
    }

    /// <summary>Writes the changes; the caller holds the intake lock and saves.</summary>
    internal async Task Apply(PlatformDb db, DateTimeOffset now, CancellationToken cancellation)
    {
        var changed = facts.Where(f => f.Value != default).ToList();
        var (tenants, months) = (changed.Select(f => f.Key.Tenant).Distinct().ToList(), changed.Select(f => f.Key.Month).Distinct().ToList());
        var present = (await db.CompletionFacts.Where(f => tenants.Contains(f.TenantId) && months.Contains(f.Month)).ToListAsync(cancellation))
            .ToDictionary(f => (f.TenantId, f.Month, f.Audience, f.CourseId));
        foreach (var (key, delta) in changed)
        {
            if (!present.TryGetValue(key, out var fact))
            {
                fact = new CompletionFact { TenantId = key.Tenant, Id = Guid.CreateVersion7(), Month = key.Month, Audience = key.Audience, CourseId = key.Course };
                db.CompletionFacts.Add(fact);
            }

            (fact.Completions, fact.Learners, fact.Passed) = (fact.Completions + delta.Completions, fact.Learners + delta.Learners, fact.Passed + delta.Passed);
        }

        var touched = totals.Where(t => t.Value != default).ToList();
        var totalTenants = touched.Select(t => t.Key.Tenant).Distinct().ToList();
        var presentTotals = (await db.AudienceTotals.Where(t => totalTenants.Contains(t.TenantId)).ToListAsync(cancellation))
            .ToDictionary(t => (t.TenantId, t.Audience, t.Year));
        foreach (var (key, delta) in touched)
        {
            if (!presentTotals.TryGetValue(key, out var total))
            {
                total = new AudienceTotal { TenantId = key.Tenant, Audience = key.Audience, Year = key.Year };
                db.AudienceTotals.Add(total);
            }

            (total.Learners, total.Achieved, total.AsOf) = (total.Learners + delta.Learners, total.Achieved + delta.Achieved, now);
        }
    }

    private void Total((short Tenant, Audience Audience, int Year) key, long learners, long achieved)
    {
        var before = totals.GetValueOrDefault(key);
        totals[key] = (before.Learners + learners, before.Achieved + achieved);
    }

    private static DateOnly Month(DateTimeOffset time)
    {
        var local = time.ToOffset(Vietnam);
        return new DateOnly(local.Year, local.Month, 1);
    }

    private readonly record struct Delta(long Completions, long Learners, long Passed)
    {
        public static Delta operator +(Delta a, Delta b) => new(a.Completions + b.Completions, a.Learners + b.Learners, a.Passed + b.Passed);
    }
}
