using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Access;
using Platform.Tests.Learning;
using Platform.Tests.Shape;
using Platform.Tests.Webhooks;

namespace Platform.Tests.VendorPage;

/// <summary>Every example of the vendors' page is run, by the program a vendor would run it with, against the running service.</summary>
[Collection("Deliveries")]
public sealed partial class ExampleTests(World world)
{
    private const string Folder = "src/Platform/VendorPage/Examples";

    private static readonly string[] Steps = ["sign-in", "push", "stream", "table", "import", "rejected", "correct", "subscribe", "receive"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sh", "sh")]
    [InlineData("mjs", "node")]
    [InlineData("py", "python3")]
    public async Task The_examples_do_what_they_say(string language, string program)
    {
        Assert.SkipWhen(!IsHere(program), $"There is no {program} here to run these examples with.");
        var (id, secret, commune) = await Vendor();
        var variables = new Dictionary<string, string> { ["PLATFORM"] = world.Instance.Address, ["CLIENT_ID"] = id, ["CLIENT_SECRET"] = secret };
        variables["TOKEN"] = (await Run("sign-in")).Trim();
        var pushed = await Run("push");
        Assert.Matches("lop-12/hv-1\\W.*created", pushed);
        Assert.Matches("lop-12/hv-2\\W.*rejected", pushed);
        Assert.Contains("PLT-5005", pushed, StringComparison.Ordinal);
        Assert.Equal(pushed, await Run("push")); // under its Idempotency-Key
        Assert.Equal(3, Created().Count(await Run("stream")));
        Assert.Equal(2, Created().Count(await Run("table")));
        Assert.Equal(6m, await Completions(commune));
        var report = JsonNode.Parse(await Run("import"))!;
        Assert.Equal(("Done", 2m, 1m), (report["import"]!.AsObject().Text("state"), report["import"]!.AsObject().Number("created"), report["import"]!.AsObject().Number("rejected")));
        var rejected = await Run("rejected");
        Assert.All((string[])["lop-12/hv-3", "/0/completedAt", "PLT-1202", "/0/score", "PLT-1204", "From 0 to 100"], part => Assert.Contains(part, rejected, StringComparison.Ordinal));
        var corrected = await Run("correct");
        Assert.All((string[])["created", "corrected", "Học viên đã rút khỏi lớp", "\"replacedAt\":\"2"], part => Assert.Contains(part, corrected, StringComparison.Ordinal));
        Assert.Equal(8m, await Completions(commune)); // the one that was corrected is void
        await using (var receiver = await Receiver.Start())
        {
            variables["WEBHOOK_URL"] = receiver.Url;
            Assert.Contains("whsec_", await Run("subscribe"), StringComparison.Ordinal);
            Assert.Single(await receiver.Called(1));
        }

        var (webhookSecret, call) = await Message(id, secret);
        (variables["WEBHOOK_SECRET"], variables["WEBHOOK_ID"], variables["WEBHOOK_TIMESTAMP"], variables["WEBHOOK_SIGNATURE"]) = (webhookSecret, call.Id, call.Timestamp, call.Signature);
        Assert.Equal("genuine", (await Run("receive", call.Body)).Trim());
        Assert.Equal("forged", (await Run("receive", call.Body + " ", 1)).Trim());

        async Task<string> Run(string step, string? input = null, int ends = 0)
        {
            var file = Path.Combine(Directory.CreateDirectory(Path.Combine(world.Folder, $"examples-{language}")).FullName, $"{step}.{language}");
            await File.WriteAllTextAsync(file, Repository.Read($"{Folder}/{step}.{language}").Replace("05953", commune, StringComparison.Ordinal), Cancellation);
            return await Output(program, file, variables, input, ends);
        }
    }

    [Fact]
    public async Task The_examples_in_CSharp_do_what_they_say()
    {
        var (id, secret, commune) = await Vendor("05953");
        // As a dry run, because the code names a commune whose figures other tests look at.
        using var platform = new HttpClient(new DryRun()) { BaseAddress = new Uri(world.Instance.Address) };
        platform.DefaultRequestHeaders.Authorization = new("Bearer", await global::Vendor.SigningIn.Token(platform, id, secret));
        var lines = new List<string>();
        await global::Vendor.Pushing.Push(platform, lines.Add);
        Assert.Equal(["lop-12/hv-1 created ", "lop-12/hv-2 rejected PLT-5005"], lines);
        lines.Clear();
        await global::Vendor.Streaming.Stream(platform, lines.Add);
        Assert.Equal(3, lines.Count(l => l.EndsWith(" created", StringComparison.Ordinal)));
        lines.Clear();
        await global::Vendor.SendingTables.Send(platform, lines.Add);
        Assert.Equal(["bang/hv-1 created ", "bang/hv-2 created "], lines);

        var (webhookSecret, call) = await Message(id, secret);
        var body = System.Text.Encoding.UTF8.GetBytes(call.Body);
        Assert.True(global::Vendor.Receiving.IsGenuine(webhookSecret, call.Id, call.Timestamp, call.Signature, body));
        Assert.False(global::Vendor.Receiving.IsGenuine(webhookSecret, call.Id, call.Timestamp, call.Signature, [.. body, 32]));
    }

    [Fact]
    public async Task The_examples_in_CSharp_import_mend_correct_and_subscribe()
    {
        var (id, secret, commune) = await Vendor();
        using var platform = await world.SignedIn(id, secret);
        var report = await global::Vendor.Importing.Import(platform, commune);
        Assert.Equal((2m, 1m), (report["import"]!.AsObject().Number("created"), report["import"]!.AsObject().Number("rejected")));
        var lines = new List<string>();
        await global::Vendor.Mending.ShowRejected(platform, commune, lines.Add);
        Assert.Contains("lop-12/hv-3 /0/score PLT-1204", lines.Single(l => l.Contains("score", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Học viên đã rút khỏi lớp", await global::Vendor.Correcting.Correct(platform, commune), StringComparison.Ordinal);
        Assert.Equal(2m, await Completions(commune));
        await using var receiver = await Receiver.Start();
        var (key, deliveries) = await global::Vendor.Subscribing.Subscribe(platform, receiver.Url);
        Assert.StartsWith("whsec_", key, StringComparison.Ordinal);
        Assert.Single(deliveries["items"]!.AsArray());
        Assert.Single(await receiver.Called(1));
    }

    [Fact]
    public async Task Every_column_name_that_the_page_tells_is_read()
    {
        var (id, secret, commune) = await Vendor();
        using var platform = await world.SignedIn(id, secret);
        var page = await platform.GetStringAsync(new Uri("/vendor-docs", UriKind.Relative), Cancellation);
        var rows = ColumnRows().Matches(page).Select(m => (Field: m.Groups[1].Value, Names: System.Net.WebUtility.HtmlDecode(m.Groups[2].Value).Split(", "))).ToList();
        var cells = new Dictionary<string, string> { ["id"] = "cot", ["learner.id"] = "hv", ["locality"] = commune, ["course"] = "KNS-CD-01", ["audience"] = "Người dân", ["completedAt"] = "31/03/2026" };
        Assert.Equal(12, rows.Count);
        foreach (var (field, names) in rows)
            foreach (var name in (string[])[field, .. names])
            {
                var table = cells.ContainsKey(field) ? new Dictionary<string, string>(cells) : new Dictionary<string, string>(cells) { [field] = "" };
                var head = string.Join(';', table.Keys.Select(k => k == field ? name : k));
                using var sent = await platform.Post("/v1/completions?dryRun=true", "text/csv", $"{head}\n{string.Join(';', table.Values)}\n");
                Assert.True((await sent.Body(HttpStatusCode.OK)).Number("created") == 1m, head);
            }
    }

    [Fact]
    public async Task The_page_shows_every_example_in_every_language_and_they_are_served_as_they_were_run()
    {
        using var client = world.Anonymous();
        var page = await client.GetStringAsync(new Uri("/vendor-docs", UriKind.Relative), Cancellation);
        Assert.Contains("lang=\"vi\"", page, StringComparison.Ordinal);
        var script = await client.GetStringAsync(new Uri("/vendor-docs/page.js", UriKind.Relative), Cancellation);
        Assert.Equal(Steps, StepFiles().Matches(script).Select(m => m.Groups[1].Value));
        foreach (var step in Steps)
            foreach (var language in (string[])["sh", "cs", "mjs", "py"])
                Assert.Equal(
                    Repository.Read($"{Folder}/{step}.{language}"),
                    await client.GetStringAsync(new Uri($"/vendor-docs/{step}.{language}", UriKind.Relative), Cancellation));
        Assert.Equal(Steps.Length * 4, Directory.GetFiles(Path.Combine(Repository.Root, Folder)).Length);
        using var unknown = await client.GetAsync(new Uri("/vendor-docs/no-such.sh", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private sealed class DryRun() : DelegatingHandler(new HttpClientHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == "/v1/completions")
                request.RequestUri = new Uri(request.RequestUri, "?dryRun=true");
            return base.SendAsync(request, cancellationToken);
        }
    }

    private async Task<(string Id, string Secret, string Commune)> Vendor(string? commune = null)
    {
        commune ??= (await world.FreshCommune()).Code;
        var (id, secret) = await world.Register(Role.Vendor, commune);
        return (id, secret, commune);
    }

    private async Task<decimal> Completions(string commune)
    {
        using var viewer = await world.As("operator");
        return (await viewer.Rows($"/odata/CompletionFacts?$filter=LocalityCode eq '{commune}'")).Sum(f => f.Number("Completions")!.Value);
    }

    private async Task<(string Secret, Receiver.Call Call)> Message(string id, string secret)
    {
        await using var receiver = await Receiver.Start();
        using var vendor = await world.SignedIn(id, secret);
        var made = await vendor.Ask("POST", "/v1/webhooks", new JsonObject { ["url"] = receiver.Url });
        Assert.Equal(202, (await vendor.Ask("POST", $"/v1/webhooks/{made.Body!["webhook"]!["id"]}/tests")).Status);
        return (made.Body!["secret"]!.ToString(), (await receiver.Called(1))[0]);
    }

    private static bool IsHere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<string> Output(string program, string file, Dictionary<string, string> variables, string? input, int ends)
    {
        var start = new ProcessStartInfo(program, [file]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == ends, $"{Path.GetFileName(file)} ended with {process.ExitCode}: {output}{await errors}");
        return output;
    }

    [GeneratedRegex(@"/hv-\d\W[^/]*?created", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Created();

    [GeneratedRegex(@"<tr><td>([\w.]+)</td><td>([^<]+)</td>", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex ColumnRows();

    [GeneratedRegex(@"file: '([a-z-]+)'", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex StepFiles();
}
