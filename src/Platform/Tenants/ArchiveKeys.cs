using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Access;
using Platform.Database;

namespace Platform.Tenants;

/// <summary>Whose archives are believed beside the installation's own. Configuration section <c>Archives</c>.</summary>
public sealed class ArchiveOptions
{
    /// <summary>Public keys of other installations, as PEM; default none.</summary>
    public IReadOnlyList<string> TrustedKeys { get; init; } = [];
}

/// <summary>
/// The pair of keys (ECDSA P-256) that an installation signs its archives with. It is made when something is first signed, and kept beside the keys of
/// tokens, encrypted as they are.
/// </summary>
public sealed class ArchiveKeys(Contexts contexts, IDataProtectionProvider protection, IOptions<ArchiveOptions> options) : IDisposable
{
    private readonly SemaphoreSlim making = new(1, 1);
    private byte[]? own;

    /// <summary>Signs a manifest.</summary>
    internal async Task<byte[]> Sign(byte[] manifest, CancellationToken cancellation)
    {
        using var key = (await Own(make: true, cancellation))!;
        return key.SignData(manifest, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>The public key, as PEM; null while nothing was signed.</summary>
    internal async Task<string?> PublicKey(CancellationToken cancellation)
    {
        using var key = await Own(make: false, cancellation);
        return key?.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>True when the installation itself or one that it trusts has signed.</summary>
    internal async Task<bool> Believes(byte[] manifest, byte[] signature, CancellationToken cancellation)
    {
        foreach (var pem in options.Value.TrustedKeys.Prepend(await PublicKey(cancellation)).OfType<string>())
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            if (key.VerifyData(manifest, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
                return true;
        }

        return false;
    }

    /// <summary>True for a public key that signatures can be checked with.</summary>
    internal static bool IsKey(string pem)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false;
        }
    }

    public void Dispose() => making.Dispose();

    private async Task<ECDsa?> Own(bool make, CancellationToken cancellation)
    {
        await making.WaitAsync(cancellation);
        try
        {
            own ??= await Find(cancellation) ?? (make ? await Make(cancellation) : null);
        }
        finally
        {
            making.Release();
        }

        if (own is null)
            return null;
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(own, out _);
        return key;
    }

    // Of two servers that made one at the same moment, the first one's counts.
    private async Task<byte[]> Make(CancellationToken cancellation)
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var db = contexts.Open();
        db.ProtectionKeys.Add(new ProtectionKey
        {
            Name = KeyRing.ArchiveKey,
            Xml = new XElement("archiveKey", Convert.ToBase64String(Protector.Protect(made.ExportPkcs8PrivateKey()))).ToString(),
        });
        await db.SaveChangesAsync(cancellation);
        return (await Find(cancellation))!;
    }

    private async Task<byte[]?> Find(CancellationToken cancellation)
    {
        await using var db = contexts.Open();
        var kept = await db.ProtectionKeys.AsNoTracking().Where(k => k.Name == KeyRing.ArchiveKey).OrderBy(k => k.Id).Select(k => k.Xml).FirstOrDefaultAsync(cancellation);
        return kept is null ? null : Protector.Unprotect(Convert.FromBase64String(XElement.Parse(kept).Value));
    }

    private IDataProtector Protector => protection.CreateProtector("tenant archives");
}
