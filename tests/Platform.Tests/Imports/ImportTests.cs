using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Http;
using Platform.Tests.Learning;

namespace Platform.Tests.Imports;

/// <summary>Files of completions, taken in the background.</summary>
public sealed class ImportTests(World world)
{
    private const string Csv = "text/csv", Lines = "application/x-ndjson", Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    [Fact]
    public async Task A_table_is_imported_and_reported_and_its_rejected_rows_come_back()
    {
        using var batch = await Batch.Start(world);
        var table = Importing.Table(batch.Commune, 5_000) + "x-1,l,00004,KNS-CD-01,Citizens,01/03/2026\nx-2,l,,KNS-CD-01,Citizens,01/03/2026\nx-3,l,,KNS-CD-01,Citizens,01/03/2026\n";
        var import = await batch.Client.Import(Csv, table, "?name=thang-3.csv");
        var done = await batch.Client.Until(import, "Done");
        Assert.Equal((5_003m, 5_000m, 3m, 100m), (done.Number("rows"), done.Number("created"), done.Number("rejected"), done.Number("percent")));
        Assert.Equal(("thang-3.csv", "csv"), (done.Text("fileName"), done.Text("format")));
        Assert.True(done.Number("rowsPerSecond") > 0);
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 5000/300/5000"], await batch.Figures());

        var report = await batch.Client.Read($"{import}/report");
        Assert.Equal(
            [("PLT-1201", 2, "/5001/locality (5003) /5002/locality (5004)"), ("PLT-5004", 1, "/5000/locality (5002)")],
            report["reasons"]!.AsArray().Select(r => (r!["code"]!.GetValue<string>(), r["rows"]!.GetValue<int>(), string.Join(' ', r["first"]!.AsArray().Select(f => $"{f!["pointer"]} ({f["line"]})")))));
        Assert.Equal($"{import}/rejected", done.Text("rejectedRows"));
        var rejected = await batch.Client.GetStringAsync(new Uri(done.Text("rejectedRows")!, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("x-2,l,,KNS-CD-01,Citizens,01/03/2026,PLT-1201,", rejected, StringComparison.Ordinal);
        Assert.Equal("Done", (await batch.Client.Until(await batch.Client.Import(Csv, rejected.Replace("l,,KNS", $"l,{batch.Commune},KNS", StringComparison.Ordinal)), "Done")).Text("state"));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 5002/301/5002"], await batch.Figures());
    }

    [Fact]
    public async Task A_file_that_is_tried_is_answered_as_if_it_were_taken_and_leaves_nothing_but_its_report()
    {
        using var batch = await Batch.Start(world);
        var table = Importing.Table(batch.Commune, 5_000) + "x-1,l,00004,KNS-CD-01,Citizens,01/03/2026\ni-7,khac,00004,KNS-CD-01,Citizens,01/03/2026\n";
        var tried = await batch.Client.Until(await batch.Client.Import(Csv, table, "?dryRun=true"), "Done");
        Assert.True(tried["dryRun"]!.GetValue<bool>());
        Assert.Equal((5_002m, 5_000m, 2m, 100m), (tried.Number("rows"), tried.Number("created"), tried.Number("rejected"), tried.Number("percent")));
        Assert.Contains("x-1,l,00004,", await batch.Client.GetStringAsync(new Uri(tried.Text("rejectedRows")!, UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(await batch.Figures());
        Assert.Empty(await batch.Client.Rows("/v1/usage"));

        var taken = await batch.Client.Until(await batch.Client.Import(Csv, table), "Done");
        Assert.Equal((false, 5_000m, 2m), (taken["dryRun"]!.GetValue<bool>(), taken.Number("created"), taken.Number("rejected")));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 5000/300/5000"], await batch.Figures());
        Assert.Equal(5_000m, (await batch.Client.Until(await batch.Client.Import(Csv, table, "?dryRun=true"), "Done")).Number("duplicates"));
    }

    [Fact]
    public async Task Lines_arrays_and_forms_are_imported_too()
    {
        using var batch = await Batch.Start(world);
        var (one, other) = (batch.Row(), batch.Row());
        var lines = await batch.Client.Until(await batch.Client.Import(Lines, Sending.Lines(one, null, other)), "Done");
        Assert.Equal((2m, 1m), (lines.Number("created"), lines.Number("rejected")));
        var array = await batch.Client.Until(await batch.Client.Import("application/json", new JsonArray(one.DeepClone(), batch.Row()).ToJsonString()), "Done");
        Assert.Equal((1m, 1m), (array.Number("created"), array.Number("duplicates")));

        using var form = new MultipartFormDataContent
        {
            { new StringContent("ghi chú"), "note" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(Importing.Table(batch.Commune, 2, "form"))) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, "file", "lớp.csv" },
        };
        using var sent = await batch.Client.PostAsync(new Uri("/v1/imports", UriKind.Relative), form, TestContext.Current.CancellationToken);
        var done = await batch.Client.Until($"/v1/imports/{(await sent.Body(HttpStatusCode.Accepted)).Text("id")}", "Done");
        Assert.Equal(("lớp.csv", 2m), (done.Text("fileName"), done.Number("created")));
    }

    [Fact]
    public async Task A_workbook_is_read_with_its_days_numbers_and_lost_zeros_and_comes_back_as_a_workbook()
    {
        using var batch = await Batch.Start(world);
        var citizen = Batch.NewCitizen();
        var file = Importing.Workbook(
            ["Mã hoàn thành", "Mã người học", "Số định danh", "Mã xã", "Khóa học", "Nhóm đối tượng", "Ngày hoàn thành", "Điểm", "Đạt"],
            ["w-1", "hv-1", long.Parse(citizen, null), int.Parse(batch.Commune, null), "KNS-CD-01", "Người dân", new DateTime(2026, 3, 1), 85.5, true],
            [],
            ["w-2", 17, null, batch.Commune, "KHONG-CO", "Người dân & khác", new DateTime(2026, 3, 1, 8, 30, 0), null, "Đạt"],
            ["w-3", 18, null, batch.Commune, "KNS-CD-02", "Học sinh", new DateTime(2026, 3, 1, 8, 30, 0)]);
        var done = await batch.Client.Until(await batch.Client.Import(Xlsx, file), "Done");
        Assert.Equal((2m, 1m), (done.Number("created"), done.Number("rejected")));
        var same = batch.Row(learner: "hv-1", citizen: citizen, at: "2026-03-01T00:00:00+07:00", change: r => (r["id"], r["score"]) = ("w-1", 85.5));
        var other = batch.Row(learner: "18", at: "2026-03-01T08:30:00+07:00", change: r => (r["id"], r["score"], r["course"], r["audience"]) = ("w-3", null, "KNS-CD-02", "Students"));
        Assert.Equal("duplicate duplicate", Batch.Outcomes(await batch.Push(same, other)));

        var rejected = await batch.Client.GetByteArrayAsync(new Uri(done.Text("rejectedRows")!, UriKind.Relative), TestContext.Current.CancellationToken);
        var again = await batch.Client.Until(await batch.Client.Import(Xlsx, rejected), "Done");
        Assert.Equal((1m, 1m), (again.Number("rows"), again.Number("rejected")));
        var report = await batch.Client.Read($"/v1/imports/{again.Text("id")}/report");
        Assert.Equal(Problems.UnknownWord.Code, report["reasons"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_refused_at_once_or_fails_where_it_breaks()
    {
        using var batch = await Batch.Start(world);
        await batch.Client.SendFile(Csv, "a;b\n1;2\n"u8.ToArray()).Problem(Problems.Invalid);
        await batch.Client.SendFile(Xlsx, "PK no workbook"u8.ToArray()).Problem(Problems.NotAWorkbook);
        await batch.Client.SendFile("application/octet-stream", "x"u8.ToArray(), "?name=anh.png").Problem(Problems.UnsupportedMediaType);
        using var form = new MultipartFormDataContent { { new StringContent("x"), "note" } };
        await batch.Client.PostAsync(new Uri("/v1/imports", UriKind.Relative), form, TestContext.Current.CancellationToken).Problem(Problems.ImportWithoutFile);
        Assert.Empty(await batch.Client.Rows("/v1/imports"));

        var broken = await batch.Client.Until(await batch.Client.Import("application/json", $"[{batch.Row().ToJsonString()},\n7,{{"), "Failed");
        Assert.Equal((1m, 1m, Problems.MalformedBody.Code), (broken.Number("created"), broken.Number("rejected"), broken["problem"]!["code"]!.GetValue<string>()));
        await Gone(broken.Text("id")!);
    }

    [Fact]
    public async Task An_import_pauses_goes_on_where_it_was_and_can_be_cancelled()
    {
        using var batch = await Batch.Start(world);
        var import = await batch.Client.Import(Csv, Importing.Table(batch.Commune, 60_000));
        while ((await batch.Client.Read(import)).Number("rows") == 0)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        using (var paused = await batch.Client.Send(HttpMethod.Put, $"{import}/pause"))
            Assert.Equal("Paused", (await paused.Body(HttpStatusCode.OK)).Text("state"));
        var at = (await batch.Client.Read(import)).Number("rows");
        Assert.True(at is > 0 and < 60_000, $"{at}");
        Assert.Equal([$"2026-03-01 Citizens KNS-CD-01: {at}/300/{at}"], await batch.Figures());
        await Task.Delay(1_500, TestContext.Current.CancellationToken);
        Assert.Equal(at, (await batch.Client.Read(import)).Number("rows"));

        using (var resumed = await batch.Client.Send(HttpMethod.Delete, $"{import}/pause"))
            Assert.Equal("Waiting", (await resumed.Body(HttpStatusCode.OK)).Text("state"));
        while ((await batch.Client.Read(import)).Number("rows") == at)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        await batch.Client.Send(HttpMethod.Delete, $"{import}/pause").Problem(Problems.ImportNotPaused);
        using (var cancelled = await batch.Client.Send(HttpMethod.Put, $"{import}/cancellation"))
            Assert.Equal("Cancelled", (await cancelled.Body(HttpStatusCode.OK)).Text("state"));
        var end = (await batch.Client.Read(import)).Number("rows");
        Assert.Equal([$"2026-03-01 Citizens KNS-CD-01: {end}/300/{end}"], await batch.Figures());
        foreach (var (method, path) in new[] { (HttpMethod.Put, "pause"), (HttpMethod.Delete, "pause"), (HttpMethod.Put, "cancellation") })
            await batch.Client.Send(method, $"{import}/{path}").Problem(Problems.ImportEnded);
    }

    [Fact]
    public async Task Imports_are_listed_page_by_page_to_their_own_vendor_only()
    {
        using var batch = await Batch.Start(world);
        using var other = await batch.OtherVendor();
        var sent = new List<string>();
        for (var i = 0; i < 3; i++)
            sent.Add(await batch.Client.Import(Csv, Importing.Table(batch.Commune, 1, $"p{i}")));
        var first = await batch.Client.Read("/v1/imports?limit=2");
        var second = await batch.Client.Read(first.Text("next")!);
        Assert.Null(second["next"]);
        Assert.Equal(Enumerable.Reverse(sent), first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(i => $"/v1/imports/{i!["id"]}"));
        Assert.Empty(await other.Client.Rows("/v1/imports"));
        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Get, "/report"), (HttpMethod.Get, "/rejected"), (HttpMethod.Put, "/pause"), (HttpMethod.Delete, "/pause"), (HttpMethod.Put, "/cancellation") })
            await other.Client.Send(method, sent[0] + path).Problem(Problems.UnknownImport);
    }

    [Fact]
    public async Task Imports_are_found_by_day_mapping_and_name()
    {
        using var batch = await Batch.Start(world);
        using (var saved = await batch.Client.Send(HttpMethod.Put, "/v1/import-mappings/lop-hoc", """{"fields":{"id":{"columns":["id"]},"learner.id":{"columns":["learner.id"]},"locality":{"columns":["locality"]},"course":{"columns":["course"]},"audience":{"columns":["audience"]},"completedAt":{"columns":["completedAt"]}}}"""))
            await saved.Body(HttpStatusCode.OK);
        var one = await batch.Client.Import(Csv, Importing.Table(batch.Commune, 1, "a"), $"?name={Uri.EscapeDataString("LỚP 5A_1.csv")}");
        var two = await batch.Client.Import(Csv, Importing.Table(batch.Commune, 1, "b"), "?name=khac.csv&mapping=lop-hoc");
        await world.Everything("update imports set created_at = '2026-02-28T17:30:00Z' where id = $1", Guid.Parse(one.Split('/')[^1]));
        foreach (var (query, found) in new[]
        {
            ("name=lớp 5a", "1"), ("name=5A_1", "1"), ("name=5A1", ""), ("name=csv", "2 1"), ("mapping=lop-hoc", "2"), ("mapping=khac", ""),
            ("createdFrom=2026-03-01&createdTo=2026-03-01", "1"), ("createdTo=2026-02-28", ""), ("createdFrom=2026-03-02", "2"), ("createdFrom=2026-01-01&name=csv&mapping=lop-hoc", "2"),
        })
            Assert.Equal(found, string.Join(' ', (await batch.Client.Rows($"/v1/imports?{query}")).Select(i => $"/v1/imports/{i.Text("id")}" == one ? 1 : 2)));
        var first = await batch.Client.Read("/v1/imports?createdFrom=2026-01-01&name=CSV&limit=1");
        var second = await batch.Client.Read(first.Text("next")!);
        Assert.Equal((two, one, null), ($"/v1/imports/{first["items"]![0]!["id"]}", $"/v1/imports/{second["items"]![0]!["id"]}", second.Text("next")));
        await batch.Client.Send(HttpMethod.Get, "/v1/imports?createdFrom=2026-03-02&createdTo=2026-03-01").Problem(Problems.BadParameter);
    }

    [Fact]
    public async Task An_import_whose_rows_cannot_be_written_for_a_while_waits_and_is_not_ended()
    {
        using var batch = await Batch.Start(world);
        var prefix = $"cho-{Guid.NewGuid():N}";
        string import;
        await using (await BrokenTable.Where(world, "completions", $"new.external_id = '{prefix}-1'", Npgsql.PostgresErrorCodes.UniqueViolation)) // as if others wrote them all the while
        {
            import = await batch.Client.Import(Csv, Importing.Table(batch.Commune, 3, prefix));
            while ((await world.Everything("select 1 from imports i join import_leases l on l.import_id = i.id where i.id = $1 and i.state = 'Running' and l.holder is null and l.attempts = 1", Guid.Parse(import.Split('/')[^1]))).Count == 0)
            {
                Assert.NotEqual("Failed", (await batch.Client.Read(import)).Text("state"));
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(3m, (await batch.Client.Until(import, "Done")).Number("created"));
    }

    [Fact]
    public async Task A_waiting_file_holds_no_citizen_number_in_clear_and_goes_when_it_is_done()
    {
        using var batch = await Batch.Start(world);
        var citizen = Batch.NewCitizen();
        var import = await batch.Client.Import(Csv, $"id,learner.citizenId,locality,course,audience,completedAt\nz-1,{citizen},{batch.Commune},KNS-CD-01,Citizens,01/03/2026\n" + new string('\n', 200_000));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(world.Folder, "imports")))
            Assert.True((await Bytes(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(citizen)) < 0);
        await batch.Client.Until(import, "Done");
        await Gone(import.Split('/')[^1]);

        static async Task<byte[]> Bytes(string file)
        {
            try
            {
                return await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            }
            catch (FileNotFoundException)
            {
                return []; // an import is over as soon as it is done
            }
        }
    }

    /// <summary>Waits until an import's file is gone, which it is a moment after the import ended.</summary>
    private async Task Gone(string id)
    {
        while (Directory.EnumerateFiles(Path.Combine(world.Folder, "imports"), $"{id}*").Any())
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }
}
