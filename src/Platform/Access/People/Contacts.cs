using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Access.People;

/// <summary>
/// How people are reached: an e-mail address or a telephone number, sealed under the key of the locality that they were invited to (the
/// installation's own for the nation's people), and found again by a keyed hash. Once the locality's keys are gone nobody reads it any more. The
/// hash's keys come from the installation's pseudonym keys: the first makes new hashes, earlier ones are still recognised.
/// </summary>
public sealed class Contacts(IDataProtectionProvider protection, ContactKeys keys, Contexts contexts, LocalityDirectory directory, TimeProvider clock)
{
    private readonly IDataProtector protector = protection.CreateProtector("Platform.Access.Contact");

    /// <summary>One way of writing it; null when it is neither an address nor a number.</summary>
    public static string? Normalize(string text)
    {
        var trimmed = text.Trim().Normalize(NormalizationForm.FormKC);
        if (trimmed.Contains('@', StringComparison.Ordinal))
        {
            var at = trimmed.IndexOf('@', StringComparison.Ordinal);
            return trimmed.Length <= 254 && at > 0 && at == trimmed.LastIndexOf('@') && trimmed.IndexOf('.', at) > at + 1 && trimmed[^1] != '.' && !trimmed.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))
                ? trimmed.ToLower(CultureInfo.InvariantCulture)
                : null;
        }

        var digits = new string([.. trimmed.Where(char.IsAsciiDigit)]);
        if (trimmed.Any(c => !char.IsAsciiDigit(c) && c is not (' ' or '.' or '-' or '(' or ')' or '+')) || trimmed.LastIndexOf('+') > 0)
            return null;
        // Vietnam's numbers are written with 0 or with +84 in front.
        var international = trimmed.StartsWith('+') ? digits : digits.StartsWith('0') ? $"84{digits[1..]}" : digits;
        return international.Length is >= 9 and <= 15 ? $"+{international}" : null;
    }

    /// <summary>What is stored of it for a locality, or for the nation.</summary>
    internal async Task<byte[]> Seal(short? locality, string contact, CancellationToken cancellation)
    {
        if (locality is not { } tenant)
            return protector.Protect(Encoding.UTF8.GetBytes(contact));
        await using var db = await Within(tenant, cancellation);
        var whole = await new TenantSeal(db, protection, clock).Seal(tenant, contact, cancellation);
        await db.SaveChangesAsync(cancellation);
        return whole;
    }

    /// <summary>The contact as it was given; null where there is none, or its key is gone.</summary>
    internal async Task<string?> Reveal(short? locality, byte[]? stored, CancellationToken cancellation)
    {
        if (stored is null)
            return null;
        if (locality is not { } tenant)
            return Encoding.UTF8.GetString(protector.Unprotect(stored));
        await using var db = await Within(tenant, cancellation);
        return await new TenantSeal(db, protection, clock).Open(tenant, stored, cancellation);
    }

    /// <summary>The hash that a new row gets.</summary>
    public string HashOf(string contact) => keys.Hashes(contact)[0];

    /// <summary>The hashes under which a contact may be stored; none when the text is no contact.</summary>
    public IReadOnlyList<string> HashesOf(string text) => Normalize(text) is { } contact ? keys.Hashes(contact) : [];

    /// <summary>The hash of what another provider calls a person.</summary>
    internal IReadOnlyList<string> HashesOf(string provider, string subject) => keys.Hashes($"{provider}\n{subject}");

    // Who signs in or invites is in no locality's scope; the key is looked for in a unit of work of its own.
    private async Task<PlatformDb> Within(short tenant, CancellationToken cancellation)
    {
        var scope = new TenantScope();
        scope.EnterTenant(await directory.Get(tenant, cancellation));
        return contexts.Open(scope);
    }

    /// <summary>Reads an optional contact of a body.</summary>
    internal static string? Read(Faults faults, string pointer, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var contact = Faults.IsText(text) ? Normalize(text) : null;
        if (contact is null)
            faults.Add(pointer, Problems.NotAContact);
        return contact;
    }
}

/// <summary>The keys of contact hashes, the present one first.</summary>
public sealed class ContactKeys(IEnumerable<byte[]> secrets)
{
    private readonly byte[][] keys = [.. secrets.Select(s => HKDF.DeriveKey(HashAlgorithmName.SHA256, s, 32, info: "platform contacts"u8.ToArray()))];

    internal IReadOnlyList<string> Hashes(string text) => [.. keys.Select(k => Convert.ToHexStringLower(HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(text))))];
}
