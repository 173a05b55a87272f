using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Database;
using Platform.Http;

namespace Platform.Access.People;

/// <summary>
/// Opens and ends sessions, and keeps their cookie: out of reach of scripts, of other sites' requests that change anything, and, over https, of
/// any other host. What the cookie opens is decided by the row, so that an ended session ends on every server within 10 s.
/// </summary>
public sealed class Sessions(PlatformDb db, Callers callers, IOptions<PeopleOptions> options, TimeProvider clock)
{
    /// <summary>The header that a change by cookie must carry.</summary>
    public const string Header = "X-Antiforgery-Token";

    /// <summary>Opens one and hands the browser its cookie.</summary>
    internal async Task<(Session Session, string Antiforgery)> Open(HttpContext http, Account account, SignInMethod method, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var text = SecretText.New(now);
        var agent = http.Request.Headers.UserAgent.ToString();
        var session = new Session
        {
            Id = text.Id,
            AccountId = account.Id,
            Hash = ClientSecret.HashOf(text.Secret),
            Method = method,
            SignedInAt = now,
            LastSeenAt = now,
            ExpiresAt = now.AddMinutes(options.Value.SessionMinutes),
            Address = http.Connection.RemoteIpAddress?.ToString(),
            UserAgent = agent.Length == 0 || !Faults.IsText(agent) ? null : agent[..Math.Min(agent.Length, 300)],
        };
        await MakeRoom(account.Id, now, cancellation);
        db.Sessions.Add(session);
        await db.SaveChangesAsync(cancellation);
        callers.Forget(account.Key);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Cookies.Append(HostCookie.Name(http, "session"), text.ToString(), HostCookie.Options(http, SameSiteMode.Lax));
        return (session, Session.AntiforgeryToken(text.Secret));
    }

    /// <summary>Ends an account's sessions, all or one, but not the one to keep; says how many.</summary>
    internal async Task<int> End(int account, string key, string by, Guid? one = null, Guid? keep = null, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        var ended = await db.Sessions.Where(s => s.AccountId == account && s.EndedAt == null && s.ExpiresAt > now && (one == null || s.Id == one) && (keep == null || s.Id != keep))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndedBy, by), cancellation);
        callers.Forget(key);
        return ended;
    }

    /// <summary>The sessions of an account that are open, the one seen last first.</summary>
    internal Task<List<Session>> ListOpen(int account, CancellationToken cancellation)
    {
        var (now, idle) = (clock.GetUtcNow(), clock.GetUtcNow().AddMinutes(-options.Value.IdleMinutes));
        return db.Sessions.AsNoTracking().Where(s => s.AccountId == account && s.EndedAt == null && s.ExpiresAt > now && s.LastSeenAt > idle)
            .OrderByDescending(s => s.LastSeenAt).ThenByDescending(s => s.Id).ToListAsync(cancellation);
    }

    /// <summary>Takes the cookie from the browser.</summary>
    internal static void Forget(HttpContext http) => http.Response.Cookies.Delete(HostCookie.Name(http, "session"), HostCookie.Options(http, SameSiteMode.Lax));

    /// <summary>The cookie's text that a request carries.</summary>
    internal static string? Presented(HttpContext http) => http.Request.Cookies[HostCookie.Name(http, "session")];

    /// <summary>Refuses a change that comes by cookie without proof that our own page sent it.</summary>
    internal static void RefuseForgery(HttpContext http)
    {
        if (http.Features.Get<OpenSession>() is not { } session || HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
            return;
        var sent = http.Request.Headers[Header].ToString();
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(session.Antiforgery)))
            throw new ProblemException(Problems.AntiforgeryNeeded);
    }

    private async Task MakeRoom(int account, DateTimeOffset now, CancellationToken cancellation)
    {
        var old = now.AddDays(-options.Value.KeptDays);
        await db.Sessions.Where(s => s.AccountId == account && (s.ExpiresAt < old || s.EndedAt < old)).ExecuteDeleteAsync(cancellation);
        var over = await db.Sessions.Where(s => s.AccountId == account && s.EndedAt == null && s.ExpiresAt > now)
            .OrderByDescending(s => s.LastSeenAt).Skip(Session.Most - 1).Select(s => s.Id).ToListAsync(cancellation);
        if (over.Count > 0)
            await db.Sessions.Where(s => over.Contains(s.Id)).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), cancellation);
    }
}
