using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// Rewrites <c>$expand=X/$count(…)</c>, which the library's parser does not know, as the expansion of nothing but the
/// count: an empty collection stands beside it in the answer.
/// </summary>
internal static class ExpandedParts
{
    private const string Segment = "/$count";

    /// <summary>Deeper than any limit on expansions: what is nested further is refused when it is parsed.</summary>
    private const int Deepest = 16;

    public static string Counted(string option, string text) =>
        option == "$expand" && text.Contains(Segment, StringComparison.OrdinalIgnoreCase)
            ? string.Join(',', Splitting.Split(text, ',').Select(Item))
            : text;

    /// <summary>
    /// The query string that reads the rest of an expanded collection by itself, up to the number of members to skip.
    /// </summary>
    /// <param name="expand">The text of <c>$expand</c>.</param>
    /// <param name="path">Names of the navigations from the outermost one to the collection.</param>
    /// <param name="skip">Members that were sent or skipped before.</param>
    /// <param name="top">Members still to be sent, if the client limits them.</param>
    /// <returns>Null when the text does not name the collection, as with levels and wildcards.</returns>
    public static string? Rest(string expand, IEnumerable<string> path, long skip, long? top)
    {
        var options = "";
        foreach (var name in path)
        {
            var item = Splitting.Split(expand, ',').Find(item => item.Split('(')[0].Trim().Split('/').Contains(name, StringComparer.OrdinalIgnoreCase));
            if (item is null)
                return null;
            options = Splitting.Call(item).Arguments ?? "";
            expand = Splitting.Split(options, ';').Select(Named).FirstOrDefault(option => option.Name == "$expand").Value ?? "";
        }
        var kept = options.Length == 0 ? [] : Splitting.Split(options, ';').Select(Named).Where(option => option.Name is not ("$skip" or "$top" or "$count" or "$levels"));
        var numbers = top is { } left ? $"$skip={skip}&$top={left}" : $"$skip={skip}";
        return string.Join('&', kept.Select(option => $"{option.Name}={Uri.EscapeDataString(option.Value)}").Append(numbers));
    }

    /// <summary>Refuses a navigation that is expanded twice at one level: which of the two would its members follow?</summary>
    public static void RequireDistinct(string expand, int depth = 0)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in Splitting.Split(expand, ','))
        {
            var (name, options) = (item.Split('(')[0].Trim(), Splitting.Call(item).Arguments);
            if (name.EndsWith("/$ref", StringComparison.OrdinalIgnoreCase))
                name = name[..^"/$ref".Length];
            if (name.Length > 0 && !names.Add(name))
                throw new FaultException(ODataFaults.BadUrl, "$expand", $"$expand: {name} có hai lần", $"$expand: {name} is given twice");
            if (name == "*" && options?.Contains("levels", StringComparison.OrdinalIgnoreCase) == true)
                throw FaultException.NotSupported("$expand=*($levels)");
            foreach (var (_, nested) in Splitting.Split(options ?? "", ';').Select(Named).Where(option => option.Name == "$expand" && depth < Deepest))
                RequireDistinct(nested, depth + 1);
        }
    }

    private static (string Name, string Value) Named(string option)
    {
        var parts = option.Split('=', 2, StringSplitOptions.TrimEntries);
        return ((parts[0].StartsWith('$') ? parts[0] : "$" + parts[0]).ToLowerInvariant(), parts.Length > 1 ? parts[1] : "");
    }

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
