using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Suppression;

/// <summary>The small world served with figures about people below eight left out.</summary>
public sealed class SuppressionTests : IAsyncLifetime, IDisposable
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
        app.MapOData("/odata", Vietnam.Model, new ODataOptions { SuppressBelow = 8 }, _ => world);
        await app.StartAsync();
    }

    public void Dispose() => client.Dispose();

    public async ValueTask DisposeAsync() => await app!.DisposeAsync();

    private async Task<string> Rows(string url)
    {
        var text = await client.GetStringAsync($"{app!.Urls.First()}/odata/{url}&$format=application/json;odata.metadata=none", TestContext.Current.CancellationToken);
        return JsonNode.Parse(text)!["value"]!.ToJsonString();
    }

    [Theory]
    [InlineData("Facts?$select=Learners&$orderby=Id", """[{"Learners":10},{"Learners":20},{"Learners":30},{"Learners":null},{"Learners":null}]""")]
    [InlineData("Facts?$select=Id&$filter=Learners lt 8", "[]")]
    [InlineData("Facts?$select=Id&$filter=Learners eq null&$orderby=Id", """[{"Id":4},{"Id":5}]""")]
    [InlineData("Facts?$select=Id,L&$compute=Learners mul 1 as L&$filter=Id eq 4", """[{"Id":4,"L":null}]""")]
    [InlineData("Localities?$select=Id&$filter=Id eq 1&$expand=Plans($select=Number)", """[{"Id":1,"Plans":[{"Number":"05-KH/BCĐ"}]}]""")]
    public async Task Small_figures_are_nowhere_to_be_read(string url, string expected) => Assert.Equal(Escaped(expected), await Rows(url));

    [Theory]
    [InlineData("groupby((Locality/Code),aggregate(Learners with sum as N))", """[{"N":30,"Locality":{"Code":"05830"}},{"N":30,"Locality":{"Code":"05953"}},{"N":12,"Locality":{"Code":"23317"}}]""")]
    [InlineData("groupby((Day),aggregate(Learners with sum as N))", """[{"Day":"2026-01-05","N":10},{"Day":"2026-01-06","N":50},{"Day":"2026-02-01","N":null},{"Day":"2026-02-02","N":null}]""")]
    [InlineData("aggregate(Learners with sum as N,Learners with min as Least)", """[{"N":72,"Least":10}]""")]
    [InlineData("groupby((rollup($all,Audience)),aggregate(Confirmed with sum as N))", """[{"Audience":"Citizens","N":24},{"Audience":"Students","N":null},{"N":24}]""")]
    [InlineData("groupby((Day),aggregate(Learners with sum as N))/filter(N lt 8)", "[]")]
    [InlineData("filter(Id ne 5)/aggregate(Learners with sum as N)", """[{"N":null}]""")]
    [InlineData("groupby((Audience),aggregate(Learners with sum as N,$count as C))", """[{"Audience":"Citizens","N":null,"C":3},{"Audience":"Students","N":null,"C":2}]""")]
    [InlineData("groupby((Audience),filter(Learners ne null)/aggregate(Learners with sum as N))", """[{"Audience":"Citizens","N":40},{"Audience":"Students","N":20}]""")]
    [InlineData("concat(aggregate(Learners with sum as N),filter(Audience eq 'Citizens')/aggregate(Learners with sum as N))", """[{"N":72},{"N":null}]""")]
    public async Task Sums_are_made_of_all_and_left_out_when_small(string apply, string expected) => Assert.Equal(expected, await Rows("Facts?$apply=" + apply));

    private static string Escaped(string json) => JsonNode.Parse(json)!.ToJsonString();
}
