using System.Net;
using System.Text.Json.Nodes;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Batch;

public sealed class JsonBatchTests(Province province)
{
    private static string Statuses(JsonArray answers) => string.Join(',', answers.Select(answer => $"{answer!["id"]}:{answer["status"]}"));

    [Fact]
    public async Task Every_part_is_answered_like_a_request_of_its_own()
    {
        var answers = await province.Batch("""
            {"id":"a","method":"GET","url":"Targets(4)?$select=Value"},
            {"id":"b","method":"get","url":"Targets/$count?$filter=Year eq 2026"},
            {"id":"c","method":"GET","url":"Targets(3)/Actual"},
            {"id":"d","method":"GET","url":"Targets?$apply=aggregate(Value with sum as S)","headers":{"accept":"application/json;odata.metadata=none"}}
            """);
        Assert.Equal("a:200,b:200,c:204,d:200", Statuses(answers));
        Assert.Equal(50.1m, (decimal)answers[0]!["body"]!["Value"]!);
        Assert.StartsWith("application/json", (string)answers[0]!["headers"]!["content-type"]!, StringComparison.Ordinal);
        Assert.Equal("4", (string)answers[1]!["body"]!);
        Assert.False(answers[1]!["headers"]!.AsObject().ContainsKey("etag"));
        Assert.False(answers[2]!.AsObject().ContainsKey("body"));
        Assert.Equal("""{"value":[{"S":380.1}]}""", answers[3]!["body"]!.ToJsonString());
    }

