using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Platform.Access;
using Platform.CommandLine;
using Platform.Http;

namespace Platform.Tests.Access;

/// <summary>Signing in at another provider, with a small one of the test's own: authorisation code, PKCE, user information.</summary>
public sealed class ExternalSignInTests(World world) : IAsyncLifetime
{
    private readonly Provider provider = new();
    private WebApplication? platform;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await provider.Start();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "Platform" });
        builder.LeaveWork();
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["Title"] = "VNeID",
            ["ClientId"] = "platform",
            ["ClientSecret"] = Provider.Secret,
            ["AuthorizationEndpoint"] = $"{provider.Address}/authorize",
            ["TokenEndpoint"] = $"{provider.Address}/token",
            ["UserInformationEndpoint"] = $"{provider.Address}/me",
        })
            builder.Configuration[$"People:External:vneid:{name}"] = value;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        platform = Server.Build(builder, world.Instance.Database, Secrets.InFolder(world.Folder));
        await platform.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await platform!.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task Who_linked_an_identity_signs_in_with_it_and_nobody_else_does()
    {
        var key = await world.NewPerson(Role.ProvinceViewer, "19");
        provider.Subject = $"001099{key}";
        using var stranger = Browse();
        await Task.FromResult(await Travel(stranger, "/v1/sign-in/external/vneid")).Problem(Problems.IdentityNotLinked);
        await stranger.Client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);

        using var owner = Browse();
        await owner.SignIn(key, NewPeople.Password);
        using var linked = await Travel(owner, "/v1/me/external-identities/vneid");
        Assert.Equal((HttpStatusCode.Found, "/v1/me"), (linked.StatusCode, linked.Headers.Location?.ToString()));
        Assert.Equal("vneid", Assert.Single(await owner.Client.Rows("/v1/me/external-identities")).Text("provider"));
        using var again = await Travel(owner, "/v1/me/external-identities/vneid");
        Assert.Equal(HttpStatusCode.Found, again.StatusCode);

        using var other = Browse();
        using var back = await Travel(other, "/v1/sign-in/external/vneid");
        Assert.Equal(HttpStatusCode.Found, back.StatusCode);
        Assert.Equal(key, (await other.Client.Read("/v1/me")).Text("key"));
        Assert.Equal("External", Assert.Single(await other.Client.Rows("/v1/me/sessions"), s => s.Text("current") == "true").Text("method"));

        // What the provider calls a person, perhaps a citizen number, is not stored.
        var stored = await world.Everything("select string_agg(e::text, ' ') from external_identities e");
        Assert.DoesNotContain(provider.Subject, (string)stored[0][0]!, StringComparison.Ordinal);

        using var second = Browse();
        await second.SignIn(await world.NewPerson(Role.ProvinceViewer, "19"), NewPeople.Password);
        await Task.FromResult(await Travel(second, "/v1/me/external-identities/vneid")).Problem(Problems.IdentityLinkedElsewhere);

        Assert.Equal(HttpStatusCode.NoContent, (await owner.Client.Send(HttpMethod.Delete, "/v1/me/external-identities/vneid")).StatusCode);
        await Task.FromResult(await Travel(stranger, "/v1/sign-in/external/vneid")).Problem(Problems.IdentityNotLinked);
    }

    [Fact]
    public async Task A_forged_return_and_a_link_begun_in_another_browser_fail()
    {
        var key = await world.NewPerson(Role.ProvinceViewer, "19");
        provider.Subject = $"001099{key}";
        using var owner = Browse();
        await owner.SignIn(key, NewPeople.Password);
        await owner.Client.Send(HttpMethod.Get, "/v1/sign-in/external/vneid/callback?code=x&state=y").Problem(Problems.ExternalFailed);
        await owner.Client.Send(HttpMethod.Get, "/v1/sign-in/external/vneid/callback?error=access_denied").Problem(Problems.ExternalFailed);
        // The victim's browser is sent to where the thief's would have gone.
        using var thief = Browse();
        await thief.SignIn(await world.NewPerson(Role.ProvinceViewer, "19"), NewPeople.Password);
        using var begun = await thief.Client.Send(HttpMethod.Post, "/v1/me/external-identities/vneid");
        var back = await provider.Visit((await begun.Body(HttpStatusCode.OK)).Text("address")!);
        await owner.Client.Send(HttpMethod.Get, back.PathAndQuery).Problem(Problems.ExternalFailed);
        // Who signed out meanwhile links nothing.
        Assert.Equal(HttpStatusCode.NoContent, (await thief.Client.Send(HttpMethod.Post, "/v1/sign-out")).StatusCode);
        await thief.Client.Send(HttpMethod.Get, back.PathAndQuery).Problem(Problems.ExternalFailed);
        Assert.Empty(await owner.Client.Rows("/v1/me/external-identities"));
    }

    [Fact]
    public async Task Providers_are_named_and_without_configuration_there_are_none()
    {
        using var browser = Browse();
        var named = Assert.Single(await browser.Client.Rows("/v1/sign-in/external"));
        Assert.Equal(("vneid", "VNeID"), (named.Text("name"), named.Text("title")));
        await browser.Client.Send(HttpMethod.Post, "/v1/sign-in/external/no-such").Problem(Problems.UnknownProvider);
        using var plain = new Browser(world);
        Assert.Empty(await plain.Client.Rows("/v1/sign-in/external"));
        await plain.Client.Send(HttpMethod.Post, "/v1/sign-in/external/vneid").Problem(Problems.UnknownProvider);
        await plain.Client.Send(HttpMethod.Get, "/v1/sign-in/external/vneid/callback").Problem(Problems.UnknownProvider);
    }

    private Browser Browse() => new(platform!.Urls.First());

    private async Task<HttpResponseMessage> Travel(Browser browser, string path)
    {
        using var begun = await browser.Client.Send(HttpMethod.Post, path);
        var back = await provider.Visit((await begun.Body(HttpStatusCode.OK)).Text("address")!);
        return await browser.Client.Send(HttpMethod.Get, back.PathAndQuery);
    }

    private sealed class Provider : IAsyncDisposable
    {
        internal const string Secret = "between-the-two-of-us";

        private readonly WebApplication app;
        private string challenge = "";

        internal Provider()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            app = builder.Build();
            app.MapGet("/authorize", (HttpContext http) =>
            {
                challenge = http.Request.Query["code_challenge"]!;
                return Results.Redirect($"{http.Request.Query["redirect_uri"]}?code=once&state={Uri.EscapeDataString(http.Request.Query["state"]!)}");
            });
            app.MapPost("/token", async (HttpContext http) =>
            {
                var form = await http.Request.ReadFormAsync();
                var verifier = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]!))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
                return form["client_secret"] == Secret && form["code"] == "once" && verifier == challenge
                    ? Results.Json(new JsonObject { ["access_token"] = "provider-token", ["token_type"] = "Bearer" })
                    : Results.BadRequest();
            });
            app.MapGet("/me", (HttpContext http) => http.Request.Headers.Authorization == "Bearer provider-token"
                ? Results.Json(new JsonObject { ["sub"] = Subject, ["email"] = "somebody@example.vn" })
                : Results.Unauthorized());
        }

        internal string Subject { get; set; } = "";

        internal string Address => app.Urls.First();

        internal Task Start() => app.StartAsync(Cancellation);

        // The person agrees at once.
        internal async Task<Uri> Visit(string address)
        {
            Assert.Equal("S256", HttpUtility.ParseQueryString(new Uri(address).Query)["code_challenge_method"]);
            using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
            using var answer = await client.GetAsync(new Uri(address), Cancellation);
            return answer.Headers.Location!;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
