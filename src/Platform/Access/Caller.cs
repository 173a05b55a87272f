using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Access.People;
using Platform.Database;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Access;

/// <summary>One grant as it stands now; pure decisions on what it allows where.</summary>
public sealed record Standing(int Grant, Role Role, short? Tenant, Guid? Agency)
{
    /// <summary>May change the locality's plans and figures.</summary>
    public bool Manages(LocalityEntry locality) => Role is Role.CommuneAdmin or Role.ProvinceManager && Tenant == locality.Id;

    /// <summary>May read the locality's plans and figures.</summary>
    public bool Reads(LocalityEntry locality) =>
        Manages(locality) || Role == Role.Operator || (Role is Role.ProvinceViewer or Role.ProvinceManager && Tenant == locality.ProvinceId);

    /// <summary>May look after accounts and grants of the locality; null stands for the nation.</summary>
    public bool Administers(LocalityEntry? locality) =>
        Role == Role.Operator || (Role == Role.ProvinceManager && locality is not null && Tenant == locality.ProvinceId);

    /// <summary>May give a role at a locality, or in the nation where that is null: what it administers, and a commune's admin within the commune.</summary>
    public bool Gives(Role role, LocalityEntry? locality) =>
        Administers(role == Role.Operator ? null : locality)
        || (Role == Role.CommuneAdmin && locality is not null && Tenant == locality.Id && role is Role.CommuneAdmin or Role.AgencyOfficer);

    /// <summary>Ranks above a role that somebody holds at a locality; no role ranks above its own kind, but an operator above all.</summary>
    public bool StandsAbove(Role role, LocalityEntry? locality) => Role switch
    {
        Role.Operator => true,
        Role.ProvinceManager => locality is not null && Tenant == locality.ProvinceId && role is Role.ProvinceViewer or Role.CommuneAdmin or Role.AgencyOfficer,
        Role.CommuneAdmin => locality is not null && Tenant == locality.Id && role == Role.AgencyOfficer,
        _ => false,
    };

    /// <summary>Opens nothing for as long as its own locality is suspended. What is above or beside the locality goes on.</summary>
    internal bool IsSuspended(SuspendedTenants suspended, bool writes) =>
        Role is Role.CommuneAdmin or Role.AgencyOfficer or Role.ProvinceManager or Role.ProvinceViewer && Tenant is { } own && suspended.Refuses(own, writes);

    /// <summary>May push completions for the locality; a grant for a commune goes over to those that came of it.</summary>
    public bool Completes(LocalityEntry locality) =>
        Role == Role.Vendor && (Tenant is null || Tenant == locality.Id || Tenant == locality.ProvinceId || locality.Predecessors.Contains(Tenant.Value));

    /// <summary>Whether it allows an endpoint at a locality; without one, whether it allows it anywhere.</summary>
    public bool Allows(Requirement requirement, LocalityEntry? locality) =>
        (requirement.Scope is null || Scopes.Of(Role).Contains(requirement.Scope)) && (requirement.Only is null || Role == requirement.Only)
        && (locality is null || requirement.Reach switch
        {
            Reach.RouteLocality => requirement.Scope == Scopes.Write ? Manages(locality) : Reads(locality),
            Reach.Everything => Reads(locality),
            Reach.Intake => Completes(locality),
            Reach.Administration => requirement.Scope == Scopes.People ? Gives(Role.AgencyOfficer, locality) : Administers(locality),
            Reach.Agency => Tenant == locality.Id,
            _ => true,
        });
}

/// <summary>Who is calling and what that account may do where; pure decisions over its grants.</summary>
public sealed record Caller(int Id, string Key, string Name, short? Vendor, IReadOnlyList<Standing> Standings)
{
    /// <summary>Who the account stands for.</summary>
    public AccountKind Kind { get; init; }

    /// <summary>The client's secrets that work now.</summary>
    public IReadOnlySet<Guid> Secrets { get; init; } = new HashSet<Guid>();

    /// <summary>Tokens that were revoked before their end.</summary>
    public IReadOnlySet<Guid> Revoked { get; init; } = new HashSet<Guid>();

