using System.Net;
using System.Text;
using Platform.Http;
using Platform.Tests.Learning;

namespace Platform.Tests.Imports;

/// <summary>Tables of other platforms, through mappings of their columns.</summary>
public sealed class MappingTests(World world)
{
    private const string Csv = "text/csv", Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    [Fact]
    public async Task A_grade_report_of_Open_edX_is_imported_by_its_preset()
    {
        using var batch = await Batch.Start(world);
        const string report =
            "Student ID,Email,Username,Grade,Homework (Avg),Cohort Name,Enrollment Track,Verification Status,Certificate Eligible,Certificate Delivered,Certificate Type\n"
            + "101,an@example.vn,an,0.855,0.9,,honor,N/A,Y,Y,honor\n102,binh@example.vn,binh,0.2,Not Attempted,,honor,N/A,N,N,N/A\n103,chi@example.vn,chi,Not Attempted,Not Attempted,,audit,N/A,N,N,N/A\n";
        var query = $"?mapping=open-edx-grade-report&course=KNS-CD-01&locality={batch.Commune}&audience=Students&completedAt=31/03/2026";
        var done = await batch.Client.Until(await batch.Client.Import(Csv, report, query), "Done");
        Assert.Equal((2m, 1m), (done.Number("created"), done.Number("rejected")));
        Assert.Equal(Problems.NothingCompleted.Code, (await batch.Client.Read($"/v1/imports/{done.Text("id")}/report"))["reasons"]!.AsArray().Single()!["code"]!.ToString()); // enrolled only
        Assert.Equal(["2026-03-01 Students KNS-CD-01: 2/2/1"], await batch.Figures());
        var again = await batch.Client.Until(await batch.Client.Import(Csv, report, query), "Done");
        Assert.Equal(2m, again.Number("duplicates"));
        var stored = await world.Everything("select external_id, score from completions where tenant_id = $1 order by score desc nulls last", (await world.Locality(batch.Commune)).Id);
        Assert.Equal([85.5m, 20m], stored.Select(r => (decimal?)r[1]));
        Assert.All(stored, r => Assert.Matches("^[0-9a-f]{32}$", (string)r[0]!));
    }

    [Fact]
    public async Task Who_is_eligible_for_a_certificate_has_passed_whether_it_was_issued_or_not()
    {
        using var batch = await Batch.Start(world);
        const string report = "Student ID,Grade,Certificate Eligible,Certificate Delivered\n1,0.9,Y,N\n2,0.9,Y,Y\n3,0.4,N,N\n4,0.4,N,Y\n";
        await batch.Client.Until(await batch.Client.Import(Csv, report, $"?mapping=open-edx-grade-report&course=KNS-CD-01&locality={batch.Commune}&audience=Students&completedAt=31/03/2026"), "Done");
        Assert.Equal(["2026-03-01 Students KNS-CD-01: 4/4/3"], await batch.Figures());
    }

