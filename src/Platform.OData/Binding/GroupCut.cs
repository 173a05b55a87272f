using System.Linq.Expressions;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// Takes the first of each group: for every combination of the grouping properties, the elements that have it, in their order, so many. The
/// database ranks them within their group. The elements stay what they are; steps that look at one element at a time need no groups.
/// </summary>
internal static class GroupCut
{
    public static Pipeline Of(Pipeline input, GroupCutStep step)
    {
        var keys = Grouping.Leaves(step.Keys.GroupingProperties, "").Select(leaf => leaf.Node).ToList();
        var pipeline = input with { Order = [] };
        foreach (var each in step.Steps)
            pipeline = each switch
            {
                TopStep top => Cut(pipeline, keys, query => query.Take(top.Count)),
                SkipStep skip => Cut(pipeline, keys, query => query.Skip(skip.Count)),
                _ => pipeline.Apply(each),
            };
        return pipeline with { Order = input.Order };
    }

    private static Pipeline Cut(Pipeline pipeline, List<Microsoft.OData.UriParser.SingleValueNode> keys, Func<IQueryable, IQueryable> cut)
    {
        if (pipeline.Copies * 2 > Pipeline.MostCopies)
            throw BindingContext.Limit("groupby(…,top)", Pipeline.MostCopies);
        var (outer, inner) = (Expression.Parameter(pipeline.Element.ClrType, "x"), Expression.Parameter(pipeline.Element.ClrType, "y"));
        var row = new RowBuilder { KeepsAll = true };
        foreach (var key in keys)
            row.Add(pipeline.Binder(outer).Bind(key));
        var layout = row.Build();
        var groups = pipeline.Query.Select(Expression.Lambda(layout.Make, outer)).Distinct();
        var group = Expression.Parameter(layout.ClrType, "k");
        var isOfGroup = keys
            .Select((key, i) => (Expression)Expression.Equal(pipeline.Binder(inner).Bind(key).Lifted(), Expression.Field(group, layout.Field(i))))
            .Aggregate(Expression.AndAlso);
        var members = cut((pipeline with { Query = pipeline.Query.Where(Expression.Lambda(isOfGroup, inner)) }).Sorted().Query);
        return pipeline with
        {
            Query = groups.SelectMany(Expression.Lambda(members.Expression, group), pipeline.Element.ClrType),
            Copies = pipeline.Copies * 2,
        };
    }
}
