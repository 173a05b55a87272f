using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Database;
using Platform.Http;
using Platform.Limits;
using Platform.Localities;

namespace Platform.Access.People;

/// <summary>Routes of the people whom the caller looks after: who they are, where they are signed in, and links to a new password.</summary>
public static class PeopleApi
{
    public static void MapPeople(this IEndpointRouteBuilder routes)
    {
        var people = routes.MapGroup("/v1/people").WithTags("People").Require(Scopes.People, Reach.Administration).Fails(401, 403);
        people.MapGet("", ListPeople).WithName(nameof(ListPeople)).Fails(400);
        people.MapGet("{person}/sessions", ListSessionsOf).WithName(nameof(ListSessionsOf)).Fails(404);
        people.MapDelete("{person}/sessions", EndSessionsOf).WithName(nameof(EndSessionsOf)).Fails(404);
        people.MapDelete("{person}/sessions/{id:guid}", EndSessionOf).WithName(nameof(EndSessionOf)).Fails(404);
        people.MapDelete("{person}", EndPerson).WithName(nameof(EndPerson)).Fails(404, 409);
        people.MapDelete("{person}/authenticator", RemoveAuthenticatorOf).WithName(nameof(RemoveAuthenticatorOf)).Fails(404, 409);
        people.MapPost("{person}/password-resets", CreatePasswordReset).WithName(nameof(CreatePasswordReset)).Fails(404);
        routes.MapPut("/v1/password", ResetPassword).WithName(nameof(ResetPassword)).WithTags("People").AllowAnonymous().Fails(400, 404, 413, 415, 422, 429);
    }

    /// <summary>The people who hold a role within reach, in order of their key.</summary>
    private static async Task<Ok<Page<PersonView>>> ListPeople(
        HttpContext http, PlatformDb db, TimeProvider clock, CancellationToken cancellation,
        [Description("Key of the last row of the previous page.")] string? after = null,
        [Description("Rows per page, 1–500.")] int limit = 100)
    {
        Paging.Check(limit, ("after", after));
        var (caller, now) = (http.Features.Get<Caller>()!, clock.GetUtcNow());
        var (nation, provinces, communes) = (caller.ReadsNation, caller.Administered.ToList(), caller.Communes.ToList());
        var people = await db.People.AsNoTracking().Include(p => p.Account)
            .Where(p => p.Account!.EndedAt == null).Where(p => nation || p.Account!.Grants.Any(g => (g.ValidTo == null || g.ValidTo > now)
                && (communes.Contains(g.TenantId!.Value) || db.Localities.Any(l => l.Id == g.TenantId && provinces.Contains(l.ProvinceId)))))
            .Where(p => after == null || p.Account!.Key.CompareTo(after) > 0).OrderBy(p => p.Account!.Key).Take(limit + 1).ToListAsync(cancellation);
        return TypedResults.Ok(await Paging.Page(people, limit, "/v1/people", p => p.Account!.Key, p => Task.FromResult(new PersonView(
            p.Account!.Key, p.Account.Name, p.LastSignInAt, p.AuthenticatorSince is not null, p.LockedUntil > now ? p.LockedUntil : null))));
    }

    /// <summary>The open sessions of a person below the caller.</summary>
    private static async Task<Ok<Page<SessionView>>> ListSessionsOf(
        string person, HttpContext http, PlatformDb db, LocalityDirectory directory, Sessions sessions, TimeProvider clock, CancellationToken cancellation)
    {
        var account = await FindBelow(person, http, db, directory, clock, cancellation);
        return TypedResults.Ok(new Page<SessionView>([.. (await sessions.ListOpen(account.Id, cancellation)).Select(s => SessionView.Of(s, null))], null));
    }

