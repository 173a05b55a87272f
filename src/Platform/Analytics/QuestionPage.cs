using Platform.Http;

namespace Platform.Analytics;

/// <summary>The page of ready-made questions at /odata-docs: three static files that call the OData service with the visitor's own token.</summary>
public static class QuestionPage
{
    /// <summary>Where the page is.</summary>
    public const string Address = "/odata-docs";

    public static void MapQuestionPage(this IEndpointRouteBuilder routes) => new StaticPage(Address, "Platform.Analytics.Page.").Map(routes);
}
