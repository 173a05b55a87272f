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
    private const int Rounds = 3;

    /// <param name="arguments">Seconds of each round; a folder whose data is kept for the next run; part of a question's name.</param>
    internal static async Task<int> Run(string[] arguments)
    {
        var seconds = arguments.Length > 0 ? double.Parse(arguments[0], CultureInfo.InvariantCulture) : 5;
        using var scratch = new Scratch();
        var folder = arguments.Length > 1 ? arguments[1] : scratch.Path;
        await using (var product = await Server.Start("product", folder))
        {
            await Country.Fill(product.Address.Superuser, Console.WriteLine);
            await using var bare = await Server.Start("bare", product.Address.Superuser);
            await Compare(product, bare, seconds, arguments.Length > 2 ? arguments[2] : "");
        }

        return 0;
    }

    private static async Task Compare(Server product, Server bare, double seconds, string name)
    {
        var subjects = await Subjects(product.Address.Superuser);
        var postmaster = Accounting.Postmaster(product.Address.Superuser);
        Console.WriteLine($"{Side.Clients} clients, {Rounds} rounds of {seconds} s each; requests per second, and milliseconds of processor time a request (server + database)");
        foreach (var question in Question.All.Where(question => question.Name.Contains(name, StringComparison.Ordinal)))
        {
            var token = await Token(product.Address, question.Caller);
            var ours = new Side(product, postmaster, token, question.Paths(subjects));
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

    internal static async Task<List<object[]>> Subjects(string connection)
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
}
