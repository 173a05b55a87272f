using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Access.People;

/// <summary>What Identity's passkey ceremonies read of people and keep of their passkeys; everything else of an account is this room's own.</summary>
internal sealed class PersonStore(PlatformDb db, TimeProvider clock) : IUserPasskeyStore<Person>
{
    public Task<string> GetUserIdAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.Account!.Key);

    public Task<string?> GetUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Account!.Name);

    public Task<Person?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        db.People.AsNoTracking().Include(p => p.Account).SingleOrDefaultAsync(p => p.Account!.Key == userId && p.Account.EndedAt == null, cancellationToken);

    public async Task<Person?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await db.Passkeys.Where(k => k.Id == credentialId).Select(k => (int?)k.AccountId).SingleOrDefaultAsync(cancellationToken) is { } account
            ? await db.People.AsNoTracking().Include(p => p.Account).SingleAsync(p => p.AccountId == account, cancellationToken)
            : null;

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Person user, CancellationToken cancellationToken) =>
        [.. (await db.Passkeys.AsNoTracking().Where(k => k.AccountId == user.AccountId).ToListAsync(cancellationToken)).Select(Info)];

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) =>
        await db.Passkeys.AsNoTracking().SingleOrDefaultAsync(k => k.AccountId == user.AccountId && k.Id == credentialId, cancellationToken) is { } found ? Info(found) : null;

    public async Task AddOrUpdatePasskeyAsync(Person user, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await db.Passkeys.Where(k => k.Id == passkey.CredentialId && k.AccountId == user.AccountId).ExecuteUpdateAsync(
            set => set.SetProperty(k => k.SignCount, passkey.SignCount).SetProperty(k => k.BackedUp, passkey.IsBackedUp).SetProperty(k => k.LastUsedAt, now), cancellationToken) > 0)
            return;
        db.Passkeys.Add(new Passkey
        {
            Id = passkey.CredentialId,
            AccountId = user.AccountId,
            PublicKey = passkey.PublicKey,
            Name = passkey.Name ?? "",
            Transports = string.Join(' ', passkey.Transports ?? []),
            SignCount = passkey.SignCount,
            UserVerified = passkey.IsUserVerified,
            BackupEligible = passkey.IsBackupEligible,
            BackedUp = passkey.IsBackedUp,
            CreatedAt = now,
        });
        await db.SaveChangesAsync(cancellationToken);
    }

    public Task RemovePasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) =>
        db.Passkeys.Where(k => k.AccountId == user.AccountId && k.Id == credentialId).ExecuteDeleteAsync(cancellationToken);

    public Task<Person?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => FindByIdAsync(normalizedUserName, cancellationToken);

    public Task<string?> GetNormalizedUserNameAsync(Person user, CancellationToken cancellationToken) => GetUserNameAsync(user, cancellationToken);

    public Task SetUserNameAsync(Person user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetNormalizedUserNameAsync(Person user, string? normalizedName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> UpdateAsync(Person user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> DeleteAsync(Person user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
        // The context belongs to the request.
    }

    // The ceremony's own papers are not kept: nothing reads them again.
    private static UserPasskeyInfo Info(Passkey key) => new(
        key.Id, key.PublicKey, key.CreatedAt, (uint)key.SignCount, key.Transports.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        key.UserVerified, key.BackupEligible, key.BackedUp, [], [])
    { Name = key.Name };
}
