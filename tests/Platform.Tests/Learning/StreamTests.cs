using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Http;

namespace Platform.Tests.Learning;

/// <summary>Completions sent as a stream, and answered as one.</summary>
public sealed class StreamTests(World world)
{
    [Fact]
    public async Task Each_line_is_answered_in_order_with_progress_and_a_summary_at_the_end()
    {
        using var batch = await Batch.Start(world);
        var known = batch.Row();
        await batch.Store(known);
        var answer = await batch.Client.Stream(Sending.Lines(batch.Row(), known, batch.Row(change: r => r["course"] = "KHONG-CO")));
        Assert.Equal("created duplicate rejected", answer.Outcomes);
        Assert.Equal([0, 1, 2], answer.Rows.Select(r => r["index"]!.GetValue<int>()));
        Assert.Equal("/2/course", answer.Rows[2]["problems"]![0]!["pointer"]!.GetValue<string>());
        Assert.NotEmpty(answer.Progress);
        Assert.Equal((3m, 1m, 1m, 1m), (answer.Summary!.Number("rows"), answer.Summary!.Number("created"), answer.Summary!.Number("duplicates"), answer.Summary!.Number("rejected")));
        Assert.Equal(2, await batch.Learners());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData(null)]
    public async Task A_hundred_thousand_rows_are_one_stream(string? coding)
    {
        // Compressed in full; uncompressed a tenth of it, past the limit of one transaction and of one batch.
        var count = coding == "gzip" ? 100_000 : 12_000;
        using var batch = await Batch.Start(world);
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""{"id":"s-{{i}}","learner":{"id":"h-{{i % 500}}"},"locality":"{{batch.Commune}}","course":"KNS-CD-01","audience":"Citizens","completedAt":"2026-03-01T08:00:00+07:00"}""").Append('\n');
        var answer = await batch.Client.Stream(text.ToString(), coding);
        Assert.Equal(count, answer.Rows.Count);
        Assert.All(answer.Rows, (row, i) => Assert.Equal((i, $"s-{i}", "created"), (row["index"]!.GetValue<int>(), row["id"]!.GetValue<string>(), row["outcome"]!.GetValue<string>())));
        Assert.Equal(count, answer.Summary!.Number("created"));
        Assert.Equal([$"2026-03-01 Citizens KNS-CD-01: {count}/500/{count}"], await batch.Figures());
    }

    [Fact]
    public async Task A_bad_line_is_rejected_and_the_stream_goes_on()
    {
        using var batch = await Batch.Start(world);
        var tooLong = batch.Row(change: r => r["reason"] = new string('x', 70_000));
        var answer = await batch.Client.Stream($"{Sending.Lines(batch.Row())}{{\"id\":\n\n7\n{Sending.Lines(tooLong, batch.Row())}[]\n{batch.Row().ToJsonString()}");
        Assert.Equal("created rejected rejected rejected created rejected created", answer.Outcomes);
        Assert.Equal(
            [Problems.LineNotJson.Code, Problems.NotACompletion.Code, Problems.RowTooLong.Code, Problems.NotACompletion.Code],
            answer.Rows.Where(r => r["problems"] is not null).Select(r => r["problems"]![0]!["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_line_of_many_megabytes_costs_only_itself()
    {
        using var batch = await Batch.Start(world);
        var answer = await batch.Client.Stream($"{Sending.Lines(batch.Row())}\"{new string('x', 20_000_000)}\"\n{Sending.Lines(batch.Row())}", "gzip");
        Assert.Equal("created rejected created", answer.Outcomes);
    }

    [Fact]
    public async Task An_array_of_any_length_is_a_stream_where_lines_are_asked_for()
    {
        using var batch = await Batch.Start(world);
        var rows = string.Join(',', Enumerable.Repeat("{}", 10_050));
        using var sent = await batch.Client.Post("/v1/completions", "application/json", $"[{rows},{batch.Row().ToJsonString()}]", accept: "application/x-ndjson");
        var answer = await StreamedAnswer.Of(sent);
        Assert.Equal((10_051m, 1m), (answer.Summary!.Number("rows"), answer.Summary!.Number("created")));
        Assert.Equal("/10049/id", answer.Rows[10_049]["problems"]![0]!["pointer"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_array_that_breaks_off_is_answered_as_far_as_it_goes_and_then_with_where_it_broke()
    {
        using var batch = await Batch.Start(world);
        batch.Client.DefaultRequestHeaders.Add("Accept-Language", "en");
        using var sent = await batch.Client.Post(
            "/v1/completions", "application/json", $"[{batch.Row().ToJsonString()},\n{batch.Row().ToJsonString()},\n{{\"id\" 7}}]", accept: "application/x-ndjson");
        var answer = await StreamedAnswer.Of(sent);
        Assert.Equal("created created", answer.Outcomes);
        Assert.Null(answer.Summary);
        Assert.Equal((Problems.MalformedBody.Code, "Line 3, byte 7."), (answer.Problem!.Text("code"), answer.Problem!.Text("detail")));
        Assert.Equal(2, await batch.Learners());
    }

    [Fact]
    public async Task What_is_wrong_before_the_first_row_is_an_ordinary_problem()
    {
        using var batch = await Batch.Start(world);
        await batch.Client.Post("/v1/completions", "application/json", "{}", accept: "application/x-ndjson").Problem(Problems.NotAnArray);
        await batch.Client.Post("/v1/completions", "application/x-ndjson", "{}"u8.ToArray()[..1], "deflate").Problem(Problems.UnknownCoding);
    }

    [Fact]
    public async Task Rows_that_are_there_are_answered_while_the_sender_pauses()
    {
        using var batch = await Batch.Start(world);
        using var pausing = new PausingContent(Encoding.UTF8.GetBytes(Sending.Lines(batch.Row())), Encoding.UTF8.GetBytes(Sending.Lines(batch.Row())));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/completions", UriKind.Relative)) { Content = pausing, Version = HttpVersion.Version11 };
        var sending = batch.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        while (await batch.Learners() == 0)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(pausing.Ended);
        pausing.GoOn();
        using var sent = await sending;
        var answer = await StreamedAnswer.Of(sent);
        Assert.Equal("created created", answer.Outcomes);
        Assert.Equal([1m, 2m], answer.Progress.Select(p => p.Number("rows")!.Value));
    }

    [Fact]
    public async Task Answers_that_nobody_reads_wait_in_a_file_without_a_name_that_only_the_server_may_open()
    {
        using var batch = await Batch.Start(world);
        using var unread = await batch.Client.Post("/v1/completions", "application/x-ndjson", string.Concat(Enumerable.Repeat("{}\n", 40_000)));
        UnixFileMode? mode;
        while ((mode = Directory.EnumerateFiles("/proc/self/fd").Select(Spool).FirstOrDefault(m => m is not null)) is null)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    // Other files of this process, and spools of other tests, come and go meanwhile.
    private static UnixFileMode? Spool(string file)
    {
        try
        {
            return !OperatingSystem.IsWindows() && new FileInfo(file).LinkTarget is { } to && to.Contains("/platform-answer-", StringComparison.Ordinal) && to.EndsWith(" (deleted)", StringComparison.Ordinal)
                ? File.GetUnixFileMode(file) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [Fact]
    public async Task Eight_streams_of_the_same_rows_at_once_store_each_row_once()
    {
        using var batch = await Batch.Start(world);
        var lines = Sending.Lines([.. Enumerable.Range(0, 3000).Select(i => batch.Row(learner: $"l{i % 100}"))]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => batch.Client.Stream(lines)));
        Assert.Equal(3000, answers.Sum(a => a.Summary!.Number("created")));
        Assert.Equal(21_000, answers.Sum(a => a.Summary!.Number("duplicates")));
        Assert.Equal(["2026-03-01 Citizens KNS-CD-01: 3000/100/3000"], await batch.Figures());
    }

    [Fact]
    public async Task An_atomic_stream_stores_all_or_none_and_has_an_end()
    {
        using var batch = await Batch.Start(world);
        var bad = await batch.Client.Stream(Sending.Lines(batch.Row(), null), query: "?atomic=true");
        Assert.Equal("withheld rejected", bad.Outcomes);
        Assert.NotNull(bad.Summary!["rejectedRows"]);
        Assert.Empty(await batch.Client.Rows("/v1/completions"));
        var good = await batch.Client.Stream(Sending.Lines(batch.Row(), batch.Row()), query: "?atomic=true");
        Assert.Equal("created created", good.Outcomes);
        var tooLong = string.Concat(Enumerable.Repeat("{}\n", 2_001));
        foreach (var query in (string[])["?atomic=true", "?dryRun=true"])
            await batch.Client.Post($"/v1/completions{query}", "application/x-ndjson", tooLong).Problem(Problems.WholeTooLong);
    }

    [Fact]
    public async Task A_dry_run_answers_a_stream_the_same_and_writes_nothing()
    {
        using var batch = await Batch.Start(world);
        var (row, lines) = (batch.Row(), "");
        lines = Sending.Lines(row, row, null);
        var rehearsal = await batch.Client.Stream(lines, query: "?dryRun=true");
        Assert.Equal(0, await batch.Learners());
        Assert.Null(rehearsal.Summary!["rejectedRows"]);
        Assert.Equal((await batch.Client.Stream(lines)).Outcomes, rehearsal.Outcomes);
    }

    [Fact]
    public async Task Whoever_sends_lines_and_accepts_json_only_gets_one_object()
    {
        using var batch = await Batch.Start(world);
        using var sent = await batch.Client.Post("/v1/completions", "application/x-ndjson", Sending.Lines(batch.Row()), accept: "application/json");
        Assert.Equal("created", Batch.Outcomes(await sent.Body(HttpStatusCode.OK)));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_damaged_or_exploding_body_is_refused(string coding)
    {
        using var batch = await Batch.Start(world);
        var rows = new JsonArray([.. Enumerable.Range(0, 2000).Select(i => batch.Row())]).ToJsonString();
        var whole = Sending.Folded(Encoding.UTF8.GetBytes(rows), coding);
        // No codec takes this beginning; no body ends before its end; what is no JSON may be so because of damage that shows only later.
        byte[][] damages = [[0x11, .. whole[1..]], whole[..(whole.Length / 2)], whole[..^1], Sending.Folded(Encoding.UTF8.GetBytes("nonsense" + rows), coding)[..^1]];
        foreach (var damage in damages)
        {
            using var damaged = await Raw(batch, coding, "application/json", damage);
            Assert.Equal(Problems.DamagedBody.Code, (await damaged.Body(HttpStatusCode.BadRequest)).Text("code"));
        }

        Assert.Equal(0, await batch.Learners());
        using (var nonsense = await Raw(batch, coding, "application/json", Sending.Folded("nonsense"u8.ToArray(), coding)))
            Assert.Equal(Problems.MalformedBody.Code, (await nonsense.Body(HttpStatusCode.BadRequest)).Text("code"));
        // 40 MB of blanks in a few KB, where a body may have 16 MB.
        using var bomb = await Raw(batch, coding, "application/json", Sending.Folded(Encoding.UTF8.GetBytes("[" + new string(' ', 40_000_000) + "]"), coding));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, bomb.StatusCode);
    }

    [Fact]
    public async Task A_list_with_blanks_or_an_element_without_end_fills_no_memory()
    {
        using var batch = await Batch.Start(world);
        var blanks = new string(' ', 5_000_000);
        using (var wide = await batch.Client.Post("/v1/completions", "application/json", $"[{blanks}{batch.Row().ToJsonString()}{blanks},{blanks}{batch.Row().ToJsonString()},{new string(' ', 65_400)}{batch.Row().ToJsonString()}{blanks}]{blanks}", "gzip", "application/x-ndjson"))
            Assert.Equal("created created created", (await StreamedAnswer.Of(wide)).Outcomes);
        using var endless = await batch.Client.Post("/v1/completions", "application/json", $"[\"{new string('a', 5_000_000)}\"]", "gzip", "application/x-ndjson");
        Assert.Equal(Problems.RowTooLong.Code, (await endless.Body(HttpStatusCode.UnprocessableEntity)).Text("code"));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson")]
    public async Task Letters_that_are_not_UTF_8_are_their_rows_fault_and_make_no_two_learners_one(string type)
    {
        using var batch = await Batch.Start(world);
        var rows = new[] { batch.Row("hv-é1"), batch.Row("hv-è1"), batch.Row("hv-2") }.Select(r => r.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        var text = type == "application/json" ? $"[{string.Join(',', rows)}]" : string.Join('\n', rows);
        using var sent = await batch.Client.Post("/v1/completions", type, Encoding.Latin1.GetBytes(text), accept: "application/x-ndjson");
        var answer = await StreamedAnswer.Of(sent);
        Assert.Equal("rejected rejected created", answer.Outcomes);
        Assert.Equal(Problems.NotUtf8.Code, answer.Rows[0]["problems"]![0]!["code"]!.ToString());
        using var rejected = await batch.Client.GetAsync(new Uri(answer.Summary!.Text("rejectedRows")!, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, rejected.StatusCode);
        Assert.Contains("hv-", await rejected.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_compressed_stream_that_breaks_off_is_answered_as_far_as_it_goes_and_ends_with_the_damage(string coding)
    {
        using var batch = await Batch.Start(world);
        var lines = Sending.Lines([.. Enumerable.Range(0, 3000).Select(i => batch.Row(learner: $"l{i % 50}"))]);
        using var sent = await Raw(batch, coding, "application/x-ndjson", Sending.Folded(Encoding.UTF8.GetBytes(lines), coding)[..^1]);
        var answer = await StreamedAnswer.Of(sent);
        Assert.All(answer.Rows, r => Assert.Equal("created", r["outcome"]!.GetValue<string>()));
        Assert.Equal((null, Problems.DamagedBody.Code), (answer.Summary, answer.Problem!.Text("code")));
        Assert.Equal(answer.Rows.Count, (await batch.Client.Stream(lines)).Summary!.Number("duplicates"));
    }

    private static Task<HttpResponseMessage> Raw(Batch batch, string coding, string type, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/completions", UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(type);
        request.Content.Headers.ContentEncoding.Add(coding);
        return batch.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A body that waits between its two parts until it is told to go on.</summary>
    private sealed class PausingContent(byte[] first, byte[] second) : HttpContent
    {
        private readonly TaskCompletionSource goOn = new();

        internal bool Ended { get; private set; }

        internal void GoOn() => goOn.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            Headers.ContentType ??= new("application/x-ndjson");
            await stream.WriteAsync(first);
            await stream.FlushAsync();
            await goOn.Task;
            await stream.WriteAsync(second);
            Ended = true;
        }

        protected override bool TryComputeLength(out long length)
        {
            Headers.ContentType ??= new("application/x-ndjson");
            length = 0;
            return false;
        }
    }
}
