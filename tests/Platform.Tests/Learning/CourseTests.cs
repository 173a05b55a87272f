using System.Net;
using System.Text.Json.Nodes;
using Platform.Http;

namespace Platform.Tests.Learning;

/// <summary>Operators keep the list of courses.</summary>
public sealed class CourseTests(World world)
{
    [Fact]
    public async Task An_operator_adds_a_course_and_completions_may_name_it_from_then_on()
    {
        var code = $"MOI-{Guid.NewGuid():N}"[..16];
        using var admins = await world.As("operator");
        using var batch = await Batch.Start(world);
        var row = batch.Row(change: r => r["course"] = code);
        Assert.Equal("rejected", Batch.Outcomes(await batch.Push(row)));
        using (var made = await admins.Send(HttpMethod.Post, "/v1/courses", new { code, title = "Khóa mới", audiences = (string[])["Citizens"] }))
            await made.Body(HttpStatusCode.Created);
        await admins.Send(HttpMethod.Post, "/v1/courses", new { code, title = "Khóa mới", audiences = (string[])["Citizens"] }).Problem(Problems.CourseExists);
        await admins.Send(HttpMethod.Post, "/v1/courses", new { code = "có dấu", title = "", audiences = Array.Empty<string>() }).Problem(Problems.Invalid);
        using (var changed = await admins.Send(HttpMethod.Put, $"/v1/courses/{code}", new { title = "Khóa đã đổi tên", audiences = (string[])["Citizens", "Workers"] }))
            await changed.Body(HttpStatusCode.OK);
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken); // unknown codes are looked for once a second
        Assert.Equal("created", Batch.Outcomes(await batch.Push(row)));
        using var anybody = world.Anonymous();
        Assert.Equal("Khóa đã đổi tên", (await anybody.Rows("/v1/courses")).Single(c => c.Text("code") == code).Text("title"));
        await batch.Client.Send(HttpMethod.Post, "/v1/courses", new { code = "X", title = "x", audiences = (string[])["Citizens"] }).Problem(Problems.NotAllowed);
    }

    [Theory]
    [InlineData("insert into courses (code, title, audiences, units) values ('X', 'x', '{}', '{}')", "42501")]
    [InlineData("update courses set title = 'x'", "0 rows")]
    public async Task The_database_lets_nobody_but_operators_write_the_list(string statement, string outcome)
    {
        var vendor = (int)(await world.Everything("select id from accounts where key = 'sample-vendor'"))[0][0]!;
        Assert.Equal(outcome, await world.AsApplication(new() { ["account"] = vendor }, db => db.Outcome(statement)));
        var operatorId = (int)(await world.Everything("select a.id from accounts a join grants g on g.account_id = a.id where g.role = 'Operator' and g.valid_to is null limit 1"))[0][0]!;
        Assert.EndsWith(" rows", await world.AsApplication(new() { ["account"] = operatorId }, db => db.Outcome(statement)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_that_the_operation_does_not_know_is_refused_and_nothing_is_stored()
    {
        using var batch = await Batch.Start(world);
        var refused = await batch.Client.Ask("POST", "/v1/completions?dry_run=true", new JsonArray(batch.Row("hv-1")).ToJsonString());
        Assert.Equal((400, "dry_run"), (refused.Status, refused.Body!["errors"]![0]!["pointer"]!.ToString()));
        Assert.Equal(0, await batch.Learners());
    }
}
