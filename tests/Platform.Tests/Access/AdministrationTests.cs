using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;
using Platform.Tests.CommandLine;

namespace Platform.Tests.Access;

/// <summary>Accounts, secrets and grants: who looks after them, how far, and what the database itself refuses.</summary>
public sealed class AdministrationTests(World world)
{
    private const string Refused = "42501";

    private static int clients;

    [Fact]
    public async Task A_client_is_registered_given_a_secret_and_a_grant_and_then_reads()
    {
        using var manager = await world.As("thaiNguyenManager");
        var id = await Register(manager, "19");
        var secret = await Secret(manager, id);
        Assert.Equal(HttpStatusCode.Created, (await Grant(manager, id, "ProvinceViewer", "19")).StatusCode);
        using var client = await world.SignedIn(id, secret.Text("clientSecret")!);
        Assert.NotEmpty(await client.Rows("/odata/Communes?$top=1"));
        var view = await manager.Read($"/v1/clients/{id}");
        Assert.Equal(("19", "thai-nguyen-manager"), (view.Text("province"), view.Text("createdBy")));
        var shown = Assert.Single(view["secrets"]!.AsArray())!.AsObject();
        Assert.Equal(["id", "createdAt", "expiresAt", "lastUsedAt"], shown.Select(p => p.Key));
        Assert.NotNull(shown.Text("lastUsedAt"));
        Assert.DoesNotContain(secret.Text("clientSecret")!, view.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_changes_over_from_one_secret_to_the_next_without_a_gap()
    {
        using var manager = await world.As("thaiNguyenManager");
        var id = await Register(manager, "19");
        var (first, second) = (await Secret(manager, id), await Secret(manager, id));
        await manager.Send(HttpMethod.Post, $"/v1/clients/{id}/secrets", new { }).Problem(Problems.TooManySecrets);
        await Grant(manager, id, "ProvinceViewer", "19");
        using var byFirst = await world.SignedIn(id, first.Text("clientSecret")!);
        using var bySecond = await world.SignedIn(id, second.Text("clientSecret")!);
        Assert.Equal(HttpStatusCode.NoContent, (await manager.Send(HttpMethod.Delete, $"/v1/clients/{id}/secrets/{first.Text("id")}")).StatusCode);
        await byFirst.Send(HttpMethod.Get, "/v1/me").Problem(Problems.NotSignedIn);
        Assert.Equal(id, (await bySecond.Read("/v1/me")).Text("key"));
        await manager.Send(HttpMethod.Delete, $"/v1/clients/{id}/secrets/{first.Text("id")}").Problem(Problems.UnknownSecret);
        Assert.NotNull((await Secret(manager, id)).Text("clientSecret"));
    }

    [Fact]
    public async Task A_withdrawn_grant_ends_and_stays_on_record()
    {
        using var manager = await world.As("thaiNguyenManager");
        var id = await Register(manager, "19");
        var secret = (await Secret(manager, id)).Text("clientSecret")!;
        var grant = await (await Grant(manager, id, "CommuneAdmin", "05953")).Body(HttpStatusCode.Created);
        using var admin = await world.SignedIn(id, secret);
        Assert.NotEmpty(await admin.Rows("/v1/localities/05953/plans"));
        for (var again = 0; again < 2; again++)
            Assert.Equal(HttpStatusCode.NoContent, (await manager.Send(HttpMethod.Delete, $"/v1/grants/{grant.Text("id")}")).StatusCode);
        await admin.Send(HttpMethod.Get, "/v1/localities/05953/plans").Problem(Problems.NotAllowed);
        Assert.Empty(await manager.Rows($"/v1/grants?holder={id}"));
        var kept = Assert.Single(await manager.Rows($"/v1/grants?holder={id}&ended=true"));
        Assert.Equal(("CommuneAdmin", "05953", "Kha Sơn", "thai-nguyen-manager", "thai-nguyen-manager"), (kept.Text("role"), kept.Text("locality"), kept.Text("locality" + "Name"), kept.Text("grantedBy"), kept.Text("endedBy")));
    }

    [Theory]
    [InlineData("thaiNguyenManager", "ProvinceViewer", "01", "/locality")]
    [InlineData("thaiNguyenManager", "CommuneAdmin", "09988", "/locality")]
    [InlineData("thaiNguyenManager", "Operator", null, "/role")]
    [InlineData("thaiNguyenManager", "Operator", "19", "/role")]
    [InlineData("thaiNguyenManager", "Auditor", null, "/locality")]
    [InlineData("thaiNguyenManager", "Vendor", null, "/locality")]
    public async Task Nobody_grants_beyond_their_own_reach(string who, string role, string? locality, string pointer)
    {
        using var manager = await world.As(who);
        var problem = await manager.Send(HttpMethod.Post, "/v1/grants", new { holder = "sample-vendor", role, locality }).Problem(Problems.Invalid);
        var fault = Assert.Single(problem["errors"]!.AsArray())!.AsObject();
        Assert.Equal((pointer, Problems.BeyondReach.Code), (fault.Text("pointer"), fault.Text("code")));
    }

    [Theory]
    [InlineData("Operator", "19")]
    [InlineData("ProvinceViewer", "05953")]
    [InlineData("ProvinceManager", null)]
    [InlineData("CommuneAdmin", "19")]
    [InlineData("AgencyOfficer", null)]
    public async Task A_role_is_held_where_it_fits(string role, string? locality)
    {
        using var platform = await world.As("operator");
        var problem = await platform.Send(HttpMethod.Post, "/v1/grants", new { holder = "sample-vendor", role, locality, agency = role == "AgencyOfficer" ? "x" : null }).Problem(Problems.Invalid);
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["code"]!.ToString() == Problems.RoleDoesNotFit.Code);
    }

    [Theory]
    [InlineData("""{}""", "/holder", "PLT-1201")]
    [InlineData("""{"holder":"nobody","role":"ProvinceViewer","locality":"19"}""", "/holder", "PLT-1110")]
    [InlineData("""{"holder":"operator","role":"ProvinceViewer","locality":"99"}""", "/locality", "PLT-2001")]
    [InlineData("""{"holder":"operator","role":"King","locality":"19"}""", "/role", "PLT-1205")]
    [InlineData("""{"holder":"operator","role":"Vendor","locality":"19"}""", "/holder", "PLT-1109")]
    [InlineData("""{"holder":"operator","role":"ProvinceViewer","locality":"19","validTo":"2020-01-01T00:00:00Z"}""", "/validTo", "PLT-1112")]
    [InlineData("""{"holder":"operator","role":"ProvinceViewer","locality":"19","agency":"cong-an-xa"}""", "/agency", "PLT-1109")]
    [InlineData("""{"holder":"operator","role":"AgencyOfficer","locality":"05953","agency":"no-such"}""", "/agency", "PLT-2002")]
    public async Task A_grant_that_says_too_little_or_nonsense_is_refused_with_the_field(string body, string pointer, string code)
    {
        using var platform = await world.As("operator");
        var problem = await platform.Send(HttpMethod.Post, "/v1/grants", body).Problem(Problems.Invalid);
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["pointer"]!.ToString() == pointer && e["code"]!.ToString() == code);
    }

