using System.Text.Json.Nodes;
using Platform.Learning;

namespace Platform.Tests.Learning;

/// <inheritdoc/>
public sealed class LearnerTestsOnSets(World world) : LearnerTests(world, IntakeStore.Sets);

/// <inheritdoc/>
public sealed class LearnerTestsOnPortableStore(World world) : LearnerTests(world, IntakeStore.Portable);

/// <summary>A learner counts once, in one place, whoever pushed how many completions in what order.</summary>
public abstract class LearnerTests(World world, IntakeStore store)
{
    [Fact]
    public async Task A_row_that_makes_two_learners_one_and_does_not_say_where_takes_the_later_place_of_the_two()
    {
        var (batch, communes) = await Batch.Start(world, 2, store);
        using var client = batch.Client;
        var citizen = Batch.NewCitizen();
        await batch.Store(batch.Row(learner: "q1", at: "2026-03-05T08:00:00+07:00", change: r => r["audience"] = "Workers"));
        await batch.Store(batch.Row(citizen: citizen, at: "2026-03-04T08:00:00+07:00", change: r => r["locality"] = communes[1]));
        await batch.Store(batch.Row(learner: "q1", citizen: citizen, at: "2026-03-06T08:00:00+07:00", change: r => (r["id"], r["locality"], r["audience"]) = ("both", null, null)));
        var both = (await client.Rows("/v1/completions?id=both")).Single();
        Assert.Equal((communes[0], "Workers"), (both.Text("locality"), both.Text("audience")));
        Assert.Equal((1, 0), (await batch.Learners(communes[0]), await batch.Learners(communes[1])));
    }

