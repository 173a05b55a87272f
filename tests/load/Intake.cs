using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;

namespace Platform.Load;

/// <summary>
/// How fast completions are taken, beside what the database itself can do on equal tables, in one run on one server: rows by the clock, and
/// seconds of processor time (server and database together) for a million rows, which other work on the machine disturbs less.
/// </summary>
internal static class Intake
{
    private const int WarmUp = 300_000, Rounds = 5, Turns = 3;

    /// <param name="arguments">Rows of each measurement; rows stored beforehand for the last comparison (0: left out).</param>
    internal static async Task<int> Run(string[] arguments)
    {
        var rows = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 100_000;
        var large = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 0;
        using var folder = new Scratch();
        await using (var product = await Server.Start("product", folder.Path))
        {
            await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(product.Address.Superuser) { CommandTimeout = 3600 }.ConnectionString);
            var made = await IntakeRows.For(source);
            var postmaster = Accounting.Postmaster(product.Address.Superuser);
            using var client = await SignedIn(product.Address);
            var run = new Runs(product, postmaster, client, made);
            await Sustained.Prepare(product.Address.Superuser);
            // Until the server's code is compiled for speed: that is part of no measurement.
            await run.Push("warm-up, batches of 1,000", 60_000, 1_000, 2);
            await run.Push("warm-up, single rows", 5_000, 1, 8);

            int[] sizes = [1_000, 10_000];
            // In turn: a machine that changes its speed changes it for both.
            var (byHand, overHttp) = (sizes.Select(_ => new List<Speed>()).ToArray(), sizes.Select(_ => new List<Speed>()).ToArray());
            var singles = Math.Min(rows, 10_000);
            Speed single;
            await using (var bare = await BareIntake.Create(source))
            {
                for (var turn = 0; turn < Turns; turn++)
                    for (var i = 0; i < sizes.Length; i++)
                    {
                        var size = sizes[i];
                        byHand[i].Add(await run.Measure($"COPY + merge + roll-up by hand, batches of {size:N0}, 2 writers", rows, () => bare.Take(made, rows, size, 2)));
                        overHttp[i].Add(await run.Push($"over HTTP, batches of {size:N0}, 2 writers", rows, size, 2));
                    }

                single = await run.Measure("COPY + merge + roll-up by hand, single rows, 8 writers", singles, () => bare.Take(made, singles, 1, 8));
            }

            var (limits, ours) = (byHand.Select(Middle).ToArray(), overHttp.Select(Middle).ToArray());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  of the limit at the same size, by the clock: batches of 1,000 {ours[0].Rate / limits[0].Rate:P0}, of 10,000 {ours[1].Rate / limits[1].Rate:P0} (bar 60 %); of 1,000 against the limit of 10,000 {ours[0].Rate / limits[1].Rate:P0}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  by processor time: batches of 1,000 {limits[0].Database / ours[0].Processor:P0}, of 10,000 {limits[1].Database / ours[1].Processor:P0}; of 1,000 against the limit of 10,000 {limits[1].Database / ours[0].Processor:P0}"));
            await run.Again("the last batches again, 2 writers", 10_000, 2);
            await run.Push("batches of 1,000, 1 client", Math.Min(rows, 40_000), 1_000, 1);
            await run.Again("the same 1,000 again, 1 client", 1_000, 1);
            foreach (var clients in (int[])[8, 16])
            {
                var speed = await run.Push($"single rows, {clients} clients", singles, 1, clients);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  of single rows by hand: {speed.Rate / single.Rate:P0} by the clock"));
            }

            if (large > 0)
                await Beside(run, made, source, rows, large);

            var differences = await Platform.CommandLine.Verification.Run(product.Address.Superuser, Console.WriteLine, CancellationToken.None);
            Console.WriteLine($"figures that differ from what the completions say: {differences}");
            Console.WriteLine($"largest resident memory of the server: {Accounting.PeakMegabytes(product.Id)} MB (bar 400)");
        }

