using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// Takes <c>path/$count($filter=…;$search=…)</c> out of expressions: the library's parser does not know it and sees a
/// number under an alias instead. What is counted is read when the alias is bound, where its path is understood.
/// </summary>
internal static partial class FilteredCounts
{
    private static readonly string[] Expressions = ["$filter", "$orderby", "$compute", "$expand", "$apply"];

    public static (QueryOptions Options, IReadOnlyDictionary<string, FilteredCount> Counts) TakeOut(QueryOptions options)
    {
        var counts = new Dictionary<string, FilteredCount>(StringComparer.Ordinal);
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, given) in options.All)
        {
            var text = ExpandedParts.Counted(name, given);
            if (!ReferenceEquals(text, given))
                changed[name] = text;
            if ((Expressions.Contains(name) || name.StartsWith('@')) && text.Contains("$count(", StringComparison.OrdinalIgnoreCase))
                changed[name] = TakeOut(text, counts);
        }
        if (changed.Count == 0)
            return (options, counts);
        foreach (var alias in counts.Keys)
            changed[alias] = "0";
        return (options.With(changed), counts);
    }

    private static string TakeOut(string text, Dictionary<string, FilteredCount> counts)
    {
        var result = new StringBuilder();
        var from = 0;
        foreach (Match match in Call().Matches(text))
        {
            if (match.Index < from || !match.Groups["path"].Success)
                continue;
            var open = match.Index + match.Length - 1;
            var close = Splitting.Closing(text, open);
            if (close < 0)
                continue;
            var alias = "@count__" + counts.Count.ToString(CultureInfo.InvariantCulture);
            counts.Add(alias, new FilteredCount(match.Groups["path"].Value.Split('/'), Read(text[(open + 1)..close])));
            result.Append(text, from, match.Index - from).Append(alias);
            from = close + 1;
        }
        return result.Append(text, from, text.Length - from).ToString();
    }

    private static Dictionary<string, string> Read(string options)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in Splitting.Split(options, ';'))
        {
            if (option.Split('=', 2, StringSplitOptions.TrimEntries) is not [var name, { Length: > 0 } value])
                throw new FaultException(ODataFaults.BadUrl, "$count", $"$count({options})", $"$count({options})");
            var dollared = (name.StartsWith('$') ? name : "$" + name).ToLowerInvariant();
            if (dollared is not ("$filter" or "$search"))
                throw FaultException.NotSupported($"$count({name})");
            read[dollared] = Literals.Normalized(dollared, value);
        }
        return read;
    }

    [GeneratedRegex(@"'(?:[^']|'')*'|(?<path>[\p{L}_$][\w$]*(?:/[\p{L}_][\w.]*)*)/\$count\(", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Call();
}

/// <summary>A counted collection: how to get there, and which of its members count.</summary>
internal sealed record FilteredCount(IReadOnlyList<string> Path, IReadOnlyDictionary<string, string> Options);
