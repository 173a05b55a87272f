using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Tests.SampleData;

/// <summary>
/// The five documents counted by hand. A task is a numbered item, or a bullet where the document numbers none; a bullet that only points at
/// tasks elsewhere («chủ trì nhiệm vụ 4.1, mục 4, phần IV») is an assignment of those. A body that another one directs to take part coordinates.
/// </summary>
public sealed class DocumentTests(World world)
{
    private const string ThaiNguyen = "19", KhaSon = "05953", BacThanhMien = "11254", NgokBay = "23317", HoaLac = "09988";

    [Theory]
    [InlineData(ThaiNguyen, "2026: 10")]
    [InlineData(KhaSon, "2026: 9")]
    [InlineData(BacThanhMien, "2025: 5, 2026: 6")]
    [InlineData(NgokBay, "2025: 6, 2026: 5")]
    [InlineData(HoaLac, "2026: 6")]
    public async Task Every_year_of_a_document_has_all_its_targets(string locality, string expected)
    {
        var plan = await world.SampleDocument(locality);
        Assert.Equal(expected, Counts(plan, "targets", t => t["year"]!.ToString()));
    }

    [Theory]
    [InlineData(ThaiNguyen, "IV: 10 headings + 33, VI: 9 headings + 31")]
    [InlineData(KhaSon, "IV: 10 headings + 32, VI: 5 headings + 15")]
    [InlineData(BacThanhMien, "III: 3 headings + 15, IV: 0 headings + 1, V: 0 headings + 4")]
    [InlineData(NgokBay, "III: 6 headings + 19, V: 8 headings + 32")]
    [InlineData(HoaLac, "III: 4 headings + 13, V: 9 headings + 24")]
    public async Task Every_part_of_a_document_has_all_its_headings_and_tasks(string locality, string expected)
    {
        var tasks = (await world.SampleDocument(locality))["tasks"]!.AsArray().Select(t => t!).ToList();
        var parents = tasks.Select(t => t["parent"]?.ToString()).ToHashSet();
        var parts = tasks.GroupBy(t => t["part"]!.ToString()).OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => (p.Key, Headings: p.Count(t => parents.Contains(t["number"]!.ToString())), All: p.Count()));
        Assert.Equal(expected, string.Join(", ", parts.Select(p => $"{p.Key}: {p.Headings} headings + {p.All - p.Headings}")));
    }

    [Theory]
    [InlineData(ThaiNguyen, "Advise: 1, Coordinate: 28, Lead: 61, Supervise: 8")]
    [InlineData(KhaSon, "Advise: 5, Coordinate: 10, Lead: 13, Supervise: 4")]
    [InlineData(BacThanhMien, "Advise: 2, Coordinate: 23, Lead: 14, Supervise: 1")]
    [InlineData(NgokBay, "Advise: 2, Coordinate: 20, Lead: 27, Supervise: 2")]
    [InlineData(HoaLac, "Advise: 2, Coordinate: 40, Lead: 40, Supervise: 3")]
    public async Task Every_role_that_a_document_gives_is_assigned(string locality, string expected)
    {
        var assignments = (await world.SampleDocument(locality))["tasks"]!.AsArray().SelectMany(t => t!["assignments"]!.AsArray());
        Assert.Equal(expected, Counts(assignments, a => a["role"]!.ToString()));
    }

    [Theory]
    [InlineData(ThaiNguyen, 25)]
    [InlineData(KhaSon, 15)]
    [InlineData(BacThanhMien, 16)]
    [InlineData(NgokBay, 16)]
    [InlineData(HoaLac, 26)]
    public async Task Every_body_that_a_document_gives_work_or_reports_to_is_an_agency(string locality, int expected)
    {
        var agencies = (await world.SampleDocument(locality))["agencies"]!.AsArray();
        Assert.Equal(expected, agencies.Count);
        Assert.Equal(expected, agencies.Select(a => a!["name"]!.ToString()).Distinct().Count());
    }

    [Theory]
    [InlineData(ThaiNguyen, "57-NQ/TW, 01-KH/BCĐTW, 71/NQ-CP, 15-KH/TU", "146/QĐ-TTg, 234/QĐ-UBND, 1315/QĐ-TTg, 237/KH-UBND")]
    [InlineData(KhaSon, "57-NQ/TW, 01-KH/BCĐTW, 71/NQ-CP, 15-KH/TU, 05-KH/BCĐ, 33-KH/ĐU", "146/QĐ-TTg, 234/QĐ-UBND, 1315/QĐ-TTg, 237/KH-UBND")]
    [InlineData(BacThanhMien, "2144/UBND-NVKTGS", "02/2025/TT-BGDĐT")]
    [InlineData(NgokBay, "57-NQ/TW, 368-KH/TU, 125/KH-UBND, 639/SKHCN-BCVT&CĐS, 03-TB/ĐU", "91/PC-VHXH, 13-NQ/TU")]
    [InlineData(HoaLac, "57-NQ/TW, 05-KH/BCĐ57, 138/KH-UBND", "")]
    public async Task The_documents_that_a_plan_rests_on_are_told_from_those_it_only_names(string locality, string basis, string named)
    {
        var bases = (await world.SampleDocument(locality))["legalBases"]!.AsArray();
        Assert.Equal(basis, Numbers("Basis"));
        Assert.Equal(named, Numbers("Reference"));

        string Numbers(string relation) => string.Join(", ", bases.Where(b => b!["relation"]!.ToString() == relation).Select(b => b!["number"]!.ToString()));
    }

    [Theory]
    [InlineData(ThaiNguyen, "Campaign: 1, Festival: 1, Model: 5, Movement: 3, Programme: 3")]
    [InlineData(KhaSon, "Festival: 1, Model: 5, Movement: 3, Programme: 2")]
    [InlineData(BacThanhMien, "Campaign: 1, Festival: 1, Model: 7, Movement: 2")]
    [InlineData(NgokBay, "Campaign: 1, Model: 4, Movement: 2")]
    [InlineData(HoaLac, "Campaign: 2, Model: 3, Movement: 1")]
    public async Task Every_model_movement_and_campaign_is_an_initiative(string locality, string expected)
    {
        var plan = await world.SampleDocument(locality);
        Assert.Equal(expected, Counts(plan, "initiatives", i => i["kind"]!.ToString()));
    }

    [Theory]
    [InlineData(ThaiNguyen, "AdHoc: 1, HalfYear: 2, Periodic: 1, Year: 2")]
    [InlineData(KhaSon, "AdHoc: 1, HalfYear: 2, Year: 2")]
    [InlineData(BacThanhMien, "Quarter: 2")]
    [InlineData(NgokBay, "AdHoc: 1, Periodic: 2")]
    [InlineData(HoaLac, "Month: 1, Periodic: 1, Quarter: 1")]
    public async Task Every_duty_to_report_is_a_rule(string locality, string expected)
    {
        var plan = await world.SampleDocument(locality);
        Assert.Equal(expected, Counts(plan, "reportingRules", r => r["kind"]!.ToString()));
    }

    [Theory]
    [InlineData(ThaiNguyen, "05-KH/BCĐ", "2025-12-24", 2026, 2026)]
    [InlineData(KhaSon, null, null, 2026, 2026)]
    [InlineData(BacThanhMien, "53/KH-UBND", "2025-09-10", 2025, 2026)]
    [InlineData(NgokBay, null, null, 2025, 2026)]
    [InlineData(HoaLac, null, null, 2026, 2026)]
    public async Task Number_and_day_are_empty_where_the_document_leaves_them_empty(string locality, string? number, string? issuedOn, int from, int to)
    {
        var plan = await world.SampleDocument(locality);
        Assert.Equal((number, issuedOn, from, to), (plan["number"]?.ToString(), plan["issuedOn"]?.ToString(), (int)plan["fromYear"]!, (int)plan["toYear"]!));
        Assert.False(string.IsNullOrEmpty(plan["issuedText"]?.ToString()));
    }

    [Theory]
    [InlineData(ThaiNguyen)]
    [InlineData(KhaSon)]
    [InlineData(BacThanhMien)]
    [InlineData(NgokBay)]
    [InlineData(HoaLac)]
    public async Task All_texts_are_composed_Unicode(string locality)
    {
        var text = (await world.SampleDocument(locality)).ToJsonString(Platform.Http.Json.Options);
        Assert.Contains("ế", text, StringComparison.Ordinal);
        Assert.True(text.IsNormalized(NormalizationForm.FormC));
    }

    [Theory]
    [InlineData(ThaiNguyen, 8)]
    [InlineData(KhaSon, 10)]
    [InlineData(BacThanhMien, 11)]
    [InlineData(NgokBay, 5)]
    [InlineData(HoaLac, 12)]
    public async Task Every_schedule_keeps_its_original_wording_beside_the_dates(string locality, int expected)
    {
        var schedules = (await world.SampleDocument(locality))["tasks"]!.AsArray().Select(t => t!["schedule"]).OfType<JsonNode>().ToList();
        Assert.Equal(expected, schedules.Count);
        Assert.All(schedules, s => Assert.False(string.IsNullOrWhiteSpace(s["text"]?.ToString())));
        Assert.All(schedules.Where(s => s["kind"]!.ToString() == "Window"), s => Assert.True(s["startsOn"] is not null && s["dueOn"] is not null));
        Assert.All(schedules.Where(s => s["kind"]!.ToString() == "Deadline"), s => Assert.NotNull(s["dueOn"]));
        Assert.All(schedules.Where(s => s["kind"]!.ToString() == "OpenStart"), s => Assert.NotNull(s["startsOn"]));
    }

    private static string Counts(JsonNode plan, string part, Func<JsonNode, string> key) => Counts(plan[part]!.AsArray(), key);

    private static string Counts(IEnumerable<JsonNode?> rows, Func<JsonNode, string> key) =>
        string.Join(", ", rows.GroupBy(r => key(r!)).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}: {g.Count()}"));
}
