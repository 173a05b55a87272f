using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Access;
using Platform.Http;
using Platform.Imports;
using Platform.Learning;
using Platform.Learning.Formats;

namespace Platform.Tests.Learning;

/// <summary>Rows that were not taken come back in the format they came in, ready to be mended and sent again.</summary>
public sealed class RejectedRowsTests(World world)
{
    [Fact]
    public async Task Lines_come_back_with_their_error_and_are_taken_once_mended()
    {
        using var batch = await Batch.Start(world);
        var (good, bad, conflict) = (batch.Row(), batch.Row(change: r => r["course"] = "KHONG-CO"), batch.Row());
        await batch.Store(conflict);
        conflict["score"] = 1;
        var answer = await batch.Client.Stream(Sending.Lines(good, bad, conflict) + "{broken\n");
        var (type, text) = await Fetch(batch, answer.Summary!.Text("rejectedRows")!);
        Assert.Equal("application/x-ndjson", type);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.Equal("{broken", lines[3]);
        Assert.Equal((Problems.LineNotJson.Code, "/3"), (JsonNode.Parse(lines[2])!["problems"]![0]!["code"]!.ToString(), JsonNode.Parse(lines[2])!["problems"]![0]!["pointer"]!.ToString()));
        var mended = JsonNode.Parse(lines[0])!.AsObject();
        Assert.Equal((Problems.UnknownCourse.Code, "/1/course"), (mended["problems"]![0]!["code"]!.GetValue<string>(), mended["problems"]![0]!["pointer"]!.GetValue<string>()));
        Assert.Equal(Problems.SameIdOtherContent.Code, JsonNode.Parse(lines[1])!["problems"]![0]!["code"]!.GetValue<string>());
        mended["course"] = "KNS-CD-01";
        var again = await batch.Client.Stream($"\n{mended.ToJsonString()}\n{lines[2]}\n{batch.Row().ToJsonString()}\n{lines[3]}");
        Assert.Equal("created created rejected", again.Outcomes);
        Assert.Equal([2, 4, 5], again.Rows.Select(r => (int)r["line"]!).ToList());
    }

    [Theory]
    [InlineData(IntakeStore.Sets)]
    [InlineData(IntakeStore.Portable)]
    public async Task Good_rows_are_not_stored_where_the_rejected_ones_beside_them_cannot_be_kept(IntakeStore store)
    {
        var commune = (await world.FreshCommune()).Code;
        var (id, secret) = await world.Register(Role.Vendor, commune);
        using var batch = new Batch(world, await world.On(store, await world.SignedIn(id, secret)), commune, store);
        var (good, bad) = (batch.Row(), batch.Row(change: r => r["course"] = "KHONG-CO"));
        var vendor = (short)(await world.Everything("select vendor_id from accounts where key = $1", id))[0][0]!;
        var noRoom = $"no_room_{Guid.NewGuid():N}";
        await world.Everything($"""
            create function {noRoom}() returns trigger language plpgsql as $$ begin raise 'no room'; end $$;
            create trigger {noRoom} before insert on rejected_rows for each row when (new.vendor_id = {vendor}) execute function {noRoom}()
            """);
        using (var failed = await batch.Client.Send(HttpMethod.Post, "/v1/completions", new JsonArray(good.DeepClone(), bad.DeepClone()).ToJsonString()))
        {
            await world.Everything($"drop function {noRoom}() cascade");
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        }

        Assert.Equal("created rejected", Batch.Outcomes(await batch.Push(good, bad)));
    }

