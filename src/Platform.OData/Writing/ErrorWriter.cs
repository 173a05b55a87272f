using Microsoft.AspNetCore.Http;
using Platform.OData.Errors;
using Platform.OData.Parsing;

namespace Platform.OData.Writing;

/// <summary>Writes a fault in OData's error format, in the caller's language.</summary>
internal static class ErrorWriter
{
    public static Task Write(HttpContext http, FaultException error)
    {
        var english = Negotiation.IsEnglish(http.Request);
        http.Response.StatusCode = error.Fault.Status;
        http.Response.Headers.ContentLanguage = english ? "en" : "vi";
        if (error.Fault == ODataFaults.Unavailable)
            http.Response.Headers.RetryAfter = "5";
        if (error.Fault.Status == StatusCodes.Status405MethodNotAllowed)
            http.Response.Headers.Allow = http.Request.Path.Value?.EndsWith("/$batch", StringComparison.OrdinalIgnoreCase) == true ? "POST" : "GET, HEAD";
        return new ODataError(error.Fault.Code, error.In(english), error.Target)
        {
            Details = error.Position is { } at ? [new ODataError(error.Fault.Code, english ? $"at position {at}" : $"tại vị trí {at}", error.Target)] : null,
            Innererror = error.Position is { } position ? new { position } : null,
        }.Write(http);
    }
}
