using System.Globalization;
using System.Net;

namespace Platform.Tests.Analytics;

/// <summary>No URL that the grammar allows gives a failure of the server on the real database.</summary>
public sealed class UrlGrammarTests(World world)
{
    private const int Requests = 240;

    /// <summary>Set ODATA_SEED to look elsewhere.</summary>
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("ODATA_SEED") ?? "20260420", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Questions_made_at_random_are_answered_or_refused_by_name()
    {
        using var client = await world.As("thaiNguyenViewer");
        var grammar = new UrlGrammar(new Random(Seed));
        var urls = Enumerable.Range(0, Requests).Select(_ => grammar.Url()).ToList();
        var (failures, answered) = (new List<string>(), 0);
        await Parallel.ForEachAsync(urls, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (url, cancel) =>
        {
            using var answer = await client.GetAsync(new Uri("/odata/" + url, UriKind.Relative), cancel);
            if (answer.StatusCode == HttpStatusCode.OK)
                Interlocked.Increment(ref answered);
            else if ((int)answer.StatusCode is >= 500 and not 501)
                lock (failures)
                    failures.Add($"{(int)answer.StatusCode} {url}");
        });
        Assert.True(failures.Count == 0, $"seed {Seed}:\n{string.Join('\n', failures)}");
        Assert.True(answered > Requests / 2, $"seed {Seed}: only {answered} of {Requests} were answered");
    }
}
