using System.IO.Compression;
using System.Net;
using System.Text;
using Platform.Http;
using Platform.Learning.Formats;
using Platform.Tests.Learning;

namespace Platform.Tests.Imports;

/// <summary>Files that are made to bring a server down, or happen to.</summary>
public sealed class HostileFileTests(World world)
{
    private const string Csv = "text/csv", Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_id_made_of_megabytes_is_its_rows_fault()
    {
        using var batch = await Batch.Start(world);
        var mapping = $$"""
            { "fields": { "id": { "template": "{{string.Concat(Enumerable.Repeat("{A}", 100))}}", "pseudonym": true }, "learner.id": { "columns": ["HV"] }, "locality": { "constant": "{{batch.Commune}}" },
              "course": { "constant": "KNS-CD-01" }, "audience": { "constant": "Citizens" }, "completedAt": { "constant": "01/03/2026" } } }
            """;
        using (var put = await batch.Client.Send(HttpMethod.Put, "/v1/import-mappings/dai", mapping))
            await put.Body(HttpStatusCode.OK);
        var done = await batch.Client.Until(await batch.Client.Import(Csv, $"A;HV\n{new string('x', 60_000)};1\nx;2\n", "?mapping=dai"), "Done", "Failed");
        Assert.Equal(("Done", 1m, 1m), (done.Text("state"), done.Number("created"), done.Number("rejected")));
        using var longer = await batch.Client.Send(HttpMethod.Put, "/v1/import-mappings/dai", mapping.Replace("{A}{A}", $"{{A}}{new string('-', 400)}{{A}}", StringComparison.Ordinal));
        Assert.Equal("/fields/id/template", (await longer.Body(HttpStatusCode.UnprocessableEntity))["errors"]![0]!["pointer"]!.ToString());
    }

    [Fact]
    public async Task Days_that_no_calendar_has_are_their_rows_fault_and_the_next_file_is_imported()
    {
        using var batch = await Batch.Start(world);
        string[] numbers = ["NaN", "1E300", "-5", "2958465.9999999999", "99999999999"];
        var rows = string.Concat(numbers.Select((n, i) =>
            $"<row r=\"{i + 2}\"><c t=\"str\"><v>n-{i}</v></c><c t=\"str\"><v>l</v></c><c t=\"str\"><v>{batch.Commune}</v></c><c t=\"str\"><v>KNS-CD-01</v></c><c t=\"str\"><v>Citizens</v></c><c s=\"1\"><v>{n}</v></c></row>"));
        const string head = "<row r=\"1\"><c t=\"str\"><v>id</v></c><c t=\"str\"><v>learner.id</v></c><c t=\"str\"><v>locality</v></c><c t=\"str\"><v>course</v></c><c t=\"str\"><v>audience</v></c><c t=\"str\"><v>completedAt</v></c></row>";
        foreach (var from1904 in (bool[])[false, true])
        {
            var done = await batch.Client.Until(await batch.Client.Import(Xlsx, Book(head + rows, from1904)), "Done", "Failed");
            Assert.Equal(("Done", 5m), (done.Text("state"), done.Number("rejected")));
        }

        Assert.Equal(1m, (await batch.Client.Until(await batch.Client.Import(Csv, Importing.Table(batch.Commune, 1)), "Done")).Number("created"));
    }

