using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// Reads <c>$apply</c> as a chain of steps. The library's parser knows filter, groupby, aggregate and compute; the
/// others are read here, each of their expressions by the library in the context of the steps before it. Where the
/// library cannot read a step that reshapes (rollup, concat), it is shown one with the same result names instead.
/// Any other transformation is refused with 501 and its name.
/// </summary>
internal sealed partial class ApplySteps(Func<IReadOnlyDictionary<string, string>, ODataQueryOptionParser> parser, IEdmStructuredType target)
{
    private const int MostChains = 16;

    private static readonly string[] Unsupported =
    [
        "expand", "nest", "join", "outerjoin", "addnested", "ancestors", "descendants", "traverse", "from", "rolluprecursive",
    ];

    private List<string> reshaping = [];

    /// <summary>Names that the elements offer so far: declared ones by path, and those that steps made.</summary>
    private ResultNames names = new(null, []);

    /// <summary>The transformations that decide what the result looks like, as the library reads them.</summary>
    public ApplyClause? Clause { get; private set; }

    /// <summary>Their text, for parsing the options that follow.</summary>
    public string? Prefix => reshaping.Count == 0 ? null : string.Join('/', reshaping);

    public List<ApplyStep> Read(string text)
    {
        var parts = Splitting.Split(text, '/');
        if (parts.Any(string.IsNullOrWhiteSpace))
            throw Wrong("$apply: bước rỗng", "$apply: an empty step");
        return [.. parts.SelectMany(step => Step(step.Trim()))];
    }

    private IEnumerable<ApplyStep> Step(string text)
    {
        var (name, inner) = Splitting.Call(text);
        var arguments = inner is null ? [] : Splitting.Split(inner, ',');
        switch (name)
        {
            case "filter" or "aggregate":
                return [new Transformation(Transform(text, name))];
            case "compute":
                var computed = Transform(text, name);
                Continue(names with { Made = [.. names.Made, .. ((ComputeTransformationNode)computed).Expressions.Select(expression => expression.Alias)] });
                return [new Transformation(computed)];
            case "groupby" when arguments.Count is 1 or 2:
                return GroupBy(arguments[0].Trim(), arguments.ElementAtOrDefault(1));
            case "concat" when arguments.Count > 1:
                return [Concat(arguments)];
            case "identity" when text.Equals("identity", StringComparison.OrdinalIgnoreCase):
                return [];
            case "search" when arguments.Count == 1:
                return [new SearchStep(Parse("$search", arguments[0], p => p.ParseSearch()))];
            case "orderby" when arguments.Count > 0:
                return [new OrderStep(Parse("$orderby", inner!, p => p.ParseOrderBy()))];
            case "top" when arguments.Count == 1:
                return [new TopStep(Number(arguments[0]))];
            case "skip" when arguments.Count == 1:
                return [new SkipStep(Number(arguments[0]))];
            case "topcount" or "bottomcount" when arguments.Count == 2:
                return [new OrderStep(Ranking(name, arguments[1])), new TopStep(Number(arguments[0]))];
            case "topsum" or "bottomsum" or "toppercent" or "bottompercent" when arguments.Count == 2:
                return [new CumulativeStep(Ranking(name, arguments[1]), Threshold(arguments[0]), name.EndsWith("percent", StringComparison.Ordinal))];
            default:
                throw Unsupported.Contains(name) ? FaultException.NotSupported($"$apply={name}") : Wrong($"$apply: “{text}”", $"$apply: “{text}”");
        }
    }

    /// <summary>
    /// A grouping: its hierarchies are kept aside and the library sees their properties side by side. What follows the
    /// aggregation within a group works on that group's one row, so it may as well follow the grouping.
    /// </summary>
    private IEnumerable<ApplyStep> GroupBy(string properties, string? chain)
    {
        if (properties is not ['(', .., ')'])
            throw Wrong($"$apply: “{properties}”", $"$apply: “{properties}”");
        var hierarchies = new List<Hierarchy>();
        var flat = new List<string>();
        foreach (var property in Splitting.Split(properties[1..^1], ','))
        {
            var (name, inner) = Splitting.Call(property);
            if (Unsupported.Contains(name) && inner is not null)
                throw FaultException.NotSupported($"$apply={name}");
            if (name != "rollup" || inner is null)
            {
                flat.Add(property.Trim());
                continue;
            }
            var levels = Splitting.Split(inner, ',').ConvertAll(level => level.Trim());
            var hasTotal = levels[0].Equals("$all", StringComparison.OrdinalIgnoreCase) || levels[0].Equals("null", StringComparison.OrdinalIgnoreCase);
            hierarchies.Add(new Hierarchy(hasTotal, hasTotal ? levels[1..] : levels));
            if (hierarchies[^1].Levels.Count == 0)
                throw Wrong("$apply=rollup()", "$apply=rollup()");
            flat.AddRange(hierarchies[^1].Levels);
        }
        var steps = chain is null ? [] : Splitting.Split(chain, '/').ConvertAll(step => step.Trim());
        foreach (var step in steps.Select((step, i) => (Splitting.Call(step).Name, IsFirst: i == 0)))
            if (step.IsFirst ? step.Name != "aggregate" : step.Name is not ("filter" or "compute"))
                throw Unsupported.Contains(step.Name) || step.Name is "filter" or "compute" or "concat" or "groupby" or "identity" or "orderby" or "search" or "top" or "skip"
                    || step.Name.StartsWith("top", StringComparison.Ordinal) || step.Name.StartsWith("bottom", StringComparison.Ordinal)
                    ? FaultException.NotSupported($"$apply=groupby(…,{step.Name})")
                    : Wrong($"$apply: “{step.Name}”", $"$apply: “{step.Name}”");
        var text = $"groupby(({string.Join(',', flat)}){(steps.Count == 0 ? "" : "," + steps[0])})";
        var node = (GroupByTransformationNode)Transform(text, "groupby");
        ApplyStep grouping = hierarchies.Count == 0 ? new Transformation(node) : new RollupStep(node, hierarchies);
        return [grouping, .. steps.Skip(1).SelectMany(Step)];
    }

