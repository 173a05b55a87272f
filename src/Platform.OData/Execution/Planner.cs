using System.Linq.Expressions;
using System.Reflection;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;
using Platform.OData.Binding;
using Platform.OData.Errors;
using Platform.OData.Model;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Execution;

/// <summary>
/// Plans a parsed request: walks the path from its entity set, appends the options in the order that the
/// specification gives them, and ends with a projection. It only ever narrows what the host's source offers.
/// </summary>
internal sealed class Planner(BindingContext context, ODataQuery query, IODataSource source, SkipToken? token, int pageSize)
{
    private static readonly MethodInfo QueryMethod = typeof(IODataSource).GetMethod(nameof(IODataSource.Query))!;

    public Plan Bind()
    {
        Pipeline? pipeline = null;
        CountQuery? parent = null;
        var single = false;
        var (keyed, references) = (false, false);
        var segments = query.Path.ToList();
        for (var i = 0; i < segments.Count; i++)
        {
            switch (segments[i])
            {
                case EntitySetSegment set:
                    pipeline = Start(context.Model.Set(set.EntitySet.Name));
                    break;
                case KeySegment key when pipeline is not null && !single:
                    pipeline = ByKey(pipeline, key);
                    single = keyed = true;
                    break;
                case NavigationPropertySegment navigation when pipeline is not null && single:
                    parent = CountQuery.Of(pipeline.Query);
                    (pipeline, single) = Navigate(pipeline, navigation.NavigationProperty.Name);
                    keyed = false;
                    break;
                case NavigationPropertyLinkSegment link when pipeline is not null && single:
                    parent = CountQuery.Of(pipeline.Query);
                    (pipeline, single) = Navigate(pipeline, link.NavigationProperty.Name);
                    (keyed, references) = (false, true);
                    break;
                case ReferenceSegment when pipeline is not null && i == segments.Count - 1:
                    references = true;
                    break;
                case TypeSegment type when pipeline is { Element: EntityElement entity } && type.EdmType.AsElementType() == entity.Map.EdmType:
                    break; // there is no inheritance: the only type to cast to is the own one
                case FilterSegment filter when pipeline is not null && !single:
                    pipeline = pipeline.Where(new FilterClause(filter.Expression, filter.RangeVariable));
                    break;
                case CountSegment when pipeline is not null && !single && i == segments.Count - 1:
                    return Continue(pipeline, Answer.Count) with { Parent = parent };
                case PropertySegment property when pipeline is not null && single:
                    var raw = i == segments.Count - 2 && segments[^1] is ValueSegment;
                    if (!raw && i != segments.Count - 1)
                        throw FaultException.NotSupported(segments[i + 1].Identifier ?? segments[i + 1].GetType().Name);
                    return Property(pipeline, property.Property.Name, raw ? Answer.RawValue : Answer.Property) with { Parent = parent, IsKeyed = keyed };
                default:
                    throw FaultException.NotSupported(segments[i].Identifier ?? segments[i].GetType().Name);
            }
        }
        if (pipeline is null)
            throw FaultException.NotSupported("path");
        if (references)
            return References(pipeline, single) with { Parent = parent, IsKeyed = keyed };
        return (single ? Entity(pipeline) : Continue(pipeline, Answer.Collection)) with { Parent = parent, IsKeyed = keyed };
    }

    /// <summary>The same entities, of which only the references are sent.</summary>
    private Plan References(Pipeline pipeline, bool single)
    {
        var entities = single ? Entity(pipeline, Projection.Nothing) : Continue(pipeline, Answer.Collection, Projection.Nothing);
        return entities.Shape.Map is null
            ? throw FaultException.NotSupported("$apply + $ref")
            : entities with { Answer = single ? Answer.Reference : Answer.References };
    }

    private Pipeline Start(EntityMap map) => new(context, Source(source, map), new EntityElement(map));

    public static IQueryable Source(IODataSource source, EntityMap map) =>
        (IQueryable)QueryMethod.MakeGenericMethod(map.ClrType).Invoke(source, [map.SetName])!;

    private static Pipeline ByKey(Pipeline pipeline, KeySegment key)
    {
        var instance = Expression.Parameter(pipeline.Element.ClrType, "x");
        Expression condition = Expression.Constant(true);
        foreach (var (name, value) in key.Keys)
        {
            if (EdmTypes.FromWire(value) is not { } literal || literal is QueryNode or UriTemplateExpression)
                throw FaultException.NotSupported($"({name}=@…)");
            var (left, right) = Operands.Unify(pipeline.Element.Value(instance, name)!, Captured.Value(literal));
            var equal = Expression.Equal(left, right);
            condition = condition is ConstantExpression ? equal : Expression.AndAlso(condition, equal);
        }
        return pipeline with { Query = pipeline.Query.Where(Expression.Lambda(condition, instance)) };
    }

