using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Platform.Database.Embedded;

/// <summary>
/// The files of one cluster: where they lie, who owns them, the superuser's password, and their creation. A cluster is
/// made in a folder beside and renamed when initdb is done, so a half-made one is never taken for a database.
/// </summary>
internal sealed class PostgresCluster
{
    private const string SharedFolder = "/var/lib/platform";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Enterable = Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private readonly string _passwordFile;

    private PostgresCluster(string folder, string dataFolder, UnprivilegedUser? user) =>
        (Folder, User, _passwordFile) = (folder, user, PasswordFileOf(dataFolder));

    /// <summary>The data directory of the server.</summary>
    public string Folder { get; }

    /// <summary>The account of the server when this process is root.</summary>
    public UnprivilegedUser? User { get; }

    /// <summary>The major version that made the cluster; null when there is none yet.</summary>
    public int? Major => MajorOf(Folder);

    public string LogFile => Path.Combine(Folder, "postgres.log");

    public string Password => File.ReadAllText(_passwordFile).Trim();

    /// <summary>A command as the account that owns the cluster.</summary>
    public string[] Command(params string[] command) => User?.Command(command) ?? command;

    /// <summary>
    /// Finds the cluster of a data folder, or the place for a new one: inside the data folder, or, when root's stand-in
    /// cannot enter that (as under /root), in a shared folder that <c>postgres.location</c> then names.
    /// </summary>
    public static async Task<PostgresCluster> LocateAsync(string dataFolder, CancellationToken ct)
    {
        var inside = Path.Combine(dataFolder, "postgres");
        var pointer = Path.Combine(dataFolder, "postgres.location");
        var known = File.Exists(pointer) ? (await File.ReadAllTextAsync(pointer, ct)).Trim() : inside;
        var exists = MajorOf(known) is not null;
        var user = await UnprivilegedUser.FindAsync(exists ? known : null, ct);
        if (user is null || exists || known != inside || await user.CanEnterAsync(dataFolder, ct))
            return new PostgresCluster(known, dataFolder, user);

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..12];
        var elsewhere = Path.Combine(SharedFolder, hash);
        Directory.CreateDirectory(SharedFolder);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(SharedFolder, Enterable);
        if (!File.Exists(PasswordFileOf(dataFolder))) await SetAsideAsync(elsewhere, ct);
        await File.WriteAllTextAsync(pointer, elsewhere + "\n", ct);
        return new PostgresCluster(elsewhere, dataFolder, user);
    }

    /// <summary>
    /// Stops a server that an earlier process left behind, and clears a stale pid file, whose number may by now belong to
    /// another process of this user. Processes of a dead server are still noticed, by its shared memory.
    /// </summary>
    public async Task StopLeftoverAsync(Action<string>? log, CancellationToken ct)
    {
        if (await Postmaster.FindAsync(Folder, ct) is not { } leftover)
        {
            if (Major is not null) File.Delete(Postmaster.PidFileOf(Folder));
            return;
        }
        log?.Invoke($"Stopping the PostgreSQL that an earlier run left behind (process {leftover.Pid}) …");
        if (!await leftover.StopAsync(TimeSpan.FromSeconds(10)))
            throw new EmbeddedPostgresException($"PostgreSQL, process {leftover.Pid}, still serves {Folder} and does not stop.");
    }

    /// <summary>Makes the cluster unless it exists; true when it was made.</summary>
    public async Task<bool> CreateIfMissingAsync(PostgresBinaries binaries, Action<string>? log, CancellationToken ct)
    {
        if (Major is not null)
        {
            if (File.Exists(_passwordFile)) return false;
            throw new EmbeddedPostgresException(
                $"The password file {_passwordFile} is missing, and the cluster in {Folder} opens with nothing else. "
                + "Bring the file back, or move that folder away to begin with an empty database.");
        }
        if (Directory.Exists(Folder) && Directory.EnumerateFileSystemEntries(Folder).Any())
            throw new EmbeddedPostgresException($"The folder {Folder} is not empty and not a PostgreSQL cluster. Move it away, or choose another data folder.");

        log?.Invoke($"Creating the database cluster in {Folder} …");
        await WritePasswordAsync(ct);
        var (parent, name) = (Path.GetDirectoryName(Folder)!, Path.GetFileName(Folder));
        foreach (var abandoned in Directory.EnumerateDirectories(parent, name + ".new-*")) Remove(abandoned);
        var beside = $"{Folder}.new-{Guid.NewGuid():N}";
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(beside);
            else Directory.CreateDirectory(beside, Private);
            if (User is not null) await User.OwnAsync(beside, ct);
            await InitializeAsync(binaries, beside, ct);
            if (Directory.Exists(Folder)) Directory.Delete(Folder);
            Directory.Move(beside, Folder);
            return true;
        }
        finally
        {
            Remove(beside);
        }
    }

    /// <summary>
    /// Sorting by code point, and letter case of all of Unicode: plain "C" would not lower a Đ. The password comes through
    /// the inner pipe, which belongs to the server's account; root's own pipe could not be opened again by name.
    /// </summary>
    private async Task InitializeAsync(PostgresBinaries binaries, string folder, CancellationToken ct)
    {
        string[] letters = binaries.Major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            : OperatingSystem.IsLinux() ? ["--lc-ctype=C.UTF-8"]
            : [];
        string[] initdb =
        [
            binaries.Program("initdb"), "-D", folder, $"--username={EmbeddedPostgres.Superuser}", "--auth=scram-sha-256",
            $"--pwfile={(OperatingSystem.IsWindows() ? _passwordFile : "/dev/stdin")}",
            "--encoding=UTF8", "--locale=C", .. letters, "--data-checksums", "--no-instructions",
        ];
        var command = OperatingSystem.IsWindows() ? initdb : Command(["/bin/sh", "-c", "cat | \"$@\"", "sh", .. initdb]);
        var outcome = await ChildProcess.RunAsync(command, ct, input: Password + "\n");
        if (!outcome.Succeeded) throw new EmbeddedPostgresException($"initdb {binaries.Version} failed in {Folder}:{Environment.NewLine}{outcome.Output}");
    }

    private async Task WritePasswordAsync(CancellationToken ct)
    {
        if (File.Exists(_passwordFile)) return;
        var unfinished = _passwordFile + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(unfinished, options))
            await writer.WriteAsync((RandomNumberGenerator.GetHexString(40, lowercase: true) + "\n").AsMemory(), ct);
        File.Move(unfinished, _passwordFile, overwrite: true);
    }

    /// <summary>A cluster whose data folder was deleted: nobody has its password. The latest one is kept, for regret.</summary>
    private static async Task SetAsideAsync(string orphan, CancellationToken ct)
    {
        if (!Directory.Exists(orphan)) return;
        if (await Postmaster.FindAsync(orphan, ct) is { } server) await server.StopAsync(TimeSpan.FromSeconds(10));
        Remove(orphan + ".orphan");
        Directory.Move(orphan, orphan + ".orphan");
    }

    private static int? MajorOf(string folder) =>
        Path.Combine(folder, "PG_VERSION") is var file && File.Exists(file)
            ? int.Parse(File.ReadAllText(file).Split('.')[0], CultureInfo.InvariantCulture)
            : null;

    private static void Remove(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // An orphaned initdb may still be writing there; the next creation finds it again.
        }
    }

    internal static string PasswordFileOf(string dataFolder) => Path.Combine(dataFolder, "postgres.password");
}