    private ConcatStep Concat(List<string> chains)
    {
        if (chains.Count > MostChains)
            throw Binding.BindingContext.Limit("concat", MostChains);
        var branches = chains.ConvertAll(_ => new ApplySteps(parser, target) { reshaping = [.. reshaping], names = names, Clause = Clause });
        var steps = chains.Select((chain, i) => (IReadOnlyList<ApplyStep>)branches[i].Read(chain)).ToList();
        var declared = branches.SelectMany(branch => branch.names.Declared ?? [.. target.StructuralProperties().Select(property => property.Name)]).Distinct().ToList();
        var made = branches.SelectMany(branch => branch.names.Made).Distinct().Except(declared).ToList();
        Continue(new ResultNames(declared, made));
        return new ConcatStep(steps);
    }

    /// <summary>Lets the library go on from a step with these result names: of several computations it would remember the last one's only.</summary>
    private void Continue(ResultNames result)
    {
        var made = result.Made.Distinct().ToList();
        var counts = made.Count == 0 ? "" : $"aggregate({string.Join(',', made.Select(name => $"$count as {name}"))})";
        var sameNames = result.Declared switch
        {
            null => $"compute({string.Join(',', made.Select(name => $"1 as {name}"))})",
            [] => counts,
            var declared => $"groupby(({string.Join(',', declared)}){(made.Count == 0 ? "" : "," + counts)})",
        };
        (reshaping, names) = ([sameNames], result);
        Clause = parser(new Dictionary<string, string> { ["$apply"] = sameNames }).ParseApply();
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
        var last = clause.Transformations.Last();
        RefuseCountsOfNoCollection(text, last);
        names = last switch
        {
            AggregateTransformationNode aggregate => new ResultNames([], [.. Made(aggregate)]),
            GroupByTransformationNode group => GroupNames(group),
            _ => names,
        };
        return last;
    }

    /// <summary>The library forgets the path in front of <c>$count</c> where it leads to no collection.</summary>
    private static void RefuseCountsOfNoCollection(string text, TransformationNode node)
    {
        var aggregate = node as AggregateTransformationNode ?? (node as GroupByTransformationNode)?.ChildTransformations as AggregateTransformationNode;
        var plain = aggregate?.AggregateExpressions.OfType<AggregateExpression>().Where(each => each.Expression is CountVirtualPropertyNode).Select(each => each.Alias).ToHashSet() ?? [];
        if (CountBehindPath().Matches(text).FirstOrDefault(match => plain.Contains(match.Groups["name"].Value)) is { } found)
            throw Wrong($"$apply: “{found.Value}”", $"$apply: “{found.Value}”");
    }

    [GeneratedRegex(@"[\w$]+/\$count\s+as\s+(?<name>\w+)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex CountBehindPath();

    /// <summary>Grouping by what an earlier step made keeps it made; grouping by a declared property keeps it declared.</summary>
    private ResultNames GroupNames(GroupByTransformationNode group)
    {
        var keys = Paths(group.GroupingProperties, "").ToLookup(names.Made.Contains);
        return new ResultNames(
            [.. keys[false]], [.. keys[true], .. group.ChildTransformations is AggregateTransformationNode aggregate ? Made(aggregate) : []]);
    }

    private static IEnumerable<string> Made(AggregateTransformationNode aggregate) =>
        aggregate.AggregateExpressions.Select(expression => expression.Alias);

    private static IEnumerable<string> Paths(IEnumerable<GroupByPropertyNode> nodes, string prefix) => nodes.SelectMany(node =>
        node.ChildTransformations.Count > 0 ? Paths(node.ChildTransformations, $"{prefix}{node.Name}/") : [prefix + node.Name]);

    private OrderByClause Ranking(string name, string value) =>
        Parse("$orderby", value + (name.StartsWith("top", StringComparison.Ordinal) ? " desc" : " asc"), p => p.ParseOrderBy());

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
            : throw Wrong($"$apply: “{text}”", $"$apply: “{text}”");

    private static decimal Threshold(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            && number < 1e18m
            ? number
            : throw Wrong($"$apply: “{text}”", $"$apply: “{text}”");

    private static FaultException Wrong(string vi, string en) => new(ODataFaults.BadUrl, "$apply", vi, en);

    /// <param name="Declared">Paths of declared properties; null while the elements are still the entities.</param>
    /// <param name="Made">Names that aggregate and compute gave.</param>
    private sealed record ResultNames(IReadOnlyList<string>? Declared, IReadOnlyList<string> Made);
}
