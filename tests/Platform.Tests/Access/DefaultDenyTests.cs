using System.Net;
using System.Net.Http.Headers;
using Platform.Http;

namespace Platform.Tests.Access;

/// <summary>Nothing is open that does not say so; made from the published contract.</summary>
public sealed class DefaultDenyTests(World world)
{
    private const string Anybody = "any who is signed in";

    private static readonly string[] Open =
        [
            "GET /v1/localities", "GET /v1/localities/{code}", "GET /v1/courses", "GET /v1/personal-data/register", "GET /problems", "GET /problems/{problemCode}",
            "POST /connect/token", "POST /connect/introspect", "POST /connect/revocation",
            "POST /v1/sign-in", "POST /v1/sign-in/passkey/options", "POST /v1/sign-in/passkey", "GET /v1/sign-in/external", "POST /v1/sign-in/external/{provider}", "POST /v1/invitations/acceptance", "PUT /v1/password",
        ];

    [Fact]
    public async Task Every_operation_but_the_public_ones_says_which_scope_it_needs()
    {
        var open = (await Operations()).Where(o => o.Scope is null).Select(o => $"{o.Method} {o.Path}");
        Assert.Equal(Open.Order(StringComparer.Ordinal), open.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("garbage")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Every_operation_with_a_security_requirement_is_401_without_a_valid_token(string? token)
    {
        using var client = world.Anonymous();
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var operations = (await Operations()).Where(o => o.Scope is not null).ToList();
        Assert.True(operations.Count >= 25);
        foreach (var (method, path, _) in operations)
        {
            using var answer = await client.Send(new HttpMethod(method), Fill(path), method is "POST" or "PUT" ? "{}" : null);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {answer.StatusCode}");
            Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
            Assert.Equal(Problems.NotSignedIn.Code, (await answer.Body(HttpStatusCode.Unauthorized)).Text("code"));
        }
    }

    [Fact]
    public async Task Every_operation_is_403_for_a_token_without_its_scope()
    {
        // The vendor has only completions.write, the viewer only localities.read.
        using var vendor = await world.As("sampleVendor");
        using var viewer = await world.As("thaiNguyenViewer");
        foreach (var (method, path, scope) in (await Operations()).Where(o => o.Scope is not (null or Anybody)))
        {
            var stranger = scope == "completions.write" ? viewer : vendor;
            await stranger.Send(new HttpMethod(method), Fill(path), method is "POST" or "PUT" ? "{}" : null).Problem(Problems.NotAllowed);
            if (scope == "localities.write")
                await viewer.Send(new HttpMethod(method), Fill(path), method is "POST" or "PUT" ? "{}" : null).Problem(Problems.NotAllowed);
        }
    }

    [Fact]
    public async Task Every_entity_set_of_the_analytics_model_is_401_without_a_token()
    {
        using var client = world.Anonymous();
        var sets = await client.Rows("/odata");
        Assert.True(sets.Count >= 9);
        foreach (var set in sets.Select(s => s.Text("url")))
        {
            await client.Send(HttpMethod.Get, $"/odata/{set}").Problem(Problems.NotSignedIn);
            await client.Send(HttpMethod.Get, $"/odata/{set}/$count").Problem(Problems.NotSignedIn);
        }

        await client.Send(HttpMethod.Post, "/odata/$batch", "{\"requests\":[]}").Problem(Problems.NotSignedIn);
    }

    [Fact]
    public async Task A_token_counts_in_the_header_only()
    {
        using var client = world.Anonymous();
        var token = await world.Token("operator");
        await client.Send(HttpMethod.Get, $"/v1/localities/05953/plans?access_token={Uri.EscapeDataString(token)}").Problem(Problems.NotSignedIn);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", token);
        await client.Send(HttpMethod.Get, "/v1/localities/05953/plans").Problem(Problems.NotSignedIn);
    }

    private async Task<List<(string Method, string Path, string? Scope)>> Operations()
    {
        using var client = world.Anonymous();
        var document = await client.Read("/openapi/platform.v1.json");
        return [.. from path in document["paths"]!.AsObject()
                   from operation in path.Value!.AsObject()
                   let security = operation.Value!["security"]?.AsArray()
                   select (operation.Key.ToUpperInvariant(), path.Key, security is null ? null : (security[0]!["clientCredentials"] ?? security[0]!["session"])!.AsArray().FirstOrDefault()?.GetValue<string>() ?? Anybody)];
    }

    private static string Fill(string path) => path.Replace("{code}", "05953", StringComparison.Ordinal).Replace("{grant}", "1", StringComparison.Ordinal).Replace("framework-rules/{id}", "framework-rules/1", StringComparison.Ordinal) switch
    {
        var rest when rest.Contains('{', StringComparison.Ordinal) => string.Concat(rest.Split('{', '}').Select((part, i) => i % 2 == 0 ? part : $"{Guid.Empty}")),
        var rest => rest,
    };
}
