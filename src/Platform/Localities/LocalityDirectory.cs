using System.Data;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;

namespace Platform.Localities;

/// <summary>One locality as the directory holds it.</summary>
public sealed record LocalityEntry(short Id, string Code, LocalityLevel Level, string Kind, string Name, short ProvinceId, string SearchText)
{
    /// <summary>Its first day.</summary>
    public DateOnly ValidFrom { get; init; }

    /// <summary>Its last day; null while it goes on.</summary>
    public DateOnly? ValidTo { get; init; }

    /// <summary>True where a reorganisation has ended it.</summary>
    public bool HasEnded => ValidTo is not null;

    /// <summary>Where it has ended: the communes of today that came of it.</summary>
    public IReadOnlyList<LocalityEntry> Successors { get; init; } = [];

    /// <summary>The communes it came of.</summary>
    public IReadOnlyList<short> Predecessors { get; init; } = [];

    /// <summary>Where it has ended: what it is today, in words.</summary>
    internal Explanation Today => new($"Nay là: {Codes(Successors)}.", $"It is now: {Codes(Successors)}.");

    private static string Codes(IReadOnlyList<LocalityEntry> localities) => string.Join(", ", localities.Select(l => $"{l.Code} {l.Kind} {l.Name}"));

    /// <summary>Where it has ended: the reorganisations that lead to its one successor, each with the commune that it ended. Null where they lead to several.</summary>
    public int[]? Trail { get; init; }
}

/// <summary>
/// All provinces and communes in memory: they are public, few (3,355) and change by law a few times a year.
/// Every request resolves its codes here. Reloaded when a code is asked for that it does not know, at most every 10 s, and when they were reorganised.
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
    public async ValueTask<IReadOnlyDictionary<string, LocalityEntry>> ByCode(CancellationToken cancellation) => (await Known(cancellation)).ByCode;

    /// <summary>The same with the latest reorganisation or reversal that they know of.</summary>
    public async ValueTask<(int Edition, IReadOnlyDictionary<string, LocalityEntry> ByCode)> AsOf(CancellationToken cancellation)
    {
        var known = await Known(cancellation);
        return (known.Edition, known.ByCode);
    }

    /// <summary>Makes sure that a reorganisation or reversal is known.</summary>
    public async ValueTask Reach(int edition, CancellationToken cancellation)
    {
        if (current.Edition < edition)
            await Refresh(cancellation, edition);
    }

    /// <summary>The locality with this id.</summary>
    public async ValueTask<LocalityEntry> Get(short id, CancellationToken cancellation)
    {
        if (current.ById.TryGetValue(id, out var entry))
            return entry;
        return (await Refresh(cancellation, wanted: id)).ById[id]; // another server has begun it
    }

    /// <summary>All localities in order of code, provinces first.</summary>
    public async ValueTask<IReadOnlyList<LocalityEntry>> All(CancellationToken cancellation) =>
        (await Known(cancellation)).Entries;

    /// <summary>The communes of a province in order of code, those that have ended too.</summary>
    public async ValueTask<IReadOnlyList<LocalityEntry>> CommunesOf(short province, CancellationToken cancellation)
    {
        await All(cancellation);
        return current.Communes[province].ToList();
    }

    public void Dispose() => loading.Dispose();

    private ValueTask<Snapshot> Known(CancellationToken cancellation) => current.Entries.Count > 0 ? ValueTask.FromResult(current) : Refresh(cancellation);

    private async ValueTask<Snapshot> Refresh(CancellationToken cancellation, int edition = 0, short? wanted = null)
    {
        await loading.WaitAsync(cancellation);
        try
        {
            var isEnough = wanted is { } id ? current.ById.ContainsKey(id) : clock.GetUtcNow() - current.LoadedAt < TimeSpan.FromSeconds(10);
            if (current.Entries.Count > 0 && current.Edition >= edition && isEnough)
                return current;
            await using var db = contexts.Open();
            // All of one moment: a successor that came in between would be named by nobody.
            await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            var latest = await db.Reorganisations.MaxAsync(r => (int?)r.Edition, cancellation) ?? 0;
            var entries = await db.Localities.AsNoTracking()
                .OrderBy(l => l.Level == LocalityLevel.Province ? 0 : 1).ThenBy(l => l.Code)
                .Select(l => new LocalityEntry(l.Id, l.Code, l.Level, l.Kind, l.Name, l.ProvinceId, l.SearchText) { ValidFrom = l.ValidFrom, ValidTo = l.ValidTo })
                .ToListAsync(cancellation);
            var successions = await db.LocalitySuccessions.AsNoTracking().ToListAsync(cancellation);
            return current = new Snapshot(successions.Count == 0 ? entries : Succeeded(entries, successions), latest, clock.GetUtcNow());
        }
        finally
        {
            loading.Release();
        }
    }

    // Pure: who came of whom, as each entry tells it.
    private static List<LocalityEntry> Succeeded(List<LocalityEntry> entries, List<LocalitySuccession> successions)
    {
        var byId = entries.ToDictionary(e => e.Id);
        var (after, before) = (successions.ToLookup(s => s.PredecessorId), successions.ToLookup(s => s.SuccessorId));
        foreach (var id in successions.Select(s => s.SuccessorId).Distinct())
            byId[id] = byId[id] with { Predecessors = [.. before[id].Select(s => s.PredecessorId).Distinct()] };
        foreach (var id in successions.Select(s => s.PredecessorId).Distinct().Where(id => byId[id].HasEnded))
            byId[id] = byId[id] with
            {
                Successors = [.. after[id].Select(s => s.SuccessorId).Distinct().Order().Select(s => byId[s]).Where(s => !s.HasEnded)],
                Trail = Trail(id),
            };
        return entries.ConvertAll(e => byId[e.Id]);

        int[]? Trail(short id)
        {
            var trail = new List<int>();
            for (var at = id; byId[at].HasEnded; at = after[at].Single(s => s.Direct).SuccessorId)
            {
                if (after[at].Where(s => s.Direct).ToList() is not [var step])
                    return null;
                trail.AddRange([step.Number, at]);
            }

            return [.. trail];
        }
    }

    private sealed class Snapshot(IReadOnlyList<LocalityEntry> entries, int edition, DateTimeOffset loadedAt)
    {
        internal static readonly Snapshot Empty = new([], 0, DateTimeOffset.MinValue);

        internal IReadOnlyList<LocalityEntry> Entries { get; } = entries;

        internal int Edition { get; } = edition;

        internal DateTimeOffset LoadedAt { get; } = loadedAt;

        internal Dictionary<string, LocalityEntry> ByCode { get; } = entries.ToDictionary(e => e.Code, StringComparer.Ordinal);

        internal Dictionary<short, LocalityEntry> ById { get; } = entries.ToDictionary(e => e.Id);

        internal ILookup<short, LocalityEntry> Communes { get; } =
            entries.Where(e => e.Level == LocalityLevel.Commune).ToLookup(e => e.ProvinceId);
    }
}
