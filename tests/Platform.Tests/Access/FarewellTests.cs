using System.Net;
using System.Net.Http.Headers;
using Platform.Access;
using Platform.Access.People;
using Platform.Http;

namespace Platform.Tests.Access;

/// <summary>Who stands above ends a person, or takes a lost second factor off them; nobody else does, and it does not happen unseen.</summary>
public sealed class FarewellTests(World world)
{
    [Fact]
    public async Task An_ended_person_is_signed_out_everywhere_and_stays_on_record()
    {
        var commune = (await world.FreshCommune()).Code;
        using var admin = await world.NewClient(Role.CommuneAdmin, commune);
        await (await admin.Send(HttpMethod.Post, $"/v1/localities/{commune}/agencies", new { key = "cong-an-xa", name = "Công an xã", kind = "Police" })).Body(HttpStatusCode.Created);
        var (browser, key) = await world.NewSignedIn(Role.AgencyOfficer, commune);
        using var officer = browser;
        using var made = await officer.Client.Send(HttpMethod.Post, "/v1/personal-access-tokens", new { name = "x", scopes = (string[])["tasks.own"], expiresAt = DateTimeOffset.UtcNow.AddDays(1) });
        using var machine = world.Anonymous();
        machine.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await made.Body(HttpStatusCode.Created)).Text("token"));
        await machine.Read("/v1/me/tasks");

        using (var ended = await admin.Send(HttpMethod.Delete, $"/v1/people/{key}"))
            Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        await officer.Client.Send(HttpMethod.Get, "/v1/me/sessions").Problem(Problems.NotSignedIn);
        await machine.Send(HttpMethod.Get, "/v1/me/tasks").Problem(Problems.NotSignedIn);
        using var again = new Browser(world);
        await again.TrySignIn(key, NewPeople.Password).Problem(Problems.SignInRefused);
        await admin.Send(HttpMethod.Delete, $"/v1/people/{key}").Problem(Problems.UnknownPerson);
        Assert.DoesNotContain(await admin.Rows("/v1/people"), p => p.Text("key") == key);
        var by = (await admin.Read("/v1/me")).Text("key")!;
        using var platform = await world.As("operator");
        var grant = Assert.Single(await platform.Rows($"/v1/grants?holder={key}&ended=true"));
        Assert.Equal((by, false), (grant.Text("endedBy"), grant.Text("validTo") is null));
        Assert.Equal(["account_notices Insert", "accounts Update", "grants Update"], (await Audited(by)).Order(StringComparer.Ordinal));

        // The contact is free again.
        using var invited = await admin.Send(HttpMethod.Post, "/v1/invitations", new { contact = $"{key}@example.vn", role = "AgencyOfficer", locality = commune, agency = "cong-an-xa" });
        using var newcomer = new Browser(world);
        var token = (await invited.Body(HttpStatusCode.Created)).Text("token");
        using (var admitted = await newcomer.Client.Send(HttpMethod.Post, "/v1/invitations/acceptance", new { token, name = "Lan", password = NewPeople.Password }))
            Assert.NotEqual(key, (await admitted.Body(HttpStatusCode.Created)).Text("key"));
        await newcomer.SignIn($"{key}@example.vn", NewPeople.Password);
    }

    [Fact]
    public async Task A_lost_second_factor_is_taken_off_by_who_stands_above_and_the_person_is_told()
    {
        var (browser, key) = await world.NewSignedIn(Role.CommuneAdmin, "05953");
        using var person = browser;
        using var manager = await world.As("thaiNguyenManager");
        await manager.Send(HttpMethod.Delete, $"/v1/people/{key}/authenticator").Problem(Problems.NoAuthenticator);
        using var app = await person.Client.Send(HttpMethod.Post, "/v1/me/authenticator", new { password = NewPeople.Password });
        var code = OneTimeCodes.CodeAt((await app.Body(HttpStatusCode.OK)).Text("key")!, DateTimeOffset.UtcNow);
        using (var confirmed = await person.Client.Send(HttpMethod.Put, "/v1/me/authenticator/confirmation", new { code }))
            await confirmed.Body(HttpStatusCode.OK);
        Assert.Empty(await person.Client.Rows("/v1/me/notices"));

        using (var removed = await manager.Send(HttpMethod.Delete, $"/v1/people/{key}/authenticator"))
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await person.Client.Send(HttpMethod.Get, "/v1/me/sessions").Problem(Problems.NotSignedIn);
        await person.SignIn(key, NewPeople.Password);
        var notice = Assert.Single(await person.Client.Rows("/v1/me/notices"));
        Assert.Equal(("SecondFactorRemoved", "thai-nguyen-manager"), (notice.Text("kind"), notice.Text("by")));
        Assert.NotEmpty(await world.Everything("select 1 from audit_entries where subject = 'account_notices' and actor = 'thai-nguyen-manager' and after like '%SecondFactorRemoved%'"));
        Assert.Empty(await world.Everything("select 1 from recovery_codes r join accounts a on a.id = r.account_id where a.key = $1", key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/authenticator")]
    public async Task Nobody_does_it_to_an_equal_to_a_stranger_or_to_themselves(string path)
    {
        using var admin = await world.NewClient(Role.CommuneAdmin, "05953");
        var missing = await Refusal(admin, "khong-co");
        foreach (var key in (string[])[await world.NewPerson(Role.CommuneAdmin, "05953"), await world.NewPerson(Role.CommuneAdmin, "09988"), await world.NewPerson(Role.Operator, [null])])
            Assert.Equal(missing, await Refusal(admin, key));
        var (browser, own) = await world.NewSignedIn(Role.Operator, [null]);
        using var person = browser;
        await browser.Client.Send(HttpMethod.Delete, $"/v1/people/{own}{path}").Problem(Problems.OwnAccount);

        async Task<string> Refusal(HttpClient by, string key) =>
            (await by.Send(HttpMethod.Delete, $"/v1/people/{key}{path}").Problem(Problems.UnknownPerson)).ToJsonString().Replace(key, "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_lets_nobody_end_who_does_not_stand_below()
    {
        var (own, above, foreign) = (await AccountOf(Role.CommuneAdmin, "05953"), await AccountOf(Role.ProvinceManager, "19"), await AccountOf(Role.CommuneAdmin, "09988"));
        foreach (var account in (int[])[above, foreign])
            foreach (var statement in (string[])["update accounts set ended_at = now() where id = $1", "update grants set valid_to = now() where account_id = $1", "delete from passkeys where account_id = $1", "delete from personal_access_tokens where account_id = $1"])
                Assert.Equal("0 rows", await world.AsApplication(new() { ["account"] = own }, db => db.Outcome(statement, account)));
        Assert.Equal("42501", await world.AsApplication(new() { ["account"] = own }, db => db.Outcome("insert into account_notices (id, account_id, kind, at, by) values (gen_random_uuid(), $1, 'Ended', now(), 'x')", above)));
    }

    private async Task<int> AccountOf(Role role, string place)
    {
        var key = await world.NewPerson(role, place);
        return (int)(await world.Everything("select id from accounts where key = $1", key))[0][0]!;
    }

    private async Task<List<string>> Audited(string by) =>
        [.. (await world.Everything("select subject || ' ' || action from audit_entries where actor = $1 and subject in ('accounts', 'grants', 'account_notices') group by 1", by)).Select(r => (string)r[0]!)];
}
