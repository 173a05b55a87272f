using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using Platform.CommandLine;
using Platform.Database;
using Platform.Http;

namespace Platform.Tests.Http;

/// <summary>Every failure is a numbered problem in the caller's language, and says nothing of the server's inside.</summary>
public sealed class ProblemTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "vi")]
    [InlineData("vi", "vi")]
    [InlineData("en", "en")]
    [InlineData("en-US,en;q=0.9", "en")]
    [InlineData("en;q=0.5,vi;q=0.9", "vi")]
    [InlineData("fr", "vi")]
    [InlineData("*", "vi")]
    [InlineData("not a language;;q=x", "vi")]
    public async Task A_problem_speaks_vietnamese_unless_english_is_preferred(string? accepted, string language)
    {
        using var client = world.Anonymous();
        if (accepted is not null)
            client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", accepted);
        using var answer = await client.Send(HttpMethod.Get, "/v1/localities/99999");
        var problem = await answer.Body(HttpStatusCode.NotFound);
        Assert.Equal(language == "en" ? Problems.UnknownLocality.En : Problems.UnknownLocality.Vi, problem.Text("title"));
        Assert.Equal(language, Assert.Single(answer.Content.Headers.ContentLanguage));
        Assert.Contains("Accept-Language", answer.Headers.Vary);
        Assert.Equal("/v1/localities/99999", problem.Text("instance"));
    }

    [Theory]
    [InlineData("GET", "/khong-co")]
    [InlineData("GET", "/v2/localities")]
    [InlineData("POST", "/v1")]
    [InlineData("GET", "/v1/localities/05953/plans/khong-phai-guid")]
    [InlineData("GET", "/problems/PLT-9999")]
    public async Task An_unknown_address_is_a_404_problem(string method, string path)
    {
        using var client = await world.As("khaSonAdmin");
        await client.Send(new HttpMethod(method), path).Problem(Problems.NotFound);
        if (!path.Contains("05953", StringComparison.Ordinal))
        {
            using var anonymous = world.Anonymous();
            await anonymous.Send(new HttpMethod(method), path).Problem(Problems.NotFound);
        }
    }

    [Theory]
    [InlineData("DELETE", "/v1/courses")]
    [InlineData("POST", "/v1/localities/05953")]
    [InlineData("PATCH", "/v1/localities/05953/plans")]
    [InlineData("PATCH", "/v1/completions")]
    [InlineData("GET", "/connect/token")]
    public async Task A_wrong_method_is_a_405_problem_that_names_the_right_ones(string method, string path)
    {
        using var signedIn = await world.As("khaSonAdmin");
        using var anonymous = world.Anonymous();
        foreach (var client in (HttpClient[])[signedIn, anonymous])
        {
            using var answer = await client.Send(new HttpMethod(method), path);
            Assert.NotEmpty(answer.Content.Headers.Allow);
            await Task.FromResult(answer).Problem(Problems.MethodNotAllowed);
        }
    }

    [Theory]
    [InlineData("/v1/localities?limit=abc")]
    [InlineData("/v1/localities?limit=0")]
    [InlineData("/v1/localities?limit=501")]
    [InlineData("/v1/localities?limit=99999999999")]
    [InlineData("/v1/localities?limit=")]
    [InlineData("/v1/localities?level=Village")]
    [InlineData("/v1/localities?limit=1&limit=2")]
    public async Task An_unexpected_parameter_value_is_a_numbered_400(string path)
    {
        using var client = world.Anonymous();
        await client.Send(HttpMethod.Get, path).Problem(Problems.BadParameter);
    }

    [Theory]
    [InlineData("/v1/localities/05953/plans?status=Nonsense")]
    [InlineData("/v1/localities/05953/plans?year=MMXXVI")]
    [InlineData("/v1/localities/05953/progress?year=1e3")]
    public async Task An_unexpected_parameter_value_of_a_closed_route_is_a_numbered_400(string path)
    {
        using var client = await world.As("khaSonAdmin");
        await client.Send(HttpMethod.Get, path).Problem(Problems.BadParameter);
    }

    [Fact]
    public async Task The_catalogue_lists_every_code_once_in_both_languages()
    {
        using var client = world.Anonymous();
        var listed = await client.Rows("/problems");
        Assert.Equal(listed.Count, listed.Select(p => p.Text("code")).Distinct().Count());
        Assert.Equal(Problems.All.Select(p => p.Code).Concat(Platform.OData.ODataFaults.All.Select(f => f.Code)), listed.Select(p => p.Text("code")));
        Assert.All(listed, p =>
        {
            Assert.False(string.IsNullOrWhiteSpace(p.Text("vi")) || string.IsNullOrWhiteSpace(p.Text("en")));
            Assert.NotEqual(p.Text("vi"), p.Text("en"));
            Assert.InRange(p.Number("status")!.Value, 400, 599);
        });
    }

    [Fact]
    public async Task The_address_of_a_problems_type_describes_it()
    {
        using var client = world.Anonymous();
        var problem = await client.Send(HttpMethod.Get, "/v1/localities/99999").Problem(Problems.UnknownLocality);
        var description = await client.Read(problem.Text("type")!);
        Assert.Equal((Problems.UnknownLocality.Code, 404m, Problems.UnknownLocality.En), (description.Text("code")!, description.Number("status")!.Value, description.Text("en")!));
    }

    [Fact]
    public async Task Fields_at_fault_are_all_named_with_their_pointers()
    {
        using var client = await world.As("khaSonAdmin");
        var problem = await client.Send(HttpMethod.Post, "/v1/localities/05953/agencies", "{\"key\":\"a\"}").Problem(Problems.Invalid);
        Assert.Equal(["/name PLT-1201", "/kind PLT-1201"], problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        problem = await client.Send(HttpMethod.Post, "/v1/localities/05953/agencies", "{\"name\":\"a\",\"kind\":\"Circus\"}").Problem(Problems.Invalid);
        Assert.Equal("/kind", problem["errors"]![0]!["pointer"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("{\"name\":\"\\ud800\",\"kind\":\"Police\"}")]
    [InlineData("{\"name\":\"a\\u0000b\",\"kind\":\"Police\"}")]
    [InlineData("{\"name\":7,\"kind\":\"Police\"}")]
    [InlineData("{\"name\":\"x\",\"kind\":\"")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("")]
    [InlineData("\u0000")]
    public async Task A_bad_body_is_never_a_fault_of_the_server(string body)
    {
        using var client = await world.As("khaSonAdmin");
        foreach (var (method, path) in ((string, string)[])[("POST", "agencies"), ("POST", "plans"), ("POST", "villages"), ("PUT", "populations")])
        {
            using var answer = await client.Send(new HttpMethod(method), $"/v1/localities/05953/{path}", body);
            Assert.True((int)answer.StatusCode is 400 or 422, $"{path}: {(int)answer.StatusCode}");
            Assert.StartsWith("PLT-", (await answer.Body(answer.StatusCode)).Text("code"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("targets")]
    [InlineData("tasks")]
    [InlineData("agencies")]
    [InlineData("legalBases")]
    [InlineData("initiatives")]
    [InlineData("reportingRules")]
    [InlineData("fundingSources")]
    [InlineData("facts")]
    public async Task Null_where_a_document_holds_a_list_or_a_part_is_never_a_fault_of_the_server(string list)
    {
        using var client = await world.As("khaSonAdmin");
        foreach (var value in (string[])["null", "[null]", "[{}]"])
        {
            using var answer = await client.Send(HttpMethod.Post, "/v1/localities/05953/plans", $"{{\"title\":\"\",\"fromYear\":2026,\"toYear\":2026,\"{list}\":{value}}}");
            Assert.True((int)answer.StatusCode is 400 or 422, $"{list} {value}: {(int)answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("/v1/localities/%00")]
    [InlineData("/v1/localities/%ff")]
    [InlineData("/v1/localities?search=%00")]
    [InlineData("/v1/localities?search=%ED%A0%80")]
    [InlineData("/v1/localities?search=%zz")]
    [InlineData("/v1/localities?after=%00")]
    [InlineData("/v1/localities?province=%00")]
    [InlineData("/problems/%00")]
    public async Task Odd_characters_in_an_address_are_never_a_fault_of_the_server(string path)
    {
        using var client = world.Anonymous();
        using var answer = await client.Send(HttpMethod.Get, path);
        Assert.InRange((int)answer.StatusCode, 200, 499);
    }

    [Fact]
    public async Task No_answer_names_the_server()
    {
        using var client = world.Anonymous();
        foreach (var path in (string[])["/v1/courses", "/khong-co", "/odata/$metadata", "/health", "/docs/index.html", "/openapi/platform.v1.json"])
        {
            using var answer = await client.Send(HttpMethod.Get, path);
            Assert.Empty(answer.Headers.Server);
            Assert.False(answer.Headers.Contains("X-Powered-By"));
        }
    }

    [Fact]
    public async Task An_unexpected_fault_gives_a_trace_id_and_nothing_of_the_inside()
    {
        // The same server in Development, where the framework would show most, over a database without tables.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        var bare = new NpgsqlConnectionStringBuilder(world.Instance.Database.OwnerConnection) { Database = "postgres" }.ConnectionString;
        await using var app = Server.Build(builder, new DatabaseOptions { ApplicationConnection = bare }, new Secrets(new byte[32], new byte[32], null));
        await app.StartAsync(Cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var answer = await client.Send(HttpMethod.Get, "/v1/courses");
        var problem = await answer.Body(HttpStatusCode.InternalServerError);
        Assert.Equal(["type", "title", "status", "code", "instance", "traceId"], problem.Select(p => p.Key));
        Assert.Equal(Problems.Unexpected.Code, problem.Text("code"));
        Assert.DoesNotMatch("Npgsql|Exception|platform_|127\\.0\\.0\\.1|at Platform|relation", problem.ToJsonString());
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_told_of_with_a_time_to_come_again_and_no_secret()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        await using var app = Server.Build(
            builder, new DatabaseOptions { ApplicationConnection = "Host=127.0.0.1;Port=1;Username=secret_user;Password=secret_password" }, new Secrets(new byte[32], new byte[32], null));
        await app.StartAsync(Cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var answer = await client.Send(HttpMethod.Get, "/v1/courses");
        var problem = await answer.Body(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(Problems.Unavailable.Code, problem.Text("code"));
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.DoesNotMatch("Npgsql|Exception|secret|127\\.0\\.0\\.1|at Platform", problem.ToJsonString());
        using var health = await client.Send(HttpMethod.Get, "/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.DoesNotContain("secret", await health.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }
}
