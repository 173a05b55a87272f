using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Platform.Access;

namespace Platform.Load;

/// <summary>
/// What an abusive vendor costs the others: the time of a quiet vendor's batches of 1,000 alone and beside one that sends as fast as it can, over
/// many connections, and does not care about being refused. In short turns, so that a machine that changes its speed changes it for both, on one
/// server with the default limits, after one turn that is not counted: what runs for the first time is compiled while it runs. The abusive one is
/// a process of its own, so that its clients' garbage is not collected in the quiet one's time; their processor time is told.
/// </summary>
internal static class Fairness
{
    private const int Rounds = 15, QuietRows = 1_000;
    private const double Bar = 1.2;

    private static readonly Flood[] Kinds =
    [
        new("batches", 5_000, 32),
        new("crowd", 5_000, 128),
        new("streams", 20_000, 32) { Type = "application/x-ndjson" },
        new("rows", 1, 32),
        new("atomic", 2_000, 32) { Query = "?atomic=true" },
        new("rejected", 5_000, 32) { Course = "NO-SUCH" },
    ];

    /// <param name="seconds">Of each measurement.</param>
    /// <param name="name">What the abusive one sends: the name of one of <see cref="Kinds"/>.</param>
    internal static async Task<int> Run(int seconds, string name)
    {
        _ = Kind(name);
        using var folder = new Scratch();
        await using var server = await Server.Start("product", folder.Path);
        using var quiet = await Vendor(server.Address, 201);
        using var noisy = await Vendor(server.Address, 202);
        var postmaster = Accounting.Postmaster(server.Address.Superuser);
        await Sustained.Prepare(server.Address.Superuser);
        await Quiet(quiet, "warm", 5);
        await using var abuse = await Abuser.Start(server.Address.Url, noisy.DefaultRequestHeaders.Authorization!.Parameter!, name);
        await abuse.Begin();
        await Quiet(quiet, "warm-beside", 15);
        await abuse.End();
        var (alone, beside, sent) = (new List<double>(), new List<double>(), (Answered: 0L, Refused: 0L, Seconds: 0.0));
        var (clock, used) = (new Stopwatch(), new double[3]);
        for (var round = 1; round <= Rounds; round++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
            var before = await Quiet(quiet, $"alone-{round}", seconds);
            await abuse.Begin();
            await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None);
            clock.Start();
            Account(-1);
            var during = await Quiet(quiet, $"beside-{round}", seconds);
            Account(+1);
            clock.Stop();
            var (answered, refused, time) = await abuse.End();
            sent = (sent.Answered + answered, sent.Refused + refused, sent.Seconds + time);
            alone.AddRange(before);
            beside.AddRange(during);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"round {round}: quiet p50 {At(before, 0.5):N0} → {At(during, 0.5):N0} ms, p95 {At(before, 0.95):N0} → {At(during, 0.95):N0} ms"));
        }

        var elapsed = clock.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"abusive ({name}): {sent.Answered * Kind(name).Rows / sent.Seconds:N0} rows/s answered, {sent.Refused:N0} sends refused; processors busy: server {used[0] / elapsed:N2}, database {used[1] / elapsed:N2}, abusive client {used[2] / elapsed:N2}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"p50 of the quiet vendor: {At(alone, 0.5):N0} ms alone, {At(beside, 0.5):N0} ms beside the abusive one: {At(beside, 0.5) / At(alone, 0.5):N2}×"));
        var ratio = At(beside, 0.95) / At(alone, 0.95);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"p95 of the quiet vendor: {At(alone, 0.95):N0} ms alone, {At(beside, 0.95):N0} ms beside the abusive one ({name}): {ratio:N2}× (bar {Bar:N1}×)"));
        Console.WriteLine($"largest resident memory of the server: {Accounting.PeakMegabytes(server.Id)} MB");
        return ratio <= Bar ? 0 : 1;

        void Account(int sign)
        {
            used[0] += sign * Accounting.Seconds(server.Id);
            used[1] += sign * Accounting.SecondsOfFamily(postmaster);
            used[2] += sign * Accounting.Seconds(abuse.Id);
        }
    }

    // Ten batches in the time of each second at most: it waits between them as a vendor does whose learners finish one by one.
    private static async Task<List<double>> Quiet(HttpClient vendor, string name, int seconds)
    {
        var times = new List<double>();
        var end = Stopwatch.StartNew();
        for (var n = 0; end.Elapsed.TotalSeconds < seconds; n++)
        {
            using var content = Content(Body($"{name}-{n}-", QuietRows), "application/json");
            var started = Stopwatch.GetTimestamp();
            using var answer = await vendor.PostAsync(new Uri("/v1/completions", UriKind.Relative), content);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await Task.Delay(100);
        }

        return times;
    }

    /// <summary>The abusive vendor itself: sends between two lines of its input, then says how many sends were taken and refused.</summary>
    internal static async Task<int> Abuse(string url, string token, string name)
    {
        var kind = Kind(name);
        var bodies = Enumerable.Range(0, kind.Connections).Select(_ => new Numbered(kind)).ToList();
        Console.WriteLine();
        while (await Console.In.ReadLineAsync(CancellationToken.None) is not null)
        {
            using var vendor = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = kind.Connections }) { BaseAddress = new Uri(url) };
            vendor.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var stop = new CancellationTokenSource();
            var time = Stopwatch.StartNew();
            var sending = Task.WhenAll(bodies.Select(body => Abuse(vendor, kind, body, stop.Token)));
            Console.WriteLine();
            await Console.In.ReadLineAsync(CancellationToken.None);
            await stop.CancelAsync();
            time.Stop();
            var sent = await sending;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent.Sum(s => s.Taken)} {sent.Sum(s => s.Refused)} {time.Elapsed.TotalSeconds}"));
        }

        return 0;
    }

    private static async Task<(int Taken, int Refused)> Abuse(HttpClient vendor, Flood kind, Numbered body, CancellationToken stop)
    {
        var (taken, refused) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var content = Content(body.Next(), kind.Type);
                using var answer = await vendor.PostAsync(new Uri($"/v1/completions{kind.Query}", UriKind.Relative), content, stop);
                if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    refused++;
                    await Task.Delay(200, stop);
                }
                else
                    taken += answer.IsSuccessStatusCode ? 1 : throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(stop));
            }
            catch (HttpRequestException)
            {
                refused++;
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return (taken, refused);
    }

    private static Flood Kind(string name) => Kinds.FirstOrDefault(k => k.Name == name) ?? throw new ArgumentException($"«{name}» is none of {string.Join(", ", Kinds.Select(k => k.Name))}.");

    private static ByteArrayContent Content(byte[] body, string type) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private static byte[] Body(string prefix, int rows, string course = "KNS-CD-01", bool isArray = true)
    {
        var lines = Enumerable.Range(0, rows).Select(i =>
            $$"""{"id":"{{prefix}}{{i}}","learner":{"id":"{{prefix}}{{i / 2}}"},"locality":"05953","course":"{{course}}","audience":"Citizens","completedAt":"2026-03-01T08:00:00+07:00","score":85,"passed":true}""");
        return Encoding.UTF8.GetBytes(isArray ? $"[{string.Join(',', lines)}]" : string.Join('\n', lines));
    }

    private static double At(List<double> times, double share) => times.Order().ElementAt((int)((times.Count - 1) * share));

    private static async Task<HttpClient> Vendor(Processes.Address server, short number)
    {
        var secret = ClientSecret.New();
        await using (var connection = new NpgsqlConnection(server.Superuser))
        {
            await connection.OpenAsync();
            await using var register = new NpgsqlCommand(
                "with a as (insert into accounts (key, kind, name, vendor_id, created_by, created_at) values ($1, 'Client', $1, $3, 'load', now()) returning id), "
                + "s as (insert into client_secrets (id, account_id, hash, created_at) select gen_random_uuid(), a.id, $2, now() from a) "
                + "insert into grants (account_id, role, tenant_id, valid_from, granted_by) select a.id, 'Vendor', l.id, now() - interval '1 minute', 'load' from a, localities l where l.code = '19'", connection);
            register.Parameters.Add(new() { Value = $"load-{number}" });
            register.Parameters.Add(new() { Value = ClientSecret.HashOf(secret) });
            register.Parameters.Add(new() { Value = number });
            await register.ExecuteNonQueryAsync();
        }

        var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = $"load-{number}", ["client_secret"] = secret });
        using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!);
        return client;
    }

    private sealed class Abuser(Process process) : IAsyncDisposable
    {
        internal int Id => process.Id;

        internal static async Task<Abuser> Start(string url, string token, string name)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["abuse", url, token, name]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
            var process = Process.Start(start)!;
            await process.StandardOutput.ReadLineAsync();
            return new Abuser(process);
        }

        internal async Task Begin()
        {
            await process.StandardInput.WriteLineAsync();
            await process.StandardOutput.ReadLineAsync();
        }

        internal async Task<(int Answered, int Refused, double Seconds)> End()
        {
            await process.StandardInput.WriteLineAsync();
            var sent = (await process.StandardOutput.ReadLineAsync())!.Split(' ');
            return (int.Parse(sent[0], CultureInfo.InvariantCulture), int.Parse(sent[1], CultureInfo.InvariantCulture), double.Parse(sent[2], CultureInfo.InvariantCulture));
        }

        public async ValueTask DisposeAsync()
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>New rows with every send: what costs most. The text is made once; the number of the send is put into its places.</summary>
    private sealed class Numbered
    {
        private const string Place = "########";

        private static int sends = Environment.ProcessId * 1_000;

        private readonly byte[] body;
        private readonly List<int> places = [];

        internal Numbered(Flood kind)
        {
            body = Body($"{Place}-", kind.Rows, kind.Course, kind.Type == "application/json");
            for (int at = 0, next; (next = body.AsSpan(at).IndexOf(Encoding.ASCII.GetBytes(Place))) >= 0; at += next + Place.Length)
                places.Add(at + next);
        }

        internal byte[] Next()
        {
            var number = Encoding.ASCII.GetBytes(Interlocked.Increment(ref sends).ToString("D8", CultureInfo.InvariantCulture));
            foreach (var at in places)
                number.CopyTo(body, at);
            return body;
        }
    }

    /// <summary>A way to send too much.</summary>
    private sealed record Flood(string Name, int Rows, int Connections)
    {
        internal string Type { get; init; } = "application/json";

        internal string Query { get; init; } = "";

        internal string Course { get; init; } = "KNS-CD-01";
    }
}
