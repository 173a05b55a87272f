using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

[assembly: AssemblyFixture(typeof(Platform.OData.Tests.World.Province))]

namespace Platform.OData.Tests.World;

/// <summary>A province's client: the service over the small world, on a real port, and short ways to ask it.</summary>
public sealed class Province : IAsyncLifetime
{
    private readonly HttpClient client = new();
    private WebApplication? app;

    public ODataOptions Options { get; } = new() { MaxPageSize = 100 };

    public string Root => app!.Urls.First() + "/odata/";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        var world = new Vietnam();
        app.MapOData("/odata", Vietnam.Model, Options, _ => world);
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app!.DisposeAsync();
    }

    public async Task<HttpResponseMessage> Send(string url, HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, url.StartsWith("http", StringComparison.Ordinal) ? url : Root + url);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request);
    }

    public async Task<string> Text(string url, HttpStatusCode expected = HttpStatusCode.OK, params (string Name, string Value)[] headers)
    {
        using var response = await Send(url, headers: headers);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{url} gave {(int)response.StatusCode}: {text}");
        return text;
    }

    public async Task<JsonObject> Json(string url, params (string Name, string Value)[] headers) =>
        JsonNode.Parse(await Text(url, headers: headers))!.AsObject();

    public async Task<HttpResponseMessage> Post(string url, string body, string contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Root + url) { Content = new StringContent(body) };
        request.Content.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request);
    }

    /// <summary>The answers of a JSON batch.</summary>
    public async Task<JsonArray> Batch(string requests, params (string Name, string Value)[] headers)
    {
        using var response = await Post("$batch", $$"""{"requests":[{{requests}}]}""", "application/json", headers);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!["responses"]!.AsArray();
    }

    /// <summary>The values of one member over the answer's entities, joined by commas.</summary>
    public async Task<string> List(string url, string member) => Join((await Json(url))["value"]!.AsArray(), member);

    public async Task<JsonObject> Error(string url, HttpStatusCode expected = HttpStatusCode.BadRequest, params (string Name, string Value)[] headers) =>
        JsonNode.Parse(await Text(url, expected, headers))!["error"]!.AsObject();

    public static string Join(JsonArray rows, string member) => string.Join(",", rows.Select(row =>
        row![member] is not { } value ? "null" : value.GetValueKind() == System.Text.Json.JsonValueKind.String
            ? value.GetValue<string>() : Convert.ToString(value.ToJsonString(), CultureInfo.InvariantCulture)));
}
