using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Confirmations;

/// <summary>
/// Brings rules into force on their day and judges everybody by them in the background. Servers share the work: a recomputation is leased
/// by one run at a time, and goes to another when its server gives no sign of life.
/// </summary>
internal sealed class RecomputationRunner(
    IServiceScopeFactory scopes, Rejudgement rejudgement, RuleBook rules, ConfirmationOptions options, TimeProvider clock, ILogger<RecomputationRunner> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim signal = new(0);

    /// <summary>Says that there is work.</summary>
    internal void Wake() => signal.Release();

    public override void Dispose()
    {
        signal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Recompute && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await rules.BringIntoForce(stoppingToken);
                if (await Work(stoppingToken))
                    continue;
            }
            catch (Exception e) when (e is DbException or DbUpdateException or InvalidOperationException or TimeoutException && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Recomputing confirmations waits: {Reason}", e.GetBaseException().Message);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(e, "Recomputing confirmations ended in a way that nobody foresaw"); // and begins again, the server stays
            }

            await signal.WaitAsync(Pause, stoppingToken);
        }
    }

    private async Task<bool> Work(CancellationToken cancellation)
    {
        await using var work = scopes.CreateAsyncScope();
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        var (now, holder) = (clock.GetUtcNow(), Guid.NewGuid());
        var free = await db.Recomputations.AsNoTracking().Where(r => r.State == RecomputationState.Running && r.LeaseUntil < now)
            .OrderBy(r => r.Edition).FirstOrDefaultAsync(cancellation);
        if (free is null)
            return false;
        var until = now.AddSeconds(options.LeaseSeconds);
        if (await db.Recomputations.Where(r => r.Edition == free.Edition && r.LeaseUntil == free.LeaseUntil)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Holder, holder).SetProperty(r => r.LeaseUntil, until), cancellation) != 1)
            return true;
        try
        {
            while (await Next(db, free.Edition, holder, cancellation))
            {
            }
        }
        finally
        {
            // So that another server, or this one when it is back, need not wait.
            await db.Recomputations.Where(r => r.Edition == free.Edition && r.Holder == holder)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.LeaseUntil, now), CancellationToken.None);
        }

        return true;
    }

    private async Task<bool> Next(PlatformDb db, int edition, Guid holder, CancellationToken cancellation)
    {
        try
        {
            return await rejudgement.Next(edition, holder, cancellation);
        }
        catch (Exception failure) when (failure.AsDatabase() is { } database && db.Dialect.IsCollision(database))
        {
            return true; // it met a batch of the intake; the same learners again
        }
    }
}
