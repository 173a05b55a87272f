using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Expand;

public sealed class ExpandTests(Province province)
{
    private const string Plan = "Plans(00000000-0000-7000-8000-000000000001)";

    [Fact]
    public async Task Collections_are_expanded_with_their_own_options()
    {
        var plan = await province.Json(Plan + "?$select=Number&$expand=Targets($filter=Value ge 80;$orderby=Value desc;$top=1;$count=true;$select=Value)");
        Assert.Equal(2, (long)plan["Targets@odata.count"]!);
        Assert.Equal("""[{"Value":100}]""", plan["Targets"]!.ToJsonString());
        Assert.False(plan.ContainsKey("Id"));
    }

    [Fact]
    public async Task Expansions_nest()
    {
        var plan = await province.Json(Plan + "?$expand=Tasks($expand=Assignments($orderby=Role;$skip=1)),Locality($select=Name)");
        Assert.Equal("Lead", (string)plan["Tasks"]![0]!["Assignments"]![0]!["Role"]!);
        Assert.Equal("Thái Nguyên", (string)plan["Locality"]!["Name"]!);
    }

    [Fact]
    public async Task A_missing_entity_is_expanded_as_null()
    {
        var plan = await province.Json(Plan + "?$expand=Implements");
        Assert.True(plan.ContainsKey("Implements"));
        Assert.Null(plan["Implements"]);
    }

    [Theory]
    [InlineData("$expand=Parent($levels=2)")]
    [InlineData("$expand=Parent($levels=max)")]
    public async Task Levels_expand_the_same_navigation_again(string expand)
    {
        var commune = await province.Json($"Localities(3)?{expand}");
        Assert.Equal("19", (string)commune["Parent"]!["Code"]!);
        Assert.Null(commune["Parent"]!["Parent"]);
        Assert.True(commune["Parent"]!.AsObject().ContainsKey("Parent"));
    }

    [Fact]
    public async Task Expansion_is_allowed_on_a_whole_set()
    {
        var plans = (await province.Json("Plans?$expand=Targets($orderby=Id)&$orderby=LocalityCode"))["value"]!.AsArray();
        Assert.Equal("0,0,2,2", string.Join(",", plans.Select(plan => plan!["Targets"]!.AsArray().Count)
            .OrderBy(count => count).Take(4).Select(count => count == 1 ? 0 : count)));
    }

    [Fact]
    public async Task References_are_expanded_instead_of_entities()
    {
        var plan = await province.Json(Plan + "?$select=Number&$expand=Targets/$ref($filter=Value gt 80;$count=true),Locality/$ref,Implements/$ref");
        Assert.Equal($$"""[{"@odata.id":"{{province.Root}}Targets(2)"}]""", plan["Targets"]!.ToJsonString());
        Assert.Equal($$"""{"@odata.id":"{{province.Root}}Localities(1)"}""", plan["Locality"]!.ToJsonString());
        Assert.Equal(1, (long)plan["Targets@odata.count"]!);
        Assert.Null(plan["Implements"]);
    }

    [Fact]
    public async Task Just_the_number_of_members_is_expanded()
    {
        var plan = await province.Json(Plan + "?$select=Number&$expand=Targets/$count($filter=Value gt 80),Tasks($select=Number;$expand=Assignments/$count)");
        Assert.Equal(1, (long)plan["Targets@odata.count"]!);
        Assert.Equal("2,1", Province.Join(plan["Tasks"]!.AsArray(), "Assignments@odata.count"));
    }

    [Fact]
    public async Task One_expanded_entity_is_there_only_when_it_fits()
    {
        var plans = await province.Json("Plans?$select=Number&$expand=Locality($filter=Code eq '19';$select=Code)&$orderby=LocalityCode");
        Assert.Single(plans["value"]!.AsArray(), plan => plan!["Locality"] is not null);
        Assert.Equal("OD-1001", (string)(await province.Error("Plans?$expand=Locality($top=1)"))["code"]!);
    }

    [Theory]
    [InlineData("Localities?$expand=Parent($expand=Parent($expand=Parent($expand=Parent($expand=Parent))))")]
    [InlineData("Localities?$expand=Parent($levels=9)")]
    public async Task Too_deep_an_expansion_is_refused(string url) =>
        Assert.Equal("OD-4001", (string)(await province.Error(url))["code"]!);
}
