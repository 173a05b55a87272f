using System.Security.Cryptography;
using System.Text;

namespace Platform.Http.Idempotency;

/// <summary>
/// What is kept of a request to recognise it: a hash under the installation's key. A plain hash of a body that holds little but a citizen number
/// could be guessed by who reads the table. While the key is changed, requests marked under the former one are still recognised.
/// </summary>
internal sealed class RequestMarks(byte[]? key, byte[]? former)
{
    // Without a key there is no database either: the service only describes itself.
    private readonly byte[][] keys = [.. ((byte[]?[])[key, former]).OfType<byte[]>().Select(k => HKDF.DeriveKey(HashAlgorithmName.SHA256, k, 32, info: "platform request marks"u8.ToArray()))];

    /// <summary>The marks of a request, the one that is kept first.</summary>
    internal IReadOnlyList<byte[]> Of(HttpRequest request, MemoryStream body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.PathBase}{request.Path}{request.QueryString}\n{request.ContentType}\n{request.Headers.ContentEncoding}\n"));
        hash.AppendData(body.GetBuffer().AsSpan(0, (int)body.Length));
        var whole = hash.GetHashAndReset();
        return Array.ConvertAll(keys, k => HMACSHA256.HashData(k, whole));
    }

    /// <summary>Whether what was kept is one of them.</summary>
    internal static bool Fit(byte[] kept, IReadOnlyList<byte[]> marks) => marks.Any(m => m.AsSpan().SequenceEqual(kept));
}
