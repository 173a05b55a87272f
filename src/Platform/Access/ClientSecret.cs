using System.Security.Cryptography;
using System.Text;

namespace Platform.Access;

/// <summary>
/// One secret of a client: 256 random bits, shown once. Kept as a salted SHA-256: stretching (PBKDF2) protects what people choose and
/// can be guessed; 256 bits cannot, and a slow hash would only let strangers keep the server busy. Two live at a time, so that a client
/// changes over without a gap; a token is worth nothing once the secret it was asked for with is gone. A global table.
/// </summary>
public sealed class ClientSecret
{
    /// <summary>How many may live at a time.</summary>
    public const int Most = 2;

    public Guid Id { get; set; } = Guid.CreateVersion7();

    public int AccountId { get; set; }

    public required string Hash { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it stops working; null when it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When a token was last asked for with it, to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>A new secret.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is stored of it.</summary>
    public static string HashOf(string secret)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return $"{Convert.ToHexStringLower(salt)}.{Convert.ToHexStringLower(Digest(salt, secret))}";
    }

    /// <summary>Compares in constant time; an unknown client costs the same as a wrong secret.</summary>
    public static bool Matches(string secret, string? hash)
    {
        var parts = (hash ?? $"{new string('0', 32)}.{new string('0', 64)}").Split('.');
        var same = CryptographicOperations.FixedTimeEquals(Digest(Convert.FromHexString(parts[0]), secret), Convert.FromHexString(parts[1]));
        return same && hash is not null;
    }

    private static byte[] Digest(byte[] salt, string secret) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(secret)]);
}
