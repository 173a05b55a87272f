using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Http;

namespace Platform.Access.People;

/// <summary>Routes by which people come and go. A browser gets a cookie and never a token.</summary>
public static class SignInApi
{
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        var open = routes.MapGroup("/v1").WithTags("People").AllowAnonymous().Fails(400, 413, 415, 422, 429);
        open.MapPost("sign-in", SignInWithPassword).WithName(nameof(SignInWithPassword)).Fails(401);
        var own = routes.MapGroup("/v1").WithTags("People").Require(null, Reach.Account).Fails(401, 403);
        own.MapPost("sign-out", SignOut).WithName(nameof(SignOut)).OfSession();
        own.MapGet("antiforgery", GetAntiforgery).WithName(nameof(GetAntiforgery)).OfSession();
    }

    /// <summary>Signs a person in by password and, where one is set up, a code of the authenticator app or a recovery code.</summary>
    /// <remarks>
    /// Unknown account, wrong password and an account that is locked after too many attempts get the same answer (PLT-2701). PLT-2702 asks for
    /// the second factor: send the same again with it. The answer sets the session's cookie; a change by cookie carries the antiforgery token in
    /// the header X-Antiforgery-Token, which is in this answer and at /v1/antiforgery.
    /// </remarks>
    private static async Task<Ok<SignedIn>> SignInWithPassword(SignIn body, HttpContext http, SignInDesk desk, Sessions sessions, CancellationToken cancellation)
    {
        var (account, method) = await desk.Prove(body, http, cancellation);
        return TypedResults.Ok(await Welcome(http, account, method, sessions, cancellation));
    }

    internal static async Task<SignedIn> Welcome(HttpContext http, Account account, SignInMethod method, Sessions sessions, CancellationToken cancellation)
    {
        var (session, antiforgery) = await sessions.Open(http, account, method, cancellation);
        return new SignedIn(account.Key, account.Name, session.Id, session.ExpiresAt, antiforgery);
    }

    /// <summary>Ends the session that is signed in.</summary>
    private static async Task<NoContent> SignOut(HttpContext http, Sessions sessions, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        await sessions.End(caller.Id, caller.Key, caller.Key, one: http.Features.Get<OpenSession>()!.Id, cancellation: cancellation);
        Sessions.Forget(http);
        return TypedResults.NoContent();
    }

    /// <summary>The token that changes by cookie carry in the header X-Antiforgery-Token; the same as long as the session lasts.</summary>
    private static Ok<AntiforgeryView> GetAntiforgery(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new AntiforgeryView(Sessions.Header, http.Features.Get<OpenSession>()!.Antiforgery));
    }
}

/// <summary>Who has signed in.</summary>
/// <param name="Key">The account's key.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Session">The session's number.</param>
/// <param name="ExpiresAt">When it ends in any case.</param>
/// <param name="AntiforgeryToken">What changes by cookie carry in the header X-Antiforgery-Token.</param>
public sealed record SignedIn(string Key, string Name, Guid Session, DateTimeOffset ExpiresAt, string AntiforgeryToken);

/// <summary>The antiforgery token and the header it belongs in.</summary>
public sealed record AntiforgeryView(string Header, string Token);
