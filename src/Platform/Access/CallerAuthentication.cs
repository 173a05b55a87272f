using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Platform.Access.People;

namespace Platform.Access;

/// <summary>
/// The one authentication scheme: finds the caller behind the Authorization header or, where there is none, behind a session's cookie. A credential that does not count any more is the same
/// as one that never did.
/// </summary>
internal sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, AccessTokens tokens, Callers callers)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    internal const string Name = "Platform", Personal = "personal", BySession = "session";

    private const string Bearer = "Bearer ", Basic = "Basic ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        string? text = null;
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            text = header[Bearer.Length..].Trim();
        else if (header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase) && Challenge.OffersBasic(Request.Path))
            text = Password(header[Basic.Length..].Trim()) ?? "";
        if (text is null)
            return header.Length == 0 ? await FindSession() : AuthenticateResult.NoResult();
        Context.Features.Set(new PresentedToken());
        if (await callers.FindPersonal(text, Context.RequestAborted) is ({ } owner, { } personal))
            return Known(owner, personal.Scopes.Split(' '), Personal);
        // A password is a personal access token or nothing: an access token is not to be typed into Excel.
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && tokens.Read(text) is { } token
            && await callers.Find(token.Key, Context.RequestAborted) is { } caller && caller.Accepts(token, TimeProvider.GetUtcNow()))
            return Known(caller, token.Scopes, "access");
        return AuthenticateResult.Fail("The access token is unknown, over or revoked.");
    }

    private async Task<AuthenticateResult> FindSession()
    {
        if (SecretText.Parse(Sessions.Presented(Context)) is not { } text || await callers.FindSession(text, Context.RequestAborted) is not ({ } caller, { } session))
            return AuthenticateResult.NoResult();
        Context.Features.Set(new OpenSession(session.Id, Session.AntiforgeryToken(text.Secret)));
        return Known(caller, caller.Scopes, BySession);
    }

    private AuthenticateResult Known(Caller caller, IEnumerable<string> scopes, string credential)
    {
        Context.Features.Set(caller);
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, caller.Key), new Claim("credential", credential), .. scopes.Select(s => new Claim("scope", s))], Name);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name));
    }

    private static string? Password(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
            return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        return pair.IndexOf(':', StringComparison.Ordinal) is > -1 and var colon ? pair[(colon + 1)..] : null;
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

    /// <summary>Whether a personal access token may come as the password of HTTP Basic: where Excel and Power BI read.</summary>
    public static bool OffersBasic(PathString path) => path.StartsWithSegments("/odata");

    /// <summary>The challenges for a status; none where another credential would not help.</summary>
    public static IEnumerable<string> For(HttpContext context, int status)
    {
        var unknown = context.Features.Get<PresentedToken>() is not null;
        if (status == StatusCodes.Status401Unauthorized)
        {
            yield return unknown ? $"{Realm}, error=\"invalid_token\", error_description=\"The access token is unknown, over or revoked\"" : Realm;
            // Basic makes Excel ask for a password, and a browser for one of its own, over the page's: browsers say that they are one.
            if (OffersBasic(context.Request.Path) && !context.Request.Headers.ContainsKey("Sec-Fetch-Mode")
                && !context.Request.Headers.Authorization.ToString().StartsWith("Bearer", StringComparison.OrdinalIgnoreCase))
                yield return "Basic realm=\"platform\", charset=\"UTF-8\"";
        }
        else if (status == StatusCodes.Status403Forbidden && context.Features.Get<MissingScope>() is { Scope: var scope })
        {
            yield return $"{Realm}, error=\"insufficient_scope\", error_description=\"The scope {scope} is needed\", scope=\"{scope}\"";
        }
    }
}
