using System.Diagnostics;
using Npgsql;

namespace Platform.Load;

/// <summary>Fills every commune with a plan of 40 tasks, 100 assignments and facts that stand for about two million completions, set by set.</summary>
internal static class Country
{
    // What triggers and key checks would do for each row is not what is measured.
    private const string Sql = """
        set session_replication_role = replica;
        insert into agencies(tenant_id, id, key, name, kind)
          select l.id, gen_random_uuid(), 'load-' || n, 'Cơ quan ' || n, 'Department' from localities l, generate_series(1, 8) n where l.level = 'Commune';
        insert into plans(tenant_id, id, title, from_year, to_year, status, version, revision, created_at, updated_at, funding_sources, facts)
          select l.id, gen_random_uuid(), 'Kế hoạch ' || l.name, 2026, 2026, 'Issued', 1, 1, now(), now(), '{}', '[]' from localities l where l.level = 'Commune';
        insert into targets(tenant_id, id, plan_id, number, ordinal, year, audience, title, measure, bound, value, unit, accumulation, source, population)
          select p.tenant_id, gen_random_uuid(), p.id, 'II.' || a.n, a.n, 2026, a.audience, 'Chỉ tiêu ' || a.n, 'DigitalSkills', 'AtLeast', 80, 'Percent', 'Cumulative', 'Completions', a.audience
          from plans p, (values (1, 'PublicSector'), (2, 'Students'), (3, 'Workers'), (4, 'Citizens')) a(n, audience) where p.title like 'Kế hoạch %' and p.issuer is null;
        insert into tasks(tenant_id, id, plan_id, number, ordinal, title, schedule_kind, shared_lead)
          select p.tenant_id, gen_random_uuid(), p.id, '1.' || n, n, 'Nhiệm vụ ' || n, (array['Ongoing', 'Deadline', 'Window'])[1 + n % 3], false
          from plans p, generate_series(1, 40) n where p.issuer is null;
        insert into assignments(tenant_id, id, plan_id, task_id, agency_id, role)
          select t.tenant_id, gen_random_uuid(), t.plan_id, t.id, a.id, (array['Lead', 'Coordinate'])[1 + (t.ordinal + right(a.key, 1)::int) % 2]
          from tasks t join plans p on p.tenant_id = t.tenant_id and p.id = t.plan_id and p.issuer is null
          join agencies a on a.tenant_id = t.tenant_id and a.key in ('load-' || 1 + t.ordinal % 8, 'load-' || 1 + (t.ordinal + 3) % 8)
          on conflict do nothing;
        insert into completion_facts(tenant_id, id, month, audience, course_id, completions, learners, passed)
          select l.id, gen_random_uuid(), make_date(2026, m, 1), a.audience, c.id, 6 + (l.id + m + c.id) % 9, 2 + (l.id + m) % 5, 4 + (l.id + c.id) % 5
          from localities l, generate_series(1, 10) m, (values ('PublicSector'), ('Students'), ('Workers'), ('Citizens')) a(audience),
            (select id from courses order by id limit 2) c where l.level = 'Commune'
          on conflict do nothing;
        insert into audience_totals(tenant_id, audience, year, learners, achieved, confirmed, as_of)
          select tenant_id, audience, 2026, sum(learners), sum(passed), 0, now() from completion_facts group by 1, 2 on conflict do nothing;
        insert into populations(tenant_id, code, year, people, source)
          select l.id, a.audience, 2026, 400, 'load' from localities l, (values ('PublicSector'), ('Students'), ('Workers'), ('Citizens')) a(audience) where l.level = 'Commune'
          on conflict do nothing;
        reset session_replication_role;
        analyze;
        """;

    /// <summary>Fills once; a database that has been filled is left as it is.</summary>
    internal static async Task Fill(string superuser, Action<string> say)
    {
        var clock = Stopwatch.StartNew();
        await using var connection = new NpgsqlConnection(superuser);
        await connection.OpenAsync();
        await using (var filled = new NpgsqlCommand("select exists (select 1 from agencies where key = 'load-1')", connection))
            if ((bool)(await filled.ExecuteScalarAsync())!)
                return;
        await using (var fill = new NpgsqlCommand(Sql, connection) { CommandTimeout = 600 })
            await fill.ExecuteNonQueryAsync();
        await using var count = new NpgsqlCommand(
            "select format('%s tasks, %s assignments, %s facts of %s completions', (select count(*) from tasks), (select count(*) from assignments), count(*), sum(completions)) from completion_facts",
            connection);
        say($"Filled the country in {clock.Elapsed.TotalSeconds:N0} s: {await count.ExecuteScalarAsync()}");
    }
}
