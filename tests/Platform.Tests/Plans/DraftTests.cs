using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Tests.Plans;

/// <summary>A plan while it is a draft: made of a whole document, read back equal, replaced, deleted.</summary>
public sealed class DraftTests(World world)
{
    private const string Commune = "00166";
    private const string Plans = $"/v1/localities/{Commune}/plans";

    [Fact]
    public async Task A_draft_holds_everything_that_its_document_said()
    {
        using var client = await world.AdminOf(Commune);
        var made = await client.Ask("POST", Plans, Drafts.Document());
        Assert.Equal((201, Drafts.At(made.Body!)), (made.Status, made.Location!.ToString()));
        Assert.Equal(("Draft", 1, "\"1\""), (made.Body!["status"]!.ToString(), (int)made.Body["version"]!, made.ETag));
        Assert.True(JsonNode.DeepEquals(Content(Drafts.Document()), Content(made.Body)), Content(made.Body).ToJsonString());
        Assert.True(JsonNode.DeepEquals(made.Body, (await client.Ask("GET", Drafts.At(made.Body))).Body));
    }

    [Theory]
    [InlineData("19")]
    [InlineData("05953")]
    [InlineData("11254")]
    [InlineData("23317")]
    [InlineData("09988")]
    public async Task A_plan_that_is_read_and_sent_again_gives_an_equal_draft(string locality)
    {
        var plan = await world.SampleDocument(locality);
        var target = locality == "05953" ? "05569" : Commune; // only a commune of the province can carry out its plan
        using var client = await world.AdminOf(target);
        var copy = await client.Draft(target, (JsonObject)plan.DeepClone());
        Assert.True(JsonNode.DeepEquals(Content(plan, agencies: false), Content(copy, agencies: false)));
        Assert.Equal(204, (await client.Ask("DELETE", Drafts.At(copy))).Status);
    }

