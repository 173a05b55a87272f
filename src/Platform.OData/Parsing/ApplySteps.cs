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

    /// <summary>What can be done within groups.</summary>
    private static readonly string[] InGroups =
    [
        "aggregate", "groupby", "concat", "filter", "search", "compute", "orderby", "top", "skip", "topcount", "bottomcount",
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
            case "filter":
                return [new Transformation(Transform(text, name))];
            case "aggregate" when inner is not null:
                return Aggregate([], [], inner, []);
            case "compute":
                var computed = Transform(text, name);
                Continue(names with { Made = [.. names.Made, .. ((ComputeTransformationNode)computed).Expressions.Select(expression => expression.Alias)] });
                return [new Transformation(computed)];
            case "groupby" when arguments.Count is 1 or 2:
                return GroupBy(arguments[0].Trim(), arguments.ElementAtOrDefault(1) is { } chain ? Splitting.Split(chain, '/').ConvertAll(step => step.Trim()) : []);
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
    /// A grouping: its hierarchies are kept aside and the library sees their properties side by side. What is done within a group is done to
    /// all groups at once: a grouping within by grouping finer, each chain of a concatenation by grouping for itself, narrowing by
    /// leaving values out of the aggregation (the group stays), taking the first of each group by ranking within it. What follows the aggregation
    /// works on the group's one row, so it may as well follow the grouping.
    /// </summary>
    private List<ApplyStep> GroupBy(string properties, List<string> chain)
    {
        if (properties is not ['(', .., ')'])
            throw Wrong($"$apply: “{properties}”", $"$apply: “{properties}”");
        var (flat, hierarchies) = GroupingProperties(properties);
        if (chain.Count == 0)
            return [Grouped(flat, hierarchies, null, Within.Nothing)];
        chain.RemoveAll(step => step.Equals("identity", StringComparison.OrdinalIgnoreCase));
        var calls = chain.ConvertAll(Splitting.Call);
        FaultException NotWithin(string name) => FaultException.NotSupported($"$apply=groupby(…,{name})");
        foreach (var (name, inner) in calls)
            if (Unsupported.Contains(name) || name.EndsWith("sum", StringComparison.Ordinal) || name.EndsWith("percent", StringComparison.Ordinal))
                throw NotWithin(name);
            else if (inner is null || !InGroups.Contains(name))
                throw Wrong($"$apply: “{name}”", $"$apply: “{name}”");
        var reshape = calls.FindIndex(call => call.Name is "aggregate" or "groupby" or "concat");
        foreach (var (name, _) in reshape < 0 ? [] : calls.Skip(reshape + 1))
            if (name is not ("filter" or "compute"))
                throw NotWithin(name);
        var (before, after) = reshape < 0 ? (chain, []) : (chain[..reshape], chain[(reshape + 1)..]);
        switch (reshape < 0 ? "" : calls[reshape].Name)
        {
            case "concat":
                return [Concat(Splitting.Split(calls[reshape].Arguments!, ',')
                    .ConvertAll(branch => $"groupby({properties},{string.Join('/', [.. before, branch.Trim(), .. after])})"))];
            case "groupby" when hierarchies.Count == 0:
                var finer = Splitting.Split(calls[reshape].Arguments!, ',');
                if (finer[0].Trim() is not ['(', .., ')'])
                    throw Wrong($"$apply: “{finer[0]}”", $"$apply: “{finer[0]}”");
                if (before.Exists(step => IsCut(Splitting.Call(step).Name)))
                    throw NotWithin("groupby");
                var (more, levels) = GroupingProperties(finer[0].Trim());
                if (levels.Count > 0)
                    throw NotWithin("groupby((rollup(…)))");
                return [.. before.SelectMany(Step), .. Step($"groupby(({string.Join(',', flat.Concat(more).Distinct())}){string.Concat(finer.Skip(1).Select(rest => "," + rest))})"), .. after.SelectMany(Step)];
            case "groupby":
                throw NotWithin("groupby");
        }
        var lastCut = before.FindLastIndex(step => IsCut(Splitting.Call(step).Name));
        var cuts = lastCut < 0 && reshape >= 0 ? [] : Cuts(flat, hierarchies, reshape < 0 ? before : before[..(lastCut + 1)], reshape >= 0);
        if (reshape < 0)
            return cuts;
        var narrowing = before[(lastCut + 1)..].SelectMany(Step).ToList();
        return [.. cuts, .. Aggregate(flat, hierarchies, calls[reshape].Arguments!, narrowing), .. after.SelectMany(Step)];
    }

    private static (List<string> Flat, List<Hierarchy> Hierarchies) GroupingProperties(string properties)
    {
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
        return (flat, hierarchies);
    }

    /// <summary>Steps up to the last that cuts: read here, done within each group. An aggregation that follows needs every group to have something left.</summary>
    private List<ApplyStep> Cuts(List<string> keys, List<Hierarchy> hierarchies, List<string> chain, bool isAggregated)
    {
        var names = chain.ConvertAll(step => Splitting.Call(step).Name);
        if (hierarchies.Count > 0 || (isAggregated && names.Exists(name => name is "filter" or "search" or "skip")))
            throw FaultException.NotSupported($"$apply=groupby({(hierarchies.Count > 0 ? "(rollup(…))" : "…")},{string.Join('/', names)}{(isAggregated ? "/aggregate" : "")})");
        var steps = chain.SelectMany(Step).ToList();
        if (isAggregated && steps.Exists(step => step is TopStep { Count: 0 }))
            throw FaultException.NotSupported("$apply=groupby(…,top(0)/aggregate)");
        var text = string.Join('/', [.. reshaping, $"groupby(({string.Join(',', keys)}))"]);
        var node = (GroupByTransformationNode)parser(new Dictionary<string, string> { ["$apply"] = text }).ParseApply().Transformations.Last();
        return steps.Exists(step => step is TopStep or SkipStep) ? [new GroupCutStep(node, steps)] : steps;
    }

    private static bool IsCut(string name) => name is "top" or "skip" or "topcount" or "bottomcount";

    private ApplyStep Grouped(List<string> keys, List<Hierarchy> hierarchies, string? aggregate, Within within)
    {
        var node = (GroupByTransformationNode)Transform($"groupby(({string.Join(',', keys)}){(aggregate is null ? "" : $",aggregate({aggregate})")})", "groupby");
        return hierarchies.Count == 0 ? new Transformation(node) { Within = within } : new RollupStep(node, hierarchies, within);
    }

    /// <summary>An aggregation, of everything where there are no keys; <c>from</c> becomes groupings one after the other, the finest first.</summary>
    private List<ApplyStep> Aggregate(List<string> keys, List<Hierarchy> hierarchies, string text, List<ApplyStep> narrowing)
    {
        var terms = Splitting.Split(text, ',').ConvertAll(AggregateTerm.Read);
        if (terms.Find(term => term.From.Count > 0) is { } first)
        {
            if (hierarchies.Count > 0 || narrowing.Count > 0 || terms.Exists(term => !term.From.Select(from => from.Property).SequenceEqual(first.From.Select(from => from.Property))))
                throw FaultException.NotSupported("$apply=aggregate(… from …)");
            var steps = new List<ApplyStep>();
            for (var level = 0; level <= first.From.Count; level++)
            {
                var grouping = keys.Concat(first.From.Skip(level).Select(from => from.Property)).Distinct().ToList();
                var aggregate = $"aggregate({string.Join(',', terms.Select(term => term.AtLevel(level)))})";
                steps.AddRange(Step(grouping.Count == 0 ? aggregate : $"groupby(({string.Join(',', grouping)}),{aggregate})"));
            }
            return steps;
        }
        var collections = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var counts = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < terms.Count; i++)
        {
            if (names.Declared is null && terms[i].Collection(target, names.Made) is { } collection)
            {
                collections[terms[i].Alias] = collection.Path;
                terms[i] = terms[i] with { Value = collection.Value };
            }
            else if (terms[i].Method is null && terms[i].Value.StartsWith("@count__", StringComparison.Ordinal))
            {
                counts.Add(terms[i].Alias);
                terms[i] = terms[i] with { Method = "sum" };
            }
        }
        var within = new Within(narrowing, collections, counts);
        var aggregated = string.Join(',', terms.Select(term => term.AtLevel(0)));
        if (keys.Count > 0)
            return [Grouped(keys, hierarchies, aggregated, within)];
        return [new Transformation(Transform($"aggregate({aggregated})", "aggregate")) { Within = within }];
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
