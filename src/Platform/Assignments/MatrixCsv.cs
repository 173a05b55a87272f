using System.Text;
using CsvHelper;
using Platform.Http;

namespace Platform.Assignments;

/// <summary>
/// The matrix as a table for Excel: UTF-8 with BOM, a column per agency, Vietnamese role names. What Excel saves can be sent back:
/// comma or semicolon, with or without BOM, role names or code words.
/// </summary>
internal static class MatrixCsv
{
    internal const string ContentType = "text/csv";
    private const string TaskColumn = "Số";

    private static readonly Dictionary<AssignmentRole, string> Names = new()
    {
        [AssignmentRole.Lead] = "Chủ trì",
        [AssignmentRole.Coordinate] = "Phối hợp",
        [AssignmentRole.Advise] = "Tham mưu",
        [AssignmentRole.Supervise] = "Giám sát",
    };

    internal static byte[] Write(MatrixView matrix)
    {
        using var buffer = new MemoryStream();
        buffer.Write(Encoding.UTF8.Preamble);
        using (var csv = CsvWriter.Create(buffer, CsvWriterOptions.Default, leaveOpen: true))
        {
            csv.WriteRecord([TaskColumn, "Nhiệm vụ", .. matrix.Agencies.Select(a => Text($"{a.Name} [{a.Key}]"))]);
            foreach (var row in matrix.Rows)
                csv.WriteRecord([Text(row.Task), Text(row.Title), .. matrix.Agencies.Select(a => Cell(row, a.Key))]);
        }

        return buffer.ToArray();
    }

    internal static async Task<List<MatrixRow>> Read(Stream body, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await body.CopyToAsync(buffer, cancellation);
        var bytes = buffer.ToArray().AsMemory();
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        var firstLine = Encoding.UTF8.GetString(bytes.Span[..Math.Max(0, bytes.Span.IndexOf((byte)'\n'))]);
        var separator = firstLine.Count(c => c == ';') > firstLine.Count(c => c == ',') ? ';' : ',';
        using var csv = CsvReader.Create(bytes, CsvReaderOptions.Default with { Separator = separator, HasHeader = false });

        var faults = new Faults();
        var rows = new List<MatrixRow>();
        string[]? agencies = null;
        for (var line = 1; csv.Read(); line++)
        {
            var fields = Enumerable.Range(0, csv.FieldCount).Select(csv.GetString).ToArray();
            if (agencies is null)
                agencies = Header(fields);
            else if (fields.Length > 0 && fields[0].Trim().Length > 0)
                rows.Add(new MatrixRow(WithoutMark(fields[0].Trim()), Roles(agencies, fields, line, faults)));
        }

        if (agencies is null)
            Header([]);
        faults.ThrowIfAny();
        return rows;
    }

    // A file that is no matrix must not be taken for an empty one: it would take every assignment away.
    private static string[] Header(string[] fields) =>
        fields.Length > 0 && fields[0].Trim().Normalize(NormalizationForm.FormC).Equals(TaskColumn, StringComparison.OrdinalIgnoreCase)
            ? [.. fields.Skip(2).Select(Key)]
            : throw new ProblemException(Problems.Invalid, null, [new FieldFault("/lines/1/1", Problems.UnknownWord, new Explanation(
                $"Dòng đầu phải bắt đầu bằng «{TaskColumn}».", $"The first line begins with «{TaskColumn}»."))]);

    private static Dictionary<string, IReadOnlyList<AssignmentRole>> Roles(string[] agencies, string[] fields, int line, Faults faults)
    {
        var roles = new Dictionary<string, IReadOnlyList<AssignmentRole>>(StringComparer.Ordinal);
        for (var i = 2; i < fields.Length && i - 2 < agencies.Length; i++)
        {
            var words = fields[i].Normalize(NormalizationForm.FormC).Split([';', '/', '+', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var read = new List<AssignmentRole>();
            foreach (var word in words)
            {
                var role = Names.Where(n => n.Value.Equals(word, StringComparison.OrdinalIgnoreCase) || n.Key.ToString().Equals(word, StringComparison.OrdinalIgnoreCase))
                    .Select(n => (AssignmentRole?)n.Key).FirstOrDefault();
                if (role is null)
                    faults.Add($"/lines/{line}/{i + 1}", Problems.UnknownRole, new Explanation($"«{word}»", $"«{word}»"));
                else
                    read.Add(role.Value);
            }

            if (read.Count > 0)
                roles[agencies[i - 2]] = read;
        }

        return roles;
    }

    private static string Cell(MatrixRowView row, string agency) =>
        row.Roles.TryGetValue(agency, out var roles) ? string.Join("; ", roles.Select(r => Names[r])) : "";

    // Excel runs a cell that begins like a formula; an apostrophe before it makes it a text.
    private static string Text(string cell) => cell.Length > 0 && IsFormula(cell[0]) ? $"'{cell}" : cell;

    private static string WithoutMark(string cell) => cell.Length > 1 && cell[0] == '\'' && IsFormula(cell[1]) ? cell[1..] : cell;

    private static bool IsFormula(char first) => first is '=' or '+' or '-' or '@' or '\t' or '\r';

    // «Công an xã [cong-an-xa]» → cong-an-xa; a bare key stays.
    private static string Key(string header) =>
        header.EndsWith(']') && header.LastIndexOf('[') is var at and >= 0 ? header[(at + 1)..^1] : header.Trim();
}
