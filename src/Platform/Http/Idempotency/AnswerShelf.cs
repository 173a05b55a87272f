using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Database;

namespace Platform.Http.Idempotency;

/// <summary>
/// The answers kept for callers' keys, shared by all servers through the database. A key is claimed before its request is carried out; the claim
/// is marked in the request's own transaction and the answer put in its place afterwards. So after a crash one of three is known: nothing
/// happened (the claim lapses and the request may come again), it happened (it never happens twice), or there is the answer.
/// </summary>
public sealed class AnswerShelf(
    Contexts contexts, IDataProtectionProvider protection, IOptions<IdempotencyOptions> options, TimeProvider clock)
{
    private const int MostAttempts = 5;
    private readonly IDataProtector protector = protection.CreateProtector("Platform.Idempotency");

    /// <summary>Claims a key for one request, or says what stands in its way: the row as it is.</summary>
    internal async Task<(Guid? Claim, StoredAnswer? Held)> Claim(int caller, string key, IReadOnlyList<byte[]> marks, bool repeatable, CancellationToken cancellation)
    {
        await using var db = contexts.Open();
        var now = clock.GetUtcNow();
        var (claim, until) = (Guid.CreateVersion7(now), now.AddSeconds(options.Value.ClaimSeconds));
        StoredAnswer? held;
        for (var attempt = 1; (held = await db.StoredAnswers.AsNoTracking().SingleOrDefaultAsync(a => a.CallerId == caller && a.Key == key, cancellation)) is null || held.ExpiresAt <= now; attempt++)
        {
            if (held is not null)
                await db.StoredAnswers.Where(a => a.CallerId == caller && a.Key == key && a.Claim == held.Claim).ExecuteDeleteAsync(cancellation);
            db.StoredAnswers.Add(new StoredAnswer
            {
                CallerId = caller,
                Key = key,
                Request = marks[0],
                Claim = claim,
                ClaimedUntil = until,
                ExpiresAt = now.AddHours(options.Value.KeepHours),
            });
            try
            {
                await db.SaveChangesAsync(cancellation);
                return (claim, null);
            }
            catch (DbUpdateException) when (attempt < MostAttempts)
            {
                // Somebody else was first by a moment, and may be gone again; anything else that may have failed shows in the look that follows.
                db.ChangeTracker.Clear();
            }
        }

        var abandoned = held.Status is null && held.ClaimedUntil <= now && RequestMarks.Fit(held.Request, marks) && (repeatable || !held.CarriedOut);
        if (!abandoned)
            return (null, held);
        var taken = await db.StoredAnswers
            .Where(a => a.CallerId == caller && a.Key == key && a.Claim == held.Claim && a.Status == null && a.CarriedOut == held.CarriedOut)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.Claim, claim).SetProperty(a => a.ClaimedUntil, until), cancellation);
        return taken == 1 ? (claim, null) : (null, held);
    }

    /// <summary>Says that a claim is still being worked on; false when it is not this attempt's any more.</summary>
    internal async Task<bool> Renew(int caller, string key, Guid claim, CancellationToken cancellation)
    {
        await using var db = contexts.Open();
        var until = clock.GetUtcNow().AddSeconds(options.Value.ClaimSeconds);
        return await db.StoredAnswers.Where(a => a.CallerId == caller && a.Key == key && a.Claim == claim)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.ClaimedUntil, until), cancellation) == 1;
    }

    /// <summary>Marks the claim within the transaction of what it carries out; refuses when another attempt has taken over.</summary>
    internal static async Task Mark(PlatformDb db, int caller, string key, Guid claim, CancellationToken cancellation)
    {
        var marked = await db.StoredAnswers.Where(a => a.CallerId == caller && a.Key == key && a.Claim == claim)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.CarriedOut, true), cancellation);
        if (marked == 0)
            throw new ProblemException(Problems.KeyInUse);
    }

    /// <summary>Puts the answer in the place of the claim. A body of null was too large.</summary>
    internal async Task Keep(int caller, string key, Guid claim, int status, Dictionary<string, string> headers, ReadOnlyMemory<byte>? body, CancellationToken cancellation)
    {
        var (head, content) = (JsonSerializer.Serialize(headers), body is { } bytes ? protector.Protect(Compress(bytes.Span)) : null);
        await using var db = contexts.Open();
        await db.StoredAnswers.Where(a => a.CallerId == caller && a.Key == key && a.Claim == claim).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.Status, (short)status).SetProperty(a => a.Headers, head).SetProperty(a => a.Body, content),
            cancellation);
    }

    /// <summary>Gives a claim up, so that the key may be used again at once; one under which something was carried out only where that may be repeated.</summary>
    internal async Task Release(int caller, string key, Guid claim, bool carriedOut, CancellationToken cancellation)
    {
        await using var db = contexts.Open();
        await db.StoredAnswers.Where(a => a.CallerId == caller && a.Key == key && a.Claim == claim && (carriedOut || !a.CarriedOut)).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>The headers and the body of an answer; null when it cannot be given again.</summary>
    internal (Dictionary<string, string> Headers, byte[] Body)? Read(StoredAnswer answer)
    {
        if (answer.Body is null || answer.Headers is null)
            return null;
        try
        {
            return (JsonSerializer.Deserialize<Dictionary<string, string>>(answer.Headers)!, Decompress(protector.Unprotect(answer.Body)));
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null; // kept by a server with other keys
        }
    }

    /// <summary>Removes what is too old.</summary>
    internal async Task<int> Purge(CancellationToken cancellation)
    {
        await using var db = contexts.Open();
        var now = clock.GetUtcNow();
        return await db.StoredAnswers.Where(a => a.ExpiresAt <= now).ExecuteDeleteAsync(cancellation);
    }

    private static byte[] Compress(ReadOnlySpan<byte> bytes)
    {
        using var small = new MemoryStream();
        using (var zip = new BrotliStream(small, CompressionLevel.Fastest))
            zip.Write(bytes);
        return small.ToArray();
    }

    private static byte[] Decompress(byte[] bytes)
    {
        using var large = new MemoryStream();
        using (var zip = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress))
            zip.CopyTo(large);
        return large.ToArray();
    }
}

/// <summary>Removes answers that are too old, in the background of every server.</summary>
public sealed class AnswerPurge(AnswerShelf shelf, IOptions<IdempotencyOptions> options, TimeProvider clock, ILogger<AnswerPurge> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.PurgeSeconds), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Purge(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task Purge(CancellationToken cancellation)
    {
        try
        {
            await shelf.Purge(cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogWarning("Old answers were not removed: {Message}", e.Message);
        }
    }
}
