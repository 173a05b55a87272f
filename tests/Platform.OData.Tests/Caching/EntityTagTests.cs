using System.Net;
using System.Text.Json.Nodes;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Caching;

public sealed class EntityTagTests(Province province)
{
    [Theory]
    [InlineData("Targets(4)")]
    [InlineData("Targets(4)/Value")]
    [InlineData("Targets(4)/Value/$value")]
    [InlineData("Targets?$filter=Year eq 2026")]
    [InlineData("Targets/$count")]
    [InlineData("$metadata")]
    [InlineData("")]
    public async Task What_the_client_has_is_not_sent_again(string url)
    {
        using var first = await province.Send(url);
        var tag = first.Headers.ETag!;
        Assert.True(tag.IsWeak);
        Assert.Equal(first.Content.Headers.ContentLength, (await first.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).LongLength);
        foreach (var known in new[] { tag.ToString(), "\"other\", " + tag, "*" })
        {
            using var again = await province.Send(url, headers: ("If-None-Match", known));
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Equal(tag, again.Headers.ETag);
            Assert.Empty(await again.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
        using var changed = await province.Send(url, headers: ("If-None-Match", "W/\"other\""));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task Another_representation_has_another_tag()
    {
        using var plain = await province.Send("Targets(4)");
        using var full = await province.Send("Targets(4)", headers: ("Accept", "application/json;odata.metadata=full"));
        Assert.NotEqual(plain.Headers.ETag, full.Headers.ETag);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?$select=Number")]
    [InlineData("?$format=application/json;odata.metadata=full")]
    public async Task The_header_of_a_versioned_entity_is_its_own_tag(string options)
    {
        var url = $"Plans({Vietnam.KhaSonPlan}){options}";
        using var response = await province.Send(url);
        var own = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["@odata.etag"]!;
        Assert.Equal(own, response.Headers.ETag!.ToString());
        using var again = await province.Send(url, headers: ("If-None-Match", own));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Theory]
    [InlineData("?$expand=Targets")]
    [InlineData("?$compute=now() as Now&$select=Number,Now")]
    public async Task What_changes_without_the_entity_is_not_tagged_by_its_version(string options)
    {
        var url = $"Plans({Vietnam.KhaSonPlan}){options}";
        using var response = await province.Send(url);
        var own = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["@odata.etag"]!;
        Assert.NotEqual(own, response.Headers.ETag!.ToString());
        using var again = await province.Send(url, headers: ("If-None-Match", own));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData("Plans(00000000-0000-7000-8000-000000000002)")]
    [InlineData("Targets(4)/Value")]
    [InlineData("Targets")]
    public async Task Another_version_than_the_one_wanted_is_not_sent(string url)
    {
        using var first = await province.Send(url);
        foreach (var wanted in new[] { first.Headers.ETag!.ToString(), "W/\"zzz\", " + first.Headers.ETag, "*" })
            Assert.Equal(HttpStatusCode.OK, (await province.Send(url, headers: ("If-Match", wanted))).StatusCode);
        using var refused = await province.Send(url, headers: ("If-Match", "W/\"zzz\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
        Assert.Equal("OD-2005", (string)JsonNode.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!["code"]!);
    }

    [Fact]
    public async Task An_error_has_no_tag()
    {
        using var response = await province.Send("Targets(99)", headers: ("If-None-Match", "*"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Null(response.Headers.ETag);
    }
}
