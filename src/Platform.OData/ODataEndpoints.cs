using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Platform.OData.Execution;

namespace Platform.OData;

/// <summary>Maps the service into the host's routes.</summary>
public static class ODataEndpoints
{
    /// <summary>Serves the model under a prefix: service document, <c>$metadata</c>, entity sets and all below them.</summary>
    /// <param name="routes">The host's routes; policies and limits are added to the returned builder.</param>
    /// <param name="prefix">Where the service lives, for example <c>/odata/v1</c>; it may hold route parameters.</param>
    /// <param name="model">What is served.</param>
    /// <param name="options">Limits and keys; validated here.</param>
    /// <param name="source">The caller's data: called once for each request that reads data.</param>
    public static IEndpointConventionBuilder MapOData(
        this IEndpointRouteBuilder routes, string prefix, ODataModel model, ODataOptions options, Func<HttpContext, IODataSource> source)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(source);
        options.Validate();
        var served = options.SuppressBelow > 0 ? model.SuppressedBelow(options.SuppressBelow) : model;
        var plans = new PlanCache(served, options);
        return routes
            .Map($"{prefix.TrimEnd('/')}/{{**odata}}", (RequestDelegate)(http => new Exchange(http, served, options, plans, source).Run()))
            .WithDisplayName($"OData {prefix}");
    }
}
