using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Http;

namespace Platform.Tests.Learning;

/// <summary>Completions as CSV, from Excel and from programs.</summary>
public sealed class CsvTests(World world)
{
    private const string English = "id,learner.id,learner.citizenId,locality,course,audience,completedAt,score,passed,revision,reason";
    private const string Vietnamese = "Mã hoàn thành;Mã người học;Số định danh;Mã xã;Khoá học;Nhóm đối tượng;Ngày hoàn thành;Điểm;Đạt";

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    public async Task The_contracts_names_are_read_whatever_parts_the_cells(char separator)
    {
        using var batch = await Batch.Start(world);
        var answer = await Push(batch, $"{English}\nc-1,hv-1,,{batch.Commune},KNS-CD-01,Citizens,2026-03-01T08:00:00+07:00,85.5,true,,\n".Replace(',', separator));
        Assert.Equal("created", Batch.Outcomes(answer));
        var same = batch.Row(learner: "hv-1", change: r => (r["id"], r["score"]) = ("c-1", 85.5));
        Assert.Equal("duplicate", Batch.Outcomes(await batch.Push(same)));
    }

    [Fact]
    public async Task A_vietnamese_excel_file_is_read_with_its_dates_commas_words_and_mark()
    {
        using var batch = await Batch.Start(world);
        var citizen = Batch.NewCitizen();
        var answer = await Push(batch, $"\uFEFF{Vietnamese}\r\nv-1;hv-1;{citizen};{batch.Commune};KNS-CD-01;Người dân;01/03/2026;85,5;Không đạt\r\n\r\nv-2;hv-2;;{batch.Commune};KNS-CD-02;\"Học sinh, sinh viên\";1/3/2026 08:30;;Đạt\r\n;;;;;;;;\r\n");
        Assert.Equal("created created", Batch.Outcomes(answer));
        var same = batch.Row(learner: "hv-1", citizen: citizen, at: "2026-03-01T00:00:00+07:00", change: r => (r["id"], r["score"], r["passed"]) = ("v-1", 85.5, false));
        var other = batch.Row(learner: "hv-2", at: "2026-03-01T08:30:00+07:00", change: r => (r["id"], r["score"], r["course"], r["audience"]) = ("v-2", null, "KNS-CD-02", "Students"));
        Assert.Equal("duplicate duplicate", Batch.Outcomes(await batch.Push(same, other)));
    }

