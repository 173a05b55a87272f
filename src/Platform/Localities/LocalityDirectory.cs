using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Localities;

/// <summary>One locality as the directory holds it.</summary>
public sealed record LocalityEntry(short Id, string Code, LocalityLevel Level, string Kind, string Name, short ProvinceId, string SearchText);

/// <summary>
/// All provinces and communes in memory: they are public, few (3,355) and change by law a few times a year.
/// Every request resolves its codes here. Reloaded when a code is asked for that it does not know, at most every 10 s.
/// </summary>
public sealed class LocalityDirectory(Contexts contexts, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim loading = new(1, 1);
    private Snapshot current = Snapshot.Empty;

    /// <summary>The locality with this code, or null.</summary>
    public async ValueTask<LocalityEntry?> Find(string code, CancellationToken cancellation)
    {
        if (current.ByCode.TryGetValue(code, out var entry))
            return entry;
        return (await Refresh(cancellation)).ByCode.GetValueOrDefault(code);
    }

    /// <summary>All localities by their codes.</summary>
    public async ValueTask<IReadOnlyDictionary<string, LocalityEntry>> ByCode(CancellationToken cancellation) =>
        (current.Entries.Count > 0 ? current : await Refresh(cancellation)).ByCode;

    /// <summary>The locality with this id.</summary>
    public async ValueTask<LocalityEntry> Get(short id, CancellationToken cancellation)
    {
        if (current.ById.TryGetValue(id, out var entry))
            return entry;
        return (await Refresh(cancellation)).ById[id];
    }

    /// <summary>All localities in order of code, provinces first.</summary>
    public async ValueTask<IReadOnlyList<LocalityEntry>> All(CancellationToken cancellation) =>
        (current.Entries.Count > 0 ? current : await Refresh(cancellation)).Entries;

    /// <summary>The communes of a province in order of code.</summary>
    public async ValueTask<IReadOnlyList<LocalityEntry>> CommunesOf(short province, CancellationToken cancellation)
    {
        await All(cancellation);
        return current.Communes[province].ToList();
    }

    public void Dispose() => loading.Dispose();

    private async ValueTask<Snapshot> Refresh(CancellationToken cancellation)
    {
        await loading.WaitAsync(cancellation);
        try
        {
            if (current.Entries.Count > 0 && clock.GetUtcNow() - current.LoadedAt < TimeSpan.FromSeconds(10))
                return current;
            await using var db = contexts.Open();
            var entries = await db.Localities.AsNoTracking()
                .OrderBy(l => l.Level == LocalityLevel.Province ? 0 : 1).ThenBy(l => l.Code)
                .Select(l => new LocalityEntry(l.Id, l.Code, l.Level, l.Kind, l.Name, l.ProvinceId, l.SearchText))
                .ToListAsync(cancellation);
            return current = new Snapshot(entries, clock.GetUtcNow());
        }
        finally
        {
            loading.Release();
        }
    }

    private sealed class Snapshot(IReadOnlyList<LocalityEntry> entries, DateTimeOffset loadedAt)
    {
        internal static readonly Snapshot Empty = new([], DateTimeOffset.MinValue);

        internal IReadOnlyList<LocalityEntry> Entries { get; } = entries;

        internal DateTimeOffset LoadedAt { get; } = loadedAt;

        internal Dictionary<string, LocalityEntry> ByCode { get; } = entries.ToDictionary(e => e.Code, StringComparer.Ordinal);

        internal Dictionary<short, LocalityEntry> ById { get; } = entries.ToDictionary(e => e.Id);

        internal ILookup<short, LocalityEntry> Communes { get; } =
            entries.Where(e => e.Level == LocalityLevel.Commune).ToLookup(e => e.ProvinceId);
    }
}
