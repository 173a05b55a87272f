using System.Text.Json.Nodes;

namespace Platform.Tests.Plans;

/// <summary>What a plan document may not say. Everything at fault is named at once, by pointer and number, and nothing is stored.</summary>
public sealed class ValidationTests(World world)
{
    private const string Commune = "00226";
    private const string Plans = $"/v1/localities/{Commune}/plans";

    [Fact]
    public async Task Many_faults_are_named_at_once()
    {
        const string own = "/v1/localities/00235/plans"; // has no agencies but those of the document
        using var client = await world.AdminOf("00235");
        var document = Drafts.Document("").With("fromYear", 2028).With("toYear", 2027).With("number", new string('7', 61));
        document["agencies"]![1]!["key"] = "cong-an-xa";
        document["targets"]![0]!["value"] = 101;
        document["targets"]![1]!["source"] = "Completions";
        document["targets"]![1]!["year"] = 2031;
        document["tasks"]![1]!["parent"] = "2";
        document["tasks"]![1]!["schedule"]!["startsOn"] = "2027-06-01";
        document["tasks"]![1]!["assignments"]![0]!["agency"] = "phong-kinh-te";
        document["tasks"]![2]!["number"] = "1";
        document["tasks"]![2]!["sharedLead"] = false;
        document["tasks"]![2]!["assignments"]![1]!["agency"] = "phong-van-hoa";
        document["initiatives"]![0]!["task"] = "1.9";
        document["reportingRules"]![0]!["dueMonth"] = 13;
        document["reportingRules"]![0]!["dueDay"] = 0;
        document["legalBases"]![0]!["number"] = " ";

        var answer = await client.Ask("POST", own, document);

        answer.Refused(422, "PLT-1002");
        Assert.Equal(
            [
                "/agencies/1/key PLT-1206", "/initiatives/0/task PLT-3008", "/legalBases/0/number PLT-1201", "/number PLT-1203", "/reportingRules/0/dueDay PLT-1204",
                "/reportingRules/0/dueMonth PLT-1204", "/targets/0/value PLT-1204", "/targets/0/year PLT-1204", "/targets/1/audience PLT-1201", "/targets/1/year PLT-1204",
                "/tasks/1/assignments/0/agency PLT-4003", "/tasks/1/parent PLT-3008", "/tasks/1/schedule/dueOn PLT-1204", "/tasks/2/assignments PLT-4001",
                "/tasks/2/number PLT-1206", "/title PLT-1201", "/toYear PLT-1204",
            ], answer.Faults);
        Assert.Empty((await client.Ask("GET", own)).Body!["items"]!.AsArray());
        Assert.Empty((await client.Ask("GET", "/v1/localities/00235/agencies")).Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task An_empty_object_lacks_title_and_years()
    {
        using var client = await world.AdminOf(Commune);
        var answer = await client.Ask("POST", Plans, "{}");
        answer.Refused(422, "PLT-1002");
        Assert.Equal(["/fromYear PLT-1201", "/title PLT-1201", "/toYear PLT-1201"], answer.Faults);
    }

    [Theory]
    [InlineData("targets/0/audience", "\"Everybody\"")]
    [InlineData("targets/0/audience", "4")]
    [InlineData("targets/0/bound", "\"<\"")]
    [InlineData("targets/0/unit", "\"Dozen\"")]
    [InlineData("targets/0/value", "\"80\"")]
    [InlineData("targets/0/value", "1e40")]
    [InlineData("targets/0/year", "2027.5")]
    [InlineData("targets/0/year", "99999999999")]
    [InlineData("issuedOn", "\"15/01/2027\"")]
    [InlineData("issuedOn", "\"2027-02-29\"")]
    [InlineData("tasks/1/schedule/kind", "\"Sometimes\"")]
    [InlineData("tasks/1/assignments/0/role", "\"Chủ trì\"")]
    [InlineData("tasks/1/sharedLead", "\"yes\"")]
    [InlineData("initiatives/0/kind", "\"Party\"")]
    [InlineData("initiatives/0/coverage/0/atLeast", "1.5")]
    [InlineData("legalBases/0/relation", "\"Cited\"")]
    [InlineData("title", "{}")]
    [InlineData("tasks", "7")]
    public async Task A_value_of_the_wrong_type_or_unknown_word_is_named(string path, string value)
    {
        using var client = await world.AdminOf(Commune);
        var answer = await client.Ask("POST", Plans, Changed(path, value));
        answer.Refused(422, "PLT-1002");
        var isWord = path.Split('/')[^1] is "kind" or "role" or "relation" or "bound" or "unit" or "source" or "audience" or "accumulation";
        Assert.Equal([$"/{path} {(isWord ? "PLT-1205" : "PLT-1202")}"], answer.Faults);
    }

    [Theory]
    [InlineData("title")]
    [InlineData("number")]
    [InlineData("issuer")]
    [InlineData("agencies/0/name")]
    [InlineData("legalBases/0/title")]
    [InlineData("targets/0/title")]
    [InlineData("tasks/1/title")]
    [InlineData("tasks/1/schedule/text")]
    [InlineData("tasks/1/assignments/0/source")]
    [InlineData("initiatives/0/name")]
    [InlineData("initiatives/0/coverage/0/text")]
    [InlineData("reportingRules/0/dueText")]
    [InlineData("reportingRules/0/reporters/0")]
    [InlineData("fundingSources/0")]
    [InlineData("facts/0/text")]
    public async Task A_NUL_character_is_no_text(string path)
    {
        using var client = await world.AdminOf(Commune);
        var answer = await client.Ask("POST", Plans, Changed(path, "\"a\\u0000b\""));
        answer.Refused(422, "PLT-1002");
        Assert.Contains($"/{path} PLT-1207", answer.Faults);
    }

    [Theory]
    [InlineData("999999999999", 201)]
    [InlineData("0", 201)]
    [InlineData("1000000000000", 422)]
    [InlineData("999999999999.999", 422)]
    [InlineData("-0.01", 422)]
    public async Task A_count_lies_between_nothing_and_a_million_million(string value, int status)
    {
        using var client = await world.AdminOf(Commune);
        Assert.Equal(status, (await client.Ask("POST", Plans, Changed("targets/1/value", value))).Status);
    }

    [Theory]
    [InlineData("{\"title\":", 400, "PLT-1001")]
    [InlineData("[]", 400, "PLT-1001")]
    [InlineData("not json", 400, "PLT-1001")]
    [InlineData("{\"title\":\"a\",}", 400, "PLT-1001")]
    [InlineData("", 400, "PLT-1008")]
    public async Task A_body_that_is_no_document_is_a_numbered_problem(string body, int status, string code)
    {
        using var client = await world.AdminOf(Commune);
        (await client.Ask("POST", Plans, body)).Refused(status, code);
    }

    /// <summary>Every node of a whole document in turn replaced by values that do not belong there.</summary>
    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("\"\"")]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("-1")]
    [InlineData("1e400")]
    [InlineData("79228162514264337593543950335")]
    [InlineData("true")]
    public async Task No_value_anywhere_breaks_the_server(string value)
    {
        using var client = await world.AdminOf("00229");
        var broken = new List<string>();
        foreach (var path in Paths(Drafts.Document(), ""))
        {
            var answer = await client.Ask("POST", "/v1/localities/00229/plans", Changed(path, value));
            if (answer.Status is not (201 or 400 or 422))
                broken.Add($"{path} → {answer.Status}");
        }

        Assert.Empty(broken);
    }

    private static string Changed(string path, string value)
    {
        const string mark = "⟪here⟫";
        var document = (JsonNode)Drafts.Document();
        var steps = path.Split('/');
        var node = steps[..^1].Aggregate(document, (n, step) => n is JsonArray ? n[int.Parse(step, null)]! : n[step]!);
        if (node is JsonArray array)
            array[int.Parse(steps[^1], null)] = mark;
        else
            node[steps[^1]] = mark;
        return document.ToJsonString(Platform.Http.Json.Options).Replace($"\"{mark}\"", value, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Paths(JsonNode? node, string at) => node switch
    {
        JsonObject o => o.SelectMany(p => Paths(p.Value, $"{at}/{p.Key}")).Prepend(at).Where(p => p.Length > 0).Select(p => p.TrimStart('/')),
        JsonArray a => a.SelectMany((n, i) => Paths(n, $"{at}/{i}")).Prepend(at).Select(p => p.TrimStart('/')),
        _ => [at.TrimStart('/')],
    };
}
