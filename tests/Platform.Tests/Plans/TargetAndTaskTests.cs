using System.Text.Json.Nodes;

namespace Platform.Tests.Plans;

/// <summary>Single targets and tasks of a draft.</summary>
public sealed class TargetAndTaskTests(World world)
{
    private const string Commune = "00256";

    [Fact]
    public async Task A_target_is_added_replaced_and_removed_and_each_change_moves_the_ETag()
    {
        using var client = await world.AdminOf(Commune);
        var at = Drafts.At(await client.Draft(Commune));
        var added = await client.Ask("POST", $"{at}/targets", Target("II.3", 65));
        Assert.Equal((201, $"{at}/targets/{added.Body!["id"]}"), (added.Status, added.Location!.ToString()));
        Assert.Equal(["II.1 80", "II.2 1.5", "II.3 65"], await Targets(client, at));
        Assert.Equal(200, (await client.Ask("PUT", $"{at}/targets/{added.Body["id"]}", Target("II.3", 70))).Status);
        Assert.Equal(["II.1 80", "II.2 1.5", "II.3 70"], await Targets(client, at));
        Assert.Equal(204, (await client.Ask("DELETE", $"{at}/targets/{added.Body["id"]}")).Status);
        Assert.Equal(["II.1 80", "II.2 1.5"], await Targets(client, at));
        Assert.Equal("\"4\"", (await client.Ask("GET", at)).ETag);
        (await client.Ask("PUT", $"{at}/targets/{added.Body["id"]}", Target("II.3", 70))).Refused(404, "PLT-3004");
        (await client.Ask("DELETE", $"{at}/targets/{added.Body["id"]}")).Refused(404, "PLT-3004");
    }

    [Fact]
    public async Task Two_targets_may_share_a_number()
    {
        using var client = await world.AdminOf(Commune);
        var at = Drafts.At(await client.Draft(Commune));
        Assert.Equal(201, (await client.Ask("POST", $"{at}/targets", Target("II.1", 70))).Status);
        Assert.Equal(["II.1 80", "II.2 1.5", "II.1 70"], await Targets(client, at));
    }

    [Fact]
    public async Task A_target_at_fault_is_refused_with_pointers_and_not_stored()
    {
        using var client = await world.AdminOf(Commune);
        var at = Drafts.At(await client.Draft(Commune));
        var answer = await client.Ask("POST", $"{at}/targets", Target("", 101).With("year", 2026).With("source", null));
        answer.Refused(422, "PLT-1002");
        Assert.Equal(["/number PLT-1201", "/source PLT-1201", "/value PLT-1204", "/year PLT-1204"], answer.Faults);
        Assert.Equal(["II.1 80", "II.2 1.5"], await Targets(client, at));
    }

    [Fact]
    public async Task A_target_of_another_plan_is_not_there()
    {
        using var client = await world.AdminOf(Commune);
        var (one, other) = (await client.Draft(Commune), await client.Draft(Commune));
        (await client.Ask("DELETE", $"{Drafts.At(one)}/targets/{other["targets"]![0]!["id"]}")).Refused(404, "PLT-3004");
        (await client.Ask("DELETE", $"{Drafts.At(one)}/tasks/{other["tasks"]![1]!["id"]}")).Refused(404, "PLT-3005");
    }

    [Fact]
    public async Task A_task_is_added_with_its_assignments_replaced_and_removed()
    {
        using var client = await world.AdminOf(Commune);
        var at = Drafts.At(await client.Draft(Commune));
        var added = await client.Ask("POST", $"{at}/tasks", Work("1.3", "1", ("cong-an-xa", "Lead"), ("doan-thanh-nien", "Supervise")));
        Assert.Equal((201, $"{at}/tasks/{added.Body!["id"]}"), (added.Status, added.Location!.ToString()));
        Assert.Equal("1.3 ^1 cong-an-xa:Lead doan-thanh-nien:Supervise", (await Tasks(client, at))[3]);
        Assert.Equal(200, (await client.Ask("PUT", $"{at}/tasks/{added.Body["id"]}", Work("1.3.a", "1.2", ("cong-an-xa", "Advise")))).Status);
        Assert.Equal("1.3.a ^1.2 cong-an-xa:Advise", (await Tasks(client, at))[3]);
        Assert.Equal(204, (await client.Ask("DELETE", $"{at}/tasks/{added.Body["id"]}")).Status);
        Assert.Equal(3, (await Tasks(client, at)).Count);
        (await client.Ask("PUT", $"{at}/tasks/{added.Body["id"]}", Work("1.3", "1"))).Refused(404, "PLT-3005");
    }

