using System.Text;

namespace Platform.Tests.Assignments;

/// <summary>The matrix as a file for Excel, and what Excel saves of it sent back.</summary>
public sealed class MatrixCsvTests(World world)
{
    private const string Commune = "00292";

    [Fact]
    public async Task The_file_opens_in_Excel_as_a_table_of_Vietnamese_words()
    {
        using var client = await world.AdminOf(Commune);
        var answer = await client.Ask("GET", $"{await Matrix(client)}?format=csv");
        Assert.Equal("text/csv", answer.Media);
        Assert.Equal([0xEF, 0xBB, 0xBF], answer.Bytes[..3]);
        Assert.Equal(
            [
                "Số,Nhiệm vụ,Công an xã [cong-an-xa],Đoàn Thanh niên [doan-thanh-nien],Phòng Văn hóa [phong-van-hoa]",
                "1,Tuyên truyền,,,", "1.1,Phát thanh,Phối hợp,,Chủ trì", "1.2,Đại sứ số,Chủ trì,Chủ trì,",
            ], Text(answer.Bytes).Split(["\r\n", "\n"], StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Accept_text_csv_asks_for_the_file_and_an_unknown_format_is_refused()
    {
        using var client = await world.AdminOf(Commune);
        var at = await Matrix(client);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(at, UriKind.Relative)) { Headers = { { "Accept", "text/csv" } } };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith($"{Commune}.csv", answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'), StringComparison.Ordinal);
        var refused = await client.Ask("GET", $"{at}?format=xlsx");
        refused.Refused(400, "PLT-1008");
        Assert.Equal(["format PLT-1205"], refused.Faults);
    }

    [Fact]
    public async Task What_was_downloaded_can_be_sent_back_unchanged()
    {
        using var client = await world.AdminOf(Commune);
        var at = await Matrix(client);
        var file = (await client.Ask("GET", $"{at}?format=csv")).Bytes;
        await ChangesNothing(client, at, file);
    }

    [Fact]
    public async Task The_largest_sample_plan_survives_the_way_through_Excel()
    {
        using var client = await world.As("thaiNguyenManager");
        var at = $"{Drafts.At(await world.SampleDocument("19"))}/assignment-matrix";
        var change = await client.Ask("PUT", $"{at}?dryRun=true", (await client.Ask("GET", $"{at}?format=csv")).Bytes, type: "text/csv");
        Assert.Equal("""{"applied":false,"added":[],"removed":[],"unchanged":98}""", change.Body!.ToJsonString());
    }

    [Fact]
    public async Task A_file_that_Excel_saved_with_semicolons_and_quotes_is_read_the_same()
    {
        using var client = await world.AdminOf(Commune);
        var at = await Matrix(client);
        const string saved = """
            Số;Nhiệm vụ;Công an xã [cong-an-xa];Đoàn Thanh niên [doan-thanh-nien];Phòng Văn hóa [phong-van-hoa]
            1;Tuyên truyền;;;
            1.1;"Phát thanh; mỗi sáng, mỗi chiều";Phối hợp;;Chủ trì
            1.2;Đại sứ số;chủ trì;CHỦ TRÌ;
            ;;;;
            """;
        await ChangesNothing(client, at, Encoding.UTF8.GetBytes(saved.ReplaceLineEndings("\r\n")));
        await ChangesNothing(client, at, [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(saved.Normalize(NormalizationForm.FormD))]);
    }

    [Fact]
    public async Task Code_words_bare_keys_and_several_roles_in_a_cell_are_understood()
    {
        using var client = await world.AdminOf(Commune);
        var at = await Matrix(client);
        var change = await client.Ask("PUT", at, "Số,Nhiệm vụ,cong-an-xa,phong-van-hoa\n1.1,,Coordinate / Giám sát,\"Lead; Tham mưu\"\n1.2,,Lead,\n", type: "text/csv");
        Assert.Equal(
            """{"applied":true,"added":[{"task":"1.1","agency":"cong-an-xa","role":"Supervise"},{"task":"1.1","agency":"phong-van-hoa","role":"Advise"}],"removed":[{"task":"1.2","agency":"doan-thanh-nien","role":"Lead"}],"unchanged":3}""",
            change.Body!.ToJsonString());
        var file = (await client.Ask("GET", $"{at}?format=csv")).Bytes;
        Assert.Contains("Phối hợp; Giám sát", Text(file), StringComparison.Ordinal);
        await ChangesNothing(client, at, file, unchanged: 5);
    }

    [Fact]
    public async Task An_unknown_role_is_named_by_line_and_column()
    {
        using var client = await world.AdminOf(Commune);
        var at = await Matrix(client);
        var answer = await client.Ask("PUT", at, "Số,Nhiệm vụ,cong-an-xa\n1.1,,Chủ toạ\n1.2,,x\n", type: "text/csv; charset=utf-8");
        answer.Refused(422, "PLT-1002");
        Assert.Equal(["/lines/2/3 PLT-4002", "/lines/3/3 PLT-4002"], answer.Faults);
        (await client.Ask("PUT", at, "Số,Nhiệm vụ,ai-do\n1.1,,Chủ trì\n", type: "text/csv")).Refused(422, "PLT-1002");
        Assert.Equal("\"1\"", (await client.Ask("GET", at)).ETag);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.1,,Chủ trì")]
    [InlineData("{\"rows\":[]}")]
    public async Task A_file_without_a_table_never_empties_the_plan(string file)
    {
        using var client = await world.AdminOf(Commune);
        var at = await Matrix(client);
        var answer = await client.Ask("PUT", at, file, type: "text/csv");
        answer.Refused(422, "PLT-1002");
        Assert.Equal(["/lines/1/1 PLT-1205"], answer.Faults);
        Assert.Equal("\"1\"", (await client.Ask("GET", at)).ETag);
    }

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        using var client = await world.AdminOf(Commune);
        (await client.Ask("PUT", await Matrix(client), "1.1", type: "text/plain")).Refused(415, "PLT-1004");
    }

    [Fact]
    public async Task A_title_that_looks_like_a_formula_is_not_run_by_Excel()
    {
        using var client = await world.AdminOf(Commune);
        var document = Drafts.Document();
        document["tasks"]![1]!["title"] = "=HYPERLINK(\"http://x\")";
        document["tasks"]![1]!["number"] = "-1.1";
        var at = $"{Drafts.At(await client.Draft(Commune, document))}/assignment-matrix";
        var file = (await client.Ask("GET", $"{at}?format=csv")).Bytes;
        Assert.DoesNotContain(",=HYPERLINK", Text(file), StringComparison.Ordinal);
        Assert.DoesNotContain(",\"=HYPERLINK", Text(file), StringComparison.Ordinal);
        Assert.Contains("\n'-1.1,", Text(file), StringComparison.Ordinal);
        await ChangesNothing(client, at, file);
    }

    private static async Task ChangesNothing(HttpClient client, string at, byte[] file, int unchanged = 4)
    {
        var before = (await client.Ask("GET", at)).ETag;
        var change = await client.Ask("PUT", at, file, type: "text/csv");
        Assert.Equal($$"""{"applied":true,"added":[],"removed":[],"unchanged":{{unchanged}}}""", change.Body!.ToJsonString());
        Assert.Equal(before, (await client.Ask("GET", at)).ETag);
    }

    private static async Task<string> Matrix(HttpClient client) => $"{Drafts.At(await client.Draft(Commune))}/assignment-matrix";

    private static string Text(byte[] file) => Encoding.UTF8.GetString(file.AsSpan(3));
}
