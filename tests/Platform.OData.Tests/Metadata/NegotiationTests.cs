using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Metadata;

public sealed class NegotiationTests(Province province)
{
    private const string OfUi5 = "application/json;odata.metadata=minimal;IEEE754Compatible=true";

    [Theory]
    [InlineData("Targets/$count", OfUi5, "5")]
    [InlineData("Targets/$count?$format=json", "*/*", "5")]
    [InlineData("Targets(4)/Value/$value", OfUi5, "50.1")]
    [InlineData("Localities(5)/Name/$value", "text/html", "Ngọk Bay")]
    public async Task A_count_or_raw_value_is_text_whatever_is_accepted(string url, string accept, string expected)
    {
        using var response = await province.Send(url, headers: ("Accept", accept));
        Assert.Equal((HttpStatusCode.OK, "text/plain"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_client_of_4_0_that_wants_the_metadata_as_JSON_is_told_what_to_send()
    {
        var error = await province.Error("$metadata?$format=json", HttpStatusCode.NotAcceptable, ("OData-MaxVersion", "4.0"));
        Assert.Contains("OData-MaxVersion: 4.01", (string)error["message"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("Dùng application/json", (string)error["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Targets")]
    [InlineData("Targets(99)")]
    [InlineData("$metadata")]
    [InlineData("Targets/$count")]
    public async Task An_answer_says_which_headers_decided_it(string url)
    {
        using var response = await province.Send(url);
        Assert.Equal(["Accept", "Accept-Language", "OData-MaxVersion", "Prefer"], response.Headers.Vary);
    }

    [Theory]
    [InlineData("en;q=0", "ý bạn là")]
    [InlineData("en;q=0, fr", "ý bạn là")]
    [InlineData("vi;q=0, en;q=0.1", "did you mean")]
    public async Task A_language_that_is_not_wanted_is_not_used(string languages, string expected) =>
        Assert.Contains(expected, (string)(await province.Error("Plans?$select=Nunber", headers: ("Accept-Language", languages)))["message"]!, StringComparison.Ordinal);

    [Fact]
    public async Task A_property_has_the_metadata_asked_for()
    {
        using var response = await province.Send("Plans(00000000-0000-7000-8000-000000000001)/IssuedOn", headers: ("Accept", "application/json;odata.metadata=full"));
        Assert.Contains("odata.metadata=full", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(text.Contains("@odata.type\":\"Date\"", StringComparison.Ordinal), text);
    }

    [Theory]
    [InlineData("Tasks?$select=Number&$expand=Plan/$ref", "#Tasks(Number,Plan())")]
    [InlineData("Plans?$select=Number&$expand=Tasks/$ref,Locality($expand=Children/$ref;$select=Name)", "#Plans(Number,Tasks(),Locality(Name,Children()))")]
    public async Task An_expanded_reference_is_named_as_the_grammar_of_context_URLs_has_it(string url, string context)
    {
        foreach (var level in new[] { "minimal", "full" })
            Assert.EndsWith(context, (string)(await province.Json(url, ("Accept", "application/json;odata.metadata=" + level)))["@odata.context"]!, StringComparison.Ordinal);
    }
}
