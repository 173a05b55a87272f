using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Platform.OData.Tests.Paging;

public sealed class StreamingTests
{
    private const int Many = 20_000;

    [Fact]
    public async Task A_long_answer_arrives_whole()
    {
        await using var app = await Serve(failsAt: -1);
        using var client = new HttpClient();
        var text = await client.GetStringAsync(app.Urls.First() + "/odata/Numbers?$select=Id,Share", TestContext.Current.CancellationToken);
        Assert.Equal(Many, JsonNode.Parse(text)!["value"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_failure_on_the_way_breaks_the_connection_instead_of_ending_the_answer()
    {
        await using var app = await Serve(failsAt: Many / 2);
        using var client = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
            client.GetStringAsync(app.Urls.First() + "/odata/Numbers?$select=Id,Share", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_failure_at_the_first_row_is_a_clean_error()
    {
        await using var app = await Serve(failsAt: 0);
        using var client = new HttpClient();
        using var response = await client.GetAsync(app.Urls.First() + "/odata/Numbers?$select=Id,Share", TestContext.Current.CancellationToken);
        Assert.Contains("OD-5001", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_that_runs_too_long_is_cancelled()
    {
        await using var app = await Serve(failsAt: -1, new ODataOptions { StatementTimeout = TimeSpan.FromSeconds(1) });
        using var client = new HttpClient();
        using var response = await client.GetAsync(app.Urls.First() + "/odata/Numbers?$filter=Slow gt 0&$orderby=Slow", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains("OD-4002", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static int Sleep(int id)
    {
        if (id == 7)
            Thread.Sleep(1_500);
        return id;
    }

    private static async Task<WebApplication> Serve(int failsAt, ODataOptions? options = null)
    {
        var model = ODataModel.Create("Test").EntitySet<Number>("Numbers", "Number", set => set
            .Key("Id", number => number.Id)
            .Property("Slow", number => Sleep(number.Id))
            .Property("Share", number => 1_000_000 / (number.Id - failsAt))).Build();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapOData("/odata", model, options ?? new ODataOptions { MaxPageSize = Many }, _ => new Numbers());
        await app.StartAsync();
        return app;
    }

    private sealed record Number(int Id);

    private sealed class Numbers : IODataSource
    {
        public IQueryable<T> Query<T>(string setName) where T : class =>
            Enumerable.Range(0, Many).Select(id => new Number(id)).Cast<T>().AsQueryable();
    }
}
