using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Localities;

namespace Platform.Access;

/// <summary>One grant as it stands now.</summary>
public sealed record Standing(Role Role, short? Tenant);

/// <summary>Who is calling and what that account may do where; pure decisions over its grants.</summary>
public sealed record Caller(int Id, string Key, string Name, short? Vendor, IReadOnlyList<Standing> Standings)
{
    /// <summary>The client's secrets that work now.</summary>
    public IReadOnlySet<Guid> Secrets { get; init; } = new HashSet<Guid>();

    /// <summary>Tokens that were revoked before their end.</summary>
    public IReadOnlySet<Guid> Revoked { get; init; } = new HashSet<Guid>();

    /// <summary>True while the token is neither over, nor revoked, nor its secret withdrawn.</summary>
    public bool Accepts(AccessToken token, DateTimeOffset now) =>
        token.ExpiresAt > now && Secrets.Contains(token.Secret) && !Revoked.Contains(token.Id);

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

/// <summary>
/// Looks callers up by the key in their token. Held for at most 10 s, so that a withdrawn grant, secret or token ends soon on every server.
/// </summary>
public sealed class Callers(DbContextOptions options, DatabaseOptions database, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, (Caller? Caller, DateTimeOffset At)> known = new(StringComparer.Ordinal);

    /// <summary>The caller with this key; null when there is none.</summary>
    public async ValueTask<Caller?> Find(string key, CancellationToken cancellation) =>
        known.TryGetValue(key, out var held) && clock.GetUtcNow() - held.At < Fresh ? held.Caller : await FindNow(key, cancellation);

    /// <summary>The caller as it stands at this moment.</summary>
    public async ValueTask<Caller?> FindNow(string key, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Dialect.Create(options, new Tenancy.TenantScope());
        var account = await db.Accounts.AsNoTracking().AsSplitQuery().Where(a => a.Key == key)
            .Select(a => new
            {
                a.Id,
                a.Name,
                a.VendorId,
                Grants = a.Grants.Where(g => g.ValidFrom <= now && (g.ValidTo == null || g.ValidTo > now)).Select(g => new { g.Role, g.TenantId }).ToList(),
                Secrets = a.Secrets.Where(s => s.ExpiresAt == null || s.ExpiresAt > now).Select(s => s.Id).ToList(),
                Revoked = db.RevokedTokens.Where(t => t.AccountId == a.Id && t.ExpiresAt > now).Select(t => t.Id).ToList(),
            })
            .SingleOrDefaultAsync(cancellation);
        if (account is null)
            return null;
        var caller = new Caller(account.Id, key, account.Name, account.VendorId, [.. account.Grants.Select(g => new Standing(g.Role, g.TenantId))])
        {
            Secrets = account.Secrets.ToHashSet(),
            Revoked = account.Revoked.ToHashSet(),
        };
        known[key] = (caller, now);
        return caller;
    }
}
