using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Platform.Http;
using Platform.Learning;
using Platform.Tests.Confirmations;
using Platform.Tests.PersonalData;

namespace Platform.Tests.Learning;

/// <inheritdoc/>
public sealed class CorrectionTestsOnSets(World world) : CorrectionTests(world, IntakeStore.Sets);

/// <inheritdoc/>
public sealed class CorrectionTestsOnPortableStore(World world) : CorrectionTests(world, IntakeStore.Portable);

/// <summary>A completion is corrected by a higher revision and voided with a reason; figures follow, and the history stays.</summary>
public abstract class CorrectionTests(World world, IntakeStore store)
{
    [Fact]
    public async Task A_higher_revision_replaces_the_content_and_the_figures_follow()
    {
        var (batch, communes) = await Batch.Start(world, 2, store);
        using var _ = batch;
        var row = batch.Row("hv");
        await batch.Store(row);
        Revise(row, 2, r => (r["locality"], r["course"], r["passed"], r["reason"]) = (communes[1], "KNS-CD-02", false, "Nhầm khóa"));
        var answer = await batch.Push(row);
        Assert.Equal(("corrected", 1), (Batch.Outcomes(answer), answer["corrected"]!.GetValue<int>()));
        Assert.Empty(await batch.Figures());
        Assert.Equal(["2026-03-01 Citizens KNS-CD-02: 1/1/0"], await batch.Figures(communes[1]));
        Assert.Equal("duplicate", Batch.Outcomes(await batch.Push(row)));
    }

    [Fact]
    public async Task Revisions_may_be_left_out_between_and_a_lower_one_is_a_conflict()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row();
        await batch.Store(row);
        Assert.Equal("corrected", Batch.Outcomes(await batch.Push(Revise(row, 7, r => r["score"] = 10))));
        var late = Revise(row, 3, r => r["score"] = 20);
        var problem = (await batch.Push(late))["results"]![0]!["problems"]!.AsArray().Single()!;
        Assert.Equal((Problems.SameIdOtherContent.Code, "/0/revision"), (problem["code"]!.GetValue<string>(), problem["pointer"]!.GetValue<string>()));
        Assert.Equal("Đã có bản mới hơn là 7; chỉ revision cao hơn mới sửa được.", problem["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_correction_that_comes_before_its_original_is_stored_and_the_original_is_then_a_conflict()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row();
        var correction = Revise(row.DeepClone().AsObject(), 2, r => r["score"] = 10);
        Assert.Equal("created conflict", Batch.Outcomes(await batch.Push(correction, row)));
    }

    [Fact]
    public async Task A_row_and_its_corrections_in_one_batch_are_taken_in_order()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row("hv");
        var second = Revise(row.DeepClone().AsObject(), 2, r => r["course"] = "KNS-CD-02");
        var third = Revise(row.DeepClone().AsObject(), 3, r => r["course"] = "KNS-CD-03");
        Assert.Equal("created corrected corrected duplicate conflict", Batch.Outcomes(await batch.Push(row, second, third, third, row)));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-03: 1/1/1"], await batch.Figures());
        Assert.Equal([3, 2, 1], (await History(batch, row)).Select(v => (int)v.Number("revision")!));
    }

