using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace Platform.Load;

/// <summary>
/// Asks each question of both servers in turn, with eight clients, and prints what a request costs each: by the clock, and in processor
/// time of the server and the database together, which other work on the machine disturbs less.
/// </summary>
internal static class Comparison
{
    private const int Clients = 8, Rounds = 3;

    /// <param name="arguments">Seconds of each round; a folder whose data is kept for the next run; part of a question's name.</param>
    internal static async Task<int> Run(string[] arguments)
    {
        var seconds = arguments.Length > 0 ? double.Parse(arguments[0], CultureInfo.InvariantCulture) : 5;
        var folder = arguments.Length > 1 ? arguments[1] : Directory.CreateTempSubdirectory("platform-load-").FullName;
        await using (var product = await Server.Start("product", folder))
        {
            await Country.Fill(product.Address.Superuser, Console.WriteLine);
            await using var bare = await Server.Start("bare", product.Address.Superuser);
            await Compare(product, bare, seconds, arguments.Length > 2 ? arguments[2] : "");
        }

        if (arguments.Length < 2)
            Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task Compare(Server product, Server bare, double seconds, string name)
    {
        var subjects = await Subjects(product.Address.Superuser);
        var postmaster = Accounting.Postmaster(product.Address.Superuser);
        Console.WriteLine($"{Clients} clients, {Rounds} rounds of {seconds} s each; requests per second, and milliseconds of processor time a request (server + database)");
        foreach (var question in Question.All.Where(question => question.Name.Contains(name, StringComparison.Ordinal)))
        {
            var token = await Token(product.Address, question.Caller);
            var ours = new Side(product, postmaster, token, [.. subjects.Select(each => "/odata/" + string.Format(CultureInfo.InvariantCulture, question.Url, each).Replace(" ", "%20", StringComparison.Ordinal))]);
            var theirs = new Side(bare, postmaster, null, [.. subjects.Select(each => $"/{question.Name}?1={each[0]}&2={each[1]}&3={each[2]}")]);
            foreach (var side in (Side[])[ours, theirs, ours, theirs])
                await side.Round(Math.Min(seconds, 3), isWarmUp: true);
            for (var round = 0; round < Rounds; round++)
            {
                await ours.Round(seconds);
                await theirs.Round(seconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{question.Name,-20} OData {ours.Rate,8:N0}/s {ours.Milliseconds}   bare SQL {theirs.Rate,8:N0}/s {theirs.Milliseconds}   by the clock {theirs.Rate / ours.Rate:N2}, by processor time {ours.Processor / theirs.Processor:N2} times the cost{(question.Bar is { } bar ? $" (bar {bar:N1})" : "")}"));
        }

        Console.WriteLine($"largest resident memory: product {Accounting.PeakMegabytes(product.Id)} MB, bare server {Accounting.PeakMegabytes(bare.Id)} MB");
    }

    private static async Task<List<object[]>> Subjects(string connection)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(Question.Subjects);
        await using var reader = await command.ExecuteReaderAsync();
        var subjects = new List<object[]>();
        while (await reader.ReadAsync())
            subjects.Add([reader.GetValue(0), reader.GetValue(1), reader.GetValue(2)]);
        return subjects;
    }

    internal static async Task<string> Token(Processes.Address product, string caller)
    {
        using var client = new HttpClient { BaseAddress = new Uri(product.Url) };
        var credentials = JsonNode.Parse(await File.ReadAllTextAsync(product.Credentials))!["clients"]![caller]!;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = (string)credentials["clientId"]!,
            ["client_secret"] = (string)credentials["clientSecret"]!,
        });
        using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!;
    }

    /// <summary>One of the two servers and what its rounds have cost so far.</summary>
    private sealed class Side(Server server, int postmaster, string? token, string[] paths)
    {
        private readonly List<double> rates = [], costs = [], inServer = [];

        internal double Rate => Median(rates);

        internal double Processor => Median(costs);

        internal string Milliseconds => string.Create(CultureInfo.InvariantCulture, $"{Processor,6:N3} ({Median(inServer):N3} + {Processor - Median(inServer):N3})");

        internal async Task Round(double seconds, bool isWarmUp = false)
        {
            var (before, database) = (Accounting.Seconds(server.Id), Accounting.SecondsOfFamily(postmaster));
            var started = Stopwatch.GetTimestamp();
            var end = started + (long)(seconds * Stopwatch.Frequency);
            var done = (await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Factory.StartNew(() => Ask(number, end), TaskCreationOptions.LongRunning)))).Sum();
            var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (isWarmUp)
                return;
            var (own, databases) = (Accounting.Seconds(server.Id) - before, Accounting.SecondsOfFamily(postmaster) - database);
            rates.Add(done / elapsed);
            costs.Add((own + databases) * 1000 / done);
            inServer.Add(own * 1000 / done);
        }

        private int Ask(int number, long end)
        {
            using var client = new Client(new Uri(server.Address.Url), token);
            var requests = paths.Select(client.Request).ToArray();
            var done = 0;
            for (; Stopwatch.GetTimestamp() < end; done++)
                client.Ask(requests[((number * 7) + done) % requests.Length]);
            return done;
        }

        private static double Median(List<double> figures) => figures.Order().ElementAt(figures.Count / 2);
    }
}
