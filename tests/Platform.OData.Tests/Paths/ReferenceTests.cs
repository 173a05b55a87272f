using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Paths;

public sealed class ReferenceTests(Province province)
{
    private const string Plan = "Plans(00000000-0000-7000-8000-000000000001)";

    [Fact]
    public async Task References_stand_for_the_entities_of_a_collection()
    {
        var page = await province.Json("Targets/$ref?$filter=Year eq 2026&$count=true", ("Prefer", "odata.maxpagesize=3"));
        Assert.EndsWith("$metadata#Collection($ref)", (string)page["@odata.context"]!);
        Assert.Equal(4, (long)page["@odata.count"]!);
        Assert.Equal("Targets(1),Targets(2),Targets(3)", Province.Join(page["value"]!.AsArray(), "@odata.id").Replace(province.Root, "", StringComparison.Ordinal));
        Assert.Equal(province.Root + "Targets(5)", await province.List((string)page["@odata.nextLink"]!, "@odata.id"));
    }

    [Theory]
    [InlineData(Plan + "/$ref", Plan)]
    [InlineData(Plan + "/Locality/$ref", "Localities(1)")]
    [InlineData(Plan + "/Targets(2)/$ref", "Targets(2)")]
    [InlineData("Assignments(TaskId=11,Agency='S%E1%BB%9F%20KH%26CN')/$ref", "Assignments(TaskId=11,Agency='S%E1%BB%9F%20KH%26CN')")]
    public async Task A_reference_stands_for_one_entity(string url, string id)
    {
        var answer = await province.Json(url);
        Assert.EndsWith("$metadata#$ref", (string)answer["@odata.context"]!);
        Assert.Equal(province.Root + id, ((string)answer["@odata.id"]!).Replace("%27", "'", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await province.Send((string)answer["@odata.id"]!)).StatusCode);
    }

    [Fact]
    public async Task There_is_no_reference_to_nothing()
    {
        await province.Text(Plan + "/Implements/$ref", HttpStatusCode.NoContent);
        await province.Error("Plans(00000000-0000-7000-8000-00000000ffff)/$ref", HttpStatusCode.NotFound);
        await province.Error(Plan + "/Targets(4)", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("$entity?$id=Targets(4)&$select=Value")]
    [InlineData("$entity?$select=Value&$id={root}Targets(4)")]
    [InlineData("$ENTITY?id=Targets/4&select=Value")]
    public async Task An_entity_is_read_by_its_id(string url)
    {
        var target = await province.Json(url.Replace("{root}", province.Root, StringComparison.Ordinal));
        Assert.Equal(50.1m, (decimal)target["Value"]!);
        Assert.EndsWith("$metadata#Targets(Value)/$entity", (string)target["@odata.context"]!);
    }

    [Fact]
    public async Task An_id_may_be_cast_to_its_own_type_only()
    {
        Assert.Equal(50.1m, (decimal)(await province.Json("$entity/Test.Analytics.Target?$id=Targets(4)"))["Value"]!);
        using var other = await province.Send("$entity/Test.Analytics.Plan?$id=Targets(4)");
        Assert.True((int)other.StatusCode is 400 or 404 or 501);
    }

    [Theory]
    [InlineData("$entity", HttpStatusCode.BadRequest)]
    [InlineData("$entity?$id=Targets", HttpStatusCode.BadRequest)]
    [InlineData("$entity?$id=Targets(99)", HttpStatusCode.NotFound)]
    [InlineData("$entity?$id=http://elsewhere/odata/Targets(4)", HttpStatusCode.NotFound)]
    [InlineData("$entity?$id=$entity", HttpStatusCode.NotFound)]
    [InlineData("Targets?$id=Targets(4)", HttpStatusCode.NotImplemented)]
    public async Task An_id_must_be_of_an_entity(string url, HttpStatusCode expected) => await province.Error(url, expected);

    [Theory]
    [InlineData("Plans(Id=@k)?@k=00000000-0000-7000-8000-000000000001", "Number", "05-KH/BCĐ")]
    [InlineData("Plans(@k)/Locality?@k=00000000-0000-7000-8000-000000000001", "Code", "19")]
    [InlineData("Assignments(TaskId=@t,Agency=@a)?@t=11&@a='S%E1%BB%9F%20KH%26CN'", "Role", "Lead")]
    public async Task A_key_may_be_given_by_alias(string url, string member, string expected) =>
        Assert.Equal(expected, (string)(await province.Json(url))[member]!);

    [Theory]
    [InlineData("Assignments(TaskId=11,Agency=@a)?@a='x/y%5Cz%00'", HttpStatusCode.NotFound)]
    [InlineData("Plans(Id=@k)", HttpStatusCode.BadRequest)]
    [InlineData("Plans(Id=@k)?@k=@k", HttpStatusCode.BadRequest)]
    public async Task An_alias_of_a_key_needs_a_fitting_value(string url, HttpStatusCode expected) => await province.Error(url, expected);

    [Fact]
    public async Task Casting_to_the_own_type_changes_nothing() =>
        Assert.Equal("1,2", await province.List(Plan + "/Test.Analytics.Plan/Targets/Test.Analytics.Target", "Id"));
}
