using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Learning;

/// <summary>
/// The courses' ids by code in memory: every row of every batch names one. Read again when a code is asked for that it does not know,
/// at most once a second.
/// </summary>
public sealed class CourseDirectory(Contexts contexts, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private volatile Snapshot current = new([], DateTimeOffset.MinValue);

    /// <summary>The ids by code; read again first when one of the codes asked for is unknown.</summary>
    internal async ValueTask<IReadOnlyDictionary<string, int>> Find(IEnumerable<string?> codes, CancellationToken cancellation)
    {
        var held = current;
        return codes.All(c => c is null || held.Ids.ContainsKey(c)) || clock.GetUtcNow() - held.ReadAt < Fresh ? held.Ids : (await Read(cancellation)).Ids;
    }

    /// <summary>The code of a course.</summary>
    internal async ValueTask<string> CodeOf(int id, CancellationToken cancellation) =>
        current.Codes.TryGetValue(id, out var code) ? code : (await Read(cancellation)).Codes[id];

    private async Task<Snapshot> Read(CancellationToken cancellation)
    {
        await using var db = contexts.Open();
        var ids = await db.Courses.AsNoTracking().ToDictionaryAsync(c => c.Code, c => c.Id, StringComparer.Ordinal, cancellation);
        return current = new Snapshot(ids, clock.GetUtcNow());
    }

    private sealed record Snapshot(Dictionary<string, int> Ids, DateTimeOffset ReadAt)
    {
        internal Dictionary<int, string> Codes { get; } = Ids.ToDictionary(c => c.Value, c => c.Key);
    }
}
