using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>
/// The first sheet of an Excel workbook that is not hidden, read row by row: shared texts, days kept as numbers, cells left out. A cell is never read further
/// than Excel lets one be, and texts shared by cells may take 64 MB, so that a small file cannot fill the memory.
/// </summary>
internal sealed class WorkbookRows(Stream file, Func<IReadOnlyList<string>, TableColumns> recognise) : RowReader
{
    private const int LongestCell = 32_767, MostShared = 32 * 1024 * 1024;
    private readonly List<Cell> cells = [];
    private List<string> shared = [];
    private HashSet<int> days = [], percents = [];
    private bool startsIn1904;
    private XmlReader? sheet;
    private TableColumns? columns;
    private long rows;
    private int line;

    internal override long Position => rows;

    /// <summary>How many rows the sheet says that it has.</summary>
    internal long? Size { get; private set; }

    internal override TableHead? Head => columns?.Head(',');

    internal override async Task Resume(long position, int index, CancellationToken cancellation)
    {
        Open();
        while (rows < position && ReadCells())
            cancellation.ThrowIfCancellationRequested();
        Index = index;
        await Task.CompletedTask;
    }

    private protected override ValueTask Fill(List<ReadRow> into, int most, CancellationToken cancellation)
    {
        Open();
        while (into.Count < most && ReadCells())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!cells.TrueForAll(c => string.IsNullOrWhiteSpace(c.Text)))
                into.Add(new ReadRow(columns!.Read(Index++, line, cells), JsonSerializer.SerializeToUtf8Bytes(cells.Select(c => c.Text), Json.Options)));
        }

        return ValueTask.CompletedTask;
    }

    private void Open()
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
                startsIn1904 = book.ReadToFollowing("workbookPr") && book.GetAttribute("date1904") is "1" or "true";
            if (archive.GetEntry("xl/sharedStrings.xml") is not null)
                shared = Shared(archive);
            if (archive.GetEntry("xl/styles.xml") is not null)
                (days, percents) = (Formats(archive, [14, 15, 16, 17, 22], code => code.AsSpan().IndexOfAny('y', 'd') >= 0), Formats(archive, [9, 10], code => code.Contains('%')));
            sheet = Part(archive, FirstSheet(archive));
            while (sheet.Read() && sheet.LocalName != "sheetData")
                if (sheet.LocalName == "dimension" && sheet.GetAttribute("ref")?.Split(':') is [_, var last] && long.TryParse(last.TrimStart([.. "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]), out var size))
                    Size = size;
            while (columns is null && ReadCells())
                if (!cells.TrueForAll(c => c.Text.Length == 0))
                    columns = search.Try([.. cells.Select(c => c.Text)]);
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
            if (!sheet!.ReadToFollowing("row"))
                return false;
            rows++;
            line = int.TryParse(sheet.GetAttribute("r"), out var said) ? said : line + 1; // rows that are empty may be left out
            if (sheet.IsEmptyElement)
                return true;
            while (sheet.Read() && !(sheet.NodeType == XmlNodeType.EndElement && sheet.LocalName == "row"))
                if (sheet.NodeType == XmlNodeType.Element && sheet.LocalName == "c")
                    ReadCell(sheet);
            return true;
        }
        catch (XmlException)
        {
            throw new ProblemException(Problems.NotAWorkbook, new Explanation($"Hỏng ở dòng {rows}.", $"Damaged at row {rows}."));
        }
    }

    private void ReadCell(XmlReader cell)
    {
        var place = Column(cell.GetAttribute("r")) ?? cells.Count;
        var (type, style) = (cell.GetAttribute("t"), cell.GetAttribute("s"));
        while (cells.Count < place && place < 16_384)
            cells.Add(new Cell(""));
        var (text, formula, known) = ("", false, false);
        if (!cell.IsEmptyElement)
            while (cell.Read() && !(cell.NodeType == XmlNodeType.EndElement && cell.LocalName == "c"))
                if (cell.NodeType == XmlNodeType.Element && cell.LocalName is "v" or "t")
                    (text, known) = (text + Text(cell), true);
                else
                    formula |= cell.NodeType == XmlNodeType.Element && cell.LocalName == "f";
        if (formula && !known)
            (text, type) = ("=?", "str"); // nobody has worked it out: not empty, and no value
        cells.Add(type switch
        {
            "s" => new Cell(int.TryParse(text, out var at) && at >= 0 && at < shared.Count ? shared[at] : ""),
            null or "n" when text.Length > 0 && int.TryParse(style, out var format) && days.Contains(format) => new Cell(Day(text)),
            null or "n" when text.Length > 0 && int.TryParse(style, out var shown) && percents.Contains(shown) => new Cell(Percent(text)),
            null or "n" => new Cell(Number(text), text.Length > 0),
            "b" => new Cell(text == "1" ? "true" : "false"),
            _ => new Cell(text),
        });
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
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var serial) || serial is < 1 or > 2_958_465)
            return text;
        var moment = DateTime.FromOADate(Math.Round(serial * 86_400) / 86_400).AddDays(startsIn1904 ? 1462 : 0);
        return moment.AddMilliseconds(500).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static List<string> Shared(ZipArchive archive)
    {
        var (texts, total) = (new List<string>(), 0L);
        using var part = Part(archive, "xl/sharedStrings.xml");
        while (part.ReadToFollowing("si"))
        {
            var text = "";
            if (!part.IsEmptyElement)
                while (part.Read() && !(part.NodeType == XmlNodeType.EndElement && part.LocalName == "si"))
                {
                    if (part.NodeType == XmlNodeType.Element && part.LocalName == "rPh")
                        part.Skip(); // how to pronounce it is no part of a text
                    if (part.NodeType == XmlNodeType.Element && part.LocalName == "t")
                        text += Text(part);
                }

            total += text.Length + 16;
            if (total > MostShared)
                throw new ProblemException(Problems.NotAWorkbook, new Explanation("Bảng văn bản dùng chung quá lớn; hãy lưu thành CSV.", "The table of shared texts is too large; save as CSV."));
            texts.Add(text);
        }

        return texts;
    }

    /// <summary>The cell formats that show a number in a way: those that Excel brings, and those whose code says so.</summary>
    private static HashSet<int> Formats(ZipArchive archive, int[] own, Predicate<string> says)
    {
        var (codes, found) = (new HashSet<int>(own), new HashSet<int>());
        using var part = Part(archive, "xl/styles.xml");
        var (inFormats, index) = (false, 0);
        while (part.Read())
        {
            if (part.LocalName == "cellXfs")
                inFormats = part.NodeType == XmlNodeType.Element;
            if (part.NodeType != XmlNodeType.Element)
                continue;
            if (part.LocalName == "numFmt" && int.TryParse(part.GetAttribute("numFmtId"), out var id) && says(Bare(part.GetAttribute("formatCode") ?? "")))
                codes.Add(id);
            else if (part.LocalName == "xf" && inFormats)
            {
                if (int.TryParse(part.GetAttribute("numFmtId"), out var used) && codes.Contains(used))
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
        while (id is null && book.ReadToFollowing("sheet"))
            if (book.GetAttribute("state") is not ("hidden" or "veryHidden"))
                id = book.GetAttribute("id", "http://schemas.openxmlformats.org/officeDocument/2006/relationships");
        using var links = Part(archive, "xl/_rels/workbook.xml.rels");
        while (links.ReadToFollowing("Relationship"))
            if (links.GetAttribute("Id") == id && links.GetAttribute("Target") is { } target)
                return target.StartsWith('/') ? target[1..] : $"xl/{target}";
        throw new ProblemException(Problems.NotAWorkbook);
    }

    private static XmlReader Part(ZipArchive archive, string name)
    {
        var entry = archive.GetEntry(name) ?? throw new ProblemException(Problems.NotAWorkbook);
        return XmlReader.Create(entry.Open(), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true, IgnoreComments = true });
    }

    // In pieces: an element may hold gigabytes.
    private static string Text(XmlReader element)
    {
        if (element.IsEmptyElement || !element.Read() || element.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace))
            return "";
        var (text, piece) = (new StringBuilder(), new char[1024]);
        int count;
        while ((count = element.ReadValueChunk(piece, 0, piece.Length)) > 0)
            if (text.Append(piece, 0, count).Length > LongestCell)
                throw new ProblemException(Problems.NotAWorkbook, new Explanation("Một ô quá dài.", "A cell is too long."));
        return text.ToString();
    }

    // «BC12» → 54
    private static int? Column(string? reference)
    {
        var column = 0;
        foreach (var letter in (reference ?? "").TakeWhile(char.IsAsciiLetterUpper).Take(3))
            column = (column * 26) + letter - 'A' + 1;
        return column == 0 ? null : column - 1;
    }
}
