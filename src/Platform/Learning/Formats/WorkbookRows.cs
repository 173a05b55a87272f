using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>
/// The first sheet of an Excel workbook that is not hidden, read row by row: shared texts, days kept as numbers, cells left out. A cell is never read further
/// than Excel lets one be, a row and the sheet neither, nor more formats of cells; texts shared by cells may take 64 MB, and no mark-up between two of its parts is longer
/// than a megabyte, so that a small file cannot fill the memory.
/// </summary>
internal sealed class WorkbookRows(Stream file, Func<IReadOnlyList<string>, TableColumns> recognise) : RowReader
{
    private const int LongestCell = 32_767, MostCells = 16_384, MostRows = 1_048_576, MostShared = 32 * 1024 * 1024, MostFormats = 65_536;
    private readonly List<Cell> cells = [];
    private List<string> shared = [];
    private HashSet<int> days = [], percents = [];
    private bool startsIn1904;
    private WorkbookPart? sheet;
    private TableColumns? columns;
    private long rows;
    private int line, length;

    internal override long Position => rows;

    private int Since1900 => startsIn1904 ? 1462 : 0;

    /// <summary>How many rows the sheet says that it has.</summary>
    internal long? Size { get; private set; }

    internal override TableHead? Head => columns?.Head(',');

    internal override List<string> UnreadColumns => [.. columns?.Unread ?? []];

    internal override async Task Resume(long position, int index, CancellationToken cancellation)
    {
        Open(cancellation);
        while (rows < position && ReadCells())
            cancellation.ThrowIfCancellationRequested();
        Index = index;
        await Task.CompletedTask;
    }

    private protected override ValueTask Fill(List<ReadRow> into, int most, CancellationToken cancellation)
    {
        Open(cancellation);
        while (into.Count < most && ReadCells())
        {
            cancellation.ThrowIfCancellationRequested();
            if (cells.TrueForAll(c => string.IsNullOrWhiteSpace(c.Text)) && length <= LongestRow)
                continue;
            var row = length > LongestRow ? SentRow.Unreadable(Index, Problems.RowTooLong) with { Line = line } : columns!.Read(Index, line, cells);
            into.Add(new ReadRow(row, JsonSerializer.SerializeToUtf8Bytes(cells.Select(c => c.Text), Json.Options)));
            Index++;
        }

        return ValueTask.CompletedTask;
    }

