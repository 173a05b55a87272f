using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Audit;

/// <summary>
/// The log as a whole: what triggers cannot see is noted here, what has settled is sealed, and a seal that does not fit is found. Works on
/// a context whose scope sees the log (<see cref="Tenancy.TenantScope.EnterAudit"/>), but for noting, which every scope may do.
/// </summary>
public static class AuditLog
{
    private const string Turn = "audit-seal";

    /// <summary>Notes what no trigger sees: that a person's record is asked for, or that a batch is stored. Part of the transaction that runs.</summary>
    public static Task Note(this PlatformDb db, AuditAction action, string subject, string key, object? details, CancellationToken cancellation)
    {
        var (by, after) = (db.Scope.Actor, details is null ? null : JsonSerializer.Serialize(details));
        object?[] values = [db.Scope.Tenant, by?.Key ?? "platform", Known(by?.Address), Known(by?.Request), $"{action}", subject, key, after];
        return db.Database.ExecuteSqlRawAsync(db.Dialect.NoteAudit, values!, cancellation);
    }

    /// <summary>Seals every chain up to the last transaction that is over, and gives the number of entries sealed. One server at a time.</summary>
    public static async Task<int> Seal(this PlatformDb db, TimeProvider clock, CancellationToken cancellation)
    {
        if (!await db.AuditEntries.AnyAsync(e => e.Change > (db.AuditSeals.Max(s => (long?)s.UpTo) ?? -1), cancellation))
            return 0;
        await using var transaction = await db.BeginAlone(Turn, cancellation);
        var after = await db.AuditSeals.MaxAsync(s => (long?)s.UpTo, cancellation) ?? -1;
        var upTo = await db.LatestAudit(cancellation);
        var chains = await db.AuditEntries.Where(e => e.Change > after && e.Change <= upTo).Select(e => e.TenantId ?? 0).Distinct().Order().ToListAsync(cancellation);
        var (now, sealedEntries) = (clock.GetUtcNow(), 0);
        foreach (var chain in chains)
        {
            var last = await db.AuditSeals.AsNoTracking().Where(s => s.Chain == chain).OrderByDescending(s => s.Number).FirstOrDefaultAsync(cancellation);
            var seal = new AuditSeal { Chain = chain, Number = (last?.Number ?? 0) + 1, After = last?.UpTo ?? -1, UpTo = upTo, Hash = [], SealedAt = now };
            (seal.Hash, seal.Entries) = await Hash(db, seal, last?.Hash ?? [], cancellation);
            sealedEntries += seal.Entries;
            db.AuditSeals.Add(seal);
        }

        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        db.ChangeTracker.Clear();
        return sealedEntries;
    }

    /// <summary>Works every seal out again and says what does not fit. Entries that are not sealed yet are said, too: they are a few seconds old at most.</summary>
    public static async Task<int> Verify(this PlatformDb db, Action<string> say, CancellationToken cancellation)
    {
        var (faults, entries, seals) = (0, 0L, 0);
        var codes = await db.Localities.AsNoTracking().ToDictionaryAsync(l => l.Id, l => l.Code, cancellation);
        AuditSeal? before = null;
        await using var reading = db.Beside(db.Scope); // the seals are still being read
        await foreach (var seal in db.AuditSeals.AsNoTracking().OrderBy(s => s.Chain).ThenBy(s => s.Number).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            var last = before?.Chain == seal.Chain ? before : null;
            var name = seal.Chain == 0 ? "toàn quốc" : codes.GetValueOrDefault(seal.Chain, $"{seal.Chain}");
            if (seal.Number != (last?.Number ?? 0) + 1 || seal.After != (last?.UpTo ?? -1))
                Fault($"{name}: a seal before number {seal.Number} is missing.");
            var (hash, count) = await Hash(reading, seal, last?.Hash ?? [], cancellation);
            if (seal.PurgedAt is not null ? count > 0 : count != seal.Entries || !hash.AsSpan().SequenceEqual(seal.Hash))
                Fault($"{name}: seal {seal.Number} of {seal.SealedAt:yyyy-MM-dd HH:mm:ss} covers {seal.Entries:N0} entries and does not fit the {count:N0} that are there.");
            (before, entries, seals) = (seal, entries + count, seals + 1);
        }

        // An entry behind its chain's last seal was put in after everything up to the newest seal of all had been sealed.
        var newest = await db.AuditSeals.MaxAsync(s => (long?)s.UpTo, cancellation) ?? -1;
        foreach (var late in await db.AuditEntries.AsNoTracking()
            .Where(e => e.Change <= newest && e.Change > (db.AuditSeals.Where(s => s.Chain == (e.TenantId ?? 0)).Max(s => (long?)s.UpTo) ?? -1))
            .OrderBy(e => e.Id).Take(100).ToListAsync(cancellation))
            Fault($"Entry {late.Id} was put in after its time.");
        var open = await db.AuditEntries.CountAsync(e => e.Change > newest, cancellation);
        say($"{entries:N0} entries under {seals:N0} seals; {open:N0} entries are not sealed yet.");
        return faults;

        void Fault(string text)
        {
            faults++;
            say(text);
        }
    }

    /// <summary>Removes the entries of seals older than a day, as the owner; the seals stay and the chain goes on over them. Gives the number removed.</summary>
    public static async Task<int> Purge(this PlatformDb db, DateTimeOffset before, TimeProvider clock, CancellationToken cancellation)
    {
        await using var transaction = await db.BeginAlone(Turn, cancellation);
        var removed = 0;
        foreach (var seal in await db.AuditSeals.Where(s => s.SealedAt < before && s.PurgedAt == null).ToListAsync(cancellation))
        {
            removed += await Covered(db, seal).ExecuteDeleteAsync(cancellation);
            seal.PurgedAt = clock.GetUtcNow();
        }

        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return removed;
    }

    private static string? Known(string? text) => text is null or "" ? null : text.Length > 64 ? text[..64] : text;

    private static async Task<(byte[] Hash, int Entries)> Hash(PlatformDb db, AuditSeal seal, byte[] before, CancellationToken cancellation)
    {
        using var chain = new AuditChain(seal.Chain, seal.Number, before);
        await foreach (var entry in Covered(db, seal).AsNoTracking().OrderBy(e => e.Change).ThenBy(e => e.Id).AsAsyncEnumerable().WithCancellation(cancellation))
            chain.Add(entry);
        return (chain.Close(), chain.Entries);
    }

    private static IQueryable<AuditEntry> Covered(PlatformDb db, AuditSeal seal)
    {
        short? tenant = seal.Chain == 0 ? null : seal.Chain;
        return db.AuditEntries.Where(e => e.TenantId == tenant && e.Change > seal.After && e.Change <= seal.UpTo);
    }
}
