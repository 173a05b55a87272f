using System.Text.Json.Nodes;

namespace Platform.Tests.Assignments;

/// <summary>The assignment matrix as JSON: read as a whole, replaced as a whole, its difference shown first.</summary>
public sealed class MatrixTests(World world)
{
    private const string Commune = "00283";

    [Fact]
    public async Task The_matrix_is_tasks_by_agencies_with_roles()
    {
        using var client = await world.AdminOf(Commune);
        var (plan, at) = await Matrix(client);
        var answer = await client.Ask("GET", at);
        Assert.Equal((200, "\"1\"", plan["id"]!.ToString()), (answer.Status, answer.ETag, answer.Body!["planId"]!.ToString()));
        Assert.Equal(["cong-an-xa", "doan-thanh-nien", "phong-van-hoa"], answer.Body["agencies"]!.AsArray().Select(a => a!["key"]!.ToString()));
        Assert.Equal(
            [
                """1 heading {}""", """1.1 {"cong-an-xa":["Coordinate"],"phong-van-hoa":["Lead"]}""", """1.2 shared {"cong-an-xa":["Lead"],"doan-thanh-nien":["Lead"]}""",
            ], Rows(answer.Body));
    }

    [Fact]
    public async Task The_matrix_of_Thai_Nguyen_shows_who_leads_by_reference()
    {
        using var client = await world.As("thaiNguyenViewer");
        var plan = await world.SampleDocument("19");
        var matrix = (await client.Ask("GET", $"{Drafts.At(plan)}/assignment-matrix")).Body!;
        Assert.Equal((83, 25 - 2), (matrix["rows"]!.AsArray().Count, matrix["agencies"]!.AsArray().Count)); // two bodies only receive reports
        Assert.Equal(
            ["4.1", "4.2", "6.4"],
            matrix["rows"]!.AsArray().Where(r => !r!["task"]!.ToString().StartsWith("VI", StringComparison.Ordinal) && r["roles"]!["cong-an-tinh"] is not null)
                .Select(r => r!["task"]!.ToString()));
    }

    [Fact]
    public async Task A_dry_run_shows_the_exact_difference_and_changes_nothing()
    {
        using var client = await world.AdminOf(Commune);
        var (_, at) = await Matrix(client);
        var before = await client.Ask("GET", at);
        var dry = await client.Ask("PUT", $"{at}?dryRun=true", Wanted());
        Assert.Equal(
            """
            {"applied":false,"added":[{"task":"1","agency":"phong-van-hoa","role":"Supervise"},{"task":"1.1","agency":"cong-an-xa","role":"Lead"}],"removed":[{"task":"1.1","agency":"cong-an-xa","role":"Coordinate"},{"task":"1.1","agency":"phong-van-hoa","role":"Lead"},{"task":"1.2","agency":"cong-an-xa","role":"Lead"},{"task":"1.2","agency":"doan-thanh-nien","role":"Lead"}],"unchanged":0}
            """, dry.Body!.ToJsonString());
        var after = await client.Ask("GET", at);
        Assert.Equal((before.Body!.ToJsonString(), before.ETag), (after.Body!.ToJsonString(), after.ETag));
    }

    [Fact]
    public async Task Replacing_does_what_the_dry_run_showed_and_then_nothing_is_left_to_do()
    {
        using var client = await world.AdminOf(Commune);
        var (_, at) = await Matrix(client);
        var dry = (await client.Ask("PUT", $"{at}?dryRun=true", Wanted())).Body!;
        var done = await client.Ask("PUT", at, Wanted(), "\"1\"");
        Assert.Equal((200, "\"2\""), (done.Status, done.ETag));
        Assert.Equal(dry.With("applied", true).ToJsonString(), done.Body!.ToJsonString());
        Assert.Equal(
            ["""1 heading {"phong-van-hoa":["Supervise"]}""", """1.1 {"cong-an-xa":["Lead"]}""", "1.2 shared {}"], Rows((await client.Ask("GET", at)).Body!));
        var again = await client.Ask("PUT", at, Wanted());
        Assert.Equal(("""{"applied":true,"added":[],"removed":[],"unchanged":2}""", "\"2\""), (again.Body!.ToJsonString(), again.ETag));
    }

    [Fact]
    public async Task What_is_kept_keeps_the_place_in_the_document_that_gives_it()
    {
        using var client = await world.AdminOf(Commune);
        var (plan, at) = await Matrix(client);
        var change = await client.Ask("PUT", at, Sent(("1.1", """{"phong-van-hoa":["Lead"]}""")));
        Assert.Equal(1, (int)change.Body!["unchanged"]!);
        var kept = (await client.Ask("GET", Drafts.At(plan))).Body!["tasks"]![1]!["assignments"]!.AsArray();
        Assert.Equal("""{"agency":"phong-van-hoa","role":"Lead","source":"V.1"}""", Assert.Single(kept)!.ToJsonString());
    }

    [Fact]
    public async Task A_second_lead_is_refused_unless_the_document_shares_it()
    {
        using var client = await world.AdminOf(Commune);
        var (_, at) = await Matrix(client);
        var answer = await client.Ask("PUT", at, Sent(("1.1", """{"cong-an-xa":["Lead"],"phong-van-hoa":["Lead"]}""")));
        answer.Refused(422, "PLT-1002");
        Assert.Equal(["/rows/0/roles PLT-4001"], answer.Faults);
        Assert.Equal(200, (await client.Ask("PUT", at, Sent(("1.2", """{"cong-an-xa":["Lead"],"phong-van-hoa":["Lead"]}""")))).Status);
    }

