using System.Data.Common;
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
    private readonly Lock gate = new();
    private Dictionary<CountKey, long> pending = [];

    public override void Dispose()
    {
        writing.Dispose();
        base.Dispose();
    }

    /// <summary>Notes answers.</summary>
    internal void Add(short vendor, IReadOnlyList<RowAnswer> answers)
    {
        var day = VietnamTime.Day(clock.GetUtcNow());
        lock (gate)
            foreach (var answer in answers)
            {
                Count(answer.Outcome, "");
                foreach (var fault in answer.Faults?.DistinctBy(f => f.Kind) ?? [])
                    Count(answer.Outcome, fault.Kind.Code);
            }

        void Count(RowOutcome outcome, string code) => CollectionsMarshal.GetValueRefOrAddDefault(pending, new CountKey(vendor, day, outcome, code), out _)++;
    }

    /// <summary>Writes what was noted, each vendor's by itself: what one's cannot be written for does not hold up the others'. Who waits for it may leave; what was begun goes on.</summary>
    internal async Task Flush(CancellationToken patience)
    {
        await writing.WaitAsync(patience);
        try
        {
            Dictionary<CountKey, long> noted;
            lock (gate)
                (noted, pending) = (pending, []);
            foreach (var vendor in noted.GroupBy(n => n.Key.Vendor))
                await Write(vendor.Key, [.. vendor]);
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
                await Flush(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            await Flush(CancellationToken.None);
        }
    }

    private async Task Write(short vendor, List<KeyValuePair<CountKey, long>> counts)
    {
        var committing = false;
        try
        {
            await using var work = scopes.CreateAsyncScope();
            work.ServiceProvider.GetRequiredService<TenantScope>().EnterIntake(vendor);
            var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
            // Alone per vendor: several servers add to the same rows, and a row is inserted once.
            await using var transaction = await db.BeginAlone($"intake-counts-{vendor}", CancellationToken.None);
            await Add(db, vendor, counts);
            committing = true;
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or DbUpdateException or InvalidOperationException or TimeoutException)
        {
            // A commit that was not answered may have happened: what it held may be lost, as when the server is killed, but is not counted twice.
            if (!committing)
                Return(counts);
            log.LogWarning("A vendor's statistics could not be written yet: {Reason}", e.Message);
        }
    }

    private static async Task Add(PlatformDb db, short vendor, List<KeyValuePair<CountKey, long>> counts)
    {
        var days = counts.Select(c => c.Key.Day).Distinct().ToList();
        var stored = await db.Set<IntakeCount>().Where(c => c.VendorId == vendor && days.Contains(c.Day)).ToListAsync();
        foreach (var ((_, day, outcome, code), rows) in counts)
        {
            var count = stored.Find(c => c.Day == day && c.Outcome == outcome && c.Code == code);
            if (count is null)
                db.Add(count = new IntakeCount { VendorId = vendor, Day = day, Outcome = outcome, Code = code });
            count.Rows += rows;
        }

        await db.SaveChangesAsync();
    }

    private void Return(List<KeyValuePair<CountKey, long>> counts)
    {
        lock (gate)
            foreach (var (key, rows) in counts)
                pending[key] = pending.GetValueOrDefault(key) + rows;
    }

    private readonly record struct CountKey(short Vendor, DateOnly Day, RowOutcome Outcome, string Code);
}

internal sealed class IntakeCountMapping : IEntityTypeConfiguration<IntakeCount>
{
    public void Configure(EntityTypeBuilder<IntakeCount> builder)
    {
        builder.HasKey(c => new { c.VendorId, c.Day, c.Outcome, c.Code });
        builder.Property(c => c.Code).HasMaxLength(8);
    }
}
