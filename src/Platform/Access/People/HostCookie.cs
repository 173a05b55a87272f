namespace Platform.Access.People;

/// <summary>Cookies that scripts do not read and that, over https, no neighbouring host can set: browsers take the prefix with Secure, this path and no domain only.</summary>
internal static class HostCookie
{
    internal static string Name(HttpContext http, string purpose) => IsSecure(http) ? $"__Host-platform-{purpose}" : $"platform-{purpose}";

    internal static CookieOptions Options(HttpContext http, SameSiteMode sameSite) =>
        new() { HttpOnly = true, Secure = IsSecure(http), SameSite = sameSite, Path = "/", IsEssential = true };

    private static bool IsSecure(HttpContext http) =>
        http.Request.IsHttps || http.RequestServices.GetRequiredService<AccessOptions>().PublicAddress?.Scheme == Uri.UriSchemeHttps;
}
