using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;

namespace Platform.Tests.Tenants;

/// <summary>Communes become tenants: one, or a province's at once; whoever sends it again is told so.</summary>
public sealed class OnboardingTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_province_onboards_all_its_communes_in_one_call_and_is_told_when_it_did()
    {
        using var manager = await world.NewClient(Role.ProvinceManager, "20");
        var first = await (await manager.Send(HttpMethod.Post, "/v1/tenants", new { province = "20" })).Body(HttpStatusCode.OK);
        var communes = (await manager.Read("/v1/localities/20"))["communes"]!.GetValue<int>();
        var items = first["items"]!.AsArray().Select(i => i!.AsObject()).ToList();
        Assert.Equal((communes, 0, communes), (first["onboarded"]!.GetValue<int>(), first["alreadyOnboarded"]!.GetValue<int>(), items.Count));
        Assert.All(items, i => Assert.Equal(("Onboarded", 12), (i.Text("outcome"), (int)i.Number("agencies")!)));
        Assert.Equal(communes, items.Select(i => i["invitation"]!["token"]!.GetValue<string>()).Distinct().Count());

        var again = await (await manager.Send(HttpMethod.Post, "/v1/tenants", new { province = "20" })).Body(HttpStatusCode.OK);
        Assert.Equal((0, communes), (again["onboarded"]!.GetValue<int>(), again["alreadyOnboarded"]!.GetValue<int>()));
        Assert.All(again["items"]!.AsArray(), i => Assert.Null(i!["invitation"]));

        var listed = await manager.Rows("/v1/tenants?province=20&limit=500");
        Assert.Equal(communes, listed.Count);
        Assert.All(listed, t => Assert.Equal("Active", t.Text("state")));
        var code = items[0].Text("code");
        var agencies = await manager.Rows($"/v1/localities/{code}/agencies");
        Assert.Equal(12, agencies.Count);
        Assert.Contains(agencies, a => a.Text("name") == "Phòng Văn hóa – Xã hội" && a.Text("kind") == "Department");

        // The link makes a person its admin.
        using var anybody = world.Anonymous();
        using var accepted = await anybody.Send(HttpMethod.Post, "/v1/invitations/acceptance", new
        {
            token = items[0]["invitation"]!["token"]!.GetValue<string>(),
            name = "Lý Thị Sao",
            password = "mây trôi trên đỉnh Mẫu Sơn",
            contact = $"sao-{code}@example.vn",
        });
        var key = (await accepted.Body(HttpStatusCode.Created)).Text("key");
        var grants = await world.Everything("select g.role::text, l.code::text from grants g join accounts a on a.id = g.account_id join localities l on l.id = g.tenant_id where a.key = $1", key!);
        Assert.Equal(["CommuneAdmin", code], Assert.Single(grants));
    }

    [Fact]
    public async Task A_commune_is_given_a_client_that_opens_it_and_no_other()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        Assert.Equal(12, (await client.Rows($"/v1/localities/{commune.Code}/agencies")).Count);
        using var made = await client.Send(HttpMethod.Post, $"/v1/localities/{commune.Code}/villages", new { kind = "Thôn", name = "Đông" });
        await made.Body(HttpStatusCode.Created);
        await client.Send(HttpMethod.Get, "/v1/localities/05953/agencies").Problem(Problems.UnknownLocality);
        await client.Send(HttpMethod.Get, "/v1/tenants").Problem(Problems.NotAllowed);
    }

    [Fact]
    public async Task Agencies_that_a_commune_has_are_not_given_again()
    {
        var commune = await world.FreshCommune();
        using (var before = await world.NewClient(Role.CommuneAdmin, commune.Code))
        using (var made = await before.Send(HttpMethod.Post, $"/v1/localities/{commune.Code}/agencies", new { key = "y-te", name = $"Trạm y tế {commune.Kind.ToLowerInvariant()}", kind = "ServiceCentre" }))
            await made.Body(HttpStatusCode.Created);
        using var admin = await world.Onboard(commune);
        var agencies = await admin.Rows($"/v1/localities/{commune.Code}/agencies");
        Assert.Equal((12, 1), (agencies.Count, agencies.Count(a => a.Text("key") == "y-te")));
    }

    [Fact]
    public async Task Lines_are_answered_where_lines_are_asked_for()
    {
        var (one, two) = (await world.FreshCommune(), await world.FreshCommune());
        using var admin = await world.As("operator");
        admin.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-ndjson"));
        using var answer = await admin.Send(HttpMethod.Post, "/v1/tenants", new { communes = new[] { one.Code, two.Code }, admin = "None" });
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        Assert.Equal([one.Code, two.Code], lines.Select(l => l.Text("code")!).Order(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(lines, l => Assert.True(l["invitation"] is null && l["client"] is null));
    }

    [Fact]
    public async Task Nobody_onboards_beyond_their_reach()
    {
        using var manager = await world.NewClient(Role.ProvinceManager, "20");
        await Refused(manager, new { province = "19" }, "/province", Problems.BeyondReach);
        await Refused(manager, new { nation = true }, "/nation", Problems.BeyondReach);
        await Refused(manager, new { communes = new[] { "05953" } }, "/communes/0", Problems.BeyondReach);
        using var viewer = await world.NewClient(Role.ProvinceViewer, "20");
        await viewer.Send(HttpMethod.Post, "/v1/tenants", new { province = "20" }).Problem(Problems.NotAllowed);
        // The database says so by itself.
        var account = (int)(await world.Everything("select account_id from grants where role = 'ProvinceManager' and tenant_id = (select id from localities where code = '20') limit 1"))[0][0]!;
        var foreign = (await world.Locality("30430")).Id;
        Assert.Equal("42501", await world.AsApplication(new() { ["account"] = account }, db =>
            db.Outcome("insert into tenants (locality_id, state, onboarded_by) values ($1, 'Active', 'x')", foreign)));
        Assert.Equal("42501", await world.AsApplication(new() { ["account"] = account }, db =>
            db.Outcome("insert into agencies (tenant_id, id, key, name, kind, search_text) values ($1, gen_random_uuid(), 'x', 'x', 'Party', 'x')", foreign)));
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused_with_the_field_at_fault()
    {
        using var admin = await world.As("operator");
        await Refused(admin, new { }, "", Problems.OneReach);
        await Refused(admin, new { province = "20", nation = true }, "", Problems.OneReach);
        await Refused(admin, new { province = "05953" }, "/province", Problems.UnknownLocality);
        await Refused(admin, new { communes = new[] { "19", "00000", "05953", "05953" } }, "/communes/0", Problems.OnboardsCommunes);
        await Refused(admin, new { communes = new[] { "00000" } }, "/communes/0", Problems.UnknownLocality);
        await Refused(admin, new { communes = new[] { "05953", "05953" } }, "/communes/1", Problems.Repeated);
        await admin.Send(HttpMethod.Get, "/v1/tenants/99999").Problem(Problems.UnknownLocality);
        await admin.Send(HttpMethod.Get, $"/v1/tenants/{(await world.FreshCommune()).Code}").Problem(Problems.NotOnboarded);
    }

    private static async Task Refused(HttpClient client, object body, string pointer, ProblemKind kind)
    {
        var problem = await client.Send(HttpMethod.Post, "/v1/tenants", body).Problem(Problems.Invalid);
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["pointer"]!.GetValue<string>() == pointer && e["code"]!.GetValue<string>() == kind.Code);
    }
}
