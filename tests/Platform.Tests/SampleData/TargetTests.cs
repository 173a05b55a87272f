using System.Text.Json.Nodes;

namespace Platform.Tests.SampleData;

/// <summary>Every target of the five documents with its year, audience, bound and value.</summary>
public sealed class TargetTests(World world)
{
    [Fact]
    public async Task Thai_Nguyen_has_nine_sentences_of_which_one_holds_two_targets() => Assert.Equal(
        [
            "III.1 2026 PublicSector = 100%", "III.2 2026 Students = 100%", "III.3 2026 Citizens = 100%", "III.4 2026 Citizens > 90%",
            "III.5 2026 Workers = 100%", "III.6 2026 CommunityTeams = 100%", "III.7 2026 PublicSector = 80%", "III.7 2026 DigitalAmbassadors = 70%",
            "III.8 2026 Citizens = 60%", "III.9 2026 nobody ≥ 1 mô hình",
        ], await Targets("19"));

    [Fact]
    public async Task Kha_Son_sets_the_provinces_targets_but_none_for_ambassadors() => Assert.Equal(
        [
            "III.1 2026 PublicSector = 100%", "III.2 2026 Students = 100%", "III.3 2026 Citizens = 100%", "III.4 2026 Citizens > 90%",
            "III.5 2026 Workers = 100%", "III.6 2026 CommunityTeams = 100%", "III.7 2026 PublicSector = 80%", "III.8 2026 Citizens = 60%",
            "III.9 2026 nobody ≥ 1 mô hình",
        ], await Targets("05953"));

    [Fact]
    public async Task Bac_Thanh_Mien_has_five_targets_for_2025_and_six_for_2026() => Assert.Equal(
        [
            "II.1.1 2025 PublicSector > 80%", "II.1.2 2025 Students = 100%", "II.1.3 2025 Citizens = 80%", "II.1.4 2025 Citizens = 80%",
            "II.1.5 2025 Workers = 80%", "II.2.1 2026 PublicSector = 100%", "II.2.2 2026 Students = 100%", "II.2.3 2026 Citizens = 100%",
            "II.2.4 2026 Citizens = 100%", "II.2.5 2026 Workers = 100%", "II.2.6 2026 Schools ≥ 80%",
        ], await Targets("11254"));

    [Fact]
    public async Task Ngok_Bay_has_five_targets_a_year_and_one_for_signatures_in_its_organisation_part() => Assert.Equal(
        [
            "II.1.1 2025 PublicSector = 80%", "II.1.2 2025 Students = 100%", "II.1.3 2025 Citizens = 80%", "II.1.4 2025 Citizens = 70%",
            "II.1.5 2025 Workers = 80%", "II.2.1 2026 PublicSector = 100%", "II.2.2 2026 Students = 100%", "II.2.3 2026 Citizens = 100%",
            "II.2.4 2026 Citizens = 80%", "II.2.5 2026 Workers = 100%", "V.1-8 2025 Citizens > 50%",
        ], await Targets("23317"));

    [Fact]
    public async Task Hoa_Lac_sets_smartphones_and_accounts_in_one_sentence() => Assert.Equal(
        [
            "II.1 2026 PublicSector = 100%", "II.2 2026 Students = 100%", "II.3 2026 Citizens = 100%", "II.4 2026 Citizens > 85%",
            "II.4 2026 Citizens > 50%", "II.5 2026 Workers = 100%",
        ], await Targets("09988"));

    [Theory]
    [InlineData("19", "III.4")]
    [InlineData("05953", "III.4")]
    [InlineData("11254", "II.1.4")]
    [InlineData("11254", "II.2.4")]
    [InlineData("23317", "II.1.4")]
    [InlineData("23317", "II.2.4")]
    public async Task Confirmation_on_VNeID_is_fed_by_confirmations_and_never_by_completions(string locality, string number)
    {
        var plan = await world.SampleDocument(locality);
        var target = plan["targets"]!.AsArray().Single(t => t!["number"]!.ToString() == number)!;
        Assert.Equal(("VneidConfirmation", "Confirmations", "Cumulative"), (target["measure"]!.ToString(), target["source"]!.ToString(), target["accumulation"]!.ToString()));
    }

    [Theory]
    [InlineData("11254")]
    [InlineData("23317")]
    public async Task The_pupils_of_2025_are_those_of_secondary_schools_and_of_2026_all_from_primary(string locality)
    {
        var plan = await world.SampleDocument(locality);
        var students = plan["targets"]!.AsArray().Where(t => t!["audience"]?.ToString() == "Students").Select(t => $"{t!["year"]} {t["population"]}");
        Assert.Equal(["2025 SecondaryStudents", "2026 StudentsFromPrimary"], students);
    }

    [Fact]
    public async Task Two_targets_of_one_sentence_share_number_and_measure_but_not_people()
    {
        var plan = await world.SampleDocument("19");
        var pair = plan["targets"]!.AsArray().Where(t => t!["number"]!.ToString() == "III.7").Select(t => $"{t!["measure"]} {(decimal)t["value"]!:0.##} {t["population"]}");
        Assert.Equal(["AiAssistantTraining 80 CommuneOfficials", "AiAssistantTraining 70 DigitalAmbassadors"], pair);
    }

    private async Task<IEnumerable<string>> Targets(string locality) =>
        (await world.SampleDocument(locality))["targets"]!.AsArray().Select(t =>
            $"{t!["number"]} {t["year"]} {t["audience"]?.ToString() ?? "nobody"} {t["bound"]} {(decimal)t["value"]!:0.##}{Unit(t)}");

    private static string Unit(JsonNode target) => target["unit"]!.ToString() == "Percent" ? "%" : $" {target["unitText"]}";
}
