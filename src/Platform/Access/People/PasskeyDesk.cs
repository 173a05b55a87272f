using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;

namespace Platform.Access.People;

/// <summary>
/// Passkeys by Identity's own ceremonies: what the browser is asked is kept beside it in an encrypted cookie for five minutes and used once by it.
/// A passkey proves two things at once, that one holds it and that it knew its owner, so no second factor is asked for.
/// </summary>
public sealed class PasskeyDesk(PlatformDb db, PasskeyHandler<Person> handler, IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>How many a person may have.</summary>
    public const int Most = 20;

    // Longer ids are allowed by the standard and made by nobody; keys of tables are bounded.
    private const int LongestId = 800, LongestCredential = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("Platform.Access.Passkey").ToTimeLimitedDataProtector();

    /// <summary>What the browser hands to navigator.credentials.create().</summary>
    internal async Task<JsonElement> Invite(Caller caller, HttpContext http)
    {
        var made = await handler.MakeCreationOptionsAsync(new PasskeyUserEntity { Id = caller.Key, Name = caller.Name, DisplayName = caller.Name }, http);
        Remember(http, $"add {caller.Key}", made.AttestationState);
        return JsonElement.Parse(made.CreationOptionsJson);
    }

    /// <summary>Keeps the passkey that the browser made.</summary>
    internal async Task<Passkey> Keep(Caller caller, string name, string credential, HttpContext http, CancellationToken cancellation)
    {
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = http, CredentialJson = credential, AttestationState = Recall(http, $"add {caller.Key}") });
        if (!result.Succeeded || result.UserEntity.Id != caller.Key || result.Passkey.CredentialId.Length > LongestId)
            throw new ProblemException(Problems.PasskeyRefused);
        await using var transaction = await db.BeginAlone($"passkeys:{caller.Id}", cancellation);
        if (await db.Passkeys.CountAsync(k => k.AccountId == caller.Id, cancellation) >= Most)
            throw new ProblemException(Problems.TooManyPasskeys);
        var made = result.Passkey;
        var passkey = new Passkey
        {
            Id = made.CredentialId,
            AccountId = caller.Id,
            PublicKey = made.PublicKey,
            Name = name,
            Transports = string.Join(' ', made.Transports?.Where(t => t.Length < 20).Take(8) ?? []),
            SignCount = made.SignCount,
            UserVerified = made.IsUserVerified,
            BackupEligible = made.IsBackupEligible,
            BackedUp = made.IsBackedUp,
            CreatedAt = clock.GetUtcNow(),
        };
        db.Passkeys.Add(passkey);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return passkey;
    }

    /// <summary>What the browser hands to navigator.credentials.get(); the same for everybody, as it is not known who asks.</summary>
    internal async Task<JsonElement> Ask(HttpContext http)
    {
        var made = await handler.MakeRequestOptionsAsync(null, http);
        Remember(http, "sign in", made.AssertionState);
        return JsonElement.Parse(made.RequestOptionsJson);
    }

    /// <summary>The account of the passkey that the browser answered with; refuses like a wrong password.</summary>
    internal async Task<Account> Recognize(string credential, HttpContext http, CancellationToken cancellation)
    {
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = http, CredentialJson = credential, AssertionState = Recall(http, "sign in") });
        if (!result.Succeeded)
            throw new ProblemException(Problems.SignInRefused);
        var (now, id, account, count, backedUp) = (clock.GetUtcNow(), result.Passkey.CredentialId, result.User.AccountId, (long)result.Passkey.SignCount, result.Passkey.IsBackedUp);
        // Of two answers with the same count one is a copy, also when both come at once.
        if (await db.Passkeys.Where(k => k.Id == id && k.AccountId == account && (k.SignCount < count || count == 0)).ExecuteUpdateAsync(
            set => set.SetProperty(k => k.SignCount, count).SetProperty(k => k.BackedUp, backedUp).SetProperty(k => k.LastUsedAt, now), cancellation) == 0)
            throw new ProblemException(Problems.SignInRefused);
        await db.People.Where(p => p.AccountId == account).ExecuteUpdateAsync(set => set.SetProperty(p => p.LastSignInAt, now), cancellation);
        return result.User.Account!;
    }

    /// <summary>A credential as it was sent.</summary>
    internal static string Text(JsonElement? credential)
    {
        if (credential is not { ValueKind: JsonValueKind.Object } sent)
            throw new ProblemException(Problems.Invalid, null, [new FieldFault("/credential", Problems.Required)]);
        var text = sent.GetRawText();
        return text.Length <= LongestCredential ? text : throw new ProblemException(Problems.Invalid, null, [new FieldFault("/credential", Problems.TooLong)]);
    }

    private void Remember(HttpContext http, string purpose, string? state)
    {
        var cookie = HostCookie.Options(http, SameSiteMode.Strict);
        cookie.MaxAge = Patience;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Cookies.Append(HostCookie.Name(http, "passkey"), protector.Protect($"{purpose}\n{state}", Patience), cookie);
    }

    private string? Recall(HttpContext http, string purpose)
    {
        http.Response.Cookies.Delete(HostCookie.Name(http, "passkey"), HostCookie.Options(http, SameSiteMode.Strict));
        try
        {
            var parts = http.Request.Cookies[HostCookie.Name(http, "passkey")] is { } kept ? protector.Unprotect(kept).Split('\n', 2) : [];
            return parts.Length == 2 && parts[0] == purpose ? parts[1] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
