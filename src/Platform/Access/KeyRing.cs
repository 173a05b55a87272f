using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Access;

/// <summary>A key that protects tokens, encrypted. A global table, which the application adds to and never changes.</summary>
public sealed class ProtectionKey : IBookkeeping
{
    public int Id { get; set; }

    public required string Name { get; set; }

    public required string Xml { get; set; }
}

internal sealed class ProtectionKeyMapping : IEntityTypeConfiguration<ProtectionKey>
{
    public void Configure(EntityTypeBuilder<ProtectionKey> builder)
    {
        builder.HasKey(k => k.Id);
        builder.Property(k => k.Name).HasMaxLength(200);
    }
}

/// <summary>The Data Protection keys in the database, where every server finds them.</summary>
internal sealed class KeyRing(Contexts contexts) : IXmlRepository
{
    /// <summary>The name of the one key here that is not the framework's: archives are signed with it.</summary>
    internal const string ArchiveKey = "tenant-archive";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = contexts.Open();
        return [.. db.ProtectionKeys.AsNoTracking().Where(k => k.Name != ArchiveKey).OrderBy(k => k.Id).Select(k => k.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = contexts.Open();
        db.ProtectionKeys.Add(new ProtectionKey { Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChanges();
    }
}

/// <summary>What those keys are encrypted with: the installation's key or, where one is configured, an RSA certificate; and what earlier ones were written under.</summary>
internal sealed record KeyProtection(byte[]? TokenKey, byte[]? FormerTokenKey, X509Certificate2? Certificate, X509Certificate2? FormerCertificate);

/// <summary>
/// Encrypts those keys with the installation's own (AES-256-GCM), which is never in the database. Keys written under the former
/// installation key are still read, so that it can be changed.
/// </summary>
internal sealed class KeyEncryption(byte[] key, byte[]? former) : IXmlEncryptor
{
    private const int NonceSize = 12, TagSize = 16;

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var whole = new byte[NonceSize + plain.Length + TagSize];
        RandomNumberGenerator.Fill(whole.AsSpan(0, NonceSize));
        using var aes = new AesGcm(Derived(key), TagSize);
        aes.Encrypt(whole.AsSpan(0, NonceSize), plain, whole.AsSpan(NonceSize, plain.Length), whole.AsSpan(NonceSize + plain.Length));
        return new EncryptedXmlInfo(new XElement("encryptedKey", Convert.ToBase64String(whole)), typeof(KeyDecryption));
    }

    internal XElement Decrypt(XElement encrypted)
    {
        var whole = Convert.FromBase64String(encrypted.Value);
        var plain = new byte[whole.Length - NonceSize - TagSize];
        foreach (var candidate in (byte[]?[])[key, former])
        {
            if (candidate is null)
                continue;
            try
            {
                using var aes = new AesGcm(Derived(candidate), TagSize);
                aes.Decrypt(whole.AsSpan(0, NonceSize), whole.AsSpan(NonceSize, plain.Length), whole.AsSpan(NonceSize + plain.Length), plain);
                return XElement.Parse(Encoding.UTF8.GetString(plain));
            }
            catch (AuthenticationTagMismatchException)
            {
                // Written under the other key, or under one that this installation never had.
            }
        }

        throw new CryptographicException("A key in the database cannot be read: it was written under neither Secrets:TokenKey nor Secrets:FormerTokenKey.");
    }

    private static byte[] Derived(byte[] secret) => HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "platform token keys"u8.ToArray());
}

/// <summary>What the framework makes, by the name that is stored beside each key, to read it.</summary>
internal sealed class KeyDecryption(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => services.GetRequiredService<KeyEncryption>().Decrypt(encryptedElement);
}
