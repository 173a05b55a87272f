using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Access.People;

/// <summary>An authenticator app's codes and the recovery codes that stand in for them: each is taken once, however many send it at the same time.</summary>
public sealed class SecondFactor(PlatformDb db, IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("Platform.Access.Authenticator");

    /// <summary>Takes a code of the app.</summary>
    internal async Task<bool> Takes(Person person, string code, DateTimeOffset now, CancellationToken cancellation)
    {
        var digits = new string([.. code.Where(char.IsAsciiDigit)]);
        return person.AuthenticatorKey is { } key && OneTimeCodes.StepOf(protector.Unprotect(key), digits, now) is { } step
            && await db.People.Where(p => p.AccountId == person.AccountId && p.LastStep < step)
                .ExecuteUpdateAsync(set => set.SetProperty(p => p.LastStep, step), cancellation) == 1;
    }

    /// <summary>Takes a recovery code.</summary>
    internal async Task<bool> TakesRecovery(int account, string code, CancellationToken cancellation)
    {
        var hash = OneTimeCodes.HashOf(account, code);
        return await db.RecoveryCodes.Where(c => c.AccountId == account && c.Hash == hash).ExecuteDeleteAsync(cancellation) == 1;
    }

    /// <summary>Sets a new key, which asks for no codes until it is confirmed; null when one is in use.</summary>
    internal async Task<string?> NewKey(int account, CancellationToken cancellation)
    {
        var key = OneTimeCodes.NewKey();
        var kept = protector.Protect(key);
        var set = await db.People.Where(p => p.AccountId == account && p.AuthenticatorSince == null)
            .ExecuteUpdateAsync(s => s.SetProperty(p => p.AuthenticatorKey, kept).SetProperty(p => p.LastStep, 0L), cancellation);
        return set == 1 ? key : null;
    }

    /// <summary>Asks for codes from now on.</summary>
    internal async Task<bool> Confirm(Person person, string code, DateTimeOffset now, CancellationToken cancellation) =>
        await Takes(person, code, now, cancellation)
        && await db.People.Where(p => p.AccountId == person.AccountId && p.AuthenticatorSince == null)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.AuthenticatorSince, now), cancellation) == 1;

    /// <summary>Forgets key and codes.</summary>
    internal async Task Remove(int account, CancellationToken cancellation)
    {
        await db.People.Where(p => p.AccountId == account).ExecuteUpdateAsync(
            set => set.SetProperty(p => p.AuthenticatorKey, (string?)null).SetProperty(p => p.AuthenticatorSince, (DateTimeOffset?)null), cancellation);
        await db.RecoveryCodes.Where(c => c.AccountId == account).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Replaces the recovery codes and shows the new ones.</summary>
    internal async Task<IReadOnlyList<string>> NewRecoveryCodes(int account, CancellationToken cancellation)
    {
        var codes = OneTimeCodes.NewRecoveryCodes();
        await db.RecoveryCodes.Where(c => c.AccountId == account).ExecuteDeleteAsync(cancellation);
        db.RecoveryCodes.AddRange(codes.Select(c => new RecoveryCode { AccountId = account, Hash = OneTimeCodes.HashOf(account, c) }));
        await db.SaveChangesAsync(cancellation);
        return codes;
    }
}
