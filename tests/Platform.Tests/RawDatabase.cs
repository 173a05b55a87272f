using System.Net;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Database;
using Platform.Database.Embedded;
using Platform.Tenancy;

namespace Platform.Tests;

/// <summary>
/// The database under the product, to test one belt without the others: as superuser nothing but the query filters narrows a query; with
/// plain SQL under the application's role nothing but row-level security does.
/// </summary>
internal static class RawDatabase
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>How the superuser, whom no policy binds, connects.</summary>
    internal static string Superuser(this World world) => new NpgsqlConnectionStringBuilder(world.Instance.Database.OwnerConnection)
    {
        Username = EmbeddedPostgres.Superuser,
        Password = File.ReadAllText(Path.Combine(world.Folder, "postgres.password")).Trim(),
        MaxPoolSize = 8,
        CommandTimeout = 300, // a table is altered when everybody else is through with it
    }.ConnectionString;

    /// <summary>A context whose query filters are the only belt.</summary>
    internal static PlatformDb FiltersAlone(this World world, TenantScope scope)
    {
        var options = new DbContextOptionsBuilder();
        world.Instance.Database.Dialect.Configure(options, world.Superuser());
        return world.Instance.Database.Dialect.Create(options.Options, scope);
    }

    /// <summary>Rows of a query that nothing narrows.</summary>
    internal static async Task<List<object?[]>> Everything(this World world, string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(world.Superuser());
        await connection.OpenAsync(Cancellation);
        return await connection.Query(sql, values);
    }

    /// <summary>Runs under the application's role with settings such as tenant = 5, in a transaction that is taken back.</summary>
    internal static async Task<T> AsApplication<T>(this World world, Dictionary<string, object> settings, Func<NpgsqlConnection, Task<T>> run)
    {
        await using var connection = new NpgsqlConnection(world.Instance.Database.ApplicationConnection);
        await connection.OpenAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        foreach (var (name, value) in settings)
            await connection.Query("select set_config('platform.' || $1, $2, true)", name, $"{value}");
        return await run(connection);
    }

    /// <summary>All rows of a statement.</summary>
    internal static async Task<List<object?[]>> Query(this NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(Cancellation))
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }

    /// <summary>How many rows a statement changed; or, with a minus sign in front, nothing: the SQL state of its refusal.</summary>
    internal static async Task<string> Outcome(this NpgsqlConnection connection, string sql, params object[] values)
    {
        await connection.Query("savepoint attempt");
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            return $"{await command.ExecuteNonQueryAsync(Cancellation)} rows";
        }
        catch (PostgresException refused)
        {
            await connection.Query("rollback to attempt");
            return refused.SqlState;
        }
    }

    /// <summary>Every base table that has tenant_id, but for the grants, which say who may do what and are global, and the audit log, which is the auditors'.</summary>
    internal static async Task<List<string>> TenantTables(this World world) =>
        [.. (await world.Everything("""
            select c.table_name::text from information_schema.columns c
            join information_schema.tables t using (table_schema, table_name)
            where c.table_schema = 'public' and c.column_name = 'tenant_id' and t.table_type = 'BASE TABLE' and c.table_name not in ('grants', 'audit_entries')
            order by 1
            """)).Select(r => (string)r[0]!)];

    /// <summary>The tables about people, which provinces and the nation never read.</summary>
    internal static bool IsPersonal(string table) => table is "completions" or "completion_versions" or "learners" or "confirmations" or "person_request_subjects" or "tenant_keys";

    /// <summary>Sees to it that Kha Sơn and Hòa Lạc have rows in the tables that the sample data leaves empty.</summary>
    internal static async Task<(short KhaSon, short HoaLac)> Neighbours(this World world)
    {
        var (one, other) = ((await world.Locality("05953")).Id, (await world.Locality("09988")).Id);
        foreach (var tenant in (short[])[one, other])
        {
            await world.Everything("insert into villages (tenant_id, id, kind, name) values ($1, gen_random_uuid(), 'Xóm', 'Láng giềng') on conflict do nothing", tenant);
            await world.Everything("""
                insert into completion_versions (vendor_id, external_id, revision, tenant_id, learner_id, course_id, audience, completed_at, passed, received_at, replaced_at)
                select vendor_id, external_id, 0, tenant_id, learner_id, course_id, audience, completed_at, passed, received_at, now() from completions
                where tenant_id = $1 order by external_id limit 1 on conflict do nothing
                """, tenant);
            await world.Everything("""
                insert into target_figures (tenant_id, target_id, as_of, numerator)
                select tenant_id, id, timestamptz '2026-01-01 00:00+07', 1 from targets where tenant_id = $1 and source = 'Reported' order by id limit 1
                on conflict do nothing
                """, tenant);
            await world.Everything("""
                insert into confirmations (tenant_id, id, learner_id, source, confirmed_at, recorded_at, recorded_by)
                select tenant_id, gen_random_uuid(), gen_random_uuid(), 'Declaration', now(), now(), 'test' from villages where tenant_id = $1 and name = 'Láng giềng'
                and not exists (select 1 from confirmations c where c.tenant_id = $1)
                """, tenant);
            await world.Everything("""
                with request as (
                  insert into person_requests (tenant_id, id, kind, channel, state, received_at, due_at, recorded_at, recorded_by)
                  select $1, gen_random_uuid(), 'Access', 'Post', 'Received', now(), now(), now(), 'test'
                  where not exists (select 1 from person_requests r where r.tenant_id = $1 and r.recorded_by = 'test') returning tenant_id, id)
                insert into person_request_subjects (tenant_id, request_id, names) select tenant_id, id, '{}' from request
                """, tenant);
            await world.Everything("insert into removed_rows (tenant_id, table_name, row_id) values ($1, 'plans', 'gone') on conflict do nothing", tenant);
        }

        // A locality's own key is made by the product: what is sealed later must be readable.
        using var operators = await world.As("operator");
        foreach (var (code, tenant) in new[] { ("05953", one), ("09988", other) })
            if ((await world.Everything("select 1 from tenant_keys where tenant_id = $1", tenant)).Count == 0)
            {
                using var invited = await operators.Send(HttpMethod.Post, "/v1/invitations", new { contact = $"{Guid.NewGuid():N}@example.vn", role = "CommuneAdmin", locality = code });
                await invited.Body(HttpStatusCode.Created);
            }

        return (one, other);
    }
}
