using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Database;
using Platform.Http;
using Platform.Limits;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Access.People;

/// <summary>
/// Admits who holds the link of an invitation. What is written is written in the inviter's name and under the inviter's reach, so that the
/// database itself refuses a grant which the inviter may not give any more.
/// </summary>
public sealed class Reception(
    PlatformDb db, Callers callers, LocalityDirectory directory, Contacts contacts, PasswordRules rules, SignInLimits limits, TimeProvider clock)
{
    private const string KeyLetters = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>Makes the person's account with the invitation's grant; returns its key.</summary>
    internal async Task<string> Admit(AcceptInvitation body, HttpContext http, CancellationToken cancellation)
    {
        var token = new LinkToken(body.Token).Validate();
        if (limits.WaitForPerson(http.Connection.RemoteIpAddress, $"{token.Id}") is { } seconds)
            throw LimitGate.Refuse(http, Problems.TooMuch, TimeSpan.FromSeconds(seconds));
        var invitation = await Find(token, cancellation);
        var faults = new Faults();
        var name = faults.Text("/name", body.Name, 200);
        // A contact whose key is gone was meant for somebody whom nobody can name any more.
        var contact = invitation.Contact is { } kept
            ? await contacts.Reveal(invitation.LocalityId, kept, cancellation) ?? throw new ProblemException(Problems.LinkVoid)
            : Contacts.Read(faults, "/contact", body.Contact);
        var password = rules.Check(faults, "/password", body.Password, name, contact);
        faults.ThrowIfAny();
        var now = clock.GetUtcNow();
        var place = invitation.LocalityId is { } id ? await directory.Get(id, cancellation) : null;
        var account = new Account
        {
            Kind = AccountKind.Person,
            Key = $"person-{RandomNumberGenerator.GetString(KeyLetters, 10)}",
            Name = name,
            ProvinceId = place?.ProvinceId,
            CreatedAt = now,
            CreatedBy = invitation.Inviter!.Key,
        };
        var person = new Person { Account = account, PasswordHash = rules.HashOf(password), PasswordSetAt = now };
        if (contact is not null)
            (person.Contact, person.ContactTenant, person.ContactHash) = (await contacts.Seal(invitation.LocalityId, contact, cancellation), invitation.LocalityId, contacts.HashOf(contact));
        await InNameOfInviter(invitation, async within =>
        {
            var hashes = contact is null ? [] : contacts.HashesOf(contact);
            if (await within.People.AnyAsync(p => hashes.Contains(p.ContactHash!), cancellation))
                throw new ProblemException(Problems.PersonExists);
            account.Grants.Add(GrantOf(invitation, now));
            within.People.Add(person);
        }, cancellation);
        return account.Key;
    }

    /// <summary>Gives somebody who has an account the invitation's grant.</summary>
    internal async Task Join(SecretText token, Caller caller, CancellationToken cancellation)
    {
        var invitation = await Find(token, cancellation);
        await InNameOfInviter(invitation, within =>
        {
            var grant = GrantOf(invitation, clock.GetUtcNow());
            grant.AccountId = caller.Id;
            within.Grants.Add(grant);
            return Task.CompletedTask;
        }, cancellation);
        callers.Forget(caller.Key);
    }

    private async Task<Invitation> Find(SecretText token, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var invitation = await db.Invitations.AsNoTracking().Include(i => i.Inviter)
            .SingleOrDefaultAsync(i => i.Id == token.Id && i.AcceptedAt == null && i.WithdrawnAt == null && i.ExpiresAt > now, cancellation);
        if (!ClientSecret.Matches(token.Secret, invitation?.Hash))
            throw new ProblemException(Problems.LinkVoid);
        var inviter = await callers.FindNow(invitation!.Inviter!.Key, cancellation);
        var place = invitation.LocalityId is { } id ? await directory.Get(id, cancellation) : null;
        return inviter?.Standings.Any(s => s.Gives(invitation.Role, place)) == true ? invitation : throw new ProblemException(Problems.LinkVoid);
    }

    private async Task InNameOfInviter(Invitation invitation, Func<PlatformDb, Task> write, CancellationToken cancellation)
    {
        var scope = new TenantScope();
        scope.EnterAccount(invitation.InvitedBy);
        await using var within = db.Beside(scope);
        await using var transaction = await within.Database.BeginTransactionAsync(cancellation);
        var now = clock.GetUtcNow();
        // Of those who hold the link at the same time, one comes first.
        if (await within.Invitations.Where(i => i.Id == invitation.Id && i.AcceptedAt == null && i.WithdrawnAt == null && i.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.AcceptedAt, now), cancellation) == 0)
            throw new ProblemException(Problems.LinkVoid);
        await write(within);
        try
        {
            await within.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (e.InnerException is DbException refused && within.Dialect.IsRefusal(refused))
        {
            throw new ProblemException(Problems.LinkVoid);
        }
        catch (DbUpdateException e) when (e.InnerException is DbException met && within.Dialect.IsCollision(met))
        {
            throw new ProblemException(Problems.PersonExists);
        }

        await transaction.CommitAsync(cancellation);
    }

    private static Grant GrantOf(Invitation invitation, DateTimeOffset now) => new()
    {
        Role = invitation.Role,
        TenantId = invitation.LocalityId,
        AgencyId = invitation.AgencyId,
        ValidFrom = now,
        ValidTo = invitation.ValidTo,
        GrantedBy = invitation.Inviter!.Key,
    };
}

/// <summary>The addresses that people are handed. The token stands behind #, which browsers do not send and servers do not log.</summary>
public sealed class Links(IOptions<PeopleOptions> options)
{
    internal Uri To(HttpContext http, string purpose, SecretText token) =>
        new($"{options.Value.LinkPage?.ToString() ?? $"{Discovery.Issuer(http)}/admin/"}#{purpose}={token}");
}
