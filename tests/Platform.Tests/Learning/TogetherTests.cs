using System.Text.Json.Nodes;

namespace Platform.Tests.Learning;

/// <summary>Few rows of one client that arrive at once are stored in one transaction; nobody can tell from the answers.</summary>
public sealed class TogetherTests(World world)
{
    [Fact]
    public async Task Rows_that_come_one_by_one_at_once_are_each_answered_as_if_alone()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var batch = await Batch.Start(world);
        var stored = batch.Row("known");
        await batch.Store(stored);
        var known = stored.ToJsonString();
        await Parallel.ForEachAsync(Enumerable.Range(0, 240), new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = cancellation }, async (n, _) =>
        {
            var (row, outcome) = (n % 4) switch
            {
                0 => (JsonNode.Parse(known)!.AsObject(), "duplicate"),
                1 => (batch.Row(change: r => r["course"] = "KHONG-CO"), "rejected"),
                2 => (JsonNode.Parse(known.Replace("\"score\":85", "\"score\":12", StringComparison.Ordinal))!.AsObject(), "conflict"),
                _ => (batch.Row($"l{n % 20}"), "created"),
            };
            var answer = await batch.Push(row);
            Assert.Equal(outcome, Batch.Outcomes(answer));
            var only = answer["results"]![0]!.AsObject();
            Assert.Equal((0m, row.Text("id")), (only.Number("index")!.Value, only.Text("id")));
            if (outcome is "duplicate" or "created")
            {
                Assert.Null(answer["rejectedRows"]);
                return;
            }

            var rejected = await batch.Client.GetStringAsync(new Uri(answer.Text("rejectedRows")!, UriKind.Relative), cancellation);
            Assert.Equal(row.Text("id"), Assert.Single(JsonNode.Parse(rejected)!.AsArray())!.AsObject().Text("id"));
        });
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 61/6/61"], await batch.Figures());
    }
}