    /// <summary>Its personal access tokens that work now.</summary>
    public IReadOnlyDictionary<Guid, PersonalAccessToken> Personal { get; init; } = new Dictionary<Guid, PersonalAccessToken>();

    /// <summary>Its sessions that are open.</summary>
    public IReadOnlyDictionary<Guid, Session> Sessions { get; init; } = new Dictionary<Guid, Session>();

    /// <summary>True while the token is neither over, nor revoked, nor its secret withdrawn.</summary>
    public bool Accepts(AccessToken token, DateTimeOffset now) =>
        token.ExpiresAt > now && Secrets.Contains(token.Secret) && !Revoked.Contains(token.Id);

    /// <summary>May change the locality's plans and figures.</summary>
    public bool Manages(LocalityEntry locality) => Standings.Any(s => s.Manages(locality));

    /// <summary>May read the locality's plans and figures.</summary>
    public bool Reads(LocalityEntry locality) => Standings.Any(s => s.Reads(locality));

    /// <summary>May read every locality's plans and figures.</summary>
    public bool ReadsNation => Standings.Any(s => s.Role == Role.Operator);

    /// <summary>The provinces that are read as a whole.</summary>
    public IEnumerable<short> Provinces => Tenants(Role.ProvinceViewer, Role.ProvinceManager);

    /// <summary>The communes that are administered.</summary>
    public IEnumerable<short> Communes => Tenants(Role.CommuneAdmin);

    /// <summary>The provinces whose accounts and grants are looked after; those of the nation too where <see cref="ReadsNation"/>.</summary>
    public IEnumerable<short> Administered => Tenants(Role.ProvinceManager);

    /// <summary>May push completions for the locality.</summary>
    public bool Completes(LocalityEntry locality) => Vendor is not null && Standings.Any(s => s.Completes(locality));

    /// <summary>The scopes its tokens may carry.</summary>
    public IEnumerable<string> Scopes => Standings.SelectMany(s => Access.Scopes.Of(s.Role)).Distinct().Order(StringComparer.Ordinal);

    private IEnumerable<short> Tenants(params Role[] roles) =>
        Standings.Where(s => roles.Contains(s.Role)).Select(s => s.Tenant).OfType<short>().Distinct().Order();
}

/// <summary>
/// Looks callers up by the key in their token. Held for at most 10 s, so that a withdrawn grant, secret, token or session ends soon on every server.
/// </summary>
public sealed class Callers(Contexts contexts, IOptions<PeopleOptions> people, TimeProvider clock)
{
    /// <summary>How long what is known of a caller or a token is held.</summary>
    internal static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, string> owners = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> used = new();
    private readonly ConcurrentDictionary<string, (Caller? Caller, DateTimeOffset At)> known = new(StringComparer.Ordinal);
    private readonly Lock keeping = new();
    private long forgotten;

    /// <summary>The caller with this key; null when there is none.</summary>
    public async ValueTask<Caller?> Find(string key, CancellationToken cancellation) =>
        known.TryGetValue(key, out var held) && clock.GetUtcNow() - held.At < Fresh ? held.Caller : await FindNow(key, cancellation);

