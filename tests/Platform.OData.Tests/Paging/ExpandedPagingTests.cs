using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Paging;

/// <summary>The small world served with at most one member of an expanded collection.</summary>
public sealed class ExpandedPagingTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient client = new();
    private WebApplication? app;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        var world = new Vietnam();
        app.MapOData("/odata", Vietnam.Model, new ODataOptions { MaxExpandedItems = 1 }, _ => world);
        await app.StartAsync();
    }

    public void Dispose() => client.Dispose();

    public async ValueTask DisposeAsync() => await app!.DisposeAsync();

    [Theory]
    [InlineData("Plans(00000000-0000-7000-8000-000000000001)?$expand=Targets", "Targets", "Id", "1|2")]
    [InlineData("Plans(00000000-0000-7000-8000-000000000001)?$expand=Targets($orderby=Value desc;$filter=Year eq 2026;$count=true)", "Targets", "Id", "2|1")]
    [InlineData("Plans(00000000-0000-7000-8000-000000000001)?$expand=Targets($top=1)", "Targets", "Id", "1")]
    [InlineData("Plans(00000000-0000-7000-8000-000000000001)?$expand=Targets($skip=1)", "Targets", "Id", "2")]
    [InlineData("Tasks(11)?$expand=Assignments($select=Role)", "Assignments", "Role", "Coordinate,Lead")]
    public async Task The_rest_of_an_expanded_collection_is_behind_its_next_link(string url, string navigation, string member, string expected)
    {
        var entity = await Json($"{app!.Urls.First()}/odata/{url}");
        var pages = Province.Join(entity[navigation]!.AsArray(), member);
        if ((string?)entity[navigation + "@odata.nextLink"] is { } link)
            pages += "|" + Province.Join((await Json(link))["value"]!.AsArray(), member);
        Assert.Equal(expected.Split('|', ',').Order(), pages.Split('|').Order());
    }

    [Fact]
    public async Task Collections_within_collections_are_continued_from_their_own_owner()
    {
        var plan = await Json($"{app!.Urls.First()}/odata/Plans(00000000-0000-7000-8000-000000000001)?$expand=Tasks($expand=Assignments($orderby=Role))");
        var link = (string)plan["Tasks"]![0]!["Assignments@odata.nextLink"]!;
        Assert.Contains("/Tasks(11)/Assignments?", link, StringComparison.Ordinal);
        Assert.Equal("Lead", Province.Join((await Json(link))["value"]!.AsArray(), "Role"));
    }

    private async Task<JsonNode> Json(string url) => JsonNode.Parse(await client.GetStringAsync(url, TestContext.Current.CancellationToken))!;
}
