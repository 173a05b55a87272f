using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;

namespace Platform.Access.People;

/// <summary>
/// Ends a person's account, or takes a lost second factor off it, in the name of somebody who stands above; within 10 s it holds on every server.
/// The account stays on record for those that name it; how the person is reached and proves who they are goes, so that the contact may be
/// invited again. Refuses to end one's own.
/// </summary>
public sealed class Farewell(PlatformDb db, SecondFactor factor, Sessions sessions, Callers callers, TimeProvider clock)
{
    /// <summary>Ends the account with its grants, sessions, tokens and links.</summary>
    internal async Task End(Account account, Caller by, CancellationToken cancellation)
    {
        if (account.Id == by.Id)
            throw new ProblemException(Problems.OwnAccount);
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Remember(account, NoticeKind.Ended, now, by, cancellation);
        await db.Passkeys.Where(k => k.AccountId == account.Id).ExecuteDeleteAsync(cancellation);
        await db.ExternalIdentities.Where(e => e.AccountId == account.Id).ExecuteDeleteAsync(cancellation);
        await db.PersonalAccessTokens.Where(t => t.AccountId == account.Id).ExecuteDeleteAsync(cancellation);
        await db.PasswordResets.Where(r => r.AccountId == account.Id && r.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(r => r.UsedAt, now), cancellation);
        await db.Invitations.Where(i => i.InvitedBy == account.Id && i.AcceptedAt == null && i.WithdrawnAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.WithdrawnAt, now), cancellation);
        await factor.Remove(account.Id, cancellation);
        await db.People.Where(p => p.AccountId == account.Id).ExecuteUpdateAsync(
            set => set.SetProperty(p => p.PasswordHash, (string?)null).SetProperty(p => p.Contact, (byte[]?)null).SetProperty(p => p.ContactHash, (string?)null), cancellation);
        await sessions.End(account.Id, account.Key, by.Key, cancellation: cancellation);
        await db.Accounts.Where(a => a.Id == account.Id && a.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.EndedAt, now).SetProperty(a => a.EndedBy, by.Key), cancellation);
        // Last: who stands above is seen from the grants that hold.
        await db.Grants.Where(g => g.AccountId == account.Id && (g.ValidTo == null || g.ValidTo > now))
            .ExecuteUpdateAsync(set => set.SetProperty(g => g.ValidTo, now).SetProperty(g => g.EndedBy, by.Key), cancellation);
        await transaction.CommitAsync(cancellation);
        callers.Forget(account.Key);
    }

    /// <summary>Takes the authenticator app and the recovery codes off the account and ends its sessions; the person finds a notice of it.</summary>
    internal async Task RemoveSecondFactor(Account account, Caller by, CancellationToken cancellation)
    {
        if (account.Id == by.Id)
            throw new ProblemException(Problems.OwnAccount);
        if (!await db.People.AnyAsync(p => p.AccountId == account.Id && p.AuthenticatorSince != null, cancellation))
            throw new ProblemException(Problems.NoAuthenticator);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Remember(account, NoticeKind.SecondFactorRemoved, clock.GetUtcNow(), by, cancellation);
        await factor.Remove(account.Id, cancellation);
        await sessions.End(account.Id, account.Key, by.Key, cancellation: cancellation);
        await transaction.CommitAsync(cancellation);
        callers.Forget(account.Key);
    }

    // The notice is a row like any other: the audit log has it with who and when, and the database looks whether they stand above.
    private async Task Remember(Account account, NoticeKind kind, DateTimeOffset now, Caller by, CancellationToken cancellation)
    {
        db.AccountNotices.Add(new AccountNotice { Id = Guid.CreateVersion7(now), AccountId = account.Id, Kind = kind, At = now, By = by.Key });
        await db.SaveChangesAsync(cancellation);
    }
}
