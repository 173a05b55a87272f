using System.Linq.Expressions;
using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;
using Platform.OData.Errors;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>A sequence being narrowed and reshaped: the queryable, what its elements offer, the ordering so far.</summary>
internal sealed record Pipeline(BindingContext Context, IQueryable Query, Element Element)
{
    public IReadOnlyList<OrderTerm> Order { get; init; } = [];

    /// <summary>Most times that one statement may read the set.</summary>
    public const int MostCopies = 64;

    /// <summary>How many times the statement reads the set: combinations multiply.</summary>
    public int Copies { get; init; } = 1;

    public ExpressionBinder Binder(Expression instance) => new(Context, new Scope(Context.Model, Element, instance));

    public Pipeline Where(FilterClause? filter)
    {
        if (filter is null)
            return this;
        var instance = Expression.Parameter(Element.ClrType, "x");
        return this with { Query = Query.Where(Expression.Lambda(Binder(instance).Condition(filter.Expression), instance)) };
    }

    public Pipeline Search(SearchClause? search)
    {
        if (search is null)
            return this;
        var instance = Expression.Parameter(Element.ClrType, "x");
        return this with { Query = Query.Where(Expression.Lambda(Found(search, instance), instance)) };
    }

    /// <summary>Whether an element is found.</summary>
    public Expression Found(SearchClause search, Expression instance) => Element is EntityElement { Map.SearchText: { } text }
        ? SearchText.Bind(Context, search.Expression, text.On(instance))
        : throw FaultException.NotSupported("$search");

    public Pipeline Compute(IEnumerable<ComputeExpression>? expressions)
    {
        var computed = this;
        foreach (var expression in expressions ?? [])
        {
            var instance = Expression.Parameter(Element.ClrType, "x");
            var value = computed.Binder(instance).Bind(expression.Expression);
            if (Durations.IsDuration(value))
                throw FaultException.NotSupported($"$compute=… as {expression.Alias} (Edm.Duration)");
            if (computed.Element.Value(instance, expression.Alias) is not null)
                throw new FaultException(ODataFaults.BadUrl, expression.Alias, $"tên {expression.Alias} đã có", $"the name {expression.Alias} is taken");
            computed = computed with
            {
                Element = computed.Element with
                {
                    Computed = computed.Element.Computed.Add(expression.Alias, Expression.Lambda(value, instance)),
                },
            };
        }
        return computed;
    }

    public Pipeline OrderedBy(OrderByClause clause) =>
        this with { Order = [.. Ordering.Terms(Context, Element, clause), .. Order] };

    /// <summary>The sequence in its total order.</summary>
    public Pipeline Sorted(OrderByClause? clause = null)
    {
        var terms = new List<OrderTerm>([.. Ordering.Terms(Context, Element, clause), .. Order, .. Ordering.Identity(Element)]);
        return this with { Query = Ordering.Apply(Query, terms), Order = terms };
    }

    public Pipeline Apply(ApplyStep step)
    {
        Context.CanBeLarge |= step is RollupStep or ConcatStep or CumulativeStep or GroupCutStep;
        return Applied(step);
    }

    private Pipeline Applied(ApplyStep step) => step switch
    {
        OrderStep order => OrderedBy(order.Clause),
        SearchStep search => Search(search.Clause),
        TopStep top => Cut(query => query.Take(top.Count)),
        SkipStep skip => Cut(query => query.Skip(skip.Count)),
        Transformation { Node: FilterTransformationNode filter } => Where(filter.FilterClause),
        Transformation { Node: ComputeTransformationNode compute } => Compute(compute.Expressions),
        Transformation { Node: AggregateTransformationNode aggregate } whole => Grouping.Aggregate(this, aggregate, whole.Within),
        Transformation { Node: GroupByTransformationNode group } grouping => Grouping.Group(this, group, grouping.Within),
        GroupCutStep cut => GroupCut.Of(this, cut),
        RollupStep rollup => Combination.Rollup(this, rollup),
        ConcatStep concat => Combination.Concat(this, concat),
        CumulativeStep cumulative => Cumulation.Of(this, cumulative),
        _ => throw FaultException.NotSupported("$apply"),
    };

    /// <summary>Takes part of the sorted sequence; the ordering asked for survives, the tie-breaker is added again later.</summary>
    private Pipeline Cut(Func<IQueryable, IQueryable> cut) => this with { Query = cut(Sorted().Query) };
}
