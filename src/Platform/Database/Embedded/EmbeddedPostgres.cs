namespace Platform.Database.Embedded;

/// <summary>The embedded PostgreSQL could not be had. The message is meant for the person who started the product.</summary>
public sealed class EmbeddedPostgresException : Exception
{
    public EmbeddedPostgresException(string message) : base(message) { }

    public EmbeddedPostgresException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>
/// One private PostgreSQL for development and tests: found or downloaded, created on the first start, listening on a
/// fresh port of 127.0.0.1 only, and gone when this process is gone, however it ends. Durable like a real one: fsync and
/// synchronous commit stay on. Refuses a data folder that another live process uses. Not meant for production.
/// </summary>
/// <remarks>
/// A data folder holds <c>postgres/</c> (the cluster), <c>postgres.password</c> (the superuser's, mode 600),
/// <c>postgres.lock</c> and <c>postgres.owner</c> (who uses it), and <c>postgres.location</c> when the cluster had to be
/// put elsewhere. Keep a reference for as long as the server shall live.
/// </remarks>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    /// <summary>The superuser of every embedded cluster.</summary>
    public const string Superuser = "platform_superuser";

    private readonly FolderClaim _claim;
    private readonly PostgresServer _server;

    private EmbeddedPostgres(FolderClaim claim, PostgresServer server, string version, bool isNew) =>
        (_claim, _server, Version, IsNew) = (claim, server, version, isNew);

    /// <summary>The port on 127.0.0.1; another one at every start.</summary>
    public int Port => _server.Port;

    /// <summary>The version of the running server, such as <c>18.4</c>.</summary>
    public string Version { get; }

    /// <summary>Npgsql's connection string of the superuser for the database <c>postgres</c>.</summary>
    public string SuperuserConnectionString => _server.ConnectionString;

    /// <summary>True when this start created the cluster.</summary>
    public bool IsNew { get; }

    /// <summary>Starts the PostgreSQL of a data folder and returns when it accepts connections.</summary>
    /// <param name="dataFolder">The product's data folder; created if missing. Its cluster survives between starts.</param>
    /// <param name="log">Hears one line per step that takes time or needs attention.</param>
    /// <param name="ct">Cancels the start and takes back what it began.</param>
    /// <exception cref="EmbeddedPostgresException">
    /// No binaries, a folder in use or of another user or major version, or a server that does not start; the message says which.
    /// </exception>
    public static async Task<EmbeddedPostgres> StartAsync(string dataFolder, Action<string>? log, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dataFolder);
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        var claim = FolderClaim.Take(folder);
        try
        {
            var cluster = await PostgresCluster.LocateAsync(folder, ct);
            var binaries = await PostgresBinaries.FindAsync(cluster.Folder, cluster.Major, log, ct);
            await cluster.StopLeftoverAsync(log, ct);
            var isNew = await cluster.CreateIfMissingAsync(binaries, log, ct);
            var server = await PostgresServer.StartAsync(cluster, binaries, ct);
            log?.Invoke($"PostgreSQL {binaries.Version} listens on 127.0.0.1:{server.Port}");
            return new EmbeddedPostgres(claim, server, binaries.Version, isNew);
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>How the superuser connects to the server that another process runs in a data folder; null when none runs there.</summary>
    public static async Task<string?> FindRunningAsync(string dataFolder, CancellationToken ct)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        if (!File.Exists(PostgresCluster.PasswordFileOf(folder)))
            return null;
        var cluster = await PostgresCluster.LocateAsync(folder, ct);
        return await Postmaster.FindAsync(cluster.Folder, ct) is { } server ? PostgresServer.ConnectionStringOf(cluster, server.Port) : null;
    }

    /// <summary>Shuts down fast: sessions are ended, everything committed is on disk. Waits for the end; may be repeated.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _claim.Dispose();
    }
}
