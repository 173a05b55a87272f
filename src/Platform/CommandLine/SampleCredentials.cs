using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.SampleData;

namespace Platform.CommandLine;

/// <summary>
/// Keeps <c>sample-credentials.json</c> in the data folder, readable by its owner only: secrets of the sample clients that work now.
/// A secret that is missing or no longer fits is replaced.
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

        await db.SaveChangesAsync(cancellation);
        PrivateFile.Write(file, JsonSerializer.Serialize(new Credentials($"{address}/connect/token", clients), Indented));
        return file;
    }

    internal sealed record Credentials(string TokenEndpoint, Dictionary<string, ClientCredentials> Clients);

    internal sealed record ClientCredentials(string ClientId, string ClientSecret, string Scope);
}
