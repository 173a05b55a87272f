using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Tests.Localities;

/// <summary>A commune's agencies and villages, in communes that no other test writes.</summary>
public sealed class AgencyTests(World world)
{
    [Fact]
    public async Task An_agency_without_a_key_gets_one_made_of_its_name()
    {
        using var client = await world.AdminOf("00004");
        var made = await client.Ask("POST", "/v1/localities/00004/agencies", Agency("Đội Quản lý trật tự & Đô thị", "Department"));
        Assert.Equal((201, "doi-quan-ly-trat-tu-do-thi"), (made.Status, made.Body!["key"]!.ToString()));
        Assert.Equal($"/v1/localities/00004/agencies/{made.Body["id"]}", made.Location!.ToString());
        Assert.Contains(await List(client, "/v1/localities/00004/agencies"), a => a["id"]!.ToString() == made.Body["id"]!.ToString());
    }

    [Fact]
    public async Task Agencies_stand_in_the_order_of_a_Vietnamese_dictionary()
    {
        using var client = await world.AdminOf("00008");
        foreach (var name in (string[])["Em", "Đoàn", "Dân", "Ấp", "An", "Ban", "Băng"])
            Assert.Equal(201, (await client.Ask("POST", "/v1/localities/00008/agencies", Agency(name, "Collective"))).Status);
        Assert.Equal(["An", "Ấp", "Ban", "Băng", "Dân", "Đoàn", "Em"], (await List(client, "/v1/localities/00008/agencies")).Select(a => a["name"]!.ToString()));
    }

    [Fact]
    public async Task A_second_agency_with_the_same_key_is_refused()
    {
        using var client = await world.AdminOf("00025");
        Assert.Equal(201, (await client.Ask("POST", "/v1/localities/00025/agencies", Agency("Trạm Y tế", "ServiceCentre"))).Status);
        (await client.Ask("POST", "/v1/localities/00025/agencies", Agency("TRẠM Y TẾ", "ServiceCentre"))).Refused(409, "PLT-2003");
        var other = (await client.Ask("POST", "/v1/localities/00025/agencies", Agency("Trạm Thú y", "ServiceCentre"))).Body!;
        (await client.Ask("PUT", $"/v1/localities/00025/agencies/{other["id"]}", Agency("Trạm Thú y", "ServiceCentre", "tram-y-te"))).Refused(409, "PLT-2003");
    }

