using System.Text;
using System.Text.Unicode;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>
/// CSV as Excel and LMSs write it: UTF-8 with or without mark; comma, semicolon or tab; a header; cells in quotes may hold line breaks.
/// A quote that is never closed spoils its own line only.
/// </summary>
internal sealed class CsvRows(Stream body, Func<IReadOnlyList<string>, TableColumns> recognise) : WindowRows(body)
{
    private readonly List<Cell> cells = [];
    private TableColumns? columns;
    private byte separator = (byte)',';

    internal override TableHead? Head => columns?.Head((char)separator);

    internal override List<string> UnreadColumns => [.. columns?.Unread ?? []];

    private protected override async Task ReadHead(CancellationToken cancellation)
    {
        var search = new HeadSearch(recognise);
        while (columns is null)
        {
            while (Window.Rest.IndexOf((byte)'\n') < 0 && !Window.Ended && Window.Rest.Length <= LongestRow)
                await Window.More(null, cancellation);
            if (Window.Rest.IsEmpty)
                throw search.Refusal;
            separator = CsvText.SeparatorOf(Window.Rest);
            int used;
            while ((used = CsvText.Split(Window.Rest, separator, Window.Ended, cells)) == 0 && Window.Rest.Length <= LongestRow)
                await Window.More(null, cancellation);
            if (used <= 0)
                throw new ProblemException(Problems.NoHeader, new Explanation("Dấu nháy chưa đóng.", "A quote is not closed."));
            if (!Utf8.IsValid(Window.Rest[..used]))
                throw new ProblemException(Problems.NotUtf8, new Explanation("Hãy lưu tệp dạng «CSV UTF-8».", "Save the file as «CSV UTF-8»."));
            if (Window.Rest[..used].TrimEnd("\r\n"u8).IndexOf((byte)'\r') is var lone and >= 0 && Window.Rest[lone + 1] != (byte)'\n')
                throw new ProblemException(Problems.NoHeader, new Explanation(
                    "Tệp xuống dòng bằng CR như máy Mac cũ; hãy lưu lại dạng «CSV UTF-8».", "Lines end with CR, as on old Macs; save the file as «CSV UTF-8»."));
            Advance(used);
            var isMark = cells is [{ Text: var mark }, ..] && mark.StartsWith("sep=", StringComparison.OrdinalIgnoreCase);
            if (!isMark && !cells.TrueForAll(c => c.Text.Length == 0))
                columns = search.Try([.. cells.Select(c => c.Text)]);
        }
    }

    private protected override bool TryRead(List<ReadRow> rows)
    {
        var rest = Window.Rest;
        if (rest.IsEmpty || Skipping)
            return Skip(rest);
        var used = CsvText.Split(rest, separator, Window.Ended, cells);
        if (used == 0 && rest.Length <= LongestRow)
            return false;
        if (used is <= 0 or > LongestRow)
        {
            var isOpen = rest.IndexOf((byte)'"') >= 0;
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            Refuse(rows, line[..Math.Min(line.Length, LongestRow)], isOpen ? Problems.QuoteNotClosed : Problems.RowTooLong);
            Skipping = end < 0;
            return Use(end < 0 ? rest.Length : end + 1);
        }

        var raw = rest[..used].TrimEnd("\r\n"u8);
        if (!Utf8.IsValid(raw))
            Refuse(rows, raw, Problems.NotUtf8);
        else if (!cells.TrueForAll(c => string.IsNullOrWhiteSpace(c.Text)))
            rows.Add(new ReadRow(cells.Count < columns!.Width ? columns.Short(Index++, Line, cells) : columns.Read(Index++, Line, cells), raw.ToArray()));

        return Use(used);
    }

    private bool Skip(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        Skipping = Skipping && end < 0;
        Done = Window.Ended && (end < 0 || end + 1 == rest.Length);
        Advance(end < 0 ? rest.Length : end + 1);
        return end >= 0 && !Done;
    }

    private bool Use(int count)
    {
        Advance(count);
        Done = Window.Ended && Window.Rest.IsEmpty;
        return !Done;
    }

    private void Refuse(List<ReadRow> rows, ReadOnlySpan<byte> raw, ProblemKind kind) =>
        rows.Add(new ReadRow(SentRow.Unreadable(Index++, kind) with { Line = Line }, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(raw))));
}
