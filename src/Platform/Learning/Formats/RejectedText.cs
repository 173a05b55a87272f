using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>Writes rejected rows in the format they came in, each with why it was rejected.</summary>
internal abstract class RejectedText(Stream body, bool english) : IAsyncDisposable
{
    private protected Stream Body { get; } = body;

    private protected bool English { get; } = english;

    internal static RejectedText In(RowFormat format, Stream body, bool english, IReadOnlyList<string>? head, char separator) => format switch
    {
        RowFormat.Csv => new Table(body, english, head ?? [], separator),
        RowFormat.Workbook => new Sheet(body, english, head ?? []),
        _ => new Objects(body, english, format == RowFormat.Json),
    };

    internal virtual Task Begin() => Task.CompletedTask;

    internal abstract Task Write(IReadOnlyList<RejectedRow> rows);

    /// <summary>Writes what stands after the last row.</summary>
    public ValueTask DisposeAsync() => End();

    private protected virtual ValueTask End() => ValueTask.CompletedTask;

    private protected ValueTask Put(string text) => Body.WriteAsync(Encoding.UTF8.GetBytes(text));

    private sealed class Objects(Stream body, bool english, bool isArray) : RejectedText(body, english)
    {
        private bool first = true;

        internal override Task Begin() => isArray ? Put("[\n").AsTask() : Task.CompletedTask;

        internal override async Task Write(IReadOnlyList<RejectedRow> rows)
        {
            var text = new StringBuilder();
            foreach (var row in rows)
            {
                if (isArray && !first)
                    text.Append(",\n");
                first = false;
                text.Append(Marked(row));
                if (!isArray)
                    text.Append('\n');
            }

            await Put(text.ToString());
        }

        private protected override ValueTask End() => isArray ? Put("\n]\n") : ValueTask.CompletedTask;

        // What is no object cannot carry its reasons; they stand before it, and are passed over when they come back.
        private string Marked(RejectedRow row)
        {
            var reasons = new JsonArray([.. row.Fields.Select(f => new JsonObject
            {
                ["code"] = f.Code,
                ["title"] = f.Title.In(English),
                ["detail"] = f.Detail?.In(English),
                ["pointer"] = f.Pointer,
            })]);
            if (Parse(row.Raw) is { } sent)
            {
                sent[RejectedRow.Mark] = reasons;
                return sent.ToJsonString(Json.Options);
            }

            return $"{new JsonObject { [RejectedRow.Mark] = reasons }.ToJsonString(Json.Options)}{(isArray ? ",\n" : "\n")}{row.Raw}";
        }

        private static JsonObject? Parse(string raw)
        {
            try
            {
                var sent = JsonNode.Parse(raw) as JsonObject;
                sent?.Remove(RejectedRow.Mark);
                return sent;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
            {
                return null;
            }
        }
    }

    private sealed class Table(Stream body, bool english, IReadOnlyList<string> head, char separator) : RejectedText(body, english)
    {
        private readonly int width = Width(head);

        // Excel takes a file without the mark for another encoding.
        internal override Task Begin() => Put("\uFEFF" + Line([.. head.Take(width), .. RejectedRow.Columns(English)])).AsTask();

        internal override async Task Write(IReadOnlyList<RejectedRow> rows)
        {
            var text = new StringBuilder();
            var cells = new List<Cell>();
            foreach (var row in rows)
            {
                // Cell by cell, so that Excel runs none of them; a row that is not made of cells goes back as it came.
                var raw = row.Raw;
                if (CsvText.Split(Encoding.UTF8.GetBytes(raw), (byte)separator, ended: true, cells) > 0)
                    raw = string.Join(separator, Enumerable.Range(0, Math.Max(width, cells.Count - (head.Count - width))).Select(i => i < cells.Count ? CsvText.Write(cells[i].Text, separator) : ""));
                text.Append(raw).Append(separator).Append(CsvText.Write(row.Codes, separator)).Append(separator).Append(CsvText.Write(row.Reason(English), separator)).Append("\r\n");
            }

            await Put(text.ToString());
        }

        private string Line(IEnumerable<string> cells) => string.Join(separator, cells.Select(c => CsvText.Write(c, separator))) + "\r\n";
    }

    private sealed class Sheet(Stream body, bool english, IReadOnlyList<string> head) : RejectedText(body, english)
    {
        private readonly int width = Width(head);
        private WorkbookText? workbook;

        internal override async Task Begin()
        {
            workbook = new WorkbookText(Body);
            await workbook.Row([.. head.Take(width), .. RejectedRow.Columns(English)]);
        }

        internal override async Task Write(IReadOnlyList<RejectedRow> rows)
        {
            foreach (var row in rows)
            {
                var cells = JsonSerializer.Deserialize<List<string>>(row.Raw) ?? [];
                var padded = Enumerable.Range(0, width).Select(i => i < cells.Count ? cells[i] : "");
                await workbook!.Row([.. padded, row.Codes, row.Reason(English)]);
            }
        }

        private protected override ValueTask End() => workbook!.DisposeAsync();
    }

    // Without the columns that an earlier answer added.
    private protected static int Width(IReadOnlyList<string> head)
    {
        var width = head.Count;
        while (width > 0 && RejectedRow.IsColumn(head[width - 1]))
            width--;
        return width;
    }
}
