using System.Diagnostics;
using System.Globalization;

namespace Platform.Load;

/// <summary>One of the two that are compared, and what its rounds have cost so far.</summary>
internal sealed class Side(Server server, int postmaster, string? token, string[] paths)
{
    internal const int Clients = 8;

    private readonly List<double> rates = [], costs = [], inServer = [];

    internal double Rate => Median(rates);

    internal double Processor => Median(costs);

    internal string Milliseconds => string.Create(CultureInfo.InvariantCulture, $"{Processor,6:N3} ({Median(inServer):N3} + {Processor - Median(inServer):N3})");

    internal async Task Round(double seconds, bool isWarmUp = false)
    {
        var (before, database) = (Accounting.Seconds(server.Id), Accounting.SecondsOfFamily(postmaster));
        var started = Stopwatch.GetTimestamp();
        var end = started + (long)(seconds * Stopwatch.Frequency);
        var done = (await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Factory.StartNew(() => Ask(number, end), TaskCreationOptions.LongRunning)))).Sum();
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (isWarmUp)
            return;
        var (own, databases) = (Accounting.Seconds(server.Id) - before, Accounting.SecondsOfFamily(postmaster) - database);
        rates.Add(done / elapsed);
        costs.Add((own + databases) * 1000 / done);
        inServer.Add(own * 1000 / done);
    }

    private int Ask(int number, long end)
    {
        using var client = new Client(new Uri(server.Address.Url), token);
        var requests = paths.Select(client.Request).ToArray();
        var done = 0;
        for (; Stopwatch.GetTimestamp() < end; done++)
            client.Ask(requests[((number * 7) + done) % requests.Length]);
        return done;
    }

    private static double Median(List<double> figures) => figures.Order().ElementAt(figures.Count / 2);
}
