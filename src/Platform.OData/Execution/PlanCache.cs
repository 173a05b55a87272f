using Microsoft.OData;
using Platform.OData.Binding;
using Platform.OData.Errors;
using Platform.OData.Parsing;
using Platform.OData.Rows;
using Platform.OData.Writing;

namespace Platform.OData.Execution;

/// <summary>
/// Plans by the shape of requests, so that parsing, binding and the provider's compiling are done once for all requests
/// that differ in their literals only. A plan is made of a request with stand-ins in place of its literals, and holds
/// nothing of any caller: where a stand-in is not found again as it was, the literal decided something, and the plan serves
/// that one request text only. Bounded: the plan that was not asked for the longest goes first.
/// </summary>
internal sealed class PlanCache(ODataModel model, ODataOptions options)
{
    private const int MostParameters = 14;

    private static readonly IQueryable Nothing = Array.Empty<object>().AsQueryable();

    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, ReadyPlan? Plan)>> known = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, ReadyPlan? Plan)> byUse = new();
    private volatile bool cannotCompile;

    /// <summary>The plan of a request; null where it has to be worked out by itself.</summary>
    public async ValueTask<(ReadyPlan Plan, IReadOnlyList<object> Literals)?> Find(RequestAddress address, QueryOptions urlOptions, ODataVersion version, int pageSize, IODataSource source)
    {
        if (options.MaxPlans == 0 || cannotCompile)
            return null;
        var shape = RequestShape.Of(address.Resource, urlOptions, $"{version} {pageSize}");
        if (!Known(shape.Text, out var plan))
        {
            var (resource, standIns) = shape.WithStandIns();
            plan = await Make(address, resource, standIns, shape.Literals, version, pageSize, source);
            Keep(shape.Text, plan);
        }
        if (plan is not null || shape.Literals.Count == 0)
            return plan is null ? null : (plan, shape.Literals);
        if (!Known(shape.Exact, out plan))
        {
            plan = await Make(address, address.Resource, urlOptions, [], version, pageSize, source);
            Keep(shape.Exact, plan);
        }
        return plan is null ? null : (plan, []);
    }

    private async Task<ReadyPlan?> Make(
        RequestAddress address, string resource, QueryOptions urlOptions, IReadOnlyList<object> literals,
        ODataVersion version, int pageSize, IODataSource source)
    {
        try
        {
            var query = ODataQuery.Parse(model, options, address.ServiceRoot, new Uri(address.ServiceRoot.AbsoluteUri + resource), urlOptions);
            var context = new BindingContext(model, options, query.Aliases, DateTimeOffset.UnixEpoch) { Counts = query.Counts, Lists = query.Lists, Expand = urlOptions["$expand"] ?? "" };
            var plan = ParseGuard.Run(model.Edm, "query", () => new Planner(context, query, source, token: null, pageSize).Bind());
            if (context.ReadsClock || (options.MaxEstimatedRows > 0 && (context.CanBeLarge || query.Counts.Count > 0)))
                return null; // what may be too large is estimated for each caller
            var found = new HashSet<int>();
            var standIns = Enumerable.Range(0, literals.Count).ToDictionary(number => RequestShape.StandIn(number, literals[number].GetType()));
            if (Compile(plan.Query) is not { } rows || found.Count < literals.Count)
                return null;
            var (total, parent) = (plan.Total is null ? null : Compile(plan.Total.Query), plan.Parent is null ? null : Compile(plan.Parent.Query));
            if ((plan.Total is not null && total is null) || (plan.Parent is not null && parent is null))
                return null;
            if (plan.Answer is Answer.Collection or Answer.Entity)
            {
                var url = await ContextUrl.Of(model, address.ServiceRoot, version, query, plan);
                plan = plan with { Context = url[address.ServiceRoot.AbsoluteUri.Length..], Format = RowFormat.Of(plan.Shape) };
                if (standIns.Keys.Any(standIn => url.Contains(standIn.ToString()!, StringComparison.OrdinalIgnoreCase)))
                    return null;
            }
            return new ReadyPlan(query, Bare(plan), rows, total, parent);

            ReadyQuery? Compile(IQueryable rowsOf)
            {
                var (opened, values) = Captured.Opened(rowsOf.Expression);
                var slots = values.Select(value => value.Value is string or Guid && standIns.TryGetValue(value.Value, out var number)
                    ? new Slot(number, null) : new Slot(-1, value.Value)).ToArray();
                found.UnionWith(slots.Where(slot => slot.Literal >= 0).Select(slot => slot.Literal));
                if (values.Count > MostParameters)
                    return null;
                var run = source.Compile(rowsOf.Provider.CreateQuery(opened), [.. values.Select(value => value.Parameter)]);
                cannotCompile |= run is null;
                return run is null ? null : new ReadyQuery(run, slots);
            }
        }
        catch (FaultException)
        {
            return null; // said where the request is worked out by itself, with its own words and places
        }
    }

    /// <summary>The plan without the queries, which hold on to the source of the request that asked first.</summary>
    private static Plan Bare(Plan plan) => plan with
    {
        Query = Nothing,
        Total = plan.Total is null ? null : plan.Total with { Query = Nothing },
        Parent = plan.Parent is null ? null : plan.Parent with { Query = Nothing },
        Order = [],
    };

    private bool Known(string key, out ReadyPlan? plan)
    {
        lock (gate)
        {
            plan = null;
            if (!known.TryGetValue(key, out var node))
                return false;
            byUse.Remove(node);
            byUse.AddFirst(node);
            plan = node.Value.Plan;
            return true;
        }
    }

    private void Keep(string key, ReadyPlan? plan)
    {
        lock (gate)
        {
            if (known.ContainsKey(key))
                return;
            known[key] = byUse.AddFirst((key, plan));
            if (known.Count <= options.MaxPlans)
                return;
            known.Remove(byUse.Last!.Value.Key);
            byUse.RemoveLast();
        }
    }
}

/// <summary>What fills a parameter: a literal of the request, or a value that all requests of the shape share.</summary>
internal readonly record struct Slot(int Literal, object? Value);

/// <summary>A compiled query and what fills its parameters.</summary>
internal sealed class ReadyQuery(Func<IODataSource, IReadOnlyList<object?>, IAsyncEnumerable<object>> run, Slot[] slots)
{
    public Func<IAsyncEnumerable<object>> For(IODataSource source, IReadOnlyList<object> literals) =>
        () => run(source, Array.ConvertAll(slots, slot => slot.Literal >= 0 ? literals[slot.Literal] : slot.Value));
}

/// <summary>A plan for all requests of one shape.</summary>
internal sealed record ReadyPlan(ODataQuery Query, Plan Plan, ReadyQuery Rows, ReadyQuery? Total, ReadyQuery? Parent)
{
    /// <summary>The plan of one request: its literals, and the rows that its caller may see.</summary>
    public Plan For(IODataSource source, IReadOnlyList<object> literals) => Plan with
    {
        Ready = Rows.For(source, literals),
        Total = Total is null ? null : Plan.Total! with { Ready = Total.For(source, literals) },
        Parent = Parent is null ? null : Plan.Parent! with { Ready = Parent.For(source, literals) },
    };
}
