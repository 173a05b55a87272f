using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Learning;
using Platform.Tenancy;

namespace Platform.Imports;

/// <summary>
/// Works on waiting imports in the background, a few at once. Several servers share them: each import is leased by one run at a time, and
/// goes to another when its server gives no sign of life.
/// </summary>
internal sealed class ImportRunner(
    IServiceScopeFactory scopes, ImportRun run, ImportPlaces places, ImportFolder folder, ImportOptions options, IntakeOptions intake, TimeProvider clock, ILogger<ImportRunner> log) : BackgroundService
{
    // A file that brings its server down brings the next one down too.
    private const int MostAttempts = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim signal = new(0);

    /// <summary>Says that there is work.</summary>
    internal void Wake() => signal.Release();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([Repeatedly(Sweep, TimeSpan.FromHours(1), stoppingToken), .. Enumerable.Range(0, options.AtOnce).Select(_ => Repeatedly(Work, Pause, stoppingToken))]);

    public override void Dispose()
    {
        signal.Dispose();
        base.Dispose();
    }

    private async Task Repeatedly(Func<CancellationToken, Task<bool>> step, TimeSpan pause, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await step(stop))
                    continue;
            }
            catch (Exception e) when (e is DbException or DbUpdateException or InvalidOperationException or IOException or TimeoutException && !stop.IsCancellationRequested)
            {
                log.LogWarning("Imports wait: {Reason}", e.GetBaseException().Message);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                log.LogError(e, "An import ended in a way that nobody foresaw"); // the others go on
            }

            if (pause > Pause)
                await Task.Delay(pause, clock, stop);
            else
                await signal.WaitAsync(pause, stop);
        }
    }

    private async Task<bool> Work(CancellationToken cancellation)
    {
        if (await places.Claim(cancellation) is not { } lease)
            return false;
        if (lease.Attempts > MostAttempts)
            await run.GiveUp(lease, cancellation);
        else
            await run.Continue(lease, cancellation);
        return true;
    }

    /// <summary>Removes what is kept for a time and what crashes have left.</summary>
    internal async Task<bool> Sweep(CancellationToken cancellation)
    {
        await using var work = scopes.CreateAsyncScope();
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        folder.Sweep((await db.ImportLeases.Select(l => l.ImportId).ToListAsync(cancellation)).ToHashSet(), clock.GetUtcNow());
        foreach (var vendor in await db.Accounts.Where(c => c.VendorId != null).Select(c => c.VendorId!.Value).ToListAsync(cancellation))
        {
            await using var own = scopes.CreateAsyncScope();
            own.ServiceProvider.GetRequiredService<TenantScope>().EnterIntake(vendor);
            await own.ServiceProvider.GetRequiredService<RejectedRows>().Purge(intake.RejectedDays, cancellation);
        }

        return false;
    }
}