    /// <summary>The caller as it stands at this moment.</summary>
    public async ValueTask<Caller?> FindNow(string key, CancellationToken cancellation)
    {
        var (now, before) = (clock.GetUtcNow(), Volatile.Read(ref forgotten));
        var idle = now.AddMinutes(-people.Value.IdleMinutes);
        await using var db = contexts.Open();
        var account = await db.Accounts.AsNoTracking().AsSplitQuery().Where(a => a.Key == key && a.EndedAt == null)
            .Select(a => new
            {
                a.Id,
                a.Name,
                a.VendorId,
                a.Kind,
                Grants = a.Grants.Where(g => g.ValidFrom <= now && (g.ValidTo == null || g.ValidTo > now))
                    .Select(g => new { g.Id, g.Role, g.TenantId, g.AgencyId }).ToList(),
                Secrets = a.Secrets.Where(s => s.ExpiresAt == null || s.ExpiresAt > now).Select(s => s.Id).ToList(),
                Personal = db.PersonalAccessTokens.Where(t => t.AccountId == a.Id && t.ExpiresAt > now).ToList(),
                Sessions = db.Sessions.Where(s => s.AccountId == a.Id && s.EndedAt == null && s.ExpiresAt > now && s.LastSeenAt > idle).ToList(),
                Revoked = db.RevokedTokens.Where(t => t.AccountId == a.Id && t.ExpiresAt > now).Select(t => t.Id).ToList(),
            })
            .SingleOrDefaultAsync(cancellation);
        if (account is null)
        {
            known.TryRemove(key, out _);
            return null;
        }

        var caller = new Caller(account.Id, key, account.Name, account.VendorId, [.. account.Grants.Select(g => new Standing(g.Id, g.Role, g.TenantId, g.AgencyId))])
        {
            Kind = account.Kind,
            Secrets = account.Secrets.ToHashSet(),
            Revoked = account.Revoked.ToHashSet(),
            Personal = account.Personal.ToDictionary(t => t.Id),
            Sessions = account.Sessions.ToDictionary(s => s.Id),
        };
        lock (keeping)
        {
            if (forgotten == before) // otherwise what was read may be what has just been changed
                known[key] = (caller, now);
        }

        return caller;
    }

    /// <summary>The caller behind a personal access token, and the token; null when it is unknown, over or withdrawn.</summary>
    public async ValueTask<(Caller Caller, PersonalAccessToken Token)?> FindPersonal(string text, CancellationToken cancellation)
    {
        if (PersonalAccessToken.Parse(text) is not (var id, var secret))
            return null;
        if (!owners.TryGetValue(id, out var key))
        {
            await using var db = contexts.Open();
            key = await db.PersonalAccessTokens.Where(t => t.Id == id).Select(t => t.Account!.Key).SingleOrDefaultAsync(cancellation);
            if (key is null)
                return null;
            owners[id] = key;
        }

        var now = clock.GetUtcNow();
        if (await Find(key, cancellation) is not { } caller || !caller.Personal.TryGetValue(id, out var token)
            || token.ExpiresAt <= now || !ClientSecret.Matches(secret, token.Hash))
            return null;
        if (!used.TryGetValue(id, out var last) || now - last > TimeSpan.FromMinutes(1))
        {
            used[id] = now;
            await using var db = contexts.Open();
            await db.PersonalAccessTokens.Where(t => t.Id == id).ExecuteUpdateAsync(set => set.SetProperty(t => t.LastUsedAt, now), cancellation);
        }

        return (caller, token);
    }

    /// <summary>The caller behind a session's cookie, and the session; null when it is unknown, over or ended.</summary>
    public async ValueTask<(Caller Caller, Session Session)?> FindSession(SecretText text, CancellationToken cancellation)
    {
        if (!owners.TryGetValue(text.Id, out var key))
        {
            await using var db = contexts.Open();
            key = await db.Sessions.Where(s => s.Id == text.Id).Join(db.Accounts, s => s.AccountId, a => a.Id, (s, a) => a.Key).SingleOrDefaultAsync(cancellation);
            if (key is null)
                return null;
        }

        var now = clock.GetUtcNow();
        if (await Find(key, cancellation) is not { } caller || !caller.Sessions.TryGetValue(text.Id, out var session)
            || session.ExpiresAt <= now || !ClientSecret.Matches(text.Secret, session.Hash))
        {
            // Nobody asks for it again; what is kept in memory must not grow with sessions that are over.
            owners.TryRemove(text.Id, out _);
            used.TryRemove(text.Id, out _);
            return null;
        }

        owners[text.Id] = key;
        var last = used.GetValueOrDefault(text.Id, session.LastSeenAt);
        if (now - last > TimeSpan.FromMinutes(1))
        {
            used[text.Id] = now;
            await using var db = contexts.Open();
            await db.Sessions.Where(s => s.Id == text.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.LastSeenAt, now), cancellation);
        }

        return (caller, session);
    }

    /// <summary>Looks again at the next request: what an account may do has just changed.</summary>
    public void Forget(string key)
    {
        lock (keeping)
        {
            forgotten++;
            known.TryRemove(key, out _);
        }
    }
}
