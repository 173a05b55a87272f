using Microsoft.EntityFrameworkCore;
using Platform.Access;
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
        await using var db = database.OpenAsOwner();
        if (clientId.Length is < 3 or > 80 || !clientId.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
            throw new InvalidOperationException($"«{clientId}» is no client id: 3–80 ASCII letters, digits, dots, hyphens, underscores.");
        if (await db.Accounts.AnyAsync(a => a.Key == clientId, cancellation))
            throw new InvalidOperationException($"There is a client «{clientId}» already.");
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
}
