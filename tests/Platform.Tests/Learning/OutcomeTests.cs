using System.Text.Json.Nodes;
using Platform.Http;
using Platform.Learning;

namespace Platform.Tests.Learning;

/// <inheritdoc/>
public sealed class OutcomeTestsOnSets(World world) : OutcomeTests(world, IntakeStore.Sets);

/// <inheritdoc/>
public sealed class OutcomeTestsOnPortableStore(World world) : OutcomeTests(world, IntakeStore.Portable);

/// <summary>How each row of a batch is answered.</summary>
public abstract class OutcomeTests(World world, IntakeStore store)
{
    [Fact]
    public async Task Rows_are_answered_in_order_under_the_names_that_clients_rely_on()
    {
        using var batch = await Batch.Start(world, store);
        var known = batch.Row();
        await batch.Store(known);
        var other = known.DeepClone().AsObject();
        other["course"] = "KNS-CD-02";
        var bad = batch.Row(change: r => r["course"] = "KHONG-CO");
        var answer = await batch.Push(batch.Row(), known, other, bad);

        Assert.Equal("created duplicate conflict rejected", Batch.Outcomes(answer));
        Assert.Equal(["created", "duplicates", "corrected", "conflicts", "rejected", "withheld", "rejectedRows", "results"], answer.Select(p => p.Key));
        Assert.Equal([1, 1, 1, 1], ((string[])["created", "duplicates", "conflicts", "rejected"]).Select(n => answer[n]!.GetValue<int>()));
        var results = answer["results"]!.AsArray();
        Assert.Equal([0, 1, 2, 3], results.Select(r => r!["index"]!.GetValue<int>()));
        Assert.All(results.Take(2), r => Assert.Equal(["index", "id", "outcome"], r!.AsObject().Select(p => p.Key)));
        Assert.All(results.Skip(2), r => Assert.Equal(["index", "id", "outcome", "problems"], r!.AsObject().Select(p => p.Key)));
        Assert.Equal(bad["id"]!.GetValue<string>(), results[3]!["id"]!.GetValue<string>());
        Assert.Equal(["code", "title", "detail", "pointer"], results[3]!["problems"]![0]!.AsObject().Select(p => p.Key));
    }

