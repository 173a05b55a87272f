using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Platform.OData.Errors;

namespace Platform.OData.Execution;

/// <summary>
/// Opaque text in links: content signed together with the query and the caller that it belongs to. What was altered,
/// or taken to another query or caller, is refused.
/// </summary>
internal static class SignedText
{
    private const int SignatureLength = 16;

    public static string Write<T>(T content, string binding, byte[] key)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(content);
        return WebEncoders.Base64UrlEncode([.. Sign(bytes, binding, key), .. bytes]);
    }

    public static T Read<T>(string option, string text, string binding, byte[] key)
    {
        try
        {
            var bytes = WebEncoders.Base64UrlDecode(text);
            var content = bytes.AsSpan(Math.Min(SignatureLength, bytes.Length));
            if (CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, bytes.Length - content.Length), Sign(content, binding, key))
                && JsonSerializer.Deserialize<T>(content) is { } read)
                return read;
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            // falls through: an unreadable token and a forged one get the same answer
        }
        throw Refused(option);
    }

    public static FaultException Refused(string option) => new(ODataFaults.BadToken, option, option, option);

    private static byte[] Sign(ReadOnlySpan<byte> content, string binding, byte[] key) =>
        HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes(binding), 0, .. content])[..SignatureLength];
}