    [Fact]
    public async Task Many_revisions_of_one_id_in_one_batch_are_each_answered_and_kept_and_counted_once()
    {
        var (batch, communes) = await Batch.Start(world, 2, store);
        using var _ = batch;
        var (known, fresh) = (batch.Row("hv-1"), batch.Row("nhầm", change: r => r["audience"] = "Students"));
        await batch.Store(known);
        JsonObject[] rows =
        [
            fresh, .. Enumerable.Range(2, 1_499).Select(n => Revise(fresh.DeepClone().AsObject(), n, r => (r["learner"]!["id"], r["locality"], r["score"]) = ("hv-4", communes[n % 2], n % 100))),
            .. Enumerable.Range(2, 499).Select(n => Revise(known.DeepClone().AsObject(), n, r => (r["learner"]!["id"], r["score"]) = ($"hv-{n % 3}", n % 100))),
        ];
        var answer = await batch.Push(rows);
        Assert.Equal((1, 1_998), (answer["created"]!.GetValue<int>(), answer["corrected"]!.GetValue<int>()));
        Assert.Equal((1_499L, 499L), (await Versions(fresh), await Versions(known)));
        Assert.Equal((2, 1_500, 500), (await batch.Learners(), (int)(await Present(fresh)).Number("revision")!, (int)(await Present(known)).Number("revision")!));
        Assert.Equal("duplicate duplicate conflict", Batch.Outcomes(await batch.Push(rows[1_499], rows[^1], fresh)));
        Assert.Empty(await world.Differences(communes));

        // Whom only a replaced revision named is known, and counts with the next completion.
        await batch.Store(batch.Row("nhầm", at: "2026-07-01T08:00:00+07:00"));
        Assert.Equal(3, await batch.Learners());
        Assert.Empty(await world.Differences(communes));

        async Task<long> Versions(JsonObject row) => (long)(await world.Everything("select count(*) from completion_versions where external_id = $1", row.Text("id")!))[0][0]!;
        Task<JsonObject> Present(JsonObject row) => batch.Client.Read($"/v1/completions/{row.Text("id")}");
    }

    [Fact]
    public async Task A_row_sees_a_correction_before_it_in_its_batch()
    {
        var (batch, communes) = await Batch.Start(world, 2, store);
        using var _ = batch;
        var row = batch.Row("hv");
        var corrected = Revise(row.DeepClone().AsObject(), 2, r => (r["locality"], r["audience"]) = (communes[1], "Workers"));
        var after = batch.Row("hv", at: "2026-04-01T08:00:00+07:00", change: r => { r.Remove("locality"); r.Remove("audience"); });
        Assert.Equal("created corrected created", Batch.Outcomes(await batch.Push(row, corrected, after)));
        Assert.Equal(["2026-03-01 Workers KNS-CD-01: 1/1/1", "2026-04-01 Workers KNS-CD-01: 1/0/1"], await batch.Figures(communes[1]));
        Assert.Empty(await world.Differences(communes));
    }

    [Fact]
    public async Task Whom_a_replaced_revision_named_is_still_the_person_it_turns_out_to_be()
    {
        using var batch = await Batch.Start(world, store);
        var (row, citizen) = (batch.Row("hv"), Batch.NewCitizen());
        await batch.Store(row);
        Assert.Equal("corrected", Batch.Outcomes(await batch.Push(Revise(row, 2, r => r["score"] = 12))));
        await batch.Store(batch.Row(citizen: citizen));
        await batch.Store(batch.Row("hv", citizen));
        using var requests = await Requests.At(world, batch.Commune);
        var export = await requests.Admin.Read($"{requests.Path}/{await requests.Begin("Access", Requests.Citizen(citizen))}/export");
        Assert.Equal([1, 2], export["completions"]!.AsArray().Where(c => (string?)c!["id"] == row.Text("id")).Select(c => c!["revision"]!.GetValue<int>()).Order());
        Assert.Empty(await world.Differences(batch.Commune));
    }

    [Fact]
    public async Task A_correction_that_cannot_be_written_is_given_up_with_a_number_and_a_time_to_come_again()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row();
        await batch.Store(row);
        await using (await BrokenTable.Where(world, "completion_versions", $"new.external_id = '{row.Text("id")}'", PostgresErrorCodes.UniqueViolation)) // as if it were always there already
        using (var refused = await batch.Client.Send(HttpMethod.Post, "/v1/completions", new JsonArray(Revise(row, 2, r => r["score"] = 3).DeepClone()).ToJsonString()))
        {
            Assert.Equal((503, true), ((int)refused.StatusCode, refused.Headers.RetryAfter is not null));
            Assert.Equal(Problems.RowsBusy.Code, JsonNode.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["code"]!.GetValue<string>());
        }

