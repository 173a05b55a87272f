using System.Text.Json.Nodes;

namespace Platform.Tests.SampleData;

/// <summary>Who does what in the five documents, wherever the document says so: at the task, in a table, or by reference from the organisation part.</summary>
public sealed class AssignmentTests(World world)
{
    [Theory]
    [InlineData("cong-an-tinh", "4.1, 4.2, 6.4", "VI.5.1")]
    [InlineData("so-khoa-hoc-cong-nghe", "1.3, 2.1, 2.3, 4.3, 4.4, 4.5, 6.1, 6.2, 6.3, 6.5", "VI.5.2")]
    [InlineData("so-giao-duc-dao-tao", "3.1, 3.2, 5.2", "VI.5.3")]
    [InlineData("so-noi-vu", "2.2, 5.1.c", "VI.5.4")]
    [InlineData("ban-tuyen-giao-dan-van-tinh-uy", "1.1, 5.1.a", "VI.1")]
    [InlineData("cap-uy-chinh-quyen-dia-phuong-don-vi", "1, 5", "VI.6")]
    public async Task An_agency_of_Thai_Nguyen_leads_the_tasks_that_the_organisation_part_refers_to(string agency, string tasks, string source)
    {
        var plan = await world.SampleDocument("19");
        var led = Of(plan, "IV").Where(a => a.Agency == agency && a.Role == "Lead").ToList();
        Assert.Equal(tasks, string.Join(", ", led.Select(a => a.Task)));
        Assert.All(led, a => Assert.Equal(source, a.Source));
    }

    [Fact]
    public async Task Five_bodies_share_the_lead_where_Thai_Nguyen_names_five()
    {
        var plan = await world.SampleDocument("19");
        Assert.Equal(
            ["doan-thanh-nien-cac-cap", "doanh-nghiep-cong-nghe-so", "hoi-phu-nu-cac-cap", "to-chuc-xa-hoi-nghe-nghiep", "to-cong-nghe-so-cong-dong"],
            Of(plan, "IV").Where(a => a.Task == "5.4.b").Select(a => a.Agency));
    }

    [Fact]
    public async Task Working_together_with_a_department_does_not_make_it_the_lead()
    {
        var plan = await world.SampleDocument("19");
        Assert.Equal(
            ["so-khoa-hoc-cong-nghe Coordinate", "so-noi-vu Coordinate"], Of(plan, "VI").Where(a => a.Task == "VI.5.4-2").Select(a => $"{a.Agency} {a.Role}"));
    }

    [Theory]
    [InlineData("1", "phong-van-hoa-xa-hoi", "cong-an-xa, doan-thanh-nien-xa, nganh-co-quan-don-vi-lien-quan, trung-tam-van-hoa-the-thao-truyen-thong", "Thường xuyên, bắt đầu triển khai từ tháng 9/2025")]
    [InlineData("2", "phong-van-hoa-xa-hoi", "doanh-nghiep-cong-nghe-so, to-cong-nghe-so-cong-dong", "Triển khai thường xuyên")]
    [InlineData("3.1", "ban-chi-dao-xa", "cac-thon, phong-ban-don-vi-truc-thuoc, to-cong-nghe-so-cong-dong", "Triển khai thường xuyên")]
    [InlineData("3.2", "doan-thanh-nien-xa", "cong-an-xa, to-cong-nghe-so-cong-dong", "Triển khai định kỳ và thường xuyên")]
    [InlineData("3.3", "trung-tam-phuc-vu-hanh-chinh-cong", "doan-thanh-nien-xa", "Từ tháng 9/2025 và triển khai thường xuyên")]
    [InlineData("3.4", "hoi-phu-nu-xa", "cac-thon, doan-thanh-nien-xa", "Từ tháng 9/2025 và thực hiện thường xuyên")]
    [InlineData("3.5", "phong-kinh-te", "doanh-nghiep-cong-nghe-so, phong-van-hoa-xa-hoi", "Từ tháng 9/2025")]
    [InlineData("3.6", "cong-an-xa", "ban-chi-dao-xa, doan-thanh-nien-xa", "Từ tháng 9/2025")]
    [InlineData("3.7", "ban-chi-dao-xa", "cac-thon, nganh-co-quan-don-vi-lien-quan, to-cong-nghe-so-cong-dong, truong-hoc", "Từ tháng 9/2025 và thực hiện thường xuyên")]
    public async Task A_task_of_Bac_Thanh_Mien_has_lead_coordinating_bodies_and_time(string number, string lead, string coordinating, string time) =>
        await HasRow("11254", number, lead, coordinating, null, time);

