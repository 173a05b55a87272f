using System.Text.RegularExpressions;
using Microsoft.OData.Edm;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// One expression of <c>aggregate</c>, taken apart as far as the protocol library cannot read it: <c>value with method from property with
/// method … as alias</c>. What has another form is left as it is, for the library to judge.
/// </summary>
internal sealed partial record AggregateTerm(string Value, string? Method, IReadOnlyList<(string Property, string Method)> From, string Alias, string? Other = null)
{
    private static readonly string[] Methods = ["sum", "min", "max", "average", "countdistinct"];

    public static AggregateTerm Read(string text)
    {
        var words = Splitting.Split(text.Trim(), ' ').Where(word => word.Length > 0).ToList();
        if (words.FindIndex(word => Is(word, "as")) is var named and > 0 && words.FindIndex(named, word => Is(word, "from")) > 0)
            throw FaultException.NotSupported("$apply=aggregate(… as … from …)");
        if (words.Count < 3 || !Is(words[^2], "as"))
            return new AggregateTerm("", null, [], "", text);
        var (alias, from) = (words[^1], words.FindIndex(1, word => Is(word, "from")));
        var steps = new List<(string, string)>();
        for (var i = from; i > 0 && i < words.Count - 2; i += 4)
            steps.Add(i + 3 < words.Count - 2 && Is(words[i], "from") && Is(words[i + 2], "with")
                ? (words[i + 1], MethodOf(words[i + 3]))
                : throw new FaultException(ODataFaults.BadUrl, "$apply", $"$apply: “{text.Trim()}”", $"$apply: “{text.Trim()}”"));
        var head = words[..(from > 0 ? from : words.Count - 2)];
        return head.Count > 2 && Is(head[^2], "with")
            ? new AggregateTerm(string.Join(' ', head[..^2]), MethodOf(head[^1]), steps, alias)
            : new AggregateTerm(string.Join(' ', head), null, steps, alias);
    }

    /// <summary>The term of one of the groupings that <c>from</c> makes: first its value is aggregated, then what came of it.</summary>
    public string AtLevel(int level) => Other
        ?? (level > 0 ? $"{Alias} with {From[level - 1].Method} as {Alias}" : $"{Value}{(Method is null ? "" : " with " + Method)} as {Alias}");

    /// <summary>The path to a property of a collection's members, and a value of its type that stands in for it.</summary>
    public (IReadOnlyList<string> Path, string Value)? Collection(IEdmStructuredType type, IReadOnlyList<string> made)
    {
        if (Method is null)
            return null;
        if (!Path().IsMatch(Value))
            return Paths().Matches(Value).Any(match => match.Groups["path"].Success && Collection(type, made, match.Groups["path"].Value) is not null)
                ? throw FaultException.NotSupported($"$apply=aggregate({Value} with {Method})")
                : null;
        return Collection(type, made, Value);
    }

    private static (IReadOnlyList<string> Path, string Value)? Collection(IEdmStructuredType? type, IReadOnlyList<string> made, string value)
    {
        if (made.Contains(value.Split('/')[0]))
            return null;
        var (path, isCollection) = (new List<string>(), false);
        foreach (var name in value.Split('/'))
        {
            if (path.Count > 0 && type is null)
                return null;
            var property = type!.FindProperty(name) ?? type.Properties().FirstOrDefault(each => Is(each.Name, name));
            if (property is null)
                return null;
            path.Add(property.Name);
            isCollection |= property.Type.IsCollection();
            if (property is not IEdmNavigationProperty navigation)
                return isCollection && path.Count == value.Split('/').Length && Literal(property.Type.PrimitiveKind()) is { } literal ? (path, literal) : null;
            type = navigation.ToEntityType();
        }
        return null;
    }

    /// <summary>The library knows its methods in lower case only; names of others may differ by case.</summary>
    private static string MethodOf(string word) => Methods.FirstOrDefault(method => Is(method, word)) ?? word;

    private static string? Literal(EdmPrimitiveTypeKind kind) => kind switch
    {
        EdmPrimitiveTypeKind.Int16 or EdmPrimitiveTypeKind.Int32 => "1",
        EdmPrimitiveTypeKind.Int64 => "1L",
        EdmPrimitiveTypeKind.Decimal => "1.5m",
        EdmPrimitiveTypeKind.Double => "1.5",
        EdmPrimitiveTypeKind.String => "'x'",
        EdmPrimitiveTypeKind.Boolean => "true",
        EdmPrimitiveTypeKind.Date => "2000-01-01",
        EdmPrimitiveTypeKind.DateTimeOffset => "2000-01-01T00:00:00Z",
        EdmPrimitiveTypeKind.Guid => "00000000-0000-0000-0000-000000000000",
        _ => null,
    };

    private static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^[\p{L}_]\w*(?:/[\p{L}_]\w*)+$", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Path();

    [GeneratedRegex(@"'(?:[^']|'')*'|(?<path>[\p{L}_]\w*(?:/[\p{L}_]\w*)+)", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Paths();
}
