using System.Text;
using System.Text.RegularExpressions;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;

namespace Platform.OData.Parsing;

/// <summary>
/// Functions of 4.01 that the protocol library does not know: declared to it once, so that it reads their arguments where they stand. The pairs
/// of <c>case(condition:value,…)</c> become arguments like any others.
/// </summary>
internal static partial class MoreFunctions
{
    private const int MostPairs = 8;

    public static void Declare()
    {
        var core = EdmCoreModel.Instance;
        var text = core.GetString(isNullable: true);
        CustomUriFunctions.AddCustomUriFunction("matchespattern", new FunctionSignatureWithReturnType(core.GetBoolean(isNullable: true), text, text));
        foreach (var kind in (EdmPrimitiveTypeKind[])
        [
            EdmPrimitiveTypeKind.Int32, EdmPrimitiveTypeKind.Int64, EdmPrimitiveTypeKind.Decimal, EdmPrimitiveTypeKind.Double, EdmPrimitiveTypeKind.String,
            EdmPrimitiveTypeKind.Boolean, EdmPrimitiveTypeKind.Date, EdmPrimitiveTypeKind.TimeOfDay, EdmPrimitiveTypeKind.DateTimeOffset, EdmPrimitiveTypeKind.Guid,
        ])
            for (var pairs = 1; pairs <= MostPairs; pairs++)
            {
                var value = core.GetPrimitive(kind, isNullable: true);
                CustomUriFunctions.AddCustomUriFunction("case", new FunctionSignatureWithReturnType(
                    value, [.. Enumerable.Range(0, pairs * 2).Select(i => i % 2 == 0 ? core.GetBoolean(isNullable: true) : value)]));
            }
    }

    /// <summary>The text with pairs as arguments and names as declared.</summary>
    public static string Read(string text)
    {
        var result = new StringBuilder();
        var from = 0;
        foreach (Match match in Call().Matches(text))
        {
            if (match.Index < from || !match.Groups["name"].Success)
                continue;
            result.Append(text, from, match.Index - from).Append(match.Groups["name"].Value.ToLowerInvariant()).Append('(');
            from = match.Index + match.Length;
            var close = Splitting.Closing(text, from - 1);
            if (close < 0 || match.Groups["name"].Length != "case".Length)
                continue;
            result.AppendJoin(',', Splitting.Split(text[from..close], ',').Select(pair => Pair(pair)));
            from = close;
        }
        return result.Append(text, from, text.Length - from).ToString();
    }

    private static string Pair(string pair)
    {
        var masked = Times().Replace(pair, time => new string('_', time.Length));
        var parts = Splitting.Split(masked, ':');
        if (parts.Count == 1)
            parts = Splitting.Split(pair, ':');
        var at = parts[0].Length;
        return at >= pair.Length ? Read(pair) : $"{Read(pair[..at])},{Read(pair[(at + 1)..])}";
    }

    [GeneratedRegex(@"'(?:[^']|'')*'|\b(?<name>case|matchespattern)\(", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Call();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)?|\b\d\d:\d\d(?::\d\d(?:\.\d+)?)?\b", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Times();
}
