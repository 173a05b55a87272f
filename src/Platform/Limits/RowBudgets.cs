using System.Collections.Concurrent;

namespace Platform.Limits;

/// <summary>
/// How many rows each vendor may still send: a bucket that fills with time. Rows are paid for when they are known, so a bucket may fall below
/// nothing; then its vendor waits until it is filled again. Held in memory and dropped when full, as if it had never been.
/// </summary>
internal sealed class RowBudgets(LimitOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Bucket> buckets = new(StringComparer.Ordinal);
    private long swept;

    /// <summary>How many vendors are remembered.</summary>
    internal int Count => buckets.Count;

    /// <summary>What a vendor has now: rows, and the time until there are any again.</summary>
    internal (double Rows, TimeSpan Wait, TimeSpan Full) Look(string vendor) => Change(vendor, 0);

    /// <summary>Pays for rows.</summary>
    internal void Spend(string vendor, int rows) => Change(vendor, rows);

    private (double Rows, TimeSpan Wait, TimeSpan Full) Change(string vendor, int rows)
    {
        var now = clock.GetTimestamp();
        Sweep(now);
        var weight = options.Weight(vendor);
        var (rate, burst) = (options.RowsPerSecond * weight, options.RowBurst * weight);
        var bucket = rows == 0
            ? buckets.GetValueOrDefault(vendor, new Bucket(burst, now))
            : buckets.AddOrUpdate(vendor, _ => new Bucket(burst - rows, now), (_, before) => new Bucket(Filled(before) - rows, now));
        var left = Filled(bucket);
        return (left, TimeSpan.FromSeconds(left > 0 ? 0 : (1 - left) / rate), TimeSpan.FromSeconds((burst - left) / rate));

        double Filled(Bucket b) => Math.Min(burst, b.Rows + (clock.GetElapsedTime(b.At, now).TotalSeconds * rate));
    }

    private void Sweep(long now)
    {
        var before = Volatile.Read(ref swept);
        if (clock.GetElapsedTime(before, now) < TimeSpan.FromSeconds(10) || Interlocked.CompareExchange(ref swept, now, before) != before)
            return;
        foreach (var (vendor, bucket) in buckets)
        {
            var weight = options.Weight(vendor);
            if (bucket.Rows + (clock.GetElapsedTime(bucket.At, now).TotalSeconds * options.RowsPerSecond * weight) >= options.RowBurst * weight)
                buckets.TryRemove(new KeyValuePair<string, Bucket>(vendor, bucket));
        }
    }

    private sealed record Bucket(double Rows, long At);
}
