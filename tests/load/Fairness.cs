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
/// What an abusive vendor costs the others: the time of a quiet vendor's batches of 1,000 alone and beside one that sends batches of 5,000 over
/// 32 connections as fast as it can and does not care about being refused. In turn, three times, on one server with the default limits.
/// </summary>
internal static class Fairness
{
    private const int Rounds = 3, Connections = 32, QuietRows = 1_000, NoisyRows = 5_000;
    private const double Bar = 1.2;

    internal static async Task<int> Run(int seconds)
    {
        var folder = Directory.CreateTempSubdirectory("platform-fairness-").FullName;
        try
        {
            await using var server = await Server.Start("product", folder);
            using var quiet = await Vendor(server.Address, 201);
            using var noisy = await Vendor(server.Address, 202);
            var bodies = Enumerable.Range(0, 40).Select(i => Body($"noisy-{i}-", NoisyRows)).ToList();
            await Quiet(quiet, "warm", 5);
            var (alone, beside, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 1; round <= Rounds; round++)
            {
                var before = await Quiet(quiet, $"alone-{round}", seconds);
                using var stop = new CancellationTokenSource();
                var abuse = Task.WhenAll(Enumerable.Range(0, Connections).Select(n => Abuse(noisy, bodies, n, stop.Token)));
                await Task.Delay(TimeSpan.FromSeconds(5), CancellationToken.None); // what it had saved up is spent
                var clock = Stopwatch.StartNew();
                var during = await Quiet(quiet, $"beside-{round}", seconds);
                await stop.CancelAsync();
                var noise = await abuse;
                alone.AddRange(before);
                beside.AddRange(during);
                ratios.Add(At(during, 0.95) / At(before, 0.95));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"round {round}: quiet p50 {At(before, 0.5):N0} → {At(during, 0.5):N0} ms, p95 {At(before, 0.95):N0} → {At(during, 0.95):N0} ms ({ratios[^1]:N2}×); abusive: {noise.Sum(n => n.Taken) * NoisyRows / (clock.Elapsed.TotalSeconds + 5):N0} rows/s taken, {noise.Sum(n => n.Refused):N0} sends refused"));
            }

            var ratio = At(beside, 0.95) / At(alone, 0.95);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"p95 of the quiet vendor: {At(alone, 0.95):N0} ms alone, {At(beside, 0.95):N0} ms beside the abusive one: {ratio:N2}× (bar {Bar:N1}×)"));
            Console.WriteLine($"largest resident memory of the server: {Accounting.PeakMegabytes(server.Id)} MB");
            return ratio <= Bar ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Ten batches in the time of each second at most: it waits between them as a vendor does whose learners finish one by one.
    private static async Task<List<double>> Quiet(HttpClient vendor, string name, int seconds)
    {
        var times = new List<double>();
        var end = Stopwatch.StartNew();
        for (var n = 0; end.Elapsed.TotalSeconds < seconds; n++)
        {
            using var content = Content(Body($"{name}-{n}-", QuietRows));
            var started = Stopwatch.GetTimestamp();
            using var answer = await vendor.PostAsync(new Uri("/v1/completions", UriKind.Relative), content);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await Task.Delay(100);
        }

        return times;
    }

    private static async Task<(int Taken, int Refused)> Abuse(HttpClient vendor, List<byte[]> bodies, int n, CancellationToken stop)
    {
        var (taken, refused) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var content = Content(bodies[n++ % bodies.Count]);
                using var answer = await vendor.PostAsync(new Uri("/v1/completions", UriKind.Relative), content, stop);
                if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    refused++;
                    await Task.Delay(200, stop);
                }
                else
                    taken++;
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

    private static ByteArrayContent Content(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static byte[] Body(string prefix, int rows) => Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Range(0, rows).Select(i =>
        $$"""{"id":"{{prefix}}{{i}}","learner":{"id":"{{prefix}}{{i / 2}}"},"locality":"05953","course":"KNS-CD-01","audience":"Citizens","completedAt":"2026-03-01T08:00:00+07:00","score":85,"passed":true}""")) + "]");

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

        var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Connections }) { BaseAddress = new Uri(server.Url) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = $"load-{number}", ["client_secret"] = secret });
        using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!);
        return client;
    }
}
