using System.Text.RegularExpressions;

namespace Platform.OData.Parsing;

/// <summary>
/// Rewrites what the protocol library's lexers cannot read though the specification allows it: dates in the list of
/// an <c>in</c>, the operator <c>divby</c>, and search words that are not made of letters alone. Text within quotes is left as it is.
/// </summary>
internal static partial class Literals
{
    public static string Normalized(string option, string text) => option switch
    {
        "$search" => SearchWord().Replace(text, match => IsPlain(match.Value) ? match.Value : $"\"{match.Value}\""),
        "$filter" or "$apply" or "$orderby" or "$expand" or "$compute" => DateList().Replace(
            MoreFunctions.Read(text),
            match => match.Groups["divby"].Success ? " mul 1.0 div "
                : match.Groups["dates"] is { Success: true } dates
                ? $"{match.Groups["in"].Value}({string.Join(',', dates.Value.Split(',').Select(date => $"'{date.Trim()}'"))})"
                : match.Value),
        _ => text,
    };

    private static bool IsPlain(string word) => word[0] == '"' || word.All(char.IsLetter);

    [GeneratedRegex("\"[^\"]*\"?|[^\\s()\"]+", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex SearchWord();

    [GeneratedRegex(
        @"'(?:[^']|'')*'|(?<divby>\sdivby\s)|(?<in>\bin\s*)\((?<dates>\s*\d{4}-\d{2}-\d{2}[0-9TZ:.+\-]*\s*(?:,\s*\d{4}-\d{2}-\d{2}[0-9TZ:.+\-]*\s*)*)\)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex DateList();
}
