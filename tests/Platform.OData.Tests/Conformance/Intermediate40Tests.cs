using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Conformance;

/// <summary>Intermediate conformance of OData 4.0, clause by clause.</summary>
public sealed class Intermediate40Tests(Province province)
{
    private const string Plan = "Plans(00000000-0000-7000-8000-000000000001)";

    [Fact, Clause("4.0 Intermediate", "1", "MUST", "4.0 Minimal")]
    public void Intermediate_40_1_minimal() =>
        Assert.Empty(Clause.Broken("4.0 Minimal"));

    [Fact, Clause("4.0 Intermediate", "2", "MUST", "parse the ABNF and follow it, or 501")]
    public async Task Intermediate_40_2_parse_or_501() =>
        await province.Error("Plans?$filter=geo.distance(Number,Number) gt 1", HttpStatusCode.NotImplemented);

    [Fact, Clause("4.0 Intermediate", "3", "MUST", "$select")]
    public async Task Intermediate_40_3_select() =>
        Assert.Equal("""{"Year":2025,"Value":50.1}""", (await province.Json("Targets(4)?$select=Value,Year&$format=application/json;odata.metadata=none")).ToJsonString());

    [Fact, Clause("4.0 Intermediate", "5", "MUST", "$top")]
    public async Task Intermediate_40_5_top() =>
        Assert.Equal("1,2", await province.List("Targets?$top=2", "Id"));

    [Fact, Clause("4.0 Intermediate", "6", "MUST", "/$value on properties")]
    public async Task Intermediate_40_6_value() =>
        Assert.Equal("50.1", await province.Text("Targets(4)/Value/$value"));

    [Fact, Clause("4.0 Intermediate", "7", "MUST", "$filter")]
    public async Task Intermediate_40_7_filter() =>
        Assert.Equal("2", await province.List("Targets?$filter=Value gt 80", "Id"));

    [Fact, Clause("4.0 Intermediate", "7.1", "MUST", "eq and ne on properties")]
    public async Task Intermediate_40_7_1_eq_ne() =>
        Assert.Equal("2", await province.List("Targets?$filter=Year eq 2026 and Audience ne 'Citizens'", "Id"));

    [Fact, Clause("4.0 Intermediate", "7.2", "MUST", "aliases in $filter")]
    public async Task Intermediate_40_7_2_aliases() =>
        Assert.Equal("4", await province.List("Targets?$filter=Year eq @y&@y=2025", "Id"));

    [Fact, Clause("4.0 Intermediate", "7.3", "SHOULD", "other operations, or 501")]
    public async Task Intermediate_40_7_3_operations()
    {
        Assert.Equal("2", await province.List("Targets?$filter=not (Value le 80) and (Value mul 2 sub 1 gt 100 or Value div 2 mod 2 eq 0)", "Id"));
        await province.Error("Plans?$filter=Status has 'x'", HttpStatusCode.NotImplemented);
    }

    [Fact, Clause("4.0 Intermediate", "7.4", "SHOULD", "canonical functions, or 501")]
    public async Task Intermediate_40_7_4_functions()
    {
        Assert.Equal("05953", await province.List("Localities?$filter=startswith(tolower(Name),'kha') and length(trim(Name)) eq 7 and indexof(Name,'S') eq 4", "Code"));
        await province.Error("Plans?$filter=fractionalseconds(ChangedAt) gt 0", HttpStatusCode.NotImplemented);
    }

    [Fact, Clause("4.0 Intermediate", "7.5", "SHOULD", "$filter on expanded entities")]
    public async Task Intermediate_40_7_5_filter_on_expanded() =>
        Assert.Single((await province.Json(Plan + "?$expand=Targets($filter=Value gt 80)"))["Targets"]!.AsArray());

    [Fact, Clause("4.0 Intermediate", "8", "SHOULD", "metadata at $metadata")]
    public async Task Intermediate_40_8_metadata() =>
        Assert.Contains("EntityContainer", await province.Text("$metadata"), StringComparison.Ordinal);

    [Fact, Clause("4.0 Intermediate", "9", "SHOULD", "the JSON format")]
    public async Task Intermediate_40_9_json() =>
        Assert.True((await province.Json("Targets")).ContainsKey("value"));

    [Fact, Clause("4.0 Intermediate", "11", "SHOULD", "$search")]
    public async Task Intermediate_40_11_search() =>
        Assert.Equal("05953", await province.List("Localities?$search=kha AND NOT bay", "Code"));

    [Fact, Clause("4.0 Intermediate", "12", "SHOULD", "$skip")]
    public async Task Intermediate_40_12_skip() =>
        Assert.Equal("4,5", await province.List("Targets?$skip=3", "Id"));

    [Fact, Clause("4.0 Intermediate", "13", "SHOULD", "$count")]
    public async Task Intermediate_40_13_count() =>
        Assert.Equal(5, (long)(await province.Json("Targets?$count=true&$top=1"))["@odata.count"]!);

    [Fact, Clause("4.0 Intermediate", "14", "SHOULD", "$expand")]
    public async Task Intermediate_40_14_expand() =>
        Assert.Equal("19", (string)(await province.Json(Plan + "?$expand=Locality"))["Locality"]!["Code"]!);

    [Fact, Clause("4.0 Intermediate", "15", "SHOULD", "any and all")]
    public async Task Intermediate_40_15_any_and_all() =>
        Assert.Equal("19", await province.List("Plans?$filter=Targets/any(t:t/Value eq 100) and Targets/all(t:t/Year eq 2026)", "LocalityCode"));

    [Fact, Clause("4.0 Intermediate", "16", "SHOULD", "/$count on collections")]
    public async Task Intermediate_40_16_count_segment() =>
        Assert.Equal("2", await province.Text(Plan + "/Targets/$count"));

    [Fact, Clause("4.0 Intermediate", "17", "SHOULD", "$orderby asc and desc")]
    public async Task Intermediate_40_17_orderby() =>
        Assert.Equal("2,1,3,5,4", await province.List("Targets?$orderby=Value desc,Id asc", "Id"));
}
