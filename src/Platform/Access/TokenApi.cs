using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Database;
using Platform.Http;

namespace Platform.Access;

/// <summary>
/// OAuth 2.0 client credentials (RFC 6749 §4.4) on the framework's protected tickets: short-lived opaque tokens.
/// Errors are the RFC's, not problems, because OAuth clients read them.
/// </summary>
public static class TokenApi
{
    /// <summary>The scheme of the API's tokens.</summary>
    public const string Scheme = BearerTokenDefaults.AuthenticationScheme;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/connect/token", Issue).WithName("IssueToken").WithTags("Access").AllowAnonymous().DisableAntiforgery()
            .Accepts<TokenRequest>("application/x-www-form-urlencoded")
            .Produces<TokenResponse>().Produces<TokenError>(400).Produces<TokenError>(401);
    }

    /// <summary>Issues an access token for client credentials.</summary>
    /// <remarks>Send client_id and client_secret as HTTP Basic or in the form. The token is opaque and lives for 30 minutes.</remarks>
    private static async Task<IResult> Issue(
        HttpContext context, PlatformDb db, Callers callers, IOptionsMonitor<BearerTokenOptions> bearer, TimeProvider clock)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!context.Request.HasFormContentType)
            return Refuse(400, "invalid_request", "The body must be application/x-www-form-urlencoded.");
        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return Refuse(400, "invalid_request", "The form is malformed or too large.");
        }

        if (form["grant_type"].Count != 1)
            return Refuse(400, "invalid_request", "grant_type is needed once.");
        if (form["grant_type"] != "client_credentials")
            return Refuse(400, "unsupported_grant_type", "Only client_credentials is supported.");
        if (Credentials(context.Request, form) is not (var clientId, var secret) || !Faults.IsText(clientId))
            return Unauthenticated(context);

        var hash = await db.Clients.Where(c => c.ClientId == clientId).Select(c => c.SecretHash).SingleOrDefaultAsync(context.RequestAborted);
        if (!ClientSecret.Matches(secret, hash) || await callers.Find(clientId, context.RequestAborted) is not { } caller)
            return Unauthenticated(context);

        var allowed = caller.Scopes.ToList();
        var asked = form["scope"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (asked.Except(allowed).Any())
            return Refuse(400, "invalid_scope", $"This client may ask for: {string.Join(' ', allowed)}.");
        var granted = asked.Length == 0 ? allowed : [.. asked.Distinct()];

        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, clientId), .. granted.Select(s => new Claim("scope", s))], Scheme);
        var ticket = new AuthenticationTicket(
            new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = clock.GetUtcNow() + Lifetime }, $"{Scheme}:AccessToken");
        var token = bearer.Get(Scheme).BearerTokenProtector.Protect(ticket);
        return Results.Json(new TokenResponse(token, "Bearer", (int)Lifetime.TotalSeconds, string.Join(' ', granted)));
    }

    private static (string Id, string Secret)? Credentials(HttpRequest request, IFormCollection form)
    {
        const string basic = "Basic ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(basic, StringComparison.OrdinalIgnoreCase))
            return form["client_id"] is [{ Length: > 0 } id] && form["client_secret"] is [{ Length: > 0 } secret] ? (id, secret) : null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[basic.Length..].Trim(), bytes, out var length))
            return null;
        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return parts.Length == 2 ? (Uri.UnescapeDataString(parts[0].Replace('+', ' ')), Uri.UnescapeDataString(parts[1].Replace('+', ' '))) : null;
    }

    private static IResult Unauthenticated(HttpContext context)
    {
        // Only who came with Basic is challenged to it (RFC 6749 §5.2): a page that sent a form must not get the browser's own dialog.
        context.Response.Headers.WWWAuthenticate = $"{(context.Request.Headers.Authorization.Count > 0 ? "Basic" : "Bearer")} realm=\"platform\"";
        return Refuse(401, "invalid_client", "The client is unknown or its secret is wrong.");
    }

    private static IResult Refuse(int status, string error, string description) => Results.Json(new TokenError(error, description), statusCode: status);
}

/// <summary>RFC 6749 §4.4.2, sent as a form.</summary>
public sealed record TokenRequest(
    [property: JsonPropertyName("grant_type")] string GrantType,
    [property: JsonPropertyName("client_id")] string? ClientId,
    [property: JsonPropertyName("client_secret")] string? ClientSecret,
    [property: JsonPropertyName("scope")] string? Scope);

/// <summary>RFC 6749 §5.1.</summary>
public sealed record TokenResponse(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("scope")] string Scope);

/// <summary>RFC 6749 §5.2.</summary>
public sealed record TokenError(
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("error_description")] string ErrorDescription);

/// <summary>Client secrets: 256 random bits, shown once, kept as a salted SHA-256 (enough for a secret nobody can guess).</summary>
public static class ClientSecret
{
    /// <summary>A new secret.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is stored of it.</summary>
    public static string Hash(string secret)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return $"{Convert.ToHexStringLower(salt)}.{Convert.ToHexStringLower(Digest(salt, secret))}";
    }

    /// <summary>Compares in constant time; an unknown client costs the same as a wrong secret.</summary>
    public static bool Matches(string secret, string? hash)
    {
        var parts = (hash ?? $"{new string('0', 32)}.{new string('0', 64)}").Split('.');
        var same = CryptographicOperations.FixedTimeEquals(Digest(Convert.FromHexString(parts[0]), secret), Convert.FromHexString(parts[1]));
        return same && hash is not null;
    }

    private static byte[] Digest(byte[] salt, string secret) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(secret)]);
}
