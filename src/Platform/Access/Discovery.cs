using System.Text.Json.Serialization;
using Platform.Http;

namespace Platform.Access;

/// <summary>The authorisation server's metadata (RFC 8414), also at OpenID Connect's address, where many clients look first.</summary>
public static class Discovery
{
    private static readonly string[] Methods = ["client_secret_basic", "client_secret_post"];

    public static void MapDiscovery(this IEndpointRouteBuilder routes)
    {
        foreach (var name in (string[])["oauth-authorization-server", "openid-configuration"])
            routes.MapGet($"/.well-known/{name}", Describe).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>The service's own address as its callers know it: <see cref="AccessOptions.PublicAddress"/>, else the one that was asked.</summary>
    public static string Issuer(HttpContext context) =>
        context.RequestServices.GetRequiredService<AccessOptions>().PublicAddress?.ToString().TrimEnd('/') ?? $"{context.Request.Scheme}://{context.Request.Host}";

    private static IResult Describe(HttpContext context)
    {
        var issuer = Issuer(context);
        context.Response.Headers.CacheControl = "max-age=300";
        return Results.Json(new ServerMetadata(
            issuer, $"{issuer}{TokenApi.Prefix}/token", $"{issuer}{TokenApi.Prefix}/introspect", $"{issuer}{TokenApi.Prefix}/revocation",
            Methods, Methods, Methods, ["client_credentials"], [], [.. Scopes.All], $"{issuer}{Documentation.Page}", ["vi", "en"]));
    }

    private sealed record ServerMetadata(
        [property: JsonPropertyName("issuer")] string Issuer,
        [property: JsonPropertyName("token_endpoint")] string TokenEndpoint,
        [property: JsonPropertyName("introspection_endpoint")] string IntrospectionEndpoint,
        [property: JsonPropertyName("revocation_endpoint")] string RevocationEndpoint,
        [property: JsonPropertyName("token_endpoint_auth_methods_supported")] string[] TokenMethods,
        [property: JsonPropertyName("introspection_endpoint_auth_methods_supported")] string[] IntrospectionMethods,
        [property: JsonPropertyName("revocation_endpoint_auth_methods_supported")] string[] RevocationMethods,
        [property: JsonPropertyName("grant_types_supported")] string[] GrantTypes,
        [property: JsonPropertyName("response_types_supported")] string[] ResponseTypes,
        [property: JsonPropertyName("scopes_supported")] string[] Scopes,
        [property: JsonPropertyName("service_documentation")] string Documentation,
        [property: JsonPropertyName("ui_locales_supported")] string[] Languages);
}
