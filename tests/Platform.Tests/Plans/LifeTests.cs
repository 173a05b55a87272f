using System.Text.Json.Nodes;
using Npgsql;

namespace Platform.Tests.Plans;

/// <summary>draft → issued → amended → closed, and what each state refuses.</summary>
public sealed class LifeTests(World world)
{
    private const string Commune = "00199";

    [Fact]
    public async Task Number_and_day_can_be_given_when_the_plan_is_issued()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune, Drafts.Document().With("number", null).With("issuedOn", null));
        var issued = await client.Ask("POST", $"{Drafts.At(draft)}/issuance", JsonNode.Parse("""{"number":"12/KH-UBND","issuedOn":"2027-02-03","signer":"Trần Thị B"}"""));
        Assert.Equal(
            (200, "Issued", "12/KH-UBND", "2027-02-03", "Trần Thị B", "Chủ tịch", "\"2\""),
            (issued.Status, issued.Body!["status"]!.ToString(), issued.Body["number"]!.ToString(), issued.Body["issuedOn"]!.ToString(), issued.Body["signer"]!.ToString(),
                issued.Body["signerPosition"]!.ToString(), issued.ETag));
    }

    [Fact]
    public async Task What_issuing_leaves_out_stays_as_drafted()
    {
        using var client = await world.AdminOf(Commune);
        var issued = await client.IssuedPlan(Commune);
        Assert.Equal(("7/KH-UBND", "2027-01-15"), (issued["number"]!.ToString(), issued["issuedOn"]!.ToString()));
    }

    [Fact]
    public async Task An_issued_plan_cannot_be_edited_in_any_way()
    {
        using var client = await world.AdminOf(Commune);
        var plan = await client.IssuedPlan(Commune);
        var (at, document) = (Drafts.At(plan), Drafts.Document());
        var (target, task) = (plan["targets"]![0]!["id"], plan["tasks"]![1]!["id"]);
        foreach (var (method, path, body) in (IEnumerable<(string, string, JsonNode?)>)
        [
            ("PUT", at, document), ("DELETE", at, null), ("POST", $"{at}/issuance", new JsonObject()),
            ("POST", $"{at}/targets", document["targets"]![0]), ("PUT", $"{at}/targets/{target}", document["targets"]![0]), ("DELETE", $"{at}/targets/{target}", null),
            ("POST", $"{at}/tasks", document["tasks"]![0]), ("PUT", $"{at}/tasks/{task}", document["tasks"]![1]), ("DELETE", $"{at}/tasks/{task}", null),
        ])
            (await client.Ask(method, path, body)).Refused(409, "PLT-3002");
        Assert.True(JsonNode.DeepEquals(plan, (await client.Ask("GET", at)).Body));
    }

    [Fact]
    public async Task Issuing_an_amendment_makes_the_version_before_it_amended()
    {
        using var client = await world.AdminOf(Commune);
        var first = await client.IssuedPlan(Commune);
        var made = await client.Ask("POST", $"{Drafts.At(first)}/amendments");
        var second = made.Body!;
        Assert.Equal((201, Drafts.At(second)), (made.Status, made.Location!.ToString()));
        Assert.Equal(
            ("Draft", 2, first["id"]!.ToString(), null, null),
            (second["status"]!.ToString(), (int)second["version"]!, second["amends"]!.ToString(), second["number"], second["issuedOn"]));
        var (before, after) = (DraftTests.Content(first), DraftTests.Content(second));
        foreach (var given in (string[])["number", "issuedOn", "issuedText"])
            before[given] = after[given] = null;
        Assert.True(JsonNode.DeepEquals(before, after));

        Assert.Equal(200, (await client.Ask("PUT", Drafts.At(second), Drafts.Document("Bản sửa đổi"))).Status);
        Assert.Equal("Issued", (await client.Ask("GET", Drafts.At(first))).Body!["status"]!.ToString());
        Assert.Equal("Issued", (await client.Ask("POST", $"{Drafts.At(second)}/issuance", JsonNode.Parse("""{"number":"8/KH-UBND"}"""))).Body!["status"]!.ToString());
        var amended = (await client.Ask("GET", Drafts.At(first))).Body!;
        Assert.Equal(("Amended", first["title"]!.ToString()), (amended["status"]!.ToString(), amended["title"]!.ToString()));
        (await client.Ask("POST", $"{Drafts.At(first)}/amendments")).Refused(409, "PLT-3003");
        (await client.Ask("POST", $"{Drafts.At(first)}/closure")).Refused(409, "PLT-3003");
    }

    [Fact]
    public async Task A_plan_has_one_amendment_in_the_making()
    {
        using var client = await world.AdminOf(Commune);
        var plan = await client.IssuedPlan(Commune);
        var amendment = (await client.Ask("POST", $"{Drafts.At(plan)}/amendments")).Body!;
        (await client.Ask("POST", $"{Drafts.At(plan)}/amendments")).Refused(409, "PLT-3003");
        Assert.Equal(204, (await client.Ask("DELETE", Drafts.At(amendment))).Status);
        Assert.Equal(201, (await client.Ask("POST", $"{Drafts.At(plan)}/amendments")).Status);
    }

    [Fact]
    public async Task A_draft_can_neither_be_amended_nor_closed()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        (await client.Ask("POST", $"{Drafts.At(draft)}/amendments")).Refused(409, "PLT-3003");
        (await client.Ask("POST", $"{Drafts.At(draft)}/closure")).Refused(409, "PLT-3003");
    }

    [Fact]
    public async Task A_closed_plan_stays_closed()
    {
        using var client = await world.AdminOf(Commune);
        var plan = await client.IssuedPlan(Commune);
        var closed = await client.Ask("POST", $"{Drafts.At(plan)}/closure");
        Assert.Equal((200, "Closed"), (closed.Status, closed.Body!["status"]!.ToString()));
        (await client.Ask("POST", $"{Drafts.At(plan)}/closure")).Refused(409, "PLT-3003");
        (await client.Ask("POST", $"{Drafts.At(plan)}/amendments")).Refused(409, "PLT-3003");
        (await client.Ask("PUT", Drafts.At(plan), Drafts.Document())).Refused(409, "PLT-3002");
    }

    [Theory]
    [InlineData("targets")]
    [InlineData("tasks")]
    public async Task A_plan_without_targets_or_tasks_cannot_be_issued(string part)
    {
        using var client = await world.AdminOf(Commune);
        var document = Drafts.Document().With(part, new JsonArray()).With("initiatives", new JsonArray());
        var draft = await client.Draft(Commune, document);
        (await client.Ask("POST", $"{Drafts.At(draft)}/issuance", new JsonObject())).Refused(409, "PLT-3007");
        Assert.Equal("Draft", (await client.Ask("GET", Drafts.At(draft))).Body!["status"]!.ToString());
    }

    [Fact]
    public async Task A_commune_carries_out_the_issued_plan_of_its_province()
    {
        const string commune = "05941"; // Thái Nguyên
        using var client = await world.AdminOf(commune);
        var draft = await client.Draft(commune, Drafts.Document().With("implements", JsonNode.Parse("""{"locality":"19","number":"05-KH/BCĐ"}""")));
        Assert.Equal("""{"locality":"19","number":"05-KH/BCĐ"}""", draft["implements"]!.ToJsonString(Platform.Http.Json.Options));
        Assert.Equal(204, (await client.Ask("DELETE", Drafts.At(draft))).Status);
    }

    [Theory]
    [InlineData("""{"locality":"19","number":"06-KH/BCĐ"}""")]
    [InlineData("""{"locality":"19"}""")]
    [InlineData("""{"locality":"98","number":"05-KH/BCĐ"}""")]
    [InlineData("""{"number":"05-KH/BCĐ"}""")]
    [InlineData("""{"locality":"19","number":"a\u0000b"}""")]
    [InlineData("{}")]
    public async Task An_unknown_plan_cannot_be_carried_out(string implements)
    {
        using var client = await world.AdminOf("05941");
        var answer = await client.Ask("POST", "/v1/localities/05941/plans", Drafts.Document().With("implements", JsonNode.Parse(implements)));
        answer.Refused(422, "PLT-1002");
        Assert.Equal(["/implements PLT-3006"], answer.Faults);
    }

    [Fact]
    public async Task A_plan_of_another_locality_is_not_there()
    {
        using var client = await world.AdminOf(Commune);
        var foreign = (await world.SampleDocument("05953"))["id"];
        foreach (var id in (string[])[$"{foreign}", $"{Guid.NewGuid()}"])
        {
            (await client.Ask("GET", $"/v1/localities/{Commune}/plans/{id}")).Refused(404, "PLT-3001");
            (await client.Ask("PUT", $"/v1/localities/{Commune}/plans/{id}", Drafts.Document())).Refused(404, "PLT-3001");
            (await client.Ask("POST", $"/v1/localities/{Commune}/plans/{id}/issuance", new JsonObject())).Refused(404, "PLT-3001");
        }

        (await client.Ask("GET", $"/v1/localities/{Commune}/plans/7")).Refused(404, "PLT-1005");
    }

    [Fact]
    public async Task Drafts_made_at_once_that_name_the_same_new_agencies_are_all_made()
    {
        const string commune = "00640";
        using var client = await world.AdminOf(commune);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.Ask("POST", $"/v1/localities/{commune}/plans", Drafts.Document())));
        Assert.All(answers, a => Assert.Equal(201, a.Status));
    }

    [Fact]
    public async Task Of_amendments_asked_for_at_once_one_is_made()
    {
        const string commune = "00643";
        using var client = await world.AdminOf(commune);
        var plan = await client.IssuedPlan(commune);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => client.Ask("POST", $"{Drafts.At(plan)}/amendments", null)));
        Assert.Equal([201, 409, 409, 409, 409, 409], answers.Select(a => a.Status).Order());
    }

    [Fact]
    public async Task Reported_figures_follow_their_target_into_the_amendment()
    {
        const string commune = "00664";
        using var client = await world.AdminOf(commune);
        var plan = await client.IssuedPlan(commune);
        var target = plan["targets"]!.AsArray().Single(t => t!["source"]!.ToString() == "Reported")!["id"];
        var figure = JsonNode.Parse("""{"asOf":"2026-06-30T00:00:00+07:00","numerator":2}""");
        Assert.Equal(200, (await client.Ask("POST", $"/v1/localities/{commune}/targets/{target}/figures", figure)).Status);
        var next = (await client.Ask("POST", $"{Drafts.At(plan)}/amendments", null)).Body!;
        var drafted = next["targets"]!.AsArray().Single(t => t!["source"]!.ToString() == "Reported")!["id"];
        (await client.Ask("POST", $"/v1/localities/{commune}/targets/{drafted}/figures", figure)).Refused(409, "PLT-3003");
        Assert.Equal(200, (await client.Ask("POST", $"{Drafts.At(next)}/issuance", new JsonObject())).Status);
        var progress = (await client.Ask("GET", $"/v1/localities/{commune}/progress?year=2028")).Body!["items"]![0]!;
        Assert.Equal((drafted!.ToString(), "2", "Reached"), (progress["targetId"]!.ToString(), progress["numerator"]!.ToString(), progress["status"]!.ToString()));
    }

    [Theory]
    [InlineData("closure")]
    [InlineData("amendments")]
    public async Task An_issued_plan_of_another_revision_is_neither_closed_nor_amended(string step)
    {
        using var client = await world.AdminOf(Commune);
        var plan = await client.IssuedPlan(Commune);
        (await client.Ask("POST", $"{Drafts.At(plan)}/{step}", ifMatch: "\"1\"")).Refused(412, "PLT-1007");
        Assert.True(JsonNode.DeepEquals(plan, (await client.Ask("GET", Drafts.At(plan))).Body));
        Assert.InRange((await client.Ask("POST", $"{Drafts.At(plan)}/{step}", ifMatch: "\"2\"")).Status, 200, 201);
    }

    [Theory]
    [InlineData(null, 409, "PLT-1020")]
    [InlineData("\"2\"", 412, "PLT-1007")]
    public async Task A_change_that_meets_another_one_is_refused_and_changes_nothing(string? ifMatch, int status, string code)
    {
        using var client = await world.AdminOf(Commune);
        var plan = await client.IssuedPlan(Commune);
        await using var other = new NpgsqlConnection(world.Superuser());
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var change = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await other.Query("update plans set revision = revision + 1 where id = $1", Guid.Parse($"{plan["id"]}"));
        var answer = client.Ask("POST", $"{Drafts.At(plan)}/closure", ifMatch: ifMatch);
        while ((await world.Everything("select pid from pg_stat_activity where query like 'UPDATE plans%' and $1 = any(pg_blocking_pids(pid))", other.ProcessID)).Count == 0)
        {
            Assert.False(answer.IsCompleted, "It met nobody.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await change.CommitAsync(TestContext.Current.CancellationToken);
        (await answer).Refused(status, code);
        Assert.Equal(("Issued", "3"), ((await client.Ask("GET", Drafts.At(plan))).Body!["status"]!.ToString(), $"{(await client.Ask("GET", Drafts.At(plan))).Body!["revision"]}"));
        Assert.Equal(200, (await client.Ask("POST", $"{Drafts.At(plan)}/closure")).Status);
    }

    [Fact]
    public async Task A_misspelt_member_of_the_matrix_is_refused_and_takes_nothing_away()
    {
        const string commune = "00664";
        using var client = await world.AdminOf(commune);
        var draft = await client.Draft(commune);
        var answer = await client.Ask("PUT", $"{Drafts.At(draft)}/assignment-matrix", JsonNode.Parse("""{"rows":[{"task":"1.1","role":{"cong-an-xa":["Lead"]}}]}"""));
        answer.Refused(422, "PLT-1002");
        Assert.Equal(["/rows/0/role PLT-1208"], answer.Faults);
    }
}
