using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Http;

namespace Platform.Tests;

/// <summary>How tests speak HTTP: send, check the status, read the JSON.</summary>
internal static class Calls
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>GET that must answer 200 with a JSON object.</summary>
    internal static async Task<JsonObject> Read(this HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return await answer.Body(HttpStatusCode.OK);
    }

    /// <summary>The rows of a list or of an OData answer.</summary>
    internal static async Task<List<JsonObject>> Rows(this HttpClient client, string path)
    {
        var answer = await client.Read(path);
        return [.. (answer["items"] ?? answer["value"])!.AsArray().Select(r => r!.AsObject())];
    }

    /// <summary>Sends a JSON body; a string is sent as it is.</summary>
    internal static Task<HttpResponseMessage> Send(this HttpClient client, HttpMethod method, string path, object? body = null)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is string text)
            request.Content = new StringContent(text, System.Text.Encoding.UTF8, "application/json");
        else if (body is not null)
            request.Content = JsonContent.Create(body, options: Json.Options);
        return client.SendAsync(request, Cancellation);
    }

    /// <summary>The JSON object of an answer with the status expected.</summary>
    internal static async Task<JsonObject> Body(this HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} instead of {(int)status}: {text[..Math.Min(text.Length, 600)]}{((int)answer.StatusCode >= 500 ? $"\n{ServerFaults.Text}" : "")}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>An RFC 9457 problem with the number expected; under /odata an error in OData's form with that number.</summary>
    internal static async Task<JsonObject> Problem(this Task<HttpResponseMessage> sent, ProblemKind kind)
    {
        using var answer = await sent;
        var problem = await answer.Body((HttpStatusCode)kind.Status);
        if (answer.RequestMessage!.RequestUri!.AbsolutePath.StartsWith("/odata", StringComparison.Ordinal))
        {
            var error = problem["error"]!.AsObject();
            Assert.Equal(("application/json", kind.Code), (answer.Content.Headers.ContentType?.MediaType, error.Text("code")));
            Assert.NotEmpty(answer.Headers.GetValues("OData-Version"));
            return error;
        }

        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(kind.Code, problem["code"]!.GetValue<string>());
        Assert.Equal(kind.Status, problem["status"]!.GetValue<int>());
        Assert.Equal($"/problems/{kind.Code}", problem["type"]!.GetValue<string>());
        return problem;
    }

    /// <summary>A property as text; null where it is null.</summary>
    internal static string? Text(this JsonObject row, string name) =>
        row.TryGetPropertyValue(name, out var value) ? value?.ToString() : throw new KeyNotFoundException($"{name} is not in {row.ToJsonString()}");

    /// <summary>A property as number; null where it is null.</summary>
    internal static decimal? Number(this JsonObject row, string name) =>
        row.TryGetPropertyValue(name, out var value) ? value?.GetValue<decimal>() : throw new KeyNotFoundException($"{name} is not in {row.ToJsonString()}");
}
