using Microsoft.AspNetCore.Http.HttpResults;

namespace Platform.Http;

/// <summary>The contract, the interactive page made from it, and the catalogue of numbered problems.</summary>
public static class Documentation
{
    /// <summary>Where the interactive page is.</summary>
    public const string Page = "/docs";

    /// <summary>Serves the interactive page; it holds no data, so it comes before authentication.</summary>
    public static void UseDocumentationPage(this WebApplication app) => app.UseSwaggerUI(options =>
    {
        options.RoutePrefix = Page.TrimStart('/');
        options.DocumentTitle = "Platform – API";
        options.SwaggerEndpoint("/openapi/platform.v1.json", "Platform v1");
        options.EnableTryItOutByDefault();
        options.DisplayRequestDuration();
    });

    public static void MapDocumentation(this WebApplication app)
    {
        app.MapSwagger("/openapi/platform.{documentName}.json").AllowAnonymous();
        app.MapGet("/", () => Results.Redirect(Page)).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/problems", ListProblems).WithName(nameof(ListProblems)).WithTags("Problems").AllowAnonymous();
        app.MapGet("/problems/{problemCode}", GetProblem).WithName(nameof(GetProblem)).WithTags("Problems").AllowAnonymous().Fails(404);
    }

    /// <summary>Every numbered problem of the API, of the rows of a batch, and of OData.</summary>
    private static Ok<Page<ProblemDescription>> ListProblems() => TypedResults.Ok(new Page<ProblemDescription>([.. All], null));

    /// <summary>One numbered problem.</summary>
    private static Ok<ProblemDescription> GetProblem(string problemCode) =>
        TypedResults.Ok(All.FirstOrDefault(p => p.Code == problemCode) ?? throw new ProblemException(Problems.NotFound));

    private static IEnumerable<ProblemDescription> All =>
        Problems.All.Select(p => new ProblemDescription(p.Code, p.Status, p.Vi, p.En))
            .Concat(OData.ODataFaults.All.Select(f => new ProblemDescription(f.Code, f.Status, f.TitleVi, f.TitleEn)));
}

/// <summary>A problem's number, HTTP status and title in both languages.</summary>
public sealed record ProblemDescription(string Code, int Status, string Vi, string En);