    private static (Pipeline Pipeline, bool Single) Navigate(Pipeline pipeline, string name)
    {
        var map = ((EntityElement)pipeline.Element).Map;
        var navigation = map.Navigation(name)!;
        var target = new EntityElement(pipeline.Context.Model.Set(navigation.TargetSet));
        if (navigation.IsMany)
            return (pipeline with { Query = pipeline.Query.SelectMany(navigation.Value, target.ClrType), Element = target }, false);
        var found = Expression.Lambda(Expression.Not(navigation.Value.Body.IsNull()), navigation.Value.Parameters);
        return (pipeline with { Query = pipeline.Query.Where(found).Select(navigation.Value), Element = target }, true);
    }

    /// <summary>The steps of <c>$apply</c>, then the ordinary options.</summary>
    private Plan Continue(Pipeline pipeline, Answer answer, SelectExpandClause? selected = null)
    {
        foreach (var step in query.Steps)
            pipeline = pipeline.Apply(step);
        var narrowed = pipeline.Compute(query.Compute?.ComputedItems).Search(query.Search).Where(query.Filter);
        return answer == Answer.Count ? Count(narrowed) : Page(narrowed, selected ?? query.SelectExpand);
    }

    private static Plan Count(Pipeline pipeline)
    {
        var total = CountQuery.Of(pipeline.Query);
        return new Plan(Answer.Count, total.Query, new ResultShape(null, [new ValueField("$count", total.Read)], []));
    }

    private Plan Page(Pipeline pipeline, SelectExpandClause? selected)
    {
        var total = query.Count ? CountQuery.Of(pipeline.Query) : null;
        var sorted = pipeline.Sorted(query.OrderBy);
        var terms = sorted.Order;
        var rows = token is null
            ? sorted.Query.Skip(query.Skip)
            : Ordering.Apply(pipeline.Query.Where(Ordering.After(pipeline.Element.ClrType, terms, token.Values(terms))), terms);
        var remaining = query.Top is { } top ? Math.Max(0, top - (token?.Delivered ?? 0)) : int.MaxValue;
        rows = rows.Take(remaining <= pageSize ? remaining : pageSize + 1);

        var instance = Expression.Parameter(pipeline.Element.ClrType, "x");
        var columns = new List<int>();
        void AddOrderValues(RowBuilder row) => columns.AddRange(terms.Select(term => row.Add(term.Value.On(instance))));
        var (layout, shape) = pipeline.Element switch
        {
            EntityElement entity => new Projection(context).Entities(entity, instance, selected, 0, AddOrderValues),
            var element => Projection.Rows((RowElement)element, instance, query.SelectedNames, AddOrderValues),
        };
        return new Plan(Answer.Collection, rows.Select(Expression.Lambda(layout.Make, instance)), shape)
        {
            Total = total,
            Order = terms,
            OrderValues = [.. columns.Select(layout.Getter)],
            PageSize = remaining <= pageSize ? null : pageSize,
        };
    }

    private Plan Entity(Pipeline pipeline, SelectExpandClause? selected = null)
    {
        foreach (var option in new[] { "$filter", "$orderby", "$top", "$skip", "$count", "$search", "$apply", "$skiptoken" })
            if (query.Options[option] is not null)
                throw new FaultException(ODataFaults.BadUrl, option, $"{option} chỉ dùng cho tập hợp", $"{option} applies to collections only");
        context.IsOfOne = true;
        var computed = pipeline.Compute(query.Compute?.ComputedItems);
        var instance = Expression.Parameter(computed.Element.ClrType, "x");
        var (layout, shape) = new Projection(context).Entities((EntityElement)computed.Element, instance, selected ?? query.SelectExpand, 0);
        return new Plan(Answer.Entity, computed.Query.Select(Expression.Lambda(layout.Make, instance)), shape);
    }

    private static Plan Property(Pipeline pipeline, string name, Answer answer)
    {
        var instance = Expression.Parameter(pipeline.Element.ClrType, "x");
        var row = new RowBuilder();
        var column = row.Add(pipeline.Element.Value(instance, name)!);
        var layout = row.Build();
        var shape = new ResultShape(null, [new ValueField(name, layout.Getter(column))], []);
        return new Plan(answer, pipeline.Query.Select(Expression.Lambda(layout.Make, instance)), shape);
    }
}