        Assert.Equal("corrected", Batch.Outcomes(await batch.Push(row)));
    }

    [Fact]
    public async Task A_correction_to_another_learner_moves_the_count()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row("hv-1");
        await batch.Store(row, batch.Row("hv-2", at: "2026-02-01T08:00:00+07:00"));
        Assert.Equal(2, await batch.Learners());
        Assert.Equal("corrected", Batch.Outcomes(await batch.Push(Revise(row, 2, r => r["learner"] = new JsonObject { ["id"] = "hv-2" }))));
        Assert.Equal(["2026-02-01 Citizens KNS-CD-01: 1/1/1", "2026-03-01 Citizens KNS-CD-01: 1/0/1"], await batch.Figures());
    }

    [Theory]
    [InlineData("id")]
    [InlineData("citizenId")]
    public async Task A_correction_to_a_learner_whom_nobody_knows_yet_makes_the_learner_known_and_keeps_the_rows_beside_it(string name)
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row("hv-1");
        await batch.Store(row);
        var corrected = Revise(row, 2, r => r["learner"] = new JsonObject { [name] = name == "id" ? "hv-new" : Batch.NewCitizen() });
        Assert.Equal("created corrected created", Batch.Outcomes(await batch.Push(batch.Row("hv-2"), corrected, batch.Row("hv-3"))));
        Assert.Equal(3, await batch.Learners());
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 3/3/3"], await batch.Figures());
    }

    [Fact]
    public async Task An_id_with_a_slash_is_asked_for_voided_and_remembered_like_any_other()
    {
        using var batch = await Batch.Start(world, store);
        var id = $"lop-12/{Guid.NewGuid():N}";
        await batch.Store(batch.Row(change: r => r["id"] = id));
        var address = $"/v1/completions/{Uri.EscapeDataString(id)}";
        Assert.Equal(id, $"{(await batch.Client.Ask("GET", address)).Body!["id"]}");
        using (var voided = await batch.Client.Send(HttpMethod.Post, $"{address}/voiding", new { reason = "Nhầm" }))
            Assert.Equal(id, (await voided.Body(HttpStatusCode.OK)).Text("id"));
        Assert.Equal("Nhầm", (await batch.Client.Rows($"{address}/history"))[0].Text("voidReason"));
    }

    [Fact]
    public async Task A_voided_first_completion_gives_way_to_the_next_even_when_another_vendor_sent_that()
    {
        using var batch = await Batch.Start(world, store);
        using var other = await batch.OtherVendor();
        var citizen = Batch.NewCitizen();
        var first = batch.Row(citizen: citizen, at: "2026-02-01T08:00:00+07:00");
        await batch.Store(first);
        await other.Store(other.Row(citizen: citizen, at: "2026-05-01T08:00:00+07:00", change: r => r["course"] = "KNS-CD-02"));
        var voided = await Void(batch, first, "Gửi nhầm");
        Assert.Equal("Gửi nhầm", voided.Text("voidReason"));
        Assert.Equal(["2026-05-01 Citizens KNS-CD-02: 1/1/1"], await batch.Figures());
    }

    [Fact]
    public async Task A_learner_whose_only_completion_is_void_counts_nowhere_and_counts_again_with_the_next()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row("hv");
        await batch.Store(row);
        await Void(batch, row);
        Assert.Empty(await batch.Figures());
        await batch.Store(batch.Row("hv", at: "2026-06-01T08:00:00+07:00", change: r => r["passed"] = false));
        Assert.Equal(["2026-06-01 Citizens KNS-CD-01: 1/1/0"], await batch.Figures());
    }

    [Fact]
    public async Task A_void_completion_sent_again_is_a_conflict_and_a_higher_revision_restores_it()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row("hv");
        await batch.Store(row);
        await Void(batch, row, "Gửi nhầm");
        var problem = (await batch.Push(row))["results"]![0]!["problems"]![0]!;
        Assert.Equal(Problems.CompletionIsVoid.Code, problem["code"]!.GetValue<string>());
        Assert.Equal("corrected", Batch.Outcomes(await batch.Push(Revise(row, 2, r => r["reason"] = "Không nhầm"))));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 1/1/1"], await batch.Figures());

        var history = await History(batch, row);
        Assert.Equal([(2, "Không nhầm", null), (1, null, "Gửi nhầm")], history.Select(v => ((int)v.Number("revision")!, v.Text("reason"), v.Text("voidReason"))));
        Assert.Null(history[0].Text("replacedAt"));
        Assert.NotNull(history[1].Text("replacedAt"));
    }

    [Fact]
    public async Task Voiding_needs_a_reason_and_a_completion_of_ones_own_that_is_not_void()
    {
        using var batch = await Batch.Start(world, store);
        using var other = await batch.OtherVendor();
        var row = batch.Row();
        await batch.Store(row);
        var path = $"/v1/completions/{row.Text("id")}/voiding";
        await batch.Client.Send(HttpMethod.Post, path, new { reason = " " }).Problem(Problems.Invalid);
        await batch.Client.Send(HttpMethod.Post, path, new { reason = "019099000123 gửi nhầm" }).Problem(Problems.Invalid);
        await other.Client.Send(HttpMethod.Post, path, new { reason = "x" }).Problem(Problems.UnknownCompletion);
        await other.Client.Send(HttpMethod.Get, $"/v1/completions/{row.Text("id")}/history").Problem(Problems.UnknownCompletion);
        await Void(batch, row);
        await batch.Client.Send(HttpMethod.Post, path, new { reason = "x" }).Problem(Problems.AlreadyVoid);
    }

    [Fact]
    public async Task An_atomic_batch_with_a_correction_and_a_bad_row_corrects_nothing()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row();
        await batch.Store(row);
        var before = await batch.Figures();
        var correction = Revise(row.DeepClone().AsObject(), 2, r => r["course"] = "KNS-CD-02");
        Assert.Equal("withheld rejected", Batch.Outcomes(await batch.Push("?atomic=true", correction, null)));
        Assert.Equal(before, await batch.Figures());
        Assert.Equal("duplicate", Batch.Outcomes(await batch.Push(row)));
    }

    [Theory]
    [InlineData("revision", "0", "PLT-1204")]
    [InlineData("revision", "32768", "PLT-1204")]
    [InlineData("revision", "\"2\"", "PLT-1202")]
    [InlineData("reason", "\"019099000123\"", "PLT-5021")]
    [InlineData("id", "\"kq-019099000123-1\"", "PLT-5021")]
    [InlineData("id", "\"cc019099000123\"", "PLT-5021")]
    public async Task Bad_revisions_and_citizen_numbers_in_clear_are_rejected(string field, string value, string code)
    {
        using var batch = await Batch.Start(world, store);
        var problem = (await batch.Push(batch.Row(change: r => r[field] = JsonNode.Parse(value))))["results"]![0]!["problems"]![0]!;
        Assert.Equal((code, $"/0/{field}"), (problem["code"]!.GetValue<string>(), problem["pointer"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("202603011234")] // a moment: no province has the code 202
    [InlineData("0190990001234")] // thirteen digits
    [InlineData("019-099000123")]
    [InlineData("afea2d13-eed1-4b5d-8abe-064027159957")]
    [InlineData("5890e95e93d048058632327c6ee0adf1")]
    [InlineData("lan-1/5890e95e93d048058632327c6ee0adf1")]
    public async Task Ids_that_only_resemble_a_citizen_number_are_taken(string id)
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Row(change: r => r["id"] = id));
    }

    [Fact]
    public async Task A_learner_of_whom_no_audience_is_known_belongs_to_the_only_one_that_the_course_is_for()
    {
        using var batch = await Batch.Start(world, store);
        JsonObject Bare(string learner, string course) => batch.Row(learner, change: r => { r.Remove("audience"); r["course"] = course; });
        Assert.Equal("created rejected", Batch.Outcomes(await batch.Push(Bare("hv-a", "KNS-CD-11"), Bare("hv-b", "KNS-CD-02"))));
        await batch.Store(batch.Row("hv-c", change: r => r["audience"] = "Workers"));
        await batch.Store(Bare("hv-c", "KNS-CD-11"));
        Assert.Equal(
            ["2026-03-01 PublicSector KNS-CD-11: 1/1/1", "2026-03-01 Workers KNS-CD-01: 1/1/1", "2026-03-01 Workers KNS-CD-11: 1/0/1"],
            await batch.Figures());
    }

    [Fact]
    public async Task A_row_without_locality_and_audience_takes_those_of_its_learner()
    {
        var (batch, communes) = await Batch.Start(world, 2, store);
        using var _ = batch;
        await batch.Store(batch.Row("hv", at: "2026-03-01T08:00:00+07:00"), batch.Row("hv", at: "2026-04-01T08:00:00+07:00", change: r => (r["locality"], r["audience"]) = (communes[1], "Workers")));
        var row = batch.Row("hv", at: "2026-05-01T08:00:00+07:00", change: r => { r.Remove("locality"); r.Remove("audience"); });
        await batch.Store(row);
        Assert.Contains("2026-05-01 Workers KNS-CD-01: 1/0/1", await batch.Figures(communes[1]));

        // The learner moves on; what was stored stays where it was, and the row sent again is the same row.
        await batch.Store(batch.Row("hv", at: "2026-06-01T08:00:00+07:00"));
        Assert.Equal("duplicate", Batch.Outcomes(await batch.Push(row)));
        Assert.Equal(1, await batch.Learners(communes[0]));
    }

    [Fact]
    public async Task Within_one_batch_a_row_without_locality_takes_that_of_the_learners_row_before_it()
    {
        using var batch = await Batch.Start(world, store);
        var (lone, bare) = (batch.Row("hv-2", change: r => r.Remove("locality")), batch.Row("hv-3", change: r => { r.Remove("locality"); r.Remove("audience"); r["course"] = "KNS-CD-02"; }));
        var answer = await batch.Push(batch.Row("hv-1"), batch.Row("hv-1", at: "2026-04-01T08:00:00+07:00", change: r => { r.Remove("locality"); r.Remove("audience"); }), lone, bare);
        Assert.Equal("created created rejected rejected", Batch.Outcomes(answer));
        Assert.Equal(["/2/locality"], Pointers(2));
        Assert.Equal(["/3/locality", "/3/audience"], Pointers(3));

        IEnumerable<string> Pointers(int row) => answer["results"]![row]!["problems"]!.AsArray().Select(p => p!["pointer"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_learner_of_a_commune_that_is_not_granted_gives_no_row_its_locality()
    {
        using var batch = await Batch.Start(world, store);
        using var elsewhere = await Batch.Start(world, store);
        var citizen = Batch.NewCitizen();
        await elsewhere.Store(elsewhere.Row(citizen: citizen));
        var answer = await batch.Push(batch.Row(citizen: citizen, change: r => r.Remove("locality")));
        Assert.Equal(Problems.CompletionLocalityNotGranted.Code, answer["results"]![0]!["problems"]![0]!["code"]!.GetValue<string>());
    }

    private static JsonObject Revise(JsonObject row, int revision, Action<JsonObject> change)
    {
        row["revision"] = revision;
        change(row);
        return row;
    }

    private static async Task<JsonObject> Void(Batch batch, JsonObject row, string reason = "Nhầm")
    {
        using var sent = await batch.Client.Send(HttpMethod.Post, $"/v1/completions/{row.Text("id")}/voiding", new { reason });
        return await sent.Body(HttpStatusCode.OK);
    }

    private static Task<List<JsonObject>> History(Batch batch, JsonObject row) => batch.Client.Rows($"/v1/completions/{row.Text("id")}/history");
}
