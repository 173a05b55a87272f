using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Tests.CommandLine;

namespace Platform.Tests.Access;

/// <summary>Discovery, introspection and revocation; what a secret's end and a revoked token mean, here and on other servers.</summary>
public sealed class OAuthTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    public async Task The_service_describes_where_its_endpoints_are(string path)
    {
        using var client = world.Anonymous();
        var metadata = await client.Read(path);
        Assert.Equal(world.Instance.Address, metadata.Text("issuer"));
        Assert.Equal(["client_secret_basic", "client_secret_post"], metadata["token_endpoint_auth_methods_supported"]!.AsArray().Select(m => m!.ToString()));
        foreach (var endpoint in (string[])["token_endpoint", "introspection_endpoint", "revocation_endpoint"])
        {
            using var answer = await client.PostAsync(new Uri(metadata.Text(endpoint)!), new FormUrlEncodedContent([]), Cancellation);
            Assert.Matches("^invalid_(request|client)$", (await answer.Body(answer.StatusCode)).Text("error"));
        }
    }

    [Fact]
    public async Task A_client_learns_about_its_own_token_and_nothing_about_others()
    {
        var (mine, other) = (await world.Register(Role.CommuneAdmin, "05953"), await world.Register(Role.CommuneAdmin, "05953"));
        var token = await Token(mine);
        var facts = await (await Send("introspect", mine, token)).Body(HttpStatusCode.OK);
        Assert.True(facts["active"]!.GetValue<bool>());
        Assert.Equal((mine.Id, "localities.read localities.write people.manage", "Bearer"), (facts.Text("client_id")!, facts.Text("scope")!, facts.Text("token_type")!));
        Assert.Equal(1800, facts.Number("exp") - facts.Number("iat"));
        Assert.Equal("""{"active":false}""", (await (await Send("introspect", other, token)).Body(HttpStatusCode.OK)).ToJsonString());
        Assert.Equal("""{"active":false}""", (await (await Send("introspect", mine, "no-token")).Body(HttpStatusCode.OK)).ToJsonString());
        var asOperator = await (await Send("introspect", world.Credentials("operator"), token)).Body(HttpStatusCode.OK);
        Assert.Equal(mine.Id, asOperator.Text("client_id"));
    }

    [Theory]
    [InlineData("introspect")]
    [InlineData("revocation")]
    public async Task Nobody_asks_about_a_token_without_being_a_client(string endpoint)
    {
        var token = await world.Token("operator");
        using var answer = await Send(endpoint, ("operator", "wrong"), token);
        Assert.Equal("invalid_client", (await answer.Body(HttpStatusCode.Unauthorized)).Text("error"));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.NotEmpty(answer.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task A_revoked_token_opens_nothing_and_revoking_it_again_is_no_error()
    {
        var client = await world.Register(Role.CommuneAdmin, "05953");
        var (token, kept) = (await Token(client), await Token(client));
        Assert.Equal(HttpStatusCode.OK, await Opens(token));
        foreach (var text in (string[])[token, token, "no-token"])
            Assert.Equal(HttpStatusCode.OK, (await Send("revocation", client, text)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await Opens(token));
        Assert.Equal(HttpStatusCode.OK, await Opens(kept));
    }

    [Fact]
    public async Task Nobody_revokes_anothers_token()
    {
        var (mine, other) = (await world.Register(Role.CommuneAdmin, "05953"), await world.Register(Role.CommuneAdmin, "05953"));
        var token = await Token(mine);
        Assert.Equal("unauthorized_client", (await (await Send("revocation", other, token)).Body(HttpStatusCode.BadRequest)).Text("error"));
        Assert.Equal(HttpStatusCode.OK, await Opens(token));
    }

    [Fact]
    public async Task Another_server_takes_the_tokens_of_this_one_until_they_are_revoked()
    {
        using var run = Executable.Serve(world);
        using var there = new HttpClient { BaseAddress = new Uri(await run.Ready()) };
        var client = await world.Register(Role.CommuneAdmin, "05953");
        var token = await Token(client);
        there.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.NotEmpty(await there.Rows("/v1/localities/05953/plans"));
        await Send("revocation", client, token);
        HttpStatusCode status;
        do
        {
            using var answer = await there.Send(HttpMethod.Get, "/v1/localities/05953/plans");
            status = answer.StatusCode;
            await Task.Delay(200, Cancellation);
        }
        while (status == HttpStatusCode.OK); // forgets within 10 s; the run's own time limit fails it otherwise

        Assert.Equal(HttpStatusCode.Unauthorized, status);
    }

    [Fact]
    public async Task A_server_with_another_key_does_not_start()
    {
        await world.Token("operator"); // so that there is a key
        using var run = await Executable.Serve(world, ("Secrets__TokenKeyFile", ""), ("Secrets__TokenKey", Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))).Ended();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Secrets:TokenKey", Assert.Single(run.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_lie_in_the_database_encrypted_and_the_application_cannot_change_them()
    {
        await world.Token("operator");
        var keys = await world.Everything("select xml from protection_keys");
        Assert.NotEmpty(keys);
        Assert.All(keys, k => Assert.DoesNotContain("masterKey", (string)k[0]!, StringComparison.Ordinal));
        foreach (var statement in (string[])["update protection_keys set xml = ''", "delete from protection_keys"])
            Assert.Equal("42501", await world.AsApplication([], db => db.Outcome(statement)));
    }

    [Fact]
    public async Task Two_secrets_work_at_a_time_and_the_tokens_of_a_withdrawn_one_end_with_it()
    {
        var (id, first) = await world.Register(Role.CommuneAdmin, "05953");
        var second = ClientSecret.New();
        await world.Everything(
            "insert into client_secrets (id, account_id, hash, created_at) select gen_random_uuid(), id, $2, now() from accounts where key = $1", id, ClientSecret.HashOf(second));
        var (byFirst, bySecond) = (await Token((id, first)), await Token((id, second)));
        Assert.Equal(HttpStatusCode.OK, await Opens(byFirst));
        await world.Everything(
            "delete from client_secrets s using accounts a where a.id = s.account_id and a.key = $1 and s.created_at < (select max(created_at) from client_secrets n where n.account_id = a.id)", id);
        await world.Instance.App.Services.GetRequiredService<Callers>().FindNow(id, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, await Opens(byFirst));
        Assert.Equal(HttpStatusCode.OK, await Opens(bySecond));
        Assert.Equal("invalid_client", (await (await Send("token", (id, first), null)).Body(HttpStatusCode.Unauthorized)).Text("error"));
    }

    [Fact]
    public async Task A_secret_that_is_over_asks_for_nothing_and_a_token_never_outlives_its_secret()
    {
        var client = await world.Register(Role.CommuneAdmin, "05953");
        await world.Everything("update client_secrets s set expires_at = now() + interval '5 minutes' from accounts a where a.id = s.account_id and a.key = $1", client.Id);
        Assert.InRange((await (await Send("token", client, null)).Body(HttpStatusCode.OK)).Number("expires_in")!.Value, 200, 300);
        await world.Everything("update client_secrets s set expires_at = now() from accounts a where a.id = s.account_id and a.key = $1", client.Id);
        Assert.Equal("invalid_client", (await (await Send("token", client, null)).Body(HttpStatusCode.Unauthorized)).Text("error"));
    }

    [Fact]
    public async Task When_a_secret_was_last_used_is_kept()
    {
        var client = await world.Register(Role.CommuneAdmin, "05953");
        var before = DateTime.UtcNow.AddSeconds(-1);
        await Token(client);
        var used = (await world.Everything("select s.last_used_at from client_secrets s join accounts a on a.id = s.account_id where a.key = $1", client.Id))[0][0];
        Assert.InRange((DateTime)used!, before, DateTime.UtcNow.AddSeconds(1));
    }

    [Fact]
    public async Task Client_credentials_come_in_one_way_only()
    {
        var (id, secret) = world.Credentials("operator");
        var basic = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));
        foreach (var more in (Dictionary<string, string>[])[new() { ["client_secret"] = secret }, new() { ["client_id"] = "sample-vendor" }])
        {
            using var client = world.Anonymous();
            client.DefaultRequestHeaders.Authorization = basic;
            more["grant_type"] = "client_credentials";
            using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), new FormUrlEncodedContent(more), Cancellation);
            Assert.Equal("invalid_request", (await answer.Body(HttpStatusCode.BadRequest)).Text("error"));
        }
    }

    [Fact]
    public async Task A_challenge_names_the_fault_of_the_token_that_was_shown()
    {
        using var none = world.Anonymous();
        using var unasked = await none.Send(HttpMethod.Get, "/v1/localities/05953/plans");
        Assert.Equal("Bearer realm=\"platform\"", Assert.Single(unasked.Headers.WwwAuthenticate).ToString());
        none.DefaultRequestHeaders.Authorization = new("Bearer", "CfDJ8nonsense");
        using var invalid = await none.Send(HttpMethod.Get, "/odata/Plans");
        Assert.Contains("error=\"invalid_token\"", Assert.Single(invalid.Headers.WwwAuthenticate).Parameter, StringComparison.Ordinal);
        using var vendor = await world.As("sampleVendor");
        using var narrow = await vendor.Send(HttpMethod.Get, "/odata/Plans");
        Assert.Equal(HttpStatusCode.Forbidden, narrow.StatusCode);
        Assert.Contains("error=\"insufficient_scope\"", Assert.Single(narrow.Headers.WwwAuthenticate).Parameter, StringComparison.Ordinal);
        Assert.Contains("scope=\"localities.read\"", Assert.Single(narrow.Headers.WwwAuthenticate).Parameter, StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> Opens(string token)
    {
        using var client = world.Anonymous();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = await client.Send(HttpMethod.Get, "/v1/localities/05953/plans");
        return answer.StatusCode;
    }

    private async Task<string> Token((string Id, string Secret) client) =>
        (await (await Send("token", client, null)).Body(HttpStatusCode.OK)).Text("access_token")!;

    private async Task<HttpResponseMessage> Send(string endpoint, (string Id, string Secret) client, string? token)
    {
        using var http = world.Anonymous();
        var form = new Dictionary<string, string> { ["client_id"] = client.Id, ["client_secret"] = client.Secret, ["grant_type"] = "client_credentials" };
        if (token is not null)
            form["token"] = token;
        using var content = new FormUrlEncodedContent(form);
        return await http.PostAsync(new Uri($"/connect/{endpoint}", UriKind.Relative), content, Cancellation);
    }
}
