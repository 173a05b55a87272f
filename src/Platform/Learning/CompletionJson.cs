using System.Text.Json;
using Platform.Http;

namespace Platform.Learning;

/// <summary>Reads a completion written as JSON: an element of a batch, or a line of a stream. Pure; a value that cannot be read is a fault.</summary>
internal static class CompletionJson
{
    /// <summary>Reads one JSON value. Text that is no JSON at all throws, as only the reader of the whole knows where it stands.</summary>
    internal static SentRow Read(int index, ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        using var document = JsonDocument.ParseValue(ref reader);
        return Read(index, document.RootElement);
    }

    /// <summary>Reads one element.</summary>
    internal static SentRow Read(int index, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return new SentRow(index, null, null, new FieldFault($"/{index}", Problems.NotACompletion));
        string? id = null;
        try
        {
            id = element.TryGetProperty("id", out var sent) && sent.ValueKind == JsonValueKind.String ? sent.GetString() : null;
            var content = element.Deserialize<CompletionContent>(Json.Options)!;
            return new SentRow(index, content.Id, content, null);
        }
        catch (JsonException wrong)
        {
            var refused = ProblemWriter.Fault(wrong, wrong.Path ?? "", null);
            return new SentRow(index, id, null, refused with { Pointer = $"/{index}{refused.Pointer}" });
        }
        catch (InvalidOperationException)
        {
            return new SentRow(index, null, null, new FieldFault($"/{index}", Problems.NotText)); // half a surrogate pair in an escape
        }
    }
}
