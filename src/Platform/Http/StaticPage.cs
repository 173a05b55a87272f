using System.Collections.Frozen;

namespace Platform.Http;

/// <summary>
/// A page of a few static files that lie in the assembly. It holds no data and calls the API with the visitor's own token; scripts, styles and
/// answers of other origins stay out.
/// </summary>
/// <param name="address">Where it is, without a slash at the end.</param>
/// <param name="resources">What the names of its resources begin with.</param>
public sealed class StaticPage(string address, string resources)
{
    private const string Policy = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/plain; charset=utf-8",
        [".sh"] = "text/plain; charset=utf-8",
        [".py"] = "text/plain; charset=utf-8",
        [".cs"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Serves it; the address without a slash leads to the one with it, so that its files are found beside it.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(address, Reading, (HttpContext http) => http.Request.Path.Value!.EndsWith('/') ? Serve(http, "index.html") : Results.Redirect($"{address}/"))
            .AllowAnonymous().ExcludeFromDescription();
        routes.MapMethods($"{address}/{{file}}", Reading, Serve).AllowAnonymous().ExcludeFromDescription();
    }

    private IResult Serve(HttpContext http, string file)
    {
        if (!Types.TryGetValue(Path.GetExtension(file), out var type) || typeof(StaticPage).Assembly.GetManifestResourceStream(resources + file) is not { } content)
            return Results.NotFound();
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Stream(content, type);
    }
}
