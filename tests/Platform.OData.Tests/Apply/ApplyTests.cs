using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Apply;

public sealed class ApplyTests(Province province)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task<string> Rows(string query) => (await province.Json("Facts?" + query, ("Accept", "application/json;odata.metadata=none")))["value"]!.ToJsonString(Readable);

    [Theory]
    [InlineData("aggregate(Learners with sum as N)", """[{"N":72}]""")]
    [InlineData("aggregate(Cost with sum as N)", """[{"N":3.65}]""")]
    [InlineData("aggregate(Confirmed with average as N)", """[{"N":8.0}]""")]
    [InlineData("aggregate(Learners with min as Lo,Learners with max as Hi)", """[{"Lo":5,"Hi":30}]""")]
    [InlineData("aggregate(Audience with countdistinct as N)", """[{"N":2}]""")]
    [InlineData("aggregate(Confirmed with countdistinct as N)", """[{"N":3}]""")]
    [InlineData("aggregate($count as N)", """[{"N":5}]""")]
    [InlineData("aggregate(Day with max as Last)", """[{"Last":"2026-02-02"}]""")]
    [InlineData("aggregate(Locality/Name with max as Last)", """[{"Last":"Ngọk Bay"}]""")]
    [InlineData("aggregate(1 with sum as A,2.5 with sum as B,3 with average as C,'x' with max as D,'x' with countdistinct as E)", """[{"A":5,"B":12.5,"C":3.0,"D":"x","E":1}]""")]
    [InlineData("filter(Learners lt 0)/aggregate(1 with sum as A,2 with min as B,3 with countdistinct as C)", """[{"A":null,"B":null,"C":0}]""")]
    [InlineData("compute(2 as Two)/groupby((rollup($all,Audience)),aggregate(Two with sum as A))", """[{"Audience":"Citizens","A":6},{"Audience":"Students","A":4},{"A":10}]""")]
    [InlineData("aggregate(Learners mul 2 with sum as N)", """[{"N":144}]""")]
    [InlineData("aggregate(Cost div Learners with max as N)", """[{"N":0.2857142857142857142857142857}]""")]
    [InlineData("filter(Learners gt 1000)/aggregate(Learners with sum as S,$count as N)", """[{"S":null,"N":0}]""")]
    [InlineData("filter(Audience eq 'Students')/aggregate(Confirmed with sum as S)", """[{"S":null}]""")]
    [InlineData("aggregate($count as N)/filter(N gt 9)", "[]")]
    [InlineData("aggregate(Learners with sum as S,Confirmed with sum as C)/compute(C mul 100.0 div S as P)", """[{"S":72,"C":24,"P":33.333333333333333333333333333}]""")]
    public async Task Everything_is_aggregated_into_one_row(string apply, string expected) =>
        Assert.Equal(expected, (await Rows("$apply=" + Uri.EscapeDataString(apply))));

    [Theory]
    [InlineData("groupby((Audience),aggregate(Learners with sum as N))", """[{"Audience":"Citizens","N":45},{"Audience":"Students","N":27}]""")]
    [InlineData("groupby((Locality/Parent/Name),aggregate(Learners with sum as N))", """[{"N":12,"Locality":{"Parent":{"Name":"Quảng Ngãi"}}},{"N":60,"Locality":{"Parent":{"Name":"Thái Nguyên"}}}]""")]
    [InlineData("groupby((Audience))", """[{"Audience":"Citizens"},{"Audience":"Students"}]""")]
    [InlineData("groupby((Audience),aggregate(Confirmed with sum as C,$count as N))", """[{"Audience":"Citizens","C":24,"N":3},{"Audience":"Students","C":null,"N":2}]""")]
    [InlineData("filter(Learners ge 10)/groupby((Audience),aggregate(Learners with sum as N))/filter(N gt 20)", """[{"Audience":"Citizens","N":40}]""")]
    [InlineData("groupby((Locality/Code,Audience),aggregate(Learners with sum as N))/groupby((Audience),aggregate(N with max as Best))", """[{"Audience":"Citizens","Best":30},{"Audience":"Students","Best":20}]""")]
    [InlineData("groupby((Locality/Code,Audience),aggregate(Learners with sum as N))/aggregate(N with max as Best)", """[{"Best":30}]""")]
    [InlineData("groupby((Locality/Code),aggregate(Learners with sum as N))/topcount(1,N)", """[{"N":30,"Locality":{"Code":"05830"}}]""")]
    [InlineData("orderby(Learners desc)/top(2)/aggregate(Learners with sum as N)", """[{"N":50}]""")]
    [InlineData("compute(Learners mul 2 as Twice)/aggregate(Twice with sum as N)", """[{"N":144}]""")]
    [InlineData("groupby((Audience),aggregate(Learners with sum as N))/compute(N mul 2 as M)", """[{"Audience":"Citizens","N":45,"M":90},{"Audience":"Students","N":27,"M":54}]""")]
    public async Task Rows_are_grouped_and_transformed_in_a_chain(string apply, string expected) =>
        Assert.Equal(expected, (await Rows("$apply=" + Uri.EscapeDataString(apply))));

    [Theory]
    [InlineData("aggregate(Targets/$count as S)", """[{"S":5}]""")]
    [InlineData("aggregate(Targets/$count as S,$count as N)", """[{"N":4,"S":5}]""")]
    [InlineData("filter(Number eq 'none')/aggregate(Targets/$count as S)", """[{"S":0}]""")]
    [InlineData("groupby((IsProvincial),aggregate(Targets/$count as S,Tasks/$count as T))", """[{"IsProvincial":false,"S":3,"T":1},{"IsProvincial":true,"S":2,"T":2}]""")]
    [InlineData("groupby((Status),aggregate(Implements/Targets/$count as S))", """[{"Status":"Draft","S":2},{"Status":"Issued","S":2}]""")]
    public async Task Members_of_collections_are_counted_over_all_elements(string apply, string expected) => Assert.Equal(
        JsonNode.Parse(expected)!.AsArray().Select(row => string.Join(',', row!.AsObject().OrderBy(p => p.Key, StringComparer.Ordinal))),
        (await province.Json("Plans?$apply=" + Uri.EscapeDataString(apply), ("Accept", "application/json;odata.metadata=none")))["value"]!.AsArray()
            .Select(row => string.Join(',', row!.AsObject().OrderBy(p => p.Key, StringComparer.Ordinal))));

    [Theory]
    [InlineData("aggregate(Number/$count as S)")]
    [InlineData("aggregate(Locality/$count as S)")]
    [InlineData("groupby((Status),aggregate($count as N,Locality/$count as S))")]
    public async Task What_is_no_collection_is_not_counted(string apply) =>
        Assert.Equal("OD-1001", (string)(await province.Error("Plans?$apply=" + Uri.EscapeDataString(apply)))["code"]!);

    [Theory]
    [InlineData("groupby((Audience,Day),aggregate(Learners with sum as N))/compute(year(Day) as Y)/groupby((Y,Audience),aggregate(N with sum as N))",
        """[{"Y":2026,"Audience":"Citizens","N":45},{"Y":2026,"Audience":"Students","N":27}]""")]
    [InlineData("groupby((Day),aggregate(Learners with sum as N))/compute(N mul 2 as M)/compute(M add N as S)/filter(S gt 60)/aggregate(S with sum as All,N with max as Most)",
        """[{"All":150,"Most":50}]""")]
    [InlineData("compute(Learners mul 2 as A)/compute(A add 1 as B)/groupby((A,B))/topcount(1,B)", """[{"A":60,"B":61}]""")]
    [InlineData("compute(Learners mul 2 as A)/compute(A add Learners as B)/aggregate(A with sum as SA,B with sum as SB)", """[{"SA":144,"SB":216}]""")]
    public async Task Names_stay_known_after_a_computation(string apply, string expected) =>
        Assert.Equal(expected, (await Rows("$apply=" + Uri.EscapeDataString(apply))));

    [Fact]
    public async Task The_ordinary_options_work_on_the_result()
    {
        const string apply = "$apply=groupby((Locality/Code,Audience),aggregate(Learners with sum as N))";
        Assert.Equal("""[{"N":30},{"N":20}]""", await Rows(apply + "&$filter=N gt 5&$orderby=N desc&$top=2&$select=N"));
        var counted = await province.Json("Facts?" + apply + "&$orderby=Locality/Code&$top=1&$skip=1&$count=true");
        Assert.Equal(5, (long)counted["@odata.count"]!);
        Assert.Equal("05953", (string)counted["value"]![0]!["Locality"]!["Code"]!);
    }

    [Fact]
    public async Task Grouped_rows_are_paged_by_their_keys()
    {
        var first = await province.Json("Facts?$apply=groupby((Locality/Code),aggregate(Learners with sum as N))", ("Prefer", "odata.maxpagesize=2"));
        Assert.Equal("30,30", Province.Join(first["value"]!.AsArray(), "N"));
        Assert.Equal("12", await province.List((string)first["@odata.nextLink"]!, "N"));
    }

    [Fact]
    public async Task Transformed_rows_have_a_context_that_names_them()
    {
        var answer = await province.Json("Facts?$apply=groupby((Audience),aggregate(Learners with sum as N))");
        Assert.EndsWith("$metadata#Facts(Audience,N)", (string)answer["@odata.context"]!);
    }

    [Theory]
    [InlineData("compute(Learners mul 2 as Twice)/groupby((Twice),aggregate($count as N))", "Twice,N")]
    [InlineData("compute(Learners mul 2 as Twice)/aggregate(Twice with sum as S)", "S")]
    [InlineData("groupby((Locality/Code,Locality/Name),aggregate($count as N))/compute(N mul 2 as M)", "Locality(Code,Name),N,M")]
    [InlineData("groupby((Audience),aggregate($count as N))&$select=N", "N")]
    public async Task The_context_names_what_the_rows_have_and_no_more(string apply, string names)
    {
        var answer = await province.Json("Facts?$apply=" + apply);
        Assert.EndsWith($"$metadata#Facts({names})", (string)answer["@odata.context"]!);
    }
}
