using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Http;
using Platform.Tests.CommandLine;

namespace Platform.Tests.Access;

/// <summary>People sign in with a password and get a cookie; what it opens, what it needs for a change, and how it ends.</summary>
public sealed class SessionTests(World world)
{
    [Fact]
    public async Task A_person_who_signs_in_may_do_what_was_granted()
    {
        var commune = await world.FreshCommune();
        var (browser, key) = await world.NewSignedIn(Role.CommuneAdmin, commune.Code);
        using (browser)
        {
            var me = await browser.Client.Read("/v1/me");
            Assert.Equal((key, "Người thử", "Person"), (me.Text("key"), me.Text("name"), me.Text("kind")));
            Assert.Equal("""["localities.read","localities.write","people.manage"]""", me["scopes"]!.ToJsonString());
            Assert.Equal(commune.Code, me["grants"]![0]!["locality"]!.ToString());
            using var made = await browser.Client.Send(HttpMethod.Post, $"/v1/localities/{commune.Code}/agencies", new { name = "Trạm y tế", kind = "ServiceCentre" });
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            await browser.Client.Send(HttpMethod.Get, "/v1/localities/05953/plans").Problem(Problems.UnknownLocality);
            Assert.True((await browser.Client.Read($"/v1/access/explain?operation=CreateAgency&locality={commune.Code}"))["allowed"]!.GetValue<bool>());
        }
    }

    [Fact]
    public async Task Each_sample_person_signs_in_with_the_password_of_the_credentials_file()
    {
        foreach (var (name, person) in world.SamplePeople)
        {
            using var browser = new Browser(world);
            await browser.SignIn(person.Login, person.Password);
            Assert.Equal($"{person.Role}", (await browser.Client.Read("/v1/me"))["grants"]![0]!["role"]!.ToString());
            using var again = new Browser(world);
            await again.SignIn($" {person.Login.ToUpperInvariant()}@Example.VN ", person.Password);
            Assert.True(name.Length > 0);
        }

        Assert.True(world.SamplePeople.Count >= 6);
    }

