using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;
using Platform.Localities;
using Platform.Tests.Learning;

namespace Platform.Tests.Rollup;

/// <summary>Progress on targets: numerator and denominator first, the percentage last, missing never zero.</summary>
public sealed class ProgressTests(World world)
{
    [Fact]
    public async Task A_target_without_figures_is_missing_and_not_zero()
    {
        using var commune = await Commune.Start(world);
        var progress = await commune.Progress("p");
        Assert.Equal("Missing", progress.Text("status"));
        foreach (var name in (string[])["numerator", "denominator", "percent", "asOf"])
            Assert.Null(progress[name]);
    }

    [Fact]
    public async Task Learners_without_a_declared_population_have_no_percentage()
    {
        using var commune = await Commune.Start(world);
        await commune.Learn(3);
        var progress = await commune.Progress("p");
        Assert.Equal(("Missing", 3m, null, null), (progress.Text("status"), progress.Number("numerator"), progress.Number("denominator"), progress.Number("percent")));
    }

    [Theory]
    [InlineData(3, 4, 75.00, "Behind")]
    [InlineData(4, 5, 80.00, "Reached")]
    [InlineData(2, 3, 66.67, "Behind")]
    [InlineData(6, 4, 150.00, "Reached")] // more than planned is shown as it is
    public async Task Progress_is_learners_who_passed_over_people(int learners, int people, decimal percent, string status)
    {
        using var commune = await Commune.Start(world);
        await commune.Declare(people);
        await commune.Learn(learners);
        var progress = await commune.Progress("p");
        Assert.Equal((learners, people, percent, status), ((int)progress.Number("numerator")!, (int)progress.Number("denominator")!, progress.Number("percent"), progress.Text("status")));
        Assert.Equal((1m, 1m), (progress.Number("membersWithFigures"), progress.Number("members")));
        Assert.NotNull(progress["asOf"]);
    }

    [Fact]
    public async Task A_bound_of_more_than_is_not_reached_by_its_value()
    {
        using var commune = await Commune.Start(world);
        await commune.Declare(2);
        await commune.Learn(1);
        Assert.Equal((50.00m, "Behind"), ((await commune.Progress("over")).Number("percent"), (await commune.Progress("over")).Text("status")));
        await commune.Learn(1);
        Assert.Equal("Reached", (await commune.Progress("over")).Text("status"));
    }

    [Fact]
    public async Task A_learner_who_has_not_passed_does_not_count_towards_a_target()
    {
        using var commune = await Commune.Start(world);
        await commune.Declare(10);
        await commune.Learn(2);
        await commune.Learn(3, passed: false);
        Assert.Equal(2, (await commune.Progress("p")).Number("numerator"));
    }

    [Fact]
    public async Task Learners_of_another_audience_do_not_count_towards_a_target()
    {
        using var commune = await Commune.Start(world);
        await commune.Declare(10);
        await commune.Learn(2);
        await commune.Learn(5, audience: "Workers");
        Assert.Equal(2, (await commune.Progress("p")).Number("numerator"));
    }

    [Fact]
    public async Task The_latest_reported_figure_by_date_counts_whatever_came_last()
    {
        using var commune = await Commune.Start(world);
        await commune.Report("r", "2026-05-15T00:00:00+07:00", 40, 100);
        await commune.Report("r", "2026-03-15T00:00:00+07:00", 90, 100);
        var progress = await commune.Progress("r");
        Assert.Equal((40m, 100m, 40.00m, "Behind"), (progress.Number("numerator"), progress.Number("denominator"), progress.Number("percent"), progress.Text("status")));
        await commune.Report("r", "2026-05-15T00:00:00+07:00", 60, 100);
        Assert.Equal(60m, (await commune.Progress("r")).Number("percent"));
    }

    [Fact]
    public async Task A_count_has_no_percentage_and_is_compared_as_it_is()
    {
        using var commune = await Commune.Start(world);
        await commune.Report("c", "2026-05-15T00:00:00+07:00", 1, null);
        Assert.Equal("Behind", (await commune.Progress("c")).Text("status"));
        await commune.Report("c", "2026-05-16T00:00:00+07:00", 2, null);
        var progress = await commune.Progress("c");
        Assert.Equal((2m, null, null, "Reached"), (progress.Number("numerator"), progress.Number("denominator"), progress.Number("percent"), progress.Text("status")));
    }

    [Fact]
    public async Task A_reported_zero_is_a_figure()
    {
        using var commune = await Commune.Start(world);
        await commune.Report("r", "2026-05-15T00:00:00+07:00", 0, 100);
        Assert.Equal((0m, 0.00m, "Behind"), ((await commune.Progress("r")).Number("numerator"), (await commune.Progress("r")).Number("percent"), (await commune.Progress("r")).Text("status")));
    }

    [Fact]
    public async Task Figures_are_refused_where_completions_count_in_the_future_and_without_sense()
    {
        using var commune = await Commune.Start(world);
        var past = "2026-05-15T00:00:00+07:00";
        await commune.Send("p", new { asOf = past, numerator = 1 }).Problem(Problems.NotReported);
        Assert.Equal("/asOf", (await commune.Send("r", new { asOf = "2099-01-01T00:00:00Z", numerator = 1 }).Problem(Problems.Invalid))["errors"]![0]!["pointer"]!.GetValue<string>());
        await commune.Send("r", new { asOf = "2026-05-15T00:00:00", numerator = 1 }).Problem(Problems.Invalid);
        await commune.Send("r", new { asOf = past, numerator = -1 }).Problem(Problems.Invalid);
        await commune.Send("r", new { asOf = past, numerator = 1, denominator = -1 }).Problem(Problems.Invalid);
        await commune.Send("r", new { asOf = past }).Problem(Problems.Invalid);
        await commune.Send("r", new { numerator = 1 }).Problem(Problems.Invalid);
        Assert.Equal("Missing", (await commune.Progress("r")).Text("status"));
    }