    [Theory]
    [InlineData("{}", "requests")]
    [InlineData("[]", "requests")]
    [InlineData("""{"requests":1}""", "requests")]
    [InlineData("""{"requests":[1]}""", "every request is an object")]
    [InlineData("""{"requests":[{"id":1,"method":"GET","url":"Plans"}]}""", "“id” is of the wrong type")]
    [InlineData("""{"requests":[{"id":"1","method":"GET","url":"Plans","dependsOn":"x"}]}""", "“dependsOn” is of the wrong type")]
    [InlineData("{\"requests\":[\n{]}", "no JSON: line 2, byte 2")]
    public async Task What_is_no_batch_is_told_what_it_lacks(string body, string words)
    {
        using var response = await province.Post("$batch", body, "application/json", ("Accept-Language", "en"));
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        Assert.Equal(("OD-1007", HttpStatusCode.BadRequest), ((string)error["code"]!, response.StatusCode));
        Assert.Contains(words, (string)error["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_has_no_entity_tag_but_its_parts_do()
    {
        const string request = """{"requests":[{"id":"1","method":"GET","url":"Targets(1)"}]}""";
        using var response = await province.Post("$batch", request, "application/json");
        Assert.Null(response.Headers.ETag);
        Assert.Contains("\"etag\":", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_url_may_be_relative_from_the_root_or_absolute()
    {
        var absolute = province.Root + "Targets(1)/Value";
        var fromRoot = new Uri(absolute).AbsolutePath;
        Assert.Equal("1:200,2:200,3:200", Statuses(await province.Batch(
            $$"""{"id":"1","method":"GET","url":"{{absolute}}"},{"id":"2","method":"GET","url":"{{fromRoot}}"},{"id":"3","method":"GET","url":"Targets(1)/Value"}""")));
    }

    [Theory]
    [InlineData("http://evil/odata/Targets", "")]
    [InlineData("http://evil.example:81/odata/Targets(1)", "")]
    [InlineData("Targets(1)", ",\"headers\":{\"Host\":\"evil\"}")]
    public async Task A_url_of_another_service_is_not_answered_by_this_one(string url, string more)
    {
        var answers = await province.Batch($$"""{"id":"1","method":"GET","url":"{{url}}"{{more}}}""");
        Assert.Equal("OD-1003", (string)answers[0]!["body"]!["error"]!["code"]!);
    }

    [Fact]
    public async Task A_head_part_has_the_headers_only()
    {
        var answer = (await province.Batch("""{"id":"1","method":"HEAD","url":"Targets(1)"}"""))[0]!.AsObject();
        Assert.Equal(200, (int)answer["status"]!);
        Assert.True(answer["headers"]!.AsObject().ContainsKey("etag"));
        Assert.False(answer.ContainsKey("body"));
    }

    [Fact]
    public async Task A_part_under_a_condition_is_refused_by_name()
    {
        var answer = (await province.Batch("""{"id":"1","method":"GET","url":"Targets(1)","if":"$0 eq 1"}"""))[0]!;
        Assert.Equal((501, "if"), ((int)answer["status"]!, (string)answer["body"]!["error"]!["target"]!));
    }

    [Fact]
    public async Task A_later_part_refers_to_an_earlier_one()
    {
        var answers = await province.Batch("""
            {"id":"p","method":"GET","url":"Plans(00000000-0000-7000-8000-000000000002)?$select=Number"},
            {"id":"2","method":"GET","url":"$p/Implements/Locality?$select=Code","dependsOn":["p"]},
            {"id":"3","method":"GET","url":"$2/Name/$value","dependsOn":["2"]}
            """);
        Assert.Equal("19", (string)answers[1]!["body"]!["Code"]!);
        Assert.Equal("Thái Nguyên", (string)answers[2]!["body"]!);
    }

    [Fact]
    public async Task The_first_failure_ends_the_batch_unless_the_client_wants_to_continue()
    {
        const string parts = """
            {"id":"1","method":"GET","url":"Targets(1)"},{"id":"2","method":"GET","url":"Targets(99)"},
            {"id":"3","method":"GET","url":"Targets(2)"},{"id":"4","method":"GET","url":"$2/Plan","dependsOn":["2"]}
            """;
        Assert.Equal("1:200,2:404", Statuses(await province.Batch(parts)));
        foreach (var preference in new[] { "continue-on-error", "odata.continue-on-error", "odata.continue-on-error=true" })
            Assert.Equal("1:200,2:404,3:200,4:424", Statuses(await province.Batch(parts, ("Prefer", preference))));
    }

    [Fact]
    public async Task A_writing_part_is_refused_and_so_is_its_group()
    {
        var answers = await province.Batch("""
            {"id":"1","method":"POST","url":"Targets","body":{}},
            {"id":"2","method":"GET","url":"Targets(1)","atomicityGroup":"g"},
            {"id":"3","method":"PATCH","url":"Targets(1)","atomicityGroup":"g","body":{}},
            {"id":"4","method":"GET","url":"Targets(1)"}
            """, ("Prefer", "continue-on-error"));
        Assert.Equal("1:405,2:424,3:405,4:200", Statuses(answers));
        Assert.Equal("OD-2001", (string)answers[0]!["body"]!["error"]!["code"]!);
        Assert.Equal("g", (string)answers[1]!["atomicityGroup"]!);
    }

    [Theory]
    [InlineData("$batch")]
    [InlineData("http://elsewhere/other/Targets")]
    [InlineData("ftp://x")]
    [InlineData("../secret")]
    [InlineData("$nobody/Targets")]
    [InlineData("Targets(%ZZ")]
    [InlineData("")]
    public async Task A_url_of_any_shape_is_refused_within_its_part(string url)
    {
        var answers = await province.Batch($$"""{"id":"1","method":"GET","url":"{{url}}"}""");
        Assert.True((int)answers[0]!["status"]! is 200 or 400 or 404 or 405, Statuses(answers));
    }

    [Fact]
    public async Task Parts_inherit_language_and_version_and_may_have_their_own()
    {
        var answers = await province.Batch("""
            {"id":"1","method":"GET","url":"Plans?$select=Nunber"},
            {"id":"2","method":"GET","url":"Plans?$select=Nunber","headers":{"Accept-Language":"vi","OData-MaxVersion":"4.01"}}
            """, ("Accept-Language", "en"), ("OData-MaxVersion", "4.0"), ("Prefer", "continue-on-error"));
        Assert.Contains("did you mean", (string)answers[0]!["body"]!["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Contains("ý bạn là", (string)answers[1]!["body"]!["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal("4.0,4.01", string.Join(',', answers.Select(answer => answer!["headers"]!["odata-version"])));
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("""{"requests":[{"method":"GET","url":"Plans"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"requests":[{"id":"1","method":"GET","url":"Plans"},{"id":"1","method":"GET","url":"Plans"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"requests":[{"id":"1","method":"GET","url":"Plans","dependsOn":["2"]}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"requests":{"id":1}}""", HttpStatusCode.BadRequest)]
    public async Task A_malformed_batch_is_refused(string body, HttpStatusCode expected)
    {
        using var response = await province.Post("$batch", body, "application/json");
        Assert.Equal(expected, response.StatusCode);
        Assert.Contains("OD-1007", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_number_of_parts_and_the_size_are_limited()
    {
        var many = string.Join(',', Enumerable.Range(0, 101).Select(id => $$"""{"id":"{{id}}","method":"GET","url":"Targets(1)"}"""));
        using var tooMany = await province.Post("$batch", $$"""{"requests":[{{many}}]}""", "application/json");
        Assert.Contains("MaxBatchParts", await tooMany.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var tooLarge = await province.Post("$batch", new string(' ', 1_100_000), "application/json");
        Assert.Contains("MaxBatchBytes", await tooLarge.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_is_posted_in_a_known_format()
    {
        using var unknown = await province.Post("$batch", "x", "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, unknown.StatusCode);
        using var read = await province.Send("$batch");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, read.StatusCode);
        Assert.Equal("POST", string.Join(", ", read.Content.Headers.Allow));
    }
}
