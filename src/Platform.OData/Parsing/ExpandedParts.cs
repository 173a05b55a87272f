namespace Platform.OData.Parsing;

/// <summary>
/// Rewrites <c>$expand=X/$count(…)</c>, which the library's parser does not know, as the expansion of nothing but the
/// count: an empty collection stands beside it in the answer.
/// </summary>
internal static class ExpandedParts
{
    private const string Segment = "/$count";

    public static string Counted(string option, string text) =>
        option == "$expand" && text.Contains(Segment, StringComparison.OrdinalIgnoreCase)
            ? string.Join(',', Splitting.Split(text, ',').Select(Item))
            : text;

    private static string Item(string item)
    {
        var open = item.IndexOf('(', StringComparison.Ordinal);
        var (path, options) = open < 0 || !item.TrimEnd().EndsWith(')') ? (item.Trim(), "") : (item[..open].Trim(), item.TrimEnd()[(open + 1)..^1]);
        if (path.EndsWith(Segment, StringComparison.OrdinalIgnoreCase))
            return $"{path[..^Segment.Length]}({string.Join(';', new[] { "$count=true", "$top=0", options }.Where(part => part.Length > 0))})";
        return options.Length == 0 ? item : $"{path}({string.Join(';', Splitting.Split(options, ';').Select(Nested))})";
    }

    private static string Nested(string option) =>
        option.Split('=', 2) is [var name, var value] && name.Trim().TrimStart('$').Equals("expand", StringComparison.OrdinalIgnoreCase)
            ? $"{name}={Counted("$expand", value)}"
            : option;
}
