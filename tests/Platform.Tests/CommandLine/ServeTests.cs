using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Tests.CommandLine;

/// <summary>A process of its own on its own folder and port, beside the one of <see cref="World"/>; its tests run one after another.</summary>
public sealed class ServeTests(World world, ServeTests.Instance instance) : IClassFixture<ServeTests.Instance>
{
    [Fact]
    public async Task It_says_where_it_is_ready_and_answers_there()
    {
        Assert.Equal(instance.Urls, await instance.Process.Ready());
        using var client = new HttpClient { BaseAddress = new Uri(instance.Urls) };
        Assert.Equal(200, (await client.Ask("GET", "/health")).Status);
        Assert.Equal("05953", (await client.Ask("GET", "/v1/localities?province=19&search=kha%20son")).Body!["items"]![0]!["code"]!.ToString());
    }

    [Fact]
    public async Task The_sample_credentials_are_for_the_owners_eyes_and_all_of_them_work()
    {
        var file = Path.Combine(instance.Folder, "sample-credentials.json");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var credentials = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        Assert.Equal($"{instance.Urls}/connect/token", credentials["tokenEndpoint"]!.ToString());
        using var client = new HttpClient();
        foreach (var name in (string[])["sampleVendor", "khaSonAdmin", "hoaLacAdmin", "thaiNguyenViewer", "thaiNguyenManager", "operator"])
        {
            var one = credentials["clients"]![name]!;
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = one["clientId"]!.ToString(),
                ["client_secret"] = one["clientSecret"]!.ToString(),
                ["scope"] = one["scope"]!.ToString(),
            });
            using var answer = await client.PostAsync(new Uri(credentials["tokenEndpoint"]!.ToString()), form, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, name);
        }
    }

    [Fact]
    public async Task Two_instances_with_different_folders_and_ports_run_side_by_side()
    {
        using var here = world.Anonymous();
        using var there = new HttpClient { BaseAddress = new Uri(instance.Urls) };
        Assert.NotEqual(here.BaseAddress, there.BaseAddress);
        Assert.Equal((200, 200), ((await here.Ask("GET", "/health")).Status, (await there.Ask("GET", "/health")).Status));
        using var operatorHere = await world.As("operator");
        there.DefaultRequestHeaders.Authorization = operatorHere.DefaultRequestHeaders.Authorization;
        Assert.Equal(200, (await operatorHere.Ask("GET", "/v1/localities/19/plans")).Status);
        (await there.Ask("GET", "/v1/localities/19/plans")).Refused(401, "PLT-1101");
    }

    [Fact]
    public async Task A_second_process_on_the_same_port_or_folder_is_refused_in_one_line()
    {
        using var port = await Executable.Start("Development", [], "serve", "--urls", instance.Urls, "--data", instance.Folder + "-other").Ended();
        Assert.Equal(1, port.ExitCode);
        Assert.Contains("is in use", Assert.Single(port.Errors), StringComparison.Ordinal);
        using var folder = await Executable.Start("Development", [], "serve", "--urls", Executable.AnyPort, "--data", instance.Folder).Ended();
        Assert.Equal(1, folder.ExitCode);
        Assert.Contains(instance.Folder, Assert.Single(folder.Errors), StringComparison.Ordinal);
        Assert.False(Directory.Exists(instance.Folder + "-other"));
    }

    [Fact]
    public async Task Asked_to_end_it_stops_its_database_and_starts_again_with_what_it_had()
    {
        var (postgres, secret) = (instance.Postgres(), await instance.Secret());
        Assert.True(IsRunning(postgres));
        instance.Process.Signal("TERM");
        Assert.Equal(0, (await instance.Process.Ended()).ExitCode);
        Assert.False(IsRunning(postgres));
        Assert.Empty(instance.Process.Errors);
        await instance.StartAgain();
        Assert.Equal(secret, await instance.Secret());
        Assert.DoesNotContain(instance.Process.Output, l => l.StartsWith("Loaded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Killed_it_leaves_nothing_that_stops_the_next_start()
    {
        instance.Process.Signal("KILL");
        await instance.Process.Ended();
        await instance.StartAgain();
        using var client = new HttpClient { BaseAddress = new Uri(instance.Urls) };
        Assert.Equal(200, (await client.Ask("GET", "/health")).Status);
    }

    private static bool IsRunning(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The process, its folder and its port.</summary>
    public sealed class Instance : IAsyncLifetime
    {
        public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"platform-serve-{Guid.NewGuid():N}");

        public string Urls { get; } = $"http://127.0.0.1:{Executable.FreePort()}";

        internal Executable Process { get; private set; } = null!;

        public async ValueTask InitializeAsync() => await StartAgain();

        public ValueTask DisposeAsync()
        {
            Process.Dispose();
            Directory.Delete(Folder, recursive: true);
            return ValueTask.CompletedTask;
        }

        internal async Task StartAgain()
        {
            Process?.Dispose();
            Process = Executable.Start("Development", [], "serve", "--urls", Urls, "--data", Folder);
            await Process.Ready();
        }

        internal int Postgres() => int.Parse(File.ReadLines(Path.Combine(Folder, "postgres", "postmaster.pid")).First(), null);

        internal async Task<string> Secret()
        {
            await using var file = File.OpenRead(Path.Combine(Folder, "sample-credentials.json"));
            using var credentials = await JsonDocument.ParseAsync(file);
            return credentials.RootElement.GetProperty("clients").GetProperty("operator").GetProperty("clientSecret").GetString()!;
        }
    }
}
