using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Http;
using Platform.Tenancy;
using Platform.Tests.Learning;

namespace Platform.Tests.Tenants;

/// <summary>A suspended tenant is read only or shut, at the gate and in the database; its province and the completions of others go on.</summary>
public sealed class SuspensionTests(World world)
{
    private const string Refused = "42501";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_is_suspended_for_changes_reads_on_and_writes_again_when_resumed()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        using var manager = await world.OfProvince(Role.ProvinceManager, commune);
        using var set = await manager.Send(HttpMethod.Put, $"/v1/tenants/{commune.Code}/state", new { state = "ReadOnly", reason = "Rà soát số liệu" });
        var tenant = await set.Body(HttpStatusCode.OK);
        Assert.Equal(("ReadOnly", "Rà soát số liệu"), (tenant.Text("state"), tenant.Text("stateReason")));
        Assert.NotNull(tenant.Text("stateChangedAt"));

        await Village(client, commune.Code, "Một").Problem(Problems.TenantReadOnly);
        await client.Send(HttpMethod.Post, "/v1/invitations", new { role = "CommuneAdmin", locality = commune.Code }).Problem(Problems.TenantReadOnly);
        Assert.Equal(12, (await client.Rows($"/v1/localities/{commune.Code}/agencies")).Count);
        Assert.Equal(12, (await client.Rows("/odata/Agencies?$select=Key")).Count);
        Assert.Equal("False", (await client.Read($"/v1/access/explain?operation=CreateVillage&locality={commune.Code}")).Text("allowed"), ignoreCase: true);
        // People live there still.
        using var batch = await Batch.For(world, Platform.Learning.IntakeStore.Sets, commune.Code);
        await batch.Store(batch.Row());

        await world.SetState(commune.Code, "Active");
        using var made = await Village(client, commune.Code, "Hai");
        await made.Body(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData(Platform.Learning.IntakeStore.Sets)]
    [InlineData(Platform.Learning.IntakeStore.Portable)]
    public async Task A_closed_tenants_people_are_locked_out_and_its_completions_are_rejected_row_by_row(Platform.Learning.IntakeStore store)
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        var other = await world.FreshCommune();
        using var batch = await Batch.For(world, store, commune.Code, other.Code);
        var (stored, mover) = (batch.Row(), batch.Row(learner: "người chuyển đi"));
        await batch.Store(stored, mover);
        using var viewer = await world.OfProvince(Role.ProvinceViewer, commune);
        await world.SetState(commune.Code, "Closed");
        await world.Instance.App.Services.GetRequiredService<TenantStates>().FindNow(Cancellation);

        await client.Send(HttpMethod.Get, $"/v1/localities/{commune.Code}/agencies").Problem(Problems.TenantClosed);
        await Village(client, commune.Code, "Một").Problem(Problems.TenantClosed);
        await client.Send(HttpMethod.Get, "/odata/Agencies").Problem(Problems.TenantClosed);
        await client.Send(HttpMethod.Get, "/v1/invitations").Problem(Problems.TenantClosed);
        Assert.NotEmpty((await client.Read("/v1/me"))["grants"]!.AsArray());
        Assert.Equal(2, (await viewer.Rows($"/odata/CompletionFacts?$filter=LocalityCode eq '{commune.Code}'")).Sum(f => f.Number("Learners")));

        var gone = batch.Row(learner: "người chuyển đi", at: "2026-04-01T08:00:00+07:00", change: r => r["locality"] = other.Code);
        var withoutPlace = batch.Row(learner: stored["learner"]!["id"]!.GetValue<string>(), change: r => r.Remove("locality"));
        var corrected = (System.Text.Json.Nodes.JsonObject)stored.DeepClone();
        (corrected["revision"], corrected["score"], corrected["locality"]) = (2, 90, other.Code);
        var answer = await batch.Push(batch.Row(), batch.Row(change: r => r["locality"] = other.Code), gone, withoutPlace, corrected);
        Assert.Equal("rejected created created rejected rejected", Batch.Outcomes(answer));
        Assert.Contains(Problems.CompletionTenantClosed.Code, answer["results"]![0]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains(Problems.CompletionTenantClosed.Code, answer["results"]![4]!.ToJsonString(), StringComparison.Ordinal);
        await batch.Client.Send(HttpMethod.Post, $"/v1/completions/{stored["id"]}/voiding", new { reason = "Nhầm" }).Problem(Problems.TenantClosed);
        // Who moved away is counted where they live now.
        Assert.Equal((1, 2), (await batch.Learners(), await batch.Learners(other.Code)));
        // Who turns out to be somebody known elsewhere is one person, with all that was stored in the closed commune.
        var citizen = Batch.NewCitizen();
        await batch.Store(batch.Row(citizen: citizen, change: r => r["locality"] = other.Code));
        await batch.Store(batch.Row(stored["learner"]!["id"]!.GetValue<string>(), citizen, "2026-05-01T08:00:00+07:00", r => r["locality"] = other.Code));
        Assert.Equal((0, 3), (await batch.Learners(), await batch.Learners(other.Code)));

        await world.SetState(commune.Code, "Active");
        await world.Instance.App.Services.GetRequiredService<TenantStates>().FindNow(Cancellation);
        Assert.Equal(12, (await client.Rows($"/v1/localities/{commune.Code}/agencies")).Count);
    }