    [Fact]
    public async Task An_id_with_marks_is_the_same_person_however_they_are_put_together()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Row(learner: "Nguyễn Ế"), batch.Row(learner: "Nguyễn Ế".Normalize(System.Text.NormalizationForm.FormD)));
        Assert.Equal(1, await batch.Learners());
    }

    [Fact]
    public async Task Two_courses_of_one_learner_are_two_completions_and_one_learner_in_the_first()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Row("hv", at: "2026-03-01T08:00:00+07:00"), batch.Row("hv", at: "2026-05-01T08:00:00+07:00", change: r => r["course"] = "KNS-CD-02"));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 1/1/1", "2026-05-01 Citizens KNS-CD-02: 1/0/1"], await batch.Figures());
    }

    [Fact]
    public async Task A_learner_moves_to_the_commune_and_audience_of_the_latest_completion()
    {
        var (batch, communes) = await Batch.Start(world, 2, store);
        using var _ = batch;
        await batch.Store(batch.Row("hv", at: "2026-03-01T08:00:00+07:00"));
        Assert.Equal((1, 0), (await batch.Learners(communes[0]), await batch.Learners(communes[1])));
        await batch.Store(batch.Row("hv", at: "2026-04-01T08:00:00+07:00", change: r => (r["locality"], r["audience"]) = (communes[1], "Workers")));
        Assert.Equal((0, 1), (await batch.Learners(communes[0]), await batch.Learners(communes[1])));
        Assert.Equal(["2026-03-01 Workers KNS-CD-01: 0/1/0", "2026-04-01 Workers KNS-CD-01: 1/0/1"], await batch.Figures(communes[1]));
    }

    [Fact]
    public async Task An_older_completion_that_comes_late_moves_nobody()
    {
        var (batch, communes) = await Batch.Start(world, 2, store);
        using var _ = batch;
        await batch.Store(batch.Row("hv", at: "2026-04-01T08:00:00+07:00"));
        await batch.Store(batch.Row("hv", at: "2026-03-01T08:00:00+07:00", change: r => r["locality"] = communes[1]));
        Assert.Equal((1, 0), (await batch.Learners(communes[0]), await batch.Learners(communes[1])));
    }

    [Fact]
    public async Task Vendor_id_then_both_ids_then_citizen_number_are_one_learner()
    {
        using var batch = await Batch.Start(world, store);
        var citizen = Batch.NewCitizen();
        await batch.Store(batch.Row("hv"));
        await batch.Store(batch.Row("hv", citizen));
        await batch.Store(batch.Row(citizen: citizen));
        Assert.Equal(1, await batch.Learners());
    }

    [Fact]
    public async Task The_same_citizen_through_two_vendors_is_one_learner()
    {
        using var batch = await Batch.Start(world, store);
        using var other = await batch.OtherVendor();
        var citizen = Batch.NewCitizen();
        await batch.Store(batch.Row("hv-1", citizen));
        await other.Store(other.Row("other-1", citizen));
        await other.Store(other.Row("other-1"));
        Assert.Equal(1, await batch.Learners());
    }

    [Fact]
    public async Task The_same_vendor_id_at_two_vendors_is_two_learners()
    {
        using var batch = await Batch.Start(world, store);
        using var other = await batch.OtherVendor();
        await batch.Store(batch.Row("hv-1"));
        await other.Store(other.Row("hv-1"));
        Assert.Equal(2, await batch.Learners());
    }

    [Fact]
    public async Task Two_known_learners_that_turn_out_to_be_one_person_are_merged()
    {
        using var batch = await Batch.Start(world, store);
        var citizen = Batch.NewCitizen();
        await batch.Store(batch.Row("hv", at: "2026-02-01T08:00:00+07:00"), batch.Row("hv", at: "2026-06-01T08:00:00+07:00"));
        await batch.Store(batch.Row(citizen: citizen, at: "2026-03-01T08:00:00+07:00"));
        Assert.Equal(2, await batch.Learners());
        await batch.Store(batch.Row("hv", citizen, at: "2026-04-01T08:00:00+07:00"));
        Assert.Equal(
            ["2026-02-01 Citizens KNS-CD-01: 1/1/1", "2026-03-01 Citizens KNS-CD-01: 1/0/1", "2026-04-01 Citizens KNS-CD-01: 1/0/1", "2026-06-01 Citizens KNS-CD-01: 1/0/1"],
            await batch.Figures());
        await batch.Store(batch.Row("hv"), batch.Row(citizen: citizen));
        Assert.Equal(1, await batch.Learners());
    }

    [Fact]
    public async Task A_merge_within_the_batch_that_brought_both_names_holds_for_later_batches()
    {
        using var batch = await Batch.Start(world, store);
        var citizen = Batch.NewCitizen();
        await batch.Store(batch.Row("hv"), batch.Row(citizen: citizen), batch.Row("hv", citizen));
        Assert.Equal(1, await batch.Learners());
        await batch.Store(batch.Row("hv"));
        Assert.Equal(1, await batch.Learners());
    }

    [Fact]
    public async Task A_row_of_a_merged_learner_sent_again_is_a_duplicate()
    {
        using var batch = await Batch.Start(world, store);
        var citizen = Batch.NewCitizen();
        var rows = new[] { batch.Row("hv"), batch.Row(citizen: citizen), batch.Row("hv", citizen) };
        await batch.Store(rows);
        Assert.Equal("duplicate duplicate duplicate", Batch.Outcomes(await batch.Push(rows)));
    }

    [Fact]
    public async Task A_vendor_id_that_belongs_to_another_citizen_merges_nobody()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Row("shared", Batch.NewCitizen()), batch.Row("shared", Batch.NewCitizen()));
        Assert.Equal(2, await batch.Learners());
    }

    [Fact]
    public async Task The_month_is_that_of_vietnam()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Row(at: "2026-03-31T16:59:59Z"), batch.Row(at: "2026-03-31T18:00:00Z"), batch.Row(at: "2026-05-01T00:30:00+09:00"));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 1/1/1", "2026-04-01 Citizens KNS-CD-01: 2/2/2"], await batch.Figures());
    }

    [Fact]
    public async Task A_course_finished_without_passing_counts_the_learner_and_not_the_pass()
    {
        using var batch = await Batch.Start(world, store);
        await batch.Store(batch.Row(change: r => r["passed"] = false));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 1/1/0"], await batch.Figures());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Rows_in_any_order_and_any_cut_give_the_same_figures(int seed)
    {
        var (inOrder, home) = await Batch.Start(world, 3, store);
        var (shuffled, away) = await Batch.Start(world, 3, store);
        using var first = inOrder;
        using var second = shuffled;
        var rows = Story(inOrder, home, seed);
        await inOrder.Store([.. rows]);

        var random = new Random(seed);
        var moved = rows.Select(r =>
        {
            var copy = r.DeepClone().AsObject();
            copy["locality"] = away[Array.IndexOf(home, r["locality"]!.GetValue<string>())];
            if (copy["learner"]!["citizenId"]?.GetValue<string>() is { } citizen)
                copy["learner"]!["citizenId"] = "9" + citizen[1..];
            return copy;
        }).ToArray();
        random.Shuffle(moved);
        foreach (var part in moved.Chunk(7))
            await shuffled.Store(part);
        for (var i = 0; i < home.Length; i++)
            Assert.Equal(await inOrder.Figures(home[i]), await shuffled.Figures(away[i]));
    }

    // Each person has one vendor id and perhaps one citizen number; rows name either or both. Many moments are equal on purpose.
    private static List<JsonObject> Story(Batch batch, string[] communes, int seed)
    {
        var random = new Random(seed);
        var rows = new List<JsonObject>();
        for (var person = 0; person < 12; person++)
        {
            var citizen = random.Next(3) > 0 ? Batch.NewCitizen() : null;
            for (var n = random.Next(1, 7); n > 0; n--)
            {
                var names = citizen is null ? 0 : random.Next(3);
                rows.Add(batch.Row(names == 1 ? null : $"p{person}", names > 0 ? citizen : null, $"2026-{random.Next(1, 4):D2}-01T08:00:00+07:00", r =>
                {
                    r["locality"] = communes[random.Next(communes.Length)];
                    r["audience"] = random.Next(2) == 0 ? "Citizens" : "Workers";
                    r["course"] = $"KNS-CD-0{random.Next(2, 5)}";
                    r["passed"] = random.Next(3) > 0;
                }));
            }

            if (citizen is not null)
                rows.Add(batch.Row($"p{person}", citizen)); // sooner or later the vendor tells that the two are one
        }

        return rows;
    }
}
