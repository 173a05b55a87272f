using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Http;

namespace Platform.Tests.Access;

/// <summary>OAuth client credentials: how a token is asked for, what it says, and when it is worth nothing.</summary>
public sealed class TokenTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_issued_for_credentials_in_the_form()
    {
        var (id, secret) = world.Credentials("khaSonAdmin");
        using var answer = await Ask(new() { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = secret });
        await Works(answer, "localities.read localities.write people.manage");
    }

    [Fact]
    public async Task A_token_is_issued_for_basic_credentials()
    {
        using var answer = await Ask(new() { ["grant_type"] = "client_credentials" }, Basic("khaSonAdmin"));
        await Works(answer, "localities.read localities.write people.manage");
    }

    [Fact]
    public async Task Basic_credentials_may_be_percent_encoded()
    {
        var (id, secret) = world.Credentials("khaSonAdmin");
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id.Replace("-", "%2D", StringComparison.Ordinal)}:%{(int)secret[0]:x2}{secret[1..]}"));
        using var answer = await Ask(new() { ["grant_type"] = "client_credentials" }, new AuthenticationHeaderValue("Basic", encoded));
        await Works(answer, "localities.read localities.write people.manage");
    }

    [Fact]
    public async Task Answers_of_the_token_endpoint_are_never_stored()
    {
        using var good = await Ask(new() { ["grant_type"] = "client_credentials" }, Basic("operator"));
        using var bad = await Ask(new() { ["grant_type"] = "client_credentials", ["client_id"] = "operator", ["client_secret"] = "wrong" });
        Assert.All((HttpResponseMessage[])[good, bad], a => Assert.True(a.Headers.CacheControl?.NoStore));
    }

    [Theory]
    [InlineData("operator", "wrong")]
    [InlineData("operator", "")]
    [InlineData("nobody", "wrong")]
    [InlineData("", "")]
    [InlineData("' or 1=1 --", "x")]
    public async Task Wrong_credentials_are_401_with_a_challenge(string id, string secret)
    {
        var basic = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}")));
        using var byForm = await Ask(new() { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = secret });
        using var byHeader = await Ask(new() { ["grant_type"] = "client_credentials" }, basic);
        foreach (var (answer, scheme) in (IEnumerable<(HttpResponseMessage, string)>)[(byForm, "Bearer"), (byHeader, "Basic")]) // Basic makes browsers ask by themselves
        {
            Assert.Equal("invalid_client", (await answer.Body(HttpStatusCode.Unauthorized)).Text("error"));
            Assert.Equal(scheme, Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        }
    }

    [Theory]
    [InlineData("!!!not base64!!!")]
    [InlineData("bm9jb2xvbg==")]
    [InlineData("/////w==")]
    public async Task A_broken_basic_header_is_401(string value)
    {
        using var answer = await Ask(new() { ["grant_type"] = "client_credentials" }, new AuthenticationHeaderValue("Basic", value));
        Assert.Equal("invalid_client", (await answer.Body(HttpStatusCode.Unauthorized)).Text("error"));
    }

    [Theory]
    [InlineData("password", "unsupported_grant_type")]
    [InlineData("authorization_code", "unsupported_grant_type")]
    [InlineData("", "unsupported_grant_type")]
    [InlineData(null, "invalid_request")]
    public async Task Another_or_no_grant_type_is_refused(string? grantType, string error)
    {
        var form = new Dictionary<string, string>();
        if (grantType is not null)
            form["grant_type"] = grantType;
        using var answer = await Ask(form, Basic("operator"));
        Assert.Equal(error, (await answer.Body(HttpStatusCode.BadRequest)).Text("error"));
    }

    [Theory]
    [InlineData("operator%00", "x")]
    [InlineData("operator", "%00")]
    [InlineData("%ED%A0%80", "%FF")]
    public async Task Characters_that_no_client_id_has_are_no_fault_of_the_server(string id, string secret)
    {
        using var byForm = await Post("application/x-www-form-urlencoded", $"grant_type=client_credentials&client_id={id}&client_secret={secret}");
        using var byHeader = await Ask(new() { ["grant_type"] = "client_credentials" }, new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}"))));
        Assert.All((HttpResponseMessage[])[byForm, byHeader], a => Assert.True(a.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest, $"{a.StatusCode}"));
    }

    [Theory]
    [InlineData("application/json", "{\"grant_type\":\"client_credentials\"}")]
    [InlineData("text/plain", "grant_type=client_credentials")]
    [InlineData("multipart/form-data", "x")]
    public async Task A_body_that_is_no_form_is_refused(string type, string body)
    {
        await Post(type, body).Problem(Problems.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_grant_type_given_twice_is_invalid()
    {
        using var answer = await Post("application/x-www-form-urlencoded", "grant_type=client_credentials&grant_type=client_credentials");
        Assert.Equal("invalid_request", (await answer.Body(HttpStatusCode.BadRequest)).Text("error"));
    }

    [Fact]
    public async Task A_form_of_too_many_or_too_long_values_is_no_fault_of_the_server()
    {
        foreach (var body in (string[])[string.Join('&', Enumerable.Range(0, 3000).Select(i => $"k{i}=1")), $"{new string('k', 5000)}=1"])
        {
            using var answer = await Post("application/x-www-form-urlencoded", body);
            Assert.Equal("invalid_request", (await answer.Body(HttpStatusCode.BadRequest)).Text("error"));
        }
    }

    [Fact]
    public async Task A_token_may_be_narrowed_to_fewer_scopes_and_then_does_no_more()
    {
        var (id, secret) = world.Credentials("khaSonAdmin");
        using var client = await world.SignedIn(id, secret, "localities.read");
        Assert.NotEmpty(await client.Rows("/v1/localities/05953/plans"));
        var refused = await client.Send(HttpMethod.Post, "/v1/localities/05953/villages", new { kind = "Xóm", name = "Thử" }).Problem(Problems.NotAllowed);
        Assert.Contains("localities.write", refused.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("khaSonAdmin", "completions.write")]
    [InlineData("khaSonAdmin", "localities.read admin")]
    [InlineData("sampleVendor", "localities.read")]
    [InlineData("thaiNguyenViewer", "localities.write")]
    public async Task A_scope_beyond_the_role_is_refused(string name, string scope)
    {
        using var answer = await Ask(new() { ["grant_type"] = "client_credentials", ["scope"] = scope }, Basic(name));
        Assert.Equal("invalid_scope", (await answer.Body(HttpStatusCode.BadRequest)).Text("error"));
    }

    [Fact]
    public async Task No_secret_is_stored_in_clear()
    {
        foreach (var name in (string[])["khaSonAdmin", "sampleVendor", "operator"])
        {
            var (id, secret) = world.Credentials(name);
            var stored = (string)(await world.Everything("select s.hash::text from client_secrets s join accounts a on a.id = s.account_id where a.key = $1", id))[0][0]!;
            Assert.DoesNotContain(secret, stored, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(0L, (await world.Everything("select count(*) from client_secrets s where s::text like '%' || $1 || '%'", secret))[0][0]);
        }

        Assert.NotEqual(ClientSecret.HashOf("x"), ClientSecret.HashOf("x"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(world.Folder, "sample-credentials.json")));
    }

    [Fact]
    public async Task A_token_of_a_removed_client_opens_nothing()
    {
        using var client = world.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", await Token("khong-con-ai", TimeSpan.FromMinutes(5)));
        await client.Send(HttpMethod.Get, "/v1/localities/05953/plans").Problem(Problems.NotSignedIn);
        await client.Send(HttpMethod.Get, "/odata/Plans").Problem(Problems.NotSignedIn);
        await client.Send(HttpMethod.Post, "/v1/completions", "[]").Problem(Problems.NotSignedIn);
    }

    [Fact]
    public async Task A_token_opens_until_its_end_and_not_after()
    {
        var (id, _) = world.Credentials("khaSonAdmin");
        using var client = world.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", await Token(id, TimeSpan.FromMinutes(5)));
        Assert.NotEmpty(await client.Rows("/v1/localities/05953/plans"));
        client.DefaultRequestHeaders.Authorization = new("Bearer", await Token(id, TimeSpan.FromMinutes(-5)));
        await client.Send(HttpMethod.Get, "/v1/localities/05953/plans").Problem(Problems.NotSignedIn);
    }

    [Fact]
    public async Task A_token_does_not_do_what_the_client_may_no_longer_do()
    {
        var (id, secret) = await world.Register(Role.CommuneAdmin, "05953");
        await world.Everything("update grants set valid_to = now() from accounts a where a.id = grants.account_id and a.key = $1", id);
        using var client = world.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", await Token(id, TimeSpan.FromMinutes(5)));
        await client.Send(HttpMethod.Get, "/v1/localities/05953/plans").Problem(Problems.NotAllowed);
        using var asked = await Ask(new() { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = secret, ["scope"] = "localities.read" });
        Assert.Equal("invalid_scope", (await asked.Body(HttpStatusCode.BadRequest)).Text("error"));
    }

    private async Task<string> Token(string clientId, TimeSpan lifetime)
    {
        var services = world.Instance.App.Services;
        var caller = await services.GetRequiredService<Callers>().FindNow(clientId, Cancellation);
        var now = DateTimeOffset.UtcNow;
        return services.GetRequiredService<AccessTokens>().Write(new AccessToken(
            Guid.NewGuid(), clientId, caller?.Secrets.First() ?? Guid.NewGuid(), ["localities.read", "completions.write"], now, now + lifetime));
    }

    private AuthenticationHeaderValue Basic(string name)
    {
        var (id, secret) = world.Credentials(name);
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));
    }

    private async Task<HttpResponseMessage> Ask(Dictionary<string, string> form, AuthenticationHeaderValue? basic = null)
    {
        using var client = world.Anonymous();
        client.DefaultRequestHeaders.Authorization = basic;
        using var content = new FormUrlEncodedContent(form);
        return await client.PostAsync(new Uri("/connect/token", UriKind.Relative), content, Cancellation);
    }

    private async Task<HttpResponseMessage> Post(string type, string body)
    {
        using var client = world.Anonymous();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await client.PostAsync(new Uri("/connect/token", UriKind.Relative), content, Cancellation);
    }

    private async Task Works(HttpResponseMessage answer, string scope)
    {
        var token = await answer.Body(HttpStatusCode.OK);
        Assert.Equal(["access_token", "token_type", "expires_in", "scope"], token.Select(p => p.Key));
        Assert.Equal(("Bearer", 1800m, scope), (token.Text("token_type")!, token.Number("expires_in")!.Value, token.Text("scope")!));
        using var client = world.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Text("access_token"));
        Assert.NotEmpty(await client.Rows("/v1/localities/05953/plans"));
    }
}