    [Theory]
    [InlineData("course", "\"KNS-CD-02\"")]
    [InlineData("audience", "\"Workers\"")]
    [InlineData("completedAt", "\"2026-03-01T08:00:01+07:00\"")]
    [InlineData("score", "84.99")]
    [InlineData("score", "null")]
    [InlineData("passed", "false")]
    [InlineData("learner", """{"id":"somebody-else"}""")]
    [InlineData("reason", "\"Vì sao\"")]
    [InlineData("legalGround", "\"Consent\"")]
    public async Task Another_content_under_the_same_id_is_a_conflict_that_names_the_field_and_changes_nothing(string field, string value)
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row();
        await batch.Store(row);
        var before = await batch.Figures();
        row[field] = JsonNode.Parse(value);
        var problem = (await batch.Push(row))["results"]![0]!["problems"]![0]!;
        Assert.Equal(Problems.SameIdOtherContent.Code, problem["code"]!.GetValue<string>());
        Assert.Equal($"/0/{field}", problem["pointer"]!.GetValue<string>());
        Assert.Equal("Khác với bản hiện có là 1; gửi revision cao hơn để sửa.", problem["detail"]!.GetValue<string>());
        Assert.Equal(before, await batch.Figures());
    }

    [Fact]
    public async Task A_conflict_has_a_problem_for_every_field_that_differs()
    {
        var (batch, communes) = await Batch.Start(world, 2, store);
        var row = batch.Row();
        await batch.Store(row);
        (row["locality"], row["course"], row["passed"]) = (communes[1], "KNS-CD-02", false);
        using var english = batch.Client;
        english.DefaultRequestHeaders.Add("Accept-Language", "en");
        var problems = (await batch.Push(row))["results"]![0]!["problems"]!.AsArray();
        Assert.Equal(["/0/locality", "/0/course", "/0/passed"], problems.Select(p => p!["pointer"]!.GetValue<string>()));
        Assert.All(problems, p => Assert.Equal(
            (Problems.SameIdOtherContent.Code, "Differs from revision 1, which is stored; a higher one corrects it."), (p!["code"]!.GetValue<string>(), p["detail"]!.GetValue<string>())));
    }

    [Fact]
    public async Task What_a_row_rests_on_is_part_of_what_it_says_whether_the_row_or_its_batch_says_it()
    {
        using var batch = await Batch.Start(world, store);
        var (row, corrected) = (batch.Row(change: r => r["legalGround"] = "Consent"), batch.Row(change: r => (r["revision"], r["reason"]) = (3, "Nhầm điểm")));
        await batch.Store(row, corrected);
        Assert.Equal("duplicate duplicate", Batch.Outcomes(await batch.Push(row, corrected)));
        row.Remove("legalGround");
        Assert.Equal("duplicate", Batch.Outcomes(await batch.Push("?legalGround=Consent", row)));
        var answer = await batch.Push("?legalGround=Contract", row);
        Assert.Equal("conflict", Batch.Outcomes(answer));
        Assert.Equal("/0/legalGround", answer["results"]![0]!["problems"]!.AsArray().Single()!["pointer"]!.GetValue<string>());
        Assert.Equal("conflict", Batch.Outcomes(await batch.Push(row)));
        corrected["reason"] = "Nhầm khóa";
        Assert.Equal("/0/reason", (await batch.Push(corrected))["results"]![0]!["problems"]!.AsArray().Single()!["pointer"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_corrected_citizen_number_under_the_same_id_is_a_conflict()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row(learner: "hv-1", citizen: Batch.NewCitizen());
        await batch.Store(row);
        row["learner"]!["citizenId"] = Batch.NewCitizen();
        Assert.Equal("conflict", Batch.Outcomes(await batch.Push(row)));
    }

    [Fact]
    public async Task A_vendor_id_shared_by_two_citizens_is_still_a_duplicate_when_sent_again()
    {
        using var batch = await Batch.Start(world, store);
        var (one, other) = (batch.Row(learner: "shared-phone", citizen: Batch.NewCitizen()), batch.Row(learner: "shared-phone", citizen: Batch.NewCitizen()));
        await batch.Store(one, other);
        Assert.Equal(2, await batch.Learners());
        Assert.Equal("duplicate duplicate", Batch.Outcomes(await batch.Push(one, other)));
    }

    [Fact]
    public async Task The_same_time_and_score_written_otherwise_are_a_duplicate()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row(at: "2026-03-01T08:00:00+07:00");
        await batch.Store(row);
        (row["completedAt"], row["score"]) = ("2026-03-01T01:00:00.000Z", JsonNode.Parse("85.00"));
        Assert.Equal("duplicate", Batch.Outcomes(await batch.Push(row)));
    }

    [Fact]
    public async Task Within_one_batch_the_first_of_an_id_is_created_and_later_ones_are_compared_with_it()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row();
        var other = row.DeepClone().AsObject();
        other["score"] = 1;
        Assert.Equal("created duplicate conflict duplicate", Batch.Outcomes(await batch.Push(row, row, other, row)));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 1/1/1"], await batch.Figures());
    }

    [Fact]
    public async Task The_ids_of_two_vendors_do_not_meet()
    {
        using var batch = await Batch.Start(world, store);
        using var other = await batch.OtherVendor();
        var row = batch.Row();
        await batch.Store(row);
        Assert.Equal("created", Batch.Outcomes(await other.Push(row)));
        Assert.Equal(2, await batch.Learners());
    }

    [Fact]
    public async Task A_thousand_rows_sent_again_are_all_duplicates_and_figures_stay()
    {
        using var batch = await Batch.Start(world, store);
        var rows = Enumerable.Range(0, 1000).Select(i => batch.Row(learner: $"l{i % 700}", at: $"2026-{1 + (i % 9):D2}-15T08:00:00+07:00", change: r => r["passed"] = i % 3 > 0)).ToArray();
        await batch.Store(rows);
        var before = await batch.Figures();
        var again = await batch.Push(rows);
        Assert.Equal((0, 1000), (again["created"]!.GetValue<int>(), again["duplicates"]!.GetValue<int>()));
        Assert.Equal(before, await batch.Figures());
        Assert.Equal(700, await batch.Learners());
    }

    [Fact]
    public async Task A_bad_row_does_not_stop_the_good_ones()
    {
        using var batch = await Batch.Start(world, store);
        var answer = await batch.Push(batch.Row(), null, batch.Row(change: r => r["score"] = 101), 7, batch.Row());
        Assert.Equal("created rejected rejected rejected created", Batch.Outcomes(answer));
        Assert.Equal(2, await batch.Learners());
    }

    [Fact]
    public async Task An_atomic_batch_with_a_bad_row_stores_nothing_and_says_so_of_the_good_ones()
    {
        using var batch = await Batch.Start(world, store);
        var known = batch.Row();
        await batch.Store(known);
        var before = await batch.Figures();
        var answer = await batch.Push("?atomic=true", batch.Row(), known, batch.Row(change: r => r["score"] = 101));
        Assert.Equal("withheld duplicate rejected", Batch.Outcomes(answer));
        Assert.Equal(Problems.BatchIsAtomic.Code, answer["results"]![0]!["problems"]![0]!["code"]!.GetValue<string>());
        Assert.Contains("2", answer["results"]![0]!["problems"]![0]!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(1, answer["withheld"]!.GetValue<int>());
        Assert.Equal(before, await batch.Figures());
    }

    [Fact]
    public async Task An_atomic_batch_of_good_rows_is_stored()
    {
        using var batch = await Batch.Start(world, store);
        Assert.Equal("created created", Batch.Outcomes(await batch.Push("?atomic=true", batch.Row(), batch.Row())));
        Assert.Equal(2, await batch.Learners());
    }

    [Fact]
    public async Task A_dry_run_answers_the_same_and_writes_nothing()
    {
        using var batch = await Batch.Start(world, store);
        var (known, row) = (batch.Row(), batch.Row());
        await batch.Store(known);
        var before = await batch.Figures();
        for (var i = 0; i < 2; i++)
            Assert.Equal("created duplicate rejected", Batch.Outcomes(await batch.Push("?dryRun=true", row, known, null)));
        Assert.Equal(before, await batch.Figures());
        Assert.Equal("created", Batch.Outcomes(await batch.Push(row)));
    }

    [Fact]
    public async Task An_empty_batch_is_taken_and_answers_nothing()
    {
        using var batch = await Batch.Start(world, store);
        Assert.Empty((await batch.Push())["results"]!.AsArray());
    }

    [Fact]
    public async Task Left_out_score_and_passed_mean_no_score_and_passed()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Row(change: r => { r.Remove("score"); r.Remove("passed"); }));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 1/1/1"], await batch.Figures());
    }

    [Fact]
    public async Task Problems_of_rows_speak_the_callers_language()
    {
        using var batch = await Batch.Start(world, store);
        var row = batch.Row(change: r => r["course"] = "KHONG-CO");
        Assert.Equal(Problems.UnknownCourse.Vi, (await batch.Push(row))["results"]![0]!["problems"]![0]!["title"]!.GetValue<string>());
        batch.Client.DefaultRequestHeaders.Add("Accept-Language", "en");
        Assert.Equal(Problems.UnknownCourse.En, (await batch.Push(row))["results"]![0]!["problems"]![0]!["title"]!.GetValue<string>());
    }
}