    [Fact]
    public async Task A_table_comes_back_with_two_more_columns_and_can_go_round_several_times()
    {
        using var batch = await Batch.Start(world);
        var row = $";\"Nguyễn; \"\"An\"\"\";{batch.Commune};KHONG-CO;Người dân;01/03/2026";
        using var sent = await batch.Client.Post("/v1/completions", "text/csv", $"Mã hoàn thành;Mã người học;Mã xã;Khóa học;Nhóm đối tượng;Ngày hoàn thành\nt-1{row}\n");
        var first = await Fetch(batch, (await sent.Body(HttpStatusCode.OK)).Text("rejectedRows")!);
        Assert.Equal("text/csv", first.Type);
        Assert.StartsWith("\uFEFFMã hoàn thành;Mã người học;Mã xã;Khóa học;Nhóm đối tượng;Ngày hoàn thành;Mã lỗi;Lỗi\r\n", first.Text, StringComparison.Ordinal);
        Assert.Contains($"t-1{row};PLT-5005;Dòng 2: Khóa học: {Problems.UnknownCourse.Vi} – «KHONG-CO», xem GET /v1/courses\r\n", first.Text, StringComparison.Ordinal);

        using var again = await batch.Client.Post("/v1/completions", "text/csv", first.Text);
        var second = await Fetch(batch, (await again.Body(HttpStatusCode.OK)).Text("rejectedRows")!);
        Assert.Equal(first.Text, second.Text);
        using var mended = await batch.Client.Post("/v1/completions", "text/csv", second.Text.Replace("KHONG-CO", "KNS-CD-01", StringComparison.Ordinal));
        Assert.Equal("created", Batch.Outcomes(await mended.Body(HttpStatusCode.OK)));
    }

    [Fact]
    public async Task A_table_comes_back_in_english_where_that_is_asked_for_and_with_nothing_that_Excel_would_run()
    {
        using var batch = await Batch.Start(world);
        batch.Client.DefaultRequestHeaders.Add("Accept-Language", "en");
        using var sent = await batch.Client.Post("/v1/completions", "text/csv", $"id,learner.id,locality,course,audience,completedAt\n=1+1,@sum,{batch.Commune},,Nobody,31/02/2026\n");
        var answer = await sent.Body(HttpStatusCode.OK);
        var text = (await Fetch(batch, answer.Text("rejectedRows")!)).Text;
        Assert.StartsWith("\uFEFFid,learner.id,locality,course,audience,completedAt,Problem,Reason\r\n", text, StringComparison.Ordinal);
        Assert.Contains($"\n'=1+1,'@sum,{batch.Commune},,Nobody,31/02/2026,\"PLT-1205, PLT-1202, PLT-1201\",", text, StringComparison.Ordinal);
        var mended = text.Replace(",,Nobody,31/02/2026", ",KNS-CD-01,Citizens,28/02/2026", StringComparison.Ordinal);
        using var again = await batch.Client.Post("/v1/completions", "text/csv", mended);
        Assert.Equal("created", Batch.Outcomes(await again.Body(HttpStatusCode.OK)));
        Assert.Equal("=1+1", (await batch.Client.Rows("/v1/completions")).Single().Text("id"));
    }

    [Fact]
    public async Task An_array_comes_back_as_an_array()
    {
        using var batch = await Batch.Start(world);
        var answer = await batch.Push(batch.Row(), batch.Row(change: r => r["score"] = 101), 7);
        var rows = JsonNode.Parse((await Fetch(batch, answer.Text("rejectedRows")!)).Text)!.AsArray();
        Assert.Equal(3, rows.Count); // before what is no object, why it was rejected
        rows[0]!["score"] = 100;
        Assert.Equal("created rejected", Batch.Outcomes(await batch.Push([.. rows])));
    }

    [Fact]
    public async Task Nobody_but_the_vendor_gets_them_and_nothing_is_kept_of_a_clean_batch_or_a_dry_run()
    {
        using var batch = await Batch.Start(world);
        using var other = await batch.OtherVendor();
        var link = (await batch.Push(7)).Text("rejectedRows")!;
        await other.Client.Send(HttpMethod.Get, link).Problem(Problems.NothingRejected);
        await batch.Client.Send(HttpMethod.Get, $"/v1/intakes/{Guid.NewGuid()}/rejected").Problem(Problems.NothingRejected);
        Assert.Null((await batch.Push(batch.Row()))["rejectedRows"]);
        using var rehearsal = await batch.Client.Send(HttpMethod.Post, "/v1/completions?dryRun=true", "[7]");
        Assert.Null((await rehearsal.Body(HttpStatusCode.OK))["rejectedRows"]);
    }