    private void Open(CancellationToken cancellation)
    {
        if (sheet is not null)
            return;
        var search = new HeadSearch(recognise);
        try
        {
            if (file.Length < 22)
                throw new InvalidDataException(); // no archive is shorter
            var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            using (var book = Part(archive, "xl/workbook.xml"))
                startsIn1904 = book.ReadTo("workbookPr") && book["date1904"] is "1" or "true";
            if (archive.GetEntry("xl/sharedStrings.xml") is not null)
                shared = Shared(archive, cancellation);
            if (archive.GetEntry("xl/styles.xml") is not null)
                (days, percents) = (Formats(archive, [14, 15, 16, 17, 22], code => code.AsSpan().IndexOfAny('y', 'd') >= 0, cancellation), Formats(archive, [9, 10], code => code.Contains('%'), cancellation));
            sheet = Part(archive, FirstSheet(archive));
            while (sheet.Read() && sheet.Name != "sheetData")
                if (sheet.Name == "dimension" && sheet["ref"]?.Split(':') is [_, var last] && long.TryParse(last.TrimStart([.. "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]), out var size))
                    Size = size;
            while (columns is null && ReadCells())
            {
                cancellation.ThrowIfCancellationRequested();
                if (!cells.TrueForAll(c => c.Text.Length == 0))
                    columns = search.Try([.. cells.Select(c => c.Text)]);
            }
        }
        catch (Exception e) when (e is XmlException or InvalidDataException)
        {
            throw new ProblemException(Problems.NotAWorkbook);
        }

        if (columns is null)
            throw search.Refusal;
    }

    private bool ReadCells()
    {
        try
        {
            cells.Clear();
            length = 0;
            if (!sheet!.ReadTo("row"))
                return false;
            if (++rows > MostRows)
                throw new ProblemException(Problems.NotAWorkbook, new Explanation($"Quá {MostRows} dòng.", $"More than {MostRows} rows."));
            line = int.TryParse(sheet["r"], out var said) ? said : line + 1; // rows that are empty may be left out
            while (sheet.ReadWithin("row"))
                if (sheet.Begins("c"))
                    ReadCell(sheet);
            return true;
        }
        catch (Exception broken) when (broken is XmlException or InvalidDataException)
        {
            throw new ProblemException(Problems.NotAWorkbook, new Explanation($"Hỏng ở dòng {rows}.", $"Damaged at row {rows}."));
        }
    }

    private void ReadCell(WorkbookPart cell)
    {
        var place = Column(cell["r"]) ?? cells.Count;
        if (Math.Max(place, cells.Count) >= MostCells)
            throw new ProblemException(Problems.NotAWorkbook, new Explanation($"Dòng {rows} có quá {MostCells} ô.", $"Row {rows} has more than {MostCells} cells."));
        var (type, style) = (cell["t"], cell["s"]);
        while (cells.Count < place)
            cells.Add(new Cell(""));
        var (written, formula, known) = (new StringBuilder(), false, false);
        while (cell.ReadWithin("c"))
        {
            formula |= cell.Begins("f");
            if (!cell.Begins("v") && !cell.Begins("t"))
                continue;
            cell.Text(written, LongestCell);
            known = true;
        }

        var text = written.ToString();
        if (formula && !known)
            (text, type) = ("=?", "str"); // nobody has worked it out: not empty, and no value
        var value = type switch
        {
            "s" => new Cell(int.TryParse(text, out var at) && at >= 0 && at < shared.Count ? shared[at] : ""),
            null or "n" when text.Length > 0 && int.TryParse(style, out var format) && days.Contains(format) => new Cell(Day(text)),
            null or "n" when text.Length > 0 && int.TryParse(style, out var shown) && percents.Contains(shown) => new Cell(Percent(text)),
            null or "n" => new Cell(Number(text), text.Length > 0),
            "b" => new Cell(text == "1" ? "true" : "false"),
            _ => new Cell(text),
        };
        length += value.Text.Length;
        cells.Add(length <= LongestRow ? value : new Cell(""));
    }

    // A workbook keeps numbers as computers do: 0.1 + 0.2 is 0.30000000000000004.
    private static string Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e15
            ? Math.Round((decimal)number, 10).ToString("0.##########", CultureInfo.InvariantCulture)
            : text;

    // As Excel shows it: what is kept as 0.85 is read as 85 % by whoever looks at it.
    private static string Percent(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e10
            ? Math.Round((decimal)number * 100, 8).ToString("0.########", CultureInfo.InvariantCulture) + "%"
            : text;

    private string Day(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var serial) || !(serial + Since1900 is >= 1 and < 2_958_465))
            return text;
        var moment = DateTime.FromOADate(Math.Round((serial + Since1900) * 86_400) / 86_400);
        return moment.AddMilliseconds(500).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static List<string> Shared(ZipArchive archive, CancellationToken cancellation)
    {
        var (texts, total) = (new List<string>(), 0L);
        using var part = Part(archive, "xl/sharedStrings.xml");
        var text = new StringBuilder();
        while (part.ReadTo("si"))
        {
            cancellation.ThrowIfCancellationRequested();
            text.Clear();
            while (part.ReadWithin("si"))
            {
                if (part.Begins("t"))
                    part.Text(text, LongestCell);
                if (part.Begins("rPh"))
                    while (part.ReadWithin("rPh")) { } // how to pronounce it is no part of a text
            }

            total += text.Length + 16;
            if (total > MostShared)
                throw new ProblemException(Problems.NotAWorkbook, new Explanation("Bảng văn bản dùng chung quá lớn; hãy lưu thành CSV.", "The table of shared texts is too large; save as CSV."));
            texts.Add(text.ToString());
        }

        return texts;
    }

    /// <summary>The cell formats that show a number in a way: those that Excel brings, and those whose code says so.</summary>
    private static HashSet<int> Formats(ZipArchive archive, int[] own, Predicate<string> says, CancellationToken cancellation)
    {
        var (codes, found) = (new HashSet<int>(own), new HashSet<int>());
        using var part = Part(archive, "xl/styles.xml");
        var (inFormats, index) = (false, 0);
        while (part.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            if (index > MostFormats || codes.Count > MostFormats)
                throw new ProblemException(Problems.NotAWorkbook, new Explanation("Quá nhiều định dạng ô; hãy lưu thành CSV.", "Too many cell formats; save as CSV."));
            if (part.Name == "cellXfs")
                inFormats = part.Begins("cellXfs");
            if (part.Begins("numFmt") && int.TryParse(part["numFmtId"], out var id) && says(Bare(part["formatCode"] ?? "")))
                codes.Add(id);
            else if (part.Begins("xf") && inFormats)
            {
                if (int.TryParse(part["numFmtId"], out var used) && codes.Contains(used))
                    found.Add(index);
                index++;
            }
        }

        return found;
    }

    // A code without texts and conditions.
    private static string Bare(string code)
    {
        var bare = new StringBuilder();
        var (inQuotes, inBrackets) = (false, false);
        foreach (var c in code)
        {
            inQuotes ^= c == '"';
            inBrackets = c == '[' || (inBrackets && c != ']');
            if (!inQuotes && !inBrackets)
                bare.Append(char.ToLowerInvariant(c));
        }

        return bare.ToString();
    }

    private static string FirstSheet(ZipArchive archive)
    {
        using var book = Part(archive, "xl/workbook.xml");
        string? id = null;
        while (id is null && book.ReadTo("sheet"))
            if (book["state"] is not ("hidden" or "veryHidden"))
                id = book.Attribute("id", "http://schemas.openxmlformats.org/officeDocument/2006/relationships");
        using var links = Part(archive, "xl/_rels/workbook.xml.rels");
        while (links.ReadTo("Relationship"))
            if (links["Id"] == id && links["Target"] is { } target)
                return target.StartsWith('/') ? target[1..] : $"xl/{target}";
        throw new ProblemException(Problems.NotAWorkbook);
    }

    private static WorkbookPart Part(ZipArchive archive, string name) =>
        new((archive.GetEntry(name) ?? throw new ProblemException(Problems.NotAWorkbook)).Open());

    // «BC12» → 54
    private static int? Column(string? reference)
    {
        var column = 0;
        foreach (var letter in (reference ?? "").TakeWhile(char.IsAsciiLetterUpper).Take(3))
            column = (column * 26) + letter - 'A' + 1;
        return column == 0 ? null : column - 1;
    }
}
