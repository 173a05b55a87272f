using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Conformance;

/// <summary>Advanced conformance of OData 4.0, clause by clause.</summary>
public sealed class Advanced40Tests(Province province)
{
    private const string Plan = "Plans(00000000-0000-7000-8000-000000000001)";

    [Fact, Clause("4.0 Advanced", "1", "MUST", "4.0 Intermediate")]
    public void Advanced_40_1_intermediate() =>
        Assert.Empty(Clause.Broken("4.0 Intermediate"));

    [Fact, Clause("4.0 Advanced", "2", "MUST", "metadata at $metadata")]
    public async Task Advanced_40_2_metadata() =>
        Assert.Contains("Edmx Version=\"4.0\"", await province.Text("$metadata", headers: ("OData-MaxVersion", "4.0")), StringComparison.Ordinal);

    [Fact, Clause("4.0 Advanced", "3", "MUST", "the JSON format")]
    public async Task Advanced_40_3_json()
    {
        foreach (var level in new[] { "none", "minimal", "full" })
            Assert.True((await province.Json("Targets", ("Accept", "application/json;odata.metadata=" + level))).ContainsKey("value"));
    }

    [Fact, Clause("4.0 Advanced", "4", "MUST", "/$count on collections")]
    public async Task Advanced_40_4_count_segment() =>
        Assert.Equal("19,23317", await province.List("Plans?$filter=Targets/$count eq 2&$orderby=LocalityCode", "LocalityCode"));

    [Fact, Clause("4.0 Advanced", "5", "MUST", "any and all")]
    public async Task Advanced_40_5_any_and_all() =>
        Assert.Equal("19,51", await province.List("Localities?$filter=Children/any(c:c/Plans/any(p:p/Targets/any()))&$orderby=Id", "Code"));

    [Fact, Clause("4.0 Advanced", "6", "MUST", "$skip")]
    public async Task Advanced_40_6_skip() =>
        Assert.Equal("5", await province.List("Targets?$skip=4", "Id"));

    [Fact, Clause("4.0 Advanced", "7", "MUST", "$count")]
    public async Task Advanced_40_7_count() =>
        Assert.Equal(4, (long)(await province.Json("Targets?$count=true&$filter=Year eq 2026&$top=0"))["@odata.count"]!);

    [Fact, Clause("4.0 Advanced", "8", "MUST", "$orderby asc and desc")]
    public async Task Advanced_40_8_orderby() =>
        Assert.Equal("3,2", await province.List("Targets?$orderby=Plan/Locality/Code asc,Value desc&$top=2", "Id"));

    [Fact, Clause("4.0 Advanced", "9", "MUST", "$expand")]
    public async Task Advanced_40_9_expand() =>
        Assert.Equal("Lead", (string)(await province.Json(Plan + "?$expand=Tasks($expand=Assignments)"))["Tasks"]![0]!["Assignments"]![0]!["Role"]!);

    [Fact, Clause("4.0 Advanced", "9.1", "MUST", "references of expanded properties")]
    public async Task Advanced_40_9_1_references() =>
        Assert.Equal(province.Root + "Localities(1)", (string)(await province.Json(Plan + "?$expand=Locality/$ref"))["Locality"]!["@odata.id"]!);

    [Fact, Clause("4.0 Advanced", "9.2", "MUST", "$filter on expanded collections")]
    public async Task Advanced_40_9_2_filter() =>
        Assert.Single((await province.Json(Plan + "?$expand=Targets($filter=Audience eq 'Students')"))["Targets"]!.AsArray());

    [Fact, Clause("4.0 Advanced", "9.4", "SHOULD", "$orderby on expanded collections")]
    public async Task Advanced_40_9_4_orderby() =>
        Assert.Equal("2,1", Province.Join((await province.Json(Plan + "?$expand=Targets($orderby=Value desc)"))["Targets"]!.AsArray(), "Id"));

    [Fact, Clause("4.0 Advanced", "9.5", "SHOULD", "$count on expanded collections")]
    public async Task Advanced_40_9_5_count() =>
        Assert.Equal(2, (long)(await province.Json(Plan + "?$expand=Targets($count=true;$top=1)"))["Targets@odata.count"]!);

    [Fact, Clause("4.0 Advanced", "9.6", "SHOULD", "$top and $skip on expanded collections")]
    public async Task Advanced_40_9_6_top_skip() =>
        Assert.Equal("2", Province.Join((await province.Json(Plan + "?$expand=Targets($skip=1;$top=1)"))["Targets"]!.AsArray(), "Id"));

    [Fact, Clause("4.0 Advanced", "9.7", "SHOULD", "$search on expanded collections")]
    public async Task Advanced_40_9_7_search() =>
        Assert.Single((await province.Json("Localities(1)?$expand=Children($search=kha)"))["Children"]!.AsArray());

    [Fact, Clause("4.0 Advanced", "9.8", "SHOULD", "$levels")]
    public async Task Advanced_40_9_8_levels() =>
        Assert.True((await province.Json("Localities(3)?$expand=Parent($levels=2)"))["Parent"]!.AsObject().ContainsKey("Parent"));

    [Fact, Clause("4.0 Advanced", "9.9", "MAY", "$compute on expanded properties")]
    public async Task Advanced_40_9_9_compute() =>
        Assert.Equal(160m, (decimal)(await province.Json(Plan + "?$expand=Targets($compute=Value mul 2 as Twice;$select=Twice)"))["Targets"]![0]!["Twice"]!);

    [Fact, Clause("4.0 Advanced", "10", "MUST", "$search")]
    public async Task Advanced_40_10_search() =>
        Assert.Equal("05953,23317", await province.List("Localities?$search=\"kha son\" OR ngok&$orderby=Id", "Code"));

    [Fact, Clause("4.0 Advanced", "11", "MUST", "batches in the multipart format")]
    public async Task Advanced_40_11_multipart_batch()
    {
        using var response = await province.Post("$batch", "--b\r\nContent-Type: application/http\r\n\r\nGET Targets/$count HTTP/1.1\r\n\r\n\r\n--b--", "multipart/mixed;boundary=b");
        Assert.Contains("HTTP/1.1 200 OK", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact, Clause("4.0 Advanced", "12", "MUST", "resource path conventions")]
    public async Task Advanced_40_12_paths()
    {
        foreach (var url in new[] { "Targets(1)", Plan + "/Targets(1)/Plan/Locality/Name/$value", Plan + "/Targets/$ref", "$entity?$id=Targets(1)", Plan + "/Test.Analytics.Plan", "Localities(1)/Children/$count" })
            Assert.Equal(HttpStatusCode.OK, (await province.Send(url)).StatusCode);
    }

    [Fact, Clause("4.0 Advanced", "16", "MAY", "$compute")]
    public async Task Advanced_40_16_compute() =>
        Assert.Equal("200", await province.List("Targets?$compute=Value mul 2 as Twice&$filter=Twice eq 200&$select=Twice", "Twice"));
}
