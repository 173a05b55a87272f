using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.OData.Errors;
using Platform.OData.Parsing;

namespace Platform.OData.Writing;

/// <summary>Writes a fault in OData's error format, in the caller's language.</summary>
internal static class ErrorWriter
{
    public static async Task Write(HttpContext http, FaultException error)
    {
        var english = Negotiation.IsEnglish(http.Request);
        http.Response.StatusCode = error.Fault.Status;
        http.Response.ContentType = "application/json;odata.metadata=minimal;charset=utf-8";
        http.Response.Headers.ContentLanguage = english ? "en" : "vi";
        http.Response.Headers["OData-Version"] = http.Request.Headers["OData-MaxVersion"] == "4.0" ? "4.0" : "4.01";
        if (error.Fault == ODataFaults.Unavailable)
            http.Response.Headers.RetryAfter = "5";
        if (error.Fault.Status == StatusCodes.Status405MethodNotAllowed)
            http.Response.Headers.Allow = http.Request.Path.Value?.EndsWith("/$batch", StringComparison.OrdinalIgnoreCase) == true ? "POST" : "GET, HEAD";
        await http.Response.WriteAsJsonAsync(
            new { error = new { code = error.Fault.Code, message = error.In(english), target = error.Target, details = Details(error, english), innererror = Inner(error) } },
            Format, http.Response.ContentType, http.RequestAborted);
    }

    private static object[]? Details(FaultException error, bool english) => error.Position is { } position
        ? [new { code = error.Fault.Code, target = error.Target, message = english ? $"at position {position}" : $"tại vị trí {position}" }]
        : null;

    private static object? Inner(FaultException error) => error.Position is { } position ? new { position } : null;

    private static readonly JsonSerializerOptions Format = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
