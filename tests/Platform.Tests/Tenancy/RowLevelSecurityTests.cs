using Npgsql;

namespace Platform.Tests.Tenancy;

/// <summary>The third belt alone: plain SQL under the application's role, over every table that has tenant_id.</summary>
public sealed class RowLevelSecurityTests(World world)
{
    private const string Refused = "42501", Nothing = "0 rows";

    [Fact]
    public async Task One_tenants_settings_reach_no_row_of_another_in_any_table()
    {
        var (own, foreign) = await world.Neighbours();
        var failures = new List<string>();
        foreach (var table in await world.TenantTables())
        {
            var copy = (string)(await world.Everything($"select to_jsonb(t)::text from {table} t where tenant_id = $1 limit 1", foreign))[0][0]!;
            await world.AsApplication(new() { ["tenant"] = own }, async db =>
            {
                if (!(await db.Query($"select distinct tenant_id from {table}")).Select(r => (short)r[0]!).SequenceEqual([own]))
                    failures.Add($"{table}: select");
                if (await db.Outcome($"update {table} set tenant_id = tenant_id where tenant_id = $1", foreign) is not (Nothing or Refused))
                    failures.Add($"{table}: update");
                if (await db.Outcome($"delete from {table} where tenant_id = $1", foreign) is not (Nothing or Refused))
                    failures.Add($"{table}: delete");
                // No policy lets a tenant change what vendors sent.
                if (await db.Outcome($"update {table} set tenant_id = $1 where tenant_id = $2", foreign, own) != (table == "completions" ? Nothing : Refused))
                    failures.Add($"{table}: give away");
                if (await db.Outcome($"insert into {table} select * from jsonb_populate_record(null::{table}, $1::jsonb)", copy) != Refused)
                    failures.Add($"{table}: insert");
                return 0;
            });
        }

        Assert.Empty(failures);
    }

    [Fact]
    public async Task A_province_reads_its_communes_and_writes_none_of_their_rows()
    {
        var (own, foreign) = await world.Neighbours();
        var province = (await world.Locality("19")).Id;
        var reach = (await world.Everything("select id from localities where province_id = $1", province)).Select(r => (short)r[0]!).ToHashSet();
        foreach (var table in await world.TenantTables())
        {
            var copy = (string)(await world.Everything($"select to_jsonb(t)::text from {table} t where tenant_id = $1 limit 1", own))[0][0]!;
            await world.AsApplication(new() { ["province"] = province }, async db =>
            {
                var seen = (await db.Query($"select distinct tenant_id from {table}")).Select(r => (short)r[0]!).ToList();
                Assert.DoesNotContain(foreign, seen);
                Assert.True(seen.TrueForAll(reach.Contains), table);
                Assert.Equal(!RawDatabase.IsPersonal(table), seen.Contains(own));
                Assert.True(await db.Outcome($"update {table} set tenant_id = tenant_id") is Nothing or Refused, table);
                Assert.True(await db.Outcome($"delete from {table}") is Nothing or Refused, table);
                Assert.Equal(Refused, await db.Outcome($"insert into {table} select * from jsonb_populate_record(null::{table}, $1::jsonb)", copy));
                return 0;
            });
        }
    }

    [Fact]
    public async Task The_nation_reads_everything_but_people_and_writes_nothing()
    {
        var (own, foreign) = await world.Neighbours();
        foreach (var table in await world.TenantTables())
        {
            var copy = (string)(await world.Everything($"select to_jsonb(t)::text from {table} t where tenant_id = $1 limit 1", own))[0][0]!;
            await world.AsApplication(new() { ["nation"] = "on" }, async db =>
            {
                var seen = (await db.Query($"select distinct tenant_id from {table}")).Select(r => (short)r[0]!).ToList();
                var people = RawDatabase.IsPersonal(table);
                Assert.Equal(!people, seen.Contains(own));
                Assert.Equal(!people, seen.Contains(foreign));
                Assert.True(await db.Outcome($"update {table} set tenant_id = tenant_id") is Nothing or Refused, table);
                Assert.True(await db.Outcome($"delete from {table}") is Nothing or Refused, table);
                Assert.Equal(Refused, await db.Outcome($"insert into {table} select * from jsonb_populate_record(null::{table}, $1::jsonb)", copy));
                return 0;
            });
        }
    }

