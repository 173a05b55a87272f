using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;
using Platform.Tests.Learning;

namespace Platform.Tests.Confirmations;

/// <summary>What communes record of their people confirms them where the rule asks for it, once, wherever they are counted.</summary>
[Collection("Rules")]
public sealed class RecordedTests(World world)
{
    [Fact]
    public async Task An_agencys_confirmations_are_answered_row_by_row_count_once_and_are_withdrawn_with_a_reason()
    {
        using var operators = await world.As("operator");
        var (batch, communes) = await Batch.Start(world, 2);
        using var _ = batch;
        using var admin = await world.NewClient(Role.CommuneAdmin, communes[0]);
        using var neighbour = await world.NewClient(Role.CommuneAdmin, communes[1]);
        var (learner, other) = (Batch.NewCitizen(), Batch.NewCitizen());
        await batch.Store(batch.Took("KNS-CD-11", 1, citizen: learner, audience: "CommunityTeams"));
        var rule = RuleTests.Rule("CommunityTeams", []);
        rule["source"] = "AgencyConfirmation";
        await RuleTests.Make(operators, rule);
        Assert.Empty(await world.ConfirmedIn(communes[0]));

        var answer = await Record(admin, communes[0], Row(learner), Row(other), Row(other), Row(other, source: "Declaration"), Row("12345"), Row(Batch.NewCitizen(), at: "2099-01-01T00:00:00Z"), null);
        Assert.Equal((3, 1, 3), ((int)answer.Number("created")!, (int)answer.Number("duplicates")!, (int)answer.Number("rejected")!));
        Assert.Equal("created created duplicate created rejected rejected rejected", Batch.Outcomes(answer));
        Assert.Equal("/4/citizenId", answer["results"]![4]!["problems"]![0]!["pointer"]!.ToString());
        Assert.Equal(["2026-03 CommunityTeams: 2"], await world.ConfirmedIn(communes[0]));
        Assert.Equal(1, await batch.Learners());
        Assert.Empty(await world.Differences(communes));

        // Whoever learns elsewhere later is counted there, confirmed as before; another commune's word changes nothing.
        await batch.Store(batch.Took("KNS-CD-11", 5, citizen: other, audience: "CommunityTeams", commune: communes[1]));
        await Record(neighbour, communes[1], Row(other, at: "2026-06-01T00:00:00Z"));
        Assert.Equal(["2026-03 CommunityTeams: 1"], await world.ConfirmedIn(communes[0]));
        Assert.Equal(["2026-03 CommunityTeams: 1"], await world.ConfirmedIn(communes[1]));

        var id = answer["results"]![1]!["id"]!.ToString();
        await neighbour.Send(HttpMethod.Post, $"/v1/localities/{communes[1]}/confirmations/{id}/withdrawal", new { reason = "Nhầm" }).Problem(Problems.UnknownConfirmation);
        await admin.Send(HttpMethod.Post, $"/v1/localities/{communes[0]}/confirmations/{id}/withdrawal", new { reason = "Nhầm 001099000123" }).Problem(Problems.Invalid);
        using (var sent = await admin.Send(HttpMethod.Post, $"/v1/localities/{communes[0]}/confirmations/{id}/withdrawal", new { reason = "Nhầm người" }))
            await sent.Body(HttpStatusCode.OK);
        await admin.Send(HttpMethod.Post, $"/v1/localities/{communes[0]}/confirmations/{id}/withdrawal", new { reason = "Nhầm" }).Problem(Problems.ConfirmationWithdrawn);
        Assert.Equal(["2026-06 CommunityTeams: 1"], await world.ConfirmedIn(communes[1]));
        var recorded = await admin.Rows($"/v1/localities/{communes[0]}/confirmations");
        Assert.Equal(3, recorded.Count);
        var withdrawn = Assert.Single(recorded, c => c.Text("withdrawalReason") is not null);
        Assert.Equal((id, "Nhầm người"), (withdrawn.Text("id"), withdrawn.Text("withdrawalReason")));
        Assert.Equal("created", Batch.Outcomes(await Record(admin, communes[0], Row(other, at: "2026-02-01T00:00:00Z"))));
        Assert.Equal(["2026-02 CommunityTeams: 1"], await world.ConfirmedIn(communes[1]));

        // In an audience whose rule asks for completions, recorded words do not count.
        await batch.Store(batch.Took("KNS-CD-11", 7, citizen: other, commune: communes[1]));
        Assert.Empty(await world.ConfirmedIn(communes[1]));
        Assert.Empty(await world.Differences(communes));
    }

