using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Audit;
using Platform.Http;
using Platform.Localities;
using Platform.Tests.Learning;
using static Platform.Tests.Tenants.Archives;

namespace Platform.Tests.Tenants;

/// <summary>A tenant ends by an operator's hand alone, deliberately, wholly, and with a receipt that can be checked.</summary>
public sealed class DeletionTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deleted_tenant_leaves_nothing_but_its_locality_its_log_and_a_signed_receipt()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        using var batch = await world.Provincial(commune);
        var first = batch.In(commune, citizen: Batch.NewCitizen());
        await batch.Store(first, batch.In(commune));
        (first["revision"], first["score"], first["reason"]) = (2, 60, "Nhập nhầm");
        await batch.Push(first);
        await client.Furnish(commune);
        var learners = await world.LearnersOf(commune);

        var answer = await world.Delete(commune);
        var receipt = answer["receipt"]!.AsObject();
        Assert.Equal((commune.Code, "operator", "Sáp nhập"), (receipt.Text("locality"), receipt.Text("deletedBy"), receipt.Text("reason")));
        Assert.Equal((2, 1, 3, 3, 1, 12), (Rows("completions"), Rows("completion_versions"), Rows("learners"), Rows("learner_identities"), Rows("plans"), Rows("agencies")));
        Assert.Equal(1, Rows("grants"));
        foreach (var table in (await world.TenantTables()).Where(t => t != "removed_rows").Append("grants"))
            Assert.True((await world.Everything($"select 1 from {table} where tenant_id = $1", commune.Id)).Count == 0, table);
        Assert.Empty(await world.Everything("select 1 from learners where id::text = any($1)", (object)learners.ToArray()));
        Assert.Empty(await world.Everything("select 1 from learner_identities where learner_id::text = any($1)", (object)learners.ToArray()));
        Assert.Empty(await Amiss(world.Superuser(), [commune.Code, .. learners]));
        Assert.NotNull(await world.Locality(commune.Code));

        // The receipt says what is signed, and can be asked for again.
        using var admins = await world.As("operator");
        var text = Encoding.UTF8.GetBytes(answer.Text("signed")!);
        Assert.True(JsonNode.DeepEquals(receipt, JsonNode.Parse(text)));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(text)), answer.Text("digest"));
        Assert.True(Signed(await admins.ArchiveKey(), text, Convert.FromBase64String(answer.Text("signature")!)));
        Assert.True(JsonNode.DeepEquals(answer, Assert.Single(await admins.Rows($"/v1/tenants/{commune.Code}/deletions"))));

        // The log goes on, and its chain holds.
        Assert.Single(await world.Everything("select 1 from audit_entries where tenant_id = $1 and subject = 'tenants' and action = 'Delete' and actor = 'operator'", commune.Id));
        var said = new List<string>();
        await world.InScope(scope => scope.EnterAudit(), db => db.Verify(said.Add, Cancellation));
        Assert.DoesNotContain(said, line => line.StartsWith(commune.Code + ":", StringComparison.Ordinal));

        await admins.Send(HttpMethod.Post, $"/v1/tenants/{commune.Code}/deletions", new { code = commune.Code, reason = "Lần nữa" }).Problem(Problems.NotOnboarded);
        using var anew = await world.Onboard(commune);
        Assert.Empty((await anew.Read($"/v1/localities/{commune.Code}/plans"))["items"]!.AsArray());

        int Rows(string table) => receipt["rows"]![table]!.GetValue<int>();
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_go_and_takes_nothing()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        using var batch = await world.Provincial(commune);
        await batch.Store(batch.In(commune), batch.In(commune));
        await client.Furnish(commune);
        await world.SetState(commune.Code, "Closed");
        var before = await Held(commune);
        using var admins = await world.As("operator");
        var told = await (await admins.Send(HttpMethod.Post, $"/v1/tenants/{commune.Code}/deletions?dryRun=true", new { code = commune.Code, reason = "Thử" })).Body(HttpStatusCode.OK);
        Assert.True(told["dryRun"]!.GetValue<bool>());
        Assert.Null(told["signature"]);
        Assert.Equal(before, await Held(commune));
        Assert.Empty(await admins.Rows($"/v1/tenants/{commune.Code}/deletions"));
        foreach (var (table, rows) in before)
            Assert.True(rows == (told["receipt"]!["rows"]![table]?.GetValue<int>() ?? 0), table);

        var done = await world.Delete(commune);
        Assert.True(JsonNode.DeepEquals(told["receipt"]!["rows"], done["receipt"]!["rows"]), $"{told["receipt"]} {done["receipt"]}");
    }

    [Fact]
    public async Task Nobody_but_an_operator_deletes_and_not_by_mistake()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        using var manager = await world.OfProvince(Role.ProvinceManager, commune);
        using var admins = await world.As("operator");
        var address = $"/v1/tenants/{commune.Code}/deletions";
        var right = new { code = commune.Code, reason = "Sáp nhập" };
        foreach (var state in (string[])["Active", "ReadOnly"])
        {
            await world.SetState(commune.Code, state);
            await admins.Send(HttpMethod.Post, address, right).Problem(Problems.TenantNotClosed);
            await admins.Send(HttpMethod.Post, $"{address}?dryRun=true", right).Problem(Problems.TenantNotClosed);
        }

        await world.SetState(commune.Code, "Closed");
        await manager.Send(HttpMethod.Post, address, right).Problem(Problems.NotAllowed);
        await manager.Send(HttpMethod.Get, address).Problem(Problems.NotAllowed);
        await client.Send(HttpMethod.Post, address, right).Problem(Problems.NotAllowed);
        var faults = await admins.Send(HttpMethod.Post, address, new { code = "05953" }).Problem(Problems.Invalid);
        Assert.Equal([$"/code {Problems.CodeNotRepeated.Code}", $"/reason {Problems.Required.Code}"], Faulty(faults));
        await admins.Send(HttpMethod.Post, "/v1/tenants/99999/deletions", new { code = "99999", reason = "?" }).Problem(Problems.UnknownLocality);
        Assert.Equal(12, (await Held(commune))["agencies"]);
    }

    [Fact]
    public async Task The_database_deletes_no_completion_of_a_tenant_that_is_not_closed_and_none_for_anybody_but_an_operator()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        using var batch = await world.Provincial(commune);
        await batch.Store(batch.In(commune));
        var account = (int)(await world.Everything("select id from accounts where key = 'operator'"))[0][0]!;
        var stranger = (int)(await world.Everything("select id from accounts where key = 'thai-nguyen-manager'"))[0][0]!;
        Assert.Equal("0 rows", await Attempt(account));
        await world.SetState(commune.Code, "Closed");
        Assert.Equal("0 rows", await Attempt(stranger));
        Assert.Equal("1 rows", await Attempt(account)); // and taken back

        Task<string> Attempt(int by) => world.AsApplication(
            new() { ["tenant"] = commune.Id, ["removed"] = commune.Id, ["vendor"] = 0, ["account"] = by },
            db => db.Outcome("delete from completions where tenant_id = $1", commune.Id));
    }

    private static IEnumerable<string> Faulty(JsonObject problem) =>
        problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}").Order(StringComparer.Ordinal);

    private async Task<Dictionary<string, int>> Held(LocalityEntry commune)
    {
        var held = new Dictionary<string, int>();
        foreach (var table in (await world.TenantTables()).Where(t => t != "removed_rows").Append("grants"))
            held[table] = (await world.Everything($"select 1 from {table} where tenant_id = $1", commune.Id)).Count;
        return held;
    }
}
