using Microsoft.EntityFrameworkCore;
using Platform.Tenancy;

namespace Platform.Database;

/// <summary>
/// Forgets rows that were removed before the oldest delta link still answered was given, in the background of every server. A day is left
/// between the two, because a removal is dated when its transaction begins and is seen when it ends.
/// </summary>
public sealed class RemovalPurge(IServiceScopeFactory scopes, TimeSpan kept, TimeProvider clock, ILogger<RemovalPurge> log) : BackgroundService
{
    private static readonly TimeSpan Slack = TimeSpan.FromDays(1), Pause = TimeSpan.FromHours(1);

    /// <summary>Removes what is too old and says how many.</summary>
    internal async Task<int> Purge(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterUpkeep();
        var oldest = clock.GetUtcNow() - kept - Slack;
        return await scope.ServiceProvider.GetRequiredService<PlatformDb>().RemovedRows.Where(r => r.RemovedAt < oldest).ExecuteDeleteAsync(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Try(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task Try(CancellationToken cancellation)
    {
        try
        {
            await Purge(cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogWarning("Removed rows were not forgotten: {Message}", e.Message);
        }
    }
}
