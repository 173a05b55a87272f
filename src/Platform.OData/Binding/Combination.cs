using System.Linq.Expressions;
using Platform.OData.Errors;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// Puts the results of several chains one after the other: one UNION ALL over rows that hold every column of every
/// chain. A column that a chain does not have is absent from its rows, which is not the same as null: a hidden number
/// tells the chains apart. Grouping at the levels of hierarchies is such a combination, the finest level first.
/// </summary>
internal static class Combination
{
    public const string BranchName = "$branch";

    private const int MostGroupings = 32;

    public static Pipeline Concat(Pipeline input, ConcatStep step) =>
        Of([.. step.Chains.Select(chain => chain.Aggregate(input, (pipeline, next) => pipeline.Apply(next)))]);

    public static Pipeline Rollup(Pipeline input, RollupStep step)
    {
        var keys = Grouping.Leaves(step.Node.GroupingProperties, "").ToList();
        var levels = step.Hierarchies.Select(hierarchy => hierarchy.Levels.ToList()).ToList();
        var sets = new List<IReadOnlySet<string>> { keys.Select(key => key.Path).Except(levels.SelectMany(level => level)).ToHashSet(StringComparer.Ordinal) };
        foreach (var hierarchy in step.Hierarchies)
            sets = [.. sets.SelectMany(set => Prefixes(hierarchy).Select(prefix => (IReadOnlySet<string>)set.Concat(prefix).ToHashSet(StringComparer.Ordinal)))];
        if (sets.Count > MostGroupings)
            throw BindingContext.Limit("rollup", MostGroupings);
        return Of([.. sets.OrderByDescending(set => set.Count).Select(set =>
            Grouping.Group(input, [.. keys.Where(key => set.Contains(key.Path))], step.Node.ChildTransformations, step.Within))]);
    }

    private static IEnumerable<IEnumerable<string>> Prefixes(Hierarchy hierarchy)
    {
        for (var depth = hierarchy.Levels.Count; depth >= (hierarchy.HasTotal ? 0 : 1); depth--)
            yield return hierarchy.Levels.Take(depth);
    }

    private static Pipeline Of(IReadOnlyList<Pipeline> branches)
    {
        var copies = branches.Sum(branch => branch.Copies);
        if (copies > Pipeline.MostCopies)
            throw BindingContext.Limit("concat", Pipeline.MostCopies);
        var offers = branches.Select(Offer).ToList();
        var paths = offers.SelectMany(offer => offer.Keys).Distinct(StringComparer.Ordinal).ToList();
        var types = paths.ToDictionary(path => path, path => TypeOf(path, offers), StringComparer.Ordinal);
        var layouts = branches.Select((branch, i) => Project(branch, i, offers[i], paths, types)).ToList();
        var layout = layouts[0].Layout;

        var columns = paths.Select((path, column) => new RowColumn(
            path, layout.Field(column + 1),
            IsKey: branches.Any(branch => branch.Element.Identity.Contains(path)),
            CanBeNull: branches.Any(branch => branch.Element.CanBeNull(path)) || offers.Exists(offer => !offer.ContainsKey(path)))).ToList();
        return branches[0] with
        {
            Query = layouts.Select(projected => projected.Query).Aggregate((all, next) => all.Concat(next)),
            Element = new RowElement(layout.ClrType, [new RowColumn(BranchName, layout.Field(0), IsKey: true, CanBeNull: false), .. columns])
            {
                Absent = [.. offers.Select(offer => paths.Where(path => !offer.ContainsKey(path)).ToHashSet(StringComparer.Ordinal))],
            },
            Order = [],
            Copies = copies,
        };
    }

    /// <summary>What the elements of a chain offer by name, over the chain's own instance.</summary>
    private static Dictionary<string, LambdaExpression> Offer(Pipeline branch)
    {
        var instance = Expression.Parameter(branch.Element.ClrType, "x");
        return branch.Element.Names.ToDictionary(
            name => name, name => Expression.Lambda(branch.Element.Value(instance, name)!.Lifted(), instance), StringComparer.Ordinal);
    }

    /// <summary>Numbers of different width meet at the widest; anything else must be of one type.</summary>
    private static Type TypeOf(string path, List<Dictionary<string, LambdaExpression>> offers)
    {
        var types = offers.Where(offer => offer.ContainsKey(path)).Select(offer => offer[path].ReturnType.Bare()).Distinct().ToList();
        if (types.Count == 1)
            return types[0].Lifted();
        return types.TrueForAll(Operands.IsNumber)
            ? types.MaxBy(Operands.Width)!.Lifted()
            : throw new FaultException(ODataFaults.TypeMismatch, path, $"concat: {path}", $"concat: {path}");
    }

    /// <summary>
    /// Null of a type: databases would take a bare null in the first chains for text and refuse the number after it.
    /// It has to look as if it depended on the row, else the provider works it out beforehand and the type is lost.
    /// </summary>
    private static Expression Absent(Type type, Expression? ofRow)
    {
        if (ofRow is null)
            return Expression.Constant(null, type);
        var bare = type.Bare();
        var some = bare == typeof(string) ? "" : bare == typeof(DateTime) ? DateTime.UnixEpoch : Activator.CreateInstance(bare)!;
        return Expression.Condition(
            Expression.Equal(Expression.Condition(ofRow.IsNull(), Expression.Constant(0), Expression.Constant(1)), Captured.Value(2)), Captured.Value(some, bare).Lifted(), Expression.Constant(null, type));
    }

    private static (IQueryable Query, RowLayout Layout) Project(
        Pipeline branch, int number, Dictionary<string, LambdaExpression> offer, List<string> paths, Dictionary<string, Type> types)
    {
        var instance = Expression.Parameter(branch.Element.ClrType, "x");
        var row = new RowBuilder { KeepsAll = true };
        row.Add(Expression.Constant(number));
        foreach (var path in paths)
            row.Add(!offer.TryGetValue(path, out var value) ? Absent(types[path], offer.Values.FirstOrDefault()?.On(instance))
                : value.ReturnType == types[path] ? value.On(instance) : Expression.Convert(value.On(instance), types[path]));
        var layout = row.Build();
        return (branch.Query.Select(Expression.Lambda(layout.Make, instance)), layout);
    }
}
