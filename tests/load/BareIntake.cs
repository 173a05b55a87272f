using Npgsql;
using NpgsqlTypes;

namespace Platform.Load;

/// <summary>
/// The machine's own limit: COPY into a staging table and a merge with roll-up by hand, in one transaction a batch with synchronous commit,
/// on tables like the product's, without validation, tenancy, corrections or an answer.
/// </summary>
internal sealed class BareIntake(NpgsqlDataSource source) : IAsyncDisposable
{
    private const string Merge = """
        insert into bare.learner_identities (id, learner_id, vendor_id, key_mark)
          select distinct on (name) name, gen_random_uuid(), 1::smallint, 0::smallint from staged order by name on conflict do nothing;
        with stored as (
          insert into bare.completions (vendor_id, external_id, tenant_id, learner_id, course_id, audience, completed_at, score, passed, revision, received_at)
            select 1, s.id, s.tenant, i.learner_id, s.course, s.audience, s.at, s.score, s.passed, 1, now() from staged s join bare.learner_identities i on i.id = s.name
            order by s.id on conflict do nothing
            returning tenant_id, learner_id, course_id, audience, completed_at, passed),
        counted as (
          insert into bare.learners as l (id, tenant_id, audience, first_course_id, first_at, latest_at, achieved_at, counts, judged_by)
            select distinct on (learner_id) learner_id, tenant_id, audience, course_id, min(completed_at) over w, max(completed_at) over w,
              min(completed_at) filter (where passed) over w, true, 0
            from stored window w as (partition by learner_id) order by learner_id, completed_at
            on conflict (id) do update set latest_at = greatest(l.latest_at, excluded.latest_at), first_at = least(l.first_at, excluded.first_at),
              achieved_at = least(l.achieved_at, excluded.achieved_at)
            returning tenant_id, audience, first_course_id, first_at, achieved_at, xmax = 0 as is_new),
        totals as (
          insert into bare.audience_totals as t (tenant_id, audience, year, learners, achieved, confirmed, as_of)
            select tenant_id, audience::text, extract(year from first_at)::int, count(*), count(achieved_at), 0, now() from counted where is_new group by 1, 2, 3 order by 1, 2, 3
            on conflict (tenant_id, audience, year) do update set learners = t.learners + excluded.learners, achieved = t.achieved + excluded.achieved),
        cells as (
          select tenant_id, date_trunc('month', completed_at at time zone 'Asia/Ho_Chi_Minh')::date as month, audience, course_id, 1 as c, 0 as l, passed::int as p from stored
          union all select tenant_id, date_trunc('month', first_at at time zone 'Asia/Ho_Chi_Minh')::date, audience, first_course_id, 0, 1, 0 from counted where is_new)
        insert into bare.completion_facts as f (tenant_id, id, month, audience, course_id, completions, learners, passed)
          select tenant_id, gen_random_uuid(), month, audience::text, course_id, sum(c), sum(l), sum(p) from cells group by 1, 3, 4, 5 order by 1, 3, 4, 5
          on conflict (tenant_id, month, audience, course_id) do update
            set completions = f.completions + excluded.completions, learners = f.learners + excluded.learners, passed = f.passed + excluded.passed;
        """;

    internal static async Task<BareIntake> Create(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("create schema bare; " + string.Concat(
            ((string[])["learner_identities", "learners", "completions", "completion_facts", "audience_totals"]).Select(t =>
                $"create table bare.{t} (like public.{t} including all); ")) + "alter table bare.learners set (fillfactor = 85);");
        await command.ExecuteNonQueryAsync();
        return new BareIntake(source);
    }

    internal Task Take(IntakeRows made, int rows, int size, int writers)
    {
        var batches = made.Make(rows).Chunk(size).ToList();
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            await using var connection = await source.OpenConnectionAsync();
            await Run(connection, "create temporary table staged (id text, tenant smallint, name uuid, course int, audience smallint, at timestamptz, score numeric(5, 2), passed boolean) on commit delete rows");
            for (int i; (i = Interlocked.Increment(ref next)) < batches.Count;)
            {
                await using var transaction = await connection.BeginTransactionAsync();
                await using (var copy = await connection.BeginBinaryImportAsync("copy staged from stdin (format binary)"))
                {
                    foreach (var row in batches[i])
                    {
                        await copy.StartRowAsync();
                        await copy.WriteAsync($"load-{row.Number:D9}", NpgsqlDbType.Text);
                        await copy.WriteAsync(made.Commune(row), NpgsqlDbType.Smallint);
                        await copy.WriteAsync(IntakeRows.Name(row.Learner), NpgsqlDbType.Uuid);
                        await copy.WriteAsync(made.Course(row), NpgsqlDbType.Integer);
                        await copy.WriteAsync((short)(row.Audience + 1), NpgsqlDbType.Smallint);
                        await copy.WriteAsync(row.At, NpgsqlDbType.TimestampTz);
                        await copy.WriteAsync(50m + (row.Number % 51), NpgsqlDbType.Numeric);
                        await copy.WriteAsync(row.Passed, NpgsqlDbType.Boolean);
                    }

                    await copy.CompleteAsync();
                }

                await Run(connection, Merge);
                await transaction.CommitAsync();
            }
        })));
    }

    public async ValueTask DisposeAsync()
    {
        await using var command = source.CreateCommand("drop schema bare cascade");
        await command.ExecuteNonQueryAsync();
    }

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
