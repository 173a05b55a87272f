using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Learning;

/// <summary>
/// Turns citizen numbers and vendors' learner ids into keyed pseudonyms before anything is stored or logged (Luật 91/2025/QH15).
/// Without the key a pseudonym cannot be traced back or made again.
/// </summary>
public sealed class Pseudonyms(byte[] key)
{
    /// <summary>The pseudonym of a 12-digit citizen number.</summary>
    public Guid OfCitizen(string number) => Of($"citizen:{number}");

    /// <summary>The pseudonym of a vendor's own learner id.</summary>
    public Guid OfVendorLearner(short vendor, string id) => Of(string.Create(CultureInfo.InvariantCulture, $"vendor:{vendor}:{id}"));

    private Guid Of(string text) => new(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
