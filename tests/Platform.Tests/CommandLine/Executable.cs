using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Platform.Tests.CommandLine;

/// <summary>One process of the built executable: <c>dotnet Platform.dll …</c> with everything it prints.</summary>
internal sealed class Executable : IDisposable
{
    /// <summary>An address whose port the server chooses, and then says.</summary>
    public const string AnyPort = "http://127.0.0.1:0";

    private readonly ConcurrentQueue<string> output = new(), errors = new();
    private readonly Process process;

    private Executable(Process process) => this.process = process;

    public IReadOnlyList<string> Output => [.. output];

    public IReadOnlyList<string> Errors => [.. errors];

    public int ExitCode => process.ExitCode;

    /// <summary>Starts a second server on the database of a world, outside Development, with the same key to its tokens.</summary>
    public static Executable Serve(World world, params (string Name, string Value)[] more)
    {
        var variables = new Dictionary<string, string>
        {
            ["ConnectionStrings__Application"] = world.Instance.Database.ApplicationConnection!,
            ["Secrets__PseudonymKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets__PagingKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Secrets__TokenKeyFile"] = Path.Combine(world.Folder, "token.key"),
            // What the tests' own server has to deliver and import is not taken from it.
            ["Webhooks__Parallel"] = "0",
            ["Imports__AtOnce"] = "0",
        };
        foreach (var (name, value) in more)
            variables[name] = value;
        return Start("Production", variables, "serve", "--urls", AnyPort);
    }

    /// <summary>Starts it in an environment: Development, Production … with more variables.</summary>
    public static Executable Start(string environment, IEnumerable<KeyValuePair<string, string>> variables, params string[] arguments)
    {
        // tests/Platform.Tests/bin/Debug/net10.0 → src/Platform/bin/Debug/net10.0
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = here.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(root, "src", "Platform", "bin", here.Parent.Name, here.Name, "Platform.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in (string[])["DOTNET_ENVIRONMENT", "PLATFORM_DATA", "ConnectionStrings__Application", "ConnectionStrings__Owner"])
            start.Environment.Remove(name);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var executable = new Executable(process);
        process.OutputDataReceived += (_, line) => Keep(executable.output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(executable.errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return executable;

        static void Keep(ConcurrentQueue<string> lines, string? line)
        {
            if (!string.IsNullOrWhiteSpace(line))
                lines.Enqueue(line);
        }
    }

    /// <summary>Waits for the end and returns itself.</summary>
    public async Task<Executable> Ended()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.WaitForExit(); // the last lines of both streams
        return this;
    }

    /// <summary>Waits until it says that it is ready, and returns the address it says.</summary>
    public async Task<string> Ready()
    {
        const string ready = "Platform is ready: ";
        while (true)
        {
            if (output.FirstOrDefault(l => l.StartsWith(ready, StringComparison.Ordinal)) is { } line)
                return line[ready.Length..];
            if (process.HasExited)
                Assert.Fail($"It ended before it was ready: {string.Join('\n', (await Ended()).Output.Concat(Errors))}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends a signal: TERM, INT, KILL.</summary>
    public void Signal(string name) => Signal(process.Id, name);

    /// <summary>Sends a signal to a process.</summary>
    public static void Signal(int process, string name)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{process}"]);
        kill.WaitForExit();
    }

    /// <summary>A port that is free now, for an address that is to be the same after a second start.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Signal("TERM");
            if (!process.WaitForExit(90_000)) // the server and its database each take up to 30 s
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
        }

        process.Dispose();
    }
}