    /// <summary>Ends all sessions of a person below the caller; within 10 s they open nothing on any server.</summary>
    private static async Task<NoContent> EndSessionsOf(
        string person, HttpContext http, PlatformDb db, LocalityDirectory directory, Sessions sessions, TimeProvider clock, CancellationToken cancellation)
    {
        var account = await FindBelow(person, http, db, directory, clock, cancellation);
        await sessions.End(account.Id, account.Key, http.Features.Get<Caller>()!.Key, cancellation: cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Ends one session of a person below the caller; within 10 s it opens nothing on any server.</summary>
    private static async Task<NoContent> EndSessionOf(
        string person, Guid id, HttpContext http, PlatformDb db, LocalityDirectory directory, Sessions sessions, TimeProvider clock, CancellationToken cancellation)
    {
        var account = await FindBelow(person, http, db, directory, clock, cancellation);
        return await sessions.End(account.Id, account.Key, http.Features.Get<Caller>()!.Key, one: id, cancellation: cancellation) == 1
            ? TypedResults.NoContent()
            : throw new ProblemException(Problems.UnknownSession);
    }

    /// <summary>Ends a person below the caller; within 10 s their grants, sessions and tokens open nothing on any server. The account stays on record; the contact is forgotten.</summary>
    private static async Task<NoContent> EndPerson(
        string person, HttpContext http, PlatformDb db, LocalityDirectory directory, Farewell farewell, TimeProvider clock, CancellationToken cancellation)
    {
        await farewell.End(await FindBelow(person, http, db, directory, clock, cancellation), http.Features.Get<Caller>()!, cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Takes a lost authenticator app and its recovery codes off a person below the caller and ends their sessions. The person finds a notice at /v1/me/notices.</summary>
    private static async Task<NoContent> RemoveAuthenticatorOf(
        string person, HttpContext http, PlatformDb db, LocalityDirectory directory, Farewell farewell, TimeProvider clock, CancellationToken cancellation)
    {
        await farewell.RemoveSecondFactor(await FindBelow(person, http, db, directory, clock, cancellation), http.Features.Get<Caller>()!, cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Makes a link by which a person below the caller sets a new password, and shows it, this once.</summary>
    /// <remarks>The platform sends no mail: hand the link over yourself. Below are those all of whose roles rank below one of the caller's; a second factor stays.</remarks>
    private static async Task<Created<NewLinkView>> CreatePasswordReset(
        string person, HttpContext http, PlatformDb db, LocalityDirectory directory, Links links, IOptions<PeopleOptions> options, TimeProvider clock, CancellationToken cancellation)
    {
        var account = await FindBelow(person, http, db, directory, clock, cancellation);
        var now = clock.GetUtcNow();
        var text = SecretText.New(now);
        var reset = new PasswordReset
        {
            Id = text.Id,
            Hash = ClientSecret.HashOf(text.Secret),
            AccountId = account.Id,
            IssuedBy = http.Features.Get<Caller>()!.Key,
            IssuedAt = now,
            ExpiresAt = now.AddHours(options.Value.ResetHours),
        };
        db.PasswordResets.Add(reset);
        await db.SaveChangesAsync(cancellation);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, new NewLinkView(text.ToString(), links.To(http, "password", text), reset.ExpiresAt));
    }

    /// <summary>Sets a new password by a link; unlocks the account and ends all its sessions.</summary>
    /// <remarks>Needs no sign-in; the token is what stands behind # in the link, and works once.</remarks>
    private static async Task<NoContent> ResetPassword(
        ResetPassword body, HttpContext http, PlatformDb db, PasswordRules rules, Sessions sessions, SignInLimits limits, TimeProvider clock, CancellationToken cancellation)
    {
        var token = new LinkToken(body.Token).Validate();
        if (limits.WaitForPerson(http.Connection.RemoteIpAddress, $"{token.Id}") is { } seconds)
            throw LimitGate.Refuse(http, Problems.TooMuch, TimeSpan.FromSeconds(seconds));
        var now = clock.GetUtcNow();
        var reset = await db.PasswordResets.AsNoTracking().SingleOrDefaultAsync(r => r.Id == token.Id && r.UsedAt == null && r.ExpiresAt > now, cancellation);
        if (!ClientSecret.Matches(token.Secret, reset?.Hash))
            throw new ProblemException(Problems.LinkVoid);
        var account = await db.Accounts.AsNoTracking().SingleAsync(a => a.Id == reset!.AccountId, cancellation);
        var faults = new Faults();
        var hash = rules.Check(faults, "/password", body.Password, account.Name, account.Key) is { Length: > 0 } password && faults.Found.Count == 0 ? rules.HashOf(password) : null;
        faults.ThrowIfAny();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.PasswordResets.Where(r => r.AccountId == account.Id && r.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.UsedAt, now), cancellation) == 0)
            throw new ProblemException(Problems.LinkVoid);
        await db.People.Where(p => p.AccountId == account.Id).ExecuteUpdateAsync(
            set => set.SetProperty(p => p.PasswordHash, hash).SetProperty(p => p.PasswordSetAt, now).SetProperty(p => p.Failures, 0).SetProperty(p => p.LockedUntil, (DateTimeOffset?)null), cancellation);
        await sessions.End(account.Id, account.Key, account.Key, cancellation: cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.NoContent();
    }

    // Whoever could set another's password could act in their name: so every one of their roles, wherever it is held, must rank below.
    private static async Task<Account> FindBelow(string person, HttpContext http, PlatformDb db, LocalityDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var (caller, now) = (http.Features.Get<Caller>()!, clock.GetUtcNow());
        var found = Faults.IsText(person)
            ? await db.Accounts.AsNoTracking().Include(a => a.Grants).SingleOrDefaultAsync(a => a.Kind == AccountKind.Person && a.Key == person && a.EndedAt == null, cancellation)
            : null;
        var held = found?.Grants.Where(g => g.ValidTo is null || g.ValidTo > now).ToList() ?? [];
        var below = found is not null && (held.Count > 0 || caller.ReadsNation);
        foreach (var grant in held)
        {
            var place = grant.TenantId is { } id ? await directory.Get(id, cancellation) : null;
            below &= caller.Standings.Any(s => s.StandsAbove(grant.Role, place));
        }

        return below ? found! : throw new ProblemException(Problems.UnknownPerson);
    }
}

/// <summary>A person.</summary>
/// <param name="Key">The account's key.</param>
/// <param name="Name">The person's name.</param>
/// <param name="LastSignInAt">When they last signed in.</param>
/// <param name="SecondFactor">Whether an authenticator app is asked for.</param>
/// <param name="LockedUntil">Until when sign-in by password is locked after wrong attempts.</param>
public sealed record PersonView(string Key, string Name, DateTimeOffset? LastSignInAt, bool SecondFactor, DateTimeOffset? LockedUntil);

/// <summary>A link, shown this once.</summary>
/// <param name="Token">What the link carries behind #.</param>
/// <param name="Link">The address to hand over.</param>
/// <param name="ExpiresAt">Until when it works.</param>
public sealed record NewLinkView(string Token, Uri Link, DateTimeOffset ExpiresAt);

/// <summary>A new password by a link.</summary>
/// <param name="Token">What stands behind # in the link.</param>
/// <param name="Password">At least 12 characters, of any kind, neither common nor known from a breach.</param>
public sealed record ResetPassword(string? Token, string? Password);
