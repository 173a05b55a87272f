using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Paging;

public sealed class PagingTests(Province province)
{
    [Theory]
    [InlineData("Targets", "1,2|3,4|5")]
    [InlineData("Targets?$orderby=Value desc", "2,1|3,5|4")]
    [InlineData("Targets?$orderby=Actual", "3,5|1,4|2")]
    [InlineData("Targets?$orderby=Actual desc", "2,4|1,5|3")]
    [InlineData("Targets?$orderby=Weight,Value", "3,4|5,2|1")]
    [InlineData("Targets?$orderby=Plan/Number desc,Id desc", "5,4|2,1|3")]
    [InlineData("Targets?$orderby=Audience desc", "2,1|3,4|5")]
    [InlineData("Targets?$skip=1", "2,3|4,5")]
    [InlineData("Targets?$top=3", "1,2|3")]
    [InlineData("Targets?$top=2", "1,2")]
    [InlineData("Targets?$filter=Year eq 2026&$top=4&$skip=1&$orderby=Value", "1,3|2")]
    public async Task Pages_follow_each_other_without_gap_or_overlap(string url, string expected)
    {
        var pages = new List<string>();
        for (var next = url; next is not null;)
        {
            var page = await province.Json(next, ("Prefer", "odata.maxpagesize=2"));
            pages.Add(Province.Join(page["value"]!.AsArray(), "Id"));
            next = (string?)page["@odata.nextLink"];
        }
        Assert.Equal(expected, string.Join('|', pages));
    }

    [Fact]
    public async Task The_applied_page_size_is_confirmed()
    {
        using var response = await province.Send("Targets", headers: ("Prefer", "odata.maxpagesize=2"));
        Assert.Equal("odata.maxpagesize=2", response.Headers.GetValues("Preference-Applied").Single());
    }

    [Fact]
    public async Task A_token_is_refused_when_altered_or_taken_to_another_query()
    {
        var next = (string)(await province.Json("Targets?$filter=Year eq 2026", ("Prefer", "maxpagesize=1")))["@odata.nextLink"]!;
        foreach (var forged in new[] { next + "x", next.Replace("2026", "2025", StringComparison.Ordinal), "Targets?$skiptoken=", "Targets?$skiptoken=!!" })
            Assert.Equal("OD-1006", (string)(await province.Error(forged))["code"]!);
    }
}
