using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Platform.OData.Errors;

namespace Platform.OData.Batching;

/// <summary>
/// A part of a batch as an HTTP request of its own: same caller, services, endpoint and connection as the batch,
/// its own method, URL, headers and answer.
/// </summary>
internal static class PartContext
{
    private static readonly string[] Inherited = ["Accept-Language", "OData-MaxVersion", "Host"];

    /// <param name="batch">The batch request.</param>
    /// <param name="part">The part.</param>
    /// <param name="target">Path and query of the part, percent-encoded, from the server's root.</param>
    public static HttpContext Of(HttpContext batch, BatchPart part, string target)
    {
        var headers = new HeaderDictionary();
        foreach (var name in Inherited)
            if (batch.Request.Headers.TryGetValue(name, out var value))
                headers[name] = value;
        foreach (var (name, value) in part.Headers)
            headers[name] = value;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        var features = new FeatureCollection(batch.Features);
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = part.Method.ToUpperInvariant(),
            Scheme = batch.Request.Scheme,
            Protocol = batch.Request.Protocol,
            PathBase = batch.Request.PathBase,
            Path = PathString.FromUriComponent(path).StartsWithSegments(batch.Request.PathBase, out var rest) ? rest : PathString.FromUriComponent(path),
            QueryString = question < 0 ? "" : target[question..],
            RawTarget = target,
            Headers = headers,
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new MemoryStream()));
        features.Set<IQueryFeature>(new QueryFeature(features));
        return new DefaultHttpContext(features);
    }

    /// <summary>
    /// Where a part's URL leads: absolute (then to this service), from the server's root, relative to the service, or starting with the
    /// <c>$id</c> of an earlier part, whose URL then takes that place.
    /// </summary>
    public static string Target(Uri serviceRoot, string url, IReadOnlyDictionary<string, string> earlier)
    {
        if (url.StartsWith('$') && earlier.TryGetValue(url[1..].Split('/', '?')[0], out var referenced))
            return referenced.Split('?')[0].TrimEnd('/') + url[(1 + url[1..].Split('/', '?')[0].Length)..];
        if (!Uri.TryCreate(serviceRoot, url, out var absolute) || absolute.Scheme is not ("http" or "https"))
            throw new FaultException(ODataFaults.BadUrl, "url", url, url);
        return absolute.Authority.Equals(serviceRoot.Authority, StringComparison.OrdinalIgnoreCase)
            && (absolute.AbsolutePath.StartsWith(serviceRoot.AbsolutePath, StringComparison.OrdinalIgnoreCase)
            || absolute.AbsolutePath.Equals(serviceRoot.AbsolutePath.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
            ? absolute.PathAndQuery
            : throw new FaultException(ODataFaults.UnknownResource, "url", url, url);
    }
}
