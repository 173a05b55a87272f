using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Platform.OData;

/// <summary>
/// One error as clients of OData read it. The service writes its own; a host writes what it refuses under the service's prefix
/// (no credentials, no right, an unexpected fault) in the same form.
/// </summary>
/// <param name="Code">Stable number.</param>
/// <param name="Message">What is wrong, in the caller's language.</param>
/// <param name="Target">The part of the request at fault.</param>
public sealed record ODataError(string Code, string Message, string? Target = null)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What is wrong in particular.</summary>
    public IReadOnlyList<ODataError>? Details { get; init; }

    /// <summary>What helps to find the cause: any members, and nothing of the inside.</summary>
    public object? Innererror { get; init; }

    /// <summary>What of a request decides how it is answered: the header Vary of every answer, faults too.</summary>
    public const string DependsOn = "Accept, Accept-Language, OData-MaxVersion, Prefer";

    /// <summary>Writes the error as the whole answer; the status, and what else the answer's headers say, is set by the caller.</summary>
    /// <param name="http">The request.</param>
    public Task Write(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.ContentType = "application/json;odata.metadata=minimal;charset=utf-8";
        http.Response.Headers["OData-Version"] = http.Request.Headers["OData-MaxVersion"] == "4.0" ? "4.0" : "4.01";
        return http.Response.WriteAsJsonAsync(new { error = this }, Format, http.Response.ContentType, http.RequestAborted);
    }
}
