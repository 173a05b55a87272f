using System.Text.RegularExpressions;
using Microsoft.OData.UriParser;

namespace Platform.OData.Errors;

/// <summary>The protocol's own words for what the library calls otherwise: nobody can look up <c>SingleResourceCast</c> in the specification.</summary>
internal static partial class Words
{
    public static string Of(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.Equal => "eq",
        BinaryOperatorKind.NotEqual => "ne",
        BinaryOperatorKind.GreaterThan => "gt",
        BinaryOperatorKind.GreaterThanOrEqual => "ge",
        BinaryOperatorKind.LessThan => "lt",
        BinaryOperatorKind.LessThanOrEqual => "le",
        BinaryOperatorKind.Add => "add",
        BinaryOperatorKind.Subtract => "sub",
        BinaryOperatorKind.Multiply => "mul",
        BinaryOperatorKind.Divide => "div",
        BinaryOperatorKind.Modulo => "mod",
        var other => other.ToString().ToLowerInvariant(),
    };

    public static string Of(QueryNodeKind kind) => kind switch
    {
        QueryNodeKind.Count => "$count",
        QueryNodeKind.SingleResourceCast or QueryNodeKind.CollectionResourceCast => "type cast",
        QueryNodeKind.ParameterAlias => "@alias",
        QueryNodeKind.KeyLookup => "key",
        QueryNodeKind.CollectionNavigationNode or QueryNodeKind.CollectionPropertyAccess or QueryNodeKind.CollectionOpenPropertyAccess
            or QueryNodeKind.CollectionComplexNode or QueryNodeKind.CollectionConstant => "collection",
        QueryNodeKind.SingleNavigationNode or QueryNodeKind.ResourceRangeVariableReference => "entity",
        QueryNodeKind.SingleValueFunctionCall or QueryNodeKind.SingleResourceFunctionCall
            or QueryNodeKind.CollectionFunctionCall or QueryNodeKind.CollectionResourceFunctionCall => "function",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>The library's message with the protocol's names of operators.</summary>
    public static string Spoken(string message) => OperatorKind().Replace(
        message, match => Enum.TryParse<BinaryOperatorKind>(match.Groups["name"].Value, out var kind) ? $"operator kind '{Of(kind)}'"
            : match.Groups["name"].Value == nameof(UnaryOperatorKind.Negate) ? "operator kind '-'" : match.Value.ToLowerInvariant());

    [GeneratedRegex("operator kind '(?<name>\\w+)'", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex OperatorKind();
}
