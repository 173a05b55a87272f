using System.Text.Json.Nodes;
using Npgsql;
using Platform.Learning;

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
        Assert.Equal([], await Differences());
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

    // Over the whole database in one snapshot: whatever other tests are doing meanwhile, figures and rows belong together.
    private async Task<List<string>> Differences()
    {
        await using var connection = new NpgsqlConnection(world.Superuser());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, TestContext.Current.CancellationToken);
        await connection.Query("""
            create temporary table counted on commit drop as
            select learner_id,
              (array_agg(tenant_id order by completed_at desc, tenant_id desc, audience desc))[1] as tenant_id,
              (array_agg(audience order by completed_at desc, tenant_id desc, audience desc))[1] as audience,
              (array_agg(course_id order by completed_at, course_id))[1] as course_id,
              min(completed_at) at time zone 'Asia/Ho_Chi_Minh' as first_at,
              min(completed_at) filter (where passed) at time zone 'Asia/Ho_Chi_Minh' as achieved_at
            from completions where voided_at is null group by learner_id
            """);
        const string names = "(array['PublicSector', 'Students', 'Workers', 'Citizens'])[audience]";
        var rows = await connection.Query($"""
            with cells as (
              select tenant_id, date_trunc('month', completed_at at time zone 'Asia/Ho_Chi_Minh')::date as month, audience, course_id,
                1 as completions, 0 as learners, passed::int as passed from completions where voided_at is null
              union all select tenant_id, date_trunc('month', first_at)::date, audience, course_id, 0, 1, 0 from counted),
            expected as (
              select tenant_id, month, {names} as audience, course_id, sum(completions) as completions, sum(learners) as learners, sum(passed) as passed
              from cells group by 1, 2, 3, 4),
            stored as (
              select tenant_id, month, audience, course_id, completions, learners, passed from completion_facts where (completions, learners, passed) <> (0, 0, 0))
            (select 'expected ' || e::text from (select * from expected except select * from stored) e)
            union all (select 'stored ' || s::text from (select * from stored except select * from expected) s)
            """);
        var totals = await connection.Query($"""
            with years as (
              select tenant_id, audience, extract(year from first_at)::int as year, 1 as learners, 0 as achieved from counted
              union all select tenant_id, audience, extract(year from achieved_at)::int, 0, 1 from counted where achieved_at is not null),
            expected as (select tenant_id, {names} as audience, year, sum(learners) as learners, sum(achieved) as achieved from years group by 1, 2, 3),
            stored as (select tenant_id, audience, year, learners, achieved from audience_totals where (learners, achieved) <> (0, 0))
            (select 'expected ' || e::text from (select * from expected except select * from stored) e)
            union all (select 'stored ' || s::text from (select * from stored except select * from expected) s)
            """);
        Assert.Equal(0L, (await connection.Query("select count(*) from learner_identities i where not exists (select 1 from learners l where l.id = i.learner_id)"))[0][0]);
        return [.. rows.Concat(totals).Select(r => (string)r[0]!)];
    }
}
