using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// The request's URL as it was sent: percent-encoding decides what is a slash and what is part of a key, so it must
/// survive until the path is parsed. The service root is what lies before the endpoint's catch-all.
/// </summary>
internal sealed record RequestAddress(Uri Url, Uri ServiceRoot, string Resource)
{
    public static RequestAddress Of(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        var path = string.IsNullOrEmpty(target) || target[0] != '/'
            ? http.Request.PathBase.Add(http.Request.Path).ToUriComponent()
            : target.Split('?')[0];
        var origin = $"{http.Request.Scheme}://{http.Request.Host.ToUriComponent()}";
        if (!Uri.TryCreate(origin + path + http.Request.QueryString.ToUriComponent(), UriKind.Absolute, out var url))
            throw new FaultException(ODataFaults.BadUrl, "path");
        var segments = url.AbsolutePath.Split('/');
        var depth = Depth(http.Request.PathBase) + ((RouteEndpoint)http.GetEndpoint()!).RoutePattern.PathSegments.Count;
        var root = string.Join('/', segments.Take(depth)) + "/";
        return new RequestAddress(url, new Uri(origin + root), string.Join('/', segments.Skip(depth)).TrimEnd('/'));
    }

    /// <summary>The same request from where the token says; the skip has been done.</summary>
    public Uri NextLink(string token) => LinkTo("$skiptoken", token);

    /// <summary>The same request for what changed since the token says.</summary>
    public Uri DeltaLink(string token) => LinkTo("$deltatoken", token);

    private Uri LinkTo(string option, string token)
    {
        var kept = new List<string>();
        foreach (var pair in new QueryStringEnumerable(Url.Query))
            if (pair.DecodeName().ToString().TrimStart('$').ToLowerInvariant() is not ("skip" or "skiptoken" or "deltatoken"))
                kept.Add($"{pair.EncodedName}={pair.EncodedValue}");
        kept.Add($"{option}={token}");
        return new Uri(Url.GetLeftPart(UriPartial.Path) + "?" + string.Join('&', kept));
    }

    /// <summary>The resource that options were posted for, with those options as if they stood in its URL.</summary>
    public (RequestAddress Address, string Query) WithPostedOptions(ReadOnlyMemory<byte> body, string? contentType)
    {
        if (contentType?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) != true)
            throw new FaultException(ODataFaults.UnknownContent, "Content-Type", contentType ?? "", contentType ?? "");
        var query = "?" + string.Join('&', new[] { Url.Query.TrimStart('?'), Encoding.UTF8.GetString(body.Span).TrimStart('?') }.Where(part => part.Length > 0));
        var path = Url.GetLeftPart(UriPartial.Path);
        return (this with { Url = new Uri(path[..^"/$query".Length] + query), Resource = Resource[..^"/$query".Length] }, query);
    }

    /// <summary>The entity whose id was given instead of a path, cast to the type that may follow <c>$entity</c>.</summary>
    public RequestAddress Entity(string? id)
    {
        if (id is null || !Uri.TryCreate(ServiceRoot, id, out var url) || url.Query.Length > 0)
            throw new FaultException(ODataFaults.BadUrl, "$id", $"$id: {id}", $"$id: {id}");
        var resource = url.AbsolutePath.StartsWith(ServiceRoot.AbsolutePath, StringComparison.Ordinal) ? url.AbsolutePath[ServiceRoot.AbsolutePath.Length..] : "";
        if (!url.GetLeftPart(UriPartial.Authority).Equals(ServiceRoot.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase) || resource.Length == 0 || resource[0] == '$')
            throw new FaultException(ODataFaults.NotFound, "$id", id, id);
        var cast = Resource["$entity".Length..];
        return cast.Length == 0
            ? this with { Url = url, Resource = resource }
            : this with { Url = new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + cast), Resource = resource.TrimEnd('/') + cast };
    }

    private static int Depth(PathString path) => path.HasValue ? path.Value!.Count(character => character == '/') : 0;
}
