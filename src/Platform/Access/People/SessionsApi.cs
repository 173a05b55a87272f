using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;

namespace Platform.Access.People;

/// <summary>Routes of a person's own sessions and password.</summary>
public static class SessionsApi
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1/me").WithTags("People").Require(null, Reach.Account).Fails(401, 403);
        own.MapGet("sessions", ListSessions).WithName(nameof(ListSessions)).OfSession();
        own.MapDelete("sessions", EndOtherSessions).WithName(nameof(EndOtherSessions)).OfSession();
        own.MapDelete("sessions/{id:guid}", EndSession).WithName(nameof(EndSession)).OfSession().Fails(404);
        own.MapGet("notices", ListNotices).WithName(nameof(ListNotices));
        own.MapPut("password", ChangePassword).WithName(nameof(ChangePassword)).OfSession().Fails(400, 413, 415, 422);
    }

    /// <summary>The caller's open sessions, the one seen last first.</summary>
    private static async Task<Ok<Page<SessionView>>> ListSessions(HttpContext http, Sessions sessions, CancellationToken cancellation)
    {
        var open = await sessions.ListOpen(http.Features.Get<Caller>()!.Id, cancellation);
        return TypedResults.Ok(new Page<SessionView>([.. open.Select(s => SessionView.Of(s, http.Features.Get<OpenSession>()!.Id))], null));
    }

    /// <summary>Ends all of the caller's sessions but this one; within 10 s they open nothing on any server.</summary>
    private static async Task<NoContent> EndOtherSessions(HttpContext http, Sessions sessions, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        await sessions.End(caller.Id, caller.Key, caller.Key, keep: http.Features.Get<OpenSession>()!.Id, cancellation: cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Ends one of the caller's sessions; within 10 s it opens nothing on any server.</summary>
    private static async Task<NoContent> EndSession(Guid id, HttpContext http, Sessions sessions, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        return await sessions.End(caller.Id, caller.Key, caller.Key, one: id, cancellation: cancellation) == 1
            ? TypedResults.NoContent()
            : throw new ProblemException(Problems.UnknownSession);
    }

    /// <summary>What others did to the caller's account, the newest first.</summary>
    private static async Task<Ok<Page<NoticeView>>> ListNotices(HttpContext http, PlatformDb db, CancellationToken cancellation)
    {
        var own = http.Features.Get<Caller>()!.Id;
        return TypedResults.Ok(new Page<NoticeView>(
            await db.AccountNotices.AsNoTracking().Where(n => n.AccountId == own).OrderByDescending(n => n.At).ThenByDescending(n => n.Id).Take(100)
                .Select(n => new NoticeView(n.Kind, n.At, n.By)).ToListAsync(cancellation), null));
    }

    /// <summary>Changes the caller's password and ends all other sessions.</summary>
    private static async Task<NoContent> ChangePassword(
        ChangePassword body, HttpContext http, PlatformDb db, SignInDesk desk, PasswordRules rules, Sessions sessions, TimeProvider clock, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        var faults = new Faults();
        var password = rules.Check(faults, "/newPassword", body.NewPassword, caller.Name, caller.Key);
        faults.ThrowIfAny();
        var person = await db.People.AsNoTracking().SingleAsync(p => p.AccountId == caller.Id, cancellation);
        if (!await desk.Knows(person, body.Password, cancellation))
            throw new ProblemException(Problems.Invalid, null, [new FieldFault("/password", Problems.WrongPassword)]);
        var (hash, now) = (rules.HashOf(password), clock.GetUtcNow());
        await db.People.Where(p => p.AccountId == caller.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.PasswordHash, hash).SetProperty(p => p.PasswordSetAt, now), cancellation);
        await sessions.End(caller.Id, caller.Key, caller.Key, keep: http.Features.Get<OpenSession>()!.Id, cancellation: cancellation);
        return TypedResults.NoContent();
    }
}

/// <summary>Something that was done to the account by somebody else.</summary>
/// <param name="Kind">SecondFactorRemoved or Ended.</param>
/// <param name="At">When (UTC).</param>
/// <param name="By">The key of the account that did it.</param>
public sealed record NoticeView(NoticeKind Kind, DateTimeOffset At, string By);

/// <summary>A change of password.</summary>
/// <param name="Password">The present one.</param>
/// <param name="NewPassword">The new one: at least 12 characters, of any kind.</param>
public sealed record ChangePassword(string? Password, string? NewPassword);

/// <summary>A session.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Current">True for the one that asks.</param>
/// <param name="Method">How the person signed in.</param>
/// <param name="SignedInAt">When.</param>
/// <param name="LastSeenAt">When it was last used, to the minute.</param>
/// <param name="ExpiresAt">When it ends in any case.</param>
/// <param name="Address">The network address it began at.</param>
/// <param name="UserAgent">What the browser calls itself.</param>
public sealed record SessionView(
    Guid Id, bool Current, SignInMethod Method, DateTimeOffset SignedInAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, string? Address, string? UserAgent)
{
    internal static SessionView Of(Session session, Guid? current) => new(
        session.Id, session.Id == current, session.Method, session.SignedInAt, session.LastSeenAt, session.ExpiresAt, session.Address, session.UserAgent);
}
