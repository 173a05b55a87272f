using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Platform.CommandLine;

namespace Platform.Load;

/// <summary>Asks each question of both servers in turn, three times, with eight clients, and prints medians and their ratio.</summary>
internal static class Comparison
{
    private const int Clients = 8, Rounds = 3;

    internal static readonly Question[] Questions =
    [
        new("one-by-key", "Communes('05953')",
            "select l.code, l.name, l.kind, p.code as province from localities l join localities p on p.id = l.province_id where l.code = '05953'", 2.0),
        new("page-of-50", "Tasks?$filter=ProvinceCode eq '19' and ScheduleKind eq 'Ongoing'&$orderby=Number&$top=50&$select=Number,Title,ScheduleKind,LocalityCode",
            "select t.number, t.title, t.schedule_kind, l.code from tasks t join localities l on l.id = t.tenant_id join localities p on p.id = l.province_id "
            + "where p.code = '19' and t.schedule_kind = 'Ongoing' order by t.number, t.id limit 50", 2.0),
        new("province-roll-up", "CompletionFacts?$apply=filter(ProvinceCode eq '19')/groupby((LocalityCode,Audience),aggregate(Learners with sum as Learners,Completions with sum as Completions))",
            "select l.code, f.audience, sum(f.learners)::bigint as learners, sum(f.completions)::bigint as completions from completion_facts f join localities l on l.id = f.tenant_id "
            + "join localities p on p.id = l.province_id where p.code = '19' group by l.code, f.audience", 1.5),
    ];

    internal static async Task Run(DevelopmentInstance instance, WebApplication bare, int seconds)
    {
        using var odata = await SignedIn(instance);
        using var plain = new HttpClient { BaseAddress = new Uri(bare.Urls.First()) };
        Console.WriteLine($"{Clients} clients, {Rounds} rounds of {seconds} s each, median requests per second");
        foreach (var question in Questions)
        {
            var (ours, theirs) = (new List<double>(), new List<double>());
            await Rate(odata, $"/odata/{question.Url}", 1);
            await Rate(plain, $"/{question.Name}", 1);
            for (var round = 0; round < Rounds; round++)
            {
                ours.Add(await Rate(odata, $"/odata/{question.Url}", seconds));
                theirs.Add(await Rate(plain, $"/{question.Name}", seconds));
            }

            var ratio = Median(theirs) / Median(ours);
            Console.WriteLine($"{question.Name,-18} OData {Median(ours),8:N0}   bare SQL {Median(theirs),8:N0}   {ratio:N2} times the cost (bar {question.Bar:N1})");
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"largest resident memory of this process, both servers and the clients: {process.PeakWorkingSet64 / 1024 / 1024} MB");
    }

    private static async Task<double> Rate(HttpClient client, string url, int seconds)
    {
        var end = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        var started = Stopwatch.GetTimestamp();
        var done = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            var requests = 0;
            while (Stopwatch.GetTimestamp() < end)
            {
                using var answer = await client.GetAsync(new Uri(url, UriKind.Relative));
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync();
                requests++;
            }

            return requests;
        })));
        return done.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Median(List<double> figures) => figures.Order().ElementAt(figures.Count / 2);

    private static async Task<HttpClient> SignedIn(DevelopmentInstance instance)
    {
        var client = new HttpClient { BaseAddress = new Uri(instance.Address) };
        var viewer = JsonNode.Parse(await File.ReadAllTextAsync(instance.CredentialsFile))!["clients"]!["thaiNguyenViewer"]!;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = (string)viewer["clientId"]!,
            ["client_secret"] = (string)viewer["clientSecret"]!,
        });
        using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        var token = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!;
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    internal sealed record Question(string Name, string Url, string Sql, double Bar);
}
