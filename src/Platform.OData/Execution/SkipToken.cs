using System.Text.Json;
using Platform.OData.Binding;

namespace Platform.OData.Execution;

/// <summary>
/// Where the next page begins: the ordering values of the last row sent, how many rows earlier pages had (they count
/// against <c>$top</c>), and where tracking of changes began.
/// </summary>
internal sealed record SkipToken(JsonElement[] Last, int Delivered, long? TrackedFrom = null, DateTimeOffset? TrackedAt = null)
{
    public static string Write(IEnumerable<object?> values, int delivered, string binding, byte[] key, long? trackedFrom = null, DateTimeOffset? trackedAt = null) =>
        SignedText.Write(new SkipToken(Json(values), delivered, trackedFrom, trackedAt), binding, key);

    public static SkipToken Read(string text, string binding, byte[] key) => SignedText.Read<SkipToken>("$skiptoken", text, binding, key);

    public IReadOnlyList<object?> Values(IReadOnlyList<OrderTerm> terms) => Values("$skiptoken", Last, terms);

    public static JsonElement[] Json(IEnumerable<object?> values) => [.. values.Select(value => JsonSerializer.SerializeToElement(value))];

    public static IReadOnlyList<object?> Values(string option, JsonElement[] last, IReadOnlyList<OrderTerm> terms) => terms.Count == last.Length
        ? [.. terms.Select((term, i) => last[i].Deserialize(term.Value.ReturnType))]
        : throw SignedText.Refused(option);
}
