using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Vendor;

public static class SigningIn
{
    public static async Task<string> Token(HttpClient platform, string clientId, string clientSecret)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = clientId,
            ["client_secret"] = clientSecret,
        });
        using var answer = await platform.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        answer.EnsureSuccessStatusCode();
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["access_token"]!;
    }
}
