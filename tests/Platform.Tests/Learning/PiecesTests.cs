using System.Net;
using System.Text.Json.Nodes;
using Platform.Http;

namespace Platform.Tests.Learning;

/// <summary>A vendor that sends much beside others has its batches stored in pieces; it is answered as any other.</summary>
public sealed class PiecesTests(World world)
{
    private const int Piece = 125;

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/csv")]
    public async Task A_batch_that_is_stored_in_pieces_is_answered_as_a_whole(string type)
    {
        using var heavy = await Batch.Start(world);
        using var light = await heavy.OtherVendor();
        await BeHeavy(heavy, light);
        var ids = Enumerable.Range(0, 2_000).Select(i => i == 1_100 ? "p-3" : $"p-{i}").ToList();
        using var sent = type == "text/csv"
            ? await heavy.Client.Post("/v1/completions", type, "id,learner.id,locality,course,audience,completedAt\n" + string.Concat(ids.Select((id, i) => $"{id},hv-{id},{heavy.Commune},{(i == 700 ? "KHONG-CO" : "KNS-CD-01")},Citizens,01/03/2026\n")))
            : await heavy.Client.Send(HttpMethod.Post, "/v1/completions", Json(heavy, ids));
        var answer = await sent.Body(HttpStatusCode.OK);
        Assert.Equal((1_998m, 1m, 1m), (answer.Number("created"), answer.Number("duplicates"), answer.Number("rejected")));
        var rows = answer["results"]!.AsArray();
        Assert.Equal(ids.Select((id, i) => (i, id)), rows.Select(r => ((int)r!["index"]!, r["id"]!.ToString())));
        Assert.Equal(("rejected", "/700/course", "duplicate"), (rows[700]!["outcome"]!.ToString(), rows[700]!["problems"]![0]!["pointer"]!.ToString(), rows[1_100]!["outcome"]!.ToString()));
        var kept = await heavy.Client.GetStringAsync(new Uri(answer.Text("rejectedRows")!, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("p-700", kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{},,{}]", "PLT-1001")]
    [InlineData("[%ROWS%,7", "PLT-1001")]
    [InlineData("[%ROWS%]}", "PLT-1001")]
    [InlineData("{}", "PLT-5001")]
    public async Task What_is_wrong_with_the_whole_refuses_it_before_any_of_it_is_stored(string body, string code)
    {
        using var heavy = await Batch.Start(world);
        using var light = await heavy.OtherVendor();
        await BeHeavy(heavy, light);
        using var sent = await heavy.Client.Send(HttpMethod.Post, "/v1/completions", body.Replace("%ROWS%", Json(heavy, [.. Enumerable.Range(0, 600).Select(i => $"w-{i}")]).Trim('[', ']'), StringComparison.Ordinal));
        Assert.Contains(code, await sent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain(await heavy.Client.Rows("/v1/completions?limit=1000&after=v"), c => c.Text("id")!.StartsWith("w-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ten_thousand_rows_are_the_most_here_too_and_two_thousand_of_a_whole()
    {
        using var heavy = await Batch.Start(world);
        using var light = await heavy.OtherVendor();
        await BeHeavy(heavy, light);
        await heavy.Client.Send(HttpMethod.Post, "/v1/completions", $"[{string.Join(',', Enumerable.Repeat("{\"id\":\"\"}", 10_001))}]").Problem(Problems.BatchTooLong);
        await heavy.Client.Post("/v1/completions", "text/csv", "id,learner.id,locality,course,audience,completedAt\n" + string.Concat(Enumerable.Repeat("x,,,,,KNS-CD-01\n", 10_001))).Problem(Problems.BatchTooLong);
        await heavy.Client.Send(HttpMethod.Post, "/v1/completions?atomic=true", $"[{string.Join(',', Enumerable.Repeat("{\"id\":\"\"}", 2_001))}]").Problem(Problems.WholeTooLong);
    }

    [Fact]
    public async Task A_stream_is_stored_in_pieces_too_while_others_send_less()
    {
        using var heavy = await Batch.Start(world);
        using var light = await heavy.OtherVendor();
        // How much of a stream has come when a part is read is for the network to say, and who was at work a while ago is no more.
        Assert.True(await Any(5, async () => await LargestPart(heavy) > Piece));
        Assert.True(await Any(5, async () =>
        {
            await BeHeavy(heavy, light);
            return await LargestPart(heavy) <= Piece;
        }));
    }

    [Fact]
    public async Task An_atomic_batch_beside_others_is_stored_corrected_and_refused_as_a_whole()
    {
        using var heavy = await Batch.Start(world);
        using var light = await heavy.OtherVendor();
        var rows = Enumerable.Range(0, 600).Select(i => heavy.Row($"at-{i / 2}")).ToArray();
        await BeHeavy(heavy, light);
        Assert.Equal(600m, (await heavy.Push("?dryRun=true", rows)).Number("created"));
        Assert.Empty(await heavy.Figures());
        Assert.Equal(600m, (await heavy.Push("?atomic=true", rows)).Number("created"));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 600/300/600"], await heavy.Figures());

        await BeHeavy(heavy, light);
        var corrected = rows.Select(r => (JsonObject)r.DeepClone()).ToArray();
        foreach (var row in corrected)
            (row["revision"], row["passed"], row["reason"]) = (2, false, "nhập sai");
        var broken = corrected.Select(r => r.DeepClone()).ToArray();
        broken[^1]["course"] = "KHONG-CO";
        var refused = await heavy.Push("?atomic=true", broken);
        Assert.Equal((599m, 1m, 0m), (refused.Number("withheld"), refused.Number("rejected"), refused.Number("corrected")));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 600/300/600"], await heavy.Figures());
        Assert.Equal(600m, (await heavy.Push("?atomic=true", corrected)).Number("corrected"));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 600/300/0"], await heavy.Figures());
    }

    private static async Task<bool> Any(int tries, Func<Task<bool>> isSo)
    {
        for (; tries > 0; tries--)
            if (await isSo())
                return true;
        return false;
    }

    private static async Task<decimal> LargestPart(Batch batch)
    {
        var answer = await batch.Client.Stream(Sending.Lines([.. Enumerable.Range(0, 1_500).Select(_ => batch.Row())]));
        Assert.Equal(1_500m, answer.Summary!.Number("created"));
        var after = answer.Progress.Select(p => p.Number("rows")!.Value).Prepend(0).ToList();
        return after.Zip(after.Skip(1), (before, now) => now - before).Max();
    }

    // Rows that are refused cost nothing to store, and are counted as use all the same.
    private static async Task BeHeavy(Batch heavy, Batch light)
    {
        for (var i = 0; i < 3; i++)
            using (var much = await heavy.Client.Send(HttpMethod.Post, "/v1/completions", $"[{string.Join(',', Enumerable.Repeat("{}", 9_000))}]"))
                await much.Body(HttpStatusCode.OK);
        await light.Push(7);
    }

    private static string Json(Batch batch, List<string> ids) => new JsonArray([.. ids.Select((id, i) => batch.Row(change: r =>
    {
        (r["id"], r["learner"]!["id"]) = (id, $"hv-{id}");
        r["course"] = i == 700 ? "KHONG-CO" : "KNS-CD-01";
    }))]).ToJsonString();
}
