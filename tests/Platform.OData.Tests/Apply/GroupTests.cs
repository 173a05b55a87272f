using System.Text.Json.Nodes;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Apply;

/// <summary>What is done within groups, over the members of collections, and in several levels at once.</summary>
public sealed class GroupTests(Province province)
{
    [Theory]
    [InlineData("Plans", "aggregate(Targets/Value with sum as X)", """[{"X":380.1}]""")]
    [InlineData("Plans", "aggregate(targets/value with SUM as X,$count as N)", """[{"N":4,"X":380.1}]""")]
    [InlineData("Plans", "groupby((IsProvincial),aggregate(Targets/Value with max as X,Targets/Actual with sum as S,Targets/Actual with average as A,Targets/Year with min as Y,Targets/Audience with max as U))",
        """[{"A":26.25,"IsProvincial":false,"S":52.5,"U":"Citizens","X":80,"Y":2025},{"A":72.7,"IsProvincial":true,"S":145.4,"U":"Students","X":100,"Y":2026}]""")]
    [InlineData("Plans", "filter(Number eq 'none')/aggregate(Targets/Value with sum as X,Targets/$count as C,Targets/Value with average as A,Targets/$count($filter=Year gt 1) as F)", """[{"A":null,"C":0,"F":0,"X":null}]""")]
    [InlineData("Plans", "groupby((Status),aggregate(Implements/Targets/Value with sum as X))/filter(X gt 100)", """[{"Status":"Draft","X":180},{"Status":"Issued","X":180}]""")]
    [InlineData("Plans", "aggregate(Targets/$count($filter=Year eq 2026) as N)", """[{"N":4}]""")]
    [InlineData("Localities", "groupby((Code),aggregate(Plans/Tasks/Assignments/Role with max as R,Plans/Targets/Value with sum as V))/filter(V gt 100)", """[{"Code":"19","R":"Lead","V":180},{"Code":"23317","R":null,"V":120.1}]""")]
    [InlineData("Facts", "aggregate(Learners with sum from Day with average as X)", """[{"X":18}]""")]
    [InlineData("Facts", "groupby((Audience),aggregate(Learners with sum from Day with max as X,$count from Day with sum as N))", """[{"Audience":"Citizens","N":3,"X":30},{"Audience":"Students","N":2,"X":20}]""")]
    [InlineData("Facts", "aggregate(Learners with sum from Day with max from Audience with sum as X)", """[{"X":50}]""")]
    [InlineData("Facts", "groupby((Audience),topcount(1,Learners))/groupby((Audience,Learners))", """[{"Audience":"Citizens","Learners":30},{"Audience":"Students","Learners":20}]""")]
    [InlineData("Facts", "groupby((Audience),bottomcount(1,Learners)/aggregate(Learners with sum as N))", """[{"Audience":"Citizens","N":5},{"Audience":"Students","N":7}]""")]
    [InlineData("Facts", "groupby((Audience),orderby(Learners desc)/skip(1)/top(1)/filter(Learners gt 8))/groupby((Learners))", """[{"Learners":10}]""")]
    [InlineData("Facts", "groupby((Audience),topcount(2,Learners)/filter(Learners gt 8)/aggregate(Learners with sum as N,$count as C))", """[{"Audience":"Citizens","C":2,"N":40},{"Audience":"Students","C":1,"N":20}]""")]
    [InlineData("Facts", "groupby((Audience),filter(Learners gt 26)/aggregate(Learners with sum as N,Confirmed with average as A,Day with max as D,Day with countdistinct as K,$count as C))",
        """[{"A":15,"Audience":"Citizens","C":1,"D":"2026-01-06","K":1,"N":30},{"A":null,"Audience":"Students","C":0,"D":null,"K":0,"N":null}]""")]
    [InlineData("Facts", "groupby((rollup($all,Audience)),filter(Learners gt 6)/aggregate(Learners with sum as N))", """[{"Audience":"Citizens","N":40},{"Audience":"Students","N":27},{"N":67}]""")]
    [InlineData("Facts", "groupby((Audience),compute(Learners mul 2 as D)/filter(D gt 26)/aggregate(D with sum as N))/compute(N div 2 as H)", """[{"Audience":"Citizens","H":30,"N":60},{"Audience":"Students","H":20,"N":40}]""")]
    [InlineData("Facts", "groupby((Audience),groupby((Audience,Locality/Code),aggregate(Learners with sum as N)))/groupby((Audience),aggregate(N with max as M))", """[{"Audience":"Citizens","M":30},{"Audience":"Students","M":20}]""")]
    [InlineData("Facts", "groupby((Audience),concat(topcount(1,Learners)/aggregate(Learners with sum as T),aggregate(Learners with sum as N)))",
        """[{"Audience":"Citizens","T":30},{"Audience":"Students","T":20},{"Audience":"Citizens","N":45},{"Audience":"Students","N":27}]""")]
    [InlineData("Facts", "groupby((Audience),identity)/aggregate($count as N)", """[{"N":5}]""")]
    [InlineData("Localities", "groupby((Parent/Code),search(son OR phuc)/aggregate($count as N))/filter(N gt 0)", """[{"N":2,"Parent":{"Code":"19"}}]""")]
    public async Task A_group_is_narrowed_cut_and_grouped_again_and_members_of_collections_are_aggregated(string set, string apply, string expected)
    {
        var rows = (await province.Json($"{set}?$apply={Uri.EscapeDataString(apply)}", ("Accept", "application/json;odata.metadata=none")))["value"]!.AsArray();
        Assert.Equal(JsonNode.Parse(expected)!.AsArray().Select(Sorted), rows.Select(Sorted));
    }

