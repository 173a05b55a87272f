using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Localities;

namespace Platform.Access;

/// <summary>One grant as it stands now.</summary>
public sealed record Standing(Role Role, short? Tenant);

/// <summary>Who is calling and what that client may do where; pure decisions over its grants.</summary>
public sealed record Caller(int Id, string ClientId, string Name, short? Vendor, IReadOnlyList<Standing> Standings)
{
    /// <summary>May change the locality's plans and figures.</summary>
    public bool Manages(LocalityEntry locality) =>
        Standings.Any(s => s.Role is Role.CommuneAdmin or Role.ProvinceManager && s.Tenant == locality.Id);

    /// <summary>May read the locality's plans and figures.</summary>
    public bool Reads(LocalityEntry locality) =>
        Manages(locality) || ReadsNation || ProvinceRead == locality.ProvinceId;

    /// <summary>May read every locality's plans and figures.</summary>
    public bool ReadsNation => Standings.Any(s => s.Role == Role.Operator);

    /// <summary>The province that is read as a whole, if any.</summary>
    public short? ProvinceRead => Standings.FirstOrDefault(s => s.Role is Role.ProvinceViewer or Role.ProvinceManager)?.Tenant;

    /// <summary>The commune that is administered, if any.</summary>
    public short? Commune => Standings.FirstOrDefault(s => s.Role == Role.CommuneAdmin)?.Tenant;

    /// <summary>May push completions for the locality.</summary>
    public bool Completes(LocalityEntry locality) =>
        Vendor is not null && Standings.Any(s => s.Role == Role.Vendor && (s.Tenant is null || s.Tenant == locality.Id || s.Tenant == locality.ProvinceId));

    /// <summary>The scopes its tokens may carry.</summary>
    public IEnumerable<string> Scopes => Standings.SelectMany(s => Access.Scopes.Of(s.Role)).Distinct().Order(StringComparer.Ordinal);
}

/// <summary>Looks callers up by the client id in their token. Held for at most 10 s, so that a withdrawn grant ends soon everywhere.</summary>
public sealed class Callers(DbContextOptions options, DatabaseOptions database, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, (Caller? Caller, DateTimeOffset At)> known = new(StringComparer.Ordinal);

    /// <summary>The caller behind a validated token; null when the client is gone.</summary>
    public ValueTask<Caller?> Find(ClaimsPrincipal user, CancellationToken cancellation) =>
        user.FindFirstValue(ClaimTypes.NameIdentifier) is { } clientId ? Find(clientId, cancellation) : ValueTask.FromResult<Caller?>(null);

    /// <summary>The caller with this client id.</summary>
    public async ValueTask<Caller?> Find(string clientId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (known.TryGetValue(clientId, out var held) && now - held.At < Fresh)
            return held.Caller;
        await using var db = database.Dialect.Create(options, new Tenancy.TenantScope());
        var client = await db.Clients.AsNoTracking().Where(c => c.ClientId == clientId)
            .Select(c => new
            {
                c.Id,
                c.Name,
                c.VendorId,
                Grants = c.Grants.Where(g => g.ValidFrom <= now && (g.ValidTo == null || g.ValidTo > now)).Select(g => new { g.Role, g.TenantId }).ToList(),
            })
            .SingleOrDefaultAsync(cancellation);
        var caller = client is null ? null
            : new Caller(client.Id, clientId, client.Name, client.VendorId, [.. client.Grants.Select(g => new Standing(g.Role, g.TenantId))]);
        if (caller is not null)
            known[clientId] = (caller, now);
        return caller;
    }
}
