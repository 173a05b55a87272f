using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Access.People;

/// <summary>
/// The codes of authenticator apps (RFC 6238: SHA-1, six digits, 30 s), and recovery codes. Tells the time step of a code, so that one which was
/// used, or seen over a shoulder, is not taken again.
/// </summary>
public static class OneTimeCodes
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    // A clock may be a minute off.
    private const int Tolerance = 1;

    /// <summary>A key for an app, in base32.</summary>
    public static string NewKey() => RandomNumberGenerator.GetString(Alphabet, 32);

    /// <summary>The time step of the code; null when it belongs to none near now.</summary>
    public static long? StepOf(string key, string code, DateTimeOffset now)
    {
        var (bytes, step) = (Decode(key), now.ToUnixTimeSeconds() / 30);
        long? found = null;
        for (var candidate = step - Tolerance; candidate <= step + Tolerance; candidate++)
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(CodeAt(bytes, candidate)), Encoding.UTF8.GetBytes(code)))
                found = candidate;
        return found;
    }

    /// <summary>The code of a moment.</summary>
    public static string CodeAt(string key, DateTimeOffset moment) => CodeAt(Decode(key), moment.ToUnixTimeSeconds() / 30);

    /// <summary>The address that an app reads from a QR code.</summary>
    public static string Address(string key, string account) => $"otpauth://totp/Platform:{Uri.EscapeDataString(account)}?secret={key}&issuer=Platform&digits=6&period=30";

    /// <summary>Ten recovery codes of fifty bits each.</summary>
    public static IReadOnlyList<string> NewRecoveryCodes() =>
        [.. Enumerable.Range(0, 10).Select(_ => RandomNumberGenerator.GetString(Alphabet, 10)).Select(c => $"{c[..5]}-{c[5..]}")];

    /// <summary>What is stored of one: keyed by the account, as nobody chose it.</summary>
    public static string HashOf(int account, string code) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{account}:{new string([.. code.ToUpperInvariant().Where(Alphabet.Contains)])}"))));

    private static string CodeAt(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[8], hash = stackalloc byte[20];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        // SHA-1 is what every app computes; keyed, it is still sound.
#pragma warning disable CA5350
        HMACSHA1.HashData(key, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 15)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Decode(string key)
    {
        var (bytes, buffer, bits) = (new List<byte>(20), 0, 0);
        foreach (var letter in key)
        {
            (buffer, bits) = ((buffer << 5) | Alphabet.IndexOf(letter, StringComparison.Ordinal), bits + 5);
            if (bits < 8)
                continue;
            bytes.Add((byte)(buffer >> (bits - 8)));
            (buffer, bits) = (buffer & ((1 << (bits - 8)) - 1), bits - 8);
        }

        return [.. bytes];
    }
}
