using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Http;
using Platform.Learning;
using Platform.Tests.Confirmations;
using Platform.Tests.Learning;
using Platform.Tests.Rollup;

namespace Platform.Tests.Tenants;

/// <summary>Several communes become one: figures add, history stays, a dry run tells it, and it can be taken back.</summary>
public sealed class MergerTests(World world)
{
    [Theory]
    [InlineData(IntakeStore.Sets)]
    [InlineData(IntakeStore.Portable)]
    public async Task A_merger_adds_the_figures_and_verify_finds_no_difference(IntakeStore store)
    {
        using var reform = await Reorganising.Start(world, store);
        await reform.Settle();
        var (before, beside, into) = (await reform.Cells(reform.A, reform.B), await reform.Cells(reform.C), Reorganising.NewCode());
        var learners = await reform.Batch.Learners(reform.A) + await reform.Batch.Learners(reform.B);

        var outcome = await reform.Merge(into);
        Assert.Equal(before, await reform.Cells(into));
        Assert.Empty(await reform.Cells(reform.A, reform.B));
        Assert.Equal(beside, await reform.Cells(reform.C));
        Assert.Equal(learners, await reform.Batch.Learners(into));
        Assert.Empty(await world.Differences(reform.A, reform.B, reform.C, into));

        var (view, sides) = (outcome["reorganisation"]!.AsObject(), outcome["reorganisation"]!["communes"]!.AsArray().Select(c => c!.AsObject()).ToList());
        Assert.Equal(["From", "From", "Into"], sides.Select(s => s.Text("side")));
        Assert.Equal([0m, 0m, learners], sides.Select(s => s["after"]!.AsObject().Number("learners")!.Value));
        foreach (var figure in (string[])["learners", "completions", "passed", "achieved", "confirmed", "plans", "tasks"])
            Assert.Equal(view["before"]!.AsObject().Number(figure), view["after"]!.AsObject().Number(figure));
        Assert.Equal(10m, outcome.Number("completionsMoved"));
        // The row says for good where it was recorded.
        Assert.Equal(10L, (await world.Everything("select count(*) from completions c join localities l on l.id = c.tenant_id where l.code = $1 and cardinality(c.moves) = 2", into))[0][0]);

        var listed = await reform.Operators.Rows("/v1/tenants/reorganisations?limit=500");
        Assert.Contains(listed, r => r.Text("id") == Reorganising.IdOf(outcome));
        var one = await reform.Operators.Read($"/v1/tenants/reorganisations/{Reorganising.IdOf(outcome)}");
        Assert.Equal(view["before"]!.ToJsonString(), one["before"]!.ToJsonString());
        var noted = await world.Everything("select count(*) from audit_entries where subject = 'reorganisations' and row_key = $1 and actor = $2", Reorganising.IdOf(outcome), world.Credentials("operator").Id);
        Assert.True((long)noted[0][0]! > 0);
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_be_and_writes_nothing()
    {
        using var reform = await Reorganising.Start(world);
        await reform.Settle();
        var (stored, into) = (await reform.Stored(reform.A, reform.B, reform.C), Reorganising.NewCode());
        using var dry = await reform.Operators.Send(HttpMethod.Post, "/v1/tenants/reorganisations?dryRun=true", reform.Merger(into));
        var told = await dry.Body(HttpStatusCode.OK);
        Assert.True(told["dryRun"]!.GetValue<bool>());
        Assert.Equal(stored, await reform.Stored(reform.A, reform.B, reform.C));
        using var anybody = world.Anonymous();
        await anybody.Send(HttpMethod.Get, $"/v1/localities/{into}").Problem(Problems.UnknownLocality);
        await reform.Operators.Send(HttpMethod.Get, $"/v1/tenants/reorganisations/{Reorganising.IdOf(told)}").Problem(Problems.UnknownReorganisation);
        var (first, second) = (reform.Row(reform.A, "a9"), reform.Row(reform.A, "a10"));
        Assert.Equal("created created duplicate", Batch.Outcomes(await reform.Batch.Push(first, second, first)));

        // What is done then is what was told, but for the two who came since.
        var made = await reform.Merge(into);
        foreach (var (figure, more) in ((string, decimal)[])[("learners", 2), ("completions", 2), ("achieved", 2), ("confirmed", 0)])
            Assert.Equal(told["reorganisation"]!["after"]!.AsObject().Number(figure) + more, made["reorganisation"]!["after"]!.AsObject().Number(figure));
    }

    [Fact]
    public async Task What_was_merged_and_taken_back_is_as_it_was_before()
    {
        using var reform = await Reorganising.Start(world);
        using var old = await Commune.Start(world, locality: await world.Locality(reform.A));
        await old.Declare(100);
        await old.Report("r", "2026-05-15T00:00:00+07:00", 60, 100);
        using (var neighbour = await Commune.Start(world, locality: await world.Locality(reform.B)))
            await neighbour.Declare(50);
        await reform.Settle();
        var (stored, progress, into) = (await reform.Stored(reform.A, reform.B, reform.C), await old.Progress("p"), Reorganising.NewCode());

        var made = await reform.Merge(into);
        Assert.NotEqual(stored, await reform.Stored(reform.A, reform.B, reform.C));
        using (var dry = await reform.SendReversal(Reorganising.IdOf(made), new { reason = "Thử" }, "?dryRun=true"))
            await dry.Body(HttpStatusCode.OK);
        Assert.NotEqual(stored, await reform.Stored(reform.A, reform.B, reform.C));
        var taken = await reform.Reverse(Reorganising.IdOf(made));
        Assert.Equal(made.Number("completionsMoved"), taken.Number("completionsMoved"));
        Assert.Equal(stored, await reform.Stored(reform.A, reform.B, reform.C));
        Assert.Empty(await reform.Cells(into));
        Assert.Empty(await world.Differences(reform.A, reform.B, reform.C, into));
        var again = await old.Progress("p");
        Assert.Equal((progress.Number("numerator"), progress.Number("percent"), progress.Text("status")), (again.Number("numerator"), again.Number("percent"), again.Text("status")));
        await old.Declare(101);
        Assert.Equal("created", Batch.Outcomes(await reform.Batch.Push(reform.Row(reform.A, "a8"))));

        await reform.SendReversal(Reorganising.IdOf(made), new { reason = "Lại" }).Problem(Problems.AlreadyReversed);
        // The new code has been used; rows that name it must say which of the two they mean.
        await Refused(reform, reform.Merger(into), "/into/0/code", Problems.CodeInUse);
        var answer = await reform.Batch.Push(reform.Row(into, "a7"));
        Assert.Equal(Problems.CompletionLocalitySplit.Code, answer["results"]![0]!["problems"]![0]!["code"]!.ToString());
        Assert.Contains(reform.B, answer["results"]![0]!["problems"]![0]!["detail"]!.ToString(), StringComparison.Ordinal);
        // And it can be done again, under another code.
        await reform.Merge(Reorganising.NewCode());
    }

    [Fact]
    public async Task Who_came_since_returns_to_the_commune_that_their_rows_name_or_to_the_one_said()
    {
        using var reform = await Reorganising.Start(world);
        await reform.Batch.Store(reform.Row(reform.A, "a1"), reform.Row(reform.B, "b1"));
        var into = Reorganising.NewCode();
        var made = await reform.Merge(into);
        Assert.Equal("created created created", Batch.Outcomes(await reform.Batch.Push(
            reform.Row(reform.B, "mới của B", month: 8), reform.Row(into, "b1", month: 8), reform.Row(into, "người lạ", month: 8))));
        Assert.Equal(4, await reform.Batch.Learners(into));

        await reform.SendReversal(Reorganising.IdOf(made), new { reason = "Bãi bỏ" }).Problem(Problems.NewcomersNeedPlace);
        await reform.SendReversal(Reorganising.IdOf(made), new { reason = "Bãi bỏ", newcomers = reform.C }).Problem(Problems.Invalid);
        Assert.Equal(4, await reform.Batch.Learners(into));
        await reform.Reverse(Reorganising.IdOf(made), reform.A);
        Assert.Equal((2, 2, 0), (await reform.Batch.Learners(reform.A), await reform.Batch.Learners(reform.B), await reform.Batch.Learners(into)));
        Assert.Empty(await world.Differences(reform.A, reform.B, into));
    }

    [Theory]
    [InlineData(IntakeStore.Sets)]
    [InlineData(IntakeStore.Portable)]
    public async Task Rows_that_name_an_old_commune_go_to_the_new_one_and_are_told_so(IntakeStore store)
    {
        using var reform = await Reorganising.Start(world, store);
        var (first, corrected) = (reform.Row(reform.A, "a1"), reform.Row(reform.B, "b1"));
        await reform.Batch.Store(first, corrected);
        var into = Reorganising.NewCode();
        await reform.Merge(into);

        // Before the new commune's first day or after it: a learner counts once, where they are now.
        var (early, late) = (reform.Row(reform.A, "a2", month: 1), reform.Row(reform.B, "b1", month: 9));
        (corrected["revision"], corrected["score"]) = (2, 95);
        var answer = await reform.Batch.Push(early, late, first, corrected, reform.Row(into, "n1"), reform.Row(reform.C, "c1"));
        Assert.Equal("created created duplicate corrected created created", Batch.Outcomes(answer));
        Assert.Equal([into, into, into, into, null, null], answer["results"]!.AsArray().Select(r => r!["movedTo"]?.ToString()));
        Assert.Equal((4, 1), (await reform.Batch.Learners(into), await reform.Batch.Learners(reform.C)));
        Assert.Equal("duplicate duplicate", Batch.Outcomes(await reform.Batch.Push(early, late)));
        Assert.Equal(into, (await reform.Batch.Client.Read($"/v1/completions/{early["id"]}")).Text("locality"));
        Assert.Empty(await world.Differences(reform.A, reform.B, reform.C, into));

        // A vendor of another commune gains nothing by it.
        using var stranger = await Batch.For(world, store, reform.C);
        Assert.Equal("rejected rejected", Batch.Outcomes(await stranger.Push(stranger.Row(change: r => r["locality"] = reform.A), stranger.Row(change: r => r["locality"] = into))));
    }

    [Theory]
    [InlineData(IntakeStore.Sets)]
    [InlineData(IntakeStore.Portable)]
    public async Task A_correction_that_sends_a_moved_row_elsewhere_ends_its_trail(IntakeStore store)
    {
        using var reform = await Reorganising.Start(world, store);
        var (stays, away, back) = (reform.Row(reform.A, "a1"), reform.Row(reform.A, "a2"), reform.Row(reform.A, "a3"));
        await reform.Batch.Store(stays, away, back);
        var into = Reorganising.NewCode();
        var made = await reform.Merge(into);
        (stays["revision"], stays["score"]) = (2, 12);
        (away["revision"], away["locality"]) = (2, reform.C);
        var by = back.DeepClone().AsObject();
        ((by["revision"], by["locality"]), (back["revision"], back["locality"])) = ((2, reform.C), (3, into));
        Assert.Equal("corrected corrected corrected corrected", Batch.Outcomes(await reform.Batch.Push(stays, away, by, back)));
        Assert.Equal((2, 0, 0), (await Trail(stays), await Trail(away), await Trail(back)));

        await reform.Reverse(Reorganising.IdOf(made), reform.B);
        Assert.Equal((2, 0, 1), (await reform.Batch.Learners(reform.A), await reform.Batch.Learners(reform.B), await reform.Batch.Learners(reform.C)));
        Assert.Empty(await world.Differences(reform.A, reform.B, reform.C, into));

        async Task<int> Trail(JsonObject row) => (int)(await world.Everything("select coalesce(cardinality(moves), 0) from completions where external_id = $1", row.Text("id")!))[0][0]!;
    }

    [Fact]
    public async Task What_the_old_communes_planned_stays_readable_and_is_not_mixed_into_the_new_one()
    {
        using var reform = await Reorganising.Start(world);
        using var old = await Commune.Start(world, locality: await world.Locality(reform.A));
        await old.Declare(10);
        await reform.Batch.Store(reform.Row(reform.A, "a1"), reform.Row(reform.A, "a2"), reform.Row(reform.B, "b1"));
        var into = Reorganising.NewCode();
        var outcome = await reform.Merge(into);
        Assert.True(outcome.Number("readOnlyGrants") > 0);
        Assert.NotEmpty(outcome["notes"]!.AsArray());
        var missing = outcome["populations"]!.AsArray().Single()!.AsObject();
        Assert.Equal(("Adults", null, $"[\"{reform.B}\"]"), (missing.Text("code"), missing.Text("people"), missing["missing"]!.ToJsonString()));

        var plan = Assert.Single(await old.Admin.Rows($"/v1/localities/{reform.A}/plans"));
        Assert.Equal("Closed", plan.Text("status"));
        var progress = await old.Progress("p");
        Assert.Equal((2m, 10m, 20.00m), (progress.Number("numerator"), progress.Number("denominator"), progress.Number("percent")));
        await old.Admin.Send(HttpMethod.Post, $"/v1/localities/{reform.A}/villages", new { kind = "Thôn", name = "Muộn" }).Problem(Problems.TenantReadOnly);
        Assert.Empty(await reform.Operators.Rows($"/v1/localities/{into}/plans"));
        await Refused(reform.Operators, "/v1/tenants", new { communes = new[] { reform.A } }, "/communes/0", Problems.LocalityEnded);
        using (var admin = await world.Onboard(await world.Locality(into)))
            Assert.Equal(12, (await admin.Rows($"/v1/localities/{into}/agencies")).Count);

        var place = await reform.Operators.Read($"/v1/localities/{reform.A}");
        Assert.Equal(("2026-06-30", into), (place.Text("validTo"), place["successors"]![0]!.ToString()));
        var seen = Assert.Single(await reform.Operators.Rows($"/odata/Communes?$filter=Code eq '{reform.A}'&$select=Code,ValidFrom,ValidTo"));
        Assert.Equal(("2025-07-01", "2026-06-30"), (seen.Text("ValidFrom"), seen.Text("ValidTo")));
    }

    [Fact]
    public async Task The_provinces_figures_are_the_same_before_and_after()
    {
        // A province of this test's own: nothing else learns there meanwhile.
        var communes = (await world.Instance.App.Services.GetRequiredService<Platform.Localities.LocalityDirectory>().CommunesOf((await world.Locality("24")).Id, TestContext.Current.CancellationToken)).Take(3).ToList();
        using var province = await Commune.Start(world, locality: await world.Locality("24"));
        foreach (var (commune, people, learners) in ((int, int, int)[])[(0, 10, 4), (1, 20, 5), (2, 30, 6)])
        {
            using var admin = await world.NewClient(Role.CommuneAdmin, communes[commune].Code);
            using var sent = await admin.Send(HttpMethod.Put, $"/v1/localities/{communes[commune].Code}/populations", new[] { new { code = "Adults", year = 2026, people, source = "Công an xã" } });
            await sent.Body(HttpStatusCode.OK);
            await province.Learn(learners, at: communes[commune].Code);
        }

        using var viewer = await world.NewClient(Role.ProvinceViewer, "24");
        var (before, total) = (await province.Progress("p"), await Total(viewer));
        using var operators = await world.As("operator");
        var into = Reorganising.NewCode();
        using var made = await operators.Send(HttpMethod.Post, "/v1/tenants/reorganisations", new
        {
            kind = "Merge",
            from = new[] { communes[0].Code, communes[1].Code },
            into = new[] { new { code = into, kind = "Phường", name = "Mới" } },
            effectiveOn = "2026-07-01",
            legalBasis = "Nghị quyết",
            reason = "Sắp xếp",
        });
        var outcome = await made.Body(HttpStatusCode.Created);
        Assert.Equal(30m, outcome["populations"]![0]!.AsObject().Number("people"));
        var after = await province.Progress("p");
        Assert.Equal((before.Number("numerator"), before.Number("denominator"), before.Number("percent")), (after.Number("numerator"), after.Number("denominator"), after.Number("percent")));
        Assert.Equal((15m, 60m), (after.Number("numerator"), after.Number("denominator")));
        Assert.Equal((before.Number("members") - 1, before.Number("membersWithFigures") - 1), (after.Number("members"), after.Number("membersWithFigures")));
        Assert.Equal(total, await Total(viewer));
        Assert.Equal(2, (await viewer.Rows($"/odata/Communes?$filter=ValidTo ne null and ProvinceCode eq '24'")).Count);

        static async Task<string> Total(HttpClient viewer) => (await viewer.Rows(
            "/odata/CompletionFacts?$apply=filter(ProvinceCode eq '24')/aggregate(Completions with sum as C,Learners with sum as L,Passed with sum as P)"))[0].ToJsonString();
    }

    [Fact]
    public async Task Rows_that_come_while_communes_are_merged_are_neither_lost_nor_counted_twice()
    {
        using var reform = await Reorganising.Start(world);
        await reform.Settle();
        var before = (await reform.Cells(reform.A, reform.B)).Values.Sum(c => c.Item1);
        var (into, pushed) = (Reorganising.NewCode(), 0);
        using var over = new CancellationTokenSource();
        var vendors = Enumerable.Range(0, 4).Select(async v =>
        {
            for (var round = 0; !over.IsCancellationRequested; round++)
            {
                var rows = Enumerable.Range(0, 10).Select(i => (JsonNode)reform.Row(i % 2 == 0 ? reform.A : reform.B, $"{v}-{round % 5}-{i}", month: 1 + (round % 9))).ToArray();
                var answer = await reform.Batch.Push(rows);
                Assert.Equal(10, answer["created"]!.GetValue<int>());
                Interlocked.Add(ref pushed, 10);
            }
        }).ToList();
        while (Volatile.Read(ref pushed) < 100 && !vendors.Exists(v => v.IsFaulted))
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await reform.Merge(into);
        var at = Volatile.Read(ref pushed);
        while (Volatile.Read(ref pushed) < at + 100 && !vendors.Exists(v => v.IsFaulted))
            await Task.Delay(5, TestContext.Current.CancellationToken);
        await over.CancelAsync();
        await Task.WhenAll(vendors);
        Assert.Equal(before + pushed, (await reform.Cells(into)).Values.Sum(c => c.Item1));
        Assert.Empty(await reform.Cells(reform.A, reform.B));
        Assert.Empty(await world.Differences(reform.A, reform.B, into));
    }

    [Fact]
    public async Task Only_operators_reorganise_and_the_database_says_so_too()
    {
        using var reform = await Reorganising.Start(world);
        var order = reform.Merger(Reorganising.NewCode());
        foreach (var (role, place) in ((Role, string)[])[(Role.ProvinceManager, (await world.Province(await world.Locality(reform.A))).Code), (Role.CommuneAdmin, reform.A)])
        {
            using var client = await world.NewClient(role, place);
            await client.Send(HttpMethod.Post, "/v1/tenants/reorganisations", order).Problem(Problems.NotAllowed);
            await client.Send(HttpMethod.Get, "/v1/tenants/reorganisations").Problem(Problems.NotAllowed);
        }

        var manager = (int)(await world.Everything("select account_id from grants where role = 'ProvinceManager' order by id limit 1"))[0][0]!;
        var (a, b) = ((await world.Locality(reform.A)).Id, (await world.Locality(reform.B)).Id);
        await reform.Batch.Store(reform.Row(reform.A, "a1"));
        foreach (var statement in (string[])[
            "update localities set valid_to = '2026-06-30' where id = $1 or id = $2",
            "update locality_names set valid_to = '2026-06-30' where locality_id = $1 or locality_id = $2",
            "insert into locality_successions (predecessor_id, successor_id, number, direct) values ($1, $2, 1, true)"])
            Assert.Equal("42501", await world.AsApplication(new() { ["account"] = manager }, db => db.Outcome(statement, a, b)));
        Assert.Equal("0 rows", await world.AsApplication(new() { ["account"] = manager, ["vendor"] = (short)0, ["reorganisation"] = Guid.NewGuid() }, db =>
            db.Outcome("update completions set tenant_id = $2 where tenant_id = $1", a, b)));
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused_with_the_field_at_fault()
    {
        using var reform = await Reorganising.Start(world);
        object Order(string[]? from = null, string into = "99999", string kind = "Xã", string on = "2026-07-01", object? others = null) => new
        {
            kind = "Merge",
            from = from ?? [reform.A, reform.B],
            into = new[] { new { code = into, kind, name = "Mới" } },
            effectiveOn = on,
            legalBasis = "NQ",
            reason = "x",
            others,
        };
        await Refused(reform, Order(from: [reform.A, "05953"]), "/from/1", Problems.OfOneProvince);
        await Refused(reform, Order(from: [reform.A, "98765"]), "/from/1", Problems.UnknownLocality);
        await Refused(reform, Order(from: [reform.A, "19"]), "/from/1", Problems.ReorganisesCommunes);
        await Refused(reform, Order(from: [reform.A, reform.A]), "/from/1", Problems.Repeated);
        await Refused(reform, Order(from: [reform.A]), "/from", Problems.MergeShape);
        await Refused(reform, Order(into: reform.C), "/into/0/code", Problems.CodeInUse);
        await Refused(reform, Order(into: "9999"), "/into/0/code", Problems.BadCode);
        await Refused(reform, Order(kind: "Huyện"), "/into/0/kind", Problems.UnknownWord);
        await Refused(reform, Order(on: "2099-01-01"), "/effectiveOn", Problems.NotInForceYet);
        await Refused(reform, Order(on: "2025-07-01"), "/effectiveOn", Problems.NotInForceYet);
        await Refused(reform, Order(others: reform.A), "/others", Problems.MergeShape);
        await Refused(reform, new { }, "/kind", Problems.Required);

        // Nor a commune that is suspended, or owes somebody an answer about their data.
        var commune = await world.Locality(reform.A);
        using var admin = await world.Onboard(commune);
        await world.SetState(reform.A, "ReadOnly");
        await reform.Operators.Send(HttpMethod.Post, "/v1/tenants/reorganisations", reform.Merger("99999")).Problem(Problems.ResumeFirst);
        await world.SetState(reform.A, "Active");
        using (var asked = await admin.Send(HttpMethod.Post, $"/v1/localities/{reform.A}/personal-data/requests", new { kind = "Access", person = new { citizenNumber = Batch.NewCitizen() }, channel = "Post" }))
            Assert.True(asked.IsSuccessStatusCode);
        await reform.Operators.Send(HttpMethod.Post, "/v1/tenants/reorganisations", reform.Merger("99999")).Problem(Problems.PersonRequestsOpen);
    }

    private static Task Refused(Reorganising reform, object order, string pointer, ProblemKind kind) =>
        Refused(reform.Operators, "/v1/tenants/reorganisations", order, pointer, kind);

    private static async Task Refused(HttpClient client, string path, object body, string pointer, ProblemKind kind)
    {
        var problem = await client.Send(HttpMethod.Post, path, body).Problem(Problems.Invalid);
        Assert.Contains(problem["errors"]!.AsArray(), e => e!["pointer"]!.GetValue<string>() == pointer && e["code"]!.GetValue<string>() == kind.Code);
    }
}
