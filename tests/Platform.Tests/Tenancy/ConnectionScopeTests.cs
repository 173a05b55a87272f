using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Database;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Tests.Tenancy;

/// <summary>What a connection knows of a scope ends with the command or the transaction that it was told for. One connection serves all here.</summary>
public sealed class ConnectionScopeTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tenants_that_take_turns_on_one_connection_see_their_own_rows_only()
    {
        var pool = new Pool(world, "turns");
        var (one, other) = (await world.Locality("05953"), await world.Locality("09988"));
        // Often enough that the statements are prepared and reused.
        for (var turn = 0; turn < 12; turn++)
        {
            foreach (var locality in (LocalityEntry[])[one, other])
            {
                await using var db = pool.Open(scope => scope.EnterTenant(locality));
                Assert.Equal([locality.Id], await db.Tasks.IgnoreQueryFilters().Select(t => t.TenantId).Distinct().ToListAsync(Cancellation));
                Assert.True(await db.Plans.IgnoreQueryFilters().AnyAsync(p => p.TenantId == locality.Id, Cancellation));
            }

            await AssertNothingStays(pool);
        }
    }

    [Fact]
    public async Task A_context_without_a_scope_sees_nothing_after_one_with_a_scope()
    {
        var pool = new Pool(world, "nobody");
        var locality = await world.Locality("05953");
        await using (var db = pool.Open(scope => scope.EnterTenant(locality)))
            Assert.NotEqual(0, await db.Plans.CountAsync(Cancellation));
        await using var nobody = pool.Open(_ => { });
        Assert.Equal(0, await nobody.Plans.IgnoreQueryFilters().CountAsync(Cancellation));
    }

    [Fact]
    public async Task A_transaction_holds_its_scope_until_it_ends_and_not_longer()
    {
        var pool = new Pool(world, "transaction");
        var locality = await world.Locality("05953");
        await using (var db = pool.Open(scope => scope.EnterTenant(locality)))
        {
            await using (var transaction = await db.Database.BeginTransactionAsync(Cancellation))
            {
                var connection = (NpgsqlConnection)db.Database.GetDbConnection();
                Assert.NotEqual(0L, (await connection.Query("select count(*) from plans"))[0][0]);
                await transaction.CreateSavepointAsync("before", Cancellation);
                await Assert.ThrowsAsync<PostgresException>(() => db.Database.ExecuteSqlRawAsync("select 1 / 0", Cancellation));
                await transaction.RollbackToSavepointAsync("before", Cancellation);
                Assert.NotEqual(0, await db.Plans.IgnoreQueryFilters().CountAsync(Cancellation));
                await transaction.RollbackAsync(Cancellation);
            }

            Assert.NotEqual(0, await db.Plans.CountAsync(Cancellation));
        }

        await AssertNothingStays(pool);
    }

    [Fact]
    public async Task A_command_that_fails_leaves_nothing_behind()
    {
        var pool = new Pool(world, "failure");
        var locality = await world.Locality("05953");
        await using (var db = pool.Open(scope => scope.EnterTenant(locality)))
        {
            await Assert.ThrowsAsync<PostgresException>(() => db.Database.SqlQueryRaw<int>("select 1 / 0 as \"Value\"").ToListAsync(Cancellation));
            Assert.NotEqual(0, await db.Plans.CountAsync(Cancellation));
        }

        await AssertNothingStays(pool);
    }

    [Fact]
    public async Task Commands_of_every_kind_carry_the_scope()
    {
        var pool = new Pool(world, "kinds");
        var (own, foreign) = await world.Neighbours();
        var locality = await world.Locality("05953");
        await using (var db = pool.Open(scope => scope.EnterTenant(locality)))
        {
            Assert.Equal([own], await db.Database.SqlQuery<short>($"select distinct tenant_id as \"Value\" from tasks").ToListAsync(Cancellation));
            Assert.True(await db.Database.ExecuteSqlAsync($"update villages set name = name where tenant_id = {own}", Cancellation) > 0);
            Assert.Equal(0, await db.Database.ExecuteSqlAsync($"update villages set name = name where tenant_id = {foreign}", Cancellation));
            Assert.Equal(0, await db.Villages.IgnoreQueryFilters().Where(v => v.TenantId == foreign).ExecuteDeleteAsync(Cancellation));
            var village = await db.Villages.FirstAsync(Cancellation);
            db.Entry(village).Property(v => v.Name).IsModified = true;
            Assert.Equal(1, await db.SaveChangesAsync(Cancellation));
        }

        await AssertNothingStays(pool);
    }

    private static async Task AssertNothingStays(Pool pool)
    {
        await using var next = new NpgsqlConnection(pool.ConnectionString);
        await next.OpenAsync(Cancellation);
        Assert.Equal(1L, (await next.Query("select count(*) from pg_stat_activity where application_name = $1", pool.Name))[0][0]);
        Assert.Equal("", (await next.Query("""
            select coalesce(string_agg(current_setting('platform.' || s, true), ''), '') from unnest(array['tenant', 'superior', 'province', 'locality', 'nation', 'vendor', 'account']) s
            """))[0][0]);
        Assert.Equal(0L, (await next.Query("select count(*) from plans"))[0][0]);
    }

    /// <summary>One connection for everybody, opened as the product opens its own.</summary>
    private sealed class Pool
    {
        private readonly DbContextOptions options;
        private readonly Dialect dialect;

        internal Pool(World world, string name)
        {
            dialect = world.Instance.Database.Dialect;
            Name = $"scope {name}";
            var builder = new DbContextOptionsBuilder().AddInterceptors(new TenantGuard(), dialect.Scoping);
            dialect.Configure(builder, new NpgsqlConnectionStringBuilder(world.Instance.Database.ApplicationConnection) { MaxPoolSize = 1, ApplicationName = Name }.ConnectionString);
            options = builder.Options;
            using var db = dialect.Create(options, new TenantScope());
            ConnectionString = new NpgsqlConnectionStringBuilder(db.Database.GetConnectionString()) { Password = new NpgsqlConnectionStringBuilder(world.Instance.Database.ApplicationConnection).Password }.ConnectionString;
        }

        internal string Name { get; }

        internal string ConnectionString { get; }

        internal PlatformDb Open(Action<TenantScope> enter)
        {
            var scope = new TenantScope();
            enter(scope);
            return dialect.Create(options, scope);
        }
    }
}
