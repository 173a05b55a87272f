using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Errors;

public sealed class ErrorTests(Province province)
{
    [Theory]
    [InlineData("Plans?$filter=Statsu eq 'Draft'", "Statsu", "Status")]
    [InlineData("Plans?$select=Nunber", "Nunber", "Number")]
    [InlineData("Plans?$orderby=LocalityCod", "LocalityCod", "LocalityCode")]
    [InlineData("Plans?$expand=Target", "Target", "Targets")]
    [InlineData("Facts?$apply=groupby((Audence))", "Audence", "Audience")]
    public async Task An_unknown_property_names_its_nearest_neighbour(string url, string target, string nearest)
    {
        var error = await province.Error(url);
        Assert.Equal(("OD-1002", target), ((string)error["code"]!, (string)error["target"]!));
        Assert.Contains($"“{nearest}”", (string)error["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("case(IsProvincial:1,true:'a') eq 1")]
    [InlineData("case(IsProvincial,1) eq")]
    [InlineData("case(1:2) eq 2")]
    [InlineData("case() eq 2")]
    [InlineData("case(IsProvincial:1")]
    [InlineData("matchesPattern(Number) eq true")]
    [InlineData("matchesPattern(Number,'(')")]
    [InlineData("time(IssuedOn) gt 10:00:00")]
    public async Task A_function_that_is_called_wrongly_is_refused(string filter) =>
        Assert.StartsWith("OD-", (string)(await province.Error("Plans?$filter=" + Uri.EscapeDataString(filter)))["code"]!, StringComparison.Ordinal);

    [Fact]
    public async Task An_unknown_set_names_its_nearest_neighbour() =>
        Assert.Contains("“Plans”", (string)(await province.Error("Plan", HttpStatusCode.NotFound))["message"]!, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "ý bạn là")]
    [InlineData("vi-VN,en;q=0.5", "ý bạn là")]
    [InlineData("en-GB,vi;q=0.5", "did you mean")]
    public async Task Messages_are_Vietnamese_unless_English_is_preferred(string languages, string expected) =>
        Assert.Contains(expected, (string)(await province.Error("Plans?$select=Nunber", headers: ("Accept-Language", languages)))["message"]!, StringComparison.Ordinal);

    [Theory]
    [InlineData("Plans?$filter=Number eq")]
    [InlineData("Plans?$filter=(((")]
    [InlineData("Plans?$filter=Number")]
    [InlineData("Plans?$filter=Number eq 5")]
    [InlineData("Plans?$filter=Status gt true")]
    [InlineData("Plans?$filter=Number add 1 eq 2")]
    [InlineData("Plans?$filter=unknown(Number)")]
    [InlineData("Plans?$filter=@p&@p=@p")]
    [InlineData("Plans?$filter=Targets/any(t:t/Nothing eq 1)")]
    [InlineData("Plans?$filter=year(Number) eq 1")]
    [InlineData("Plans?$filter=substring(Number,1,-1) eq 'x'")]
    [InlineData("Plans?$filter=Id in @n")]
    [InlineData("Plans?$filter=Id in @n&@n=1")]
    [InlineData("Plans?$filter=Id in (null,x)")]
    [InlineData("Plans?$filter=Id in (null,true)")]
    [InlineData("Plans?$filter=Id in ('x')")]
    [InlineData("Plans?$top=-1")]
    [InlineData("Plans?$top=x")]
    [InlineData("Plans?$skip=-1")]
    [InlineData("Plans?$top=99999999999")]
    [InlineData("Plans?$count=maybe")]
    [InlineData("Plans?$fliter=true")]
    [InlineData("Plans?$top=1&top=2")]
    [InlineData("Plans?$orderby=")]
    [InlineData("Plans?$expand=Number")]
    [InlineData("Plans?$select=")]
    [InlineData("Plans?$search=(")]
    [InlineData("Plans(x)")]
    [InlineData("Plans(1,2)")]
    [InlineData("Targets(1)?$filter=true")]
    [InlineData("Facts?$apply=")]
    [InlineData("Facts?$apply=//")]
    [InlineData("Facts?$apply=nonsense")]
    [InlineData("Facts?$apply=aggregate(")]
    [InlineData("Facts?$apply=aggregate(Audience with sum as N)")]
    [InlineData("Facts?$apply=aggregate($count as N,$count as N)")]
    [InlineData("Facts?$apply=groupby((Audience))&$filter=Learners gt 1")]
    [InlineData("Facts?$apply=groupby((Audience))&$select=Learners")]
    [InlineData("Facts?$apply=top(x)")]
    [InlineData("Facts?$filter=Learners div 0 eq 1")]
    [InlineData("Facts?$apply=compute(Learners div 0 as X)")]
    public async Task What_is_wrong_in_the_URL_is_a_client_error(string url)
    {
        using var response = await province.Send(url);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode is 400 or 404, $"{url} gave {(int)response.StatusCode}: {text}");
        Assert.Contains("\"code\":\"OD-", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Plans?$search=x", "$search")]
    [InlineData("Facts?$apply=join(Locality as L)", "$apply=join")]
    [InlineData("Facts?$apply=groupby((rolluprecursive(a,b,c,d)))", "$apply=rolluprecursive")]
    [InlineData("Facts?$apply=groupby((Audience),topsum(1,Learners))", "$apply=groupby(…,topsum)")]
    [InlineData("$crossjoin(Plans,Targets)", "$crossjoin")]
    [InlineData("$all", "$all")]
    [InlineData("Plans?$filter=Status has 'x'", "has")]
    [InlineData("Plans?$filter=isof(Test.Analytics.Plan)", "isof")]
    [InlineData("Plans?$filter=isof(Number,Edm.String)", "isof")]
    [InlineData("Plans?$filter=matchesPattern(Number,concat('^',Number))", "matchesPattern(…, …)")]
    [InlineData("Plans?$filter=fractionalseconds(ChangedAt) lt 1", "fractionalseconds")]
    [InlineData("Plans?$filter=fractionalseconds(ChangedAt) gt 0.5", "fractionalseconds")]
    [InlineData("Plans?$filter=Targets/$count($top=1) gt 1", "$count($top)")]
    [InlineData("Plans?$filter=$root/Plans(00000000-0000-7000-8000-000000000001)/Number eq '1'", "$root")]
    [InlineData("Plans?$filter=$this/Number eq '1'", "$this")]
    [InlineData("Tasks?$filter=cast(Number,Edm.Double) eq 1", "cast(…,Edm.Double)")]
    [InlineData("Plans?$compute=IssuedOn sub IssuedOn as D", "$compute=… as D (Edm.Duration)")]
    [InlineData("Plans?$filter=IssuedOn sub IssuedOn eq IssuedOn sub IssuedOn", "eq (Edm.Duration)")]
    [InlineData("Plans?$filter=IssuedOn add (IssuedOn sub IssuedOn) eq IssuedOn", "add (Edm.Duration)")]
    [InlineData("Facts?$apply=aggregate(Learners with sum as L from Day with average)", "$apply=aggregate(… as … from …)")]
    [InlineData("Plans?$apply=aggregate(Targets/Value mul 2 with sum as X)", "$apply=aggregate(Targets/Value mul 2 with sum)")]
    public async Task What_is_not_supported_is_named(string url, string part)
    {
        var error = await province.Error(url, HttpStatusCode.NotImplemented);
        Assert.Equal(("OD-3001", part), ((string)error["code"]!, (string)error["target"]!));
    }

    [Theory]
    [InlineData("POST", "Plans")]
    [InlineData("DELETE", "Targets(1)")]
    [InlineData("PATCH", "")]
    public async Task Only_reading_is_allowed(string method, string url)
    {
        using var response = await province.Send(url, new HttpMethod(method));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("GET, HEAD", string.Join(", ", response.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("Plans?$filter=Number eq", "OD-1001", "thiếu biểu thức")]
    [InlineData("Plans?$filter=Number eq 'x", "OD-1001", "chuỗi chưa đóng nháy")]
    [InlineData("Plans?$filter=Number eq %23", "OD-1001", "ký tự “#”")]
    [InlineData("Plans?$filter=(Number eq 'x'", "OD-1001", "thiếu dấu “)”")]
    [InlineData("Plans?$filter=Number", "OD-1005", "đúng/sai")]
    [InlineData("Plans?$filter=Number eq 5", "OD-1005", "phép eq không so được String với Int32")]
    [InlineData("Plans?$filter=not Number", "OD-1005", "không dùng được với String")]
    [InlineData("Plans?$filter=Id in ('x')", "OD-1005", "“x” không phải giá trị kiểu Guid")]
    [InlineData("Plans?$filter=year(Number) eq 1", "OD-1005", "hàm year")]
    [InlineData("Plans?$filter=unknown(Number)", "OD-1001", "không có hàm unknown")]
    [InlineData("Plans?$filter=Targets/Value eq 1", "OD-1001", "dùng any hoặc all")]
    [InlineData("Plans?$top=x", "OD-1001", "số nguyên không âm")]
    [InlineData("Plans?$count=maybe", "OD-1001", "true hoặc false")]
    [InlineData("Plans?$expand=Number", "OD-1001", "Number không phải liên kết")]
    [InlineData("Plans(1,2)", "OD-1001", "khóa không đúng dạng")]
    [InlineData("Facts?$apply=groupby((Audience))&$filter=Learners gt 1", "OD-1002", "“Learners” không có")]
    public async Task Frequent_mistakes_are_explained_in_Vietnamese(string url, string code, string words)
    {
        var error = await province.Error(url);
        Assert.Equal(code, (string)error["code"]!);
        Assert.Contains(words, (string)error["message"]!, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?<!phép )\\b(the|is|was|not|at|expected|found)\\b", (string)error["message"]!);
    }

    [Theory]
    [InlineData("Plans?$filter=Number eq", "$filter", 9)]
    [InlineData("Plans?$filter=Number eq 'a' and ~", "$filter", 18)]
    [InlineData("Plans?$orderby=Number,,", "$orderby", 7)]
    [InlineData("Plans?$filter=(Number eq 'x'", "$filter", 14)]
    [InlineData("Plans?$search=(", "$search", 1)]
    [InlineData("Targets(1", "path", 0)]
    public async Task A_syntax_error_has_its_position(string url, string part, int position)
    {
        var error = await province.Error(url);
        Assert.Equal((part, position), ((string)error["target"]!, (int)error["innererror"]!["position"]!));
        Assert.Equal(part, (string)error["details"]![0]!["target"]!);
    }

    [Fact]
    public async Task Limits_are_checked_before_anything_runs()
    {
        var lengthy = string.Join(" or ", Enumerable.Repeat("Id eq 1", 150));
        Assert.Equal("OD-4001", (string)(await province.Error("Targets?$filter=" + lengthy))["code"]!);
        Assert.Equal("OD-4001", (string)(await province.Error(
            "Localities?$filter=Children/any(a:a/Children/any(b:b/Children/any(c:c/Children/any(d:d/Id eq 1))))"))["code"]!);
    }

    [Fact]
    public void Codes_are_unique_and_carry_both_languages()
    {
        Assert.Equal(ODataFaults.All.Count, ODataFaults.All.Select(fault => fault.Code).Distinct().Count());
        Assert.All(ODataFaults.All, fault => Assert.All(
            new[] { fault.TitleVi, fault.TitleEn, fault.RemedyVi, fault.RemedyEn }, text => Assert.NotEmpty(text)));
    }
}
