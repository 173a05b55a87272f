using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Vendor;

public static class Pushing
{
    // platform.DefaultRequestHeaders.Authorization = new("Bearer", token);
    public static async Task Push(HttpClient platform, Action<string> print)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/completions", UriKind.Relative));
        request.Headers.Add("Idempotency-Key", "lop-12-2026-03-01-cs");
        request.Content = JsonContent.Create(new object[]
        {
            new
            {
                id = "lop-12/hv-1",
                learner = new { id = "hv-1" },
                locality = "05953",
                course = "KNS-CD-01",
                audience = "Citizens",
                completedAt = "2026-03-01T08:00:00+07:00",
                score = 85,
                passed = true,
            },
            new
            {
                id = "lop-12/hv-2",
                learner = new { id = "hv-2" },
                locality = "05953",
                course = "KHONG-CO",
                audience = "Citizens",
                completedAt = "2026-03-01T08:00:00+07:00",
            },
        });
        using var answer = await platform.SendAsync(request);
        if (answer.Headers.RetryAfter is { Delta: { } wait })
            throw new InvalidOperationException($"Come again in {wait.TotalSeconds} s.");
        answer.EnsureSuccessStatusCode();
        foreach (var row in (await answer.Content.ReadFromJsonAsync<JsonObject>())!["results"]!.AsArray())
            print($"{row!["id"]} {row["outcome"]} {row["problems"]?[0]?["code"]}");
    }
}
