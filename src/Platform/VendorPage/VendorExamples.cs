using Platform.Http;

namespace Platform.VendorPage;

/// <summary>The page of examples for LMS vendors at /vendor-docs: what to copy into curl, JavaScript, Python and C#. Tests run every one of them.</summary>
public static class VendorExamples
{
    /// <summary>Where the page is.</summary>
    public const string Address = "/vendor-docs";

    public static void MapVendorExamples(this IEndpointRouteBuilder routes) => new StaticPage(Address, "Platform.VendorPage.").Map(routes);
}
