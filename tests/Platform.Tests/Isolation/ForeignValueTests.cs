using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Tests.Imports;

namespace Platform.Tests.Isolation;

/// <summary>Foreign ids and codes elsewhere than in the address: in parameters, bodies, cursors, headers and files.</summary>
public sealed class ForeignValueTests(World world)
{
    private const string Missing = "khong-co-gi", MissingId = "0190a000-0000-7000-8000-000000000000";

    [Fact]
    public async Task A_foreign_value_in_a_parameter_or_cursor_is_answered_as_one_that_does_not_exist()
    {
        var ground = await Ground.Of(world);
        using var client = world.Anonymous();
        var (sibling, far) = (ground[Place.Sibling], ground[Place.OtherProvince]);
        foreach (var (role, path, foreign, missing) in ((Role, string, string, string)[])
            [(Role.ProvinceManager, "/v1/grants?holder=", far.Mark, Missing), (Role.ProvinceManager, "/v1/clients?limit=500&after=", far.Mark, far.Mark[..^1]), (Role.ProvinceManager, "/v1/people?limit=500&after=", far.Ids["people"], far.Ids["people"] + "-"),
             (Role.CommuneAdmin, "/v1/people?limit=500&after=", sibling.Ids["people"], sibling.Ids["people"] + "-"), (Role.Vendor, "/v1/completions?id=", sibling.Mark + "-0", Missing), (Role.Vendor, "/v1/completions?locality=", sibling.Code, far.Code),
             (Role.Vendor, "/v1/completions?after=", sibling.Mark + "-0", sibling.Mark + "-1"), (Role.Vendor, "/v1/imports?before=", sibling.Ids["imports"], Beside(sibling.Ids["imports"])), (Role.Vendor, $"/v1/webhooks/{ground[Place.Own].Ids["webhooks"]}/deliveries?before=", sibling.Ids["deliveries"], Beside(sibling.Ids["deliveries"])),
             (Role.Vendor, "/v1/imports?mapping=", sibling.Ids["import-mappings"], Missing), (Role.CommuneAdmin, "/v1/access/explain?operation=ListPlans&locality=", sibling.Code, far.Code)])
        {
            var method = path.Contains("mapping=", StringComparison.Ordinal) ? "POST" : "GET";
            var ((status, text), (other, absent)) = (await Ask(foreign), await Ask(missing));
            for (var look = 0; look < 10 && Bare(text, foreign) != Bare(absent, missing); look++) // a delivery was tried again, or somebody came, between the two
                ((status, text), (other, absent)) = (await Ask(foreign), await Ask(missing));
            Assert.True(status == other && Bare(text, foreign) == Bare(absent, missing), $"{role} {path}{foreign}: {status} {text}\nbut missing {other} {absent}");
            Assert.All(Policy.Unseen(role).Select(p => ground[p].Mark), mark => Assert.DoesNotContain(mark, text.Replace(foreign, "", StringComparison.Ordinal), StringComparison.Ordinal));

            Task<(int Status, string Text)> Ask(string value) => MatrixTests.Ask(client, method, path + value, ground.Callers[role].Good, method == "POST" ? "[]" : null);
        }
    }

    [Fact]
    public async Task A_foreign_value_in_a_body_is_answered_as_one_that_does_not_exist()
    {
        var ground = await Ground.Of(world);
        using var client = world.Anonymous();
        var (own, sibling, far) = (ground[Place.Own], ground[Place.Sibling], ground[Place.OtherProvince]);
        foreach (var (role, method, path, body, foreign, missing) in ((Role, string, string, string, string, string)[])
            [(Role.CommuneAdmin, "POST", $"/v1/localities/{own.Code}/plans", """{"title":"x","fromYear":2027,"toYear":2027,"implements":{"locality":"#","number":"7/KH-UBND"}}""", sibling.Code, "99999"),
             (Role.CommuneAdmin, "PUT", $"/v1/localities/{own.Code}/plans/{own.Ids["plans"]}/assignment-matrix?dryRun=true", """{"rows":[{"task":"#","roles":{}}]}""", sibling.Ids["tasks"], MissingId),
             (Role.CommuneAdmin, "PUT", $"/v1/localities/{own.Code}/plans/{own.Ids["plans"]}/assignment-matrix?dryRun=true", """{"rows":[{"task":"1.1","roles":{"#":["Lead"]}}]}""", sibling.Ids["agencies"], MissingId),
             (Role.CommuneAdmin, "POST", "/v1/invitations", """{"role":"CommuneAdmin","locality":"#"}""", sibling.Code, far.Code),
             (Role.ProvinceManager, "POST", "/v1/grants", $$"""{"holder":"{{own.Mark}}","role":"CommuneAdmin","locality":"#"}""", far.Code, ground[Place.StrangeProvince].Code),
             (Role.ProvinceManager, "POST", "/v1/clients", """{"clientId":"cua-ai","name":"x","province":"#"}""", ground[Place.StrangeProvince].Code, "01")])
        {
            var (status, text) = await MatrixTests.Ask(client, method, path, ground.Callers[role].Good, body.Replace("#", foreign, StringComparison.Ordinal));
            var (other, absent) = await MatrixTests.Ask(client, method, path, ground.Callers[role].Good, body.Replace("#", missing, StringComparison.Ordinal));
            Assert.True(status is >= 400 and < 500 && status == other && Bare(text, foreign) == Bare(absent, missing), $"{role} {method} {path} {foreign}: {status} {text}\nbut missing {other} {absent}");
        }
    }