    [Fact]
    public async Task The_database_refuses_whatever_a_job_would_write_for_a_suspended_tenant()
    {
        var (commune, admin) = await world.NewTenant();
        admin.Dispose();
        using var batch = await Batch.For(world, Platform.Learning.IntakeStore.Sets, commune.Code);
        await batch.Store(batch.Row());
        var vendor = (short)(await world.Everything("select vendor_id from completions where tenant_id = $1", commune.Id))[0][0]!;
        string[] own =
        [
            "insert into villages (tenant_id, id, kind, name) values ($1, gen_random_uuid(), 'Thôn', 'Tây')",
            "update agencies set name = name || '!' where tenant_id = $1",
            "delete from agencies where tenant_id = $1",
            "update audience_totals set learners = learners + 1 where tenant_id = $1",
            "update learners set audience = audience where tenant_id = $1",
        ];
        const string pushed = """
            insert into completions (vendor_id, external_id, tenant_id, learner_id, course_id, audience, completed_at, passed, revision, received_at)
            select vendor_id, external_id || 'x', tenant_id, learner_id, course_id, audience, completed_at, passed, revision, received_at from completions where tenant_id = $1
            """;
        Assert.All(await Outcomes(), o => Assert.EndsWith(" rows", o, StringComparison.Ordinal));
        await world.SetState(commune.Code, "ReadOnly");
        Assert.All((await Outcomes())[..^1], o => Assert.Equal(Refused, o));
        Assert.Equal("1 rows", (await Outcomes())[^1]);
        await world.SetState(commune.Code, "Closed");
        Assert.All(await Outcomes(), o => Assert.Equal(Refused, o));
        // The application's role neither removes a tenant, but for an operator who deletes it, nor rewrites how it came to be.
        Assert.Equal(["0 rows", Refused], await world.AsApplication([], async db => new[]
        {
            await db.Outcome("delete from tenants where locality_id = $1", commune.Id), await db.Outcome("update tenants set onboarded_at = now() where locality_id = $1", commune.Id),
        }));

        async Task<List<string>> Outcomes()
        {
            var outcomes = new List<string>();
            foreach (var statement in own)
                outcomes.Add(await world.AsApplication(new() { ["tenant"] = commune.Id }, db => db.Outcome(statement, commune.Id)));
            outcomes.Add(await world.AsApplication(new() { ["vendor"] = vendor }, db => db.Outcome(pushed, commune.Id)));
            return outcomes;
        }
    }

    [Fact]
    public async Task A_server_that_has_not_heard_of_it_yet_answers_what_the_database_says()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        using var batch = await Batch.For(world, Platform.Learning.IntakeStore.Sets, commune.Code);
        var agency = (await client.Rows($"/v1/localities/{commune.Code}/agencies"))[0].Text("id");
        foreach (var (method, path, body) in ((HttpMethod, string, object?)[])[
            (HttpMethod.Post, "villages", new { kind = "Thôn", name = "Bắc" }),
            (HttpMethod.Put, $"agencies/{agency}", new { name = "Khác", kind = "Party" }),
            (HttpMethod.Delete, $"agencies/{agency}", null)])
        {
            await Unheard(commune.Id);
            await client.Send(method, $"/v1/localities/{commune.Code}/{path}", body).Problem(Problems.TenantClosed);
        }

        await Unheard(commune.Id);
        var answer = await batch.Push(batch.Row());
        Assert.Contains(Problems.CompletionTenantClosed.Code, answer["results"]![0]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suspending_needs_a_reason_and_stays_within_reach()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        var path = $"/v1/tenants/{commune.Code}/state";
        await client.Send(HttpMethod.Put, path, new { state = "Active", reason = "x" }).Problem(Problems.NotAllowed);
        using var stranger = await world.NewClient(Role.ProvinceManager, "20");
        await stranger.Send(HttpMethod.Put, path, new { state = "Closed", reason = "x" }).Problem(Problems.UnknownLocality);
        using var admins = await world.As("operator");
        var problem = await admins.Send(HttpMethod.Put, path, new { }).Problem(Problems.Invalid);
        Assert.Equal(["/state", "/reason"], problem["errors"]!.AsArray().Select(e => e!["pointer"]!.GetValue<string>()));
        await admins.Send(HttpMethod.Put, $"/v1/tenants/{(await world.FreshCommune()).Code}/state", new { state = "Closed", reason = "x" }).Problem(Problems.NotOnboarded);
    }

    private static Task<HttpResponseMessage> Village(HttpClient client, string code, string name) =>
        client.Send(HttpMethod.Post, $"/v1/localities/{code}/villages", new { kind = "Thôn", name });

    // The server believes that the tenant works; another has closed it a moment ago.
    private async Task Unheard(short tenant)
    {
        await world.Everything("update tenants set state = 'Active' where locality_id = $1", tenant);
        await world.Instance.App.Services.GetRequiredService<TenantStates>().FindNow(Cancellation);
        await world.Everything("update tenants set state = 'Closed' where locality_id = $1", tenant);
    }
}
