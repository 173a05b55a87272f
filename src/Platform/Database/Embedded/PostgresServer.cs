using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Platform.Database.Embedded;

/// <summary>
/// The running server. It is the child of a small shell that reads a pipe from us: when the pipe closes, because we ask
/// for the end or because we were killed, the shell sends the server its fast shutdown. Both stand in a session of their
/// own, so that Ctrl-C in a terminal reaches only this process, which then stops the server in order.
/// </summary>
/// <remarks>
/// On Windows the server is a plain child that outlives a killed parent until the next start. The Windows and macOS
/// paths have not been run.
/// </remarks>
internal sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>
    /// $1 is the log file, the rest the server's command. The signal is repeated because a server that is only just
    /// starting still ignores it. Signals to the shell itself are noted and outlived: it must not go before the server.
    /// The watcher is waited for, too, so that a container whose first process reaps nothing collects no dead ones.
    /// </summary>
    private const string Supervisor =
        """
        umask 077
        log=$1; shift
        exec 3<&0
        trap : HUP INT TERM
        "$@" </dev/null >>"$log" 2>&1 3<&- &
        server=$!
        (
          trap '' HUP INT TERM
          while read -r _ <&3; do :; done
          trap 'exit 0' USR1
          while kill -INT "$server" 2>/dev/null; do sleep 0.1; done
        ) >/dev/null 2>&1 &
        watcher=$!
        wait "$server"; status=$?
        while kill -0 "$server" 2>/dev/null; do wait "$server"; status=$?; done
        kill -USR1 "$watcher" 2>/dev/null
        wait "$watcher" 2>/dev/null
        exit "$status"
        """;

    // What grows with the machine: indexes that do not fit make every insert read.
    private static readonly long Megabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;

    private static readonly string[] Settings =
    [
        "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=120",
        "fsync=on", "synchronous_commit=on", "min_wal_size=1GB", "max_wal_size=4GB", "checkpoint_timeout=15min",
        $"shared_buffers={Math.Clamp(Megabytes / 4, 256, 8192)}MB", $"effective_cache_size={Math.Max(512, Megabytes / 2)}MB", "work_mem=16MB", "jit=off", "random_page_cost=1.1",
        "logging_collector=off", "log_destination=stderr", "log_min_messages=warning",
        "log_error_verbosity=terse", // values of rows are in the details of faults
    ];

    private readonly PostgresCluster _cluster;
    private readonly PostgresBinaries _binaries;
    private readonly Process _process;
    private readonly Task<string> _complaints;
    private readonly long _logStart;
    private bool _disposed;

    private PostgresServer(PostgresCluster cluster, PostgresBinaries binaries, int port)
    {
        (_cluster, _binaries, Port) = (cluster, binaries, port);
        _logStart = OpenLog(cluster.LogFile);
        ConnectionString = ConnectionStringOf(cluster, port);
        _process = Process.Start(ChildProcess.Describe(Command(), OperatingSystem.IsWindows() ? cluster.Folder : null))!;
        _complaints = OperatingSystem.IsWindows() ? CopyToLogAsync() : _process.StandardError.ReadToEndAsync();
    }

    public int Port { get; }

    /// <summary>How the superuser connects to the server of a cluster.</summary>
    public static string ConnectionStringOf(PostgresCluster cluster, int port) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Database = "postgres",
        Username = EmbeddedPostgres.Superuser,
        Password = cluster.Password,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    public string ConnectionString { get; }

    /// <summary>
    /// Starts the server and waits until it answers. Tries again when another program took the port in between, and when
    /// the last processes of a crashed server have not let go of the cluster yet.
    /// </summary>
    public static async Task<PostgresServer> StartAsync(PostgresCluster cluster, PostgresBinaries binaries, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var server = new PostgresServer(cluster, binaries, FreePort());
            try
            {
                if (await server.FailureAsync(ct) is not { } failure) return server;
                var passing = failure.Contains("could not bind", StringComparison.Ordinal)
                    || failure.Contains("shared memory block", StringComparison.Ordinal)
                    || failure.Contains("lock file \"postmaster.pid\"", StringComparison.Ordinal);
                if (attempt == 10 || !passing)
                    throw new EmbeddedPostgresException($"PostgreSQL {binaries.Version} does not start on {cluster.Folder}:{Environment.NewLine}{failure}");
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
            await server.DisposeAsync();
            await Task.Delay(100 * attempt, ct);
        }
    }

    /// <summary>Ends the server: fast, and after 30 seconds at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (OperatingSystem.IsWindows())
            await ChildProcess.RunAsync([_binaries.Program("pg_ctl"), "stop", "-m", "fast", "-D", _cluster.Folder], CancellationToken.None);
        else
            _process.StandardInput.Close();
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
        {
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                if (await Postmaster.FindAsync(_cluster.Folder, CancellationToken.None) is { } postmaster)
                    await postmaster.StopAsync(TimeSpan.FromSeconds(1));
            }
        }
        _process.Dispose();
    }

    private string[] Command()
    {
        string[] settings = [.. Settings, "port=" + Port.ToString(CultureInfo.InvariantCulture)];
        string[] postgres = [_binaries.Program("postgres"), "-D", _cluster.Folder, .. settings.SelectMany(s => new[] { "-c", s })];
        if (OperatingSystem.IsWindows()) return postgres;
        // macOS has no setsid, but its shell's job control at least gives the server a process group of its own.
        string[] shell = OperatingSystem.IsMacOS() ? ["/bin/sh", "-m", "-c"] : ["/bin/sh", "-c"];
        string[] supervised = _cluster.Command([.. shell, Supervisor, "sh", _cluster.LogFile, .. postgres]);
        return ChildProcess.FindCommand("setsid") is { } setsid ? [setsid, .. supervised] : supervised;
    }

    /// <summary>Waits until the server answers (null) or is known not to (what it said).</summary>
    private async Task<string?> FailureAsync(CancellationToken ct)
    {
        var asked = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, Timeout = 2 }.ConnectionString;
        var clock = Stopwatch.StartNew();
        while (!_process.HasExited)
        {
            try
            {
                await using var connection = new NpgsqlConnection(asked);
                await connection.OpenAsync(ct);
                return null;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword && clock.Elapsed > TimeSpan.FromSeconds(3))
            {
                return $"the password file beside the cluster does not fit it ({e.MessageText})";
            }
            catch (NpgsqlException e)
            {
                // Not listening yet, or still recovering from a crash.
                if (clock.Elapsed > TimeSpan.FromMinutes(2)) return $"it did not answer within two minutes: {e.Message}";
            }
            await Task.Delay(20, ct);
        }
        return $"{LogTail()}{Environment.NewLine}{await _complaints}".Trim() is { Length: > 0 } said ? said : $"exit code {_process.ExitCode}";
    }

    private string LogTail()
    {
        if (!File.Exists(_cluster.LogFile)) return "";
        using var log = new FileStream(_cluster.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(Math.Max(_logStart, log.Length - 4096), SeekOrigin.Begin);
        using var reader = new StreamReader(log, Encoding.UTF8);
        return string.Join(Environment.NewLine, reader.ReadToEnd().TrimEnd().Split('\n').TakeLast(20));
    }

    private async Task<string> CopyToLogAsync()
    {
        await using var log = new FileStream(_cluster.LogFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await _process.StandardError.BaseStream.CopyToAsync(log);
        return "";
    }

    /// <summary>Where this run's part of the log begins; a log that has grown large is put aside first.</summary>
    private static long OpenLog(string file)
    {
        var log = new FileInfo(file);
        if (log is { Exists: true, Length: > 10_000_000 })
        {
            log.MoveTo(file + ".1", overwrite: true);
            return 0;
        }
        return log.Exists ? log.Length : 0;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
