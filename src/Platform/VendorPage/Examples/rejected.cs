using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Vendor;

public static class Mending
{
    // Rows that were not taken can be fetched again in the format they came in, each with why: mend them and send them again.
    public static async Task ShowRejected(HttpClient platform, string commune, Action<string> print)
    {
        using var sent = await platform.PostAsJsonAsync(new Uri("/v1/completions", UriKind.Relative), new[]
        {
            new
            {
                id = "lop-12/hv-3",
                learner = new { id = "hv-3" },
                locality = commune,
                course = "KNS-CD-01",
                audience = "Citizens",
                completedAt = "2026-03-01",
                score = 101,
            },
        });
        var rejected = (string)(await sent.Content.ReadFromJsonAsync<JsonObject>())!["rejectedRows"]!;
        foreach (var row in (await platform.GetFromJsonAsync<JsonArray>(rejected))!)
            foreach (var problem in row!["problems"]!.AsArray())
                print($"{row["id"]} {problem!["pointer"]} {problem["code"]} {problem["title"]} {problem["detail"]}");
    }
}
