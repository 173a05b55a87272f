using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Localities;

namespace Platform.Tenancy;

/// <summary>The tenants that do not simply work; all others do. Pure.</summary>
public sealed class SuspendedTenants(IReadOnlyDictionary<short, TenantState> states)
{
    internal static readonly SuspendedTenants None = new(new Dictionary<short, TenantState>());

    /// <summary>True when every tenant works.</summary>
    public bool IsEmpty => states.Count == 0;

    /// <summary>True when the tenant's people are locked out and nothing is taken for it.</summary>
    public bool IsClosed(short tenant) => states.TryGetValue(tenant, out var state) && state == TenantState.Closed;

    /// <summary>True when the tenant's people may not do this.</summary>
    public bool Refuses(short tenant, bool writes) => states.TryGetValue(tenant, out var state) && (writes || state == TenantState.Closed);
}

/// <summary>
/// Knows which tenants are suspended, and which have ended and are only read, without asking the database for each request: looked up anew every 5 s, so
/// that it holds on every server within 10 s. What is written in between the database refuses.
/// </summary>
public sealed class TenantStates(Contexts contexts, LocalityDirectory directory, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5), Usable = TimeSpan.FromSeconds(9);

    private readonly Lock keeping = new();
    private Known known = new(SuspendedTenants.None, DateTimeOffset.MinValue);
    private int asking;

    /// <summary>The suspended tenants, as known at most 9 s ago.</summary>
    public async ValueTask<SuspendedTenants> Find(CancellationToken cancellation)
    {
        var held = known;
        var age = clock.GetUtcNow() - held.At;
        if (age < Fresh)
            return held.Suspended;
        if (age < Usable && Interlocked.Exchange(ref asking, 1) == 1)
            return held.Suspended;
        try
        {
            return await FindNow(cancellation);
        }
        finally
        {
            Volatile.Write(ref asking, 0);
        }
    }

    /// <summary>The suspended tenants at this moment.</summary>
    public async ValueTask<SuspendedTenants> FindNow(CancellationToken cancellation)
    {
        var at = clock.GetUtcNow();
        await using var db = contexts.Open();
        var states = await db.Tenants.AsNoTracking().Where(t => t.State != TenantState.Active).ToDictionaryAsync(t => t.LocalityId, t => t.State, cancellation);
        if (await db.Reorganisations.MaxAsync(r => (int?)r.Edition, cancellation) is { } edition)
        {
            await directory.Reach(edition, cancellation);
            foreach (var ended in await db.Localities.Where(l => l.ValidTo != null).Select(l => l.Id).ToListAsync(cancellation))
                states.TryAdd(ended, TenantState.ReadOnly);
        }

        var suspended = states.Count == 0 ? SuspendedTenants.None : new SuspendedTenants(states);
        lock (keeping)
        {
            if (known.At <= at) // who began to ask later knows better
                known = new Known(suspended, at);
        }

        return suspended;
    }

    private sealed record Known(SuspendedTenants Suspended, DateTimeOffset At);
}
