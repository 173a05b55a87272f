using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Platform.OData.Errors;

namespace Platform.OData.Batching;

/// <summary>The JSON batch format of 4.01: requests with unique ids, answers that carry the same ids.</summary>
internal sealed class JsonParts(HttpResponse response) : IPartWriter
{
    private bool first = true;

    public static IReadOnlyList<BatchPart> Read(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("requests", out var requests) || requests.ValueKind != JsonValueKind.Array)
                throw Wrong("cần một đối tượng có mảng “requests”", "an object with an array “requests” is needed");
            var parts = requests.EnumerateArray().Select(Part).ToList();
            return parts.DistinctBy(part => part.Id).Count() == parts.Count
                ? parts
                : throw Wrong("id có hai lần", "an id is given twice");
        }
        catch (JsonException error)
        {
            var at = (Line: error.LineNumber + 1, Byte: error.BytePositionInLine + 1);
            throw Wrong($"không phải JSON: dòng {at.Line}, byte {at.Byte}", $"no JSON: line {at.Line}, byte {at.Byte}");
        }
    }

    public Task Start()
    {
        response.ContentType = "application/json";
        return response.WriteAsync("{\"responses\":[");
    }

    public async Task Write(PartAnswer answer)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("id", answer.Part.Id);
            if (answer.Part.Group is { } group)
                json.WriteString("atomicityGroup", group);
            json.WriteNumber("status", answer.Status);
            json.WriteStartObject("headers");
            foreach (var (name, value) in answer.Headers)
                json.WriteString(name.ToLowerInvariant(), value.ToString());
            json.WriteEndObject();
            if (answer.Body.Length > 0)
                Body(json, answer);
            json.WriteEndObject();
        }
        if (!first)
            await response.WriteAsync(",");
        first = false;
        await response.BodyWriter.WriteAsync(buffer.WrittenMemory);
    }

    public Task End() => response.WriteAsync("]}");

    /// <summary>JSON stands as it is, text as a string, anything else as base64url.</summary>
    private static void Body(Utf8JsonWriter json, PartAnswer answer)
    {
        json.WritePropertyName("body");
        var type = MediaTypeHeaderValue.TryParse(answer.Headers.ContentType.ToString(), out var parsed) ? parsed : null;
        if (type?.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) == true)
            json.WriteRawValue(answer.Body.Span, skipInputValidation: true);
        else if (type?.Type.Equals("text", StringComparison.OrdinalIgnoreCase) == true)
            json.WriteStringValue(answer.Body.Span);
        else
            json.WriteStringValue(WebEncoders.Base64UrlEncode(answer.Body.Span));
    }

    private static BatchPart Part(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object)
            throw Wrong("mỗi yêu cầu là một đối tượng", "every request is an object");
        var headers = new HeaderDictionary();
        if (Member(request, "headers", JsonValueKind.Object) is { } given)
            foreach (var header in given.EnumerateObject())
                headers[header.Name] = header.Value.ToString();
        return new BatchPart(
            Text(request, "id") ?? throw Wrong("thiếu id", "an id is missing"),
            Text(request, "method") ?? throw Wrong("thiếu method", "a method is missing"),
            Text(request, "url") ?? throw Wrong("thiếu url", "a url is missing"))
        {
            Headers = headers,
            Group = Text(request, "atomicityGroup"),
            IsConditional = request.TryGetProperty("if", out _),
            DependsOn = Member(request, "dependsOn", JsonValueKind.Array) is { } names ? [.. names.EnumerateArray().Select(name => name.ToString())] : [],
        };
    }

    private static string? Text(JsonElement request, string name) => Member(request, name, JsonValueKind.String)?.GetString();

    private static JsonElement? Member(JsonElement request, string name, JsonValueKind kind) =>
        !request.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == kind ? value
        : throw Wrong($"“{name}” không đúng kiểu", $"“{name}” is of the wrong type");

    private static FaultException Wrong(string vi, string en) => new(ODataFaults.BadBatch, "$batch", vi, en);
}
