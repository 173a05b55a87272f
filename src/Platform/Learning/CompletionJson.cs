using System.Text.Json;
using Platform.Http;

namespace Platform.Learning;

/// <summary>Reads a completion written as JSON: an element of a batch, or a line of a stream. Pure; a value that cannot be read is a fault.</summary>
internal static class CompletionJson
{
    /// <summary>Reads one JSON value. Text that is no JSON at all throws, as only the reader of the whole knows where it stands.</summary>
    internal static SentRow Read(int index, ReadOnlySpan<byte> utf8)
    {
        try
        {
            if (JsonSerializer.Deserialize<CompletionContent>(utf8, Json.Options) is { } content)
                return new SentRow(index, content.Id, content, null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Read again with more patience: what can be said of it is said there.
        }

        using var document = JsonDocument.Parse(utf8.ToArray());
        return Read(index, document.RootElement);
    }

    private static SentRow Read(int index, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return new SentRow(index, null, null, new FieldFault($"/{index}", Problems.NotACompletion));
        string? id = null;
        try
        {
            // What rejected rows carry when they are given back is no part of the row.
            if (element.TryGetProperty(RejectedRow.Mark, out _))
                return Read(index, WithoutMark(element));
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

    private static byte[] WithoutMark(JsonElement row)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in row.EnumerateObject().Where(m => !m.NameEquals(RejectedRow.Mark)))
                member.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
