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
    public static T Run<T>(IEdmModel edm, string part, Func<T> parse)
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
            throw Translated(edm, part, error);
        }
        catch (Exception error) when (error is InvalidCastException or ArgumentException or NullReferenceException
            or FormatException or OverflowException or InvalidOperationException or NotSupportedException
            or NotImplementedException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new FaultException(ODataFaults.BadUrl, part, part, part);
        }
    }

    private static FaultException Unrecognized(IEdmModel edm, ODataUnrecognizedPathException error)
    {
        var segment = error.CurrentSegment ?? "";
        var name = segment.Split('(')[0];
        var before = error.ParsedSegments?.LastOrDefault()?.EdmType?.AsElementType() as IEdmStructuredType;
        var candidates = before is null
            ? edm.EntityContainer.EntitySets().Select(set => set.Name)
            : before.Properties().Select(property => property.Name);
        return Unknown(ODataFaults.UnknownResource, name, candidates);
    }

    private static FaultException Translated(IEdmModel edm, string part, ODataException error)
    {
        var missing = MissingProperty().Match(error.Message);
        if (missing.Success && edm.FindDeclaredType(missing.Groups["type"].Value) is IEdmStructuredType type)
            return Unknown(ODataFaults.UnknownProperty, missing.Groups["name"].Value, type.Properties().Select(property => property.Name));
        if (LibraryLimit().IsMatch(error.Message))
            return new FaultException(ODataFaults.TooComplex, part, null, error.Message);
        return new FaultException(ODataFaults.BadUrl, part, $"{part}: {error.Message}", $"{part}: {error.Message}");
    }

    private static FaultException Unknown(ODataFault fault, string name, IEnumerable<string> candidates) =>
        Nearest.Of(name, candidates) is { } nearest
            ? new FaultException(fault, name, $"“{name}”; ý bạn là “{nearest}”?", $"“{name}”; did you mean “{nearest}”?")
            : new FaultException(fault, name, $"“{name}”", $"“{name}”");

    [GeneratedRegex("property named '(?<name>[^']*)' on type '(?<type>[^']*)'", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex MissingProperty();

    [GeneratedRegex("limit|maximum|too deep|too many", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex LibraryLimit();
}