    [Fact]
    public async Task A_citizen_number_lies_nowhere_in_clear()
    {
        using var batch = await Batch.Start(world);
        var citizen = Batch.NewCitizen();
        var answer = await batch.Push(batch.Row(citizen: citizen, change: r => r["course"] = "KHONG-CO"));
        Assert.Contains(citizen, (await Fetch(batch, answer.Text("rejectedRows")!)).Text, StringComparison.Ordinal);
        var kept = (byte[])(await world.Everything("select sealed from rejected_rows where intake_id = $1::uuid", answer.Text("rejectedRows")!.Split('/')[3]))[0][0]!;
        Assert.False(kept.AsSpan().IndexOf(Encoding.UTF8.GetBytes(citizen)) >= 0);
    }

    [Fact]
    public async Task They_are_kept_for_two_weeks_and_an_imports_file_for_as_long_as_the_import_needs_it()
    {
        using var batch = await Batch.Start(world);
        var (old, young) = ((await batch.Push(7)).Text("rejectedRows")!, (await batch.Push(7)).Text("rejectedRows")!);
        foreach (var (link, days) in new[] { (old, "15"), (young, "13") })
            await world.Everything("update rejected_rows set received_at = now() - $2::interval where intake_id = $1::uuid", link.Split('/')[3], $"{days} days");
        var services = world.Instance.App.Services;
        var folder = services.GetRequiredService<ImportOptions>().Folder;
        Directory.CreateDirectory(folder);
        var (left, fresh) = (Path.Combine(folder, $"{Guid.NewGuid()}.sealed"), Path.Combine(folder, $"{Guid.NewGuid()}.sealed"));
        foreach (var (file, hours) in new[] { (left, 2), (fresh, 0) })
        {
            await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-hours));
        }

        await services.GetServices<IHostedService>().OfType<ImportRunner>().Single().Sweep(TestContext.Current.CancellationToken);
        await batch.Client.Send(HttpMethod.Get, old).Problem(Problems.NothingRejected);
        Assert.NotEmpty((await Fetch(batch, young)).Text);
        Assert.Equal((false, true), (File.Exists(left), File.Exists(fresh)));
        File.Delete(fresh);
    }

    [Fact]
    public async Task A_workbook_goes_out_while_it_is_written_and_is_held_nowhere()
    {
        await using var sent = new OnlyAsync();
        var workbook = new WorkbookText(sent);
        for (var row = 0; row < 20_000; row++)
            await workbook.Row([$"{Guid.NewGuid()}", "Lý do: «a» & <b>"]);
        var (held, before) = (20_000L * 16, sent.Bytes.Length);
        await workbook.DisposeAsync();
        Assert.True(before > held, $"{before}");
        Assert.True(sent.Bytes.Length - before < 100_000, $"{sent.Bytes.Length - before}");
        using var archive = new System.IO.Compression.ZipArchive(new MemoryStream(sent.Bytes.ToArray()));
        using var sheet = new StreamReader(archive.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        Assert.Equal(20_000, System.Text.RegularExpressions.Regex.Count(await sheet.ReadToEndAsync(TestContext.Current.CancellationToken), "<row "));
    }

    /// <summary>A stream as an answer's: it cannot go back and takes nothing from who would block a thread.</summary>
    private sealed class OnlyAsync : Stream
    {
        internal MemoryStream Bytes { get; } = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Bytes.WriteAsync(buffer, cancellationToken);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Bytes.WriteAsync(buffer, offset, count, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous writes are not allowed.");

        public override void Flush() => throw new InvalidOperationException("Synchronous writes are not allowed.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }

    private static async Task<(string Type, string Text)> Fetch(Batch batch, string link)
    {
        using var answer = await batch.Client.GetAsync(new Uri(link, UriKind.Relative), TestContext.Current.CancellationToken);
        var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (answer.Content.Headers.ContentType!.MediaType!, Encoding.UTF8.GetString(bytes));
    }
}
