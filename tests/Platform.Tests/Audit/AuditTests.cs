using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Audit;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Tests.Audit;

/// <summary>What is done is put down, stays put down, and is read by auditors only.</summary>
public sealed class AuditTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_is_put_down_with_who_what_where_from_before_and_after()
    {
        var (commune, admin) = await Changed();
        var entries = (await Entries(commune)).Where(e => e.Text("Subject") == "agencies").ToList();
        var added = entries.Single(e => e.Text("Action") == "Insert");
        Assert.Equal(("agencies", admin, "127.0.0.1"), (added.Text("Subject"), added.Text("Actor"), added.Text("Address")!.Replace("::ffff:", "", StringComparison.Ordinal)));
        Assert.Null(added["Before"]);
        Assert.Equal("Tổ công nghệ số", JsonNode.Parse(added.Text("After")!).Text("name"));
        var changed = entries.Single(e => e.Text("Action") == "Update");
        Assert.Equal(("{\"name\": \"Tổ công nghệ số\"}", "{\"name\": \"Tổ công nghệ số cộng đồng\"}"), (changed.Text("Before"), changed.Text("After")));
        Assert.NotEqual(added.Text("Request"), changed.Text("Request"));
        var removed = entries.Single(e => e.Text("Action") == "Delete");
        Assert.Equal("Tổ công nghệ số cộng đồng", JsonNode.Parse(removed.Text("Before")!).Text("name"));
        Assert.Null(removed["After"]);
    }

    [Fact]
    public async Task An_auditor_reads_the_log_of_its_own_place_and_nothing_else()
    {
        var (commune, _) = await Changed();
        var (other, _) = await Changed();
        using var auditor = await world.NewClient(Role.Auditor, commune.Code);
        Assert.Equal([commune.Code], (await Values(auditor, "Entries?$apply=groupby((LocalityCode))")).Select(e => e.Text("LocalityCode")));
        using var whole = await world.NewClient(Role.Auditor, (string?)null);
        var filter = $"LocalityCode in ('{commune.Code}','{other.Code}')";
        Assert.Equal(2, (await Values(whole, $"Entries?$apply=filter({filter})/groupby((LocalityCode))")).Count);
        foreach (var path in (string[])["/odata/Plans", $"/v1/localities/{commune.Code}/plans", "/v1/grants"])
            using (var refused = await auditor.GetAsync(new Uri(path, UriKind.Relative), Cancellation))
                Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("thaiNguyenViewer")]
    [InlineData("khaSonAdmin")]
    [InlineData("sampleVendor")]
    public async Task Who_is_no_auditor_does_not_read_the_log(string name)
    {
        using var client = await world.As(name);
        using var refused = await client.GetAsync(new Uri("/odata/audit/Entries", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task Asking_for_a_persons_record_and_storing_a_batch_are_put_down()
    {
        var commune = await world.FreshCommune();
        var (id, secret) = await world.Register(Role.Vendor, commune.Code);
        using var vendor = await world.SignedIn(id, secret);
        using (var pushed = await vendor.PostAsJsonAsync("/v1/completions", new[]
        {
            new { id = "audit-1", learner = new { id = "hv-1" }, locality = commune.Code, course = "KNS-CD-01", audience = "Citizens", completedAt = "2026-03-01T08:00:00+07:00", passed = true },
        }, Cancellation))
            Assert.Equal(HttpStatusCode.OK, pushed.StatusCode);
        using (var read = await vendor.GetAsync(new Uri("/v1/completions/audit-1", UriKind.Relative), Cancellation))
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        using var auditor = await world.NewClient(Role.Auditor, (string?)null);
        var entries = await Values(auditor, $"Entries?$filter=Actor eq '{id}'&$orderby=Id");
        Assert.Equal(["Intake completions {\"created\":1}", "Read GetCompletion audit-1"],
            entries.Where(e => e.Text("Action") is "Intake" or "Read").Select(e => e.Text("Action") == "Read" ? $"Read {e.Text("Subject")} {e.Text("RowKey")}" : $"{e.Text("Action")} {e.Text("Subject")} {e.Text("After")}"));
    }

    [Fact]
    public async Task No_secret_of_a_client_is_in_the_log()
    {
        var (id, secret) = await world.Register(Role.CommuneAdmin, "05953");
        var hash = ClientSecret.HashOf(secret);
        var found = await world.Everything("select coalesce(before, '') || coalesce(after, '') from audit_entries where subject in ('client_secrets', 'accounts', 'grants')");
        Assert.Contains(found, row => ((string)row[0]!).Contains(id, StringComparison.Ordinal));
        Assert.DoesNotContain(found, row => ((string)row[0]!).Contains(hash, StringComparison.Ordinal) || ((string)row[0]!).Contains(secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("delete from audit_entries")]
    [InlineData("update audit_entries set actor = 'nobody'")]
    [InlineData("delete from audit_seals")]
    [InlineData("update audit_seals set hash = ''")]
    [InlineData("truncate audit_entries")]
    public async Task The_application_can_add_to_the_log_and_take_nothing_from_it(string statement) =>
        Assert.Equal("42501", await world.AsApplication(new() { ["audited"] = "all" }, connection => connection.Outcome(statement)));

    [Fact]
    public async Task The_application_reads_no_entry_beyond_its_scope()
    {
        var (commune, _) = await Changed();
        var (other, _) = await Changed();
        var seen = await world.AsApplication(new() { ["audited"] = commune.Id }, connection => connection.Query("select distinct tenant_id from audit_entries"));
        Assert.Equal([commune.Id], seen.Select(r => (short)r[0]!));
        Assert.NotEqual(commune.Id, other.Id);
        Assert.Empty(await world.AsApplication(new() { ["nation"] = "on" }, connection => connection.Query("select 1 from audit_entries")));
    }

    [Fact]
    public async Task What_was_sealed_cannot_be_changed_removed_or_added_to_unseen()
    {
        var (commune, _) = await Changed();
        await Settle(commune);
        var last = (long)(await world.Everything("select max(id) from audit_entries where tenant_id = $1", commune.Id))[0][0]!;
        await FindsFault("update audit_entries set actor = 'nobody' where id = $1", "update audit_entries set actor = $2 where id = $1", last, commune);
        await FindsFault("insert into audit_entries (tenant_id, at, actor, action, subject, row_key, change) select tenant_id, at, actor, action, subject, row_key, change from audit_entries where id = $1",
            "delete from audit_entries where id > $1 and tenant_id = (select tenant_id from audit_entries where id = $1) and $2::text is not null", last, commune);
    }

    [Fact]
    public async Task What_is_purged_is_gone_and_the_chain_goes_on_over_it()
    {
        var (commune, _) = await Changed();
        await Settle(commune);
        var scope = new TenantScope();
        scope.EnterAudit();
        await using var owner = world.Instance.Database.OpenAsOwner(scope);
        var clock = new LongAgo();
        // Everything sealed so far is older than tomorrow; other tests' seals are left alone by an hour that only this chain is moved behind.
        await world.Everything("update audit_seals set sealed_at = '2001-01-01' where chain = $1", commune.Id);
        Assert.Equal(4, await owner.Purge(new DateTimeOffset(2001, 1, 2, 0, 0, 0, TimeSpan.Zero), clock, Cancellation));
        Assert.Empty(await world.Everything("select 1 from audit_entries where tenant_id = $1", commune.Id));
        Assert.DoesNotContain(await Verify(), line => line.StartsWith(commune.Code + ":", StringComparison.Ordinal));
    }

    private sealed class LongAgo : TimeProvider;

    private async Task FindsFault(string tamper, string restore, long entry, LocalityEntry commune)
    {
        var actor = (string)(await world.Everything("select actor from audit_entries where id = $1", entry))[0][0]!;
        Assert.DoesNotContain(await Verify(), line => line.StartsWith(commune.Code + ":", StringComparison.Ordinal));
        await world.Everything(tamper, entry);
        Assert.Contains(await Verify(), line => line.StartsWith(commune.Code + ":", StringComparison.Ordinal) && line.Contains("does not fit", StringComparison.Ordinal));
        await world.Everything(restore, entry, actor);
        Assert.DoesNotContain(await Verify(), line => line.StartsWith(commune.Code + ":", StringComparison.Ordinal));
    }

    private async Task<List<string>> Verify()
    {
        var said = new List<string>();
        await world.InScope(scope => scope.EnterAudit(), db => db.Verify(said.Add, Cancellation));
        return said;
    }

    // The server seals in the background; a transaction of another test that runs for long holds it up.
    private async Task Settle(LocalityEntry commune)
    {
        for (var waiting = System.Diagnostics.Stopwatch.StartNew(); waiting.Elapsed < TimeSpan.FromMinutes(3);)
        {
            await world.InScope(scope => scope.EnterAudit(), db => db.Seal(TimeProvider.System, Cancellation));
            if ((await world.Everything("select 1 from audit_entries e where tenant_id = $1 and change > coalesce((select max(up_to) from audit_seals where chain = $1), -1)", commune.Id)).Count == 0)
                return;
            await Task.Delay(100, Cancellation);
        }

        Assert.Fail("The log was not sealed.");
    }

    /// <summary>A commune of its own, in which an agency was added, renamed and removed.</summary>
    private async Task<(LocalityEntry Commune, string Admin)> Changed()
    {
        var commune = await world.FreshCommune();
        var (id, secret) = await world.Register(Role.CommuneAdmin, commune.Code);
        using var admin = await world.SignedIn(id, secret);
        var agencies = $"/v1/localities/{commune.Code}/agencies";
        using var added = await admin.PostAsJsonAsync(agencies, new { key = "to-cong-nghe-so", name = "Tổ công nghệ số", kind = "CommunityTeam" }, Cancellation);
        Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync(Cancellation));
        var agency = (await added.Content.ReadFromJsonAsync<JsonObject>(Cancellation)).Text("id");
        using var renamed = await admin.PutAsJsonAsync($"{agencies}/{agency}", new { key = "to-cong-nghe-so", name = "Tổ công nghệ số cộng đồng", kind = "CommunityTeam" }, Cancellation);
        Assert.True(renamed.IsSuccessStatusCode, await renamed.Content.ReadAsStringAsync(Cancellation));
        using var removed = await admin.DeleteAsync(new Uri($"{agencies}/{agency}", UriKind.Relative), Cancellation);
        Assert.True(removed.IsSuccessStatusCode, await removed.Content.ReadAsStringAsync(Cancellation));
        return (commune, id);
    }

    private async Task<List<JsonNode>> Entries(LocalityEntry commune)
    {
        using var auditor = await world.NewClient(Role.Auditor, commune.Code);
        return await Values(auditor, "Entries?$orderby=Id");
    }

    private static async Task<List<JsonNode>> Values(HttpClient client, string question) =>
        [.. (await client.GetFromJsonAsync<JsonObject>($"/odata/audit/{question}", Cancellation))!["value"]!.AsArray().Select(n => n!)];
}

file static class Nodes
{
    internal static string? Text(this JsonNode? node, string name) => node?[name]?.ToString();
}