    [Fact]
    public async Task A_manager_sees_the_own_provinces_clients_and_grants_only()
    {
        using var platform = await world.As("operator");
        using var manager = await world.As("thaiNguyenManager");
        var foreign = await Register(platform, "01");
        var national = await Register(platform, null);
        foreach (var path in (string[])[$"/v1/clients/{foreign}", $"/v1/clients/{national}", "/v1/clients/no-such"])
            await manager.Send(HttpMethod.Get, path).Problem(Problems.UnknownClient);
        await manager.Send(HttpMethod.Post, $"/v1/clients/{foreign}/secrets", new { }).Problem(Problems.UnknownClient);
        var grant = await (await Grant(platform, foreign, "ProvinceViewer", "01")).Body(HttpStatusCode.Created);
        await manager.Send(HttpMethod.Delete, $"/v1/grants/{grant.Text("id")}").Problem(Problems.UnknownGrant);
        Assert.DoesNotContain(await manager.Rows("/v1/clients?limit=500"), c => c.Text("clientId") == foreign);
        Assert.All(await manager.Rows("/v1/grants?limit=500&ended=true"), g => Assert.True(g.Text("locality") is not null && g.Text("role") != "Operator"));
        Assert.Contains(await platform.Rows($"/v1/grants?holder={foreign}"), g => g.Text("id") == grant.Text("id"));
    }

