using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Platform.Tests.SampleData;

/// <summary>What the five documents say on reports, coverage and counts, and what the platform leaves out.</summary>
public sealed class ReportingTests(World world)
{
    [Fact]
    public async Task Kha_Son_carries_out_the_plan_of_its_province()
    {
        var plan = await world.SampleDocument("05953");
        Assert.Equal(("19", "05-KH/BCĐ"), (plan["implements"]!["locality"]!.ToString(), plan["implements"]!["number"]!.ToString()));
    }

    [Fact]
    public async Task Kha_Sons_internal_deadlines_feed_those_of_the_province()
    {
        var (commune, province) = (Rules(await world.SampleDocument("05953")), Rules(await world.SampleDocument("19")));
        Assert.Equal(
            [
                "HalfYear all → phong-van-hoa-xa-hoi before 17/5", "Year all → phong-van-hoa-xa-hoi before 17/11",
                "HalfYear phong-van-hoa-xa-hoi → ban-chi-dao-tinh before 20/5", "Year phong-van-hoa-xa-hoi → ban-chi-dao-tinh before 20/11",
                "AdHoc all → ubnd-xa",
            ], commune);
        Assert.Equal(["HalfYear all → ban-chi-dao-tinh before 20/5", "Year all → ban-chi-dao-tinh before 20/11"], province.Take(2));
    }

    [Fact]
    public async Task Bac_Thanh_Miens_units_report_at_the_latest_on_the_tenth_of_the_quarters_last_month()
    {
        var rules = (await world.SampleDocument("11254"))["reportingRules"]!.AsArray();
        var rule = rules.Single(r => r!["recipient"]!.ToString() == "phong-van-hoa-xa-hoi")!;
        Assert.Equal(
            ("Quarter", "Quarterly", 10, false, "chậm nhất vào ngày 10 của tháng cuối quý"),
            (rule["kind"]!.ToString(), rule["frequency"]!.ToString(), (int)rule["dueDay"]!, (bool)rule["dueBefore"]!, rule["dueText"]!.ToString()));
        Assert.Equal(["phong-ban-don-vi-truc-thuoc"], rule["reporters"]!.AsArray().Select(r => r!.ToString()));
    }

    [Fact]
    public async Task Hoa_Lacs_youth_union_reports_monthly_and_quarterly() => Assert.Equal(
        ["Month doan-thanh-nien-xa → ubnd-xa", "Quarter doan-thanh-nien-xa → ubnd-xa", "Periodic all → ubnd-xa"], Rules(await world.SampleDocument("09988")));

    [Fact]
    public async Task Ngok_Bays_reports_are_folded_into_the_periodic_digital_report()
    {
        var plan = await world.SampleDocument("23317");
        Assert.Equal("Periodic all → ubnd-xa", Rules(plan)[0]);
        Assert.Equal("lồng ghép vào báo cáo định kỳ về công nghệ số năm 2025", plan["reportingRules"]![0]!["dueText"]!.ToString());
    }

    [Fact]
    public async Task Ngok_Bay_has_sixteen_teams_and_mentors_of_at_least_five_mentees()
    {
        var plan = await world.SampleDocument("23317");
        Assert.Equal(16, (int)(decimal)plan["facts"]!.AsArray().Single(f => f!["key"]!.ToString() == "communityTeams")!["value"]!);
        Assert.Contains("Mentor ≥ 5 Mentee", Coverage(plan, "Đại sứ số"));
    }

    [Theory]
    [InlineData("11254", "Đại sứ số", "Village ≥ 1 Ambassador, Agency ≥ 1 Ambassador")]
    [InlineData("11254", "Gia đình số", "Household ≥ 1 Member")]
    [InlineData("11254", "Mỗi công dân - Một danh tính số", "CitizenFrom16 100% DigitalIdentity")]
    [InlineData("19", "Bình dân học AI", "Commune ≥ 1 Model")]
    [InlineData("19", "Mỗi công dân - Một danh tính số", "CitizenFrom16 100% DigitalIdentity")]
    [InlineData("23317", "Gia đình số", "Household ≥ 1 Member")]
    [InlineData("09988", "Đại sứ số", "ServiceDesk ≥ 1 SupportStaff")]
    public async Task An_initiative_has_the_coverage_that_its_document_asks_for(string locality, string initiative, string expected) =>
        Assert.Equal(expected, string.Join(", ", Coverage(await world.SampleDocument(locality), initiative)));

    [Fact]
    public async Task The_phone_number_in_Kha_Sons_document_is_not_kept()
    {
        var plan = Regex.Replace((await world.SampleDocument("05953")).ToJsonString(), "[0-9a-f]{8}-[0-9a-f-]{27}", "", RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.DoesNotMatch(@"\D0\d{9}\D", plan);
    }

    [Fact]
    public async Task The_other_Hoa_Lac_has_no_plan()
    {
        using var client = await world.As("operator");
        Assert.Empty((await client.Ask("GET", "/v1/localities/30430/plans")).Body!["items"]!.AsArray());
    }

    private static List<string> Rules(JsonNode plan) => [.. plan["reportingRules"]!.AsArray().Select(r =>
        $"{r!["kind"]} {string.Join('+', r["reporters"]!.AsArray().Select(x => x!.ToString()))} → {r["recipient"]}"
        + (r["dueMonth"] is null ? "" : $" {((bool)r["dueBefore"]! ? "before" : "by")} {r["dueDay"]}/{r["dueMonth"]}"))];

    private static IEnumerable<string> Coverage(JsonNode plan, string initiative) =>
        plan["initiatives"]!.AsArray().Single(i => i!["name"]!.ToString() == initiative)!["coverage"]!.AsArray().Select(c =>
            $"{c!["each"]} {(c["atLeast"] is { } least ? $"≥ {least}" : $"{(decimal)c["percent"]!:0.##}%")} {c["of"]}");
}
