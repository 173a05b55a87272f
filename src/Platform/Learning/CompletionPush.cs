using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Platform.Http;
using Platform.Http.Idempotency;
using Platform.Learning.Formats;
using Platform.Limits;

namespace Platform.Learning;

/// <summary>
/// One request that sends completions: as a whole, answered by one object, or as a stream, stored part by part and answered line by line.
/// A line goes out only after its row was committed, so what a sender has seen answered is stored.
/// </summary>
internal sealed class CompletionPush(HttpContext http, Intake intake, IntakeTurns turns, IntakeOptions options, IntakeOrder order, IHostApplicationLifetime server)
{
    // Bytes of a body that is read at once; what is longer, or does not say, waits for its vendor's others.
    private const int Short = 64 * 1024;

    // Rows of a stream that are stored before it is known what else its sender has in.
    private const int FirstRows = 500;

    private readonly bool english = http.PrefersEnglish();
    private readonly Guid id = Guid.CreateVersion7();
    private readonly int[] counts = new int[Enum.GetValues<RowOutcome>().Length];
    private readonly ArrayBufferWriter<byte> lines = new();

    // Nothing of it is stored before all of it was looked at.
    private bool IsWhole => order.Atomic || order.DryRun;

    private int MostRows => IsWhole ? CompletionInbox.MaxWholeRows : CompletionInbox.MaxRows;

    private string? RejectedRows =>
        !order.DryRun && counts[(int)RowOutcome.Rejected] + counts[(int)RowOutcome.Conflict] > 0 ? $"/v1/intakes/{id}/rejected" : null;

    /// <summary>The body's limit: a stream's own.</summary>
    internal static long? Limit(HttpContext http) =>
        RowFormats.Of(http.Request.ContentType) is { } format && IsStream(http, format) ? http.RequestServices.GetRequiredService<IntakeOptions>().StreamBytes : null;

    internal async Task Run()
    {
        var format = RowFormats.Of(http.Request.ContentType) is { } known and not RowFormat.Workbook ? known : throw new ProblemException(Problems.UnsupportedMediaType, RowFormats.Known("application/json", RowFormats.Lines, RowFormats.Csv));
        var reader = RowFormats.Reader(format, http.Request.Body, TableColumns.Of);
        var job = new IntakeJob(id, order, format);
        var isStream = IsStream(http, format);
        if (isStream && !IsWhole)
            await Stream(job, reader);
        else
            await Whole(job, reader, isStream);
    }

    private static bool IsStream(HttpContext http, RowFormat format)
    {
        var accepted = http.Request.GetTypedHeaders().Accept;
        return accepted.Any(a => RowFormats.Of(a.MediaType.Value) == RowFormat.Lines)
            || (format == RowFormat.Lines && !accepted.Any(a => RowFormats.Of(a.MediaType.Value) == RowFormat.Json));
    }

    private async Task Whole(IntakeJob job, RowReader reader, bool asLines)
    {
        var isShort = http.Request.ContentLength <= Short;
        using var visit = turns.Arrive(order.Vendor, ofMany: !isShort);
        using var place = isShort ? null : await turns.Read(order.Vendor, http.RequestAborted);
        var answers = !isShort && turns.IsHeavy(order.Vendor) ? await Slowly(job) : await AtOnce(job, reader);
        Count(answers);
        if (!asLines)
        {
            await http.Response.WriteAsJsonAsync(BatchAnswer.Of(answers, RejectedRows, english), Json.Options, http.RequestAborted);
            return;
        }

        http.Response.ContentType = RowFormats.Lines;
        Lines(answers);
        Line("summary", Summary());
        await http.Response.Body.WriteAsync(lines.WrittenMemory, http.RequestAborted);
    }

    private async Task<RowAnswer[]> AtOnce(IntakeJob job, RowReader reader)
    {
        var rows = new List<ReadRow>();
        while (await reader.Next(MostRows + 1, http.RequestAborted) is { Count: > 0 } more)
        {
            rows.AddRange(more);
            if (rows.Count > MostRows)
                throw TooLong();
        }

        return await intake.Take(new IntakePart(job, 0, rows, reader.Head), http.RequestAborted);
    }

    // For whom is beside others who send less: they go first, wherever that may be. Unless none may be stored without the others, each piece is
    // committed by itself: what is sent again after a failure finds those rows stored.
    private async Task<RowAnswer[]> Slowly(IntakeJob job)
    {
        using var kept = await KeptBody.Read(http.Request.Body, http.Request.ContentLength, http.RequestAborted);
        await turns.GiveWay(order.Vendor, http.RequestAborted);
        if (await kept.HasMoreThan(MostRows, job.Format, http.RequestAborted))
            throw TooLong();
        var (reader, whole, answers) = (kept.Open(job.Format), new List<ReadRow>(), new List<RowAnswer>());
        for (var piece = 0; await reader.Next(turns.Piece(order.Vendor.Key, CompletionInbox.MaxRows), http.RequestAborted) is { Count: > 0 } rows; piece++)
            if (!IsWhole)
                answers.AddRange(await intake.TakeChunk(new IntakePart(job, piece, rows, reader.Head), null, http.RequestAborted));
            else
            {
                whole.AddRange(rows);
                await turns.GiveWay(order.Vendor, http.RequestAborted);
            }

        if (whole.Count > 0)
            answers.AddRange(await intake.Take(new IntakePart(job, 0, whole, reader.Head), http.RequestAborted));
        await turns.GiveWay(order.Vendor, http.RequestAborted);
        return [.. answers];
    }