    [Theory]
    [InlineData("completedAt", "31/02/2026", "PLT-1202")]
    [InlineData("completedAt", "03/13/2026", "PLT-1202")]
    [InlineData("audience", "Ai cũng được", "PLT-1205")]
    [InlineData("score", "tám", "PLT-1202")]
    [InlineData("score", "85,125", "PLT-1204")]
    [InlineData("passed", "có lẽ", "PLT-1202")]
    [InlineData("revision", "hai", "PLT-1202")]
    [InlineData("learner/citizenId", "19099000123", "PLT-5008")]
    [InlineData("course", "KHONG-CO", "PLT-5005")]
    [InlineData("locality", "", "PLT-1201")]
    public async Task A_bad_cell_is_rejected_with_its_number_and_pointer(string field, string cell, string code)
    {
        using var batch = await Batch.Start(world);
        var cells = new Dictionary<string, string>
        {
            ["id"] = "x-1",
            ["learner/id"] = "hv",
            ["learner/citizenId"] = "",
            ["locality"] = batch.Commune,
            ["course"] = "KNS-CD-01",
            ["audience"] = "Citizens",
            ["completedAt"] = "01/03/2026",
            ["score"] = "",
            ["passed"] = "",
            ["revision"] = "",
            ["reason"] = "",
        };
        cells[field] = $"\"{cell}\"";
        var answer = await Push(batch, $"{English}\n{string.Join(',', cells.Values)}\n");
        var result = answer["results"]![0]!;
        Assert.Equal(("x-1", code, $"/0/{field}"), (result["id"]!.GetValue<string>(), result["problems"]![0]!["code"]!.GetValue<string>(), result["problems"]![0]!["pointer"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Quotes_line_breaks_and_an_apostrophe_against_formulas_belong_to_their_cell()
    {
        using var batch = await Batch.Start(world);
        var answer = await Push(batch, $"sep=,\n{English}\n\"a \"\"b\"\"\",\"l,1\",,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,2,\"dòng 1\ndòng 2\"\n'+84,hv,,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,,");
        Assert.Equal(["a \"b\"", "+84"], answer["results"]!.AsArray().Select(r => r!["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_quote_that_closes_where_no_cell_ends_was_opened_by_mistake_and_swallows_no_other_row()
    {
        using var batch = await Batch.Start(world);
        string Row(string id, string learner) => $"{id},{learner},,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,,\n";
        var answer = await Push(batch, $"{English}\n{Row("q1", "h1")}{Row("q2", "\"h2")}{Row("q3", "h3")}{Row("q4", "h\"4")}{Row("q5", "\"h5\"x")}{Row("q6", "\"h6\" ")}");
        Assert.Equal(
            ["created", "rejected PLT-5068", "created", "created", "rejected PLT-5068", "created"],
            answer["results"]!.AsArray().Select(r => $"{r!["outcome"]} {r["problems"]?[0]?["code"]}".Trim()));
        Assert.Equal([2, 3, 4, 5, 6, 7], answer["results"]!.AsArray().Select(r => (int)r!["line"]!).ToList());
    }

    [Fact]
    public async Task Columns_of_locality_and_audience_may_lack_and_are_then_the_learners()
    {
        using var batch = await Batch.Start(world);
        await batch.Store(batch.Row(learner: "hv-1"));
        var answer = await Push(batch, "Mã hoàn thành;Mã người học;Khóa học;Ngày hoàn thành\nx-1;hv-1;KNS-CD-02;01/04/2026\nx-2;hv-2;KNS-CD-02;31/02/2026\n");
        Assert.Equal("created rejected", Batch.Outcomes(answer));
        Assert.Contains("Không có ngày «31/02/2026»", answer["results"]![1]!["problems"]![0]!["detail"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("Citizens", (await batch.Client.Read("/v1/completions/x-1")).Text("audience"));
    }

    [Fact]
    public async Task Rows_are_answered_with_their_line_and_all_their_faults_and_a_line_of_spaces_is_none()
    {
        using var batch = await Batch.Start(world);
        var good = $"l-1,hv,,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,,";
        var answer = await Push(batch, $"{English}\n\n  ,,,, ,,,,,,\nl-0,hv,,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,2,\"dòng 1\ndòng 2\"\n,,,{batch.Commune},KNS-CD-01,Everybody,hôm qua,tốt,có lẽ,0,\n{good}\n");
        var rows = answer["results"]!.AsArray();
        Assert.Equal([4, 6, 7], rows.Select(r => (int)r!["line"]!).ToList());
        Assert.Equal(
            ["/1/audience", "/1/completedAt", "/1/score", "/1/passed", "/1/revision", "/1/id", "/1/learner"],
            rows[1]!["problems"]!.AsArray().Select(p => p!["pointer"]!.ToString()));
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_spoils_its_own_line_only()
    {
        using var batch = await Batch.Start(world);
        var answer = await Push(batch, $"{English}\n\"open,hv,,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,,\nok-1,hv-1,,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,,\nok-2,hv-2,,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,,");
        Assert.Equal("rejected created created", Batch.Outcomes(answer));
        Assert.Equal(Problems.QuoteNotClosed.Code, answer["results"]![0]!["problems"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_row_with_more_cells_than_the_header_or_other_letters_than_UTF8_is_rejected()
    {
        using var batch = await Batch.Start(world);
        var good = $"ok,hv,,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,,";
        byte[] body = [.. Encoding.UTF8.GetBytes($"{English}\n{good}more,more\n"), 0xE0, 0xC1, .. Encoding.UTF8.GetBytes($"{good}\n{good}")];
        using var sent = await batch.Client.Post("/v1/completions", "text/csv", body);
        var answer = await sent.Body(HttpStatusCode.OK);
        Assert.Equal("rejected rejected created", Batch.Outcomes(answer));
        Assert.Equal([Problems.TooManyCells.Code, Problems.NotUtf8.Code], answer["results"]!.AsArray().Take(2).Select(r => r!["problems"]![0]!["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_column_that_nobody_knows_or_that_lacks_refuses_the_table()
    {
        using var batch = await Batch.Start(world);
        batch.Client.DefaultRequestHeaders.Add("Accept-Language", "en");
        var problem = await batch.Client.Post("/v1/completions", "text/csv", "id,Điểm số,id,course\n1,2,3,4\n").Problem(Problems.Invalid);
        Assert.Equal(
            ["/columns/2 PLT-5064", "/columns/3 PLT-1206", "/columns/completedAt PLT-5065", "/columns/learner.id PLT-5065"],
            problem["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}"));
        foreach (var body in (byte[][])[[], Encoding.UTF8.GetBytes("\n\n"), Encoding.UTF8.GetBytes("\"id,")])
            await batch.Client.Post("/v1/completions", "text/csv", body).Problem(Problems.NoHeader);
        await batch.Client.Post("/v1/completions", "text/csv", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(English)).ToArray()).Problem(Problems.NotUtf8);
    }

    [Fact]
    public async Task More_than_ten_thousand_rows_need_an_answer_in_lines()
    {
        using var batch = await Batch.Start(world);
        var table = English + "\n" + string.Concat(Enumerable.Range(0, 10_001).Select(i => $"m-{i},hv,,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,,,,\n"));
        await batch.Client.Post("/v1/completions", "text/csv", table).Problem(Problems.BatchTooLong);
        using var sent = await batch.Client.Post("/v1/completions", "text/csv; charset=utf-8", table, "gzip", "application/x-ndjson");
        Assert.Equal(10_001, (await StreamedAnswer.Of(sent)).Summary!.Number("created"));
    }

    private static async Task<JsonObject> Push(Batch batch, string table)
    {
        using var sent = await batch.Client.Post("/v1/completions", "text/csv", table);
        return await sent.Body(HttpStatusCode.OK);
    }
}
