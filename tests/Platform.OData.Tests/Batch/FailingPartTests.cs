using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Batch;

/// <summary>What the service has no number for is the host's to answer, also within a batch.</summary>
public sealed class FailingPartTests
{
    [Theory]
    [InlineData("application/json", """{"requests":[{"id":"1","method":"GET","url":"Facts"},{"id":"2","method":"GET","url":"Targets/$count"}]}""")]
    [InlineData("multipart/mixed;boundary=b", "--b\r\nContent-Type: application/http\r\n\r\nGET Facts HTTP/1.1\r\n\r\n--b\r\nContent-Type: application/http\r\n\r\nGET Targets/$count HTTP/1.1\r\n\r\n--b--")]
    public async Task A_part_that_fails_unexpectedly_fails_alone(string type, string body)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapOData("/odata", Vietnam.Model, new ODataOptions { PartFailed = Answer }, _ => new Broken());
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        content.Headers.TryAddWithoutValidation("Prefer", "continue-on-error");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/odata/$batch") { Content = content, Headers = { { "Prefer", "continue-on-error" } } };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"error\":{\"code\":\"H-1\",\"message\":\"sorry\"}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Contains("OData-Version", text, StringComparison.OrdinalIgnoreCase);
        if (type == "application/json")
            Assert.Equal([500, 200], JsonNode.Parse(text)!["responses"]!.AsArray().Select(answer => (int)answer!["status"]!));
        else
            Assert.Contains("\r\n\r\n5\r\n", text, StringComparison.Ordinal);
    }

    private static Task Answer(HttpContext http, Exception failure)
    {
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return new ODataError("H-1", "sorry").Write(http);
    }

    private sealed class Broken : IODataSource
    {
        private readonly Vietnam world = new();

        public IQueryable<T> Query<T>(string setName) where T : class =>
            setName == "Facts" ? throw new IOException("secret") : world.Query<T>(setName);
    }
}
