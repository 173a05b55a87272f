namespace Platform.Analytics;

/// <summary>The page of ready-made questions at /odata-docs: three static files that call the OData service with the visitor's own token.</summary>
public static class QuestionPage
{
    /// <summary>Where the page is.</summary>
    public const string Address = "/odata-docs";

    private const string Policy = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private static readonly Dictionary<string, string> Files = new()
    {
        ["index.html"] = "text/html; charset=utf-8",
        ["page.css"] = "text/css; charset=utf-8",
        ["page.js"] = "text/javascript; charset=utf-8",
    };

    public static void MapQuestionPage(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Address, Reading, (HttpContext http) => http.Request.Path.Value!.EndsWith('/') ? Serve(http, "index.html") : Results.Redirect($"{Address}/"))
            .AllowAnonymous().ExcludeFromDescription();
        routes.MapMethods($"{Address}/{{file}}", Reading, (HttpContext http, string file) => Serve(http, file)).AllowAnonymous().ExcludeFromDescription();
    }

    private static IResult Serve(HttpContext http, string file)
    {
        if (!Files.TryGetValue(file, out var type))
            return Results.NotFound();
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Stream(typeof(QuestionPage).Assembly.GetManifestResourceStream($"Platform.Analytics.Page.{file}")!, type);
    }
}