    [Fact]
    public async Task A_class_list_says_its_own_courses_before_the_one_said_for_the_file_and_which_columns_were_not_read_is_reported()
    {
        using var batch = await Batch.Start(world);
        var import = await batch.Client.Import(Csv, "STT;Họ tên;Email;Khóa học\n1;An;an@x.vn;KNS-CD-02\n2;Bình;binh@x.vn;\n", $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&audience=Citizens&completedAt=01/03/2026");
        Assert.Equal(2m, (await batch.Client.Until(import, "Done")).Number("created"));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 1/1/1", "2026-03-01 Citizens KNS-CD-02: 1/1/1"], await batch.Figures());
        Assert.Equal(["STT", "Họ tên"], (await batch.Client.Read($"{import}/report"))["unreadColumns"]!.AsArray().Select(c => c!.ToString()));
    }

    [Fact]
    public async Task A_class_from_Excel_is_imported_and_names_mails_and_phones_are_kept_nowhere()
    {
        using var batch = await Batch.Start(world);
        var mark = $"dau-vet-{batch.Commune}";
        var file = Importing.Workbook(
            ["STT", "Họ tên", "Email", "Số điện thoại", "Nhóm đối tượng", "Ngày hoàn thành", "Điểm", "Trạng thái"],
            [1, $"{mark} An", $"{mark}@example.vn", "0912345678", "Người dân", new DateTime(2026, 3, 5), 9.5, "Đã hoàn thành"],
            [2, $"{mark} Bình", "-", $"09{Random.Shared.Next(10_000_000, 99_999_999)}", "Học sinh", new DateTime(2026, 3, 6), 4, "Chưa hoàn thành"],
            [3, $"{mark} Chi", null, null, "Học sinh", new DateTime(2026, 3, 6), 4, "Chưa hoàn thành"]);
        var import = await batch.Client.Import(Xlsx, file, $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}");
        var done = await batch.Client.Until(import, "Done");
        Assert.Equal((2m, 1m), (done.Number("created"), done.Number("rejected")));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 1/1/1", "2026-03-01 Students KNS-CD-01: 1/1/0"], await batch.Figures());
        foreach (var table in (string[])["completions", "learners", "learner_identities", "imports", "rejected_rows", "intake_counts"])
            Assert.Equal(0L, (await world.Everything($"select count(*) from {table} t where t::text like $1 or t::text like $2", $"%{mark}%", "%0912345678%"))[0][0]);
    }

    [Theory]
    [InlineData(Csv)]
    [InlineData(Xlsx)]
    public async Task A_class_list_with_a_title_above_its_header_is_read_and_one_person_written_in_many_ways_is_one(string type)
    {
        using var batch = await Batch.Start(world);
        var phone = $"9{Random.Shared.Next(10_000_000, 99_999_999)}";
        object?[][] rows =
        [
            ["DANH SÁCH LỚP 12"], [], ["Họ tên", "Email", "SĐT", "Ngày hoàn thành"],
            ["An", null, $"0{phone[..3]} {phone[3..6]} {phone[6..]}", "05/03/2026"], ["An", null, $"+84{phone}", "05/03/2026"], ["An", null, phone, "05/03/2026"],
            ["Bình", "Binh@Example.vn", null, "05/03/2026"], ["Bình", "binh@example.vn ", null, "05/03/2026"],
        ];
        var file = type == Xlsx ? Importing.Workbook(rows) : Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(r => string.Join(';', r))));
        var done = await batch.Client.Until(await batch.Client.Import(type, file, $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&audience=Citizens"), "Done");
        Assert.Equal((2m, 3m), (done.Number("created"), done.Number("duplicates")));
        using var without = await batch.Client.SendFile(Csv, "DANH SÁCH\nHọ tên;Ghi chú\nAn;x"u8.ToArray(), $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&audience=Citizens");
        Assert.Equal(Problems.MissingColumn.Code, (await without.Body(HttpStatusCode.UnprocessableEntity))["errors"]![0]!["code"]!.ToString());
    }

    [Theory]
    [InlineData("locality=99999", "locality")]
    [InlineData("course=X", "course")]
    [InlineData("audience=foo", "audience")]
    [InlineData("completedAt=hôm nay", "completedAt")]
    [InlineData("revision=0", "revision")]
    [InlineData("reason=001099000123", "reason")]
    [InlineData("scale=0", "scale")]
    public async Task A_value_for_the_whole_file_that_cannot_be_is_refused_before_the_file_is_taken(string value, string field)
    {
        using var batch = await Batch.Start(world);
        var others = new[] { $"locality={batch.Commune}", "course=KNS-CD-01", "audience=Citizens", "completedAt=2026-03-01" }.Where(o => !o.StartsWith(field, StringComparison.Ordinal));
        using var refused = await batch.Client.SendFile(Csv, "Email\nan@example.vn"u8.ToArray(), $"?mapping=danh-sach-lop&{value}&{string.Join('&', others)}");
        Assert.Equal(field, (await refused.Body(HttpStatusCode.UnprocessableEntity))["errors"]![0]!["pointer"]!.ToString());
    }

    [Fact]
    public async Task Rows_without_a_contact_are_known_by_their_citizen_number_and_one_without_either_is_told_so_at_its_row_of_the_sheet()
    {
        using var batch = await Batch.Start(world);
        batch.Client.DefaultRequestHeaders.Add("Accept-Language", "en");
        var citizen = Batch.NewCitizen();
        var file = Importing.Workbook(["Họ tên", "CCCD", "SĐT", "Điểm", "Kết quả"], ["An", citizen, null, 8.5, "Đạt"], [], [" "], ["Bình", null, null, 11, "Giỏi"]);
        var query = $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&audience=Citizens&completedAt=01/03/2026";
        var import = await batch.Client.Import(Xlsx, file, query);
        var done = await batch.Client.Until(import, "Done");
        Assert.Equal((2m, 1m, 1m), (done.Number("rows"), done.Number("created"), done.Number("rejected")));
        Assert.Equal(85m, (await batch.Client.Rows("/v1/completions")).Single().Number("score"));
        var reason = (await batch.Client.Read($"{import}/report"))["reasons"]!.AsArray().Single(r => r!["code"]!.ToString() == "PLT-5007")!;
        Assert.Equal(("PLT-5007", 5, "/1/learner"), (reason["code"]!.ToString(), (int)reason["first"]![0]!["line"]!, reason["first"]![0]!["pointer"]!.ToString()));
        using var rejected = await batch.Client.GetAsync(new Uri($"{import}/rejected", UriKind.Relative), TestContext.Current.CancellationToken);
        using var sheet = new System.IO.Compression.ZipArchive(await rejected.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        using var text = new StreamReader(sheet.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        var row = System.Net.WebUtility.HtmlDecode(await text.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Line 5: SĐT: ", row, StringComparison.Ordinal);
        Assert.Contains("Điểm: The value is out of range – «11»; the scale is from 0 to 10", row, StringComparison.Ordinal);
        Assert.Contains("«Giỏi»; can be read: Hoàn thành, Đã hoàn thành", row, StringComparison.Ordinal);

        var again = await batch.Client.Until(await batch.Client.Import(Xlsx, Importing.Workbook(["CCCD", "Điểm"], [citizen, 85]), $"{query}&scale=100&revision=2&reason=nhập lại"), "Done");
        Assert.Equal(1m, again.Number("corrected"));
    }

    [Fact]
    public async Task A_template_with_a_hole_rejects_its_row_at_its_field_unless_the_field_is_optional_or_has_another_value()
    {
        using var batch = await Batch.Start(world);
        var mapping = $$"""
            { "fields": { "id": { "columns": ["Mã"] }, "learner.id": { "columns": ["HV"], "optional": true }, "learner.citizenId": { "template": "{CCCD}" }, "locality": { "template": "{Xã}" },
              "course": { "template": "{Khóa}", "otherwise": "KNS-CD-01" }, "audience": { "constant": "Citizens" }, "completedAt": { "constant": "01/03/2026" }, "score": { "template": "{Điểm}", "optional": true } } }
            """;
        using (var put = await batch.Client.Send(HttpMethod.Put, "/v1/import-mappings/khuon", mapping))
            await put.Body(HttpStatusCode.OK);
        var import = await batch.Client.Import(Csv, $"Mã;HV;CCCD;Xã;Khóa;Điểm\n1;hv;;;;\n2;hv-2;{Batch.NewCitizen()};{batch.Commune};;\n", "?mapping=khuon");
        var done = await batch.Client.Until(import, "Done", "Failed");
        Assert.Equal(("Done", 1m, 1m), (done.Text("state"), done.Number("created"), done.Number("rejected")));
        Assert.Equal("/0/learner/citizenId", (await batch.Client.Read($"{import}/report"))["reasons"]![0]!["first"]![0]!["pointer"]!.ToString());
    }

    [Fact]
    public async Task A_score_that_is_shown_as_a_percentage_is_one_whatever_the_scale()
    {
        using var batch = await Batch.Start(world);
        var citizens = Enumerable.Range(0, 3).Select(_ => Batch.NewCitizen()).ToList();
        var file = Importing.Workbook(["CCCD", "Điểm"], [citizens[0], new Importing.Percent(0.855)], [citizens[1], "70 %"], [citizens[2], 7]);
        var done = await batch.Client.Until(await batch.Client.Import(Xlsx, file, $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&audience=Citizens&completedAt=01/03/2026"), "Done");
        Assert.Equal(3m, done.Number("created"));
        Assert.Equal([70m, 70m, 85.5m], (await batch.Client.Rows("/v1/completions")).Select(c => c.Number("score")).Order());
    }

    [Theory]
    [InlineData("Email;Ngày hoàn thành\ra@x.vn;01/03/2026\rb@x.vn;01/03/2026\r", "PLT-5069")] // an old Mac's lines
    [InlineData("Email;Ngày hoàn thành\n", "PLT-5059")]
    [InlineData("Email;Ngày hoàn thành;ngay hoan thanh\na@x.vn;01/03/2026;02/03/2026\n", "PLT-1206")]
    public async Task A_file_that_would_be_read_otherwise_than_it_is_meant_is_refused(string table, string code)
    {
        using var batch = await Batch.Start(world);
        using var refused = await batch.Client.SendFile(Csv, Encoding.UTF8.GetBytes(table), $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&audience=Citizens");
        Assert.Contains(code, await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
    }

    [Fact]
    public async Task Rows_that_are_still_being_learnt_contacts_that_are_none_and_numbers_with_spaces_are_told_at_their_own_columns()
    {
        using var batch = await Batch.Start(world);
        var (citizen, other) = (Batch.NewCitizen(), Batch.NewCitizen());
        var table = $"Email;SĐT;CCCD;Kết quả\n;;{citizen[..3]} {citizen[3..6]} {citizen[6..]};Đang học\n;09x;{citizen};Đạt\n;;{other[..3]} {other[3..]};dat\n";
        var import = await batch.Client.Import(Csv, table, $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&audience=Citizens&completedAt=01/03/2026");
        var done = await batch.Client.Until(import, "Done");
        Assert.Equal((1m, 2m), (done.Number("created"), done.Number("rejected")));
        var reasons = (await batch.Client.Read($"{import}/report"))["reasons"]!.AsArray();
        Assert.Equal(["PLT-2713 /1/learner/id", "PLT-5091 /0/passed"], reasons.Select(r => $"{r!["code"]} {r["first"]![0]!["pointer"]}").Order(StringComparer.Ordinal));
        Assert.All(reasons, r => Assert.Equal(1, (int)r!["rows"]!));
        var rejected = await batch.Client.GetStringAsync(new Uri($"{import}/rejected", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("Dòng 3: Email / SĐT: ", rejected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hidden_sheet_is_passed_over_and_a_formula_that_nobody_worked_out_is_no_empty_cell()
    {
        using var batch = await Batch.Start(world);
        var file = Importing.Workbook(["Email", "Điểm"], ["a@example.vn", new Importing.Formula("1+1")]);
        var hidden = Importing.Hide(file);
        var query = $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&audience=Citizens&completedAt=01/03/2026";
        await batch.Client.SendFile(Xlsx, hidden, query).Problem(Problems.NotAWorkbook);
        var import = await batch.Client.Import(Xlsx, file, query);
        Assert.Equal(1m, (await batch.Client.Until(import, "Done")).Number("rejected"));
        Assert.Equal("/0/score", (await batch.Client.Read($"{import}/report"))["reasons"]![0]!["first"]![0]!["pointer"]!.ToString());
        using var rejected = new System.IO.Compression.ZipArchive(await batch.Client.GetStreamAsync(new Uri($"{import}/rejected", UriKind.Relative), TestContext.Current.CancellationToken));
        using var sheet = new StreamReader(rejected.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        Assert.Contains("<row r=\"2\"><c r=\"A2\"", await sheet.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_contact_makes_no_two_people_one_and_what_a_row_says_goes_before_what_is_said_for_the_file()
    {
        var (batch, communes) = await Batch.Start(world, 2);
        using var client = batch.Client;
        string[] none = ["-", "Không có", "không có", "0", "0912", "chưa rõ", "e15@@"];
        var table = "Họ tên;SĐT;CCCD;Mã xã;Ngày hoàn thành\n" + string.Concat(none.Select(n => $"A;{n};;;01/03/2026\n"))
            + $"B;-;{Batch.NewCitizen()};{communes[1]};\nC;;{Batch.NewCitizen()};;02/03/2026\n";
        var import = await client.Import(Csv, table, $"?mapping=danh-sach-lop&course=KNS-CD-01&audience=Citizens&locality={communes[0]}&completedAt=05/03/2026");
        var done = await client.Until(import, "Done");
        Assert.Equal((2m, 7m), (done.Number("created"), done.Number("rejected")));
        Assert.Equal(["PLT-5007 4", "PLT-2713 3"], (await client.Read($"{import}/report"))["reasons"]!.AsArray().Select(r => $"{r!["code"]} {r["rows"]}"));
        Assert.Equal(
            [$"{communes[0]} 2026-03-01T17:00:00+00:00", $"{communes[1]} 2026-03-04T17:00:00+00:00"],
            (await client.Rows("/v1/completions")).Select(c => $"{c.Text("locality")} {c.Text("completedAt")}").Order(StringComparer.Ordinal).OrderBy(l => l.EndsWith("01T17:00:00+00:00", StringComparison.Ordinal) ? 0 : 1));
        using var without = await client.SendFile(Csv, "SĐT;Ngày hoàn thành\n0912345678;01/03/2026"u8.ToArray(), "?mapping=danh-sach-lop&course=KNS-CD-01");
        var missing = (await without.Body(HttpStatusCode.UnprocessableEntity))["errors"]![0]!;
        Assert.Equal("/columns/locality", missing["pointer"]!.ToString());
        Assert.Contains("?locality=", missing["detail"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mapping_that_is_saved_by_several_at_once_is_saved_by_all_of_them()
    {
        using var batch = await Batch.Start(world);
        var sent = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => batch.Client.Send(HttpMethod.Put, $"/v1/import-mappings/cung-luc-{i % 3}", """{"fields":{"id":{"columns":["Mã"]}}}""")));
        foreach (var answer in sent)
        {
            using (answer)
                await answer.Body(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_vendors_own_mapping_is_saved_used_replaced_and_removed()
    {
        using var batch = await Batch.Start(world);
        using var other = await batch.OtherVendor();
        var mapping = $$"""
            { "fields": { "id": { "template": "lop-{STT}" }, "learner.id": { "columns": ["Mail", "Phone"] }, "locality": { "constant": "{{batch.Commune}}" },
              "course": { "columns": ["Course"], "values": { "Kỹ năng 1": "KNS-CD-01" } }, "audience": { "constant": "Workers" },
              "completedAt": { "columns": ["Day"], "format": "MM/dd/yyyy" }, "score": { "columns": ["Mark"], "scale": 10 }, "passed": { "columns": ["Mark"], "minimum": 5 } } }
            """;
        using (var put = await batch.Client.Send(HttpMethod.Put, "/v1/import-mappings/lms-a", mapping))
            Assert.False((await put.Body(HttpStatusCode.OK))["isPreset"]!.GetValue<bool>());
        Assert.Equal(["open-edx-grade-report", "danh-sach-lop", "lms-a"], (await batch.Client.Rows("/v1/import-mappings")).Select(m => m.Text("name")));
        await other.Client.Send(HttpMethod.Get, "/v1/import-mappings/lms-a").Problem(Problems.UnknownMapping);

        const string table = "STT;Mail;Phone;Course;Day;Mark;Ghi chú\n1;;0901;Kỹ năng 1;03/31/2026;7,25;x\n2;b@c.vn;;KNS-CD-01;03/31/2026;4,9;y\n3;;;KNS-CD-01;03/31/2026;4,9;y\n";
        var done = await batch.Client.Until(await batch.Client.Import(Csv, table, "?mapping=lms-a"), "Done");
        Assert.Equal((2m, 1m), (done.Number("created"), done.Number("rejected")));
        Assert.Equal(["2026-03-01 Workers KNS-CD-01: 2/2/1"], await batch.Figures());
        Assert.Equal(72.5m, (await batch.Client.Read("/v1/completions/lop-1")).Number("score"));

        using (var removed = await batch.Client.Send(HttpMethod.Delete, "/v1/import-mappings/lms-a"))
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        await batch.Client.SendFile(Csv, Encoding.UTF8.GetBytes(table), "?mapping=lms-a").Problem(Problems.UnknownMapping);
        await batch.Client.Send(HttpMethod.Delete, "/v1/import-mappings/lms-a").Problem(Problems.UnknownMapping);
    }

    [Theory]
    [InlineData("/fields/nothing", "PLT-5064", """{"nothing":{"constant":"x"}}""")]
    [InlineData("/fields/id", "PLT-5073", """{"id":{"constant":"x","template":"{a}"}}""")]
    [InlineData("/fields/id", "PLT-5073", """{"id":{}}""")]
    [InlineData("/fields/id", "PLT-5074", """{"id":{"template":"{Email}"},"learner.id":{"columns":["email"]}}""")]
    [InlineData("/fields/id", "PLT-5074", """{"id":{"template":"x {=learner.id}"},"learner.id":{"columns":["email"]}}""")]
    [InlineData("/fields/score/format", "PLT-1208", """{"score":{"columns":["x"],"format":"d"}}""")]
    [InlineData("/fields/score/scale", "PLT-1204", """{"score":{"columns":["x"],"scale":0}}""")]
    [InlineData("/fields/id/template", "PLT-1201", """{"id":{"template":"x"}}""")]
    [InlineData("/fields/id/template", "PLT-5064", """{"id":{"template":"{=nothing}"}}""")]
    [InlineData("/fields/course/columns", "PLT-1201", """{"course":{"columns":[]}}""")]
    [InlineData("/fields/audience/values/Trẻ em", "PLT-1205", """{"audience":{"columns":["x"],"values":{"Trẻ em":"Children"}}}""")]
    [InlineData("/fields/audience/constant", "PLT-1205", """{"audience":{"constant":"Everybody"}}""")]
    [InlineData("/fields/passed/values/a~1b", "PLT-1202", """{"passed":{"columns":["x"],"values":{"a/b":"có lẽ"}}}""")]
    [InlineData("/fields/completedAt/format", "PLT-1202", """{"completedAt":{"columns":["x"],"format":"hh:mm"}}""")]
    [InlineData("/fields/completedAt/format", "PLT-1202", """{"completedAt":{"columns":["x"],"format":"d"}}""")]
    [InlineData("/fields/course/constant", "PLT-5005", """{"course":{"constant":"KHONG-CO"}}""")]
    [InlineData("/fields/course/values/KN1", "PLT-5005", """{"course":{"columns":["x"],"values":{"KN1":"KHONG-CO"}}}""")]
    [InlineData("/fields/locality/constant", "PLT-5003", """{"locality":{"constant":"5953"}}""")]
    [InlineData("/fields/score/constant", "PLT-1204", """{"score":{"constant":"101"}}""")]
    [InlineData("/fields", "PLT-1201", "{}")]
    public async Task A_mapping_that_makes_no_sense_is_refused_with_its_place(string pointer, string code, string fields)
    {
        using var batch = await Batch.Start(world);
        var problem = await batch.Client.Send(HttpMethod.Put, "/v1/import-mappings/bad", $$"""{"fields":{{fields}}}""").Problem(Problems.Invalid);
        Assert.Contains((pointer, code), problem["errors"]!.AsArray().Select(e => (e!["pointer"]!.GetValue<string>(), e["code"]!.GetValue<string>())));
    }

    [Fact]
    public async Task Presets_stay_and_a_mapping_must_fit_the_file()
    {
        using var batch = await Batch.Start(world);
        await batch.Client.Send(HttpMethod.Put, "/v1/import-mappings/danh-sach-lop", """{"fields":{"id":{"constant":"x"}}}""").Problem(Problems.MappingIsPreset);
        await batch.Client.Send(HttpMethod.Delete, "/v1/import-mappings/danh-sach-lop").Problem(Problems.MappingIsPreset);
        await batch.Client.SendFile(Csv, "Student ID,Grade\n1,1\n"u8.ToArray(), "?mapping=open-edx-grade-report").Problem(Problems.Invalid);
        await batch.Client.SendFile(Csv, "x\n1\n"u8.ToArray(), $"?mapping=open-edx-grade-report&course=KNS-CD-01&locality={batch.Commune}&audience=Students&completedAt=31/03/2026").Problem(Problems.Invalid);
        await batch.Client.SendFile("application/x-ndjson", "{}"u8.ToArray(), "?mapping=danh-sach-lop").Problem(Problems.MappingNeedsTable);
        await batch.Client.SendFile(Csv, "x\n1\n"u8.ToArray(), "?course=KNS-CD-01").Problem(Problems.BadParameter);
    }
}
