using Npgsql;

namespace Platform.Tests;

/// <summary>Makes the database fail for certain rows of a table until it is disposed: as if it went away at that moment, or with another error; or slow.</summary>
internal sealed class BrokenTable : IAsyncDisposable
{
    private readonly World world;
    private readonly string table, name = $"broken_{Guid.NewGuid():N}";

    private BrokenTable(World world, string table) => (this.world, this.table) = (world, table);

    /// <summary>Fails where a row that is written meets a condition on <c>new</c>.</summary>
    internal static Task<BrokenTable> Where(World world, string table, string condition, string error = PostgresErrorCodes.AdminShutdown) =>
        Make(world, table, condition, $"raise exception 'gone' using errcode = '{error}';");

    /// <summary>Takes long where a row that is written meets a condition on <c>new</c>.</summary>
    internal static Task<BrokenTable> Slow(World world, string table, string condition, int seconds) => Make(world, table, condition, $"perform pg_sleep({seconds}); return new;");

    private static async Task<BrokenTable> Make(World world, string table, string condition, string does)
    {
        var broken = new BrokenTable(world, table);
        await world.Everything($"create function {broken.name}() returns trigger language plpgsql as $$ begin {does} end $$");
        await world.Everything($"create trigger {broken.name} before insert or update on {table} for each row when ({condition}) execute function {broken.name}()");
        return broken;
    }

    public async ValueTask DisposeAsync()
    {
        await world.Everything($"drop trigger {name} on {table}");
        await world.Everything($"drop function {name}()");
    }
}
