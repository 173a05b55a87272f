using System.Text.RegularExpressions;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// Puts the values of parameter aliases into the keys of a path. A key that holds a slash or a NUL can be written no
/// other way, and the library reads aliases in functions only.
/// </summary>
internal static partial class KeyAliases
{
    public static string Replace(string path, QueryOptions options) =>
        string.Join('/', path.Split('/').Select(segment =>
            segment.StartsWith("$filter", StringComparison.OrdinalIgnoreCase) || segment.StartsWith("%24filter", StringComparison.OrdinalIgnoreCase)
                ? segment
                : Alias().Replace(segment, match => match.Groups["name"].Success
                    ? Uri.EscapeDataString(options[match.Groups["name"].Value] ?? throw Missing(match.Groups["name"].Value))
                    : match.Value)));

    private static FaultException Missing(string name) => new(ODataFaults.BadUrl, name, $"{name} không có giá trị", $"{name} has no value");

    [GeneratedRegex(@"(?:'|%27).*?(?:'|%27)|(?<=[(,=])(?<name>@\w+)(?=[,)])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Alias();
}