    [Fact]
    public async Task Unknown_tasks_agencies_and_repeated_rows_are_named_and_nothing_changes()
    {
        using var client = await world.AdminOf(Commune);
        var (_, at) = await Matrix(client);
        foreach (var query in (string[])["", "?dryRun=true"])
        {
            var answer = await client.Ask("PUT", at + query, Sent(("1.1", """{"so-tai-chinh":["Lead"]}"""), ("7", "{}"), ("1.2", "{}"), ("1.2", "{}")));
            answer.Refused(422, "PLT-1002");
            Assert.Equal(["/rows/0/roles/0/agency PLT-4003", "/rows/1/task PLT-4004", "/rows/3/task PLT-1206"], answer.Faults);
        }

        Assert.Equal("\"1\"", (await client.Ask("GET", at)).ETag);
    }

    [Theory]
    [InlineData("{}", 422)]
    [InlineData("""{"rows":null}""", 422)]
    [InlineData("""{"rows":[null]}""", 422)]
    [InlineData("""{"rows":[{}]}""", 422)]
    [InlineData("""{"rows":[{"task":"1.1","roles":{"cong-an-xa":["Boss"]}}]}""", 422)]
    [InlineData("""{"rows":[{"task":"1.1","roles":{"cong-an-xa":"Lead"}}]}""", 422)]
    [InlineData("""{"rows":[""", 400)]
    [InlineData("null", 422)]
    public async Task A_matrix_of_the_wrong_shape_is_refused_and_never_empties_the_plan(string body, int status)
    {
        using var client = await world.AdminOf(Commune);
        var (plan, at) = await Matrix(client);
        Assert.Equal(status, (await client.Ask("PUT", at, body)).Status);
        Assert.Equal("\"1\"", (await client.Ask("GET", Drafts.At(plan))).ETag);
    }

    [Fact]
    public async Task Rows_without_roles_take_the_assignments_away()
    {
        using var client = await world.AdminOf(Commune);
        var (_, at) = await Matrix(client);
        var answer = await client.Ask("PUT", at, """{"rows":[{"task":"1.1"},{"task":"1.2","roles":{"cong-an-xa":null}}]}""");
        Assert.Equal((200, 4, 0), (answer.Status, answer.Body!["removed"]!.AsArray().Count, (int)answer.Body["unchanged"]!));
    }

    [Fact]
    public async Task Who_works_in_an_issued_plan_may_change_but_not_in_an_amended_or_closed_one()
    {
        using var client = await world.AdminOf(Commune);
        var plan = await client.IssuedPlan(Commune);
        var at = $"{Drafts.At(plan)}/assignment-matrix";
        Assert.Equal(200, (await client.Ask("PUT", at, Wanted())).Status);
        Assert.Equal(200, (await client.Ask("POST", $"{Drafts.At(plan)}/closure")).Status);
        (await client.Ask("PUT", at, Sent())).Refused(409, "PLT-3003");
        Assert.Equal(200, (await client.Ask("GET", at)).Status);
    }

    [Fact]
    public async Task An_older_revision_is_refused()
    {
        using var client = await world.AdminOf(Commune);
        var (_, at) = await Matrix(client);
        Assert.Equal(200, (await client.Ask("PUT", at, Wanted(), "\"1\"")).Status);
        (await client.Ask("PUT", at, Sent(), "\"1\"")).Refused(412, "PLT-1007");
        (await client.Ask("PUT", $"{at}?dryRun=true", Sent(), "\"1\"")).Refused(412, "PLT-1007");
        Assert.Equal("""1.1 {"cong-an-xa":["Lead"]}""", Rows((await client.Ask("GET", at)).Body!)[1]);
    }

    [Fact]
    public async Task A_plan_of_another_locality_has_no_matrix_here()
    {
        using var client = await world.AdminOf(Commune);
        var foreign = (await world.SampleDocument("05953"))["id"];
        foreach (var id in (string[])[$"{foreign}", $"{Guid.NewGuid()}"])
        {
            (await client.Ask("GET", $"/v1/localities/{Commune}/plans/{id}/assignment-matrix")).Refused(404, "PLT-3001");
            (await client.Ask("PUT", $"/v1/localities/{Commune}/plans/{id}/assignment-matrix", Sent())).Refused(404, "PLT-3001");
        }

        (await client.Ask("GET", $"/v1/localities/05953/plans/{foreign}/assignment-matrix")).Refused(404, "PLT-2001");
    }

    private static async Task<(JsonNode Plan, string At)> Matrix(HttpClient client)
    {
        var plan = await client.Draft(Commune);
        return (plan, $"{Drafts.At(plan)}/assignment-matrix");
    }

    private static JsonObject Wanted() => Sent(("1", """{"phong-van-hoa":["Supervise"]}"""), ("1.1", """{"cong-an-xa":["Lead","Lead"]}"""));

    private static JsonObject Sent(params (string Task, string Roles)[] rows) => new()
    {
        ["rows"] = new JsonArray([.. rows.Select(r => new JsonObject { ["task"] = r.Task, ["roles"] = JsonNode.Parse(r.Roles) })]),
    };

    private static List<string> Rows(JsonNode matrix) => [.. matrix["rows"]!.AsArray().Select(r =>
        $"{r!["task"]} {((bool)r["isHeading"]! ? "heading " : "")}{((bool)r["sharedLead"]! ? "shared " : "")}{r["roles"]!.ToJsonString()}")];
}
