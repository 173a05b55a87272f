using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Database;

namespace Platform.Webhooks;

/// <summary>
/// Delivers in the background what <see cref="WebhookOutbox"/> left. Any number of servers may run it on one database: each delivery is taken
/// by raising its turn, and one that was taken and never settled (its server died) is due again after a while. At least once, so receivers
/// look at <c>webhook-id</c>.
/// </summary>
public sealed class WebhookDispatch(
    IServiceScopeFactory scopes, WebhookSender sender, WebhookSecrets secrets, IOptions<WebhookOptions> options, TimeProvider clock, ILogger<WebhookDispatch> log)
    : BackgroundService
{
    private static readonly TimeSpan PurgeEvery = TimeSpan.FromHours(1);

    // One call at a time per webhook, so that a slow address holds up nobody but itself.
    private readonly ConcurrentDictionary<Guid, Task> running = new();

    // Webhooks whose secret another server's keys protect, and until when they are left to that server.
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> unreadable = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var purged = DateTimeOffset.MinValue;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.PollMilliseconds), clock);
        while (await Next(timer, stoppingToken))
        {
            try
            {
                await StartDue(stoppingToken);
                if (clock.GetUtcNow() - purged > PurgeEvery)
                {
                    await Purge(stoppingToken);
                    purged = clock.GetUtcNow();
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogWarning("Webhooks wait: {Message}", e.Message);
            }
        }

        await Task.WhenAll(running.Values);
    }

    private static async Task<bool> Next(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task StartDue(CancellationToken cancellation)
    {
        var free = options.Value.Parallel - running.Count;
        if (free <= 0)
            return;
        var now = clock.GetUtcNow();
        var busy = running.Keys.Concat(unreadable.Where(u => u.Value > now).Select(u => u.Key)).ToList();
        await using var work = scopes.CreateAsyncScope();
        var deliveries = work.ServiceProvider.GetRequiredService<PlatformDb>().WebhookDeliveries.AsNoTracking();
        for (; free > 0; free--)
        {
            // The oldest of each webhook, so that what has piled up for one keeps no other waiting.
            var next = await deliveries.Where(d => d.NextAttemptAt <= now && d.Webhook!.DisabledAt == null && !busy.Contains(d.WebhookId))
                .OrderBy(d => d.NextAttemptAt).Select(d => new { d.Id, d.WebhookId }).FirstOrDefaultAsync(cancellation);
            if (next is null)
                return;
            busy.Add(next.WebhookId);
            var turn = new TaskCompletionSource();
            if (running.TryAdd(next.WebhookId, turn.Task))
                _ = Attempt(next.Id, next.WebhookId, turn, cancellation);
        }
    }

    private async Task Attempt(Guid delivery, Guid webhook, TaskCompletionSource turn, CancellationToken cancellation)
    {
        try
        {
            await Attempt(delivery, cancellation);
        }
        catch (CryptographicException)
        {
            unreadable[webhook] = clock.GetUtcNow().AddMinutes(5);
            log.LogWarning("The secret of webhook {Webhook} is protected by keys that this server cannot read", webhook);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another server has it, or its vendor has removed it.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogWarning("A webhook was not settled and will be tried again: {Message}", e.Message);
        }
        catch (OperationCanceledException)
        {
            // The server stops; the delivery is due again when its turn runs out.
        }
        finally
        {
            running.TryRemove(webhook, out _);
            turn.SetResult();
        }
    }

    private async Task Attempt(Guid id, CancellationToken cancellation)
    {
        await using var work = scopes.CreateAsyncScope();
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        var delivery = await db.WebhookDeliveries.Include(d => d.Webhook).Include(d => d.Message).SingleOrDefaultAsync(d => d.Id == id, cancellation);
        if (delivery?.NextAttemptAt is null || delivery.NextAttemptAt > clock.GetUtcNow())
            return;
        var live = secrets.Live(delivery.Webhook!, clock.GetUtcNow());
        delivery.Turn++;
        delivery.NextAttemptAt = clock.GetUtcNow().AddSeconds(options.Value.TimeoutSeconds + 30);
        await db.SaveChangesAsync(cancellation);

        var attempt = await sender.Send(delivery.Webhook!.Url, delivery.Message!, live, cancellation);
        await db.Entry(delivery.Webhook).ReloadAsync(cancellation); // its vendor may have changed it meanwhile, or another server have got through
        delivery.Settle(attempt, options.Value, Random.Shared.NextDouble());
        await db.SaveChangesAsync(cancellation);
    }

    private async Task Purge(CancellationToken cancellation)
    {
        var before = clock.GetUtcNow().AddDays(-options.Value.KeepDays);
        await using var work = scopes.CreateAsyncScope();
        await work.ServiceProvider.GetRequiredService<PlatformDb>().WebhookMessages.Where(m => m.CreatedAt < before).ExecuteDeleteAsync(cancellation);
    }
}

/// <summary>Keeps the secrets of webhooks encrypted in the database.</summary>
public sealed class WebhookSecrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("Platform.Webhooks");

    internal byte[] Protect(string secret) => protector.Protect(System.Text.Encoding.ASCII.GetBytes(secret));

    /// <summary>The secrets that sign now: the present one and, for a while, the former one.</summary>
    internal IReadOnlyList<string> Live(Webhook webhook, DateTimeOffset now) =>
        webhook.PreviousSecret is { } previous && webhook.PreviousSecretUntil > now
            ? [Unprotect(webhook.Secret), Unprotect(previous)]
            : [Unprotect(webhook.Secret)];

    private string Unprotect(byte[] secret) => System.Text.Encoding.ASCII.GetString(protector.Unprotect(secret));
}
