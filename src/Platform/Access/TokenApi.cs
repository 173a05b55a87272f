using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;

namespace Platform.Access;

/// <summary>
/// OAuth 2.0 for machines: client credentials (RFC 6749 §4.4), introspection (RFC 7662) and revocation (RFC 7009), with short-lived opaque
/// tokens. Errors are OAuth's own, not problems, because OAuth clients read them; no answer is ever stored by a cache.
/// </summary>
public static class TokenApi
{
    /// <summary>Where the endpoints are.</summary>
    public const string Prefix = "/connect";

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var oauth = routes.MapGroup(Prefix).WithTags("Access").AllowAnonymous().DisableAntiforgery().AddEndpointFilter(Refuse);
        oauth.MapPost("token", Issue).WithName("IssueToken").Accepts<TokenRequest>("application/x-www-form-urlencoded")
            .Produces<TokenResponse>().Produces<TokenError>(400).Produces<TokenError>(401).Produces<TokenError>(429).Fails(415);
        oauth.MapPost("introspect", Introspect).WithName("IntrospectToken").Accepts<TokenQuestion>("application/x-www-form-urlencoded")
            .Produces<TokenFacts>().Produces<TokenError>(400).Produces<TokenError>(401).Produces<TokenError>(429).Fails(415);
        oauth.MapPost("revocation", Revoke).WithName("RevokeToken").Accepts<TokenQuestion>("application/x-www-form-urlencoded")
            .Produces(200).Produces<TokenError>(400).Produces<TokenError>(401).Produces<TokenError>(429).Fails(415);
    }

    /// <summary>Issues an access token for client credentials.</summary>
    /// <remarks>Send client_id and client_secret as HTTP Basic (each form-encoded) or in the form. The token is opaque and lives for 30 minutes.</remarks>
    private static async Task<IResult> Issue(
        HttpContext context, ClientAuthentication authentication, Callers callers, AccessTokens tokens, TimeProvider clock)
    {
        var form = await Form(context);
        if (!form.ContainsKey("grant_type"))
            throw new OAuthException(400, "invalid_request", "grant_type is needed.");
        if (form["grant_type"] != "client_credentials")
            throw new OAuthException(400, "unsupported_grant_type", "Only client_credentials is supported.");
        var client = await authentication.Require(context.Request, form, context.RequestAborted);
        // As it stands now: a token asked for right after a grant carries it.
        var caller = await callers.FindNow(client.Key, context.RequestAborted) ?? throw new OAuthException(401, "invalid_client", "The client is gone.");
        var allowed = caller.Scopes.ToList();
        var asked = form["scope"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (asked.Except(allowed).Any())
            throw new OAuthException(400, "invalid_scope", $"This client may ask for: {string.Join(' ', allowed)}.");
        var granted = asked.Length == 0 ? allowed : [.. asked.Distinct()];

        var now = clock.GetUtcNow();
        var ends = now + AccessTokens.Lifetime;
        var token = new AccessToken(Guid.CreateVersion7(now), client.Key, client.Secret, granted, now, client.SecretEnds < ends ? client.SecretEnds.Value : ends);
        return Results.Json(new TokenResponse(tokens.Write(token), "Bearer", (int)(token.ExpiresAt - now).TotalSeconds, string.Join(' ', granted)));
    }

    /// <summary>Says whether a token counts at this moment, and for what.</summary>
    /// <remarks>A client learns about its own tokens, an operator about everybody's; of any other token it hears that it is not active.</remarks>
    private static async Task<IResult> Introspect(
        HttpContext context, ClientAuthentication authentication, Callers callers, AccessTokens tokens, TimeProvider clock)
    {
        var form = await Form(context);
        var client = await authentication.Require(context.Request, form, context.RequestAborted);
        if (Asked(form, tokens) is { } token
            && (token.Key == client.Key || (await callers.FindNow(client.Key, context.RequestAborted))?.ReadsNation == true)
            && await callers.FindNow(token.Key, context.RequestAborted) is { } caller && caller.Accepts(token, clock.GetUtcNow()))
            return Results.Json(new TokenFacts(
                true, string.Join(' ', token.Scopes.Intersect(caller.Scopes)), token.Key, caller.Name, "Bearer",
                token.ExpiresAt.ToUnixTimeSeconds(), token.IssuedAt.ToUnixTimeSeconds(), token.Key, Discovery.Issuer(context), $"{token.Id:N}"));
        return Results.Json(new TokenFacts(false));
    }

    /// <summary>Ends a token of the client before its time; within 10 s no server takes it any more.</summary>
    /// <remarks>A token that this service does not know, or that is over, counts as revoked.</remarks>
    private static async Task<IResult> Revoke(
        HttpContext context, ClientAuthentication authentication, Callers callers, AccessTokens tokens, PlatformDb db, TimeProvider clock)
    {
        var form = await Form(context);
        var client = await authentication.Require(context.Request, form, context.RequestAborted);
        if (Asked(form, tokens) is not { } token || token.ExpiresAt <= clock.GetUtcNow())
            return Results.Ok();
        if (token.Key != client.Key)
            throw new OAuthException(400, "unauthorized_client", "The token was issued to another client.");
        var caller = await callers.FindNow(client.Key, context.RequestAborted);
        if (caller is null || caller.Revoked.Contains(token.Id))
            return Results.Ok();
        await db.RevokedTokens.Where(t => t.AccountId == caller.Id && t.ExpiresAt < clock.GetUtcNow()).ExecuteDeleteAsync(context.RequestAborted);
        db.RevokedTokens.Add(new RevokedToken { Id = token.Id, AccountId = caller.Id, ExpiresAt = token.ExpiresAt });
        try
        {
            await db.SaveChangesAsync(context.RequestAborted);
        }
        catch (DbUpdateException) when (db.RevokedTokens.AsNoTracking().Any(t => t.Id == token.Id))
        {
            // The same was asked at the same moment.
        }

        await callers.FindNow(client.Key, context.RequestAborted);
        return Results.Ok();
    }

    private static AccessToken? Asked(IFormCollection form, AccessTokens tokens) => form["token"] is [{ Length: > 0 } text]
        ? tokens.Read(text)
        : throw new OAuthException(400, "invalid_request", "token is needed.");

    private static async Task<IFormCollection> Form(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
            throw new OAuthException(400, "invalid_request", "The body must be application/x-www-form-urlencoded.");
        try
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            return form.FirstOrDefault(f => f.Value.Count > 1).Key is { } repeated
                ? throw new OAuthException(400, "invalid_request", $"{repeated} is given more than once.")
                : form;
        }
        catch (InvalidDataException)
        {
            throw new OAuthException(400, "invalid_request", "The form is malformed or too large.");
        }
    }

    private static async ValueTask<object?> Refuse(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var (request, response) = (invocation.HttpContext.Request, invocation.HttpContext.Response);
        response.Headers.CacheControl = "no-store";
        response.Headers.Pragma = "no-cache";
        try
        {
            return await next(invocation);
        }
        catch (OAuthException refused)
        {
            // Only who came with Basic is challenged to it (RFC 6749 §5.2): a page that sent a form must not get the browser's own dialog.
            if (refused.Status == StatusCodes.Status401Unauthorized)
                response.Headers.WWWAuthenticate = $"{(request.Headers.Authorization.Count > 0 ? "Basic" : "Bearer")} realm=\"platform\"";
            return Results.Json(new TokenError(refused.Error, refused.Message), statusCode: refused.Status);
        }
    }
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

/// <summary>RFC 7662 §2.1 and RFC 7009 §2.1, sent as a form.</summary>
public sealed record TokenQuestion(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("token_type_hint")] string? TokenTypeHint,
    [property: JsonPropertyName("client_id")] string? ClientId,
    [property: JsonPropertyName("client_secret")] string? ClientSecret);

/// <summary>RFC 7662 §2.2: of a token that is not active, nothing but that.</summary>
public sealed record TokenFacts(
    [property: JsonPropertyName("active")] bool Active,
    [property: JsonPropertyName("scope"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Scope = null,
    [property: JsonPropertyName("client_id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ClientId = null,
    [property: JsonPropertyName("username"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Username = null,
    [property: JsonPropertyName("token_type"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TokenType = null,
    [property: JsonPropertyName("exp"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ExpiresAt = null,
    [property: JsonPropertyName("iat"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? IssuedAt = null,
    [property: JsonPropertyName("sub"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Subject = null,
    [property: JsonPropertyName("iss"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Issuer = null,
    [property: JsonPropertyName("jti"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id = null);