        return 0;
    }

    // In turn, on two servers with a database each: what else changes on the machine meanwhile changes for both.
    private static async Task Beside(Runs many, IntakeRows made, NpgsqlDataSource source, int rows, int stored)
    {
        var fewer = Math.Min(stored, 1_000_000);
        using var folder = new Scratch();
        await using (var product = await Server.Start("product", folder.Path))
        {
            await using var other = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(product.Address.Superuser) { CommandTimeout = 3600 }.ConnectionString);
            var otherMade = await IntakeRows.For(other);
            using var client = await SignedIn(product.Address);
            var few = new Runs(product, Accounting.Postmaster(product.Address.Superuser), client, otherMade);
            await Sustained.Prepare(product.Address.Superuser);
            await few.Push("warm-up, batches of 1,000", 60_000, 1_000, 2);
            await otherMade.Fill(other, fewer, Console.WriteLine);
            await made.Fill(source, stored, Console.WriteLine);
            var sides = new[] { (Run: few, Stored: fewer, Speeds: new List<Speed>()), (Run: many, Stored: stored, Speeds: []) };
            // Sustained: the pages of the indexes have been touched since the last checkpoint, as they are after some minutes of intake.
            foreach (var side in sides)
                await side.Run.Push("warm-up", WarmUp, 10_000, 2);
            for (var round = 0; round < Rounds; round++)
                foreach (var side in round % 2 == 0 ? sides : sides.Reverse())
                    side.Speeds.Add(await side.Run.Push($"beside {side.Stored:N0} stored rows", rows, 10_000, 2));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  throughput kept: {Median(sides[1].Speeds, s => s.Rate) / Median(sides[0].Speeds, s => s.Rate):P0} by the clock, {Median(sides[0].Speeds, s => s.Processor) / Median(sides[1].Speeds, s => s.Processor):P0} by processor time (bar 90 %)"));
        }

    }

    private static Speed Middle(List<Speed> speeds) => new(Median(speeds, s => s.Rate), Median(speeds, s => s.Processor), Median(speeds, s => s.Database));

    internal static double Median(List<Speed> speeds, Func<Speed, double> figure) => speeds.Select(figure).Order().ElementAt(speeds.Count / 2);

    internal static async Task<HttpClient> SignedIn(Processes.Address address)
    {
        var client = new HttpClient { BaseAddress = new Uri(address.Url) };
        var vendor = JsonNode.Parse(await File.ReadAllTextAsync(address.Credentials))!["clients"]!["sampleVendor"]!;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = (string)vendor["clientId"]!,
            ["client_secret"] = (string)vendor["clientSecret"]!,
        });
        using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        var token = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["access_token"]!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    internal sealed record Speed(double Rate, double Processor, double Database);

    internal sealed class Runs(Server product, int postmaster, HttpClient client, IntakeRows made)
    {
        private List<byte[]> last = [];

        internal async Task<Speed> Measure(string name, int rows, Func<Task> work, List<double>? times = null)
        {
            var (server, database, clock) = (Accounting.Seconds(product.Id), Accounting.SecondsOfFamily(postmaster), Stopwatch.StartNew());
            await work();
            var seconds = clock.Elapsed.TotalSeconds;
            server = (Accounting.Seconds(product.Id) - server) / rows * 1_000_000;
            database = (Accounting.SecondsOfFamily(postmaster) - database) / rows * 1_000_000;
            var processor = server + database;
            var p95 = times is null ? "" : string.Create(CultureInfo.InvariantCulture, $"   p50 {At(times, 0.5):N0} ms, p95 {At(times, 0.95):N0} ms");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-64} {rows / seconds,9:N0} rows/s   {processor,6:N1} s of processor time a million rows (server {server:N1}, database {database:N1}){p95}"));
            return new Speed(rows / seconds, processor, database);
        }

        internal Task<Speed> Push(string name, int rows, int size, int writers)
        {
            last = [.. made.Json(rows, size)];
            return Send(name, rows, writers, "created");
        }

        internal Task<Speed> Again(string name, int size, int writers) => Send(name, last.Count * size, writers, "duplicates");

        private async Task<Speed> Send(string name, int rows, int writers, string expected)
        {
            var (times, next, taken) = (new List<double>(), -1, 0L);
            var speed = await Measure(name, rows, () => Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) < last.Count;)
                {
                    var started = Stopwatch.GetTimestamp();
                    using var content = new ByteArrayContent(last[i]);
                    content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                    using var answer = await client.PostAsync(new Uri("/v1/completions", UriKind.Relative), content);
                    var body = await answer.Content.ReadAsByteArrayAsync();
                    Interlocked.Add(ref taken, Counted(body, expected));
                    lock (times)
                        times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }))), times);
            return taken == rows ? speed : throw new InvalidOperationException($"{taken} of {rows} rows are {expected}.");
        }

        private static int Counted(byte[] body, string name)
        {
            var head = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200)));
            var at = head.IndexOf($"\"{name}\":", StringComparison.Ordinal);
            return at < 0 ? throw new InvalidOperationException(head) : int.Parse(head[(at + name.Length + 3)..].Split(',', '}')[0], CultureInfo.InvariantCulture);
        }

        private static double At(List<double> times, double part) => times.Order().ElementAt((int)((times.Count - 1) * part));
    }
}