    [Fact]
    public async Task Of_many_at_once_with_one_key_exactly_one_is_made()
    {
        using var client = await world.AdminOf("00160");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.Ask("POST", "/v1/localities/00160/agencies", Agency("Hội Chữ thập đỏ", "MassOrganisation"))));
        Assert.Equal([201, 409, 409, 409, 409, 409, 409, 409], answers.Select(a => a.Status).Order());
    }

    [Fact]
    public async Task An_agency_can_be_renamed_and_keeps_its_own_key()
    {
        using var client = await world.AdminOf("00070");
        var made = (await client.Ask("POST", "/v1/localities/00070/agencies", Agency("Phòng Kinh tế", "Department", "phong-kinh-te"))).Body!;
        var changed = await client.Ask("PUT", $"/v1/localities/00070/agencies/{made["id"]}", Agency("Phòng Kinh tế và Hạ tầng", "Collective", "phong-kinh-te"));
        Assert.Equal(
            (200, "phong-kinh-te", "Phòng Kinh tế và Hạ tầng", "Collective"),
            (changed.Status, changed.Body!["key"]!.ToString(), changed.Body["name"]!.ToString(), changed.Body["kind"]!.ToString()));
        Assert.Equal(changed.Body.ToJsonString(), Assert.Single(await List(client, "/v1/localities/00070/agencies")).ToJsonString());
    }

    [Fact]
    public async Task An_agency_with_assignments_stays_until_they_are_gone()
    {
        using var client = await world.AdminOf("00082");
        var plan = await client.Draft("00082");
        var agency = (await List(client, "/v1/localities/00082/agencies")).Single(a => a["key"]!.ToString() == "cong-an-xa");
        (await client.Ask("DELETE", $"/v1/localities/00082/agencies/{agency["id"]}")).Refused(409, "PLT-2004");
        Assert.Equal(204, (await client.Ask("DELETE", Drafts.At(plan))).Status);
        Assert.Equal(204, (await client.Ask("DELETE", $"/v1/localities/00082/agencies/{agency["id"]}")).Status);
        (await client.Ask("DELETE", $"/v1/localities/00082/agencies/{agency["id"]}")).Refused(404, "PLT-2002");
    }

    [Theory]
    [InlineData("{}", "/kind PLT-1201", "/name PLT-1201")]
    [InlineData("""{"name":"  ","kind":"Police"}""", "/name PLT-1201")]
    [InlineData("""{"name":"!!!","kind":"Police"}""", "/key PLT-1201")]
    [InlineData("""{"name":"a\u0000b","kind":"Police"}""", "/name PLT-1201", "/name PLT-1207")]
    [InlineData("""{"name":"Công an","kind":"Sheriff"}""", "/kind PLT-1205")]
    [InlineData("""{"name":"Công an","kind":3}""", "/kind PLT-1205")]
    [InlineData("""{"name":["Công an"],"kind":"Police"}""", "/name PLT-1202")]
    public async Task Every_field_at_fault_has_its_pointer(string body, params string[] faults)
    {
        using var client = await world.AdminOf("00091");
        var answer = await client.Ask("POST", "/v1/localities/00091/agencies", body);
        answer.Refused(422, "PLT-1002");
        Assert.Equal(faults, answer.Faults);
    }

    [Fact]
    public async Task A_name_of_more_than_300_letters_is_too_long_counted_as_it_is_stored()
    {
        using var client = await world.AdminOf("00097");
        var longest = string.Concat(Enumerable.Repeat("ế", 300)).Normalize(NormalizationForm.FormD);
        Assert.Equal(201, (await client.Ask("POST", "/v1/localities/00097/agencies", Agency(longest, "Police", "dai"))).Status);
        Assert.Equal(["/name PLT-1203"], (await client.Ask("POST", "/v1/localities/00097/agencies", Agency(longest + "x", "Police", "hon"))).Faults);
    }

    [Fact]
    public async Task Decomposed_names_with_stray_blanks_are_stored_composed_and_clean()
    {
        using var client = await world.AdminOf("00103");
        var made = await client.Ask("POST", "/v1/localities/00103/agencies", Agency("  Hội   Người cao tuổi ".Normalize(NormalizationForm.FormD), "MassOrganisation"));
        Assert.Equal("Hội Người cao tuổi", made.Body!["name"]!.ToString());
        Assert.Equal("hoi-nguoi-cao-tuoi", made.Body["key"]!.ToString());
        Assert.Single(await List(client, "/v1/localities/00103/agencies?search=nguoi cao"));
        Assert.Empty(await List(client, "/v1/localities/00103/agencies?search=cong an"));
    }

    [Theory]
    [InlineData("{\"name\":", "PLT-1001")]
    [InlineData("", "PLT-1008")]
    [InlineData("null", "PLT-1008")]
    public async Task A_body_that_is_no_JSON_object_is_refused(string body, string code)
    {
        using var client = await world.AdminOf("00118");
        (await client.Ask("POST", "/v1/localities/00118/agencies", body)).Refused(400, code);
    }

    [Fact]
    public async Task A_body_of_another_kind_is_refused()
    {
        using var client = await world.AdminOf("00118");
        (await client.Ask("POST", "/v1/localities/00118/agencies", "<a/>", type: "application/xml")).Refused(415, "PLT-1004");
    }

    [Fact]
    public async Task Villages_are_added_listed_and_removed()
    {
        using var client = await world.AdminOf("00127");
        foreach (var name in (string[])["Mai Sơn", "Đồng Tâm", "Ao Sen"])
            Assert.Equal(201, (await client.Ask("POST", "/v1/localities/00127/villages", Village("Thôn", name))).Status);
        var villages = await List(client, "/v1/localities/00127/villages");
        Assert.Equal(["Ao Sen", "Đồng Tâm", "Mai Sơn"], villages.Select(v => v["name"]!.ToString()));
        for (var again = 0; again < 2; again++)
            Assert.Equal(204, (await client.Ask("DELETE", $"/v1/localities/00127/villages/{villages[0]["id"]}")).Status);
        Assert.Equal(2, (await List(client, "/v1/localities/00127/villages")).Count);
    }

    [Fact]
    public async Task The_same_village_is_refused_whatever_its_case_and_wherever_its_tone_mark_stands()
    {
        using var client = await world.AdminOf("00136");
        Assert.Equal(201, (await client.Ask("POST", "/v1/localities/00136/villages", Village("Thôn", "Hòa Bình"))).Status);
        foreach (var same in (string[])["Hòa Bình", "Hoà Bình", "HÒA BÌNH", "Hòa  Bình".Normalize(NormalizationForm.FormD)])
            (await client.Ask("POST", "/v1/localities/00136/villages", Village("Thôn", same))).Refused(409, "PLT-2005");
        Assert.Equal(201, (await client.Ask("POST", "/v1/localities/00136/villages", Village("Xóm", "Hòa Bình"))).Status);
        Assert.Equal(201, (await client.Ask("POST", "/v1/localities/00136/villages", Village("Thôn", "Hóa Bình"))).Status);
    }

    [Fact]
    public async Task A_village_needs_kind_and_name()
    {
        using var client = await world.AdminOf("00145");
        var answer = await client.Ask("POST", "/v1/localities/00145/villages", "{}");
        answer.Refused(422, "PLT-1002");
        Assert.Equal(["/kind PLT-1201", "/name PLT-1201"], answer.Faults);
    }

    private static JsonObject Agency(string name, string kind, string? key = null) => new() { ["key"] = key, ["name"] = name, ["kind"] = kind };

    private static JsonObject Village(string kind, string name) => new() { ["kind"] = kind, ["name"] = name };

    private static async Task<List<JsonNode>> List(HttpClient client, string path) => [.. (await client.Ask("GET", path)).Body!["items"]!.AsArray().Select(i => i!)];
}