    [Fact]
    public async Task Headers_and_members_that_name_a_tenant_change_nothing()
    {
        var ground = await Ground.Of(world);
        using var client = world.Anonymous();
        client.DefaultRequestHeaders.Authorization = ground.Callers[Role.CommuneAdmin].Good;
        var (own, sibling) = (ground[Place.Own], ground[Place.Sibling]);
        foreach (var name in (string[])["X-Tenant", "X-Tenant-Id", "X-Locality", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Path", "X-User", "X-HTTP-Method-Override"])
            client.DefaultRequestHeaders.Add(name, name.EndsWith("URL", StringComparison.Ordinal) ? $"/v1/localities/{sibling.Code}/plans" : sibling.Code);
        Assert.DoesNotContain(sibling.Mark, (await client.Read($"/v1/localities/{own.Code}/plans")).ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(await client.Rows($"/odata/Plans?$filter=LocalityCode eq '{sibling.Code}'"));
        foreach (var member in (string[])["tenantId", "tenant_id", "TenantId", "locality", "localityCode"])
        {
            var answer = await client.Ask("POST", $"/v1/localities/{own.Code}/villages", new JsonObject { ["kind"] = "Xóm", ["name"] = "Kẻ lạ", [member] = sibling.Code });
            answer.Refused(422, "PLT-1002");
        }
    }

    [Fact]
    public async Task A_key_for_sending_again_that_another_caller_used_gives_nothing_of_its_answer()
    {
        var ground = await Ground.Of(world);
        var key = $"khoa-{Guid.NewGuid():N}";
        foreach (var place in (Place[])[Place.Sibling, Place.OtherProvince, Place.Own])
        {
            using var admin = await world.NewClient(Role.CommuneAdmin, ground[place].Code);
            admin.DefaultRequestHeaders.Add("Idempotency-Key", key);
            using var answer = await admin.Send(HttpMethod.Post, $"/v1/localities/{ground[place].Code}/agencies", new { key, name = "Cùng khóa", kind = "Police" });
            await answer.Body(HttpStatusCode.Created);
            Assert.False(answer.Headers.Contains("Idempotency-Replayed"));
        }
    }

    [Fact]
    public async Task A_foreign_locality_in_an_imported_file_is_refused_row_by_row()
    {
        var ground = await Ground.Of(world);
        using var vendor = world.Anonymous();
        vendor.DefaultRequestHeaders.Authorization = ground.Callers[Role.Vendor].Good;
        var (own, sibling, far) = (ground[Place.Own].Code, ground[Place.Sibling].Code, ground[Place.OtherProvince].Code);
        var rows = string.Concat(new[] { own, sibling, far, "99999" }.Select((code, i) => $"tep-{i},tep-{i},{code},KNS-CD-01,Citizens,01/03/2026\n"));
        var done = await vendor.Until(await vendor.Import("text/csv", "id,learner.id,locality,course,audience,completedAt\n" + rows), "Done");
        Assert.Equal((1m, 3m), (done.Number("created"), done.Number("rejected")));
        Assert.Empty(await world.Everything("select 1 from completions c join localities l on l.id = c.tenant_id where l.code = any($1) and c.external_id like 'tep-%'", (object)new[] { sibling, far }));
    }

    // An id in the same place of the order, that nothing has.
    private static string Beside(string id) => id[..^1] + (id[^1] == '0' ? '1' : '0');

    private static string Bare(string text, string value) => text.Replace(Uri.EscapeDataString(value), "{}", StringComparison.Ordinal).Replace(value, "{}", StringComparison.Ordinal);
}
