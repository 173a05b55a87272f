using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Platform.Access;

/// <summary>
/// The one authentication scheme: finds the caller behind the Authorization header. A credential that does not count any more is the same
/// as one that never did.
/// </summary>
internal sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, AccessTokens tokens, Callers callers)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    internal const string Name = "Platform";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        Context.Features.Set(new PresentedToken());
        if (tokens.Read(header[Bearer.Length..].Trim()) is not { } token
            || await callers.Find(token.Key, Context.RequestAborted) is not { } caller
            || !caller.Accepts(token, TimeProvider.GetUtcNow()))
            return AuthenticateResult.Fail("The access token is unknown, over or revoked.");
        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, caller.Key), .. token.Scopes.Select(s => new Claim("scope", s))], Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    // The header belongs to the problem that is written for the status, so it is written there.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}

/// <summary>The request came with a token, whatever it was worth.</summary>
internal sealed record PresentedToken;

/// <summary>The scope that a valid token lacked.</summary>
internal sealed record MissingScope(string Scope);

/// <summary>What WWW-Authenticate says (RFC 6750 §3): no more than the realm to who came without a token, the fault to who came with one.</summary>
public static class Challenge
{
    private const string Realm = "Bearer realm=\"platform\"";

    /// <summary>The challenges for a status; none where another credential would not help.</summary>
    public static IEnumerable<string> For(HttpContext context, int status)
    {
        if (status == StatusCodes.Status401Unauthorized)
            yield return context.Features.Get<PresentedToken>() is null ? Realm : $"{Realm}, error=\"invalid_token\", error_description=\"The access token is unknown, over or revoked\"";
        else if (status == StatusCodes.Status403Forbidden && context.Features.Get<MissingScope>() is { Scope: var scope })
            yield return $"{Realm}, error=\"insufficient_scope\", error_description=\"The scope {scope} is needed\", scope=\"{scope}\"";
    }
}
