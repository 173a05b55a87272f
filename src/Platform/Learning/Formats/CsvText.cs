using System.Text;

namespace Platform.Learning.Formats;

/// <summary>A cell of a table; a number of a workbook has lost the zeros in front of it.</summary>
internal readonly record struct Cell(string Text, bool IsNumber = false);

/// <summary>The text of CSV: records into cells and back. Pure.</summary>
internal static class CsvText
{
    private const byte Quote = (byte)'"', Line = (byte)'\n';

    /// <summary>What parts the cells of a header: whichever of ; , and tab it holds most often.</summary>
    internal static byte SeparatorOf(ReadOnlySpan<byte> text)
    {
        var line = text.IndexOf(Line) is var end and >= 0 ? text[..end] : text;
        var (best, most) = ((byte)',', line.Count((byte)','));
        foreach (var other in ";\t"u8)
            if (line.Count(other) is var count && count > most)
                (best, most) = (other, count);
        return best;
    }

    /// <summary>
    /// Splits the record that the text begins with. How many bytes it takes; 0 when more text is needed; −1 when a quote is not closed, or is closed
    /// where no cell ends: then it was opened by mistake, and what it holds are other records.
    /// </summary>
    internal static int Split(ReadOnlySpan<byte> text, byte separator, bool ended, List<Cell> cells)
    {
        cells.Clear();
        var at = 0;
        while (true)
        {
            var from = at;
            string? quoted = null;
            if (at < text.Length && text[at] == Quote)
            {
                var close = Close(text, at + 1, ended);
                if (close < 0)
                    return ended ? -1 : 0;
                quoted = Encoding.UTF8.GetString(text[(at + 1)..close]).Replace("\"\"", "\"", StringComparison.Ordinal);
                from = at = close + 1;
            }

            var length = text[at..].IndexOfAny(separator, Line);
            if (length < 0 && !ended)
                return 0;
            at = length < 0 ? text.Length : at + length;
            var isLast = length < 0 || text[at] == Line;
            var bare = text[from..at];
            if (quoted is not null && bare.IndexOfAnyExcept(" \t\r"u8) >= 0)
                return -1;
            cells.Add(new Cell(quoted ?? Encoding.UTF8.GetString(isLast ? bare.TrimEnd((byte)'\r') : bare)));
            if (isLast)
                return length < 0 ? text.Length : at + 1;
            at++;
        }
    }

    /// <summary>A cell as it is written; one that Excel would run as a formula becomes a text.</summary>
    internal static string Write(string cell, char separator)
    {
        if (cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r' && !decimal.TryParse(cell, System.Globalization.CultureInfo.InvariantCulture, out _))
            cell = $"'{cell}";
        return cell.AsSpan().IndexOfAny('"', '\n', '\r') >= 0 || cell.Contains(separator, StringComparison.Ordinal)
            ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;
    }

    // The closing quote; a doubled one is a quote that belongs to the cell.
    private static int Close(ReadOnlySpan<byte> text, int at, bool ended)
    {
        while (text[at..].IndexOf(Quote) is var next and >= 0)
        {
            at += next;
            if (at + 1 == text.Length)
                return ended ? at : -1;
            if (text[at + 1] != Quote)
                return at;
            at += 2;
        }

        return -1;
    }
}
