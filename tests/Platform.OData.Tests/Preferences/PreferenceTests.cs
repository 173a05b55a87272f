using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Preferences;

public sealed class PreferenceTests(Province province)
{
    [Theory]
    [InlineData("odata.include-annotations=\"*\"", "odata.include-annotations=\"*\"")]
    [InlineData("include-annotations=\"a.*,-b.*\", maxpagesize=2", "odata.maxpagesize=2,odata.include-annotations=\"a.*,-b.*\"")]
    [InlineData("omit-values=nulls", "omit-values=nulls")]
    [InlineData("odata.maxpagesize=5;x=y", "odata.maxpagesize=5")]
    [InlineData("respond-async, odata.maxpagesize=0, nonsense=\"", "")]
    public async Task What_is_applied_is_confirmed(string preferences, string applied)
    {
        using var response = await province.Send("Targets", headers: ("Prefer", preferences));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(applied, response.Headers.TryGetValues("Preference-Applied", out var values) ? string.Join(',', values) : "");
    }

    [Fact]
    public async Task Nulls_are_left_out_on_demand()
    {
        var target = await province.Json("Targets(3)?$select=Id,Actual", ("Prefer", "omit-values=nulls"), ("Accept", "application/json;odata.metadata=none"));
        Assert.Equal("""{"Id":3}""", target.ToJsonString());
    }

    [Fact]
    public async Task Options_may_be_posted_when_the_url_would_be_too_long()
    {
        using var response = await province.Post("Targets/$query", "$filter=Year eq 2025&$select=Id", "text/plain", ("Accept", "application/json;odata.metadata=none"));
        Assert.Equal("""{"value":[{"Id":4}]}""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var wrong = await province.Post("Targets/$query", "{}", "application/json");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, wrong.StatusCode);
    }

    [Fact]
    public async Task The_next_page_of_posted_options_is_an_ordinary_link()
    {
        using var response = await province.Post("Targets/$query", "$filter=Year%20eq%202026&$select=Id", "text/plain", ("Prefer", "odata.maxpagesize=3"));
        var page = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("5", await province.List((string)page["@odata.nextLink"]!, "Id"));
    }
}
