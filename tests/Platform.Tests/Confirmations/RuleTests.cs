using System.Net;
using System.Text.Json.Nodes;
using Platform.Http;
using Platform.Tests.Learning;

namespace Platform.Tests.Confirmations;

/// <summary>Versions of rules: who makes them, what they ask, and everybody judged again. Uses audiences that no other test judges.</summary>
[Collection("Rules")]
public sealed class RuleTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_version_judges_everybody_again_and_the_versions_before_stay_as_they_were()
    {
        using var operators = await world.As("operator");
        using var batch = await Batch.Start(world);
        await batch.Store(
            batch.Took("KNS-CD-06", 2, "a", audience: "Schools", score: 90), batch.Took("KNS-CD-07", 3, "a", audience: "Schools", score: 60),
            batch.Took("KNS-CD-06", 4, "b", audience: "Schools", score: 50), batch.Took("KNS-CD-11", 5, "c", audience: "Schools"));
        Assert.Empty(await world.ConfirmedIn(batch.Commune));

        var effect = await Effect(Rule("Schools", ["DigitalSafety"]));
        Assert.Equal((3m, 0m, 2m), (effect.Number("examined"), effect.Number("confirmed"), effect.Number("wouldBeConfirmed")));
        var first = await Make(operators, Rule("Schools", ["DigitalSafety"]));
        Assert.Equal(["2026-02 Schools: 1", "2026-04 Schools: 1"], await world.ConfirmedIn(batch.Commune));

        var stricter = Rule("Schools", ["DigitalSafety", "DataProtection"], score: 60);
        effect = await Effect(stricter);
        Assert.Equal((2m, 1m, 0m, 1m), (effect.Number("confirmed"), effect.Number("wouldBeConfirmed"), effect.Number("newlyConfirmed"), effect.Number("noLongerConfirmed")));
        var second = await Make(operators, stricter);
        Assert.Equal(["2026-03 Schools: 1"], await world.ConfirmedIn(batch.Commune));
        Assert.Empty(await world.Differences(batch.Commune));

        var history = await operators.Rows("/v1/framework-rules?audience=Schools");
        Assert.Equal([(second, 2m, true), (first, 1m, false)], history.Select(r => (r.Text("id")!, r.Number("version")!.Value, r["inForce"]!.GetValue<bool>())));
        Assert.Equal("Done", history[0]["recomputation"]!["state"]!.ToString());
        Assert.Equal(3, history[0]["recomputation"]!["total"]!.GetValue<int>());
        await operators.Send(HttpMethod.Post, "/v1/framework-rules", Rule("Schools", ["DigitalSafety"], from: "2025-12-31")).Problem(Problems.RuleTooEarly);

        var later = await operators.Send(HttpMethod.Post, "/v1/framework-rules", Rule("Schools", ["DigitalSafety"], from: NextYear));
        Assert.Equal("Waiting", (await later.Body(HttpStatusCode.Created))["recomputation"]!["state"]!.ToString());
        Assert.Equal(["2026-03 Schools: 1"], await world.ConfirmedIn(batch.Commune));
        later.Dispose();

        async Task<JsonObject> Effect(JsonObject rule)
        {
            using var tried = await operators.Send(HttpMethod.Post, "/v1/framework-rules?dryRun=true", rule.ToJsonString());
            return await tried.Body(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_rule_changes_while_four_vendors_go_on_pushing_and_nobody_is_judged_wrongly()
    {
        using var operators = await world.As("operator");
        var batches = new List<Batch>();
        for (var i = 0; i < 4; i++)
            batches.Add(await Batch.Start(world));
        var citizens = Enumerable.Range(0, 300).Select(_ => Batch.NewCitizen()).ToArray();
        using var stop = new CancellationTokenSource();
        var pushing = batches.Select((batch, number) => Task.Run(
            async () =>
            {
                for (var part = 0; !stop.IsCancellationRequested; part++)
                    await batch.Store([.. Enumerable.Range(0, 25).Select(row => batch.Took(
                        $"KNS-CD-{6 + ((number + part + row) % 2):D2}", 1 + (part % 10), citizen: citizens[((number * 71) + (part * 25) + row) % citizens.Length], audience: "DigitalAmbassadors", score: row % 100))]);
            },
            Cancellation)).ToList();

        await Make(operators, Rule("DigitalAmbassadors", ["DigitalSafety"]));
        await Make(operators, Rule("DigitalAmbassadors", ["DigitalSafety", "DataProtection"], score: 10));
        await Make(operators, Rule("DigitalAmbassadors", ["DataProtection"], score: 20));
        await stop.CancelAsync();
        await Task.WhenAll(pushing);

        Assert.Empty(await world.Differences([.. batches.Select(b => b.Commune)]));
        var confirmed = 0;
        foreach (var batch in batches)
        {
            confirmed += (await world.ConfirmedIn(batch.Commune)).Sum(c => int.Parse(c.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture));
            batch.Dispose();
        }

        Assert.True(confirmed > 0);
    }

    [Fact]
    public async Task Only_operators_write_the_framework_and_everybody_who_is_signed_in_reads_it()
    {
        using var anonymous = world.Anonymous();
        await anonymous.Send(HttpMethod.Get, "/v1/framework-rules").Problem(Problems.NotSignedIn);
        foreach (var name in (string[])["sampleVendor", "khaSonAdmin", "thaiNguyenManager", "thaiNguyenViewer"])
        {
            using var client = await world.As(name);
            await client.Send(HttpMethod.Post, "/v1/framework-rules", Rule("Citizens", ["DigitalSafety"])).Problem(Problems.NotAllowed);
            await client.Send(HttpMethod.Put, "/v1/framework-units", "[]").Problem(Problems.NotAllowed);
            await client.Send(HttpMethod.Put, "/v1/courses/KNS-CD-01/units", new { units = Array.Empty<string>() }).Problem(Problems.NotAllowed);
            Assert.Contains(await client.Rows("/v1/framework-units"), u => u.Text("code") == "DigitalSafety" && u["courses"]!.AsArray().Any(c => c!.ToString() == "KNS-CD-06"));
            Assert.Contains(await client.Rows("/v1/framework-rules"), r => r.Text("audience") == "Citizens");
        }
    }

    [Theory]
    [InlineData("units", """["KhongCo"]""", "/units/0", "PLT-5601")]
    [InlineData("units", "[]", "/units", "PLT-1201")]
    [InlineData("units", """["DigitalSafety","DigitalSafety"]""", "/units/1", "PLT-1206")]
    [InlineData("needed", "2", "/needed", "PLT-1204")]
    [InlineData("minimumScore", "100.5", "/minimumScore", "PLT-1204")]
    [InlineData("legalBasis", "null", "/legalBasis", "PLT-1201")]
    [InlineData("source", "\"Declaration\"", "/units", "PLT-5604")]
    [InlineData("source", "\"Test\"", "/minimumScore", "PLT-1201")]
    public async Task A_rule_at_fault_is_refused(string field, string value, string pointer, string code)
    {
        using var operators = await world.As("operator");
        var rule = Rule("CommunityTeams", ["DigitalSafety"]);
        rule[field] = JsonNode.Parse(value);
        var fault = (await operators.Send(HttpMethod.Post, "/v1/framework-rules", rule.ToJsonString()).Problem(Problems.Invalid))["errors"]![0]!;
        Assert.Equal((pointer, code), (fault["pointer"]!.ToString(), fault["code"]!.ToString()));
    }

    [Fact]
    public async Task A_unit_is_added_to_a_course_and_counts_from_the_next_version_on()
    {
        using var operators = await world.As("operator");
        var unit = $"Thu{Guid.NewGuid():N}"[..20];
        using var put = await operators.Send(HttpMethod.Put, "/v1/framework-units", new[] { new { code = unit, nameVi = "Đơn vị thử", nameEn = "A unit of a test" } });
        await put.Body(HttpStatusCode.OK);
        await operators.Send(HttpMethod.Post, "/v1/framework-rules", Rule("CommunityTeams", [unit])).Problem(Problems.RuleCannotBeMet);
        await operators.Send(HttpMethod.Put, "/v1/courses/KHONG-CO/units", new { units = new[] { unit } }).Problem(Problems.NoSuchCourse);
        await operators.Send(HttpMethod.Put, "/v1/courses/KNS-CD-10/units", new { units = new[] { "KhongCo" } }).Problem(Problems.Invalid);
        using var set = await operators.Send(HttpMethod.Put, "/v1/courses/KNS-CD-10/units", new { units = new[] { "WorkplaceTools", unit } });
        await set.Body(HttpStatusCode.OK);

        using var batch = await Batch.Start(world);
        await batch.Store(batch.Took("KNS-CD-10", 2, "hv", audience: "CommunityTeams"));
        await Make(operators, Rule("CommunityTeams", [unit]));
        Assert.Equal(["2026-02 CommunityTeams: 1"], await world.ConfirmedIn(batch.Commune));
        await operators.Send(HttpMethod.Get, "/v1/framework-rules/999999/recomputation").Problem(Problems.UnknownRule);
    }

    [Fact]
    public async Task A_version_with_a_mistaken_day_is_withdrawn_before_that_day_comes_and_the_next_may_be_earlier()
    {
        using var operators = await world.As("operator");
        await operators.Send(HttpMethod.Post, "/v1/framework-rules", Rule("PublicSector", ["DigitalSafety"], from: "2099-12-31")).Problem(Problems.Invalid);
        using var made = await operators.Send(HttpMethod.Post, "/v1/framework-rules", Rule("PublicSector", ["DigitalSafety"], from: NextYear).ToJsonString());
        var id = (await made.Body(HttpStatusCode.Created)).Text("id");
        var mended = Rule("PublicSector", ["DigitalSafety"], from: Tomorrow).ToJsonString();
        var refused = await operators.Send(HttpMethod.Post, "/v1/framework-rules", mended).Problem(Problems.RuleTooEarly);
        Assert.Contains($"DELETE /v1/framework-rules/{id}", refused.Text("detail"), StringComparison.Ordinal);

        for (var time = 0; time < 2; time++)
            using (var withdrawn = await operators.Send(HttpMethod.Delete, $"/v1/framework-rules/{id}"))
                Assert.Equal(HttpStatusCode.NoContent, withdrawn.StatusCode);
        var rule = await operators.Read($"/v1/framework-rules/{id}");
        Assert.NotNull(rule.Text("withdrawnAt"));
        Assert.Equal(("operator", "Withdrawn"), (rule.Text("withdrawnBy")![..8], rule["recomputation"]!["state"]!.ToString()));
        Assert.Equal("Withdrawn", (await operators.Read($"/v1/framework-rules/{id}/recomputation")).Text("state"));
        using var next = await operators.Send(HttpMethod.Post, "/v1/framework-rules", mended);
        var second = await next.Body(HttpStatusCode.Created);
        Assert.Equal(rule.Number("version") + 1, second.Number("version"));
        Assert.Single(await world.Everything("select 1 from audit_entries where subject = 'framework_rules' and action = 'Update' and row_key = $1", id!));

        var inForce = (await operators.Rows("/v1/framework-rules?audience=Citizens")).First(r => r["inForce"]!.GetValue<bool>()).Text("id");
        await operators.Send(HttpMethod.Delete, $"/v1/framework-rules/{inForce}").Problem(Problems.RuleInForce);
        await operators.Send(HttpMethod.Delete, "/v1/framework-rules/999999").Problem(Problems.UnknownRule);
        using (await operators.Send(HttpMethod.Delete, $"/v1/framework-rules/{second.Text("id")}"))
            Assert.NotNull((await operators.Read($"/v1/framework-rules/{second.Text("id")}")).Text("withdrawnAt"));
    }

    private static string Tomorrow => $"{DateTime.UtcNow.AddDays(2):yyyy-MM-dd}";

    private static string NextYear => $"{DateTime.UtcNow.AddYears(1):yyyy-MM-dd}";

    internal static JsonObject Rule(string audience, string[] units, decimal? score = null, string from = "2026-01-01") => new()
    {
        ["audience"] = audience,
        ["legalBasis"] = "Quyết định thử",
        ["effectiveFrom"] = from,
        ["source"] = "PlatformResult",
        ["units"] = new JsonArray([.. units.Select(u => JsonValue.Create(u))]),
        ["minimumScore"] = score,
    };

    /// <summary>Makes a rule and waits until everybody is judged by it.</summary>
    internal static async Task<string> Make(HttpClient operators, JsonObject rule)
    {
        using var made = await operators.Send(HttpMethod.Post, "/v1/framework-rules", rule.ToJsonString());
        var id = (await made.Body(HttpStatusCode.Created)).Text("id")!;
        while (await operators.Read($"/v1/framework-rules/{id}/recomputation") is var work && work.Text("state") != "Done")
            await Task.Delay(20, Cancellation);
        return id;
    }
}
