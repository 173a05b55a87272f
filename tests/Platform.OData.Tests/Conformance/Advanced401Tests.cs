using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Conformance;

/// <summary>Intermediate and advanced conformance of OData 4.01, clause by clause.</summary>
public sealed class Advanced401Tests(Province province)
{
    [Fact, Clause("4.01 Intermediate", "1", "MUST", "4.01 Minimal")]
    public void Intermediate_401_1_minimal() =>
        Assert.Empty(Clause.Broken("4.01 Minimal"));

    [Fact, Clause("4.01 Intermediate", "2", "MUST", "4.0 Intermediate")]
    public void Intermediate_401_2_intermediate_of_4_0() =>
        Assert.Empty(Clause.Broken("4.0 Intermediate"));

    [Fact, Clause("4.01 Intermediate", "3", "MUST", "eq and ne null for navigations")]
    public async Task Intermediate_401_3_navigation_null() =>
        Assert.Equal("05830,05953", await province.List("Plans?$filter=Implements ne null&$orderby=LocalityCode", "LocalityCode"));

    [Fact, Clause("4.01 Intermediate", "4", "MUST", "in")]
    public async Task Intermediate_401_4_in() =>
        Assert.Equal("19,23317", await province.List("Plans?$filter=LocalityCode in ('19','23317')&$orderby=LocalityCode", "LocalityCode"));

    [Fact, Clause("4.01 Intermediate", "6", "SHOULD", "count of a filtered collection")]
    public async Task Intermediate_401_6_filtered_count() =>
        Assert.Equal("19", await province.List("Plans?$orderby=Targets/$count($filter=Value ge 80) desc,Id&$top=1", "LocalityCode"));

    [Fact, Clause("4.01 Intermediate", "8", "SHOULD", "$compute")]
    public async Task Intermediate_401_8_compute() =>
        Assert.Equal("7", await province.List("Localities?$compute=length(Name) as L&$filter=L eq 7&$select=L", "L"));

    [Fact, Clause("4.01 Intermediate", "11", "MAY", "/$filter in the path")]
    public async Task Intermediate_401_11_filter_segment() =>
        Assert.Equal("4", await province.List("Targets/$filter(@f)?@f=Year eq 2025", "Id"));

    [Fact, Clause("4.01 Advanced", "1", "MUST", "4.01 Intermediate")]
    public void Advanced_401_1_intermediate() =>
        Assert.Empty(Clause.Broken("4.01 Intermediate"));

    [Fact, Clause("4.01 Advanced", "2", "MUST", "4.0 Advanced")]
    public void Advanced_401_2_advanced_of_4_0() =>
        Assert.Empty(Clause.Broken("4.0 Advanced"));

    [Fact, Clause("4.01 Advanced", "3", "MUST", "count of a filtered or searched collection")]
    public async Task Advanced_401_3_filtered_and_searched_count() =>
        Assert.Equal("19", await province.List("Localities?$filter=Children/$count($search=kha) eq 1 and Children/$count($filter=Id gt 3) eq 1", "Code"));

    [Fact, Clause("4.01 Advanced", "4", "MUST", "$compute")]
    public async Task Advanced_401_4_compute() =>
        Assert.Equal("50", await province.List("Targets?$compute=Value div 2 as Half,Value add 1 as More&$select=Half&$filter=More eq 101&$orderby=More", "Half"));

    [Fact, Clause("4.01 Advanced", "6", "MUST", "metadata as CSDL JSON")]
    public async Task Advanced_401_6_metadata_json() =>
        Assert.Equal("EntityType", (string)(await province.Json("$metadata?$format=json"))["Test.Analytics"]!["Plan"]!["$Kind"]!);

    [Fact, Clause("4.01 Advanced", "7", "MUST", "batches as multipart and JSON")]
    public async Task Advanced_401_7_batches()
    {
        Assert.Equal(200, (int)(await province.Batch("""{"id":"1","method":"GET","url":"Targets(1)"}"""))[0]!["status"]!);
        using var multipart = await province.Post("$batch", "--b\r\nContent-Type: application/http\r\n\r\nGET Targets HTTP/1.1\r\n\r\n\r\n--b--", "multipart/mixed;boundary=b");
        Assert.Equal(HttpStatusCode.OK, multipart.StatusCode);
    }

    [Fact, Clause("4.01 Advanced", "8", "SHOULD", "/$filter in the path")]
    public async Task Advanced_401_8_filter_segment() =>
        Assert.Equal("1", await province.Text("Targets/$filter(Year%20eq%202025)/$count"));

    [Fact, Clause("4.01 Advanced", "10", "MAY", "identifiers in any case")]
    public async Task Advanced_401_10_identifiers_in_any_case() =>
        Assert.Equal("05953", await province.List("LOCALITIES?$filter=NAME eq 'Kha Sơn'", "Code"));
}
