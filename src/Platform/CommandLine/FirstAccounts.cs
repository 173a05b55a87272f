using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Access.People;
using Platform.Database;

namespace Platform.CommandLine;

/// <summary>
/// The way in to a new installation: an operator, made by the owner of the database. Everybody after that is made through the API, by those
/// whose grants reach that far.
/// </summary>
internal static class FirstAccounts
{
    internal static async Task AddOperator(DatabaseOptions database, string clientId, Action<string> say, CancellationToken cancellation)
    {
        await using var db = await Open(database, clientId, cancellation);
        var (now, secret) = (DateTimeOffset.UtcNow, ClientSecret.New());
        db.Accounts.Add(new Account
        {
            Key = clientId,
            Name = clientId,
            CreatedAt = now,
            CreatedBy = "owner",
            Secrets = { new ClientSecret { Hash = ClientSecret.HashOf(secret), CreatedAt = now } },
            Grants = { new Grant { Role = Role.Operator, ValidFrom = now, GrantedBy = "owner" } },
        });
        await db.SaveChangesAsync(cancellation);
        say($"client_id      {clientId}");
        say($"client_secret  {secret}");
    }

    internal static async Task AddPerson(DatabaseOptions database, string key, Action<string> say, CancellationToken cancellation)
    {
        await using var db = await Open(database, key, cancellation);
        var now = DateTimeOffset.UtcNow;
        var text = SecretText.New(now);
        var person = new Person
        {
            Account = new Account
            {
                Kind = AccountKind.Person,
                Key = key,
                Name = key,
                CreatedAt = now,
                CreatedBy = "owner",
                Grants = { new Grant { Role = Role.Operator, ValidFrom = now, GrantedBy = "owner" } },
            },
        };
        db.People.Add(person);
        await db.SaveChangesAsync(cancellation);
        db.PasswordResets.Add(new PasswordReset
        {
            Id = text.Id,
            Hash = ClientSecret.HashOf(text.Secret),
            AccountId = person.AccountId,
            IssuedBy = "owner",
            IssuedAt = now,
            ExpiresAt = now.AddHours(24),
        });
        await db.SaveChangesAsync(cancellation);
        say($"login  {key}");
        say($"token  {text}");
        say("Within 24 hours, send the token with a password to the server, once: PUT /v1/password {\"token\": …, \"password\": …}");
    }

    private static async Task<PlatformDb> Open(DatabaseOptions database, string key, CancellationToken cancellation)
    {
        if (key.Length is < 3 or > 80 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            throw new InvalidOperationException($"«{key}» is no account key: 3–80 ASCII letters, digits, dots, hyphens, underscores.");
        var db = database.OpenAsOwner();
        if (!await db.Accounts.AnyAsync(a => a.Key == key, cancellation))
            return db;
        await db.DisposeAsync();
        throw new InvalidOperationException($"There is an account «{key}» already.");
    }
}
