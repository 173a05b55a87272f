using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Platform.Database.Embedded;

/// <summary>How a finished command ended: its exit code, and what it wrote to both of its outputs.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>
/// Commands run to their end, signals, and the search path. Every command gets a clean PostgreSQL environment: a
/// developer's PGDATA or PGHOST must not redirect the embedded server, and its messages stay English because the
/// start recognises some of them. Nothing here passes through a shell, so no path needs quoting.
/// </summary>
internal static class ChildProcess
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;

    /// <summary>Every process may enter it, also one that has left root's rights behind.</summary>
    public static string NeutralFolder => Path.GetPathRoot(Environment.SystemDirectory) is { Length: > 0 } root ? root : "/";

    /// <summary>Start information with all three streams redirected: a child never owns the caller's terminal.</summary>
    public static ProcessStartInfo Describe(IReadOnlyList<string> command, string? folder = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
            WorkingDirectory = folder ?? NeutralFolder,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        return start;
    }

    /// <summary>Runs a command to its end; a cancelled wait kills the command and its children.</summary>
    public static async Task<CommandOutcome> RunAsync(
        IReadOnlyList<string> command, CancellationToken ct, string? input = null, string? folder = null)
    {
        Process process;
        try
        {
            process = Process.Start(Describe(command, folder))!;
        }
        catch (Win32Exception e)
        {
            return new CommandOutcome(127, $"{command[0]}: {e.Message}");
        }
        using (process)
        {
            try
            {
                var output = new StringBuilder();
                void Append(object _, DataReceivedEventArgs line)
                {
                    if (line.Data is null) return;
                    lock (output) output.AppendLine(line.Data);
                }
                process.OutputDataReceived += Append;
                process.ErrorDataReceived += Append;
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                await FeedAsync(process, input);
                await process.WaitForExitAsync(ct);
                return new CommandOutcome(process.ExitCode, output.ToString().Trim());
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
    }

    /// <summary>The full path of a command, or null; the usual system folders count even if PATH leaves them out.</summary>
    public static string? FindCommand(string name)
    {
        string[] system = OperatingSystem.IsWindows() ? [] : ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(system)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Sends a signal (Unix); false when there is no such process or it is not ours to signal.</summary>
    public static bool Signal(int pid, int signal) => kill(pid, signal) == 0;

    private static async Task FeedAsync(Process process, string? input)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command ended without reading: its exit code tells the rest.
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
