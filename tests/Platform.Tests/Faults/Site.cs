using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Platform.CommandLine;
using Platform.Database;
using Platform.Tests.CommandLine;

namespace Platform.Tests.Faults;

/// <summary>
/// A database of its own with sample data, which can be stopped and started, and servers beside it in processes of their own, which can be
/// killed. Servers reach the database over a wire, because it comes back on another port.
/// </summary>
public sealed class Site : IAsyncLifetime
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"platform-faults-{Guid.NewGuid():N}");
    private readonly List<string> table = [];
    private DevelopmentDatabase? database;
    private Wire? wire;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> tokens = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private int DatabasePort => new NpgsqlConnectionStringBuilder(database!.SuperuserConnection).Port;

    public async ValueTask InitializeAsync()
    {
        await using (var filled = await DevelopmentInstance.Start(folder, "http://127.0.0.1:0", _ => { }, Cancellation))
        {
        }

        database = await DevelopmentDatabase.Start(folder, _ => { }, Cancellation);
        wire = new Wire(DatabasePort);
    }

    public async ValueTask DisposeAsync()
    {
        wire?.Dispose();
        if (database is not null)
            await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Starts a server with more settings and waits until it is ready; its address.</summary>
    internal async Task<(Executable Process, string Address)> Serve(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Application"] = new NpgsqlConnectionStringBuilder(database!.Options.ApplicationConnection) { Host = "127.0.0.1", Port = wire!.Port, MaxPoolSize = 20 }.ConnectionString,
            ["Secrets__PseudonymKeyFile"] = Path.Combine(folder, "pseudonym.key"),
            ["Secrets__PagingKeyFile"] = Path.Combine(folder, "paging.key"),
            ["Secrets__TokenKeyFile"] = Path.Combine(folder, "token.key"),
            ["Imports__Folder"] = Path.Combine(folder, "imports"),
            ["Intake__ChunkRows"] = "100",
            // A process that lives for seconds is not worth tuning.
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_gcServer"] = "0",
        };
        foreach (var (name, value) in more)
            settings[name] = value;
        var server = Executable.Start("Production", settings, "serve", "--urls", Executable.AnyPort);
        try
        {
            return (server, await server.Ready());
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>The sample vendor at an address; its token works at every server.</summary>
    internal Task<HttpClient> Vendor(string address) => As(address, "sampleVendor");

    /// <summary>Any sample client at an address.</summary>
    internal async Task<HttpClient> As(string address, string name)
    {
        if (!tokens.TryGetValue(name, out var token))
        {
            // Over a connection of its own: those of the client are for what is cut.
            using var asking = new HttpClient { BaseAddress = new Uri(address) };
            var sample = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "sample-credentials.json"), Cancellation))!["clients"]![name]!;
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = sample["clientId"]!.ToString(),
                ["client_secret"] = sample["clientSecret"]!.ToString(),
            });
            using var answer = await asking.PostAsync(new Uri("/connect/token", UriKind.Relative), form, Cancellation);
            tokens[name] = token = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["access_token"]!.ToString();
        }

        return new HttpClient
        {
            BaseAddress = new Uri(address),
            Timeout = TimeSpan.FromMinutes(2),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
    }

    /// <summary>Stops the database: at once, as a power cut does, or in order.</summary>
    internal async Task StopDatabase(bool atOnce)
    {
        if (atOnce)
            Executable.Signal(int.Parse((await File.ReadAllLinesAsync(PidFile(), Cancellation))[0], null), "QUIT");
        await database!.DisposeAsync();
        database = null;
    }

    internal async Task StartDatabase()
    {
        database = await DevelopmentDatabase.Start(folder, _ => { }, Cancellation);
        wire!.Target = DatabasePort;
    }

    /// <summary>The ids of these senders' rows that are stored. The table's key lets none be there twice; the figures are verified.</summary>
    internal async Task<HashSet<string>> Stored(string prefix)
    {
        await using var connection = new NpgsqlConnection(database!.SuperuserConnection);
        await connection.OpenAsync(Cancellation);
        return [.. (await connection.Query("select external_id from completions where external_id like $1 || '-%'", prefix)).Select(r => (string)r[0]!)];
    }

    /// <summary>Runs a statement that nothing narrows.</summary>
    internal async Task Everything(string sql)
    {
        await using var connection = new NpgsqlConnection(database!.SuperuserConnection);
        await connection.OpenAsync(Cancellation);
        await connection.Query(sql);
    }

    /// <summary>Runs the verb verify, which must find no difference.</summary>
    internal async Task Verify()
    {
        using var verify = await Executable.Start("Production", [KeyValuePair.Create("ConnectionStrings__Verification", database!.SuperuserConnection)], "verify").Ended();
        Assert.True(verify.ExitCode == 0, string.Join('\n', verify.Output.Concat(verify.Errors)));
    }

    /// <summary>What every fault must leave: each answered row stored, the others accepted when sent again, all figures exact.</summary>
    internal async Task Settle(string fault, int times, string prefix, IReadOnlyList<Sender> senders, HttpClient vendor)
    {
        var stored = await Stored(prefix);
        var answered = senders.SelectMany(s => s.Answered).ToList();
        Assert.Superset(answered.ToHashSet(), stored);
        var created = 0;
        foreach (var sender in senders)
        {
            var fresh = await sender.SendAllAgain(vendor);
            Assert.DoesNotContain(fresh, stored.Contains); // the other way round, a part may have been stored a moment after its connection was cut
            created += fresh.Count;
        }

        Assert.Equal(senders.Sum(s => s.Rows), (await Stored(prefix)).Count);
        await Verify();
        table.Add($"| {fault} | {times} | {senders.Sum(s => s.Rows):N0} | {answered.Count:N0} | {senders.Sum(s => s.Rows) - answered.Count - created:N0} | {created:N0} | 0 | 0 | 0 |");
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine("| fault | times | rows | answered as stored | stored, answer lost | new when sent again | lost | twice | differences |");
        foreach (var line in table)
            output.WriteLine(line);
    }

    private string PidFile() => Directory.Exists(Path.Combine(folder, "postgres"))
        ? Path.Combine(folder, "postgres", "postmaster.pid")
        : Path.Combine(File.ReadAllText(Path.Combine(folder, "postgres.location")).Trim(), "postmaster.pid");
}
