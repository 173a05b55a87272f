using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.CommandLine;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Tenancy;
using Platform.Tests;

[assembly: AssemblyFixture(typeof(World))]

namespace Platform.Tests;

/// <summary>
/// One running product for all tests: its own embedded server, its own folder, a free port, the sample data. Tests speak HTTP to it
/// and must not depend on each other: they make their own drafts, ids and learners, or use localities that no other test writes.
/// </summary>
public sealed class World : IAsyncLifetime
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"platform-tests-{Guid.NewGuid():N}");
    private DevelopmentInstance? instance;
    private readonly SemaphoreSlim starting = new(1, 1);
    private SampleCredentials.Credentials? credentials;
    private WebApplication? portable;

    internal DevelopmentInstance Instance => instance ?? throw new InvalidOperationException("The world has not started.");

    /// <summary>The data folder of this run.</summary>
    public string Folder => folder;

    public async ValueTask InitializeAsync()
    {
        instance = await DevelopmentInstance.Start(folder, "http://127.0.0.1:0", _ => { }, TestContext.Current.CancellationToken);
        instance.App.Services.GetRequiredService<ILoggerFactory>().AddProvider(new ServerFaults());
        credentials = JsonSerializer.Deserialize<SampleCredentials.Credentials>(await File.ReadAllTextAsync(instance.CredentialsFile), Json.Options);
    }

    public async ValueTask DisposeAsync()
    {
        starting.Dispose();
        if (portable is not null)
            await portable.DisposeAsync();
        if (instance is not null)
            await instance.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A client without a token.</summary>
    public HttpClient Anonymous() => new() { BaseAddress = new Uri(Instance.Address) };

    /// <summary>The same client at the server that stores completions in this way; both servers work on one database.</summary>
    internal async Task<HttpClient> On(IntakeStore store, HttpClient client)
    {
        if (store == IntakeStore.Sets)
            return client;
        await starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (portable is null)
            {
                var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "Platform" });
                builder.Configuration["Intake:Store"] = $"{store}";
                builder.LeaveWork();
                builder.WebHost.UseUrls("http://127.0.0.1:0");
                portable = Server.Build(builder, Instance.Database, Secrets.InFolder(folder));
                portable.Services.GetRequiredService<ILoggerFactory>().AddProvider(new ServerFaults());
                await portable.StartAsync(TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            starting.Release();
        }

        using (client)
            return new HttpClient { BaseAddress = new Uri(portable.Urls.First()), DefaultRequestHeaders = { Authorization = client.DefaultRequestHeaders.Authorization } };
    }

    /// <summary>A client with a fresh token of a sample client: khaSonAdmin, thaiNguyenViewer, sampleVendor, operator …</summary>
    public async Task<HttpClient> As(string name)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Token(name));
        return client;
    }

    /// <summary>Client id and secret of a sample client.</summary>
    public (string Id, string Secret) Credentials(string name) => (credentials!.Clients[name].ClientId, credentials.Clients[name].ClientSecret);

    /// <summary>The sample people with their passwords.</summary>
    internal Dictionary<string, SampleCredentials.PersonCredentials> SamplePeople => credentials!.People!;

    /// <summary>An access token of a sample client.</summary>
    public async Task<string> Token(string name)
    {
        var (id, secret) = Credentials(name);
        using var client = Anonymous();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = id,
            ["client_secret"] = secret,
        });
        using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!.GetValue<string>();
    }

    /// <summary>Runs code on the database under the application's role with a scope, as a room would.</summary>
    internal async Task<T> InScope<T>(Action<TenantScope> enter, Func<PlatformDb, Task<T>> run)
    {
        await using var work = Instance.App.Services.CreateAsyncScope();
        enter(work.ServiceProvider.GetRequiredService<TenantScope>());
        return await run(work.ServiceProvider.GetRequiredService<PlatformDb>());
    }

    /// <summary>Runs code on the global tables under the owner, as whoever sets the platform up does.</summary>
    internal async Task<T> AsOwner<T>(Func<PlatformDb, Task<T>> run)
    {
        await using var db = Instance.Database.OpenAsOwner();
        return await run(db);
    }

    /// <summary>The id of the sample plan of a locality.</summary>
    public async Task<Guid> SamplePlan(HttpClient client, string locality)
    {
        var plans = await client.GetFromJsonAsync<JsonObject>($"/v1/localities/{locality}/plans?status=Issued");
        return plans!["items"]!.AsArray().Select(p => p!["id"]!.GetValue<Guid>()).Last();
    }
}