    [Fact]
    public async Task What_is_no_character_is_its_rows_fault()
    {
        using var batch = await Batch.Start(world);
        var answer = await batch.Push([.. Enumerable.Range(0, 150).Select(i => batch.Row(learner: i == 77 ? "\uFFFE" : null))]);
        Assert.Equal((149, 1), (answer["created"]!.GetValue<int>(), answer["rejected"]!.GetValue<int>()));
        Assert.Equal(("/77/learner/id", Problems.NotText.Code), (answer["results"]![77]!["problems"]![0]!["pointer"]!.ToString(), answer["results"]![77]!["problems"]![0]!["code"]!.ToString()));
        var done = await batch.Client.Until(
            await batch.Client.Import(Csv, $"Email;Đối tượng\na\uFFFE@x.vn;Người dân\nb@x.vn;\uFFFE\nc@x.vn;Người dân\n", $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&completedAt=01/03/2026"), "Done", "Failed");
        Assert.Equal(("Done", 1m, 2m), (done.Text("state"), done.Number("created"), done.Number("rejected")));
        using var header = await batch.Client.SendFile(Csv, "\uFFFE;Tên\n1;2\n"u8.ToArray());
        await header.Body(HttpStatusCode.UnprocessableEntity);
        using var search = await batch.Client.GetAsync(new Uri("/v1/localities?search=%EF%BF%BE", UriKind.Relative), Cancellation);
        Assert.True(search.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{search.StatusCode}");
    }

    [Theory]
    [InlineData("79228162514264337593543950335")]
    [InlineData("1000001")]
    [InlineData("-1")]
    public async Task A_best_score_beyond_reason_is_refused(string scale)
    {
        using var batch = await Batch.Start(world);
        using var refused = await batch.Client.SendFile(
            Csv, "Email;Điểm\nan@x.vn;7922816251426433759354395034\n"u8.ToArray(), $"?mapping=danh-sach-lop&course=KNS-CD-01&locality={batch.Commune}&audience=Citizens&completedAt=01/03/2026&scale={scale}");
        Assert.Equal("scale", (await refused.Body(HttpStatusCode.UnprocessableEntity))["errors"]![0]!["pointer"]!.ToString());
    }

    [Fact]
    public async Task A_workbook_that_unfolds_without_end_is_refused()
    {
        using var batch = await Batch.Start(world);
        string[] sheets =
        [
            $"<row r=\"1\" x=\"{new string('a', 3_000_000)}\"/>",
            $"<row r=\"1\">{string.Concat(Enumerable.Repeat("<c t=\"str\"><v>a</v></c>", 20_000))}</row>",
            $"<row r=\"1\"><c t=\"inlineStr\"><is>{string.Concat(Enumerable.Repeat($"<t>{new string('a', 1_000)}</t>", 100))}</is></c></row>",
            string.Concat(Enumerable.Repeat("<row/>", 1_050_000)),
        ];
        foreach (var sheet in sheets)
        {
            using var refused = await batch.Client.SendFile(Xlsx, Book(sheet));
            Assert.Equal(Problems.NotAWorkbook.Code, (await refused.Body(HttpStatusCode.UnprocessableEntity)).Text("code"));
        }

        using var formats = await batch.Client.SendFile(Xlsx, Book("<row r=\"1\"/>", formats: string.Concat(Enumerable.Repeat("<xf numFmtId=\"14\"/>", 70_000))));
        Assert.Contains("định dạng", (await formats.Body(HttpStatusCode.UnprocessableEntity)).Text("detail"), StringComparison.Ordinal);

        const string head = "<row r=\"1\"><c t=\"str\"><v>id</v></c><c t=\"str\"><v>learner.id</v></c><c t=\"str\"><v>locality</v></c><c t=\"str\"><v>course</v></c><c t=\"str\"><v>audience</v></c><c t=\"str\"><v>completedAt</v></c></row>";
        var wide = $"<row r=\"2\">{string.Concat(Enumerable.Repeat($"<c t=\"str\"><v>{new string('a', 30_000)}</v></c>", 3))}</row>";
        var done = await batch.Client.Until(await batch.Client.Import(Xlsx, Book(head + wide)), "Done", "Failed");
        Assert.Equal(("Done", 1m), (done.Text("state"), done.Number("rejected")));
        Assert.Equal(Problems.RowTooLong.Code, (await batch.Client.Read($"/v1/imports/{done.Text("id")}/report"))["reasons"]![0]!["code"]!.ToString());
    }

    [Fact]
    public async Task An_import_that_is_cancelled_as_it_begins_stays_cancelled()
    {
        using var batch = await Batch.Start(world);
        var imports = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            imports.Add(await batch.Client.Import(Csv, Importing.Table(batch.Commune, 20, $"c{i}")));
            using var cancelled = await batch.Client.PutAsync(new Uri($"{imports[^1]}/cancellation", UriKind.Relative), null, Cancellation);
            Assert.True(cancelled.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict, $"{cancelled.StatusCode}");
        }

        foreach (var import in imports)
            Assert.Contains((await batch.Client.Until(import, "Done", "Cancelled")).Text("state"), (string[])["Done", "Cancelled"]);
        Assert.Empty(await batch.Client.Rows("/v1/imports?state=Running"));
    }

    [Theory]
    [InlineData(RowFormat.Csv)]
    [InlineData(RowFormat.Lines)]
    public async Task Whoever_goes_on_within_a_row_that_was_refused_reads_over_the_rest_of_it(RowFormat format)
    {
        var text = new MemoryStream(Encoding.UTF8.GetBytes(
            (format == RowFormat.Csv ? "id,learner.id,course,completedAt\n" : "") + $"{new string('x', 200_000)},tail,of,row\n" + (format == RowFormat.Csv ? "a,l,KNS-CD-01,2026-03-01\n" : "{\"id\":\"a\"}\n")));
        var reader = RowFormats.Reader(format, text, TableColumns.Of);
        Assert.Single(await reader.Next(1, Cancellation));
        text.Position = 0;
        var next = RowFormats.Reader(format, text, TableColumns.Of);
        await next.Resume(reader.Position, 1, Cancellation);
        Assert.Equal(["a"], (await next.Next(10, Cancellation)).Select(r => r.Row.Id));
    }

    [Fact]
    public async Task A_line_that_ends_before_its_last_column_is_refused()
    {
        using var batch = await Batch.Start(world);
        var table = $"id,learner.id,locality,course,audience,completedAt,score,passed\ns-1,l,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,80,true\ns-2,l,{batch.Commune},KNS-CD-01,Citizens,01/03/2026\n";
        var done = await batch.Client.Until(await batch.Client.Import(Csv, table), "Done");
        Assert.Equal((1m, 1m), (done.Number("created"), done.Number("rejected")));
        var reason = (await batch.Client.Read($"/v1/imports/{done.Text("id")}/report"))["reasons"]![0]!;
        Assert.Equal((Problems.TooFewCells.Code, "3"), (reason["code"]!.ToString(), reason["first"]![0]!["line"]!.ToString()));
    }

    private static byte[] Book(string rows, bool from1904 = false, string formats = "")
    {
        const string links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create))
        {
            Part("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{links}\"><workbookPr date1904=\"{(from1904 ? 1 : 0)}\"/><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
            Part("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
            Part("xl/styles.xml", $"<styleSheet xmlns=\"{Main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>{formats}</cellXfs></styleSheet>");
            Part("xl/worksheets/sheet1.xml", $"<worksheet xmlns=\"{Main}\"><sheetData>{rows}</sheetData></worksheet>");

            void Part(string name, string text)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        return buffer.ToArray();
    }
}
