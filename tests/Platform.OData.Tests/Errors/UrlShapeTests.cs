using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Errors;

/// <summary>URLs as no client library would send them, over a bare connection: none gives a 5xx but 501.</summary>
public sealed partial class UrlShapeTests(Province province)
{
    private static readonly string[] Odd =
    [
        "%00", "%ED%A0%80", "%ED%BF%BF", "%C0%AF", "%FF%FE", "%F4%90%80%80", "%2F", "%5C", "%25", "%", "%2", "%zz", "%0d%0a", "+", "%2B", "\u200B",
        "99999999999999999999999999999999999999999", "-99999999999999999999999999999", "1e308", "1e-400", "1e309", "NaN", "-INF", "0x10", "00", "1_000",
        "9999-12-31", "10000-01-01", "2026-02-30", "2026-01-01T25:00:00Z", "0000-01-01", "2026-01-01T00:00:00+99:00",
        "duration'P99999999999D'", "duration'x'", "'", "''", "\"", "(", ")", "((", "[", "{", "@", "@@", "$", "$$", "$it", "$root", "/", "//", "..", "?", "&", "=", ";", ",", "#", "|", "^", "~",
        "null", "true", "guid", "any()", "all(x:x)", "cast()", "isof()", "a/b/c/d", "$count", "$count(", "$count()", "$count($filter=)", "$ref", "$value", "*", "Ns.*", "rollup()", "concat()", "topsum()", "with", " as ",
    ];

    private static readonly string[] Places =
    [
        "{0}", "Targets({0})", "Targets(Id={0})", "Targets/{0}", "Targets(1)/{0}", "Targets(@a)?@a={0}", "Plans({0})/Targets", "$entity?$id={0}", "Targets?{0}", "Targets?$filter={0}",
        "Targets?$filter=Id eq {0}", "Plans?$filter=Number eq {0}", "Plans?$filter=IssuedOn gt {0}", "Plans?$filter=ChangedAt lt {0}", "Plans?$filter=ChangedAt add {0} lt now()", "Plans?$filter=contains(Number,{0})",
        "Localities?$filter=substring(Name,{0}) eq 'a'", "Plans?$filter=Targets/$count({0}) gt 1", "Plans?$filter=Targets/any(t:{0})", "Targets?$filter=Id in ({0})", "Targets?$filter=@p&@p={0}", "Targets?$orderby={0}",
        "Targets?$select={0}", "Plans?$expand={0}", "Plans?$expand=Targets({0})", "Plans?$expand=Targets($filter={0})", "Targets?$top={0}", "Targets?$skip={0}", "Targets?$count={0}", "Localities?$search={0}",
        "Targets?$compute={0}", "Targets?$compute={0} as X", "Facts?$apply={0}", "Facts?$apply=filter({0})", "Facts?$apply=groupby(({0}))", "Facts?$apply=groupby((rollup({0})))", "Facts?$apply=concat({0},identity)", "Facts?$apply=topsum({0},Learners)",
        "Facts?$apply=topsum(1,{0})", "Facts?$apply=aggregate({0} with sum as N)", "Targets?$format={0}", "Targets?$skiptoken={0}", "Targets?$deltatoken={0}", "$metadata?$format={0}",
    ];

    [Fact]
    public async Task No_odd_text_at_any_place_breaks_the_service()
    {
        foreach (var place in Places)
            foreach (var odd in Odd)
                await Expect(string.Format(System.Globalization.CultureInfo.InvariantCulture, place, odd));
    }

    [Theory]
    [InlineData("Targets?$filter=", "(", "Id eq 1", ")")]
    [InlineData("Targets?$filter=", "not (", "Id eq 1", ")")]
    [InlineData("Localities?$filter=", "Children/any(c:", "true", ")")]
    [InlineData("Localities?$expand=", "Children($expand=", "Parent", ")")]
    [InlineData("Facts?$apply=", "concat(identity,", "identity", ")")]
    [InlineData("Localities?$search=", "(", "a", ")")]
    [InlineData("Localities?$filter=", "concat(Name,", "'a'", ") eq 'b'")]
    [InlineData("Targets?$filter=Id eq ", "-", "1", "")]
    [InlineData("Plans?$filter=", "Targets/$count($filter=", "true", ") gt 1")]
    public async Task No_depth_of_nesting_breaks_the_service(string before, string open, string inner, string close)
    {
        foreach (var depth in new[] { 5, 50, 200, 400 })
        {
            var url = before + string.Concat(Enumerable.Repeat(open, depth)) + inner + string.Concat(Enumerable.Repeat(close, depth));
            await Expect(url[..Math.Min(url.Length, 7_500)]);
        }
    }

    [Fact]
    public async Task A_URL_of_any_length_is_answered_or_refused()
    {
        foreach (var length in new[] { 7_000, 8_300, 40_000 })
        {
            await Expect("Targets?$filter=Audience eq '" + new string('x', length) + "'");
            await Expect(new string('a', length));
        }
    }

    /// <summary>Random text of the grammar's own words; the seed is fixed, so that a failure comes again.</summary>
    [Fact]
    public async Task No_arrangement_of_the_grammars_words_breaks_the_service()
    {
        string[] words =
        [
            "Id", "Value", "Plan", "Targets", "Number", "Actual", "(", ")", ",", "/", ":", ";", "=", "$filter", "$count", "$top", " eq ", " gt ", " add ", " mul ", " and ", " or ", "not ", " in ", " divby ",
            "any(", "all(", "t:t/", "1", "-2", "0.5", "'x'", "null", "true", "now()", "year(", "cast(", "length(", "aggregate(", "groupby((", "filter(", "compute(", "rollup(", "concat(", "topcount(", " with sum as ", " as ", "$it/", "@a", "*", " desc",
        ];
        string[] starts = ["Targets?$filter=", "Targets?$orderby=", "Plans?$expand=", "Targets?$compute=", "Targets?$apply=", "Targets?$select=", "Targets(", "Targets/", "Targets?@a=1&$filter="];
        var random = new Random(2026);
        var answered = 0;
        for (var round = 0; round < 4_000; round++)
            answered += await Expect(starts[random.Next(starts.Length)] + string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => words[random.Next(words.Length)]))) == 200 ? 1 : 0;
        Assert.True(answered > 10, $"only {answered} of the arrangements mean anything");
    }

    private async Task<int> Expect(string url)
    {
        var (status, text) = await Raw(url);
        Assert.True(status is < 500 or 501, $"{url} gave {status}: {text}");
        if (status is 400 && text.Contains("OD-1001", StringComparison.Ordinal))
        {
            Assert.Contains("\"target\"", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(EnglishWords(), text);
        }
        return status;
    }

    [GeneratedRegex("\"message\":\"[^\"]*\\b(the|was|expected|found|specified|request)\\b", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex EnglishWords();

    private async Task<(int Status, string Text)> Raw(string url)
    {
        var root = new Uri(province.Root);
        using var connection = new TcpClient();
        await connection.ConnectAsync(root.Host, root.Port, TestContext.Current.CancellationToken);
        var stream = connection.GetStream();
        var target = root.AbsolutePath + url.Replace(" ", "%20", StringComparison.Ordinal);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"GET {target} HTTP/1.1\r\nHost: {root.Authority}\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string text;
        try
        {
            text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return (431, ""); // the server closes on a request line that is too long before it is all sent
        }
        return (text.Length < 12 ? 599 : int.Parse(text.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), text);
    }
}
