using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Platform.OData.Binding;
using Platform.OData.Errors;

namespace Platform.OData.Execution;

/// <summary>
/// Where the next page begins: the ordering values of the last row sent. Signed together with the query and the
/// caller it belongs to; a token that was altered, or taken to another query or caller, is refused.
/// </summary>
internal sealed class SkipToken
{
    private const int SignatureLength = 16;

    private readonly JsonElement[] values;

    private SkipToken(JsonElement[] values, int delivered) => (this.values, Delivered) = (values, delivered);

    /// <summary>Rows already sent on earlier pages: they count against <c>$top</c>.</summary>
    public int Delivered { get; }

    public static string Write(IEnumerable<object?> values, int delivered, string binding, byte[] key)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new Content(
            [.. values.Select(value => JsonSerializer.SerializeToElement(value))], delivered));
        return WebEncoders.Base64UrlEncode([.. Sign(content, binding, key), .. content]);
    }

    public static SkipToken Read(string text, string binding, byte[] key)
    {
        try
        {
            var bytes = WebEncoders.Base64UrlDecode(text);
            var content = bytes.AsSpan(Math.Min(SignatureLength, bytes.Length));
            if (CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, bytes.Length - content.Length), Sign(content, binding, key))
                && JsonSerializer.Deserialize<Content>(content) is { } read)
                return new SkipToken(read.Values, read.Delivered);
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            // falls through: an unreadable token and a forged one get the same answer
        }
        throw new FaultException(ODataFaults.BadSkipToken, "$skiptoken");
    }

    public IReadOnlyList<object?> Values(IReadOnlyList<OrderTerm> terms) => terms.Count == values.Length
        ? [.. terms.Select((term, i) => values[i].Deserialize(term.Value.ReturnType))]
        : throw new FaultException(ODataFaults.BadSkipToken, "$skiptoken");

    private static byte[] Sign(ReadOnlySpan<byte> content, string binding, byte[] key) =>
        HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes(binding), 0, .. content])[..SignatureLength];

    private sealed record Content(JsonElement[] Values, int Delivered);
}
