using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Platform.Access;

namespace Platform.Limits;

/// <summary>
/// Who may store completions next. Every part of every batch, stream and import passes here before its transaction: it is paid for from its
/// vendor's budget, waits while that is overdrawn, and then for a slot that is shared out fairly by rows.
/// </summary>
public sealed class IntakeTurns(IOptions<LimitOptions> options, TimeProvider clock) : IDisposable
{
    private readonly RowBudgets budgets = new(options.Value, clock);
    private readonly FairQueue slots = new(options.Value.Slots, options.Value.VendorSlots, clock);

    // As many as are stored at once: what more is sent waits on the way here, not in memory.
    private readonly PartitionedRateLimiter<Caller> reading = PartitionedRateLimiter.Create<Caller, string>(vendor => RateLimitPartition.GetConcurrencyLimiter(
        vendor.Key, _ => new ConcurrencyLimiterOptions { PermitLimit = options.Value.VendorSlots, QueueLimit = int.MaxValue }));

    /// <summary>Waits until these rows may be stored; disposing the answer lets the next in.</summary>
    internal async Task<Pace> Enter(Caller vendor, int rows, CancellationToken cancellation)
    {
        for (var wait = budgets.Look(vendor.Key).Wait; wait > TimeSpan.Zero; wait = budgets.Look(vendor.Key).Wait)
            await Task.Delay(wait, clock, cancellation);
        budgets.Spend(vendor.Key, rows);
        try
        {
            return new Pace(await slots.Enter(vendor.Key, rows, options.Value.Weight(vendor.Key), cancellation));
        }
        catch (OperationCanceledException)
        {
            budgets.Spend(vendor.Key, -rows); // none was stored
            throw;
        }
    }

    /// <summary>Waits until a batch of many rows may be read; disposing the answer lets the vendor's next one in.</summary>
    internal async Task<IDisposable> Read(Caller vendor, CancellationToken cancellation) => await reading.AcquireAsync(vendor, 1, cancellation);

    /// <summary>Says that a send, of few rows or of many, has come; disposing the answer says that it has been answered. Until then, and for a moment at most, nobody who sends more begins anything new.</summary>
    internal IDisposable Arrive(Caller vendor, bool ofMany) => slots.Arrive(vendor.Key, ofMany, options.Value.Weight(vendor.Key));

    /// <summary>Waits, before more is done for a vendor than storing, until it would be let in to store.</summary>
    internal async Task GiveWay(Caller vendor, CancellationToken cancellation) => (await slots.Enter(vendor.Key, 0, 1, cancellation)).Dispose();

    /// <summary>Whether a vendor is at work beside others who send less.</summary>
    internal bool IsHeavy(Caller vendor) => slots.IsHeavy(vendor.Key);

    /// <summary>How many rows of a vendor may be stored at once without keeping others waiting; so many at most.</summary>
    internal int Piece(string vendor, int most) => slots.IsHeavy(vendor) ? Math.Min(Pace.Beside, most) : most;

    public void Dispose()
    {
        slots.Dispose();
        reading.Dispose();
    }

    /// <summary>What a vendor has left: rows, the time until there are any, and until all are there.</summary>
    internal (double Rows, TimeSpan Wait, TimeSpan Full) Left(Caller vendor) => budgets.Look(vendor.Key);

    /// <summary>How many vendors are remembered.</summary>
    internal int Remembered => Math.Max(budgets.Count, slots.Count);
}
