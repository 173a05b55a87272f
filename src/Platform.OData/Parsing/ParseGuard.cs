using System.Text.RegularExpressions;
using Microsoft.OData;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// Runs the protocol library's parsers and turns whatever they throw into a numbered fault. On odd input they also
/// throw cast, argument and null-reference exceptions; in this phase every one of them means a wrong URL.
/// </summary>
internal static partial class ParseGuard
{
    /// <summary>Parts of the language that the library takes for syntax errors, and their names.</summary>
    private static readonly string[] Unsupported =
    [
        "isof(", "hassubset(", "hassubsequence(", "geo.distance(", "geo.length(", "geo.intersects(",
        "$root/", "$this", " has ",
    ];

    public static T Run<T>(IEdmModel edm, string part, Func<T> parse) => Run(edm, part, "", parse);

    /// <param name="edm">The model.</param>
    /// <param name="part">The option, or what else is read.</param>
    /// <param name="text">Its text, to find the place of a mistake in.</param>
    /// <param name="parse">Reads it.</param>
    public static T Run<T>(IEdmModel edm, string part, string text, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (ODataUnrecognizedPathException error)
        {
            throw Unrecognized(edm, error);
        }
        catch (ODataException error)
        {
            throw Translated(edm, part, text, error);
        }
        catch (Exception error) when (error is InvalidCastException or ArgumentException or NullReferenceException
            or FormatException or OverflowException or InvalidOperationException or NotSupportedException
            or NotImplementedException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw Named(text) ?? new FaultException(ODataFaults.BadUrl, part, part, part) { Position = text.Length == 0 ? null : 0 };
        }
    }

    private static FaultException Unrecognized(IEdmModel edm, ODataUnrecognizedPathException error)
    {
        var segment = error.CurrentSegment ?? "";
        var name = segment.Split('(')[0];
        var before = error.ParsedSegments?.LastOrDefault()?.EdmType?.AsElementType() as IEdmStructuredType;
        if (name.ToLowerInvariant() is "$crossjoin" or "$all" or "$root" or "$it" or "$this")
            return FaultException.NotSupported(name);
        var candidates = before is null
            ? edm.EntityContainer.EntitySets().Select(set => set.Name)
            : before.Properties().Select(property => property.Name);
        return Unknown(ODataFaults.UnknownResource, name, candidates);
    }

    private static FaultException Translated(IEdmModel edm, string part, string text, ODataException error)
    {
        var missing = MissingProperty().Match(error.Message);
        if (missing.Success && missing.Groups["name"].Value.ToLowerInvariant() is "$root" or "$this")
            return FaultException.NotSupported(missing.Groups["name"].Value);
        if (missing.Success && edm.FindDeclaredType(missing.Groups["type"].Value) is IEdmStructuredType type)
            return Unknown(ODataFaults.UnknownProperty, missing.Groups["name"].Value, type.Properties().Select(property => property.Name));
        if (LibraryLimit().IsMatch(error.Message))
            return Exceeded(part, error.Message);
        return (part == "path" ? PathKeys.Mistake(edm, text) : null) ?? Named(text) ?? ParserMessages.Fault(part, text, error.Message, Position(text, error.Message));
    }

    /// <summary>Which limit, and how much it allows: the library says so for expansions only.</summary>
    private static FaultException Exceeded(string part, string message)
    {
        if (ExpansionLimit().Match(message) is { Success: true } expansion)
            return Binding.BindingContext.Limit(
                expansion.Groups["deep"].Success ? nameof(ODataOptions.MaxExpansionDepth) : nameof(ODataOptions.MaxExpansionCount),
                int.Parse(expansion.Groups["most"].Value, System.Globalization.CultureInfo.InvariantCulture));
        var most = part is "path" or "$search" ? 100 : 800;
        return new FaultException(
            ODataFaults.TooComplex, part,
            $"{part}: lồng nhau quá sâu, đọc được tối đa {most} bước (mỗi cặp ngoặc là vài bước)",
            $"{part}: nested too deeply, at most {most} steps are read (a pair of parentheses is several)");
    }

    private static FaultException? Named(string text)
    {
        var plain = Quoted().Replace(text, "''");
        return Unsupported.FirstOrDefault(name => plain.Contains(name, StringComparison.OrdinalIgnoreCase)) is { } unsupported
            ? FaultException.NotSupported(unsupported.Trim(' ', '(', '/'))
            : null;
    }

    /// <summary>Where the mistake is: as the library says, else where what it quotes stands, else at the beginning.</summary>
    private static int Position(string text, string message)
    {
        if (Place().Match(message) is { Success: true } place && int.TryParse(place.Groups["at"].Value, out var position))
            return Math.Clamp(position, 0, text.Length);
        return QuotedWord().Matches(message).Select(word => text.IndexOf(word.Groups["word"].Value, StringComparison.Ordinal)).FirstOrDefault(found => found > 0, 0);
    }

    private static FaultException Unknown(ODataFault fault, string name, IEnumerable<string> candidates) =>
        Nearest.Of(name, candidates) is { } nearest
            ? new FaultException(fault, name, $"“{name}”; ý bạn là “{nearest}”?", $"“{name}”; did you mean “{nearest}”?")
            : new FaultException(fault, name, $"“{name}”", $"“{name}”");

    [GeneratedRegex("property named '(?<name>[^']*)' on type '(?<type>[^']*)'", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex MissingProperty();

    [GeneratedRegex("'(?:[^']|'')*'", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Quoted();

    [GeneratedRegex("at (?:position |')(?<at>[0-9]+)", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Place();

    [GeneratedRegex("'(?<word>[^']+)'", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex QuotedWord();

    [GeneratedRegex("The result of parsing \\$expand (?:contained|was) at least [0-9]+ items(?<deep> deep)?, but the maximum allowed is (?<most>[0-9]+)", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex ExpansionLimit();

    [GeneratedRegex("limit|maximum|too deep|too many", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex LibraryLimit();
}
