using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using Platform.Database.Embedded;

namespace Platform.Database;

/// <summary>
/// The database of Development: an embedded PostgreSQL with an owner role and a separate application role that row-level security binds.
/// Everything it needs to start again lies in the data folder.
/// </summary>
public sealed class DevelopmentDatabase : IAsyncDisposable
{
    private const string Owner = "platform_owner", Application = "platform_app", Name = "platform";

    private readonly EmbeddedPostgres server;

    private DevelopmentDatabase(EmbeddedPostgres server, DatabaseOptions options) => (this.server, Options) = (server, options);

    /// <summary>How to connect.</summary>
    public DatabaseOptions Options { get; }

    /// <summary>Above all belts: for measurements that fill the database, never for serving.</summary>
    internal string SuperuserConnection => new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString) { Database = Name }.ConnectionString;

    /// <summary>The server's version and port, for the start-up message.</summary>
    public string Description => $"PostgreSQL {server.Version} on port {server.Port}";

    /// <summary>How to see every row of the database that another process runs in a data folder; null when none runs there.</summary>
    internal static async Task<string?> Running(string dataFolder, CancellationToken cancellation) =>
        await EmbeddedPostgres.FindRunningAsync(dataFolder, cancellation) is { } server ? new NpgsqlConnectionStringBuilder(server) { Database = Name }.ConnectionString : null;

    /// <summary>Starts the server and sees to roles and database.</summary>
    public static async Task<DevelopmentDatabase> Start(string dataFolder, Action<string> say, CancellationToken cancellation)
    {
        var server = await EmbeddedPostgres.StartAsync(dataFolder, say, cancellation);
        try
        {
            var passwords = Passwords.Of(dataFolder);
            await using (var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString) { Pooling = false }.ConnectionString))
            {
                await connection.OpenAsync(cancellation);
                await Role(connection, Owner, passwords.Owner, cancellation);
                await Role(connection, Application, passwords.Application, cancellation);
                await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = Name } } };
                if (await exists.ExecuteScalarAsync(cancellation) is null)
                {
                    await Run(connection, $"create database {Name} owner {Owner}", cancellation);
                    await Run(connection, $"revoke all on database {Name} from public", cancellation);
                    await Run(connection, $"grant connect on database {Name} to {Application}", cancellation);
                }
            }

            return new DevelopmentDatabase(server, new DatabaseOptions
            {
                ApplicationRole = Application,
                OwnerConnection = As(Owner, passwords.Owner, 5),
                ApplicationConnection = As(Application, passwords.Application, 80),
            });
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        string As(string role, string password, int pool) => new NpgsqlConnectionStringBuilder(server.SuperuserConnectionString)
        {
            Database = Name,
            Username = role,
            Password = password,
            MaxPoolSize = pool,
            Pooling = true,
        }.ConnectionString;
    }

    /// <summary>Stops the server. Its connections are dropped, those of other databases in this process are not touched.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var pool in (string[])[Options.OwnerConnection!, Options.ApplicationConnection!])
        {
            using var plain = new NpgsqlConnection(pool);
            using var pooled = new NpgsqlConnection(PostgreSqlDialect.Pooled(pool));
            NpgsqlConnection.ClearPool(plain);
            NpgsqlConnection.ClearPool(pooled);
        }

        await server.DisposeAsync();
    }

    private static async Task Role(NpgsqlConnection connection, string role, string password, CancellationToken cancellation)
    {
        await using var exists = new NpgsqlCommand("select 1 from pg_roles where rolname = $1", connection) { Parameters = { new() { Value = role } } };
        var verb = await exists.ExecuteScalarAsync(cancellation) is null ? "create" : "alter";
        await Run(connection, $"{verb} role {role} login nosuperuser nocreatedb nocreaterole nobypassrls password '{password}'", cancellation);
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private sealed record Passwords(string Owner, string Application)
    {
        internal static Passwords Of(string dataFolder)
        {
            var file = Path.Combine(dataFolder, "database.json");
            if (File.Exists(file))
                return JsonSerializer.Deserialize<Passwords>(File.ReadAllText(file))!;
            var made = new Passwords(RandomNumberGenerator.GetHexString(32, lowercase: true), RandomNumberGenerator.GetHexString(32, lowercase: true));
            PrivateFile.Write(file, JsonSerializer.Serialize(made));
            return made;
        }
    }
}

/// <summary>Files that only their owner may read.</summary>
internal static class PrivateFile
{
    internal static void Write(string path, string text)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(temporary, options))
            writer.Write(text);
        File.Move(temporary, path, overwrite: true);
    }
}
