using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Vendor;

public static class Subscribing
{
    // Where you want to be told that an import has ended. Keep the secret: it is shown once.
    public static async Task<(string Secret, JsonObject Deliveries)> Subscribe(HttpClient platform, string url)
    {
        using var sent = await platform.PostAsJsonAsync(new Uri("/v1/webhooks", UriKind.Relative), new { url });
        var made = (await sent.Content.ReadFromJsonAsync<JsonObject>())!;
        var webhook = $"/v1/webhooks/{made["webhook"]!["id"]}";
        using var test = await platform.PostAsync(new Uri($"{webhook}/tests", UriKind.Relative), null);
        test.EnsureSuccessStatusCode();
        return ((string)made["secret"]!, (await platform.GetFromJsonAsync<JsonObject>($"{webhook}/deliveries"))!);
    }
}
