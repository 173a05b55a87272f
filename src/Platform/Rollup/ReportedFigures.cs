using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Plans;

namespace Platform.Rollup;

/// <summary>What localities sent for their targets. Follows a target into the version of its plan that supersedes it.</summary>
internal static class ReportedFigures
{
    /// <summary>
    /// Copies the figures of one version's targets to the same targets (place, year, measure, people) of the next. The caller saves.
    /// </summary>
    internal static async Task Carry(PlatformDb db, short tenant, Guid fromPlan, Guid toPlan, CancellationToken cancellation)
    {
        var targets = await db.Targets.AsNoTracking().Where(t => t.TenantId == tenant && (t.PlanId == fromPlan || t.PlanId == toPlan)).ToListAsync(cancellation);
        var next = targets.Where(t => t.PlanId == toPlan).ToLookup(Identity);
        var before = targets.Where(t => t.PlanId == fromPlan).ToDictionary(t => t.Id);
        var ids = before.Keys.ToList();
        foreach (var figure in await db.TargetFigures.AsNoTracking().Where(f => f.TenantId == tenant && ids.Contains(f.TargetId)).ToListAsync(cancellation))
            foreach (var target in next[Identity(before[figure.TargetId])].Where(t => t.Source == FigureSource.Reported).Take(1))
                db.TargetFigures.Add(new TargetFigure
                {
                    TenantId = tenant,
                    TargetId = target.Id,
                    AsOf = figure.AsOf,
                    Numerator = figure.Numerator,
                    Denominator = figure.Denominator,
                });
    }

    private static (string Number, int Year, string Measure, string? Population) Identity(Target t) => (t.Number, t.Year, t.Measure, t.Population);
}
