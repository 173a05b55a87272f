using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Learning;

/// <summary>A key of pseudonyms, and the mark by which stored pseudonyms say which key made them.</summary>
public sealed class PseudonymKey(byte[] secret)
{
    /// <summary>Sixteen bits that tell keys apart and say nothing about them.</summary>
    public short Mark { get; } = BinaryPrimitives.ReadInt16BigEndian(HMACSHA256.HashData(secret, "mark"u8));

    internal Guid Of(ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(secret, text, hash);
        return new Guid(hash[..16]);
    }
}

/// <summary>A name of a learner under the newest key, and under the earlier ones that are still recognised.</summary>
internal readonly record struct Pseudonym(Guid Newest, Guid[] Earlier);

/// <summary>
/// Turns citizen numbers and vendors' learner ids into keyed pseudonyms before anything is stored or logged (Luật 91/2025/QH15).
/// Without the key a pseudonym cannot be traced back or made again. When the key is changed, earlier keys are still recognised, and a
/// learner who comes again is known under the newest from then on.
/// </summary>
public sealed class Pseudonyms(PseudonymKey newest, params IReadOnlyList<PseudonymKey> earlier)
{
    /// <summary>The key that new pseudonyms are made with.</summary>
    public PseudonymKey Newest { get; } = newest;

    /// <summary>Keys that are recognised only.</summary>
    public IReadOnlyList<PseudonymKey> Earlier { get; } = earlier;

    /// <summary>The pseudonym of a 12-digit citizen number.</summary>
    internal Pseudonym OfCitizen(string number) => Of("citizen:", number);

    /// <summary>The pseudonym of a vendor's own learner id.</summary>
    internal Pseudonym OfVendorLearner(string prefix, string id) => Of(prefix, id.Normalize()); // «ế» may be written in three ways

    /// <summary>The pseudonym of the id of a completion that was erased.</summary>
    internal Pseudonym OfErased(short vendor, string completion) => Of(string.Create(CultureInfo.InvariantCulture, $"erased:{vendor}:"), completion);

    /// <summary>
    /// What comes before every learner id of a vendor, so that the ids of two vendors do not meet: its client id, which it has in other
    /// installations too.
    /// </summary>
    internal static string PrefixOf(string vendor) => $"vendor:{vendor}:";

    private Pseudonym Of(string prefix, string name)
    {
        const int onStack = 1024; // what a table's columns make may be long
        var most = Encoding.UTF8.GetMaxByteCount(prefix.Length + name.Length);
        var text = most <= onStack ? stackalloc byte[onStack] : new byte[most];
        var length = Encoding.UTF8.GetBytes(prefix, text);
        length += Encoding.UTF8.GetBytes(name, text[length..]);
        text = text[..length];
        if (Earlier.Count == 0)
            return new Pseudonym(Newest.Of(text), []);
        var known = new Guid[Earlier.Count];
        for (var i = 0; i < known.Length; i++)
            known[i] = Earlier[i].Of(text);
        return new Pseudonym(Newest.Of(text), known);
    }
}
