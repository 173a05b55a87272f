using Npgsql;

namespace Platform.Tests.Tenancy;

/// <summary>What the application's role is and may do, and what the keys forbid to everybody.</summary>
public sealed class DatabaseRightsTests(World world)
{
    private const string Refused = "42501";

    [Fact]
    public async Task The_application_role_is_bound_by_every_policy()
    {
        var role = await world.AsApplication([], db => db.Query("""
            select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
              exists (select 1 from pg_auth_members m where m.member = r.oid), exists (select 1 from pg_class c where c.relowner = r.oid)
            from pg_roles r where rolname = current_user
            """));
        Assert.Equal([false, false, false, false, false, false, false], role[0]);
    }

    [Fact]
    public async Task Every_tenant_table_forces_row_security_on_its_owner_too()
    {
        var unforced = await world.Everything("""
            select relname::text from pg_class where relname = any($1) and relnamespace = 'public'::regnamespace and not (relrowsecurity and relforcerowsecurity)
            """, (object)(await world.TenantTables()).ToArray());
        Assert.Empty(unforced);
    }

    [Theory]
    [InlineData("alter table plans disable row level security")]
    [InlineData("alter table plans no force row level security")]
    [InlineData("drop policy tenant_own on plans")]
    [InlineData("create policy mine on plans for select using (true)")]
    [InlineData("create or replace function platform_tenant() returns smallint language sql as 'select 1::smallint'")]
    [InlineData("create table public.mine (id int)")]
    [InlineData("truncate plans")]
    [InlineData("drop table plans")]
    [InlineData("alter role platform_app bypassrls")]
    [InlineData("set role platform_owner")]
    [InlineData("insert into localities (id, code, level, kind, name, province_id, search_text) values (32000, '99999', 'Commune', 'Xã', 'x', 1, 'x')")]
    [InlineData("update localities set province_id = 1")]
    [InlineData("delete from locality_names")]
    [InlineData("delete from \"__EFMigrationsHistory\"")]
    [InlineData("copy plans to program 'cat'")]
    [InlineData("create temporary table mine (id int)")]
    public async Task The_application_role_cannot_change_what_binds_it(string statement)
    {
        Assert.Equal(Refused, await world.AsApplication([], db => db.Outcome(statement)));
    }

    [Fact]
    public async Task Every_foreign_key_between_tenant_tables_carries_the_tenant()
    {
        var loose = await world.Everything("""
            select k.conname::text from pg_constraint k
            where k.contype = 'f' and k.conrelid::regclass::text = any($1) and k.confrelid::regclass::text = any($1)
              and not exists (
                select 1 from unnest(k.conkey, k.confkey) as pair(here, there)
                join pg_attribute h on h.attrelid = k.conrelid and h.attnum = pair.here
                join pg_attribute t on t.attrelid = k.confrelid and t.attnum = pair.there
                where t.attname = 'tenant_id' and h.attname in ('tenant_id', 'implements_tenant_id'))
            """, (object)(await world.TenantTables()).ToArray());
        Assert.Empty(loose);
    }

    [Theory]
    [InlineData("agency_id", "agencies")]
    [InlineData("task_id", "tasks")]
    [InlineData("plan_id", "plans")]
    public async Task The_database_refuses_an_assignment_that_names_another_tenants_row(string column, string table)
    {
        var (own, foreign) = await world.Neighbours();
        // As superuser: no policy speaks, only the key does.
        await using var connection = new NpgsqlConnection(world.Superuser());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        Assert.Equal("23503", await connection.Outcome(
            $"update assignments set {column} = (select id from {table} where tenant_id = $1 limit 1) where id = (select id from assignments where tenant_id = $2 limit 1)", foreign, own));
    }

    [Fact]
    public async Task A_server_under_the_owner_or_a_superuser_is_refused()
    {
        foreach (var connectionString in (string[])[world.Instance.Database.OwnerConnection!, world.Superuser()])
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(await world.Instance.Database.Dialect.FindRoleWeakness(connection, TestContext.Current.CancellationToken));
        }
    }
}
