using System.Net;
using System.Text.RegularExpressions;

namespace Platform.Tests.Analytics;

/// <summary>The page of ready-made questions: its files, and that each question it offers is answered.</summary>
public sealed partial class QuestionPageTests(World world)
{
    [Theory]
    [InlineData("", "text/html")]
    [InlineData("index.html", "text/html")]
    [InlineData("page.css", "text/css")]
    [InlineData("page.js", "text/javascript")]
    [InlineData("questions.js", "text/javascript")]
    public async Task The_pages_files_are_there_for_get_and_head(string file, string type)
    {
        using var client = world.Anonymous();
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            using var answer = await client.Send(method, $"/odata-docs/{file}");
            Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            Assert.Contains("default-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.Equal(method == HttpMethod.Get, (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length > 0);
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_not_found()
    {
        using var client = world.Anonymous();
        using var answer = await client.Send(HttpMethod.Get, "/odata-docs/nothing.js");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Every_ready_made_question_is_answered()
    {
        using var client = await world.As("thaiNguyenViewer");
        var script = await client.GetStringAsync(new Uri("/odata-docs/questions.js", UriKind.Relative), TestContext.Current.CancellationToken);
        var questions = Question().Matches(script).Select(m => m.Groups["url"].Value.Replace("${year}", "2026", StringComparison.Ordinal).Replace("${today}", "2027-01-01", StringComparison.Ordinal)).ToList();
        Assert.Equal(10, questions.Count);
        foreach (var question in questions)
            Assert.True((await client.Rows($"/odata/{question}")).Count > 0, question);
    }

    [GeneratedRegex("url: (?<quote>[`'\"])(?<url>.+)\\k<quote> }", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Question();
}