    [Theory]
    [InlineData("1.1", "co-quan-don-vi", "co-quan-don-vi-lien-quan, phong-van-hoa-xa-hoi, trung-tam-dich-vu-tong-hop", null, "Thường xuyên")]
    [InlineData("1.2", "trung-tam-dich-vu-tong-hop", "co-quan-don-vi-truc-thuoc", null, "Thường xuyên")]
    [InlineData("1.3", "trung-tam-dich-vu-tong-hop", "co-quan-don-vi-lien-quan, phong-van-hoa-xa-hoi", null, "Tháng 10/2026")]
    [InlineData("2.1", "truong-thcs-thach-hoa, truong-tieu-hoc-thach-hoa, truong-tieu-hoc-tien-xuan-b", "co-quan-don-vi-lien-quan", "Tổ chức hội thảo, tổ chức các lớp", "Trước tháng 6/2026")]
    [InlineData("2.2", "phong-van-hoa-xa-hoi", "co-quan-don-vi", "Quyết định", "Năm 2026")]
    [InlineData("2.3", "phong-van-hoa-xa-hoi", "co-quan-don-vi, to-chuyen-doi-so-cong-dong", "Quyết định", "Tháng 6/2026")]
    [InlineData("2.4", "co-quan-don-vi-lien-quan", "cac-doan-the, mttq-xa, to-chuyen-doi-so-cong-dong", "Các mô hình, phong trào", "Năm 2026")]
    [InlineData("3.1", "doan-thanh-nien-xa", "diem-ho-tro-dich-vu-cong-so, to-chuyen-doi-so-cong-dong", null, "Thường xuyên")]
    [InlineData("3.2", "doan-thanh-nien-xa", "cac-doan-the, mttq-xa, to-chuyen-doi-so-cong-dong", null, null)]
    [InlineData("3.3", "phong-kinh-te", "cac-doan-the, mttq-xa, to-chuyen-doi-so-cong-dong", null, null)]
    [InlineData("3.4", "cong-an-xa", "to-chuyen-doi-so-cong-dong", null, null)]
    [InlineData("3.5", "doan-thanh-nien-xa", "cac-doan-the, co-quan-don-vi-lien-quan, mttq-xa, to-chuyen-doi-so-cong-dong", null, "thường xuyên theo chuyên đề riêng hoặc lồng ghép")]
    public async Task A_row_of_Hoa_Lacs_tables_keeps_lead_coordinating_bodies_output_and_time(string number, string lead, string coordinating, string? output, string? time) =>
        await HasRow("09988", number, lead, coordinating, output, time);

    [Theory]
    [InlineData("1.3", "Window", "2026-10-01", "2026-10-31")]
    [InlineData("2.1", "Deadline", null, "2026-05-31")]
    [InlineData("2.2", "Window", "2026-01-01", "2026-12-31")]
    [InlineData("2.3", "Window", "2026-06-01", "2026-06-30")]
    [InlineData("3.1", "Ongoing", null, null)]
    [InlineData("V.8-2-4", "Recurring", null, null)]
    public async Task Hoa_Lacs_times_are_read_as_dates(string number, string kind, string? startsOn, string? dueOn)
    {
        var schedule = Task(await world.SampleDocument("09988"), number)["schedule"]!;
        Assert.Equal((kind, startsOn, dueOn), (schedule["kind"]!.ToString(), schedule["startsOn"]?.ToString(), schedule["dueOn"]?.ToString()));
    }

    [Fact]
    public async Task From_September_2025_is_an_open_start_and_10_October_a_yearly_day()
    {
        var plan = await world.SampleDocument("11254");
        var (open, yearly) = (Task(plan, "3.4")["schedule"]!, Task(plan, "1.(4)")["schedule"]!);
        Assert.Equal(("OpenStart", "2025-09-01", null), (open["kind"]!.ToString(), open["startsOn"]!.ToString(), open["dueOn"]));
        Assert.Equal(("YearlyDay", "Yearly 10-10"), (yearly["kind"]!.ToString(), yearly["recurrence"]!.ToString()));
    }

    [Theory]
    [InlineData("V.3", "Đại sứ số", "trung-tam-phuc-vu-hanh-chinh-cong")]
    [InlineData("V.2-2", "Chợ số - Nông thôn số", "phong-kinh-te")]
    [InlineData("V.4-2", "Mỗi công dân - Một danh tính số", "cong-an-xa")]
    [InlineData("V.6-4", "Gia đình số", "cac-thon")]
    [InlineData("V.7-2", "Tổ công nghệ số cộng đồng", "to-cong-nghe-so-cong-dong")]
    [InlineData("V.9-2", "Thanh niên chung tay phổ cập kỹ năng số", "doan-thanh-nien-xa")]
    public async Task Ngok_Bay_gives_each_model_to_an_agency_in_its_organisation_part(string number, string initiative, string lead)
    {
        var plan = await world.SampleDocument("23317");
        Assert.Equal((initiative, lead), (Task(plan, number)["initiative"]!.ToString(), Of(plan, "V").Single(a => a.Task == number && a.Role == "Lead").Agency));
    }

    [Fact]
    public async Task Kha_Sons_police_lead_on_their_platforms_with_agencies_and_hamlets()
    {
        var plan = await world.SampleDocument("05953");
        Assert.Equal(
            ["cac-xom Coordinate", "co-quan-don-vi-thuoc-xa Coordinate", "cong-an-xa Lead"],
            Of(plan, "VI").Where(a => a.Task == "VI.3-1").Select(a => $"{a.Agency} {a.Role}").Order(StringComparer.Ordinal));
    }

    private async Task HasRow(string locality, string number, string lead, string coordinating, string? output, string? time)
    {
        var plan = await world.SampleDocument(locality);
        var (task, roles) = (Task(plan, number), Of(plan, "III").Where(a => a.Task == number).ToLookup(a => a.Role, a => a.Agency));
        Assert.Equal(
            (lead, coordinating, output, time),
            (string.Join(", ", roles["Lead"]), string.Join(", ", roles["Coordinate"]), task["output"]?.ToString(), task["schedule"]?["text"]?.ToString()));
    }

    private static JsonNode Task(JsonNode plan, string number) => plan["tasks"]!.AsArray().Single(t => t!["number"]!.ToString() == number)!;

    private static IEnumerable<(string Task, string Agency, string Role, string? Source)> Of(JsonNode plan, string part) =>
        from task in plan["tasks"]!.AsArray()
        where task["part"]!.ToString() == part
        from assignment in task["assignments"]!.AsArray()
        select (task["number"]!.ToString(), assignment["agency"]!.ToString(), assignment["role"]!.ToString(), assignment["source"]?.ToString());
}
