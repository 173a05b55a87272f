using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Access.People;
using Platform.Database;
using Platform.Http;
using Platform.SampleData;

namespace Platform.CommandLine;

/// <summary>
/// Keeps <c>sample-credentials.json</c> in the data folder, readable by its owner only: secrets of the sample clients and passwords of the sample people that work now.
/// One that is missing or no longer fits is replaced.
/// </summary>
internal static class SampleCredentials
{
    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true };

    internal const string FileName = "sample-credentials.json";

    internal static async Task<string> Write(IServiceProvider services, string dataFolder, string address, CancellationToken cancellation)
    {
        var file = Path.Combine(dataFolder, FileName);
        var before = File.Exists(file) ? JsonSerializer.Deserialize<Credentials>(await File.ReadAllTextAsync(file, cancellation), Json.Options) : null;
        await using var db = services.GetRequiredService<DatabaseOptions>().OpenAsOwner();
        var clients = new Dictionary<string, ClientCredentials>();
        foreach (var (name, clientId, _, role, _) in SampleLoader.Clients)
        {
            var client = await db.Accounts.Include(a => a.Secrets).SingleOrDefaultAsync(a => a.Key == clientId, cancellation);
            if (client is null)
                continue;
            var secret = before?.Clients.GetValueOrDefault(name)?.ClientSecret;
            if (secret is null || !client.Secrets.Exists(s => ClientSecret.Matches(secret, s.Hash)))
            {
                client.Secrets.Clear();
                client.Secrets.Add(new ClientSecret { Hash = ClientSecret.HashOf(secret = ClientSecret.New()), CreatedAt = DateTimeOffset.UtcNow });
            }

            clients[name] = new ClientCredentials(clientId, secret, string.Join(' ', Scopes.Of(role).Order(StringComparer.Ordinal)));
        }

        var people = await SetPasswords(services, db, before, cancellation);
        await db.SaveChangesAsync(cancellation);
        PrivateFile.Write(file, JsonSerializer.Serialize(new Credentials($"{address}/connect/token", clients, $"{address}/v1/sign-in", people), Indented));
        return file;
    }

    private static async Task<Dictionary<string, PersonCredentials>> SetPasswords(IServiceProvider services, PlatformDb db, Credentials? before, CancellationToken cancellation)
    {
        var rules = services.GetRequiredService<PasswordRules>();
        var people = new Dictionary<string, PersonCredentials>();
        foreach (var (name, key, _, role, _, _) in SampleLoader.People)
        {
            if (await db.People.SingleOrDefaultAsync(p => p.Account!.Key == key, cancellation) is not { } person)
                continue;
            var password = before?.People?.GetValueOrDefault(name)?.Password;
            if (password is null || !rules.IsRight(password, person.PasswordHash))
                (person.PasswordHash, person.PasswordSetAt) = (rules.HashOf(password = ClientSecret.New()[..20]), DateTimeOffset.UtcNow);
            people[name] = new PersonCredentials(key, password, role);
        }

        return people;
    }

    internal sealed record Credentials(
        string TokenEndpoint, Dictionary<string, ClientCredentials> Clients, string? SignInEndpoint = null, Dictionary<string, PersonCredentials>? People = null);

    internal sealed record PersonCredentials(string Login, string Password, Role Role);

    internal sealed record ClientCredentials(string ClientId, string ClientSecret, string Scope);
}
