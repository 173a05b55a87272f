namespace Platform.Http;

/// <summary>
/// What every answer tells a browser: nothing may be framed, sniffed or loaded from elsewhere. Answers that are no page may load nothing at
/// all; pages may load what this server holds. An answer that says something stricter itself keeps it.
/// </summary>
public static class Hardening
{
    private const string NoPage = "default-src 'none'; frame-ancestors 'none'";

    // The interactive documentation sets styles on its elements and draws its icons from data; it runs no script but the files it came with.
    private const string OwnPage =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Adds the headers to every answer, also to failures.</summary>
    public static void UseHardening(this WebApplication app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            if (headers.ContentSecurityPolicy.Count == 0)
                headers.ContentSecurityPolicy = context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true ? OwnPage : NoPage;
            if (context.Request.IsHttps)
                headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
            return Task.CompletedTask;
        });
        return next(context);
    });

    /// <summary>Lets the named origins' pages call, with a token in the header and never with a cookie. Without names no other origin may.</summary>
    public static void UseOrigins(this WebApplication app, IReadOnlyList<string> origins)
    {
        if (origins.Count > 0)
            app.UseCors(policy => policy.WithOrigins([.. origins]).AllowAnyMethod().AllowAnyHeader()
                .WithExposedHeaders("ETag", "Location", "OData-Version", "Preference-Applied", "Retry-After", "WWW-Authenticate"));
    }
}
