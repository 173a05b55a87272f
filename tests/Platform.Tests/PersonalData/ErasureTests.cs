using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Http;
using Platform.Tenancy;
using Platform.Tests.Confirmations;
using Platform.Tests.Learning;
using Platform.Tests.Tenants;

namespace Platform.Tests.PersonalData;

/// <summary>An erasure forgets the person and keeps the counts, and the database lets it reach nobody else.</summary>
public sealed class ErasureTests(World world)
{
    private const string Refused = "42501", Nothing = "0 rows";

    [Fact]
    public async Task Everything_of_the_person_is_cut_in_all_communes_and_of_all_vendors_and_every_figure_stays()
    {
        var (batch, communes) = await Batch.Start(world, 2);
        using var first = batch;
        using var second = await batch.OtherVendor();
        var number = Batch.NewCitizen();
        var (here, there, other) = (batch.Row("hv-a", number), batch.Row("hv-a", number, "2026-03-09T10:11:12+07:00", r => r["locality"] = communes[1]), second.Row("b-1", number, "2026-02-02T09:00:00+07:00"));
        await batch.Store(here, there, batch.Row("hv-stays"));
        await second.Store(other);
        here["revision"] = 2;
        here["reason"] = "Chấm lại bài của hv-a";
        await batch.Push(here);
        var (before, beforeThere) = (await batch.Figures(), await batch.Figures(communes[1]));
        var learner = await LearnerOf(there);

        using var requests = await Requests.At(world, communes[0]);
        var id = await requests.Begin("Erasure", Requests.Citizen(number));
        await requests.Admin.Send(HttpMethod.Post, $"{requests.Path}/{id}/answer", new { outcome = "Done", reason = "Xong" }).Problem(Problems.RequestOfAnotherKind);
        var done = await requests.Step(id, "erasure");
        Assert.Equal(("Done", "3", "3"), (done.Text("state"), done["receipt"]!.AsObject().Text("completions"), done["receipt"]!.AsObject().Text("names")));

        Assert.Equal(before, await batch.Figures());
        Assert.Equal(beforeThere, await batch.Figures(communes[1]));
        Assert.Empty(await Differences());
        foreach (var table in (string[])["completions", "completion_versions", "learners", "learner_identities", "confirmations", "person_request_subjects"])
            Assert.DoesNotContain(await world.Everything($"select t::text from {table} t"), row =>
                ((string)row[0]!).Contains(learner, StringComparison.Ordinal) || ((string)row[0]!).Contains("hv-a", StringComparison.Ordinal));
        foreach (var (row, vendor) in new[] { (here, first), (there, first), (other, second) })
            await vendor.Client.Send(HttpMethod.Get, $"/v1/completions/{row.Text("id")}").Problem(Problems.UnknownCompletion);
        var left = (await batch.Client.Rows("/v1/completions")).Where(c => c.Text("id")!.StartsWith("erased:", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, left.Count);
        Assert.All(left, c => Assert.Matches("^2026-02-28T17:00:0[0-9]", c.Text("completedAt")!)); // the month, nothing finer
        await requests.Admin.Send(HttpMethod.Post, $"{requests.Path}/{id}/erasure").Problem(Problems.RequestInAnotherState);
    }

    [Fact]
    public async Task An_erased_completion_sent_again_is_refused_and_a_new_one_makes_a_new_learner()
    {
        using var batch = await Batch.Start(world);
        var number = Batch.NewCitizen();
        var row = batch.Row("hv-again", number);
        await batch.Store(row);
        await Erase(batch.Commune, number);
        var answer = await batch.Push(row, batch.Row("hv-new"));
        Assert.Equal("rejected created", Batch.Outcomes(answer));
        Assert.Contains(Problems.CompletionErased.Code, answer.ToJsonString(), StringComparison.Ordinal);
        var cut = (await batch.Client.Rows("/v1/completions")).Single(c => c.Text("id")!.StartsWith("erased:", StringComparison.Ordinal)).Text("id");
        Assert.Equal("rejected", Batch.Outcomes(await batch.Push(batch.Row("hv-again", number, change: r => { r["id"] = cut; r["revision"] = 2; }))));
        Assert.Equal(2, await batch.Learners());
        await batch.Store(batch.Row("hv-again", number));
        Assert.Equal(3, await batch.Learners());
        Assert.Empty(await Differences());

        using var portable = await Batch.For(world, Platform.Learning.IntakeStore.Portable, batch.Commune);
        var other = portable.Row("hv-p", Batch.NewCitizen());
        await portable.Store(other);
        await Erase(batch.Commune, other["learner"]!.AsObject().Text("citizenId")!);
        Assert.Equal("rejected", Batch.Outcomes(await portable.Push(other)));
    }

    [Fact]
    public async Task A_commune_erases_nobody_of_whom_it_has_nothing()
    {
        using var batch = await Batch.Start(world);
        var number = Batch.NewCitizen();
        await batch.Store(batch.Row("hv-elsewhere", number));
        using var foreign = await Requests.At(world, (await world.FreshCommune()).Code);
        var known = await foreign.Admin.Send(HttpMethod.Post, $"{foreign.Path}/{await foreign.Begin("Erasure", Requests.Citizen(number))}/erasure").Problem(Problems.NobodyHere);
        var unknown = await foreign.Admin.Send(HttpMethod.Post, $"{foreign.Path}/{await foreign.Begin("Erasure", Requests.Citizen(Batch.NewCitizen()))}/erasure").Problem(Problems.NobodyHere);
        known["instance"] = unknown["instance"] = known["traceId"] = unknown["traceId"] = null;
        Assert.Equal(unknown.ToJsonString(), known.ToJsonString());
        Assert.Equal(1, await batch.Learners());
    }

    [Theory]
    [InlineData("ReadOnly")]
    [InlineData("Closed")]
    public async Task Who_asks_is_answered_and_forgotten_in_a_suspended_commune_and_in_others_that_are_suspended(string state)
    {
        var ((commune, admin), (other, stranger)) = (await world.NewTenant(), await world.NewTenant());
        stranger.Dispose();
        using var requests = new Requests(admin, commune.Code);
        using var batch = await Batch.For(world, Platform.Learning.IntakeStore.Sets, commune.Code, other.Code);
        var number = Batch.NewCitizen();
        var first = batch.Row("hv-dong", number);
        await batch.Store(first, batch.Row("hv-dong", number, "2026-03-09T10:11:12+07:00", r => r["locality"] = other.Code), batch.Row("hv-o-lai"));
        first["revision"] = 2;
        await batch.Push(first);
        var (before, beforeThere) = (await batch.Figures(), await batch.Figures(other.Code));
        await world.SetState(commune.Code, state);
        await world.SetState(other.Code, state);
        await world.Instance.App.Services.GetRequiredService<TenantStates>().FindNow(TestContext.Current.CancellationToken);

        await admin.Send(HttpMethod.Post, $"/v1/localities/{commune.Code}/villages", new { kind = "Thôn", name = "Một" }).Problem(state == "Closed" ? Problems.TenantClosed : Problems.TenantReadOnly);
        Assert.Equal(2, (await admin.Read($"{requests.Path}/{await requests.Begin("Access", Requests.Citizen(number))}/export"))["completions"]!.AsArray().Count); // with its former revision
        var done = await requests.Step(await requests.Begin("Erasure", Requests.Citizen(number)), "erasure");
        Assert.Equal(("Done", "2"), (done.Text("state"), done["receipt"]!.AsObject().Text("completions")));
        var refused = (await requests.Record("Objection", Requests.Citizen(Batch.NewCitizen()), "Gọi lại sau")).Text("id")!;
        Assert.Equal("Refused", (await requests.Step(refused, "answer", new { outcome = "Refused", reason = "Không có dữ liệu" })).Text("state"));
        Assert.Equal(before, await batch.Figures());
        Assert.Equal(beforeThere, await batch.Figures(other.Code));
        Assert.Empty(await world.Everything("select 1 from completions where external_id = any($1)", (object)new[] { first.Text("id")! }));
        Assert.Empty(await Differences());
        // Nothing else of a suspended commune has opened.
        Assert.Equal([Refused, Refused], await world.AsApplication(new() { ["tenant"] = commune.Id }, async db => new[]
        {
            await db.Outcome("update learners set audience = audience where tenant_id = $1", commune.Id), await db.Outcome("insert into villages (tenant_id, id, kind, name) values ($1, gen_random_uuid(), 'Thôn', 'Tây')", commune.Id),
        }));
    }

    [Fact]
    public async Task Row_level_security_opens_a_persons_rows_elsewhere_to_the_request_at_hand_only()
    {
        var (batch, communes) = await Batch.Start(world, 2);
        using var first = batch;
        var number = Batch.NewCitizen();
        var there = batch.Row("hv-rls", number, change: r => r["locality"] = communes[1]);
        await batch.Store(batch.Row("hv-rls", number), there, batch.Row("hv-bystander", change: r => r["locality"] = communes[1]));
        using var requests = await Requests.At(world, communes[0]);
        var erasure = await requests.Begin("Erasure", Requests.Citizen(number));
        var access = await requests.Begin("Access", Requests.Citizen(number));
        var waiting = (await requests.Record("Erasure", Requests.Citizen(number))).Text("id")!;
        var (own, other) = ((await world.Locality(communes[0])).Id, (await world.Locality(communes[1])).Id);
        const string elsewhere = "select count(*) from completions where tenant_id = $1", cut = "update completions set learner_id = current_setting('platform.ghost')::uuid where tenant_id = $1";
        var ghost = $"{Guid.NewGuid()}";

        Assert.Equal((1L, "1 rows"), await Try(own, erasure));
        Assert.Equal((0L, Nothing), await Try(own, access)); // another kind
        Assert.Equal((0L, Nothing), await Try(own, waiting)); // not in hand
        Assert.Equal((0L, Nothing), await Try(own, $"{Guid.NewGuid()}")); // no request
        Assert.Equal(0L, (await Try((await world.FreshCommune()).Id, erasure)).Seen); // another commune's
        ghost = await LearnerOf(there); // somebody whom a name leads to
        Assert.Equal(Refused, (await Try(own, erasure)).Cut);
        await world.AsApplication(new() { ["tenant"] = own, ["erasure"] = erasure, ["ghost"] = $"{Guid.NewGuid()}" }, async db =>
        {
            Assert.Equal(Refused, await db.Outcome("update completions set learner_id = current_setting('platform.ghost')::uuid, passed = not passed where tenant_id = $1", other));
            Assert.Equal(Refused, await db.Outcome("update completions set learner_id = current_setting('platform.ghost')::uuid, completed_at = completed_at - interval '40 days' where tenant_id = $1", other));
            Assert.Equal("0 rows", await db.Outcome("delete from completions where tenant_id = $1", other));
            return 0;
        });

        Task<(long Seen, string Cut)> Try(short tenant, string request) =>
            world.AsApplication(new() { ["tenant"] = tenant, ["erasure"] = request, ["ghost"] = ghost }, async db => ((long)(await db.Query(elsewhere, other))[0][0]!, await db.Outcome(cut, other)));
    }

    private async Task Erase(string commune, string number)
    {
        using var requests = await Requests.At(world, commune);
        await requests.Step(await requests.Begin("Erasure", Requests.Citizen(number)), "erasure");
    }

    private async Task<string> LearnerOf(JsonObject row) => (string)(await world.Everything("select learner_id::text from completions where external_id = $1", row.Text("id")!))[0][0]!;

    // What an erasure could break is who is who.
    private Task<List<string>> Differences() => world.Differences(d => d.Split(' ')[0] is "learner" or "name" or "version" or "confirmation");
}
