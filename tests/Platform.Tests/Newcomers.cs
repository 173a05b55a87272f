using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Localities;

namespace Platform.Tests;

/// <summary>Clients and communes of a test's own, so that tests that write do not meet.</summary>
internal static class Newcomers
{
    private static int communes, vendors, clients;

    /// <summary>True for the official list's; tests that reorganise begin communes with codes from 90001 on.</summary>
    internal static bool IsListed(this LocalityEntry commune) => IsListed(commune.Code);

    /// <summary>The same by its code.</summary>
    internal static bool IsListed(string code) => code[0] != '9';

    /// <summary>The directory's entry of a code.</summary>
    internal static async Task<LocalityEntry> Locality(this World world, string code) =>
        (await world.Instance.App.Services.GetRequiredService<LocalityDirectory>().Find(code, TestContext.Current.CancellationToken))!;

    /// <summary>A commune, of Thanh Hóa, Nghệ An or a province south of them, that no other test writes.</summary>
    internal static async Task<LocalityEntry> FreshCommune(this World world)
    {
        var directory = world.Instance.App.Services.GetRequiredService<LocalityDirectory>();
        var free = new List<LocalityEntry>();
        foreach (var province in (string[])["38", "40", "42", "44", "51", "52"])
            free.AddRange((await directory.CommunesOf((await world.Locality(province)).Id, TestContext.Current.CancellationToken)).Where(c => c.IsListed() && c.Code != "23317")); // but for the one of the sample
        return free[Interlocked.Increment(ref communes) - 1];
    }

    /// <summary>Registers a client with one grant and signs it in.</summary>
    internal static async Task<HttpClient> NewClient(this World world, Role role, params string?[] localities)
    {
        var (id, secret) = await world.Register(role, localities);
        return await world.SignedIn(id, secret);
    }

    /// <summary>Registers a client with grants for localities; a null locality is the nation.</summary>
    internal static async Task<(string Id, string Secret)> Register(this World world, Role role, params string?[] localities)
    {
        var (id, secret) = ($"test-{role}-{Interlocked.Increment(ref clients)}", ClientSecret.New());
        await world.AsOwner(async db =>
        {
            var client = new Account
            {
                Key = id,
                Name = id,
                CreatedBy = "test",
                Secrets = { new ClientSecret { Hash = ClientSecret.HashOf(secret), CreatedAt = DateTimeOffset.UtcNow } },
                CreatedAt = DateTimeOffset.UtcNow,
                VendorId = role == Role.Vendor ? (short)Interlocked.Decrement(ref vendors) : null, // below those that the product numbers
            };
            foreach (var code in localities)
                client.Grants.Add(new Grant
                {
                    Role = role,
                    TenantId = code is null ? null : (await world.Locality(code)).Id,
                    ValidFrom = DateTimeOffset.UtcNow.AddMinutes(-1),
                    GrantedBy = "test",
                });
            db.Accounts.Add(client);
            return await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        });
        return (id, secret);
    }

    /// <summary>A client with a token for these credentials, by default with every scope it may have.</summary>
    internal static Task<HttpClient> SignedIn(this World world, string id, string secret, string? scope = null) => SignedIn(world.Instance.Address, id, secret, scope);

    /// <summary>The same at another server.</summary>
    internal static async Task<HttpClient> SignedIn(string address, string id, string secret, string? scope = null)
    {
        var client = new HttpClient { BaseAddress = new Uri(address) };
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = secret };
        if (scope is not null)
            form["scope"] = scope;
        using var content = new FormUrlEncodedContent(form);
        using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var token = (await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["access_token"]!.GetValue<string>();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
