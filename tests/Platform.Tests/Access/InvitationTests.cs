using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;

namespace Platform.Tests.Access;

/// <summary>People are invited, and helped with a new password, by those who stand above them; nobody reaches further than that.</summary>
public sealed class InvitationTests(World world)
{
    private const string Refused = "42501";

    private static int contacts;

    [Fact]
    public async Task A_communes_admin_invites_an_officer_who_then_signs_in_by_the_contact()
    {
        var (admin, key) = await world.NewSignedIn(Role.CommuneAdmin, "05953");
        using var browser = admin;
        var contact = NewContact();
        var made = await Invite(admin.Client, new { contact, role = "AgencyOfficer", locality = "05953", agency = "cong-an-xa" });
        Assert.EndsWith($"/admin/#invitation={made.Text("token")}", made.Text("link"), StringComparison.Ordinal);
        Assert.Equal(contact, Assert.Single(await admin.Client.Rows("/v1/invitations")).Text("contact"));
        using var officer = new Browser(world);
        var accepted = await (await Accept(officer.Client, made.Text("token"), "Hoàng Thị Bưởi")).Body(HttpStatusCode.Created);
        await officer.SignIn(contact.ToUpperInvariant(), NewPeople.Password);
        var me = await officer.Client.Read("/v1/me");
        Assert.Equal((accepted.Text("key"), "Hoàng Thị Bưởi"), (me.Text("key"), me.Text("name")));
        var grant = Assert.Single(me["grants"]!.AsArray())!.AsObject();
        Assert.Equal(("AgencyOfficer", "05953", key), (grant.Text("role"), grant.Text("locality"), grant.Text("grantedBy")));
        Assert.NotEmpty(await officer.Client.Rows("/v1/me/tasks"));
        Assert.Empty(await admin.Client.Rows("/v1/invitations"));
        Assert.Contains(await admin.Client.Rows("/v1/people?limit=500"), p => p.Text("key") == accepted.Text("key"));
        // The link works once.
        await Task.FromResult(await Accept(officer.Client, made.Text("token"), "Kẻ khác")).Problem(Problems.LinkVoid);
        // What was stored tells nobody the contact, nor opens the link.
        var stored = (await world.Everything("select p::text || i::text from people p join accounts a on a.id = p.account_id, invitations i where a.key = $1 and i.id = $2::uuid", accepted.Text("key")!, made.Text("id")!))[0][0]!;
        Assert.DoesNotContain(contact, (string)stored, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(made.Text("token")!.Split('.')[1], (string)stored, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CommuneAdmin", "05953", "ProvinceViewer", "19", "/locality")]
    [InlineData("CommuneAdmin", "05953", "CommuneAdmin", "09988", "/locality")]
    [InlineData("CommuneAdmin", "05953", "Auditor", "05953", "/role")]
    [InlineData("CommuneAdmin", "05953", "Operator", null, "/locality")]
    [InlineData("ProvinceManager", "19", "Operator", null, "/locality")]
    [InlineData("ProvinceManager", "19", "CommuneAdmin", "09988", "/locality")]
    public async Task Nobody_invites_beyond_their_own_reach(string who, string where, string role, string? locality, string pointer)
    {
        var (inviter, key) = await world.NewSignedIn(Enum.Parse<Role>(who), where);
        using var browser = inviter;
        var problem = await inviter.Client.Send(HttpMethod.Post, "/v1/invitations", new { role, locality }).Problem(Problems.Invalid);
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["code"]!.ToString() == Problems.BeyondReach.Code && e["pointer"]!.ToString() == pointer);
        // Nor does the database believe the application.
        var account = (int)(await world.Everything("select id from accounts where key = $1", key))[0][0]!;
        var place = locality is null ? "null" : $"(select id from localities where code = '{locality}')";
        foreach (var statement in (string[])[
            $"insert into invitations (id, hash, role, locality_id, invited_by, invited_at, expires_at) values (gen_random_uuid(), 'x', '{role}', {place}, {account}, now(), now())",
            $"insert into grants (account_id, role, tenant_id, valid_from, granted_by) values ({account}, '{role}', {place}, now(), 'x')"])
            Assert.Equal(Refused, await world.AsApplication(new() { ["account"] = account }, db => db.Outcome(statement)));
    }

    [Theory]
    [InlineData("""{}""", "/role", "PLT-1201")]
    [InlineData("""{"role":"Vendor","locality":"19"}""", "/role", "PLT-1109")]
    [InlineData("""{"role":"CommuneAdmin","locality":"19"}""", "/locality", "PLT-1109")]
    [InlineData("""{"role":"CommuneAdmin","locality":"05953","contact":"not a contact"}""", "/contact", "PLT-2713")]
    [InlineData("""{"role":"CommuneAdmin","locality":"05953","expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt", "PLT-1112")]
    [InlineData("""{"role":"AgencyOfficer","locality":"05953","agency":"no-such"}""", "/agency", "PLT-2002")]
    public async Task An_invitation_that_says_nonsense_is_refused_with_the_field(string body, string pointer, string code)
    {
        using var platform = await world.As("operator");
        var problem = await platform.Send(HttpMethod.Post, "/v1/invitations", body).Problem(Problems.Invalid);
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["pointer"]!.ToString() == pointer && e["code"]!.ToString() == code);
    }

    [Fact]
    public async Task A_withdrawn_or_expired_invitation_and_a_forged_token_open_nothing()
    {
        using var platform = await world.As("operator");
        using var nobody = world.Anonymous();
        var withdrawn = await Invite(platform, new { role = "CommuneAdmin", locality = "05953" });
        Assert.Equal(HttpStatusCode.NoContent, (await platform.Send(HttpMethod.Delete, $"/v1/invitations/{withdrawn.Text("id")}")).StatusCode);
        var expired = await Invite(platform, new { role = "CommuneAdmin", locality = "05953" });
        await world.Everything("update invitations set expires_at = now() where id = $1::uuid", expired.Text("id")!);
        var open = (await Invite(platform, new { role = "CommuneAdmin", locality = "05953" })).Text("token")!;
        foreach (var token in (string?[])[withdrawn.Text("token"), expired.Text("token"), open[..^1] + (open[^1] == '0' ? '1' : '0'), "x", $"{Guid.Empty:N}.x"])
            await Task.FromResult(await Accept(nobody, token, "Ai đó")).Problem(Problems.LinkVoid);
    }

    [Fact]
    public async Task Of_many_who_hold_one_link_at_once_one_comes_in()
    {
        using var platform = await world.As("operator");
        using var nobody = world.Anonymous();
        var token = (await Invite(platform, new { role = "CommuneAdmin", locality = "05953" })).Text("token");
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Accept(nobody, token, $"Người {i}")));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound], answers.Select(a => a.StatusCode).Order());
    }

    [Fact]
    public async Task An_inviter_who_lost_the_right_has_invited_nobody()
    {
        var (admin, key) = await world.NewSignedIn(Role.CommuneAdmin, "05953");
        using var browser = admin;
        var token = (await Invite(admin.Client, new { role = "CommuneAdmin", locality = "05953" })).Text("token");
        await world.Everything("update grants g set valid_to = now() from accounts a where a.id = g.account_id and a.key = $1", key);
        using var nobody = world.Anonymous();
        await Task.FromResult(await Accept(nobody, token, "Ai đó")).Problem(Problems.LinkVoid);
    }

    [Fact]
    public async Task Who_has_an_account_accepts_with_it()
    {
        using var platform = await world.As("operator");
        var (person, key) = await world.NewSignedIn(Role.CommuneAdmin, "05953");
        using var browser = person;
        var token = (await Invite(platform, new { contact = $"{key}@example.vn", role = "CommuneAdmin", locality = "09988" })).Text("token");
        using var nobody = world.Anonymous();
        await Task.FromResult(await Accept(nobody, token, "Ai đó")).Problem(Problems.PersonExists);
        Assert.Equal(HttpStatusCode.NoContent, (await person.Client.Send(HttpMethod.Post, "/v1/me/invitations", new { token })).StatusCode);
        Assert.Equal(["05953", "09988"], (await person.Client.Read("/v1/me"))["grants"]!.AsArray().Select(g => g!["locality"]!.ToString()).Order(StringComparer.Ordinal));
        await person.Client.Send(HttpMethod.Post, "/v1/me/invitations", new { token }).Problem(Problems.LinkVoid);
    }

    [Fact]
    public async Task A_telephone_number_is_found_however_it_is_written()
    {
        using var platform = await world.As("operator");
        using var person = new Browser(world);
        var number = $"09{Random.Shared.Next(10_000_000, 99_999_999)}";
        var token = (await Invite(platform, new { role = "CommuneAdmin", locality = "05953" })).Text("token");
        using var accepted = await person.Client.Send(HttpMethod.Post, "/v1/invitations/acceptance", new { token, name = "Lò Thị Mỷ", password = NewPeople.Password, contact = number });
        Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
        await person.SignIn($"+84 {number[1..4]} {number[4..7]}.{number[7..]}", NewPeople.Password);
    }

    [Fact]
    public async Task A_person_sets_a_new_password_by_a_link_of_somebody_above()
    {
        var (manager, _) = await world.NewSignedIn(Role.ProvinceManager, "19");
        var (person, key) = await world.NewSignedIn(Role.CommuneAdmin, "05953");
        using var above = manager;
        using var below = person;
        var link = await (await manager.Client.Send(HttpMethod.Post, $"/v1/people/{key}/password-resets")).Body(HttpStatusCode.Created);
        Assert.EndsWith($"#password={link.Text("token")}", link.Text("link"), StringComparison.Ordinal);
        using var nobody = world.Anonymous();
        await nobody.Send(HttpMethod.Put, "/v1/password", new { token = link.Text("token"), password = "ngắn" }).Problem(Problems.Invalid);
        using var set = await nobody.Send(HttpMethod.Put, "/v1/password", new { token = link.Text("token"), password = "gió đưa cành trúc la đà" });
        Assert.Equal(HttpStatusCode.NoContent, set.StatusCode);
        await nobody.Send(HttpMethod.Put, "/v1/password", new { token = link.Text("token"), password = "gió đưa cành trúc la đà" }).Problem(Problems.LinkVoid);
        await person.Client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
        await person.TrySignIn(key, NewPeople.Password).Problem(Problems.SignInRefused);
        await person.SignIn(key, "gió đưa cành trúc la đà");
    }

    [Theory]
    [InlineData(Role.ProvinceManager, "19", Role.ProvinceManager, "19")]
    [InlineData(Role.ProvinceManager, "19", Role.CommuneAdmin, "09988")]
    [InlineData(Role.CommuneAdmin, "05953", Role.CommuneAdmin, "05953")]
    [InlineData(Role.CommuneAdmin, "05953", Role.AgencyOfficer, "09988")]
    [InlineData(Role.CommuneAdmin, "05953", Role.Operator, null)]
    public async Task Nobody_makes_a_link_for_a_peer_or_a_stranger(Role role, string where, Role other, string? elsewhere)
    {
        var (admin, own) = await world.NewSignedIn(role, where);
        using var browser = admin;
        var key = await world.NewPerson(other, elsewhere);
        var missing = await admin.Client.Send(HttpMethod.Post, "/v1/people/no-such/password-resets").Problem(Problems.UnknownPerson);
        var foreign = await admin.Client.Send(HttpMethod.Post, $"/v1/people/{key}/password-resets").Problem(Problems.UnknownPerson);
        Assert.Equal(missing.ToJsonString().Replace("no-such", key, StringComparison.Ordinal), foreign.ToJsonString());
        var (by, of) = ((int)(await world.Everything("select id from accounts where key = $1", own))[0][0]!, (int)(await world.Everything("select id from accounts where key = $1", key))[0][0]!);
        var statement = $"insert into password_resets (id, hash, account_id, issued_by, issued_at, expires_at) values (gen_random_uuid(), 'x', {of}, 'x', now(), now())";
        Assert.Equal(Refused, await world.AsApplication(new() { ["account"] = by }, db => db.Outcome(statement)));
    }

    [Fact]
    public async Task One_role_out_of_reach_is_enough_to_be_out_of_reach()
    {
        using var platform = await world.As("operator");
        var (manager, _) = await world.NewSignedIn(Role.ProvinceManager, "19");
        using var browser = manager;
        var key = await world.NewPerson(Role.CommuneAdmin, "05953", "09988");
        await manager.Client.Send(HttpMethod.Post, $"/v1/people/{key}/password-resets").Problem(Problems.UnknownPerson);
        Assert.Equal(HttpStatusCode.Created, (await platform.Send(HttpMethod.Post, $"/v1/people/{key}/password-resets")).StatusCode);
    }

    [Fact]
    public async Task An_ended_client_opens_nothing_and_stays_on_record()
    {
        using var manager = await world.As("thaiNguyenManager");
        var id = $"ending-{Guid.NewGuid():N}";
        await (await manager.Send(HttpMethod.Post, "/v1/clients", new { clientId = id, name = "Phần mềm cũ", province = "19" })).Body(HttpStatusCode.Created);
        var secret = await (await manager.Send(HttpMethod.Post, $"/v1/clients/{id}/secrets", new { })).Body(HttpStatusCode.Created);
        await manager.Send(HttpMethod.Post, "/v1/grants", new { holder = id, role = "ProvinceViewer", locality = "19" });
        using var client = await world.SignedIn(id, secret.Text("clientSecret")!);
        using var made = await client.Send(HttpMethod.Post, "/v1/personal-access-tokens", new { name = "Excel", expiresAt = DateTimeOffset.UtcNow.AddDays(1) });
        using var excel = world.Anonymous();
        excel.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", (await made.Body(HttpStatusCode.Created)).Text("token"));
        Assert.NotEmpty(await excel.Rows("/odata/Communes?$top=1"));
        using var stranger = await world.NewClient(Role.ProvinceManager, "01");
        await stranger.Send(HttpMethod.Delete, $"/v1/clients/{id}").Problem(Problems.UnknownClient);
        for (var again = 0; again < 2; again++)
            Assert.Equal(HttpStatusCode.NoContent, (await manager.Send(HttpMethod.Delete, $"/v1/clients/{id}")).StatusCode);
        await client.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
        await excel.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
        var view = await manager.Read($"/v1/clients/{id}");
        Assert.NotNull(view.Text("endedAt"));
        Assert.Empty(view["secrets"]!.AsArray());
        Assert.Equal("thai-nguyen-manager", Assert.Single(await manager.Rows($"/v1/grants?holder={id}&ended=true")).Text("endedBy"));
        await manager.Send(HttpMethod.Post, $"/v1/clients/{id}/secrets", new { }).Problem(Problems.ClientEnded);
    }

    private static string NewContact() => $"nguoi-{Interlocked.Increment(ref contacts)}-{Guid.NewGuid():N}@example.vn";

    private static async Task<JsonObject> Invite(HttpClient by, object body) =>
        await (await by.Send(HttpMethod.Post, "/v1/invitations", body)).Body(HttpStatusCode.Created);

    private static Task<HttpResponseMessage> Accept(HttpClient by, string? token, string name) =>
        by.Send(HttpMethod.Post, "/v1/invitations/acceptance", new { token, name, password = NewPeople.Password });
}
