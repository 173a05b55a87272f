using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Apply;

public sealed class CombinationTests(Province province)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task<string> Rows(string apply, string more = "") =>
        (await province.Json($"Facts?$apply={Uri.EscapeDataString(apply)}{more}", ("Accept", "application/json;odata.metadata=none")))["value"]!.ToJsonString(Readable);

    [Theory]
    [InlineData("groupby((rollup($all,Locality/Parent/Code,Locality/Code)),aggregate(Learners with sum as N))",
        """[{"N":30,"Locality":{"Code":"05830","Parent":{"Code":"19"}}},{"N":30,"Locality":{"Code":"05953","Parent":{"Code":"19"}}},{"N":12,"Locality":{"Code":"23317","Parent":{"Code":"51"}}},{"N":60,"Locality":{"Parent":{"Code":"19"}}},{"N":12,"Locality":{"Parent":{"Code":"51"}}},{"N":72}]""")]
    [InlineData("groupby((rollup(Audience),Locality/Parent/Code),aggregate($count as N))",
        """[{"Audience":"Citizens","N":2,"Locality":{"Parent":{"Code":"19"}}},{"Audience":"Citizens","N":1,"Locality":{"Parent":{"Code":"51"}}},{"Audience":"Students","N":1,"Locality":{"Parent":{"Code":"19"}}},{"Audience":"Students","N":1,"Locality":{"Parent":{"Code":"51"}}}]""")]
    [InlineData("groupby((rollup(null,Audience)),aggregate(Confirmed with average as A,Day with countdistinct as D))",
        """[{"Audience":"Citizens","A":8.0,"D":3},{"Audience":"Students","A":null,"D":2},{"A":8.0,"D":4}]""")]
    [InlineData("groupby((rollup($all,Audience)))", """[{"Audience":"Citizens"},{"Audience":"Students"},{}]""")]
    [InlineData("filter(Learners gt 1000)/groupby((rollup($all,Audience)),aggregate($count as N))", "[]")]
    public async Task Hierarchies_are_grouped_at_every_level(string apply, string expected) => Assert.Equal(expected, await Rows(apply));

    [Fact]
    public async Task A_rolled_up_group_differs_from_the_group_of_what_is_missing()
    {
        const string apply = "groupby((rollup($all,Confirmed)),aggregate($count as N))";
        Assert.Equal("""[{"Confirmed":null,"N":2},{"Confirmed":4,"N":1},{"Confirmed":5,"N":1},{"Confirmed":15,"N":1},{"N":5}]""", await Rows(apply));
    }

    [Theory]
    [InlineData("concat(groupby((Audience),aggregate(Learners with sum as N)),aggregate(Learners with sum as N))",
        """[{"Audience":"Citizens","N":45},{"Audience":"Students","N":27},{"N":72}]""")]
    [InlineData("concat(topcount(1,Learners)/groupby((Audience,Learners)),aggregate(Cost with max as Most,$count as Rows))",
        """[{"Audience":"Citizens","Learners":30},{"Most":2,"Rows":5}]""")]
    [InlineData("filter(Learners gt 1000)/concat(groupby((Audience),aggregate($count as N)),aggregate($count as N,Learners with sum as S))",
        """[{"N":0,"S":null}]""")]
    [InlineData("concat(aggregate(Learners with sum as N),aggregate(Cost with sum as N))", """[{"N":72},{"N":3.65}]""")]
    [InlineData("concat(aggregate(Learners with sum as A),aggregate(Learners with max as B))/compute(A add 1 as C)", """[{"A":72,"C":73},{"B":30,"C":null}]""")]
    [InlineData("concat(groupby((Audience),aggregate($count as N)),aggregate($count as N))/aggregate(N with sum as M)", """[{"M":10}]""")]
    public async Task Chains_are_put_one_after_the_other(string apply, string expected) => Assert.Equal(expected, await Rows(apply));

    [Fact]
    public async Task Ordinary_options_and_paging_work_on_combined_rows()
    {
        const string apply = "groupby((rollup($all,Locality/Parent/Code,Locality/Code)),aggregate(Learners with sum as N))";
        Assert.Equal("""[{"N":72},{"N":60}]""", await Rows(apply, "&$filter=N gt 50&$orderby=N desc&$select=N"));
        var pages = new List<string>();
        for (var next = "Facts?$apply=" + apply + "&$orderby=N"; next is not null;)
        {
            var page = await province.Json(next, ("Prefer", "odata.maxpagesize=2"));
            pages.Add(Province.Join(page["value"]!.AsArray(), "N"));
            next = (string?)page["@odata.nextLink"];
        }
        Assert.Equal("12,12|30,30|60,72", string.Join('|', pages));
    }

    [Theory]
    [InlineData("topsum(30,Learners)", "3")]
    [InlineData("topsum(31,Learners)", "2,3")]
    [InlineData("topsum(1000,Learners)", "1,2,3,4,5")]
    [InlineData("bottomsum(12,Learners)", "4,5")]
    [InlineData("toppercent(50,Learners)", "2,3")]
    [InlineData("bottompercent(10,Learners)", "4,5")]
    [InlineData("toppercent(0,Learners)", "")]
    [InlineData("toppercent(100,Confirmed)", "1,3,4")]
    [InlineData("topsum(2.5,Cost)", "4,5")]
    [InlineData("topsum(100,Learners mul 3)", "2,3")]
    public async Task The_fewest_elements_that_reach_a_sum_or_share(string apply, string ids)
    {
        var rows = JsonNode.Parse(await Rows(apply))!.AsArray();
        Assert.Equal(ids, string.Join(',', rows.Select(row => (int)row!["Id"]!).Order()));
    }

    [Fact]
    public async Task Groups_are_ranked_by_their_share() => Assert.Equal(
        """[{"Audience":"Citizens","N":45}]""", await Rows("groupby((Audience),aggregate(Learners with sum as N))/toppercent(60,N)"));

    [Fact]
    public async Task What_follows_the_aggregation_within_a_group_sees_the_groups_row() => Assert.Equal(
        """[{"Audience":"Citizens","N":45,"M":90}]""",
        await Rows("groupby((Audience),aggregate(Learners with sum as N)/filter(N gt 30)/compute(N mul 2 as M))"));

    [Theory]
    [InlineData("Facts?$apply=concat(concat(identity,identity,identity,identity),identity)/concat(identity,identity,identity,identity)/concat(identity,identity,identity,identity)")]
    [InlineData("Facts?$apply=topsum(1,Learners)/topsum(1,Learners)/topsum(1,Learners)/topsum(1,Learners)")]
    [InlineData("Facts?$apply=groupby((rollup($all,Id),rollup($all,Day),rollup($all,Audience),rollup($all,Learners),rollup($all,Confirmed),rollup($all,Cost)))")]
    public async Task Combinations_cannot_multiply_without_end(string url) => Assert.Equal("OD-4001", (string)(await province.Error(url))["code"]!);

    [Theory]
    [InlineData("concat(aggregate(Day with max as N),aggregate($count as N))", "OD-1005")]
    [InlineData("topsum(x,Learners)", "OD-1001")]
    [InlineData("topsum(5,Audience)", "OD-1005")]
    [InlineData("groupby((rollup($all)))", "OD-1001")]
    [InlineData("concat(identity,)", "OD-1001")]
    public async Task Combinations_that_make_no_sense_are_refused(string apply, string code) =>
        Assert.Equal(code, (string)(await province.Error("Facts?$apply=" + apply))["code"]!);
}
