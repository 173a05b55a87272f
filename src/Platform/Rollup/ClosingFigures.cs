using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Localities;
using Platform.Plans;

namespace Platform.Rollup;

/// <summary>
/// What stays of a commune's figures when it ends, and what its successor has of them. How far its targets were is noted on them, because its learners
/// are counted elsewhere from then on. Populations add only where every commune has declared its own: missing is not zero. Works on a
/// context of the commune whose rows it writes, in the caller's transaction.
/// </summary>
internal static class ClosingFigures
{
    /// <summary>Notes how far the targets of plans are that end now.</summary>
    internal static async Task Note(PlatformDb own, short commune, IReadOnlyCollection<Guid> plans, DateTimeOffset at, CancellationToken cancellation)
    {
        var progress = await own.TargetProgress.AsNoTracking()
            .Where(p => p.TenantId == commune && plans.Contains(p.PlanId) && p.Source != FigureSource.Reported && p.Numerator != null).ToListAsync(cancellation);
        own.TargetFigures.AddRange(progress.Select(p => new TargetFigure
        {
            TenantId = commune,
            TargetId = p.TargetId,
            AsOf = at,
            Numerator = p.Numerator!.Value,
            Denominator = p.Denominator,
        }));
        await own.SaveChangesAsync(cancellation);
    }

    /// <summary>Takes back what was noted then.</summary>
    internal static Task Forget(PlatformDb own, short commune, DateTimeOffset at, CancellationToken cancellation) =>
        own.TargetFigures.Where(f => f.TenantId == commune && f.AsOf == at
            && own.Targets.Any(t => t.TenantId == commune && t.Id == f.TargetId && t.Source != FigureSource.Reported)).ExecuteDeleteAsync(cancellation);

    /// <summary>The populations of one commune made of several: the sum where all of them have declared it, nothing where one has not.</summary>
    internal static async Task<List<PopulationSum>> Add(PlatformDb db, IReadOnlyList<LocalityEntry> from, CancellationToken cancellation)
    {
        var ids = from.Select(c => c.Id).ToList();
        var declared = await db.Populations.AsNoTracking().Where(p => ids.Contains(p.TenantId)).ToListAsync(cancellation);
        return [.. declared.GroupBy(p => (p.Code, p.Year)).OrderBy(g => g.Key).Select(g =>
        {
            var missing = from.Where(c => !g.Any(p => p.TenantId == c.Id)).Select(c => c.Code).ToList();
            return new PopulationSum(g.Key.Code, g.Key.Year, missing.Count == 0 ? g.Sum(p => p.People) : null, missing);
        })];
    }

    /// <summary>Declares the sums for the commune.</summary>
    internal static async Task Declare(PlatformDb own, short commune, IEnumerable<PopulationSum> sums, IEnumerable<LocalityEntry> from, CancellationToken cancellation)
    {
        var source = $"Cộng từ {string.Join(", ", from.Select(c => c.Code))}";
        own.Populations.AddRange(sums.Where(s => s.People is not null).Select(s => new Population
        {
            TenantId = commune,
            Code = s.Code,
            Year = s.Year,
            People = s.People!.Value,
            Source = source.Length > 200 ? source[..199] + "…" : source,
        }));
        await own.SaveChangesAsync(cancellation);
    }
}

/// <summary>A population of a commune made of several.</summary>
/// <param name="Code">The group.</param>
/// <param name="Year">The year.</param>
/// <param name="People">The sum; null while one of them has not declared it: the new commune declares it itself, and until then theirs count for the province.</param>
/// <param name="Missing">Codes of the communes that have not declared it.</param>
public sealed record PopulationSum(string Code, int Year, int? People, IReadOnlyList<string> Missing);
