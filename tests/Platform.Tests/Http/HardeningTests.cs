using System.Net;
using System.Text.RegularExpressions;
using Platform.Tests.CommandLine;

namespace Platform.Tests.Http;

/// <summary>What answers tell browsers, which other origins may call, and what a server refuses to start with.</summary>
public sealed partial class HardeningTests(World world)
{
    private static readonly string Zeros = Convert.ToBase64String(new byte[32]), Known = Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(i => (byte)i)]),
        Other = Convert.ToBase64String([.. Enumerable.Range(2, 32).Select(i => (byte)i)]);

    [Theory]
    [InlineData("/v1/localities/05953", 200)]
    [InlineData("/v1/localities/05953/plans", 401)]
    [InlineData("/no-such", 404)]
    [InlineData("/odata", 200)]
    [InlineData("/odata/Plans", 401)]
    [InlineData("/health", 200)]
    [InlineData("/openapi/platform.v1.json", 200)]
    [InlineData("/.well-known/openid-configuration", 200)]
    public async Task Every_answer_that_is_no_page_may_load_nothing(string path, int status)
    {
        using var client = world.Anonymous();
        using var answer = await client.Send(HttpMethod.Get, path);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(("nosniff", "DENY", "no-referrer"), (One(answer, "X-Content-Type-Options"), One(answer, "X-Frame-Options"), One(answer, "Referrer-Policy")));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", One(answer, "Content-Security-Policy"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security")); // it was asked in clear
    }

    [Theory]
    [InlineData("/docs/index.html")]
    [InlineData("/odata-docs/")]
    public async Task A_page_runs_no_script_but_its_own_files(string path)
    {
        using var client = world.Anonymous();
        using var answer = await client.Send(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var policy = One(answer, "Content-Security-Policy")!;
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("default-src", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("script-src[^;]*unsafe", policy);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.All(Scripts().Matches(page), script => Assert.Contains("src=", script.Value, StringComparison.Ordinal));
        Assert.DoesNotMatch(@"\son(click|load|error)=", page);
    }

    [Fact]
    public async Task No_other_origin_may_call_unless_it_is_named()
    {
        using var here = world.Anonymous();
        Assert.Null(await AllowedOrigin(here, "https://bao-cao.example.vn"));
        using var run = Executable.Serve(world, ("Access__AllowedOrigins__0", "https://bao-cao.example.vn"));
        using var there = new HttpClient { BaseAddress = new Uri(await run.Ready()) };
        Assert.Equal("https://bao-cao.example.vn", await AllowedOrigin(there, "https://bao-cao.example.vn"));
        Assert.Null(await AllowedOrigin(there, "https://other.example.vn"));
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/odata/Plans");
        preflight.Headers.Add("Origin", "https://bao-cao.example.vn");
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization");
        using var allowed = await there.SendAsync(preflight, TestContext.Current.CancellationToken);
        Assert.Equal("authorization", One(allowed, "Access-Control-Allow-Headers"), ignoreCase: true);
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("Secrets__PagingKey", "zeros", "can be guessed")]
    [InlineData("Secrets__PseudonymKey", "same", "are the same")]
    [InlineData("Secrets__EarlierPseudonymKeys__0", "earlier", "bears the mark")]
    [InlineData("Access__PublicAddress", "http://platform.example.vn", "is not https")]
    [InlineData("Access__PublicAddress", "platform", "is no address")]
    [InlineData("Access__AllowedOrigins__0", "*", "is no origin")]
    [InlineData("Access__AllowedOrigins__0", "https://bao-cao.example.vn/", "is no origin")]
    [InlineData("Access__AllowedOrigins__0", "http://bao-cao.example.vn", "is not https")]
    public async Task Outside_Development_weak_settings_stop_the_start_with_one_clear_line(string name, string value, string reason)
    {
        using var run = await Executable.Serve(
            world, ("Secrets__PagingKey", Known), ("Secrets__PseudonymKey", Other), (name, value switch { "zeros" => Zeros, "same" => Known, "earlier" => Other, _ => value })).Ended();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(reason, Assert.Single(run.Errors), StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    private static async Task<string?> AllowedOrigin(HttpClient client, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/courses");
        request.Headers.Add("Origin", origin);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return One(answer, "Access-Control-Allow-Origin");
    }

    private static string? One(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex Scripts();
}
