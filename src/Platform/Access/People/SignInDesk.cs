using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Database;
using Platform.Http;
using Platform.Limits;

namespace Platform.Access.People;

/// <summary>
/// Proves who somebody is by a password and, where one is set up, a second factor. Nobody learns from it whether an account exists: unknown,
/// wrong and locked get one answer for the same work. Attempts are counted in the database at once, so that guessing side by side gains nothing.
/// </summary>
public sealed class SignInDesk(PlatformDb db, PasswordRules passwords, Contacts contacts, SecondFactor factor, SignInLimits limits, IOptions<PeopleOptions> options, TimeProvider clock)
{
    /// <summary>The person, and how they proved it; refuses otherwise.</summary>
    internal async Task<(Account Account, SignInMethod Method)> Prove(SignIn body, HttpContext http, CancellationToken cancellation)
    {
        var (login, password) = body.Validate();
        if (limits.WaitForPerson(http.Connection.RemoteIpAddress, login) is { } seconds)
            throw LimitGate.Refuse(http, Problems.TooMuch, TimeSpan.FromSeconds(seconds));
        var hashes = contacts.HashesOf(login);
        var person = await db.People.AsNoTracking().Include(p => p.Account)
            .Where(p => p.Account!.Key == login || hashes.Contains(p.ContactHash!)).FirstOrDefaultAsync(cancellation);
        var now = clock.GetUtcNow();
        if (!passwords.IsRight(password, person?.PasswordHash) || person!.LockedUntil > now)
        {
            await CountFailure(person?.AccountId ?? 0, now, cancellation);
            throw new ProblemException(Problems.SignInRefused);
        }

        var method = SignInMethod.Password;
        if (person.AuthenticatorSince is not null)
        {
            if (body.Code is null && body.RecoveryCode is null)
                throw new ProblemException(Problems.SecondFactorNeeded);
            if (!(body.Code is { } code ? await factor.Takes(person, code, now, cancellation) : await factor.TakesRecovery(person.AccountId, body.RecoveryCode!, cancellation)))
            {
                await CountFailure(person.AccountId, now, cancellation);
                throw new ProblemException(Problems.SignInRefused);
            }

            method = body.Code is null ? SignInMethod.PasswordAndRecoveryCode : SignInMethod.PasswordAndCode;
        }

        await db.People.Where(p => p.AccountId == person.AccountId).ExecuteUpdateAsync(
            set => set.SetProperty(p => p.Failures, 0).SetProperty(p => p.LockedUntil, (DateTimeOffset?)null).SetProperty(p => p.LastSignInAt, now), cancellation);
        return (person.Account!, method);
    }

    /// <summary>Whether somebody signed in still knows the own password; a wrong one counts as a failed sign-in.</summary>
    internal async Task<bool> Knows(Person person, string? password, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (password is { Length: > 0 and <= PasswordRules.Longest } && passwords.IsRight(password, person.PasswordHash) && !(person.LockedUntil > now))
            return true;
        await CountFailure(person.AccountId, now, cancellation);
        return false;
    }

    private Task<int> CountFailure(int account, DateTimeOffset now, CancellationToken cancellation)
    {
        var (most, until) = (options.Value.Attempts, now.AddMinutes(options.Value.LockMinutes));
        return db.People.Where(p => p.AccountId == account && (p.LockedUntil == null || p.LockedUntil <= now)).ExecuteUpdateAsync(
            set => set.SetProperty(p => p.LockedUntil, p => p.Failures + 1 >= most ? until : null)
                .SetProperty(p => p.Failures, p => p.Failures + 1 >= most ? 0 : p.Failures + 1), cancellation);
    }
}

/// <summary>A sign-in by password.</summary>
/// <param name="Login">E-mail address, telephone number, or the account's key.</param>
/// <param name="Password">The password.</param>
/// <param name="Code">The code that the authenticator app shows, where one is set up.</param>
/// <param name="RecoveryCode">Instead of it, one of the recovery codes.</param>
public sealed record SignIn(string? Login, string? Password, string? Code, string? RecoveryCode)
{
    internal (string Login, string Password) Validate()
    {
        var faults = new Faults();
        var login = faults.Text("/login", Login, 254);
        if (string.IsNullOrEmpty(Password))
            faults.Add("/password", Problems.Required);
        else if (Password.Length > PasswordRules.Longest)
            faults.Add("/password", Problems.TooLong);
        else if (!Faults.IsText(Password))
            faults.Add("/password", Problems.NotText);
        faults.ThrowIfAny();
        return (login, Password!);
    }
}
