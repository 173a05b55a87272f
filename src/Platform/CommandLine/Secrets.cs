using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Platform.Database;
using Platform.Learning;

namespace Platform.CommandLine;

/// <summary>
/// The keys of one installation, 32 bytes or more each. In Development they are made and kept in the data folder; elsewhere they come from
/// configuration in base64 (<c>Secrets:PseudonymKey</c>, <c>Secrets:PagingKey</c>, <c>Secrets:TokenKey</c>, and <c>Secrets:FormerTokenKey</c>
/// while it is changed), or from the file that the same name with <c>File</c> points to.
/// </summary>
internal sealed record Secrets(byte[] PseudonymKey, byte[] PagingKey, byte[]? TokenKey, byte[]? FormerTokenKey = null)
{
    /// <summary>Keys that made pseudonyms before: still recognised.</summary>
    internal IReadOnlyList<byte[]> EarlierPseudonymKeys { get; init; } = [];

    internal Pseudonyms Pseudonyms => new(new PseudonymKey(PseudonymKey), [.. EarlierPseudonymKeys.Select(k => new PseudonymKey(k))]);

    /// <summary>Encrypts the ring of keys in the place of <see cref="TokenKey"/>; null where that does.</summary>
    internal X509Certificate2? KeyCertificate { get; init; }

    /// <summary>The certificate before, while it is changed.</summary>
    internal X509Certificate2? FormerKeyCertificate { get; init; }

    internal Access.KeyProtection KeyProtection => new(TokenKey, FormerTokenKey, KeyCertificate, FormerKeyCertificate);

    /// <summary>Contacts are found by hashes under keys derived from the same ones.</summary>
    internal Access.People.ContactKeys ContactKeys => new([PseudonymKey, .. EarlierPseudonymKeys]);

    internal static Secrets InFolder(string dataFolder) => new(
        Kept(Path.Combine(dataFolder, "pseudonym.key")), Kept(Path.Combine(dataFolder, "paging.key")), Kept(Path.Combine(dataFolder, "token.key")));

    internal static Secrets From(IConfiguration configuration) => new(
        Required(configuration, "Secrets:PseudonymKey"), Required(configuration, "Secrets:PagingKey"), Required(configuration, "Secrets:TokenKey"),
        Configured(configuration, "Secrets:FormerTokenKey"))
    {
        EarlierPseudonymKeys = [.. configuration.GetSection("Secrets:EarlierPseudonymKeys").GetChildren().Select(k => Required(configuration, k.Path))],
        KeyCertificate = Certificate(configuration, "Secrets:KeyCertificate"),
        FormerKeyCertificate = Certificate(configuration, "Secrets:FormerKeyCertificate"),
    };

    /// <summary>What is too weak to serve with outside Development; null when nothing is.</summary>
    internal string? FindWeakness()
    {
        var keys = new (string Name, byte[]? Key)[] { ("PseudonymKey", PseudonymKey), ("PagingKey", PagingKey), ("TokenKey", TokenKey) };
        if (keys.FirstOrDefault(k => k.Key?.Distinct().Count() < 8).Name is { } guessed)
            return $"Secrets:{guessed} can be guessed";
        if (EarlierPseudonymKeys.Any(k => new PseudonymKey(k).Mark == Pseudonyms.Newest.Mark))
            return "Secrets:PseudonymKey bears the mark of one of Secrets:EarlierPseudonymKeys, so that nobody could tell whose pseudonyms are still to be changed; draw another";
        return keys.DistinctBy(k => Convert.ToHexString(k.Key ?? [])).Count() < keys.Length
            ? "two of Secrets:PseudonymKey, Secrets:PagingKey and Secrets:TokenKey are the same, so that who learns one knows another"
            : null;
    }

    private static byte[] Kept(string file)
    {
        if (!File.Exists(file))
            PrivateFile.Write(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        return Convert.FromBase64String(File.ReadAllText(file));
    }

    private static byte[] Required(IConfiguration configuration, string name) => Configured(configuration, name)
        ?? throw new InvalidOperationException($"{name} must be set to at least 32 bytes in base64 (for example: openssl rand -base64 32), or {name}File to a file that holds them.");

    // PKCS#12 with its private key; the password from configuration or from a file of its own.
    private static X509Certificate2? Certificate(IConfiguration configuration, string name)
    {
        if (configuration[$"{name}File"] is not { Length: > 0 } file)
            return null;
        var password = configuration[$"{name}PasswordFile"] is { Length: > 0 } kept ? File.ReadAllText(kept).Trim() : configuration[$"{name}Password"];
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, password);
            using var key = certificate.GetRSAPrivateKey();
            return key is not null ? certificate : throw new InvalidOperationException($"{name}File {file} holds no RSA certificate with its private key.");
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or IOException)
        {
            throw new InvalidOperationException($"{name}File {file} cannot be read as PKCS#12 with the password of {name}Password or {name}PasswordFile.", unreadable);
        }
    }

    private static byte[]? Configured(IConfiguration configuration, string name)
    {
        var text = configuration[$"{name}File"] is { Length: > 0 } file ? File.ReadAllText(file).Trim() : configuration[name];
        if (string.IsNullOrEmpty(text))
            return null;
        var key = new byte[256];
        return Convert.TryFromBase64String(text, key, out var length) && length >= 32
            ? key[..length]
            : throw new InvalidOperationException($"{name} must be at least 32 bytes in base64 (for example: openssl rand -base64 32).");
    }
}