    [Fact]
    public async Task Without_settings_nothing_is_seen_in_any_table_or_view()
    {
        await world.Neighbours();
        foreach (var table in (await world.TenantTables()).Append("target_progress"))
            Assert.Equal(0L, await world.AsApplication([], async db => (long)(await db.Query($"select count(*) from {table}"))[0][0]!));
    }

    [Fact]
    public async Task The_view_of_progress_keeps_tenants_apart_without_any_filter()
    {
        var own = (await world.Locality("05953")).Id;
        var seen = await world.AsApplication(new() { ["tenant"] = own }, db => db.Query("select distinct tenant_id from target_progress"));
        Assert.Equal([own], seen.Select(r => (short)r[0]!));
    }

    [Fact]
    public async Task A_commune_reads_only_issued_headers_of_its_superior()
    {
        var (own, province) = ((await world.Locality("05953")).Id, (await world.Locality("19")).Id);
        await world.AsApplication(new() { ["tenant"] = own, ["superior"] = province }, async db =>
        {
            Assert.Equal(["Issued"], (await db.Query("select distinct status from plans where tenant_id = $1 and status in ('Draft', 'Issued')", province)).Select(r => (string)r[0]!));
            Assert.Equal(0L, (await db.Query("select count(*) from targets where tenant_id = $1", province))[0][0]);
            Assert.Equal(Nothing, await db.Outcome("update plans set title = 'x' where tenant_id = $1", province));
            return 0;
        });
    }

    [Fact]
    public async Task A_vendor_writes_completions_only_where_it_was_granted_and_sees_only_its_own()
    {
        await world.Neighbours();
        var foreign = (await world.Locality("00004")).Id;
        var copy = (string)(await world.Everything("select to_jsonb(t)::text from completions t where vendor_id = 1 limit 1"))[0][0]!;
        await world.AsApplication(new() { ["vendor"] = 1 }, async db =>
        {
            Assert.Equal([(short)1], (await db.Query("select distinct vendor_id from completions")).Select(r => (short)r[0]!));
            const string insert = "insert into completions select * from jsonb_populate_record(null::completions, $1::jsonb || jsonb_build_object('external_id', $2, 'tenant_id', $3, 'vendor_id', $4))";
            Assert.Equal("1 rows", await db.Outcome(insert, copy, "belt-1", (await world.Locality("05953")).Id, 1));
            Assert.Equal(Refused, await db.Outcome(insert, copy, "belt-2", foreign, 1));
            Assert.Equal(Refused, await db.Outcome(insert, copy, "belt-3", (await world.Locality("05953")).Id, 2));
            Assert.Equal(Nothing, await db.Outcome("delete from completions"));
            Assert.Equal(0L, (await db.Query("select count(*) from plans"))[0][0]);
            return 0;
        });
    }

    [Fact]
    public async Task A_stored_completion_cannot_be_moved_or_rewritten()
    {
        var foreign = (await world.Locality("00004")).Id;
        await world.AsApplication(new() { ["vendor"] = 1 }, async db =>
        {
            Assert.Equal(Refused, await db.Outcome("update completions set tenant_id = $1 where vendor_id = 1", foreign));
            Assert.Equal(Refused, await db.Outcome("update completions set passed = not passed where vendor_id = 1"));
            return 0;
        });
    }

    [Fact]
    public async Task Turning_row_security_off_fails_instead_of_showing_rows()
    {
        var failure = await Assert.ThrowsAsync<PostgresException>(() => world.AsApplication([], async db =>
        {
            await db.Query("set local row_security = off");
            return await db.Query("select * from plans");
        }));
        Assert.Equal(Refused, failure.SqlState);
    }
}
