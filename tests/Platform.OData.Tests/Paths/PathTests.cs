using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Paths;

public sealed class PathTests(Province province)
{
    private const string Plan = "Plans(00000000-0000-7000-8000-000000000001)";

    [Theory]
    [InlineData("Targets(4)")]
    [InlineData("Targets(Id=4)")]
    [InlineData("Targets/4")]
    [InlineData("targets(4)")]
    public async Task An_entity_is_read_by_its_key(string url)
    {
        var target = await province.Json(url);
        Assert.Equal(50.1m, (decimal)target["Value"]!);
        Assert.EndsWith("$metadata#Targets/$entity", (string)target["@odata.context"]!);
    }

    [Theory]
    [InlineData("Assignments(TaskId=11,Agency='T%E1%BB%89nh%20%C4%91o%C3%A0n')", "Coordinate")]
    [InlineData("Assignments(Agency='S%E1%BB%9F%20KH%26CN',TaskId=11)", "Lead")]
    [InlineData("Assignments/11/T%E1%BB%89nh%20%C4%91o%C3%A0n", "Coordinate")]
    [InlineData("assignments/11/S%E1%BB%9F%20KH%26CN", "Lead")]
    [InlineData("Plans/00000000-0000-7000-8000-000000000001/Tasks/12/Assignments/12/S%E1%BB%9F%20GD%26%C4%90T", "Lead")]
    public async Task A_composite_key_is_named_and_may_hold_any_text(string url, string role) =>
        Assert.Equal(role, (string)(await province.Json(url))["Role"]!);

    [Fact]
    public async Task A_property_is_an_answer_of_its_own()
    {
        var answer = await province.Json("Targets(4)/Value");
        Assert.Equal(50.1m, (decimal)answer["value"]!);
        Assert.EndsWith("$metadata#Targets(4)/Value", (string)answer["@odata.context"]!);
    }

    [Theory]
    [InlineData("Targets(4)/Value/$value", "50.1")]
    [InlineData("Localities(5)/Name/$value", "Ngọk Bay")]
    [InlineData(Plan + "/IsProvincial/$value", "true")]
    [InlineData(Plan + "/IssuedOn/$value", "2026-02-03")]
    [InlineData(Plan + "/ChangedAt/$value", "2026-03-01T09:30:15Z")]
    [InlineData("Targets/$count", "5")]
    [InlineData("Targets/$count?$filter=Year eq 2026", "4")]
    [InlineData(Plan + "/Targets/$count", "2")]
    [InlineData("Localities/$count?$search=kha", "1")]
    [InlineData("Plans/$filter(@f)/$count?@f=IsProvincial", "1")]
    [InlineData("Facts/$count?$apply=groupby((Audience))", "2")]
    [InlineData("Facts/$count?$filter=Id gt 100", "0")]
    public async Task A_raw_value_is_plain_text(string url, string expected)
    {
        using var response = await province.Send(url);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(Plan + "/Targets", "Id", "1,2")]
    [InlineData(Plan + "/Targets?$filter=Audience eq 'Students'", "Id", "2")]
    [InlineData("Localities(1)/Children?$orderby=Name", "Code", "05830,05953")]
    [InlineData("Tasks(11)/Plan/Targets", "Id", "1,2")]
    [InlineData("Localities(2)/Plans", "Id", "")]
    public async Task A_collection_is_reached_over_a_navigation(string url, string member, string expected) =>
        Assert.Equal(expected, await province.List(url, member));

    [Fact]
    public async Task One_entity_is_reached_over_a_navigation()
    {
        var answer = await province.Json("Plans(00000000-0000-7000-8000-000000000002)/Implements/Locality");
        Assert.Equal("19", (string)answer["Code"]!);
        Assert.EndsWith("$metadata#Localities/$entity", (string)answer["@odata.context"]!);
    }

    [Theory]
    [InlineData(Plan + "/Implements")]
    [InlineData("Targets(3)/Actual")]
    [InlineData("Targets(3)/Actual/$value")]
    public async Task What_is_null_has_no_content(string url) => await province.Text(url, HttpStatusCode.NoContent);

    [Theory]
    [InlineData("Targets(99)", "OD-1004")]
    [InlineData("Targets(99)/Value", "OD-1004")]
    [InlineData("Plans(00000000-0000-7000-8000-00000000ffff)/Targets", "OD-1004")]
    [InlineData("Plans(00000000-0000-7000-8000-00000000ffff)/Targets/$count", "OD-1004")]
    [InlineData("Plans(00000000-0000-7000-8000-00000000ffff)/Locality", "OD-1004")]
    [InlineData("Nothing", "OD-1003")]
    [InlineData("Targets(1)/Nothing", "OD-1003")]
    public async Task What_is_missing_is_not_found(string url, string code) =>
        Assert.Equal(code, (string)(await province.Error(url, HttpStatusCode.NotFound))["code"]!);
}
