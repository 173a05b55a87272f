using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Localities;

/// <summary>
/// How a reorganisation changes the list of localities: new communes begin, old ones end, each with its days, and who came of whom is noted. Nothing
/// is removed and no code is given twice. Works in the caller's transaction; the database lets operators only.
/// </summary>
internal static class LocalityChanges
{
    /// <summary>Begins a commune.</summary>
    internal static async Task<Locality> Begin(PlatformDb db, string code, string kind, string name, LocalityEntry province, DateOnly from, CancellationToken cancellation)
    {
        var highest = Math.Max(await db.Localities.MaxAsync(l => l.Id, cancellation), db.Localities.Local.Select(l => l.Id).DefaultIfEmpty().Max());
        var commune = new Locality
        {
            Id = (short)(highest + 1),
            Code = code,
            Level = LocalityLevel.Commune,
            Kind = kind,
            Name = name,
            ProvinceId = province.Id,
            ProvinceCode = province.Code,
            ValidFrom = from,
            SearchText = $"{VietnameseText.Fold($"{kind} {name}")} | {code}",
        };
        commune.Names.Add(new LocalityName { LocalityId = commune.Id, ValidFrom = from, Kind = kind, Name = name });
        db.Localities.Add(commune);
        return commune;
    }

    /// <summary>Ends communes with their last day.</summary>
    internal static async Task End(PlatformDb db, IReadOnlyCollection<short> communes, DateOnly lastDay, CancellationToken cancellation)
    {
        await db.Localities.Where(l => communes.Contains(l.Id)).ExecuteUpdateAsync(s => s.SetProperty(l => l.ValidTo, lastDay), cancellation);
        await db.LocalityNames.Where(n => communes.Contains(n.LocalityId) && n.ValidTo == null).ExecuteUpdateAsync(s => s.SetProperty(n => n.ValidTo, lastDay), cancellation);
    }

    /// <summary>Lets communes go on that were ended with this day.</summary>
    internal static async Task GoOn(PlatformDb db, IReadOnlyCollection<short> communes, DateOnly lastDay, CancellationToken cancellation)
    {
        await db.Localities.Where(l => communes.Contains(l.Id)).ExecuteUpdateAsync(s => s.SetProperty(l => l.ValidTo, (DateOnly?)null), cancellation);
        await db.LocalityNames.Where(n => communes.Contains(n.LocalityId) && n.ValidTo == lastDay).ExecuteUpdateAsync(s => s.SetProperty(n => n.ValidTo, (DateOnly?)null), cancellation);
    }

    /// <summary>Notes that communes came of others, and so of those that these came of.</summary>
    internal static async Task Succeed(PlatformDb db, int number, IEnumerable<(short From, short Into)> steps, CancellationToken cancellation)
    {
        var known = await db.LocalitySuccessions.AsNoTracking().ToListAsync(cancellation);
        var direct = steps.ToHashSet();
        var all = new HashSet<(short From, short Into)>(direct);
        foreach (var (from, into) in direct)
            all.UnionWith(known.Where(s => s.SuccessorId == from).Select(s => (s.PredecessorId, into)));
        db.LocalitySuccessions.AddRange(all.Select(s => new LocalitySuccession { PredecessorId = s.From, SuccessorId = s.Into, Number = number, Direct = direct.Contains(s) }));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Takes back what a reorganisation noted.</summary>
    internal static Task Forget(PlatformDb db, int number, CancellationToken cancellation) =>
        db.LocalitySuccessions.Where(s => s.Number == number).ExecuteDeleteAsync(cancellation);
}