    [Fact]
    public async Task A_manager_who_grants_is_not_told_a_foreign_client_from_a_missing_one()
    {
        using var platform = await world.As("operator");
        using var manager = await world.As("thaiNguyenManager");
        var vendor = $"national-{Guid.NewGuid():N}";
        await (await platform.Send(HttpMethod.Post, "/v1/clients", new { clientId = vendor, name = "x", vendor = true })).Body(HttpStatusCode.Created);
        foreach (var role in (string[])["ProvinceViewer", "Vendor"])
        {
            var missing = (await manager.Send(HttpMethod.Post, "/v1/grants", new { holder = "no-such", role, locality = "19" }).Problem(Problems.Invalid)).ToJsonString();
            foreach (var foreign in (string[])[await Register(platform, "01"), await Register(platform, null), vendor, "operator"])
                Assert.Equal(missing, (await manager.Send(HttpMethod.Post, "/v1/grants", new { holder = foreign, role, locality = "19" }).Problem(Problems.Invalid)).ToJsonString());
        }

        // Once an operator has brought it into the province, its managers go on.
        await (await Grant(platform, vendor, "Vendor", "05953")).Body(HttpStatusCode.Created);
        await (await Grant(manager, vendor, "Vendor", "19")).Body(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_manager_registers_clients_of_the_own_province_only()
    {
        using var manager = await world.As("thaiNguyenManager");
        foreach (var province in (string?[])["01", null])
        {
            var problem = await manager.Send(HttpMethod.Post, "/v1/clients", new { clientId = NewId(), name = "x", province }).Problem(Problems.Invalid);
            Assert.Equal(Problems.BeyondReach.Code, problem["errors"]![0]!["code"]!.ToString());
        }

        var id = await Register(manager, "19");
        await manager.Send(HttpMethod.Post, "/v1/clients", new { clientId = id, name = "x", province = "19" }).Problem(Problems.ClientExists);
    }

    [Fact]
    public async Task A_list_of_clients_is_read_page_by_page()
    {
        using var platform = await world.As("operator");
        for (var i = 0; i < 3; i++)
            await Register(platform, "38");
        var (seen, path) = (new List<string>(), (string?)"/v1/clients?limit=2");
        while (path is not null)
        {
            var page = await platform.Read(path);
            seen.AddRange(page["items"]!.AsArray().Select(c => c!["clientId"]!.ToString()));
            path = page.Text("next");
        }

        Assert.True(seen.Count >= 11);
        Assert.Equal(seen.Distinct(), seen);
    }

    [Theory]
    [InlineData("khaSonAdmin")]
    [InlineData("thaiNguyenViewer")]
    [InlineData("sampleVendor")]
    public async Task Who_looks_after_nobody_is_refused(string who)
    {
        using var client = await world.As(who);
        await client.Send(HttpMethod.Get, "/v1/clients").Problem(Problems.NotAllowed);
        await client.Send(HttpMethod.Post, "/v1/grants", new { holder = "operator", role = "Operator" }).Problem(Problems.NotAllowed);
    }

    [Theory]
    [InlineData("insert into grants (account_id, role, tenant_id, valid_from, granted_by) values ($1, 'Operator', null, now(), 'x')")]
    [InlineData("insert into grants (account_id, role, tenant_id, valid_from, granted_by) select $1, 'ProvinceManager', id, now(), 'x' from localities where code = '01'")]
    [InlineData("update grants set role = 'Operator' where account_id = $1")]
    [InlineData("insert into accounts (kind, key, name, created_at, created_by) values ('Client', 'forged', 'x', now(), $1::text)")]
    [InlineData("insert into client_secrets (id, account_id, hash, created_at) select gen_random_uuid(), id, 'x', now() from accounts where key = 'operator' and $1 > 0")]
    [InlineData("update client_secrets set hash = 'x' where account_id = $1")]
    public async Task The_applications_role_does_not_raise_its_own_reach(string statement)
    {
        var (manager, operatorId) = (await AccountId("thai-nguyen-manager"), await AccountId("operator"));
        // Without an account, and in the name of a manager, whose grants the database itself looks up.
        Assert.Equal(Refused, await world.AsApplication([], db => db.Outcome(statement, manager)));
        Assert.Equal(Refused, await world.AsApplication(new() { ["account"] = manager }, db => db.Outcome(statement, manager)));
        Assert.Equal("0 rows", await world.AsApplication(new() { ["account"] = manager }, db => db.Outcome("delete from grants where account_id = $1", manager))); // they go with their tenant only
        if (statement.StartsWith("insert into grants", StringComparison.Ordinal))
            Assert.Equal("1 rows", await world.AsApplication(new() { ["account"] = operatorId }, db => db.Outcome(statement, manager)));
    }

    [Fact]
    public async Task The_database_lets_nobody_end_or_withdraw_what_they_do_not_look_after()
    {
        var manager = await AccountId("thai-nguyen-manager");
        foreach (var statement in (string[])[
            "update grants set valid_to = now() where account_id = (select id from accounts where key = 'operator')",
            "update grants set valid_to = now() where account_id = (select id from accounts where key = 'hoa-lac-admin')",
            "delete from client_secrets where account_id = (select id from accounts where key = 'operator')"])
            Assert.Equal("0 rows", await world.AsApplication(new() { ["account"] = manager }, db => db.Outcome(statement)));
    }

    [Fact]
    public async Task An_agency_officer_sees_the_own_agencys_tasks_and_nothing_else()
    {
        using var platform = await world.As("operator");
        using var admin = await world.As("khaSonAdmin");
        var agencies = await admin.Rows("/v1/localities/05953/agencies");
        var (id, secret) = await world.Register(Role.AgencyOfficer);
        var agency = agencies.First(a => a.Text("key") == "cong-an-xa");
        var granted = await platform.Send(HttpMethod.Post, "/v1/grants", new { holder = id, role = "AgencyOfficer", locality = "05953", agency = agency.Text("key") });
        Assert.Equal(agency.Text("id"), (await granted.Body(HttpStatusCode.Created)).Text("agencyId"));
        using var officer = await world.SignedIn(id, secret);
        var tasks = await officer.Rows("/v1/me/tasks");
        Assert.NotEmpty(tasks);
        Assert.All(tasks, t => Assert.Equal(("05953", "cong-an-xa"), (t.Text("locality"), t.Text("agency"))));
        foreach (var path in (string[])["/v1/localities/05953/plans", "/odata/Tasks", "/v1/clients"])
            await officer.Send(HttpMethod.Get, path).Problem(Problems.NotAllowed);
        await admin.Send(HttpMethod.Delete, $"/v1/localities/05953/agencies/{agency.Text("id")}").Problem(Problems.AgencyInUse);
    }

    [Fact]
    public async Task An_auditor_reads_no_plan_and_no_figure()
    {
        using var auditor = await world.NewClient(Role.Auditor, (string?)null);
        foreach (var path in (string[])["/v1/localities/05953/plans", "/odata/Plans", "/v1/clients", "/v1/me/tasks"])
            await auditor.Send(HttpMethod.Get, path).Problem(Problems.NotAllowed);
        Assert.Equal("""["audit.read"]""", (await auditor.Read("/v1/me"))["scopes"]!.ToJsonString());
    }

    [Fact]
    public async Task A_new_installation_gets_its_operator_from_the_owner_of_the_database()
    {
        var id = NewId();
        using var run = await Executable.Start(
            "Production", new Dictionary<string, string> { ["ConnectionStrings__Owner"] = world.Instance.Database.OwnerConnection! }, "operator", id).Ended();
        Assert.Equal((0, 0), (run.ExitCode, run.Errors.Count));
        using var client = await world.SignedIn(id, run.Output[1].Split(' ')[^1]);
        Assert.NotEmpty(await client.Rows("/v1/clients"));
        using var again = await Executable.Start(
            "Production", new Dictionary<string, string> { ["ConnectionStrings__Owner"] = world.Instance.Database.OwnerConnection! }, "operator", id).Ended();
        Assert.Equal(1, again.ExitCode);
    }

    private static string NewId() => $"new-client-{Interlocked.Increment(ref clients)}";

    private static async Task<string> Register(HttpClient by, string? province)
    {
        var id = NewId();
        await (await by.Send(HttpMethod.Post, "/v1/clients", new { clientId = id, name = "Phần mềm của Sở", province })).Body(HttpStatusCode.Created);
        return id;
    }

    private static async Task<JsonObject> Secret(HttpClient by, string id) =>
        await (await by.Send(HttpMethod.Post, $"/v1/clients/{id}/secrets", new { })).Body(HttpStatusCode.Created);

    private static Task<HttpResponseMessage> Grant(HttpClient by, string holder, string role, string? locality) =>
        by.Send(HttpMethod.Post, "/v1/grants", new { holder, role, locality });

    private async Task<int> AccountId(string key) => (int)(await world.Everything("select id from accounts where key = $1", key))[0][0]!;
}