    [Theory]
    [InlineData("Plans", "aggregate(Targets/Value with countdistinct as N)", "$apply=aggregate(Targets/Value with countdistinct)")]
    [InlineData("Facts", "groupby((Audience),toppercent(50,Learners))", "$apply=groupby(…,toppercent)")]
    [InlineData("Facts", "groupby((Audience),expand(Locality))", "$apply=groupby(…,expand)")]
    [InlineData("Facts", "groupby((Audience),aggregate(Learners with sum as N)/topcount(1,N))", "$apply=groupby(…,topcount)")]
    [InlineData("Facts", "groupby((Audience),filter(Learners gt 6)/topcount(1,Learners)/aggregate($count as N))", "$apply=groupby(…,filter/topcount/aggregate)")]
    [InlineData("Facts", "groupby((rollup($all,Audience)),topcount(1,Learners))", "$apply=groupby((rollup(…)),topcount)")]
    [InlineData("Facts", "groupby((rollup($all,Audience)),aggregate(Learners with sum from Day with max as X))", "$apply=aggregate(… from …)")]
    [InlineData("Facts", "aggregate(Learners with sum from Day with max as X,Cost with sum as Y)", "$apply=aggregate(… from …)")]
    [InlineData("Facts", "groupby((Audience),top(0)/aggregate($count as N))", "$apply=groupby(…,top(0)/aggregate)")]
    public async Task What_cannot_be_done_within_a_group_is_refused_by_name(string set, string apply, string part) =>
        Assert.Equal(part, (string)(await province.Error($"{set}?$apply={Uri.EscapeDataString(apply)}", System.Net.HttpStatusCode.NotImplemented))["target"]!);

    [Theory]
    [InlineData("aggregate(Learners with sum from Day as X)")]
    [InlineData("aggregate(Learners with sum from as X)")]
    [InlineData("groupby((Audience),)")]
    [InlineData("groupby((Audience),blah(1))")]
    [InlineData("groupby((Audience),aggregate())")]
    [InlineData("groupby((Audience),groupby(Day))")]
    [InlineData("groupby((Audience),topcount(Learners))")]
    public async Task What_is_wrong_within_a_group_is_refused(string apply) =>
        Assert.Equal("$apply", (string)(await province.Error($"Facts?$apply={Uri.EscapeDataString(apply)}"))["target"]!);

    [Fact]
    public async Task Rows_cut_within_groups_are_entities_that_are_paged_and_expanded()
    {
        var first = await province.Json("Facts?$apply=groupby((Audience),topcount(2,Learners))&$expand=Locality($select=Code)&$select=Id&$orderby=Learners desc&$count=true", ("Prefer", "odata.maxpagesize=3"));
        Assert.Equal(4, (long)first["@odata.count"]!);
        Assert.Equal("3,2,1", Province.Join(first["value"]!.AsArray(), "Id"));
        Assert.Equal("05830", (string)first["value"]![0]!["Locality"]!["Code"]!);
        Assert.Equal("5", await province.List((string)first["@odata.nextLink"]!, "Id"));
    }

    private static string Sorted(JsonNode? row) => string.Join(',', row!.AsObject().OrderBy(property => property.Key, StringComparer.Ordinal)
        .Select(property => $"{property.Key}={(property.Value is JsonValue value && value.TryGetValue<decimal>(out var number) ? number.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture) : property.Value?.ToJsonString())}"));
}
