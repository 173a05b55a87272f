using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Platform.Tests.Shape;

namespace Platform.Tests.Analytics;

/// <summary>
/// OData clients that provinces use, from npm, against the running service: each asks the province's questions in its own way and must find
/// what a plain request finds (<c>tests/clients</c>). One row per client.
/// </summary>
public sealed partial class ClientsTests(World world) : IClassFixture<ClientsTests.Packages>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static string? Chromium => new[] { Environment.GetEnvironmentVariable("PLATFORM_CHROMIUM"), "/usr/bin/chromium" }.FirstOrDefault(File.Exists);

    [Theory]
    [InlineData("ui5", 11)] // SAP OpenUI5, in a browser
    [InlineData("cds", 7)] // SAP CAP
    [InlineData("odata2ts", 6)]
    [InlineData("ojs", 7)]
    [InlineData("odata-client", 8)]
    [InlineData("odata-query", 6)]
    public async Task A_client_finds_what_a_plain_request_finds(string client, int questions)
    {
        if (client == "ui5")
            Assert.SkipWhen(Chromium is null, "No Chromium here: install it, or set PLATFORM_CHROMIUM to its path, to run OpenUI5.");
        var (code, output) = await Run(
            "node", ["--test", "--test-reporter=spec", $"{client}.test.mjs"],
            ("PLATFORM_ADDRESS", world.Instance.Address), ("PLATFORM_TOKEN", await world.Token("thaiNguyenViewer")), ("PLATFORM_CHROMIUM", Chromium));
        Assert.True(code == 0, output);
        Assert.True(Passed().Match(output).Groups[1].Value == $"{questions}", $"{questions} questions expected:\n{output}");
    }

    [Fact]
    public void Every_client_has_its_row()
    {
        var rows = typeof(ClientsTests).GetMethod(nameof(A_client_finds_what_a_plain_request_finds))!
            .GetCustomAttributes(typeof(InlineDataAttribute), inherit: false).Cast<InlineDataAttribute>().Select(row => (string)row.Data[0]!);
        Assert.Equal(
            Directory.GetFiles(Packages.Clients, "*.test.mjs").Select(file => Path.GetFileName(file)[..^".test.mjs".Length]).Order(StringComparer.Ordinal),
            rows.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"pass (\d+)")]
    internal static partial Regex Passed();

    internal static async Task<(int Code, string Output)> Run(string program, string[] arguments, params (string Name, string? Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Packages.Clients, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>The clients' packages, exactly as locked; installed again only when the lock file has changed.</summary>
    public sealed class Packages : IAsyncLifetime
    {
        internal static string Clients { get; } = Path.Combine(Repository.Root, "tests", "clients");

        private static readonly Lazy<Task> Installed = new(Install);

        public async ValueTask InitializeAsync() => await Installed.Value;

        private static async Task Install()
        {
            var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Clients, "package-lock.json"))));
            var installed = Path.Combine(Clients, "node_modules", ".installed");
            if (File.Exists(installed) && await File.ReadAllTextAsync(installed) == wanted)
                return;
            var (code, output) = await Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]);
            Assert.True(code == 0, output);
            await File.WriteAllTextAsync(installed, wanted);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
