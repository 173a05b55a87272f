using System.Diagnostics;
using System.Globalization;

namespace Platform.Database.Embedded;

/// <summary>
/// The server process that <c>postmaster.pid</c> of a cluster names, if it really lives: after a crash or a restart of the
/// machine the number may belong to anybody, and only a postgres of that very cluster may be signalled.
/// </summary>
internal sealed record Postmaster(int Pid, string Folder)
{
    /// <summary>The live server of a cluster, or null.</summary>
    public static async Task<Postmaster?> FindAsync(string folder, CancellationToken ct)
    {
        var file = PidFileOf(folder);
        try
        {
            return File.Exists(file)
                && int.TryParse(File.ReadLines(file).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && await ServesAsync(pid, folder, ct)
                ? new Postmaster(pid, folder)
                : null;
        }
        catch (IOException)
        {
            return null; // removed while we read: the server has just gone
        }
    }

    /// <summary>Fast shutdown, and after <paramref name="patience"/> an immediate one; false if even that left it alive.</summary>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        if (OperatingSystem.IsWindows())
        {
            Process.GetProcessById(Pid).Kill();
            return await GoneAsync(patience);
        }
        foreach (var signal in new[] { ChildProcess.Interrupt, ChildProcess.Quit, ChildProcess.Kill })
        {
            ChildProcess.Signal(Pid, signal);
            if (await GoneAsync(patience)) return true;
        }
        return false;
    }

    /// <summary>Where it listens.</summary>
    public int Port => int.Parse(File.ReadLines(PidFileOf(Folder)).ElementAt(3), NumberStyles.None, CultureInfo.InvariantCulture);

    public static string PidFileOf(string folder) => Path.Combine(folder, "postmaster.pid");

    private async Task<bool> GoneAsync(TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        while (await FindAsync(Folder, CancellationToken.None) == this)
        {
            if (clock.Elapsed > patience) return false;
            await Task.Delay(25);
        }
        return true;
    }

    private static async Task<bool> ServesAsync(int pid, string folder, CancellationToken ct)
    {
        if (OperatingSystem.IsLinux()) return File.Exists($"/proc/{pid}/cmdline") && ServesOnLinux(pid, folder);
        if (OperatingSystem.IsWindows()) return Process.GetProcessesByName("postgres").Any(p => p.Id == pid);
        var ps = await ChildProcess.RunAsync(["ps", "-o", "command=", "-p", pid.ToString(CultureInfo.InvariantCulture)], ct);
        return ps.Output.Contains("postgres", StringComparison.Ordinal) && ps.Output.Contains(folder, StringComparison.Ordinal);
    }

    /// <summary>A server works inside its data directory, so its own working folder shows the very same pid file.</summary>
    private static bool ServesOnLinux(int pid, string folder)
    {
        var arguments = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
        if (Path.GetFileName(arguments[0]) is not ("postgres" or "postmaster")) return false;
        if (arguments.Contains(folder)) return true;
        try
        {
            return File.ReadAllText($"/proc/{pid}/cwd/postmaster.pid") == File.ReadAllText(PidFileOf(folder));
        }
        catch (UnauthorizedAccessException)
        {
            return false; // another user's process, so not one that serves our folder
        }
    }
}