    private ProblemException TooLong() => IsWhole
        ? new ProblemException(Problems.WholeTooLong, new Explanation(
            "Danh sách dài hơn: gửi không kèm atomic và dryRun, hoặc chạy thử bằng POST /v1/imports.", "A longer list: send it without atomic and dryRun, or try it with POST /v1/imports."))
        : new ProblemException(Problems.BatchTooLong, new Explanation(
            "Danh sách dài hơn: gửi NDJSON, hoặc kèm Accept: application/x-ndjson để được trả lời theo luồng; hoặc POST /v1/imports.",
            "A longer list: send NDJSON, or add Accept: application/x-ndjson to be answered as a stream; or POST /v1/imports."));

    private async Task Stream(IntakeJob job, RowReader reader)
    {
        // The answer begins with the first part, so that what is wrong before it is an ordinary problem.
        await using var spool = new AnswerSpool(http.Response.Body, options.WaitingAnswerBytes, http.RequestAborted);
        http.Response.ContentType = RowFormats.Lines;
        http.Response.Headers.CacheControl = "no-store";
        var waits = http.Features.Get<IHttpMinResponseDataRateFeature>();
        waits?.MinDataRate = null; // a sender need not read while it sends
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, server.ApplicationStopping);
        try
        {
            for (var part = 0; await Next(reader, part == 0 ? FirstRows : options.ChunkRows, ending.Token) is { Count: > 0 } rows; part++)
            {
                var answers = await intake.TakeChunk(new IntakePart(job, part, rows, reader.Head), null, http.RequestAborted);
                Count(answers);
                Lines(answers);
                Line("progress", Summary());
                await Send(spool);
            }

            Line("summary", Summary());
        }
        catch (Exception broken) when (counts.Sum() > 0 && !http.RequestAborted.IsCancellationRequested)
        {
            // Rows before were answered; the answer can only end with why there are no more.
            broken = await http.Cause(broken);
            if (!ProblemWriter.IsRefusal(broken) && broken is not ProblemException)
                http.RequestServices.GetRequiredService<ILogger<CompletionPush>>().LogError(broken, "A stream of completions ended early");
            Line("problem", ProblemWriter.Body(http, broken));
            http.EndsUnfinished();
        }

        await Send(spool);
        await spool.End();
        if (server.ApplicationStopping.IsCancellationRequested)
            await Leave();
    }

    // Who is still sending gets the chance to see that it has been answered; the server does not wait for it until it is made to end.
    private async Task Leave()
    {
        await http.Response.CompleteAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        var rest = new byte[64 * 1024];
        try
        {
            while (await http.Request.Body.ReadAsync(rest, patience.Token) > 0) { }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            http.Abort();
        }
    }

    // A server that stops takes no more rows; which it has taken, its sender is told.
    private async Task<List<ReadRow>> Next(RowReader reader, int most, CancellationToken ending)
    {
        try
        {
            ending.ThrowIfCancellationRequested();
            return await reader.Next(turns.Piece(order.Vendor.Key, most), ending);
        }
        catch (OperationCanceledException) when (server.ApplicationStopping.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            throw new ProblemException(Problems.Stopping, new Explanation(
                $"Đã trả lời {counts.Sum()} dòng; hãy gửi lại các dòng sau đó.", $"{counts.Sum()} rows were answered; send those after them again."));
        }
    }

    private async Task Send(AnswerSpool spool)
    {
        await spool.Append(lines.WrittenMemory);
        lines.ResetWrittenCount();
    }

    private void Count(RowAnswer[] answers)
    {
        foreach (var answer in answers)
            counts[(int)answer.Outcome]++;
    }

    private StreamSummary Summary() => new(
        counts.Sum(), counts[(int)RowOutcome.Created], counts[(int)RowOutcome.Duplicate], counts[(int)RowOutcome.Corrected], counts[(int)RowOutcome.Conflict],
        counts[(int)RowOutcome.Rejected], counts[(int)RowOutcome.Withheld], RejectedRows);

    private void Lines(RowAnswer[] answers)
    {
        using var writer = new Utf8JsonWriter(lines, new JsonWriterOptions { Encoder = Json.Options.Encoder });
        foreach (var answer in answers)
        {
            JsonSerializer.Serialize(writer, RowView.Of(answer, english), Json.Options);
            End(writer);
        }
    }

    private void Line(string name, object value)
    {
        using var writer = new Utf8JsonWriter(lines, new JsonWriterOptions { Encoder = Json.Options.Encoder });
        writer.WriteStartObject();
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, value, value.GetType(), Json.Options);
        writer.WriteEndObject();
        End(writer);
    }

    private void End(Utf8JsonWriter writer)
    {
        writer.Flush();
        lines.Write("\n"u8);
        writer.Reset();
    }
}

/// <summary>How far a stream is, or how it ended: rows answered, by outcome.</summary>
internal sealed record StreamSummary(int Rows, int Created, int Duplicates, int Corrected, int Conflicts, int Rejected, int Withheld, string? RejectedRows);
