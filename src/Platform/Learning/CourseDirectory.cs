using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Plans;

namespace Platform.Learning;

/// <summary>A course as rows name it.</summary>
/// <param name="Id">How it is stored.</param>
/// <param name="Only">Whom it is for, where that is one audience: the audience of whoever is not known to belong to another.</param>
internal readonly record struct KnownCourse(int Id, Audience? Only);

/// <summary>
/// The courses by code in memory: every row of every batch names one. Read again every ten seconds, and when a code is asked for that it does
/// not know, at most once a second.
/// </summary>
public sealed class CourseDirectory(Contexts contexts, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1), Old = TimeSpan.FromSeconds(10);
    private volatile Snapshot current = new([], DateTimeOffset.MinValue);

    /// <summary>The courses by code; read again first when one of the codes asked for is unknown.</summary>
    internal async ValueTask<IReadOnlyDictionary<string, KnownCourse>> Find(IEnumerable<string?> codes, CancellationToken cancellation)
    {
        var held = current;
        var age = clock.GetUtcNow() - held.ReadAt;
        return age < Fresh || (age < Old && codes.All(c => c is null || held.Known.ContainsKey(c))) ? held.Known : (await Read(cancellation)).Known;
    }

    /// <summary>The code of a course.</summary>
    internal async ValueTask<string> CodeOf(int id, CancellationToken cancellation) =>
        current.Codes.TryGetValue(id, out var code) ? code : (await Read(cancellation)).Codes[id];

    private async Task<Snapshot> Read(CancellationToken cancellation)
    {
        await using var db = contexts.Open();
        var courses = await db.Courses.AsNoTracking().Select(c => new { c.Code, c.Id, c.Audiences }).ToListAsync(cancellation);
        return current = new Snapshot(
            courses.ToDictionary(c => c.Code, c => new KnownCourse(c.Id, c.Audiences is [var only] ? Enum.Parse<Audience>(only) : null), StringComparer.Ordinal), clock.GetUtcNow());
    }

    private sealed record Snapshot(Dictionary<string, KnownCourse> Known, DateTimeOffset ReadAt)
    {
        internal Dictionary<int, string> Codes { get; } = Known.ToDictionary(c => c.Value.Id, c => c.Key);
    }
}
