using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>How many of a vendor's rows had one outcome on one day in Vietnam, in all and for one reason; a row with several reasons is counted under each.</summary>
public sealed class IntakeCount : IVendorOwned, IBookkeeping
{
    public short VendorId { get; set; }

    public DateOnly Day { get; set; }

    public RowOutcome Outcome { get; set; }

    /// <summary>The number of the problem; empty for all rows of the outcome.</summary>
    public required string Code { get; set; }

    public long Rows { get; set; }
}

/// <summary>
/// Counts answers for the vendors' statistics. Beside the rows' transactions, not in them: one counter that every batch of a vendor changed
/// would make its batches wait for each other. Written every second and when the server stops; a server that is killed loses a second of them.
/// </summary>
public sealed class IntakeCounts(IServiceScopeFactory scopes, TimeProvider clock, ILogger<IntakeCounts> log) : BackgroundService
{
    private readonly SemaphoreSlim writing = new(1, 1);
    private Dictionary<(short Vendor, DateOnly Day, RowOutcome Outcome, string Code), long> pending = [];

    /// <summary>Notes answers.</summary>
    internal void Add(short vendor, IReadOnlyList<RowAnswer> answers)
    {
        var day = VietnamTime.Day(clock.GetUtcNow());
        lock (writing)
            foreach (var answer in answers)
            {
                Count(answer.Outcome, "");
                foreach (var fault in answer.Faults?.DistinctBy(f => f.Kind) ?? [])
                    Count(answer.Outcome, fault.Kind.Code);
            }

        void Count(RowOutcome outcome, string code) => CollectionsMarshal.GetValueRefOrAddDefault(pending, (vendor, day, outcome, code), out _)++;
    }

    /// <summary>Writes what was noted.</summary>
    internal async Task Flush(CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            Dictionary<(short Vendor, DateOnly Day, RowOutcome Outcome, string Code), long> noted;
            lock (writing)
                (noted, pending) = (pending, []);
            foreach (var vendor in noted.GroupBy(n => n.Key.Vendor))
            {
                try
                {
                    await Write(vendor.Key, vendor, cancellation);
                }
                catch
                {
                    Return(vendor);
                    throw;
                }
            }
        }
        finally
        {
            writing.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Try();
        }
        catch (OperationCanceledException)
        {
            await Try();
        }

        async Task Try()
        {
            try
            {
                await Flush(CancellationToken.None);
            }
            catch (Exception e) when (e is System.Data.Common.DbException or DbUpdateException or InvalidOperationException or TimeoutException)
            {
                log.LogWarning("The vendors' statistics could not be written yet: {Reason}", e.Message);
            }
        }
    }

    private async Task Write(short vendor, IEnumerable<KeyValuePair<(short Vendor, DateOnly Day, RowOutcome Outcome, string Code), long>> counts, CancellationToken cancellation)
    {
        await using var work = scopes.CreateAsyncScope();
        work.ServiceProvider.GetRequiredService<TenantScope>().EnterIntake(vendor);
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        // Alone per vendor: several servers add to the same rows, and a row is inserted once.
        await using var transaction = await db.BeginAlone($"intake-counts-{vendor}", cancellation);
        var days = counts.Select(c => c.Key.Day).Distinct().ToList();
        var stored = await db.Set<IntakeCount>().Where(c => c.VendorId == vendor && days.Contains(c.Day)).ToListAsync(cancellation);
        foreach (var ((_, day, outcome, code), rows) in counts)
        {
            var count = stored.Find(c => c.Day == day && c.Outcome == outcome && c.Code == code);
            if (count is null)
                db.Add(count = new IntakeCount { VendorId = vendor, Day = day, Outcome = outcome, Code = code });
            count.Rows += rows;
        }

        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private void Return(IEnumerable<KeyValuePair<(short Vendor, DateOnly Day, RowOutcome Outcome, string Code), long>> counts)
    {
        lock (writing)
            foreach (var (key, rows) in counts)
                pending[key] = pending.GetValueOrDefault(key) + rows;
    }
}

internal sealed class IntakeCountMapping : IEntityTypeConfiguration<IntakeCount>
{
    public void Configure(EntityTypeBuilder<IntakeCount> builder)
    {
        builder.HasKey(c => new { c.VendorId, c.Day, c.Outcome, c.Code });
        builder.Property(c => c.Code).HasMaxLength(8);
    }
}
