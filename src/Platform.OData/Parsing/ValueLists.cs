using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.OData;
using Platform.OData.Errors;
using Platform.OData.Model;

namespace Platform.OData.Parsing;

/// <summary>
/// Takes the lists that the protocol library cannot read out of <c>in</c>: empty ones, those with a null among their members, and those given
/// under an alias. The library sees a comparison with an alias instead; what the list means is decided where it is bound.
/// </summary>
internal static partial class ValueLists
{
    private static readonly string[] Expressions = ["$filter", "$orderby", "$compute", "$expand", "$apply"];

    public static (QueryOptions Options, IReadOnlyDictionary<string, IReadOnlyList<object?>> Lists) TakeOut(QueryOptions options)
    {
        var lists = new Dictionary<string, IReadOnlyList<object?>>(StringComparer.Ordinal);
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in options.All)
            if (Expressions.Contains(name) && In().IsMatch(text))
                changed[name] = TakeOut(text, options, lists);
        if (lists.Count == 0)
            return (options, lists);
        foreach (var alias in lists.Keys)
            changed[alias] = "null";
        return (options.With(changed), lists);
    }

    private static string TakeOut(string text, QueryOptions options, Dictionary<string, IReadOnlyList<object?>> lists)
    {
        var result = new StringBuilder();
        var from = 0;
        foreach (Match match in In().Matches(text))
        {
            if (match.Index < from || !match.Groups["in"].Success)
                continue;
            var end = match.Index + match.Length;
            string members;
            if (match.Groups["alias"] is { Success: true } alias)
                members = options[alias.Value]?.Trim() is ['[' or '(', .. var listed, ']' or ')'] ? listed : throw Wrong($"in {alias.Value}");
            else
            {
                var close = Splitting.Closing(text, end - 1);
                if (close < 0)
                    continue;
                members = text[end..close];
                end = close + 1;
                if (!string.IsNullOrWhiteSpace(members) && !Splitting.Split(members, ',').Exists(member => member.Trim() == "null"))
                    continue;
            }
            var name = "@in__" + lists.Count.ToString(CultureInfo.InvariantCulture);
            lists.Add(name, Read(members));
            result.Append(text, from, match.Index - from).Append("eq ").Append(name);
            from = end;
        }
        return result.Append(text, from, text.Length - from).ToString();
    }

    private static List<object?> Read(string members) =>
        string.IsNullOrWhiteSpace(members) ? [] : Splitting.Split(members, ',').ConvertAll(member => Value(member.Trim()));

    private static object? Value(string member)
    {
        if (member == "null")
            return null;
        try
        {
            return member.StartsWith('"') ? JsonSerializer.Deserialize<string>(member) : EdmTypes.FromWire(ODataUriUtils.ConvertFromUriLiteral(member, ODataVersion.V401));
        }
        catch (Exception error) when (error is ODataException or JsonException)
        {
            throw Wrong($"in: {member}");
        }
    }

    private static FaultException Wrong(string what) => new(ODataFaults.BadUrl, "in", what, what);

    [GeneratedRegex(@"'(?:[^']|'')*'|(?<=[\s)])(?<in>in)(?:\s+(?<alias>@\w+)|\s*\()", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex In();
}
