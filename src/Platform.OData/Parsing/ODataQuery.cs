using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// A whole request URL, parsed against the model: the path and every option as a syntax tree. Refuses what is
/// syntactically wrong, unknown names, and options that make no sense for what the path addresses.
/// </summary>
internal sealed record ODataQuery
{
    public required Uri ServiceRoot { get; init; }
    public required ODataPath Path { get; init; }
    public required QueryOptions Options { get; init; }
    public FilterClause? Filter { get; private init; }
    public OrderByClause? OrderBy { get; private init; }
    public SelectExpandClause? SelectExpand { get; private init; }
    public SearchClause? Search { get; private init; }
    public ComputeClause? Compute { get; private init; }
    public ApplyClause? ApplyClause { get; private init; }
    public IReadOnlyList<ApplyStep> Steps { get; private init; } = [];
    public IReadOnlyDictionary<string, FilteredCount> Counts { get; private init; } = new Dictionary<string, FilteredCount>();
    public IReadOnlyDictionary<string, IReadOnlyList<object?>> Lists { get; private init; } = new Dictionary<string, IReadOnlyList<object?>>();
    public int? Top { get; private init; }
    public int Skip { get; private init; }
    public bool Count { get; private init; }
    public IDictionary<string, SingleValueNode> Aliases { get; } = new Dictionary<string, SingleValueNode>(StringComparer.Ordinal);

    /// <summary>Options that make no sense for a single value.</summary>
    private static readonly string[] OfEntities = ["$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$count", "$search", "$apply", "$compute"];

    /// <summary>Names asked for by <c>$select</c>, as written; rows of transformations are selected by them.</summary>
    public IReadOnlyList<string>? SelectedNames =>
        Options["$select"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public static ODataQuery Parse(ODataModel model, ODataOptions limits, Uri serviceRoot, Uri url, QueryOptions given)
    {
        var (listless, lists) = ValueLists.TakeOut(given);
        var (options, counts) = FilteredCounts.TakeOut(listless);
        var aliases = options.All.Where(option => option.Key.StartsWith('@'))
            .Select(option => $"{option.Key}={Uri.EscapeDataString(option.Value)}");
        var address = new Uri($"{KeyAliases.Replace(KeySegments.Replace(model.Edm, serviceRoot, url), options)}?{string.Join('&', aliases)}");
        var parser = new ODataUriParser(model.Edm, serviceRoot, address)
        {
            Resolver = new LenientResolver { EnableCaseInsensitive = true },
        };
        var path = ParseGuard.Run(model.Edm, "path", Uri.UnescapeDataString(serviceRoot.MakeRelativeUri(address).ToString().Split('?')[0]), parser.ParsePath);
        var query = new ODataQuery { ServiceRoot = serviceRoot, Path = path, Options = options, Counts = counts, Lists = lists };
        foreach (var alias in parser.ParameterAliasNodes)
            query.Aliases[alias.Key] = alias.Value;
        var (target, navigationSource) = Target(path);
        if (path.LastSegment is PropertySegment or ValueSegment && OfEntities.FirstOrDefault(option => options[option] is not null) is { } misplaced)
            throw new FaultException(ODataFaults.BadUrl, misplaced, $"{misplaced} không dùng cho một thuộc tính", $"{misplaced} does not apply to a property");
        return target is null ? query : query.WithOptions(model, limits, target, navigationSource);
    }

    private ODataQuery WithOptions(ODataModel model, ODataOptions limits, IEdmType target, IEdmNavigationSource? navigationSource)
    {
        var used = new List<ODataQueryOptionParser>();
        ODataQueryOptionParser Parser(IReadOnlyDictionary<string, string> options)
        {
            var aliases = Options.All.Where(option => option.Key.StartsWith('@'));
            var created = new ODataQueryOptionParser(
                model.Edm, target, navigationSource, options.Concat(aliases).ToDictionary(option => option.Key, option => Literals.Normalized(option.Key, option.Value)))
            {
                Resolver = new LenientResolver { EnableCaseInsensitive = true },
            };
            created.Settings.MaximumExpansionDepth = limits.MaxExpansionDepth;
            created.Settings.MaximumExpansionCount = limits.MaxExpansionCount;
            used.Add(created);
            return created;
        }

        T Part<T>(string name, Func<T> parse) => ParseGuard.Run(model.Edm, name, Options[name] ?? "", parse);

        var apply = new ApplySteps(Parser, (IEdmStructuredType)target);
        var steps = Options["$apply"] is { } text ? Part("$apply", () => apply.Read(text)) : [];
        var options = Options.All
            .Where(option => option.Key.StartsWith('$') && option.Key is not ("$apply" or "$skiptoken" or "$deltatoken" or "$format" or "$id"))
            .ToDictionary(option => option.Key, option => option.Value);
        if (apply.Prefix is not null)
        {
            options["$apply"] = apply.Prefix;
            options.Remove("$select");
            if (Options["$expand"] is not null && apply.Clause!.Transformations.Any(IsReshaping))
                throw FaultException.NotSupported("$expand + $apply");
        }
        ExpandedParts.RequireDistinct(Options["$expand"] ?? "");
        var parser = Parser(options);
        var query = this with
        {
            ApplyClause = Part("$apply", parser.ParseApply),
            Steps = steps,
            Compute = Part("$compute", parser.ParseCompute),
            Filter = Part("$filter", parser.ParseFilter),
            OrderBy = Part("$orderby", parser.ParseOrderBy),
            Search = Part("$search", parser.ParseSearch),
            SelectExpand = Part(Options["$expand"] is null ? "$select" : Options["$select"] is null ? "$expand" : "$select, $expand", parser.ParseSelectAndExpand),
            Top = Part("$top", () => Number("$top", parser.ParseTop(), limits.MaxTop)),
            Skip = Part("$skip", () => Number("$skip", parser.ParseSkip(), int.MaxValue)) ?? 0,
            Count = Part("$count", parser.ParseCount) ?? false,
        };
        foreach (var alias in used.SelectMany(each => each.ParameterAliasNodes))
            query.Aliases[alias.Key] = alias.Value;
        return query;
    }

    internal static bool IsReshaping(TransformationNode node) =>
        node.Kind is TransformationNodeKind.Aggregate or TransformationNodeKind.GroupBy;

    private static int? Number(string option, long? value, int most)
    {
        if (value > most)
            throw new FaultException(ODataFaults.TooComplex, option, $"{option} ≤ {most}", $"{option} ≤ {most}");
        return (int?)value;
    }

    /// <summary>The entity type that the options speak about, if the path leads to entities.</summary>
    private static (IEdmType? Type, IEdmNavigationSource? Source) Target(ODataPath path)
    {
        var (type, source) = ((IEdmType?)null, (IEdmNavigationSource?)null);
        foreach (var segment in path)
        {
            (type, source) = segment switch
            {
                EntitySetSegment set => (set.EntitySet.EntityType(), set.EntitySet),
                KeySegment key => (key.EdmType, key.NavigationSource),
                NavigationPropertyLinkSegment link => (link.NavigationProperty.ToEntityType(), link.NavigationSource),
                NavigationPropertySegment navigation => (navigation.NavigationProperty.ToEntityType(), navigation.NavigationSource),
                CountSegment or FilterSegment or TypeSegment or ReferenceSegment => (type, source),
                _ => (null, null),
            };
        }
        return (type, source);
    }
}
