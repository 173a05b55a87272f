using System.Net;
using Platform.Plans;
using Platform.Tests.Faults;

namespace Platform.Tests.Confirmations;

/// <summary>What is left of judging everybody again when its server dies; on a database of the test's own.</summary>
public sealed class RecomputationFaultTests(Site site) : IClassFixture<Site>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_killed_while_they_judge_everybody_again_leave_nobody_out_and_nobody_counted_twice()
    {
        var (path, judged) = ("", 0m);
        for (var kill = 0; kill < 3; kill++)
        {
            var (server, address) = await site.Serve(("Confirmations__ChunkLearners", "5"), ("Confirmations__LeaseSeconds", "2"));
            using (server)
            using (var operators = await site.As(address, "operator"))
            {
                if (kill == 0)
                {
                    using var made = await operators.Send(HttpMethod.Post, "/v1/framework-rules", RuleTests.Rule("Citizens", ["DigitalSafety", "DataProtection"], 70).ToJsonString());
                    path = $"/v1/framework-rules/{(await made.Body(HttpStatusCode.Created)).Text("id")}/recomputation";
                }

                var before = judged;
                while (await operators.Read(path) is var now && (judged = now.Number("done")!.Value) < before + 50)
                {
                    Assert.Equal("Running", now.Text("state"));
                    await Task.Delay(20, Cancellation);
                }

                if (kill == 0) // one who lies behind is to be judged again, as happens to whose traces were removed meanwhile
                    await site.Everything($"update learners set judged_by = 0 where id = (select id from learners where audience = {(int)Audience.Citizens} order by id limit 1)");
                server.Signal("KILL");
                await server.Ended();
            }
        }

        var (last, survivor) = await site.Serve(("Confirmations__ChunkLearners", "100"), ("Confirmations__LeaseSeconds", "2"));
        using var ending = last;
        using var client = await site.As(survivor, "operator");
        var work = await client.Read(path);
        Assert.True(work.Number("done") >= judged);
        while ((work = await client.Read(path)).Text("state") != "Done")
            await Task.Delay(20, Cancellation);
        Assert.True(work.Number("done") == work.Number("total") && work.Number("total") > judged);
        await site.Verify();
    }
}
