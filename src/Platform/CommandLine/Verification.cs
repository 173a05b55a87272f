using Npgsql;
using Platform.Database;

namespace Platform.CommandLine;

/// <summary>
/// Counts everything again from the completions, set by set, and names each figure that differs from what is stored. Reads only, in one
/// snapshot, beside a running server. Needs <c>ConnectionStrings:Verification</c>: a role that row-level security lets see every row
/// (BYPASSRLS) and that may only read, because a person's completions lie in several communes and no scope of the product sees them all.
/// </summary>
internal static class Verification
{
    /// <summary>Says each difference, of one moment; returns how many there are.</summary>
    internal static async Task<int> Run(string connectionString, Action<string> say, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0 }.ConnectionString);
        await using var closing = connection;
        await connection.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        await using (var role = new NpgsqlCommand(
            "set transaction read only; select rolsuper or rolbypassrls from pg_roles where rolname = current_user", connection, transaction))
            if (await role.ExecuteScalarAsync(cancellation) is not true)
                throw new InvalidOperationException("ConnectionStrings:Verification: this role does not see every row; verify needs one with BYPASSRLS that may read.");
        return await Run(connection, say, cancellation);
    }

    /// <summary>Says each difference as this connection sees it, its own unfinished changes among them.</summary>
    internal static async Task<int> Run(NpgsqlConnection connection, Action<string> say, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Scripts.Read("postgresql.verify.sql"), connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var differences = 0;
        for (; await reader.ReadAsync(cancellation); differences++)
            say($"{reader.GetString(0)} {reader.GetString(1)}: the completions say {reader.GetString(2)}, stored is {reader.GetString(3)}");
        return differences;
    }
}