    [Fact]
    public async Task A_task_with_sub_tasks_or_an_initiative_stays()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        (await client.Ask("DELETE", $"{Drafts.At(draft)}/tasks/{draft["tasks"]![0]!["id"]}")).Refused(409, "PLT-3009");
        (await client.Ask("DELETE", $"{Drafts.At(draft)}/tasks/{draft["tasks"]![2]!["id"]}")).Refused(409, "PLT-3009");
        Assert.Equal(204, (await client.Ask("DELETE", $"{Drafts.At(draft)}/tasks/{draft["tasks"]![1]!["id"]}")).Status);
    }

    [Fact]
    public async Task A_tasks_faults_are_all_named()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        var answer = await client.Ask("POST", $"{Drafts.At(draft)}/tasks", Work("1.1", "9", ("cong-an-xa", "Lead"), ("phong-kinh-te", "Lead"), ("doan-thanh-nien", "Lead"), ("cong-an-xa", "Lead")));
        answer.Refused(422, "PLT-1002");
        Assert.Equal(
            ["/assignments PLT-4001", "/assignments/1/agency PLT-4003", "/assignments/3 PLT-1206", "/number PLT-1206", "/parent PLT-3008"], answer.Faults);
        Assert.Equal(3, (await Tasks(client, Drafts.At(draft))).Count);
        (await client.Ask("POST", $"{Drafts.At(draft)}/tasks", Work("1.4", "1").With("assignments", new JsonArray((JsonNode?)null)))).Refused(422, "PLT-1002");
    }

    [Fact]
    public async Task A_task_can_stand_neither_below_itself_nor_below_its_own_sub_task()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        var heading = $"{Drafts.At(draft)}/tasks/{draft["tasks"]![0]!["id"]}";
        foreach (var parent in (string[])["1", "1.1"])
        {
            var answer = await client.Ask("PUT", heading, Work("1", parent));
            answer.Refused(422, "PLT-1002");
            Assert.Equal(["/parent PLT-3008"], answer.Faults);
        }
    }

    [Fact]
    public async Task Several_may_lead_where_the_document_shares_the_lead()
    {
        using var client = await world.AdminOf(Commune);
        var at = Drafts.At(await client.Draft(Commune));
        var shared = Work("1.3", "1", ("cong-an-xa", "Lead"), ("doan-thanh-nien", "Lead"));
        (await client.Ask("POST", $"{at}/tasks", shared)).Refused(422, "PLT-1002");
        Assert.Equal(201, (await client.Ask("POST", $"{at}/tasks", shared.With("sharedLead", true))).Status);
    }

    [Fact]
    public async Task If_Match_guards_single_targets_and_tasks_too()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        var at = Drafts.At(draft);
        Assert.Equal(201, (await client.Ask("POST", $"{at}/targets", Target("II.3", 65), "\"1\"")).Status);
        (await client.Ask("POST", $"{at}/targets", Target("II.4", 65), "\"1\"")).Refused(412, "PLT-1007");
        (await client.Ask("POST", $"{at}/tasks", Work("1.3", "1"), "\"1\"")).Refused(412, "PLT-1007");
        (await client.Ask("DELETE", $"{at}/tasks/{draft["tasks"]![1]!["id"]}", ifMatch: "\"1\"")).Refused(412, "PLT-1007");
        Assert.Equal("\"2\"", (await client.Ask("GET", at)).ETag);
    }

    private static JsonObject Target(string number, decimal value) =>
        ((JsonObject)Drafts.Document()["targets"]![0]!.DeepClone()).With("number", number).With("value", value);

    private static JsonObject Work(string number, string? parent, params (string Agency, string Role)[] assignments) => new()
    {
        ["number"] = number,
        ["parent"] = parent,
        ["title"] = $"Nhiệm vụ {number}",
        ["assignments"] = new JsonArray([.. assignments.Select(a => new JsonObject { ["agency"] = a.Agency, ["role"] = a.Role })]),
    };

    private static async Task<IEnumerable<string>> Targets(HttpClient client, string at) =>
        (await client.Ask("GET", at)).Body!["targets"]!.AsArray().Select(t => FormattableString.Invariant($"{t!["number"]} {(decimal)t["value"]!:0.##}"));

    private static async Task<List<string>> Tasks(HttpClient client, string at) =>
        [.. (await client.Ask("GET", at)).Body!["tasks"]!.AsArray().Select(t =>
            $"{t!["number"]} ^{t["parent"]} {string.Join(' ', t["assignments"]!.AsArray().Select(a => $"{a!["agency"]}:{a["role"]}"))}")];
}