    [Theory]
    [InlineData("""[{"year":2026,"people":1,"source":"x"}]""", "/0/code")]
    [InlineData("""[{"code":"Adults","people":1,"source":"x"}]""", "/0/year")]
    [InlineData("""[{"code":"Adults","year":1999,"people":1,"source":"x"}]""", "/0/year")]
    [InlineData("""[{"code":"Adults","year":2026,"people":-1,"source":"x"}]""", "/0/people")]
    [InlineData("""[{"code":"Adults","year":2026,"people":1}]""", "/0/source")]
    public async Task A_population_at_fault_is_refused_and_none_of_the_call_is_kept(string body, string pointer)
    {
        using var commune = await Commune.Start(world);
        var good = """{"code":"Workers","year":2026,"people":7,"source":"Công an xã"}""";
        var problem = await commune.Admin.Send(HttpMethod.Put, $"/v1/localities/{commune.Code}/populations", $"{body[..^1]},{good}]").Problem(Problems.Invalid);
        Assert.Equal(pointer, problem["errors"]![0]!["pointer"]!.GetValue<string>());
        Assert.Empty(await commune.Admin.Rows($"/v1/localities/{commune.Code}/populations"));
    }

    [Fact]
    public async Task A_population_declared_again_is_replaced_and_others_stay()
    {
        using var commune = await Commune.Start(world);
        await commune.Declare(10);
        await commune.Declare(12);
        await commune.Declare(5, "Workers");
        Assert.Equal(["Adults 12", "Workers 5"], (await commune.Admin.Rows($"/v1/localities/{commune.Code}/populations")).Select(p => $"{p.Text("code")} {p.Text("people")}"));
    }

    [Fact]
    public async Task A_draft_has_no_progress()
    {
        using var commune = await Commune.Start(world, issue: false);
        Assert.Empty(await commune.Admin.Rows($"/v1/localities/{commune.Code}/progress"));
    }
}

/// <summary>A commune of a test's own with an issued plan: targets p and over (completions), r and c (reported).</summary>
internal sealed class Commune(World world, LocalityEntry locality, HttpClient admin) : IDisposable
{
    internal string Code => locality.Code;

    internal HttpClient Admin => admin;

    internal static async Task<Commune> Start(World world, bool issue = true, LocalityEntry? locality = null)
    {
        locality ??= await world.FreshCommune();
        var admin = await world.NewClient(locality.Level == LocalityLevel.Commune ? Role.CommuneAdmin : Role.ProvinceManager, locality.Code);
        var commune = new Commune(world, locality, admin);
        using var made = await admin.Send(HttpMethod.Post, $"/v1/localities/{locality.Code}/plans", new
        {
            title = "Kế hoạch thử",
            fromYear = 2026,
            toYear = 2026,
            tasks = new[] { new { number = "1", title = "Truyền thông" } },
            targets = new object[] { Target("p", "≥", 80, "Percent", "Completions"), Target("over", ">", 50, "Percent", "Completions"), Target("r", "=", 50, "Percent", "Reported"), Target("c", "≥", 2, "Count", "Reported") },
        });
        var plan = (await made.Body(HttpStatusCode.Created)).Text("id");
        if (issue)
            using (var issued = await admin.Send(HttpMethod.Post, $"/v1/localities/{locality.Code}/plans/{plan}/issuance", new { number = "1/KH" }))
                await issued.Body(HttpStatusCode.OK);
        return commune;
    }

    private static object Target(string number, string bound, int value, string unit, string source) =>
        new { number, year = 2026, audience = "Citizens", title = $"Chỉ tiêu {number}", measure = "DigitalSkills", bound, value, unit, source, population = unit == "Percent" ? "Adults" : null };

    internal async Task<JsonObject> Progress(string target) =>
        (await admin.Rows($"/v1/localities/{locality.Code}/progress")).Single(p => p.Text("number") == target);

    internal async Task<HttpResponseMessage> Send(string target, object figure) =>
        await admin.Send(HttpMethod.Post, $"/v1/localities/{locality.Code}/targets/{(await Progress(target)).Text("targetId")}/figures", figure);

    internal async Task Report(string target, string asOf, long numerator, long? denominator)
    {
        using var sent = await Send(target, new { asOf, numerator, denominator });
        await sent.Body(HttpStatusCode.OK);
    }

    internal async Task Declare(int people, string code = "Adults")
    {
        using var sent = await admin.Send(HttpMethod.Put, $"/v1/localities/{locality.Code}/populations", new[] { new { code, year = 2026, people, source = "Công an xã" } });
        await sent.Body(HttpStatusCode.OK);
    }

    internal async Task Learn(int learners, bool passed = true, string audience = "Citizens", string? at = null)
    {
        using var batch = new Batch(world, await world.NewClient(Role.Vendor, at ?? locality.Code), at ?? locality.Code);
        await batch.Store([.. Enumerable.Range(0, learners).Select(_ => batch.Row(change: r => (r["passed"], r["audience"]) = (passed, audience)))]);
    }

    public void Dispose() => admin.Dispose();
}
