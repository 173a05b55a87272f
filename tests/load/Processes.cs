using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using Platform.CommandLine;

namespace Platform.Load;

/// <summary>Each server runs in a process of its own, so that its time and memory can be told from the clients'.</summary>
internal static class Processes
{
    internal static async Task<int> Product(string folder)
    {
        // A machine faster than the limit of one vendor is measured, not the limit.
        Environment.SetEnvironmentVariable("Limits__Weights__sample-vendor", "100");
        await using var instance = await DevelopmentInstance.Start(folder, "http://127.0.0.1:0", Console.Error.WriteLine, CancellationToken.None);
        return await Serve(new Address(instance.Address, instance.SuperuserConnection, instance.CredentialsFile));
    }

    internal static async Task<int> Bare(string connection)
    {
        await using var app = await BareEndpoints.Start(connection);
        return await Serve(new Address(app.Urls.First(), connection, ""));
    }

    private static async Task<int> Serve(Address address)
    {
        Console.WriteLine(JsonSerializer.Serialize(address));
        await Console.In.ReadToEndAsync();
        return 0;
    }

    internal sealed record Address(string Url, string Superuser, string Credentials);
}

/// <summary>A server started as a child; it ends when its input does.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly Process process;

    private Server(Process process, Processes.Address address) => (this.process, Address) = (process, address);

    internal Processes.Address Address { get; }

    internal int Id => process.Id;

    internal static async Task<Server> Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"«{arguments[0]}» did not start.");
        return new Server(process, JsonSerializer.Deserialize<Processes.Address>(line)!);
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}

/// <summary>Processor time and memory as Linux accounts for them.</summary>
internal static class Accounting
{
    private const double TicksPerSecond = 100;

    /// <summary>The postmaster, found over one of its backends.</summary>
    internal static int Postmaster(string connection)
    {
        using var backend = new NpgsqlConnection(connection);
        backend.Open();
        return Parent(backend.ProcessID);
    }

    /// <summary>Seconds that a process has used.</summary>
    internal static double Seconds(int process) => Stat(process) is { } stat ? (stat[11] + stat[12]) / TicksPerSecond : 0;

    /// <summary>Seconds that a process and its children have used, those that are gone too.</summary>
    internal static double SecondsOfFamily(int parent) =>
        (Stat(parent) is { } own ? (own[11] + own[12] + own[13] + own[14]) / TicksPerSecond : 0)
        + Directory.GetDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0 && Parent(id) == parent).Sum(Seconds);

    /// <summary>The largest resident memory of a process in megabytes.</summary>
    internal static long PeakMegabytes(int process) => File.ReadLines($"/proc/{process}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture) / 1024).First();

    private static int Parent(int process) => (int)(Stat(process)?[1] ?? 0);

    /// <summary>The fields after the command's name; the state, which is no number, is 0.</summary>
    private static long[]? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return [.. text[(text.LastIndexOf(')') + 2)..].Split(' ').Select(field => long.TryParse(field, CultureInfo.InvariantCulture, out var value) ? value : 0)];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
