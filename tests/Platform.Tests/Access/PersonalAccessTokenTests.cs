using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;

namespace Platform.Tests.Access;

/// <summary>Tokens for Excel and Power BI: sent as a password, scoped, ended, withdrawn; and who is asked for one.</summary>
public sealed class PersonalAccessTokenTests(World world)
{
    private static readonly DateTimeOffset NextMonth = DateTimeOffset.UtcNow.AddDays(30);

    [Fact]
    public async Task A_token_opens_OData_as_a_password_and_everything_else_as_bearer()
    {
        using var owner = await world.NewClient(Role.ProvinceViewer, "19");
        var made = await Make(owner);
        Assert.Equal(["localities.read"], made["scopes"]!.AsArray().Select(s => s!.ToString()));
        using var excel = With("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"bất kỳ:{made.Text("token")}")));
        Assert.NotEmpty(await excel.Rows("/odata/Communes?$top=1"));
        await excel.Send(HttpMethod.Get, "/v1/localities/05953/plans").Problem(Problems.NotSignedIn);
        using var script = With("Bearer", made.Text("token")!);
        Assert.NotEmpty(await script.Rows("/v1/localities/05953/plans"));
        Assert.NotEmpty(await script.Rows("/odata/Communes?$top=1"));

        var listed = Assert.Single(await owner.Rows("/v1/personal-access-tokens"));
        Assert.Equal((made.Text("id"), "Excel"), (listed.Text("id"), listed.Text("name")));
        Assert.NotNull(listed.Text("lastUsedAt"));
        Assert.DoesNotContain("token", listed.Select(p => p.Key));
    }

    [Fact]
    public async Task A_token_is_stored_as_a_hash()
    {
        using var owner = await world.NewClient(Role.ProvinceViewer, "19");
        var secret = (await Make(owner)).Text("token")!.Split('_')[^1];
        Assert.Equal(0L, (await world.Everything("select count(*) from personal_access_tokens t where t::text like '%' || $1 || '%'", secret))[0][0]);
    }

    [Fact]
    public async Task A_withdrawn_token_opens_nothing()
    {
        using var owner = await world.NewClient(Role.ProvinceViewer, "19");
        var made = await Make(owner);
        using var script = With("Bearer", made.Text("token")!);
        Assert.NotEmpty(await script.Rows("/odata/Communes?$top=1"));
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Send(HttpMethod.Delete, $"/v1/personal-access-tokens/{made.Text("id")}")).StatusCode);
        await script.Send(HttpMethod.Get, "/odata/Communes").Problem(Problems.NotSignedIn);
        await owner.Send(HttpMethod.Delete, $"/v1/personal-access-tokens/{made.Text("id")}").Problem(Problems.UnknownToken);
    }

    [Fact]
    public async Task A_token_that_is_over_opens_nothing()
    {
        using var owner = await world.NewClient(Role.ProvinceViewer, "19");
        var made = await Make(owner);
        await world.Everything("update personal_access_tokens set expires_at = now() where id = $1", Guid.Parse(made.Text("id")!));
        using var script = With("Bearer", made.Text("token")!);
        await script.Send(HttpMethod.Get, "/odata/Communes").Problem(Problems.NotSignedIn);
    }

    [Fact]
    public async Task A_token_does_no_more_than_it_says_and_makes_no_other()
    {
        using var owner = await world.NewClient(Role.CommuneAdmin, "05953");
        using var script = With("Bearer", (await Make(owner)).Text("token")!);
        await script.Send(HttpMethod.Post, "/v1/localities/05953/villages", new { kind = "Xóm", name = "x" }).Problem(Problems.NotAllowed);
        await script.Send(HttpMethod.Post, "/v1/personal-access-tokens", new { name = "x", expiresAt = NextMonth }).Problem(Problems.TokenMakesNone);
    }

    [Fact]
    public async Task Nobody_sees_or_withdraws_anothers_tokens()
    {
        using var owner = await world.NewClient(Role.ProvinceViewer, "19");
        using var other = await world.NewClient(Role.ProvinceViewer, "19");
        var made = await Make(owner);
        Assert.Empty(await other.Rows("/v1/personal-access-tokens"));
        await other.Send(HttpMethod.Delete, $"/v1/personal-access-tokens/{made.Text("id")}").Problem(Problems.UnknownToken);
        Assert.Equal("0 rows", await world.AsApplication(new() { ["account"] = 1 }, db => db.Outcome("delete from personal_access_tokens where id = $1", Guid.Parse(made.Text("id")!))));
        Assert.Equal("42501", await world.AsApplication([], db => db.Outcome("update personal_access_tokens set scopes = 'x'")));
    }

    [Theory]
    [InlineData("""{"expiresAt":"2999-01-01T00:00:00Z"}""", "/name", "PLT-1201")]
    [InlineData("""{"name":"x"}""", "/expiresAt", "PLT-1201")]
    [InlineData("""{"name":"x","expiresAt":"2999-01-01T00:00:00Z"}""", "/expiresAt", "PLT-1112")]
    [InlineData("""{"name":"x","expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt", "PLT-1112")]
    [InlineData("""{"name":"x","scopes":["localities.write"],"expiresAt":"2026-12-01T00:00:00Z"}""", "/scopes/0", "PLT-1205")]
    [InlineData("""{"name":"x","scopes":[],"expiresAt":"2026-12-01T00:00:00Z"}""", "/scopes", "PLT-1201")]
    [InlineData("""{"name":"x","scopes":[null],"expiresAt":"2026-12-01T00:00:00Z"}""", "/scopes/0", "PLT-1201")]
    public async Task A_token_without_name_or_end_or_with_scopes_too_many_is_not_made(string body, string pointer, string code)
    {
        using var viewer = await world.As("thaiNguyenViewer");
        var problem = await viewer.Send(HttpMethod.Post, "/v1/personal-access-tokens", body).Problem(Problems.Invalid);
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["pointer"]!.ToString() == pointer && e["code"]!.ToString() == code);
    }

    [Theory]
    [InlineData("Basic", "bm8tY29sb24=")]
    [InlineData("Basic", "!!!")]
    [InlineData("Basic", "eDpwYXRf")]
    [InlineData("Basic", "eDpwYXRfMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDFfeA==")]
    [InlineData("Bearer", "pat_00000000000000000000000000000001_x")]
    [InlineData("Bearer", "pat_")]
    public async Task What_is_no_token_opens_nothing(string scheme, string parameter)
    {
        using var client = With(scheme, parameter);
        await client.Send(HttpMethod.Get, "/odata/Plans").Problem(Problems.NotSignedIn);
    }

    [Fact]
    public async Task An_access_token_is_no_password()
    {
        using var client = With("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"x:{await world.Token("operator")}")));
        await client.Send(HttpMethod.Get, "/odata/Plans").Problem(Problems.NotSignedIn);
    }

    [Theory]
    [InlineData("/odata/Plans", null, "Bearer Basic")] // Excel
    [InlineData("/odata/Plans", "cors", "Bearer")] // a page, which asks by itself
    [InlineData("/odata/Plans", "navigate", "Bearer")]
    [InlineData("/v1/localities/05953/plans", null, "Bearer")]
    public async Task Only_programs_that_read_OData_are_asked_for_a_password(string path, string? fetch, string schemes)
    {
        using var client = world.Anonymous();
        if (fetch is not null)
            client.DefaultRequestHeaders.Add("Sec-Fetch-Mode", fetch);
        using var answer = await client.Send(HttpMethod.Get, path);
        Assert.Equal(schemes, string.Join(' ', answer.Headers.WwwAuthenticate.Select(w => w.Scheme)));
    }

    private static async Task<JsonObject> Make(HttpClient owner) =>
        await (await owner.Send(HttpMethod.Post, "/v1/personal-access-tokens", new { name = "Excel", expiresAt = NextMonth })).Body(HttpStatusCode.Created);

    private HttpClient With(string scheme, string parameter)
    {
        var client = world.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, parameter);
        return client;
    }
}
