using System.Text;
using Platform.Http;
using Platform.Localities;

namespace Platform.Learning.Formats;

/// <summary>
/// What the columns of one table mean, found from its header: our own names in English or Vietnamese, or a platform's own through a
/// mapping. A column nobody knows is refused with the whole table; nothing is passed over silently.
/// </summary>
internal sealed class TableColumns
{
    private static readonly string[] Fields =
        ["id", "learner.id", "learner.citizenId", "locality", "course", "audience", "completedAt", "score", "passed", "revision", "reason", "legalGround"];

    // Folded: without marks, in lower case.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["ma hoan thanh"] = "id",
        ["ma luot hoan thanh"] = "id",
        ["learnerid"] = "learner.id",
        ["ma nguoi hoc"] = "learner.id",
        ["ma hoc vien"] = "learner.id",
        ["citizenid"] = "learner.citizenId",
        ["so dinh danh"] = "learner.citizenId",
        ["so dinh danh ca nhan"] = "learner.citizenId",
        ["so cccd"] = "learner.citizenId",
        ["cccd"] = "learner.citizenId",
        ["ma xa"] = "locality",
        ["ma xa phuong"] = "locality",
        ["ma dia phuong"] = "locality",
        ["khoa hoc"] = "course",
        ["ma khoa hoc"] = "course",
        ["nhom doi tuong"] = "audience",
        ["doi tuong"] = "audience",
        ["ngay hoan thanh"] = "completedAt",
        ["thoi diem hoan thanh"] = "completedAt",
        ["diem"] = "score",
        ["dat"] = "passed",
        ["ket qua"] = "passed",
        ["lan sua"] = "revision",
        ["ly do"] = "reason",
        ["can cu xu ly"] = "legalGround",
        ["can cu phap ly"] = "legalGround",
    };

    private readonly FieldReading?[] readings;

    private TableColumns(IReadOnlyList<string> header, FieldReading?[] readings)
    {
        (Header, this.readings) = (header, readings);
        Width = header.Count - header.Reverse().TakeWhile(h => RejectedRow.IsColumn(h) || h.Trim().Length == 0).Count();
    }

    internal static string FieldNames => string.Join(", ", Fields);

    /// <summary>The header as it was sent.</summary>
    internal IReadOnlyList<string> Header { get; }

    // What every completion says, beside its learner; locality and audience may be the learner's.
    private static readonly (string Field, string Name)[] Needed = [("id", "Mã hoàn thành"), ("course", "Khóa học"), ("completedAt", "Ngày hoàn thành")];

    internal static bool IsField(string name) => Fields.Contains(name);

    /// <summary>How many cells a line of text must have; columns without a name and reasons that were given back may lack.</summary>
    internal int Width { get; }

    /// <summary>Columns that no field is read from.</summary>
    internal IEnumerable<string> Unread => Header.Where((name, i) => name.Trim().Length > 0 && !RejectedRow.IsColumn(name) && !Array.Exists(readings, r => r?.Places.Contains(i) == true));

    /// <summary>The header as rejected rows need it.</summary>
    internal TableHead Head(char separator) => new(Header, separator, Fields.Select((name, i) => (name, readings[i])).Where(f => f.Item2 is { Places: [_, ..] })
        .ToDictionary(f => f.name, f => string.Join(" / ", f.Item2!.Places.Select(p => Header[p])), StringComparer.Ordinal));

    /// <summary>Recognises our own names.</summary>
    internal static TableColumns Of(IReadOnlyList<string> header)
    {
        var faults = new Faults();
        var readings = new FieldReading?[Fields.Length];
        for (var i = 0; i < header.Count; i++)
        {
            var at = $"/columns/{i + 1}";
            if (RejectedRow.IsColumn(header[i]) || header[i].Trim().Length == 0)
                continue;
            var folded = VietnameseText.Fold(header[i]);
            var field = Array.FindIndex(Fields, f => VietnameseText.Fold(f) == folded || (Names.TryGetValue(folded, out var name) && name == f));
            if (field < 0)
                faults.Add(at, Problems.UnknownColumn, new Explanation($"«{header[i]}»", $"«{header[i]}»"));
            else if (readings[field] is not null)
                faults.Add(at, Problems.Repeated, new Explanation($"«{header[i]}»", $"«{header[i]}»"));
            else
                readings[field] = new FieldReading(new FieldSource(), [i], null);
        }

        foreach (var (field, name) in Needed)
            if (readings[Array.IndexOf(Fields, field)] is null)
                faults.Add($"/columns/{field}", Problems.MissingColumn, new Explanation($"«{name}» hoặc «{field}»", $"«{field}» or «{name}»"));
        if (readings[1] is null && readings[2] is null)
            faults.Add("/columns/learner.id", Problems.MissingColumn, new Explanation(
                "«Mã người học» (learner.id) hoặc «Số định danh» (learner.citizenId)", "«learner.id» (Mã người học) or «learner.citizenId» (Số định danh)"));
        faults.ThrowIfAny();
        return new TableColumns(header, readings);
    }

    /// <summary>Recognises what a mapping names; <paramref name="hide"/> makes the pseudonym of an id that names a person.</summary>
    internal static TableColumns Of(IReadOnlyList<string> header, ColumnMapping mapping, Func<string, string> hide)
    {
        var faults = new Faults();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var named = mapping.Fields.SelectMany(f => f.Value.Named).Select(VietnameseText.Fold).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < header.Count; i++)
            if (!places.TryAdd(VietnameseText.Fold(header[i]), i) && named.Contains(VietnameseText.Fold(header[i])))
                faults.Add($"/columns/{i + 1}", Problems.Repeated, new Explanation($"«{header[i]}»", $"«{header[i]}»"));
        var readings = new FieldReading?[Fields.Length];
        foreach (var (field, source) in mapping.Fields)
        {
            var columns = source.Named.ToList();
            var found = columns.Select(n => places.GetValueOrDefault(VietnameseText.Fold(n), -1)).ToList();
            var lacks = source.Template is null ? columns.Count > 0 && found.TrueForAll(f => f < 0) : found.Contains(-1);
            if (lacks && source.Optional != true)
                faults.Add($"/columns/{field}", Problems.MissingColumn, Lacking(field, columns));
            readings[Array.IndexOf(Fields, field)] = new FieldReading(source, [.. found.Where(f => f >= 0)], source.Pseudonym == true ? hide : null);
        }

        if (!Array.Exists([readings[1], readings[2]], r => r is { Places: [_, ..] } or { Source: { Template: not null } or { Constant: not null } }))
        {
            var names = string.Join("», «", mapping.Fields.Where(f => f.Key.StartsWith("learner.", StringComparison.Ordinal)).SelectMany(f => f.Value.Named));
            faults.Add("/columns/learner.id", Problems.MissingColumn, new Explanation($"«{names}»", $"«{names}»"));
        }

        faults.ThrowIfAny();
        return new TableColumns(header, readings);
    }

    private static Explanation Lacking(string field, List<string> names)
    {
        var list = $"«{string.Join("», «", names)}»";
        return field is "locality" or "course" or "audience" or "completedAt"
            ? new Explanation($"{list}; hoặc cho cả tệp: ?{field}=", $"{list}; or for the whole file: ?{field}=") : new Explanation(list, list);
    }

    /// <summary>The answer to a line that ends before its last column: it may have been cut off, and what lacks may not have been empty.</summary>
    internal SentRow Short(int index, int line, IReadOnlyList<Cell> cells) =>
        SentRow.Unreadable(index, Problems.TooFewCells, new Explanation($"{cells.Count} ô, tiêu đề có {Width}.", $"{cells.Count} cells, the header has {Width}.")) with { Id = PlainId(cells), Line = line };

    /// <summary>The completion that a row's cells make, and every cell that does not mean what its column says.</summary>
    internal SentRow Read(int index, int line, IReadOnlyList<Cell> cells)
    {
        for (var i = Header.Count; i < cells.Count; i++)
            if (cells[i].Text.Length > 0)
                return SentRow.Unreadable(index, Problems.TooManyCells) with { Id = PlainId(cells), Line = line };
        var (faults, idFollows) = ((List<FieldFault>?)null, false);
        var id = Value(0, static (text, _) => text);
        var content = new CompletionContent(
            id, new LearnerContent(Value(1, static (text, _) => text), Value(2, static (text, _) => text)), Value(3, static (text, _) => text), Value(4, static (text, _) => text),
            Value(5, TableValues.Audience), Value(6, TableValues.Moment), Value(7, TableValues.Score), Value(8, TableValues.Passed), Value(9, TableValues.Whole),
            Value(10, static (text, _) => text), Value(11, TableValues.Ground));
        return new SentRow(index, id, content, faults ?? []) { Line = line, IdFollows = idFollows };

        T Value<T>(int field, Func<string?, FieldSource?, T> read)
        {
            try
            {
                return read(Text(field), readings[field]?.Source);
            }
            catch (CellException wrong)
            {
                var pointer = $"/{index}/{(wrong.Field ?? Fields[field]).Replace('.', '/')}";
                if (faults?.Exists(f => f.Pointer == pointer) != true)
                    (faults ??= []).Add(new FieldFault(pointer, wrong.Kind, wrong.Detail));
                idFollows |= field == 0 && wrong.Field is not null;
                return default!;
            }
        }

        string? Text(int field)
        {
            var text = readings[field]?.Text(cells, name => name == FieldSource.Learner ? Other(1) ?? Other(2) : Other(Array.IndexOf(Fields, name)));
            return text is null || field is not (2 or 3) ? text
                : readings[field]!.IsNumber(cells) ? text.PadLeft(field == 2 ? 12 : 5, '0') : text.Replace(" ", "", StringComparison.Ordinal);
        }

        // What is wrong with a part is that part's fault.
        string? Other(int field)
        {
            try
            {
                return Text(field);
            }
            catch (CellException wrong) when (wrong.Field is null)
            {
                throw new CellException(Fields[field], wrong.Kind, wrong.Detail);
            }
        }
    }

    // Without the pseudonym of a person, of whom nothing is answered.
    private string? PlainId(IReadOnlyList<Cell> cells)
    {
        try
        {
            return readings[0] is { Source.Template: null, Hide: null } plain ? plain.Text(cells, _ => null) : null;
        }
        catch (CellException)
        {
            return null;
        }
    }

    private sealed record FieldReading(FieldSource Source, int[] Places, Func<string, string>? Hide)
    {
        // No more than a cell of Excel holds.
        private const int LongestText = 32_767;

        private readonly (string Word, string Folded, string Meaning)[] words = [.. (Source.Values ?? new Dictionary<string, string>()).Select(v => (v.Key, VietnameseText.Fold(v.Key), v.Value))];

        internal string? Text(IReadOnlyList<Cell> cells, Func<string, string?> other)
        {
            var text = Source.Constant ?? (Source.Template is null ? First(cells) : Meaning(Filled(cells, other)));
            if (string.IsNullOrEmpty(text))
                return Source.Otherwise;
            if (text.Length > LongestText || !Faults.IsText(text))
                throw new CellException(null, text.Length > LongestText ? Problems.TooLong : Problems.NotText, null);
            if (Source.Contact == true)
                text = TableValues.Contact(text);
            return Hide is null ? text : Hide(text);
        }

        // Marks may lack where no other word is meant.
        private string Meaning(string text)
        {
            if (Source.Refused?.Any(w => VietnameseText.SameName(w, text)) == true)
                throw new CellException(null, Problems.NothingCompleted, new Explanation($"«{text}»", $"«{text}»"));
            if (words.Length == 0)
                return text;
            var folded = VietnameseText.Fold(text);
            return Array.Find(words, w => VietnameseText.SameName(w.Word, text)).Meaning
                ?? (folded.Length == 0 ? null : Array.Find(words, w => w.Folded == folded).Meaning) ?? text;
        }

        internal bool IsNumber(IReadOnlyList<Cell> cells) => Source.Constant is null && Source.Template is null && Places.Any(p => p < cells.Count && cells[p].IsNumber);

        private string? First(IReadOnlyList<Cell> cells)
        {
            foreach (var place in Places)
                if (place < cells.Count && Clean(cells[place].Text) is { Length: > 0 } text && Meaning(text) is { Length: > 0 } meaning)
                    return meaning;
            return null;
        }

        // An id with a hole in it would be the same for several rows.
        private string Filled(IReadOnlyList<Cell> cells, Func<string, string?> other)
        {
            var (text, last, part) = (new StringBuilder(), 0, 0);
            foreach (var (before, name) in Source.Braces())
            {
                var cell = name.StartsWith('=') ? other(name[1..]) : part >= Places.Length ? null : Places[part] is var at && at < cells.Count ? Clean(cells[at].Text) : null;
                part += name.StartsWith('=') ? 0 : 1;
                if (string.IsNullOrEmpty(cell) && (Source.Optional == true || Source.Otherwise is not null))
                    return "";
                if (string.IsNullOrEmpty(cell))
                    throw name is $"={FieldSource.Learner}" or "=learner.id" ? new CellException(FieldSource.Learner, Problems.NoLearner, null)
                        : name.StartsWith('=') ? new CellException(name[1..], Problems.Required, null)
                        : new CellException(null, Problems.Required, new Explanation($"Cột «{name}» trống.", $"The column «{name}» is empty."));
                text.Append(before).Append(cell);
                if (text.Length > LongestText)
                    throw new CellException(null, Problems.TooLong, null);
                last += before.Length + name.Length + 2;
            }

            return text.Append(Source.Template.AsSpan(last)).ToString();
        }

        // The apostrophe that keeps Excel from running a cell as a formula is no part of it.
        private static string Clean(string cell) =>
            cell.Trim() is var text && text.Length > 1 && text[0] == '\'' && text[1] is '=' or '+' or '-' or '@' ? text[1..] : text;
    }
}
