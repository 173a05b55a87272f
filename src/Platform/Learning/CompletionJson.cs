using System.Text.Json;
using System.Text.Unicode;
using Platform.Http;

namespace Platform.Learning;

/// <summary>Reads a completion written as JSON: an element of a batch, or a line of a stream. Pure; a value that cannot be read is a fault.</summary>
internal static class CompletionJson
{
    /// <summary>
    /// Reads one JSON value; null for reasons that stand alone, as they do before a rejected row that could not carry them. Text that is no JSON at
    /// all throws, as only the reader of the whole knows where it stands.
    /// </summary>
    internal static SentRow? Read(int index, ReadOnlySpan<byte> utf8)
    {
        try
        {
            if ((PlainCompletion.Read(utf8) ?? JsonSerializer.Deserialize<CompletionContent>(utf8, Json.Options)) is { } content)
                return new SentRow(index, content.Id, content, []);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Read again with more patience: what can be said of it is said there.
        }

        if (!Utf8.IsValid(utf8))
            return SentRow.Unreadable(index, Problems.NotUtf8); // what is read below puts one mark in the place of every unreadable letter
        using var document = JsonDocument.Parse(utf8.ToArray());
        return document.RootElement.ValueKind != JsonValueKind.Object ? SentRow.Unreadable(index, Problems.NotACompletion)
            : document.RootElement.GetPropertyCount() == 1 && document.RootElement.TryGetProperty(RejectedRow.Mark, out _) ? null
            : Read(index, document.RootElement);
    }

    // Member by member, so that all that cannot be read is told; what can be is checked with the others.
    private static SentRow Read(int index, JsonElement row)
    {
        var faults = new List<FieldFault>();
        try
        {
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            var members = new List<JsonProperty>();
            // What rejected rows carry when they are given back is no part of the row.
            foreach (var member in row.EnumerateObject().Where(m => !m.NameEquals(RejectedRow.Mark)))
                if (!names.Add(member.Name))
                    faults.Add(new FieldFault($"/{index}/{Json.Escape(member.Name)}", Problems.Repeated, Json.NameRepeated));
                else if (Fault(index, member) is { } fault)
                    faults.Add(fault);
                else
                    members.Add(member);
            var content = JsonSerializer.Deserialize<CompletionContent>(Text(members), Json.Options)!;
            return new SentRow(index, content.Id, content, faults);
        }
        catch (InvalidOperationException)
        {
            return SentRow.Unreadable(index, Problems.NotText); // half a surrogate pair in a name
        }
    }

    private static FieldFault? Fault(int index, JsonProperty member)
    {
        try
        {
            JsonSerializer.Deserialize<CompletionContent>(Text([member]), Json.Options);
            return null;
        }
        catch (JsonException wrong)
        {
            var fault = ProblemWriter.Fault(wrong, wrong.Path ?? "", null);
            return fault with { Pointer = $"/{index}{fault.Pointer}" };
        }
        catch (InvalidOperationException)
        {
            return new FieldFault($"/{index}/{Json.Escape(member.Name)}", Problems.NotText); // half a surrogate pair in an escape
        }
    }

    private static byte[] Text(List<JsonProperty> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in members)
                member.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
