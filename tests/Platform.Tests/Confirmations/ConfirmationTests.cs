using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Learning;
using Platform.Tests.Learning;

namespace Platform.Tests.Confirmations;

/// <inheritdoc/>
public sealed class ConfirmationTestsOnSets(World world) : ConfirmationTests(world, IntakeStore.Sets);

/// <inheritdoc/>
public sealed class ConfirmationTestsOnPortableStore(World world) : ConfirmationTests(world, IntakeStore.Portable);

/// <summary>
/// Learners are confirmed by the sample rules: citizens by two of six units, officials by two with at least 60 points, students by two
/// tests with at least 70.
/// </summary>
public abstract class ConfirmationTests(World world, IntakeStore store)
{
    private const string Safety = "KNS-CD-06", Data = "KNS-CD-07", Basics = "KNS-CD-01";

    [Fact]
    public async Task A_learner_is_confirmed_in_the_month_of_the_last_unit_needed_whatever_the_order_of_rows()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Took(Safety, 4, "hv"));
        Assert.Empty(await world.ConfirmedIn(batch.Commune));
        await batch.Store(batch.Took(Safety, 5, "hv"));
        Assert.Empty(await world.ConfirmedIn(batch.Commune));
        await batch.Store(batch.Took(Data, 6, "hv"));
        Assert.Equal(["2026-06 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        await batch.Store(batch.Took(Basics, 2, "hv"));
        Assert.Equal(["2026-04 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        await batch.Store(batch.Took(Basics, 1, "hv-2"), batch.Took(Data, 1, "hv-2"), batch.Took("KNS-CD-11", 1, "hv-3"), batch.Took("KNS-CD-14", 1, "hv-3"));
        Assert.Equal(["2026-01 Citizens: 1", "2026-04 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        Assert.Empty(await world.Differences(batch.Commune));
    }

    [Fact]
    public async Task A_course_that_was_not_passed_and_a_score_below_the_minimum_do_not_count_until_corrected()
    {
        using var batch = await Batch.Start(world, store);
        var low = batch.Took(Data, 3, "o", audience: "PublicSector", score: 59.99m);
        var failed = batch.Took(Data, 3, "c", passed: false);
        await batch.Store(batch.Took(Safety, 2, "o", audience: "PublicSector"), low, batch.Took(Safety, 2, "c"), failed);
        Assert.Empty(await world.ConfirmedIn(batch.Commune));
        (low["score"], low["revision"], failed["passed"], failed["revision"]) = (60, 2, true, 2);
        Assert.Equal("corrected corrected", Batch.Outcomes(await batch.Push(low, failed)));
        Assert.Equal(["2026-03 Citizens: 1", "2026-03 PublicSector: 1"], await world.ConfirmedIn(batch.Commune));
        (low["score"], low["revision"]) = (12, 3);
        await batch.Push(low);
        Assert.Equal(["2026-03 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        Assert.Empty(await world.Differences(batch.Commune));
    }

    [Fact]
    public async Task A_rule_by_tests_asks_for_points_and_not_for_what_the_platform_calls_passed()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(
            batch.Took(Safety, 2, "a", audience: "Students", score: 70, passed: false), batch.Took(Data, 3, "a", audience: "Students", score: 99, passed: false),
            batch.Took(Safety, 2, "b", audience: "Students", score: null), batch.Took(Data, 3, "b", audience: "Students", score: 69));
        Assert.Equal(["2026-03 Students: 1"], await world.ConfirmedIn(batch.Commune));
    }

    [Fact]
    public async Task A_voided_completion_takes_the_confirmation_back_unless_another_gives_the_unit()
    {
        using var batch = await Batch.Start(world, store);
        var (first, second) = (batch.Took(Safety, 2, "hv"), batch.Took(Safety, 5, "hv"));
        await batch.Store(first, second, batch.Took(Data, 3, "hv"));
        Assert.Equal(["2026-03 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        await Void(first);
        Assert.Equal(["2026-05 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        await Void(second);
        Assert.Empty(await world.ConfirmedIn(batch.Commune));
        Assert.Empty(await world.Differences(batch.Commune));

        async Task Void(JsonObject row)
        {
            using var sent = await batch.Client.Send(HttpMethod.Post, $"/v1/completions/{row.Text("id")}/voiding", new { reason = "Nhầm" });
            await sent.Body(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_confirmed_learner_who_moves_is_counted_where_the_latest_completion_says()
    {
        var (batch, communes) = await Batch.Start(world, 2, store);
        using var _ = batch;
        await batch.Store(batch.Took(Safety, 2, "hv"), batch.Took(Data, 3, "hv"));
        await batch.Store(batch.Took("KNS-CD-14", 7, "hv", commune: communes[1]));
        Assert.Empty(await world.ConfirmedIn(communes[0]));
        Assert.Equal(["2026-03 Citizens: 1"], await world.ConfirmedIn(communes[1]));
        Assert.Empty(await world.Differences(communes));
    }

    [Fact]
    public async Task A_learner_of_another_audience_is_judged_by_its_rule_with_everything_learnt_before()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Took(Safety, 2, "hv", score: 55), batch.Took(Data, 3, "hv"), batch.Took(Basics, 3, "hv"));
        Assert.Equal(["2026-03 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        await batch.Store(batch.Took(Basics, 5, "hv", audience: "PublicSector"));
        Assert.Empty(await world.ConfirmedIn(batch.Commune));
        await batch.Store(batch.Took(Safety, 6, "hv", audience: "PublicSector"));
        Assert.Equal(["2026-06 PublicSector: 1"], await world.ConfirmedIn(batch.Commune));
        await batch.Store(batch.Took("KNS-CD-14", 8, "hv"));
        Assert.Equal(["2026-03 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        Assert.Empty(await world.Differences(batch.Commune));
    }

    [Fact]
    public async Task What_two_vendors_sent_of_one_person_confirms_one_learner_also_when_that_is_found_out_later()
    {
        using var batch = await Batch.Start(world, store);
        using var other = await batch.OtherVendor();
        var (one, two) = (Batch.NewCitizen(), Batch.NewCitizen());
        await batch.Store(batch.Took(Safety, 2, citizen: one), batch.Took(Safety, 2, "hv"));
        await other.Store(other.Took(Data, 3, citizen: one), other.Took(Data, 4, citizen: two));
        Assert.Equal(["2026-03 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        await batch.Store(batch.Took("KNS-CD-14", 5, "hv", two));
        Assert.Equal(["2026-03 Citizens: 1", "2026-04 Citizens: 1"], await world.ConfirmedIn(batch.Commune));
        Assert.Empty(await world.Differences(batch.Commune));
    }

    [Fact]
    public async Task A_target_whose_source_is_confirmations_follows_and_takes_no_reported_figure()
    {
        var locality = await world.FreshCommune();
        using var admin = await world.NewClient(Role.CommuneAdmin, locality.Code);
        var path = $"/v1/localities/{locality.Code}";
        using var made = await admin.Send(HttpMethod.Post, $"{path}/plans", new
        {
            title = "Kế hoạch thử",
            fromYear = 2026,
            toYear = 2026,
            tasks = new[] { new { number = "1", title = "Truyền thông" } },
            targets = new[] { new { number = "v", year = 2026, audience = "Citizens", title = "Xác nhận phổ cập", measure = "VneidConfirmation", bound = "≥", value = 50, unit = "Percent", source = "Confirmations", population = "Adults" } },
        });
        using var issued = await admin.Send(HttpMethod.Post, $"{path}/plans/{(await made.Body(HttpStatusCode.Created)).Text("id")}/issuance", new { number = "1/KH" });
        await issued.Body(HttpStatusCode.OK);
        using var declared = await admin.Send(HttpMethod.Put, $"{path}/populations", new[] { new { code = "Adults", year = 2026, people = 4, source = "Công an xã" } });
        await declared.Body(HttpStatusCode.OK);
        var target = (await admin.Rows($"{path}/progress")).Single();
        Assert.Equal(("Missing", null), (target.Text("status"), target.Number("numerator")));

        using var batch = await Batch.For(world, store, locality.Code);
        await batch.Store(batch.Took(Safety, 2, "a"), batch.Took(Safety, 2, "b"), batch.Took(Data, 3, "b"));
        target = (await admin.Rows($"{path}/progress")).Single();
        Assert.Equal((1m, 4m, 25.00m, "Behind"), (target.Number("numerator"), target.Number("denominator"), target.Number("percent"), target.Text("status")));
        await batch.Store(batch.Took(Data, 3, "a"));
        Assert.Equal("Reached", (await admin.Rows($"{path}/progress")).Single().Text("status"));
        await admin.Send(HttpMethod.Post, $"{path}/targets/{target.Text("targetId")}/figures", new { asOf = "2026-05-15T00:00:00Z", numerator = 3 }).Problem(Platform.Http.Problems.NotReported);
    }

    [Fact]
    public async Task A_province_reads_how_many_are_confirmed_in_its_communes_and_no_other_does()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Took(Safety, 2, "hv"), batch.Took(Data, 3, "hv"));
        var province = batch.Commune is var code && (await world.Locality(code)).ProvinceId is var id
            ? (string)(await world.Everything("select code from localities where id = $1", id))[0][0]! : "";
        using var own = await world.NewClient(Role.ProvinceViewer, province);
        using var other = await world.NewClient(Role.ProvinceViewer, "19");
        var question = $"/odata/ConfirmationFacts?$apply=filter(LocalityCode eq '{batch.Commune}')/aggregate(Confirmed with sum as Confirmed)";
        Assert.Equal(1, (await own.Rows(question)).Single().Number("Confirmed"));
        Assert.Null((await other.Rows(question)).Single().Number("Confirmed"));
    }

    [Fact]
    public async Task Verify_finds_a_confirmation_changed_by_hand()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Took(Safety, 2, "hv"), batch.Took(Data, 3, "hv"));
        Assert.Empty(await world.Differences(batch.Commune));
        Assert.Equal([$"confirmed {batch.Commune} 2026-03-01 Citizens: the completions say 1, stored is 7"], await world.DifferencesAfter(batch.Commune, "update confirmation_facts set confirmed = 7 where tenant_id = $1"));
    }
}
