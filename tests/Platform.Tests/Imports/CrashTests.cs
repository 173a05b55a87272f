using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Http;
using Platform.Tests.CommandLine;

namespace Platform.Tests.Imports;

/// <summary>What is left of an import when its server dies, and when its disk is full; on a server of the test's own.</summary>
public sealed class CrashTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_server_goes_on_with_an_import_and_takes_every_row_once()
    {
        const int rows = 20_000;
        await using var server = await Server.Start(("Intake__ChunkRows", "250"), ("Imports__LeaseSeconds", "2"));
        string import;
        using (var vendor = await server.Vendor())
        {
            import = await vendor.Import("text/csv", Importing.Table("05953", rows, "crash") + "bad,l,05953,KHONG-CO,Citizens,01/03/2026\n");
            while ((await vendor.Read(import)).Number("rows") < 1_000)
                await Task.Delay(20, Cancellation);
        }

        for (var kill = 0; kill < 3; kill++)
        {
            await server.Kill();
            await server.StartAgain();
            using var vendor = await server.Vendor();
            var at = (await vendor.Read(import)).Number("rows");
            while (kill < 2 && (await vendor.Read(import)) is var now && now.Number("rows") < at + 500 && now.Text("state") != "Done")
                await Task.Delay(20, Cancellation);
        }

        using var survivor = await server.Vendor();
        var done = await survivor.Until(import, "Done");
        Assert.Equal((rows + 1m, (decimal)rows, 0m, 1m), (done.Number("rows"), done.Number("created"), done.Number("duplicates"), done.Number("rejected")));
        var rejected = await survivor.GetStringAsync(new Uri(done.Text("rejectedRows")!, UriKind.Relative), Cancellation);
        Assert.Equal(2, rejected.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var again = await survivor.Until(await survivor.Import("text/csv", Importing.Table("05953", rows, "crash")), "Done");
        Assert.Equal(rows, again.Number("duplicates"));
    }

    [Fact]
    public async Task A_full_disk_refuses_the_file_and_keeps_nothing_of_it()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"platform-full-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder), "Mounting a small file system needs root.");
            await using var server = await Server.Start(("Imports__Folder", folder));
            using var vendor = await server.Vendor();
            await vendor.SendFile("text/csv", System.Text.Encoding.UTF8.GetBytes(Importing.Table("05953", 40_000))).Problem(Problems.ImportFolderFull);
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
            Assert.Empty(await vendor.Rows("/v1/imports"));
            Assert.Equal("Done", (await vendor.Until(await vendor.Import("text/csv", Importing.Table("05953", 100, "fits")), "Done")).Text("state"));
        }
        finally
        {
            Run("umount", folder);
            Directory.Delete(folder);
        }

        static bool Run(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }

    /// <summary>A process of the product on a folder of its own.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private readonly string folder = Path.Combine(Path.GetTempPath(), $"platform-import-{Guid.NewGuid():N}");
        private readonly string urls = $"http://127.0.0.1:{Executable.FreePort()}";
        private readonly IReadOnlyList<KeyValuePair<string, string>> settings;
        private Executable process = null!;

        private Server(IReadOnlyList<KeyValuePair<string, string>> settings) => this.settings = settings;

        internal static async Task<Server> Start(params (string Name, string Value)[] settings)
        {
            var server = new Server([.. settings.Select(s => KeyValuePair.Create(s.Name, s.Value))]);
            await server.StartAgain();
            return server;
        }

        internal async Task StartAgain()
        {
            process = Executable.Start("Development", settings, "serve", "--urls", urls, "--data", folder);
            await process.Ready();
        }

        internal async Task Kill()
        {
            process.Signal("KILL");
            await process.Ended();
            process.Dispose();
        }

        internal async Task<HttpClient> Vendor()
        {
            var client = new HttpClient { BaseAddress = new Uri(urls) };
            var sample = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "sample-credentials.json"), Cancellation))!["clients"]!["sampleVendor"]!;
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = sample["clientId"]!.ToString(),
                ["client_secret"] = sample["clientSecret"]!.ToString(),
            });
            using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form, Cancellation);
            var token = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["access_token"]!.ToString();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return client;
        }

        public ValueTask DisposeAsync()
        {
            process.Dispose();
            Directory.Delete(folder, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
