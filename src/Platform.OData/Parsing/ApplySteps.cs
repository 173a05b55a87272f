using System.Globalization;
using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// Reads <c>$apply</c> as a chain of steps. The library's parser knows filter, groupby, aggregate and compute; the
/// ordering transformations are read here, each of their expressions by the library in the context of the steps
/// before it. Any other transformation is refused with 501 and its name.
/// </summary>
internal sealed class ApplySteps(Func<IReadOnlyDictionary<string, string>, ODataQueryOptionParser> parser)
{
    private static readonly string[] Unsupported =
    [
        "concat", "rollup", "expand", "topsum", "toppercent", "bottomsum", "bottompercent", "nest", "join", "outerjoin",
        "addnested", "ancestors", "descendants", "traverse", "from",
    ];

    private readonly List<string> reshaping = [];

    /// <summary>The transformations that decide what the result looks like, as the library reads them.</summary>
    public ApplyClause? Clause { get; private set; }

    /// <summary>Their text, for parsing the options that follow.</summary>
    public string? Prefix => reshaping.Count == 0 ? null : string.Join('/', reshaping);

    public List<ApplyStep> Read(string text)
    {
        if (Split(text, '/').Any(string.IsNullOrWhiteSpace))
            throw new FaultException(ODataFaults.BadUrl, "$apply", "$apply: bước rỗng", "$apply: an empty step");
        return [.. Split(text, '/').SelectMany(step => Step(step.Trim()))];
    }

    private IEnumerable<ApplyStep> Step(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var name = (open < 0 ? text : text[..open]).Trim().ToLowerInvariant();
        var inner = open < 0 ? "" : text[(open + 1)..].TrimEnd(')', ' ');
        var arguments = open < 0 || !text.EndsWith(')') ? [] : Split(text[(open + 1)..^1], ',');
        switch (name)
        {
            case "filter" or "groupby" or "aggregate" or "compute":
                if (Unsupported.FirstOrDefault(part => HasCall(inner, part)) is { } unsupported && name == "groupby")
                    throw FaultException.NotSupported($"$apply={unsupported}");
                return [new Transformation(Transform(text, name))];
            case "identity":
                return [];
            case "search" when arguments.Count == 1:
                return [new SearchStep(Parse("$search", arguments[0], p => p.ParseSearch()))];
            case "orderby" when arguments.Count > 0:
                return [new OrderStep(Parse("$orderby", string.Join(',', arguments), p => p.ParseOrderBy()))];
            case "top" when arguments.Count == 1:
                return [new TopStep(Number(arguments[0]))];
            case "skip" when arguments.Count == 1:
                return [new SkipStep(Number(arguments[0]))];
            case "topcount" or "bottomcount" when arguments.Count == 2:
                var direction = name == "topcount" ? " desc" : " asc";
                return
                [
                    new OrderStep(Parse("$orderby", arguments[1] + direction, p => p.ParseOrderBy())),
                    new TopStep(Number(arguments[0])),
                ];
            default:
                throw Unsupported.Contains(name)
                    ? FaultException.NotSupported($"$apply={name}")
                    : new FaultException(ODataFaults.BadUrl, "$apply", $"$apply: “{text}”", $"$apply: “{text}”");
        }
    }

    private TransformationNode Transform(string text, string name)
    {
        var chain = string.Join('/', [.. reshaping, text]);
        var clause = parser(new Dictionary<string, string> { ["$apply"] = chain }).ParseApply();
        if (name != "filter")
        {
            reshaping.Add(text);
            Clause = clause;
        }
        return clause.Transformations.Last();
    }

    private T Parse<T>(string option, string text, Func<ODataQueryOptionParser, T> parse)
    {
        var options = new Dictionary<string, string> { [option] = text.Trim() };
        if (Prefix is not null)
            options["$apply"] = Prefix;
        var inContext = parser(options);
        inContext.ParseApply();
        return parse(inContext);
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FaultException(ODataFaults.BadUrl, "$apply", $"$apply: “{text}”", $"$apply: “{text}”");

    private static bool HasCall(string text, string name) =>
        Split(text, ',').Concat(Split(text.TrimStart('('), ','))
            .Any(part => part.Trim().StartsWith(name + "(", StringComparison.OrdinalIgnoreCase));

    /// <summary>Splits at a separator that stands outside parentheses and quoted strings.</summary>
    internal static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (start, depth, quoted) = (0, 0, false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\'' or '"')
                quoted = !quoted;
            else if (quoted)
                continue;
            else if (text[i] == '(')
                depth++;
            else if (text[i] == ')')
                depth--;
            else if (text[i] == separator && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }
        parts.Add(text[start..]);
        return parts;
    }
}

/// <summary>One step of <c>$apply</c>.</summary>
internal abstract record ApplyStep;

internal sealed record Transformation(TransformationNode Node) : ApplyStep;

internal sealed record OrderStep(OrderByClause Clause) : ApplyStep;

internal sealed record SearchStep(SearchClause Clause) : ApplyStep;

internal sealed record TopStep(int Count) : ApplyStep;

internal sealed record SkipStep(int Count) : ApplyStep;