    [Fact]
    public async Task A_change_by_cookie_needs_the_token_of_its_own_session()
    {
        var commune = await world.FreshCommune();
        var (browser, _) = await world.NewSignedIn(Role.CommuneAdmin, commune.Code);
        var (stranger, _) = await world.NewSignedIn(Role.CommuneAdmin, commune.Code);
        using var both = browser;
        using var other = stranger;
        var own = (await browser.Client.Read("/v1/antiforgery")).Text("token")!;
        foreach (var wrong in (string?[])[null, "", "x", (await stranger.Client.Read("/v1/antiforgery")).Text("token"), own.ToUpperInvariant()])
        {
            browser.Client.DefaultRequestHeaders.Remove("X-Antiforgery-Token");
            if (wrong is not null)
                browser.Trust(wrong);
            await browser.Client.Send(HttpMethod.Post, $"/v1/localities/{commune.Code}/villages", new { kind = "Xóm", name = "Mới" }).Problem(Problems.AntiforgeryNeeded);
            await browser.Client.Send(HttpMethod.Delete, "/v1/me/sessions").Problem(Problems.AntiforgeryNeeded);
            await browser.Client.Send(HttpMethod.Post, "/v1/sign-out").Problem(Problems.AntiforgeryNeeded);
            await browser.Client.Send(HttpMethod.Post, "/odata/$batch", "{\"requests\":[]}").Problem(Problems.AntiforgeryNeeded);
        }

        browser.Trust(own);
        using var made = await browser.Client.Send(HttpMethod.Post, $"/v1/localities/{commune.Code}/villages", new { kind = "Xóm", name = "Mới" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
    }

    [Fact]
    public async Task The_cookie_is_kept_from_scripts_and_from_other_sites()
    {
        var key = await world.NewPerson(Role.ProvinceViewer, "19");
        using var browser = new Browser(world);
        using var answer = await browser.TrySignIn(key, NewPeople.Password);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("platform-session=", cookie, StringComparison.Ordinal);
        foreach (var part in (string[])["path=/", "samesite=lax", "httponly"])
            Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        // What the database keeps opens nothing.
        var stored = await world.Everything("select s.hash::text from sessions s join accounts a on a.id = s.account_id where a.key = $1", key);
        Assert.DoesNotContain((string)stored[0][0]!, cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_in_the_header_counts_instead_of_the_cookie_and_needs_no_antiforgery()
    {
        var commune = await world.FreshCommune();
        var (browser, _) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        using var client = await world.NewClient(Role.CommuneAdmin, commune.Code);
        browser.Client.DefaultRequestHeaders.Remove("X-Antiforgery-Token");
        browser.Client.DefaultRequestHeaders.Authorization = client.DefaultRequestHeaders.Authorization;
        using var made = await browser.Client.Send(HttpMethod.Post, $"/v1/localities/{commune.Code}/villages", new { kind = "Xóm", name = "Mới" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        foreach (var path in (string[])["/v1/me/sessions", "/v1/antiforgery"])
            await browser.Client.Send(HttpMethod.Get, path).Problem(Problems.SessionNeeded);
        browser.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "garbage");
        await browser.Client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
    }

    [Fact]
    public async Task Unknown_wrong_and_locked_accounts_get_one_answer()
    {
        var key = await world.NewPerson(Role.ProvinceViewer, "19");
        using var browser = new Browser(world);
        var unknown = await browser.TrySignIn("nobody-at-all", "mật khẩu nào đó").Problem(Problems.SignInRefused);
        // Side by side, so that attempts which run at once are seen to be counted.
        var wrong = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => browser.TrySignIn(key, "mật khẩu nào đó").Problem(Problems.SignInRefused)));
        var locked = await browser.TrySignIn(key, NewPeople.Password).Problem(Problems.SignInRefused);
        Assert.All(wrong.Append(locked), answer => Assert.Equal(unknown.ToJsonString(), answer.ToJsonString()));
        await world.Everything("update people p set locked_until = now() - interval '1 second' from accounts a where a.id = p.account_id and a.key = $1", key);
        await browser.SignIn(key, NewPeople.Password);
        Assert.Equal(0, (await world.Everything("select failures from people p join accounts a on a.id = p.account_id where a.key = $1", key))[0][0]);
    }

    [Fact]
    public async Task Too_many_sign_ins_have_to_wait_whether_the_account_exists_or_not()
    {
        using var browser = new Browser(world);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => browser.TrySignIn("nobody-who-tries-often", "x")));
        var refused = answers.FirstOrDefault(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        await Task.FromResult(refused).Problem(Problems.TooMuch);
    }

    [Fact]
    public async Task A_session_is_seen_and_ended_by_its_owner()
    {
        var (one, key) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var first = one;
        using var second = new Browser(world);
        second.Client.DefaultRequestHeaders.UserAgent.ParseAdd("Thu/1.0");
        var other = (await second.SignIn(key, NewPeople.Password)).Text("session");
        var listed = await first.Client.Rows("/v1/me/sessions");
        Assert.Equal(2, listed.Count);
        var seen = Assert.Single(listed, s => s.Text("id") == other);
        Assert.Equal(("Thu/1.0", "Password", "false"), (seen.Text("userAgent"), seen.Text("method"), seen.Text("current")));
        Assert.Contains(seen.Text("address"), (string[])["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
        Assert.Equal(HttpStatusCode.NoContent, (await first.Client.Send(HttpMethod.Delete, $"/v1/me/sessions/{other}")).StatusCode);
        await second.Client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
        await first.Client.Send(HttpMethod.Delete, $"/v1/me/sessions/{other}").Problem(Problems.UnknownSession);
        Assert.Equal(HttpStatusCode.NoContent, (await first.Client.Send(HttpMethod.Post, "/v1/sign-out")).StatusCode);
        Assert.Equal(0, first.Cookies.Count);
        await first.Client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
    }

    [Fact]
    public async Task Nobody_ends_a_strangers_session()
    {
        var (one, _) = await world.NewSignedIn(Role.CommuneAdmin, "05953");
        var (other, key) = await world.NewSignedIn(Role.CommuneAdmin, "09988");
        using var first = one;
        using var second = other;
        var id = (await second.Client.Rows("/v1/me/sessions"))[0].Text("id");
        await first.Client.Send(HttpMethod.Delete, $"/v1/me/sessions/{id}").Problem(Problems.UnknownSession);
        await first.Client.Send(HttpMethod.Delete, $"/v1/people/{key}/sessions/{id}").Problem(Problems.UnknownPerson);
        await first.Client.Send(HttpMethod.Get, $"/v1/people/{key}/sessions").Problem(Problems.UnknownPerson);
        Assert.Equal(key, (await second.Client.Read("/v1/me")).Text("key"));
        using var platform = await world.As("operator");
        Assert.Equal(id, Assert.Single(await platform.Rows($"/v1/people/{key}/sessions")).Text("id"));
        Assert.Equal(HttpStatusCode.NoContent, (await platform.Send(HttpMethod.Delete, $"/v1/people/{key}/sessions/{id}")).StatusCode);
        await second.Client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
    }

    [Theory]
    [InlineData("last_seen_at = now() - interval '61 minutes'")]
    [InlineData("expires_at = now() - interval '1 second'")]
    [InlineData("ended_at = now()")]
    public async Task A_session_that_is_idle_over_or_ended_elsewhere_opens_nothing(string change)
    {
        var (browser, key) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        await browser.Client.Read("/v1/me");
        await world.Everything($"update sessions s set {change} from accounts a where a.id = s.account_id and a.key = $1", key);
        world.Instance.App.Services.GetRequiredService<Callers>().Forget(key);
        await browser.Client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
    }

    [Fact]
    public async Task A_new_password_needs_the_old_one_and_ends_the_other_sessions()
    {
        var (browser, key) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        using var other = new Browser(world);
        await other.SignIn(key, NewPeople.Password);
        var refused = await browser.Client.Send(HttpMethod.Put, "/v1/me/password", new { password = "không phải nó", newPassword = "một mật khẩu thật dài" }).Problem(Problems.Invalid);
        Assert.Equal(("/password", Problems.WrongPassword.Code), (refused["errors"]![0]!["pointer"]!.ToString(), refused["errors"]![0]!["code"]!.ToString()));
        using var changed = await browser.Client.Send(HttpMethod.Put, "/v1/me/password", new { password = NewPeople.Password, newPassword = "một mật khẩu thật dài" });
        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        await other.Client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
        await browser.Client.Read("/v1/me");
        await other.TrySignIn(key, NewPeople.Password).Problem(Problems.SignInRefused);
        // However the keyboard composes its letters.
        await other.SignIn(key, "một mật khẩu thật dài".Normalize(System.Text.NormalizationForm.FormD));
    }

    [Theory]
    [InlineData("ngắn quá", "PLT-2707")]
    [InlineData("matkhau123456", "PLT-2708")]
    [InlineData("Mật khẩu 2026!!", "PLT-2708")]
    [InlineData("P@ssword12345", "PLT-2708")]
    [InlineData("aaaaaaaaaaaaaaaa", "PLT-2708")]
    [InlineData("người thử 12345", "PLT-2708")]
    [InlineData("", "PLT-1201")]
    [InlineData("con\u0007trâu gặm cỏ bờ đê", "PLT-1207")]
    public async Task A_short_or_common_password_is_refused(string password, string code)
    {
        var (browser, _) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        var refused = await browser.Client.Send(HttpMethod.Put, "/v1/me/password", new { password = NewPeople.Password, newPassword = password }).Problem(Problems.Invalid);
        Assert.Equal(("/newPassword", code), (refused["errors"]![0]!["pointer"]!.ToString(), refused["errors"]![0]!["code"]!.ToString()));
    }

    [Fact]
    public async Task A_personal_access_token_of_a_person_reads_and_cannot_touch_the_account()
    {
        var (browser, _) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        using var made = await browser.Client.Send(HttpMethod.Post, "/v1/personal-access-tokens", new { name = "Excel", expiresAt = DateTimeOffset.UtcNow.AddDays(1) });
        using var excel = world.Anonymous();
        excel.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await made.Body(HttpStatusCode.Created)).Text("token"));
        Assert.NotEmpty(await excel.Rows("/odata/Communes?$top=1"));
        await excel.Send(HttpMethod.Put, "/v1/me/password", new { password = NewPeople.Password, newPassword = "một mật khẩu thật dài" }).Problem(Problems.SessionNeeded);
    }

    [Fact]
    public async Task The_first_person_of_an_installation_sets_a_password_with_a_token_of_the_owner()
    {
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Owner"] = world.Instance.Database.OwnerConnection! };
        using var run = await Executable.Start("Production", settings, "operator", "first-person", "--person").Ended();
        Assert.Equal((0, 0), (run.ExitCode, run.Errors.Count));
        var token = run.Output[1].Split(' ')[^1];
        using var browser = new Browser(world);
        await browser.TrySignIn("first-person", NewPeople.Password).Problem(Problems.SignInRefused);
        using var set = await browser.Client.Send(HttpMethod.Put, "/v1/password", new { token, password = NewPeople.Password });
        Assert.Equal(HttpStatusCode.NoContent, set.StatusCode);
        await browser.SignIn("first-person", NewPeople.Password);
        Assert.NotEmpty(await browser.Client.Rows("/v1/clients"));
    }
}
