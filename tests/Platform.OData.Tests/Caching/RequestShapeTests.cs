using Platform.OData.Parsing;
using Xunit;

namespace Platform.OData.Tests.Caching;

/// <summary>What requests have in common, and what of them is a value.</summary>
public sealed class RequestShapeTests
{
    [Theory]
    [InlineData("Plans?$filter=Number eq 'a'", "Plans?$filter=Number eq 'b c'", "b c")]
    [InlineData("Plans?$filter=Number eq 'a'", "Plans?$filter=Number eq 'it''s'", "it's")]
    [InlineData("Plans?$filter=Number eq 'a'", "Plans?$filter=Number eq ''", "")]
    [InlineData("Localities('05953')", "Localities('19')", "19")]
    [InlineData("Facts?$apply=filter(Audience eq 'x')/aggregate($count as N)", "Facts?$apply=filter(Audience eq 'y')/aggregate($count as N)", "y")]
    [InlineData("Plans(00000000-0000-7000-8000-000000000001)", "Plans(00000000-0000-7000-8000-0000000000ff)", "00000000-0000-7000-8000-0000000000ff")]
    [InlineData("Plans?$filter=Id eq 00000000-0000-7000-8000-000000000001 and Number eq 'a'", "Plans?$filter=Id eq 00000000-0000-7000-8000-000000000002 and Number eq 'b'", "00000000-0000-7000-8000-000000000002,b")]
    public void Requests_that_differ_in_literals_have_one_shape(string one, string other, string literals)
    {
        Assert.Equal(Shape(one).Text, Shape(other).Text);
        Assert.NotEqual(Shape(one).Exact, Shape(other).Exact);
        Assert.Equal(literals, string.Join(',', Shape(other).Literals));
    }

    [Theory]
    [InlineData("Plans?$filter=Number eq 'a'", "Plans?$filter=Number ne 'a'")]
    [InlineData("Plans?$filter=Number eq 'a'", "Plans?$filter=Number eq null")]
    [InlineData("Plans?$filter=Number eq 'a'", "Plans?$filter=Number eq 'a' or true")]
    [InlineData("Plans?$filter=Number eq 'a'' or ''a'", "Plans?$filter=Number eq 'a' or 'a'")]
    [InlineData("Plans?$filter=Number eq 'a'", "Plans?$filter=Number eq 00000000-0000-7000-8000-000000000001")]
    [InlineData("Plans?$filter=Number eq 'a'&$top=1", "Plans?$filter=Number eq 'a'&$top=2")]
    [InlineData("Plans?$filter=Number eq 'a'", "Plans?$filter=Number eq 'a'&$select=Number")]
    [InlineData("Plans?$search=\"a\"", "Plans?$search=\"b\"")]
    [InlineData("Facts?$filter=Day eq 2026-01-01", "Facts?$filter=Day eq 2026-01-02")]
    [InlineData("Plans?$filter=duration'PT1H' eq duration'PT1H'", "Plans?$filter=duration'PT2H' eq duration'PT2H'")]
    [InlineData("Plans?$expand=Tasks($filter=Number eq 'a')", "Plans?$expand=Tasks($filter=Number eq 'b')")]
    [InlineData("Localities('a%27b')", "Localities('a%27c')")]
    [InlineData("Plans?$filter=Number eq 'a", "Plans?$filter=Number eq 'b")]
    public void Whatever_may_decide_the_statement_is_part_of_the_shape(string one, string other) =>
        Assert.NotEqual(Shape(one).Text, Shape(other).Text);

    [Fact]
    public void Page_size_and_version_are_part_of_the_shape() =>
        Assert.NotEqual(RequestShape.Of("Plans", QueryOptions.Read(""), "V4 100").Text, RequestShape.Of("Plans", QueryOptions.Read(""), "V401 100").Text);

    [Fact]
    public void Stand_ins_are_literals_of_the_same_kind_in_the_same_places()
    {
        var (resource, options) = Shape("Plans(00000000-0000-7000-8000-000000000001)/Tasks?$filter=Number eq 'it''s' and startswith(Title,'x')").WithStandIns();
        Assert.Equal($"Plans({RequestShape.StandIn(0, typeof(Guid))})/Tasks", resource);
        Assert.Equal($"Number eq '{RequestShape.StandIn(1, typeof(string))}' and startswith(Title,'{RequestShape.StandIn(2, typeof(string))}')", options["$filter"]);
    }

    private static RequestShape Shape(string url)
    {
        var parts = url.Split('?', 2);
        return RequestShape.Of(parts[0], QueryOptions.Read(parts.Length == 1 ? "" : "?" + parts[1].Replace("%27", "%2527", StringComparison.Ordinal)), "V401 100");
    }
}
