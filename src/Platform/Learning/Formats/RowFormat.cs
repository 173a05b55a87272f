using System.Text.Json.Serialization;
using Microsoft.Net.Http.Headers;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>How rows are written.</summary>
public enum RowFormat
{
    /// <summary>A JSON array.</summary>
    [JsonStringEnumMemberName("json")]
    Json,

    /// <summary>NDJSON: one JSON object a line.</summary>
    [JsonStringEnumMemberName("ndjson")]
    Lines,

    /// <summary>CSV with a header.</summary>
    [JsonStringEnumMemberName("csv")]
    Csv,

    /// <summary>The first sheet of an Excel workbook, with a header.</summary>
    [JsonStringEnumMemberName("xlsx")]
    Workbook,
}

/// <summary>The formats' media types, names and readers.</summary>
internal static class RowFormats
{
    internal const string Lines = "application/x-ndjson", Csv = "text/csv", Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>The format of a media type; null when it is none of ours.</summary>
    internal static RowFormat? Of(string? contentType) =>
        !MediaTypeHeaderValue.TryParse(contentType, out var type) || !IsUtf8(type) ? null : type.MediaType.Value?.ToLowerInvariant() switch
        {
            "application/json" => RowFormat.Json,
            Lines or "application/ndjson" or "application/jsonl" => RowFormat.Lines,
            Csv => RowFormat.Csv,
            Workbook => RowFormat.Workbook,
            { } other when other.EndsWith("+json", StringComparison.Ordinal) => RowFormat.Json,
            _ => null,
        };

    /// <summary>The format that a file's name tells.</summary>
    internal static RowFormat? OfName(string? file) => Path.GetExtension(file ?? "").ToLowerInvariant() switch
    {
        ".csv" or ".txt" or ".tsv" => RowFormat.Csv,
        ".ndjson" or ".jsonl" => RowFormat.Lines,
        ".xlsx" => RowFormat.Workbook,
        ".json" => RowFormat.Json,
        _ => null,
    };

    internal static string MediaType(RowFormat format) => format switch
    {
        RowFormat.Csv => $"{Csv}; charset=utf-8",
        RowFormat.Workbook => Workbook,
        RowFormat.Json => "application/json; charset=utf-8",
        _ => Lines,
    };

    internal static string Extension(RowFormat format) => format switch
    {
        RowFormat.Csv => "csv",
        RowFormat.Workbook => "xlsx",
        RowFormat.Json => "json",
        _ => "ndjson",
    };

    /// <summary>Says which media types are taken.</summary>
    internal static Explanation Known(params IEnumerable<string> types)
    {
        var list = string.Join(", ", types);
        return new Explanation($"Content-Type nhận được: {list}; UTF-8.", $"A Content-Type of {list}; UTF-8.");
    }

    /// <summary>The reader of a body.</summary>
    internal static RowReader Reader(RowFormat format, Stream body, Func<IReadOnlyList<string>, TableColumns> recognise) => format switch
    {
        RowFormat.Json => new JsonArrayRows(body),
        RowFormat.Lines => new JsonLineRows(body),
        RowFormat.Csv => new CsvRows(body, recognise),
        _ => throw new ProblemException(Problems.UnsupportedMediaType),
    };

    private static bool IsUtf8(MediaTypeHeaderValue type) =>
        type.Charset.Value is not { Length: > 0 } charset || charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}
