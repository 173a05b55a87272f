using Npgsql;

namespace Platform.Load;

/// <summary>
/// Brings a new cluster into the state of one that has worked for a while: its write-ahead log has files to use again. A new cluster fills
/// every new file with zeros while commits wait (about 45 ms for 16 MB), which is measured otherwise.
/// </summary>
internal static class Sustained
{
    private const int Files = 160;

    internal static async Task Prepare(string superuser)
    {
        await using var source = NpgsqlDataSource.Create(superuser);
        foreach (var statement in (string[])["alter system set min_wal_size = '3GB'", "select pg_reload_conf()"])
            await Run(source, statement);
        for (var file = 0; file < Files; file++)
        {
            await Run(source, "select pg_logical_emit_message(false, 'load', 'next')");
            await Run(source, "select pg_switch_wal()");
        }

        await Run(source, "checkpoint");
    }

    private static async Task Run(NpgsqlDataSource source, string statement)
    {
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync();
    }
}
