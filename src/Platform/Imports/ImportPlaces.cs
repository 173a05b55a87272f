using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Limits;

namespace Platform.Imports;

/// <summary>
/// Whose file is taken next, and for how long. A free place goes to the vendor with the fewest imports running, among those to the one served
/// longest ago, and to its oldest file. Nobody keeps a place for ever: a run leaves it after a while when another vendor waits for one, and at
/// once when its own vendor has sent so much that it may not send for a while.
/// </summary>
internal sealed class ImportPlaces(IServiceScopeFactory scopes, IntakeTurns turns, ImportOptions options, TimeProvider clock)
{
    // Coming back costs: a workbook is read again from its beginning.
    private const int WorthComingBack = 4;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<short, Served> served = [];
    private long number;

    /// <summary>Takes the lease of the import that is next; null when there is nothing to do.</summary>
    internal async Task<ImportLease?> Claim(CancellationToken cancellation)
    {
        await using var work = scopes.CreateAsyncScope();
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        while (true)
        {
            var now = clock.GetUtcNow();
            var free = db.ImportLeases.AsNoTracking().Where(l => l.Until < now);
            var running = (await db.ImportLeases.Where(l => l.Holder != null && l.Until >= now && l.Until < ImportLease.Never).Select(l => l.VendorId).ToListAsync(cancellation))
                .CountBy(v => v).ToDictionary();
            var vendors = await free.Select(l => l.VendorId).Distinct().ToListAsync(cancellation);
            var next = vendors.Select(v => (Vendor: v, Served: served.GetValueOrDefault(v))).Where(v => v.Served.NotBefore <= now)
                .OrderBy(v => running.GetValueOrDefault(v.Vendor)).ThenBy(v => v.Served.Number).Select(v => (short?)v.Vendor).FirstOrDefault();
            if (next is not { } vendor)
                return null;
            if (await free.Where(l => l.VendorId == vendor).OrderBy(l => l.ImportId).FirstOrDefaultAsync(cancellation) is not { } first)
                continue;
            var (holder, until) = (Guid.NewGuid(), now.AddSeconds(options.LeaseSeconds));
            if (await db.ImportLeases.Where(l => l.ImportId == first.ImportId && l.Until == first.Until)
                .ExecuteUpdateAsync(s => s.SetProperty(l => l.Holder, holder).SetProperty(l => l.Until, until).SetProperty(l => l.Attempts, first.Attempts + 1), cancellation) != 1)
                continue;
            served[vendor] = new Served(Interlocked.Increment(ref number), default);
            return new ImportLease { ImportId = first.ImportId, VendorId = vendor, Holder = holder, Until = until, Attempts = first.Attempts + 1 };
        }
    }

    /// <summary>Begins a run's time in its place; what it needed to get where it was counts for how long it may stay.</summary>
    internal Stay Begin(ImportLease lease, TimeSpan needed) => new(this, lease.VendorId, clock.GetTimestamp(), needed * WorthComingBack > Shortest ? needed * WorthComingBack : Shortest);

    private async Task<bool> IsOver(short vendorId, Caller vendor, long since, TimeSpan patience, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var wait = turns.Left(vendor).Wait;
        if (wait > patience)
        {
            served[vendorId] = new Served(Interlocked.Increment(ref number), now + wait);
            return true;
        }

        if (clock.GetElapsedTime(since) < patience)
            return false;
        var heldBack = served.Where(s => s.Value.NotBefore > now).Select(s => s.Key).Append(vendorId).ToList();
        await using var work = scopes.CreateAsyncScope();
        return await work.ServiceProvider.GetRequiredService<PlatformDb>().ImportLeases.AnyAsync(l => l.Until < now && !heldBack.Contains(l.VendorId), cancellation);
    }

    /// <summary>A run's time in its place.</summary>
    internal sealed class Stay(ImportPlaces places, short vendorId, long since, TimeSpan patience)
    {
        /// <summary>True when the run is to leave its place before it takes more.</summary>
        internal Task<bool> IsOver(Caller vendor, CancellationToken cancellation) => places.IsOver(vendorId, vendor, since, patience, cancellation);
    }

    // When a vendor last got a place here, as a number; and until when it gets none, because it may send no rows.
    private readonly record struct Served(long Number, DateTimeOffset NotBefore);
}
