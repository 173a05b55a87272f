using System.Globalization;
using System.Net;

namespace Platform.Tests.Faults;

/// <summary>
/// What becomes of streams of completions when something breaks in their middle, at points drawn from a seed that every failure names
/// (PLATFORM_FAULT_SEED draws the same again). Always: what was answered is stored once, the rest can be sent again, every figure is exact.
/// </summary>
public sealed class FaultTests(Site site) : IClassFixture<Site>
{
    private const int Kills = 50, Lanes = 2, Rows = 1_500;

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("PLATFORM_FAULT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Fifty_servers_killed_in_mid_stream_lose_no_row_and_take_none_twice() => Seeded(async () =>
    {
        var senders = Enumerable.Range(0, Lanes).Select(n => new Sender($"kill-{n}")).ToList();
        var kills = 0;
        await Task.WhenAll(senders.Select((sender, lane) => Task.Run(async () =>
        {
            var random = new Random(Seed + lane);
            while (Interlocked.Increment(ref kills) <= Kills)
            {
                var (server, address) = await site.Serve();
                using var vendor = await site.Vendor(address);
                var (at, pause, killed) = (random.Next(Rows * 3 / 4), random.Next(60), (Task?)null);
                if (at == 0)
                    Kill(0);
                var ended = await sender.Send(vendor, Rows, Kill);
                Kill(Rows); // it may have broken off before that point of itself
                await killed!;
                await server.Ended();
                server.Dispose();
                if (ended)
                    Interlocked.Decrement(ref kills); // it was too fast for the knife

                void Kill(int heard)
                {
                    if (heard >= at)
                        killed ??= Task.Run(async () =>
                        {
                            await Task.Delay(pause, Cancellation);
                            server.Signal("KILL");
                        }, Cancellation);
                }
            }
        }, Cancellation)));
        var (survivor, there) = await site.Serve();
        using var process = survivor;
        using var last = await site.Vendor(there);
        await site.Settle("server killed (SIGKILL)", Kills, "kill", senders, last);
    });

    [Fact]
    public Task A_database_that_stops_in_mid_stream_and_comes_back_has_every_answered_row() => Seeded(async () =>
    {
        const int stops = 4;
        var random = new Random(Seed);
        var (server, address) = await site.Serve();
        using var process = server;
        using var vendor = await site.Vendor(address);
        var senders = Enumerable.Range(0, 2).Select(n => new Sender($"stop-{n}")).ToList();
        for (var stop = 0; stop < stops;)
        {
            var (at, heard, stopped, atOnce) = (1 + random.Next(Rows), 0, (Task?)null, stop % 2 == 0);
            var ended = await Task.WhenAll(senders.Select(s => s.Send(vendor, Rows, _ =>
            {
                if (Interlocked.Increment(ref heard) == at)
                    stopped = Task.Run(() => site.StopDatabase(atOnce));
            })));
            await (stopped ?? site.StopDatabase(atOnce));
            if (ended.Contains(false))
                stop++; // otherwise both were through before the database stopped
            await site.StartDatabase();
            while ((await vendor.Ask("GET", "/health")).Status != 200)
                await Task.Delay(50, Cancellation);
        }

        await site.Settle("database stopped and started", stops, "stop", senders, vendor);
    });

    [Fact]
    public async Task While_the_database_is_away_every_request_is_told_to_come_again_and_then_is_answered()
    {
        var (server, address) = await site.Serve();
        using var process = server;
        using var vendor = await site.Vendor(address);
        using var viewer = await site.As(address, "thaiNguyenViewer");
        using var stranger = new HttpClient { BaseAddress = new Uri(address) };
        await site.StopDatabase(atOnce: false);
        foreach (var (client, method, path, body) in ((HttpClient, HttpMethod, string, object?)[])[
            (vendor, HttpMethod.Post, "/v1/completions", "[{}]"),
            (vendor, HttpMethod.Get, "/v1/completions", null),
            (viewer, HttpMethod.Get, "/v1/localities/19/plans", null),
            (viewer, HttpMethod.Get, "/odata/Plans", null),
            (stranger, HttpMethod.Get, "/v1/localities?search=kha", null)])
        {
            using var refused = await client.Send(method, path, body);
            Assert.Equal((path, HttpStatusCode.ServiceUnavailable), (path, refused.StatusCode));
            Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero, path);
            Assert.Contains("PLT-1017", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        await site.StartDatabase();
        using var plans = await viewer.Send(HttpMethod.Get, "/odata/Plans");
        await plans.Body(HttpStatusCode.OK);
        Assert.NotEmpty(await viewer.Rows("/v1/localities/19/plans"));
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_in_mid_stream_says_how_far_it_came()
    {
        var (server, address) = await site.Serve();
        using var process = server;
        using var vendor = await site.Vendor(address);
        using var wire = new System.Net.Sockets.TcpClient("127.0.0.1", new Uri(address).Port);
        await using var stream = wire.GetStream();
        var rows = string.Concat(Enumerable.Range(0, 150).Select(n => Sender.Line(string.Create(CultureInfo.InvariantCulture, $"term-{n:D6}"))));
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"POST /v1/completions HTTP/1.1\r\nHost: platform\r\nAuthorization: {vendor.DefaultRequestHeaders.Authorization}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n{rows.Length:x}\r\n{rows}\r\n")), Cancellation);
        using var answer = new StreamReader(stream);
        var (lines, answered) = (new List<string>(), 0);
        while (answered < 150 && await answer.ReadLineAsync(Cancellation) is { } line)
            answered += line.StartsWith("{\"index\"", StringComparison.Ordinal) ? 1 : 0;
        server.Signal("TERM");
        while (await answer.ReadLineAsync(Cancellation) is { } line && line != "0")
            lines.Add(line);
        Assert.Contains(lines, l => l.StartsWith("{\"problem\"", StringComparison.Ordinal) && l.Contains("PLT-1019", StringComparison.Ordinal) && l.Contains("150", StringComparison.Ordinal));
        wire.Close();
        Assert.Equal(0, (await server.Ended()).ExitCode);
        Assert.DoesNotContain(server.Output, l => l.Contains("Exception", StringComparison.Ordinal));
        Assert.Equal(150, (await site.Stored("term")).Count);
    }

    [Theory]
    [InlineData("body")]
    [InlineData("answer")]
    public Task A_connection_that_is_cut_leaves_every_answered_row(string where) => Seeded(async () =>
    {
        const int cuts = 10;
        var random = new Random(Seed);
        var (server, address) = await site.Serve();
        using var process = server;
        using var wire = new Wire(new Uri(address).Port);
        using var vendor = await site.Vendor($"http://127.0.0.1:{wire.Port}");
        var sender = new Sender($"cut-{where}");
        for (var cut = 0; cut < cuts; cut++)
        {
            var bytes = random.Next(400, where == "body" ? Rows * 100 : Rows * 40);
            wire.CutAfter(where == "body" ? bytes : long.MaxValue, where == "body" ? long.MaxValue : bytes);
            Assert.False(await sender.Send(vendor, Rows));
        }

        using var whole = await site.Vendor(address);
        await site.Settle($"connection cut in mid-{where}", cuts, $"cut-{where}", [sender], whole);
    });

    private static async Task Seeded(Func<Task> test)
    {
        try
        {
            await test();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Assert.Fail($"PLATFORM_FAULT_SEED={Seed}: {failure}");
        }
    }
}
