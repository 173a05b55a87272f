using System.Text.Json;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>NDJSON: one completion a line. A line that is no JSON, or too long, is that row's fault; blank lines, and reasons that stand alone, are none.</summary>
internal sealed class JsonLineRows(Stream body) : WindowRows(body)
{
    private protected override bool TryRead(List<ReadRow> rows)
    {
        var rest = Window.Rest;
        var end = rest.IndexOf((byte)'\n');
        if (end < 0 && !Window.Ended)
        {
            if (rest.Length <= LongestRow)
                return false;
            if (!Skipping)
                Refuse(rows, rest[..LongestRow], Problems.RowTooLong, null);
            Skipping = true;
            Advance(rest.Length);
            return false;
        }

        var line = (end < 0 ? rest : rest[..end]).Trim(" \t\r"u8);
        if (!Skipping && line.Length > LongestRow)
            Refuse(rows, line[..LongestRow], Problems.RowTooLong, null);
        else if (!Skipping && line.Length > 0)
            Read(rows, line);
        Skipping = false;
        Done = end < 0;
        Advance(end < 0 ? rest.Length : end + 1);
        return !Done;
    }

    private void Read(List<ReadRow> rows, ReadOnlySpan<byte> line)
    {
        try
        {
            if (CompletionJson.Read(Index, line) is { } row)
            {
                rows.Add(new ReadRow(row with { Line = Line }, line.ToArray()));
                Index++;
            }
        }
        catch (JsonException broken)
        {
            var at = broken.BytePositionInLine + 1;
            Refuse(rows, line, Problems.LineNotJson, new Explanation($"Byte {at} của dòng.", $"Byte {at} of the line."));
        }
    }

    private void Refuse(List<ReadRow> rows, ReadOnlySpan<byte> line, ProblemKind kind, Explanation? detail) =>
        rows.Add(new ReadRow(SentRow.Unreadable(Index++, kind, detail) with { Line = Line }, line.ToArray()));
}
