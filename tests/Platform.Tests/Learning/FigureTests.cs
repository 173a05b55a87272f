using System.Text.Json.Nodes;
using Platform.Learning;
using Platform.Tests.Confirmations;

namespace Platform.Tests.Learning;

/// <inheritdoc/>
public sealed class FigureTestsOnSets(World world) : FigureTests(world, IntakeStore.Sets);

/// <inheritdoc/>
public sealed class FigureTestsOnPortableStore(World world) : FigureTests(world, IntakeStore.Portable);

/// <summary>Figures equal what the stored completions say, always; and nothing of a person's own numbers is stored.</summary>
public abstract class FigureTests(World world, IntakeStore store)
{
    [Fact]
    public async Task Figures_equal_a_recomputation_from_the_stored_rows_after_random_and_concurrent_batches()
    {
        var (batch, communes) = await Batch.Start(world, 4, store);
        using var own = batch;
        using var other = await Batch.For(world, store, communes);
        var citizens = Enumerable.Range(0, 40).Select(_ => Batch.NewCitizen()).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            var random = new Random(20260301 + worker);
            for (var n = 0; n < 12; n++)
                await (worker % 2 == 0 ? batch : other).Push([.. Enumerable.Range(0, 25).Select(_ => Random(worker % 2 == 0 ? batch : other, random, communes, citizens))]);
        }));
        var differences = await world.Differences(_ => true); // over the whole database in one snapshot, whatever other tests are doing
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(await batch.Learners() > 0);
    }

    [Fact]
    public async Task The_same_batch_from_four_tasks_at_once_is_stored_once()
    {
        using var batch = await Batch.Start(world, store);
        var rows = Enumerable.Range(0, 100).Select(i => batch.Row($"hv-{i % 60}")).ToArray();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => batch.Push(rows)));
        Assert.Equal((100, 300), (answers.Sum(a => a["created"]!.GetValue<int>()), answers.Sum(a => a["duplicates"]!.GetValue<int>())));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 100/60/100"], await batch.Figures());
    }

    [Fact]
    public async Task No_column_of_any_table_holds_a_citizen_number_or_a_vendors_learner_id()
    {
        using var batch = await Batch.Start(world, store);
        var (citizen, learner) = (Batch.NewCitizen(), $"nguoi-hoc-{Guid.NewGuid():N}");
        var accepted = batch.Row(learner, citizen);
        await batch.Store(accepted);
        await batch.Push(accepted, batch.Row(learner, citizen, change: r => r["course"] = "KHONG-CO"));

        var tables = await world.Everything("select c.oid::regclass::text from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace");
        Assert.True(tables.Count >= 20);
        foreach (var table in tables)
        {
            var found = await world.Everything($"select count(*) from {table[0]} t where t::text like '%' || $1 || '%' or t::text like '%' || $2 || '%'", citizen, learner);
            Assert.True((long)found[0][0]! == 0, $"{table[0]} holds what names a person.");
        }

        Assert.Equal(1L, (await world.Everything("select count(*) from completions t where t::text like '%' || $1 || '%'", accepted.Text("id")!))[0][0]);
    }

    private static JsonObject Random(Batch batch, Random random, string[] communes, string[] citizens)
    {
        var person = random.Next(citizens.Length);
        var names = random.Next(3);
        return batch.Row(names == 1 ? null : $"p{person}", names > 0 ? citizens[person] : null, $"2026-{random.Next(1, 10):D2}-{random.Next(1, 28):D2}T23:30:00Z", r =>
        {
            r["id"] = $"n{random.Next(600)}"; // many ids meet: duplicates and conflicts among the new ones
            r["locality"] = communes[random.Next(communes.Length)];
            r["audience"] = ((string[])["Citizens", "Workers", "Students", "PublicSector"])[random.Next(4)];
            r["course"] = $"KNS-CD-0{random.Next(1, 5)}";
            r["passed"] = random.Next(4) > 0;
        });
    }
}
