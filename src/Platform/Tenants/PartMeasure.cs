using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Localities;
using Platform.Plans;

namespace Platform.Tenants;

/// <summary>What a commune holds at this moment, in numbers; read in the transaction at hand.</summary>
internal static class PartMeasure
{
    internal static async Task<PartFigures> Of(PlatformDb db, short commune, CancellationToken cancellation)
    {
        var facts = await db.CompletionFacts.Where(f => f.TenantId == commune).GroupBy(_ => 1)
            .Select(g => new { Completions = g.Sum(f => f.Completions), Learners = g.Sum(f => f.Learners), Passed = g.Sum(f => f.Passed) }).SingleOrDefaultAsync(cancellation);
        var totals = await db.AudienceTotals.Where(t => t.TenantId == commune).GroupBy(_ => 1)
            .Select(g => new { Achieved = g.Sum(t => t.Achieved), Confirmed = g.Sum(t => t.Confirmed) }).SingleOrDefaultAsync(cancellation);
        return new PartFigures
        {
            Learners = facts?.Learners ?? 0,
            Completions = facts?.Completions ?? 0,
            Passed = facts?.Passed ?? 0,
            Achieved = totals?.Achieved ?? 0,
            Confirmed = totals?.Confirmed ?? 0,
            Plans = await db.Plans.CountAsync(p => p.TenantId == commune, cancellation),
            PlansInForce = await db.Plans.CountAsync(p => p.TenantId == commune && p.Status == PlanStatus.Issued, cancellation),
            Targets = await db.Targets.CountAsync(t => t.TenantId == commune, cancellation),
            Tasks = await db.Tasks.CountAsync(t => t.TenantId == commune, cancellation),
            Assignments = await db.Assignments.CountAsync(a => a.TenantId == commune, cancellation),
            Agencies = await db.Agencies.CountAsync(a => a.TenantId == commune, cancellation),
        };
    }
}
