using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Platform.Load;

/// <summary>A completion of the measurements: six of ten are a learner's first, the others a learner's who came before.</summary>
internal readonly record struct IntakeRow(long Number, long Learner, int Commune, int Course, int Audience, DateTime At, bool Passed);

/// <summary>Endless rows, never the same id twice, for communes and courses of the sample data.</summary>
internal sealed class IntakeRows
{
    private static readonly string[] Audiences = ["PublicSector", "Students", "Workers", "Citizens"];
    private readonly List<(short Id, string Code)> communes;
    private readonly List<(int Id, string Code)> courses;
    private long number, past;

    private IntakeRows(List<(short Id, string Code)> communes, List<(int Id, string Code)> courses) => (this.communes, this.courses) = (communes, courses);

    internal static async Task<IntakeRows> For(NpgsqlDataSource source)
    {
        var (communes, courses) = (new List<(short, string)>(), new List<(int, string)>());
        await using var command = source.CreateCommand(
            "select c.id, c.code from localities c join localities p on p.id = c.province_id where p.code = '19' and c.level = 'Commune' order by 1");
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                communes.Add((reader.GetInt16(0), reader.GetString(1)));
        command.CommandText = "select id, code from courses order by 1";
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync())
                courses.Add((reader.GetInt32(0), reader.GetString(1)));
        return new IntakeRows(communes, courses);
    }

    internal short Commune(in IntakeRow row) => communes[row.Commune].Id;

    internal int Course(in IntakeRow row) => courses[row.Course].Id;

    internal static string AudienceOf(in IntakeRow row) => Audiences[row.Audience];

    internal static Guid Name(long learner) => new(SHA256.HashData(BitConverter.GetBytes(learner)).AsSpan(0, 16));

    internal IEnumerable<IntakeRow> Make(int count)
    {
#pragma warning disable CA5394 // repeatable on purpose
        for (var i = 0; i < count; i++)
        {
            var n = number++;
            var random = new Random((int)n);
            var learner = random.Next(10) < 6 || n < 10 ? n : random.NextInt64(n);
            var home = new Random((int)learner).Next(communes.Count);
            var at = new DateTime(2025, 9, 1, 1, 0, 0, DateTimeKind.Utc).AddMinutes(random.Next(400 * 24 * 60));
            yield return new IntakeRow(n, learner, home, random.Next(courses.Count), (int)(learner % 4), at, random.Next(8) > 0);
        }
#pragma warning restore CA5394
    }

    /// <summary>Batches as a vendor sends them.</summary>
    internal IEnumerable<byte[]> Json(int rows, int size)
    {
        foreach (var batch in Make(rows).Chunk(size))
        {
            var text = new StringBuilder("[");
            foreach (var row in batch)
                text.Append(CultureInfo.InvariantCulture,
                    $$"""{{(text.Length > 1 ? "," : "")}}{"id":"load-{{row.Number:D9}}","learner":{"id":"hv-{{row.Learner:D9}}"},"locality":"{{communes[row.Commune].Code}}","course":"{{courses[row.Course].Code}}","audience":"{{AudienceOf(row)}}","completedAt":"{{row.At:yyyy-MM-ddTHH:mm:ss}}Z","score":{{50 + (row.Number % 51)}},"passed":{{(row.Passed ? "true" : "false")}}}""");
            yield return Encoding.UTF8.GetBytes(text.Append(']').ToString());
        }
    }

    /// <summary>
    /// Stores rows of a past that need no taking in, with their learners and figures: set by set, past every rule and trigger, spread over
    /// communes, months, audiences and courses as the others are; of ten rows six are a learner's first.
    /// </summary>
    internal async Task Fill(NpgsqlDataSource source, int rows, Action<string> say)
    {
        const int part = 1_000_000;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var done = 0; done < rows; done += part)
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = new NpgsqlCommand($"""
                set synchronous_commit = off; set session_replication_role = replica; set work_mem = '256MB';
                create temporary table past as
                  select number, learner, ($1::smallint[])[1 + learner * 7919 % {communes.Count}] as tenant, ($2::int[])[1 + number * 31 % {courses.Count}] as course,
                    1 + learner % 4 as audience, timestamptz '2025-09-01 01:00Z' + number * 7 % 576000 * interval '1 minute' as at, number % 8 > 0 as passed,
                    (lpad(to_hex(1700000000000 + learner), 12, '0') || '7' || substr(md5(learner::text), 1, 3) || '8' || substr(md5(learner::text), 4, 15))::uuid as learner_id
                  from (select n as number, n - n % 10 + n % 6 as learner from generate_series($3::bigint, $4::bigint) n) x;
                insert into completions (vendor_id, external_id, tenant_id, learner_id, course_id, audience, completed_at, score, passed, revision, received_at)
                  select 1, 'past-' || lpad(number::text, 10, '0'), tenant, learner_id, course, audience, at, 80, passed, 1, now() from past;
                create temporary table counted as
                  select learner_id, min(learner) as learner, min(tenant) as tenant, min(audience) as audience, (array_agg(course order by at, course))[1] as course,
                    min(at) as first_at, max(at) as latest_at, min(at) filter (where passed) as achieved_at
                  from past group by 1;
                create temporary table judged as
                  with editions as (
                    select distinct on (r.audience) r.edition, r.rule_id, array_position($5::text[], r.audience::text) as audience, u.source, u.needed, u.minimum_score
                    from recomputations r join framework_rules u on u.id = r.rule_id order by r.audience, r.edition desc),
                  reached as (
                    select c.learner_id, k.unit, min(p.at) as at
                    from counted c join editions e using (audience) join past p on p.learner_id = c.learner_id and (e.source = 'Test' or p.passed) and coalesce(e.minimum_score, 0) <= 80
                    join framework_rule_courses k on k.rule_id = e.rule_id and k.course_id = p.course group by 1, 2),
                  units as (
                    select learner_id, array_agg(at order by at) as times,
                      string_agg(substring(int2send(unit) from 2) || int8send((extract(epoch from at) * 1000000)::bigint), '' order by unit) as units
                    from reached group by 1)
                  select c.learner_id, c.tenant, c.audience, e.edition, u.units, u.times[e.needed] as confirmed_at
                  from counted c join editions e using (audience) left join units u using (learner_id);
                insert into learners (id, tenant_id, audience, first_course_id, first_at, latest_at, achieved_at, counts, judged_by, units, confirmed_at)
                  select c.learner_id, c.tenant, c.audience, course, first_at, latest_at, achieved_at, true, coalesce(j.edition, 0), j.units, j.confirmed_at
                  from counted c left join judged j using (learner_id);
                insert into confirmation_facts as f (id, tenant_id, month, audience, confirmed)
                  select gen_random_uuid(), tenant, date_trunc('month', confirmed_at at time zone 'Asia/Ho_Chi_Minh')::date, ($5::text[])[audience], count(*)
                  from judged where confirmed_at is not null group by 2, 3, 4
                  on conflict (tenant_id, month, audience) do update set confirmed = f.confirmed + excluded.confirmed;
                insert into learner_identities (id, learner_id, vendor_id, key_mark) select md5('name ' || learner)::uuid, learner_id, 1, 0 from counted;
                insert into completion_facts as f (id, tenant_id, month, audience, course_id, completions, learners, passed)
                  select gen_random_uuid(), tenant, month, ($5::text[])[audience], course, sum(c), sum(l), sum(p)
                  from (
                    select tenant, date_trunc('month', at at time zone 'Asia/Ho_Chi_Minh')::date as month, audience, course, 1 as c, 0 as l, passed::int as p from past
                    union all select tenant, date_trunc('month', first_at at time zone 'Asia/Ho_Chi_Minh')::date, audience, course, 0, 1, 0 from counted) x
                  group by tenant, month, audience, course
                  on conflict (tenant_id, month, audience, course_id) do update
                    set completions = f.completions + excluded.completions, learners = f.learners + excluded.learners, passed = f.passed + excluded.passed;
                insert into audience_totals as t (tenant_id, audience, year, learners, achieved, confirmed, as_of)
                  select tenant, ($5::text[])[audience], year, sum(l), sum(a), sum(c), now()
                  from (
                    select tenant, audience, extract(year from first_at at time zone 'Asia/Ho_Chi_Minh')::int as year, 1 as l, 0 as a, 0 as c from counted
                    union all select tenant, audience, extract(year from achieved_at at time zone 'Asia/Ho_Chi_Minh')::int, 0, 1, 0 from counted where achieved_at is not null
                    union all select tenant, audience, extract(year from confirmed_at at time zone 'Asia/Ho_Chi_Minh')::int, 0, 0, 1 from judged where confirmed_at is not null) x
                  group by tenant, audience, year
                  on conflict (tenant_id, audience, year) do update set learners = t.learners + excluded.learners, achieved = t.achieved + excluded.achieved, confirmed = t.confirmed + excluded.confirmed;
                """.Replace("$1", Literal(communes.Select(c => $"{c.Id}")), StringComparison.Ordinal).Replace("$2", Literal(courses.Select(c => $"{c.Id}")), StringComparison.Ordinal)
                .Replace("$3", $"{past}", StringComparison.Ordinal).Replace("$4", $"{past + Math.Min(part, rows - done) - 1}", StringComparison.Ordinal)
                .Replace("$5", Literal(Audiences), StringComparison.Ordinal), connection);
            await command.ExecuteNonQueryAsync();
            past += Math.Min(part, rows - done);
            await using var reset = new NpgsqlCommand("drop table past, counted, judged; reset all", connection);
            await reset.ExecuteNonQueryAsync();
        }

        await using (var analyze = source.CreateCommand("vacuum analyze completions, learners, learner_identities, completion_facts, audience_totals"))
            await analyze.ExecuteNonQueryAsync();
        // What the filling left to write is no part of what is measured next.
        await using (var settle = source.CreateCommand("checkpoint"))
            await settle.ExecuteNonQueryAsync();
        say(string.Create(CultureInfo.InvariantCulture, $"Filled {rows:N0} completions in {clock.Elapsed.TotalSeconds:N0} s"));
    }

    private static string Literal(IEnumerable<string> values) => $"'{{{string.Join(',', values)}}}'";
}