    [Fact]
    public async Task Replacing_a_draft_leaves_nothing_of_what_it_was()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        var other = Drafts.Document("Bản thứ hai").With("number", null);
        other["targets"]!.AsArray().RemoveAt(1);
        other["tasks"]!.AsArray().RemoveAt(2);
        foreach (var part in (string[])["initiatives", "reportingRules", "legalBases", "facts", "fundingSources"])
            other[part] = new JsonArray();
        var replaced = await client.Ask("PUT", Drafts.At(draft), other, $"\"{draft["revision"]}\"");
        Assert.Equal((200, "\"2\""), (replaced.Status, replaced.ETag));
        Assert.True(JsonNode.DeepEquals(Content(other, agencies: false), Content(replaced.Body!, agencies: false)));
        Assert.Equal((draft["id"]!.ToString(), "Draft"), (replaced.Body!["id"]!.ToString(), replaced.Body["status"]!.ToString()));
    }

    [Fact]
    public async Task A_replacement_at_fault_changes_nothing()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        var faulty = Drafts.Document("Không được lưu");
        faulty["tasks"]![2]!["parent"] = "9";
        (await client.Ask("PUT", Drafts.At(draft), faulty)).Refused(422, "PLT-1002");
        Assert.True(JsonNode.DeepEquals(draft, (await client.Ask("GET", Drafts.At(draft))).Body));
    }

    [Fact]
    public async Task If_Match_with_an_older_revision_is_refused_and_changes_nothing()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        Assert.Equal(200, (await client.Ask("PUT", Drafts.At(draft), Drafts.Document("Lần hai"), "\"1\"")).Status);
        (await client.Ask("PUT", Drafts.At(draft), Drafts.Document("Lần ba"), "\"1\"")).Refused(412, "PLT-1007");
        (await client.Ask("DELETE", Drafts.At(draft), ifMatch: "\"1\"")).Refused(412, "PLT-1007");
        (await client.Ask("POST", $"{Drafts.At(draft)}/issuance", new JsonObject(), "\"1\"")).Refused(412, "PLT-1007");
        Assert.Equal("Lần hai", (await client.Ask("GET", Drafts.At(draft))).Body!["title"]!.ToString());
        Assert.Equal(200, (await client.Ask("PUT", Drafts.At(draft), Drafts.Document(), "\"7\", \"2\"")).Status);
        Assert.Equal(200, (await client.Ask("PUT", Drafts.At(draft), Drafts.Document(), "*")).Status);
    }

    [Fact]
    public async Task A_name_longer_than_a_key_may_be_names_the_same_agency_in_every_plan()
    {
        var own = (await world.FreshCommune()).Code;
        using var client = await world.AdminOf(own);
        var document = Drafts.Document();
        var name = $"Ban Chỉ đạo {string.Concat(Enumerable.Repeat("phát triển khoa học công nghệ ", 6))}".TrimEnd();
        document["agencies"]!.AsArray().Add(new JsonObject { ["name"] = name, ["kind"] = "Department" });
        var first = await client.Ask("POST", $"/v1/localities/{own}/plans", document.DeepClone());
        var second = await client.Ask("POST", $"/v1/localities/{own}/plans", document);
        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.Single((await client.Ask("GET", $"/v1/localities/{own}/agencies")).Body!["items"]!.AsArray(), a => a!["name"]!.ToString() == name);
    }

    [Fact]
    public async Task Changes_of_a_draft_at_the_same_moment_are_each_made_or_refused()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        var (at, document) = (Drafts.At(draft), Drafts.Document());
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async worker =>
        {
            var random = new Random(worker);
            var answers = new List<Answer>();
            for (var step = 0; step < 25; step++)
            {
                var now = (await client.Ask("GET", at)).Body!;
                var (target, task) = (now["targets"]!.AsArray().LastOrDefault(), now["tasks"]!.AsArray().LastOrDefault());
                answers.Add(await (random.Next(9) switch
                {
                    0 or 1 => client.Ask("PUT", at, Drafts.Document($"Bản {worker}.{step}")),
                    2 => client.Ask("POST", $"{at}/targets", document["targets"]![0]!.DeepClone().AsObject().With("number", $"{worker}.{step}")),
                    3 => client.Ask("POST", $"{at}/tasks", document["tasks"]![0]!.DeepClone().AsObject().With("number", $"{worker}.{step}")),
                    4 => client.Ask("DELETE", $"{at}/targets/{target?["id"]}"),
                    5 => client.Ask("DELETE", $"{at}/tasks/{task?["id"]}"),
                    6 => client.Ask("PUT", $"{at}/tasks/{task?["id"]}", document["tasks"]![1]),
                    7 => client.Ask("PUT", $"{at}/assignment-matrix", new JsonObject { ["rows"] = new JsonArray(new JsonObject { ["task"] = $"{task?["number"]}", ["roles"] = new JsonObject { ["cong-an-xa"] = new JsonArray("Lead") } }) }),
                    _ => client.Ask("PUT", $"{at}/targets/{target?["id"]}", document["targets"]![0]),
                }));
            }

            return answers;
        }));
        Assert.All(answers.SelectMany(a => a), answer => Assert.True(answer.Status is 200 or 201 or 204 or 404 or 405 or 409 or 422, $"{answer.Status} {answer.Body}"));
        Assert.Contains(answers.SelectMany(a => a), answer => answer.Status is 200 or 201);
        Assert.Equal(200, (await client.Ask("PUT", at, (await client.Ask("GET", at)).Body)).Status);
    }

    [Fact]
    public async Task Of_many_replacements_of_one_revision_exactly_one_wins()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => client.Ask("PUT", Drafts.At(draft), Drafts.Document($"Bản {i}"), "\"1\"")));
        Assert.Equal([200, 412, 412, 412, 412, 412], answers.Select(a => a.Status).Order());
        var stored = (await client.Ask("GET", Drafts.At(draft))).Body!;
        Assert.Equal((2, 2, 3), ((int)stored["revision"]!, stored["targets"]!.AsArray().Count, stored["tasks"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_deleted_draft_is_gone()
    {
        using var client = await world.AdminOf(Commune);
        var draft = await client.Draft(Commune);
        Assert.Equal(204, (await client.Ask("DELETE", Drafts.At(draft))).Status);
        (await client.Ask("GET", Drafts.At(draft))).Refused(404, "PLT-3001");
        (await client.Ask("DELETE", Drafts.At(draft))).Refused(404, "PLT-3001");
        Assert.DoesNotContain((await client.Ask("GET", Plans)).Body!["items"]!.AsArray(), p => p!["id"]!.ToString() == draft["id"]!.ToString());
    }

    [Fact]
    public async Task Decomposed_text_is_stored_composed()
    {
        using var client = await world.AdminOf(Commune);
        var document = JsonNode.Parse(Drafts.Document("Hòa Lạc học số").ToJsonString(Platform.Http.Json.Options).Normalize(NormalizationForm.FormD))!.AsObject();
        var draft = await client.Draft(Commune, document.With("targets", Drafts.Document()["targets"]!.DeepClone())); // ≥ and its like are words, not texts
        Assert.Equal("Hòa Lạc học số".Normalize(NormalizationForm.FormC), draft["title"]!.ToString());
        Assert.True(draft.ToJsonString(Platform.Http.Json.Options).IsNormalized(NormalizationForm.FormC));
    }

    [Fact]
    public async Task A_draft_uses_the_agencies_that_are_there_and_adds_those_that_are_not()
    {
        const string own = "00175";
        using var client = await world.AdminOf(own);
        var police = (await client.Ask("POST", $"/v1/localities/{own}/agencies", JsonNode.Parse("""{"key":"cong-an-xa","name":"Công an phường","kind":"Police"}"""))).Body!;
        await client.Draft(own);
        await client.Draft(own);
        var agencies = (await client.Ask("GET", $"/v1/localities/{own}/agencies")).Body!["items"]!.AsArray();
        Assert.Equal(["Công an phường", "Đoàn Thanh niên", "Phòng Văn hóa"], agencies.Select(a => a!["name"]!.ToString()));
        Assert.Equal(police["id"]!.ToString(), agencies[0]!["id"]!.ToString());
    }

    [Fact]
    public async Task Plans_are_listed_by_status_and_year_with_the_number_of_their_parts()
    {
        const string own = "00190";
        using var client = await world.AdminOf(own);
        var issued = await client.IssuedPlan(own);
        var later = Drafts.Document().With("fromYear", 2028);
        later["targets"]![0]!["year"] = 2028;
        await client.Draft(own, later);
        Assert.Equal(["Draft 2028", "Issued 2027"], await List(""));
        Assert.Equal(["Issued 2027"], await List("?status=Issued"));
        Assert.Equal(["Issued 2027"], await List("?year=2027"));
        Assert.Equal(["Draft 2028", "Issued 2027"], await List("?year=2028"));
        Assert.Empty(await List("?year=2026"));
        var row = (await client.Ask("GET", $"/v1/localities/{own}/plans?status=Issued")).Body!["items"]![0]!;
        Assert.Equal((issued["id"]!.ToString(), 2, 3, 4), (row["id"]!.ToString(), (int)row["targets"]!, (int)row["tasks"]!, (int)row["assignments"]!));
        (await client.Ask("GET", $"/v1/localities/{own}/plans?status=Lost")).Refused(400, "PLT-1008");

        async Task<IEnumerable<string>> List(string query) =>
            (await client.Ask("GET", $"/v1/localities/{own}/plans{query}")).Body!["items"]!.AsArray().Select(p => $"{p!["status"]} {p["fromYear"]}");
    }

    /// <summary>What a document says, without ids; numbers without trailing zeros.</summary>
    internal static JsonNode Content(JsonNode plan, bool agencies = true)
    {
        var content = (JsonObject)plan.DeepClone();
        foreach (var name in (string[])["id", "locality", "status", "version", "amends", "revision", "updatedAt"])
            content.Remove(name);
        foreach (var row in content["targets"]!.AsArray().Concat(content["tasks"]!.AsArray()))
            row!.AsObject().Remove("id");
        foreach (var task in content["tasks"]!.AsArray())
            task!["assignments"] = Sorted(task["assignments"]!, "role", "agency");
        content["agencies"] = agencies ? Sorted(content["agencies"]!, "key") : null;
        return Plain(content)!;
    }

    private static JsonArray Sorted(JsonNode rows, params string[] by) =>
        [.. rows.AsArray().Select(r => r!.DeepClone()).OrderBy(r => string.Join(' ', by.Select(b => r[b]!.ToString())), StringComparer.Ordinal)];

    private static JsonNode? Plain(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Plain(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Plain)]),
        JsonValue v when v.GetValueKind() == System.Text.Json.JsonValueKind.Number => JsonValue.Create((double)v.GetValue<decimal>()),
        _ => node?.DeepClone(),
    };
}
