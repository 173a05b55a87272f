using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Errors;

/// <summary>What people are told about their frequent mistakes: in their language, with names and numbers.</summary>
public sealed class PlainWordsTests(Province province)
{
    [Theory]
    [InlineData("Facts?$apply=aggregate($count)", "thiếu “as Tên”")]
    [InlineData("Facts?$apply=aggregate(Learners)", "thiếu “with”")]
    [InlineData("Plans?$expand=Tasks($levels=2)", "$levels chỉ dùng cho liên kết về cùng loại thực thể")]
    [InlineData("Plans?$orderby=Targets", "$orderby cần một giá trị đơn")]
    [InlineData("Tasks?$select=Plan/Number", "$expand=TênLiênKết($select=")]
    [InlineData("Plans?$filter=ChangedAt gt 2026-01-01T00:00:00+07:00", "%2B")]
    [InlineData("Plans?$expand=Tasks($top=1),Tasks($top=2)", "Tasks có hai lần")]
    [InlineData("Plans?$expand=Locality($expand=Children,Children)", "Children có hai lần")]
    [InlineData("Targets(1)/Value?$select=x", "$select không dùng cho một thuộc tính")]
    [InlineData("Targets(1)/Value/$value?$filter=true", "$filter không dùng cho một thuộc tính")]
    [InlineData("Plans('x')", "khóa Id của Plan là Guid, không phải 'x'")]
    [InlineData("Targets('x')/Value", "khóa Id của Target là Int32, không phải 'x'")]
    [InlineData("Targets?$deltatoken=abc", "$deltatoken")]
    public async Task A_mistake_is_named(string url, string words)
    {
        var message = (string)(await province.Error(url))["message"]!;
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.DoesNotMatch("\\b(the|is|was|at|expected|found|valid|only)\\b|skiptoken", message);
    }

    [Theory]
    [InlineData("Targets?$filter={300 ( Id eq 1 )}", "800")]
    [InlineData("Localities?$search={120 ( a )}", "100")]
    [InlineData("Localities?$expand={6 Children($expand= Parent )}", "MaxExpansionDepth = 4")]
    public async Task A_limit_has_its_number(string url, string words)
    {
        var (before, nested) = (url.Split('{')[0], url.Split('{')[1].TrimEnd('}').Split(' ', 3));
        var (times, open, rest) = (int.Parse(nested[0], System.Globalization.CultureInfo.InvariantCulture), nested[1], nested[2]);
        var inner = rest[..rest.LastIndexOf(' ')];
        var close = rest[(rest.LastIndexOf(' ') + 1)..];
        var error = await province.Error(before + string.Concat(Enumerable.Repeat(open, times)) + inner + string.Concat(Enumerable.Repeat(close, times)));
        Assert.Equal("OD-4001", (string)error["code"]!);
        Assert.Contains(words, (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_expansions_are_told_how_many_there_may_be()
    {
        var error = await province.Error("Localities?$expand=Parent($expand=Parent,Children,Plans),Children($expand=Parent,Children,Plans),Plans($expand=Locality($expand=Parent,Children,Plans),Implements($expand=Locality,Implements,Targets,Tasks),Targets($expand=Plan),Tasks($expand=Plan,Assignments))");
        Assert.Contains("MaxExpansionCount = 20", (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_in_place_of_parts_is_told_in_Vietnamese()
    {
        using var response = await province.Post("$batch", "garbage", "multipart/mixed; boundary=b");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("boundary), hoặc nội dung bị cắt", text, StringComparison.Ordinal);
        Assert.DoesNotContain("stream", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Star_with_levels_is_refused_by_name() =>
        Assert.Equal("$expand=*($levels)", (string)(await province.Error("Localities?$expand=*($levels=2)", HttpStatusCode.NotImplemented))["target"]!);
}