    [Fact]
    public async Task What_was_recorded_is_found_by_each_of_its_fields_and_shows_by_which_audience_it_is_judged()
    {
        using var batch = await Batch.Start(world);
        using var admin = await world.NewClient(Role.CommuneAdmin, batch.Commune);
        var path = $"/v1/localities/{batch.Commune}/confirmations";
        var (known, elsewhere) = (Batch.NewCitizen(), Batch.NewCitizen());
        await batch.Store(batch.Took("KNS-CD-11", 1, citizen: known, audience: "Workers"));
        var said = new[] { Row(known), Row(Batch.NewCitizen(), "Declaration", "2026-04-01T00:30:00+07:00"), Row(elsewhere, "Declaration", "2026-05-01T00:00:00+07:00") };
        (said[1]["reference"], said[2]["reference"]) = ("Biên bản HỌP xóm", null);
        var ids = (await Record(admin, batch.Commune, said))["results"]!.AsArray().Select(r => r!["id"]!.ToString()).ToList();
        using (await admin.Send(HttpMethod.Post, $"{path}/{ids[2]}/withdrawal", new { reason = "Nhầm người" }))
            foreach (var (query, found) in new[]
            {
                ("", "0 1 2"), ("source=Declaration", "1 2"), ("confirmedFrom=2026-04-01", "1 2"), ("confirmedTo=2026-03-31", "0"), ("confirmedFrom=2026-04-01&confirmedTo=2026-04-01", "1"),
                ("withdrawn=true", "2"), ("withdrawn=false&source=Declaration", "1"), ("reference=danh sách", "0"), ("reference=họp", "1"), ("reference=50%25", ""),
            })
                Assert.Equal(found, string.Join(' ', (await admin.Rows($"{path}?{query}")).Select(c => ids.IndexOf(c.Text("id")!)).Order()));
        var first = await admin.Read($"{path}?source=Declaration&withdrawn=false&confirmedFrom=2026-01-01&limit=1");
        Assert.Null(first.Text("next"));
        var page = await admin.Read($"{path}?source=Declaration&confirmedFrom=2026-01-01&limit=1");
        var both = page["items"]!.AsArray().Concat((await admin.Read(page.Text("next")!))["items"]!.AsArray()).Select(c => ids.IndexOf(c!["id"]!.ToString()));
        Assert.Equal([1, 2], both.Order());
        Assert.Equal(["Workers", "CommunityTeams", "CommunityTeams"], (await admin.Rows(path)).OrderBy(c => ids.IndexOf(c.Text("id")!)).Select(c => c.Text("audience")!));
        await admin.Send(HttpMethod.Get, $"{path}?confirmedFrom=2026-04-02&confirmedTo=2026-04-01").Problem(Problems.BadParameter);
    }

    [Fact]
    public async Task Nobody_but_the_communes_admin_records_or_reads_what_it_recorded()
    {
        var commune = (await world.FreshCommune()).Code;
        var path = $"/v1/localities/{commune}/confirmations";
        using var vendor = await world.NewClient(Role.Vendor, commune);
        using var viewer = await world.NewClient(Role.ProvinceManager, "38");
        using var operators = await world.As("operator");
        await vendor.Send(HttpMethod.Post, path, "[]").Problem(Problems.NotAllowed);
        await operators.Send(HttpMethod.Get, path).Problem(Problems.NotAllowed);
        await viewer.Send(HttpMethod.Get, path).Problem(Problems.UnknownLocality);
        await viewer.Send(HttpMethod.Post, "/v1/localities/38/confirmations", "[]").Problem(Problems.Invalid);
    }

    private static JsonObject Row(string citizen, string source = "AgencyConfirmation", string at = "2026-03-05T08:00:00+07:00") => new()
    {
        ["citizenId"] = citizen,
        ["audience"] = "CommunityTeams",
        ["source"] = source,
        ["confirmedAt"] = at,
        ["reference"] = "Danh sách số 5",
    };

    private static async Task<JsonObject> Record(HttpClient admin, string commune, params JsonNode?[] rows)
    {
        using var sent = await admin.Send(HttpMethod.Post, $"/v1/localities/{commune}/confirmations", new JsonArray(rows).ToJsonString());
        return await sent.Body(HttpStatusCode.OK);
    }
}
