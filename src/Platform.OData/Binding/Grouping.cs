using System.Linq.Expressions;
using System.Reflection;
using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;
using Platform.OData.Errors;
using Platform.OData.Model;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// Grouping and aggregating. Everything a group needs is first projected into flat rows, so that joins happen before
/// the grouping and the database sees one GROUP BY over columns. Sums of integers are 64-bit, sums of decimals exact,
/// and the sum of nothing is null. A property of a collection's members is aggregated for each element first, and then
/// over the elements. Narrowing within a group leaves values out and keeps the group. Custom methods are refused.
/// </summary>
internal static class Grouping
{
    private const string KnownSuffix = "$known";

    public static Pipeline Group(Pipeline pipeline, GroupByTransformationNode node, Within within) =>
        Group(pipeline, [.. Leaves(node.GroupingProperties, "")], node.ChildTransformations, within);

    public static Pipeline Group(
        Pipeline pipeline, IReadOnlyList<(string Path, SingleValueNode Node)> keys, TransformationNode? inGroup, Within within) => inGroup switch
        {
            null => Distinct(pipeline, keys),
            AggregateTransformationNode aggregate => Groups(pipeline, keys, aggregate, within).Pipeline,
            var other => throw FaultException.NotSupported($"$apply=groupby(…,{other.Kind.ToString().ToLowerInvariant()})"),
        };

    /// <summary>
    /// Aggregates everything into one row. A database has no row for the aggregates of nothing; OData has, and so it
    /// is joined to one row that is always there. Providers read what that row lacks as zero, so how many values were
    /// known stands beside each aggregate and decides whether it is null.
    /// </summary>
    public static Pipeline Aggregate(Pipeline pipeline, AggregateTransformationNode node, Within within)
    {
        var (groups, aggregates) = Groups(pipeline, [], node, within, isWhole: true);
        var (columns, nothing) = (((RowElement)groups.Element).Columns, groups.Query.OrNothing());
        var instance = Expression.Parameter(nothing.ElementType, "x");
        var row = new RowBuilder { KeepsAll = true };
        Expression OrZero(int column) => Expression.Coalesce(Expression.Field(instance, columns[column].Field), Expression.Constant(0L));
        for (var i = 0; i < aggregates.Count; i++)
        {
            if (aggregates[i].IsCount)
            {
                row.Add(OrZero(i).Lifted());
                continue;
            }
            var value = (Expression)Expression.Field(instance, columns[i].Field);
            var shown = aggregates[i].Least is { } least ? PropertyMap.Suppressed(value, least) : value;
            row.Add(Expression.Condition(
                Expression.Equal(OrZero(aggregates.Count + i), Expression.Constant(0L)), Expression.Constant(null, value.Type), shown));
        }
        var layout = row.Build();
        return groups with
        {
            Query = nothing.Select(Expression.Lambda(layout.Make, instance)),
            Element = new RowElement(layout.ClrType, [.. aggregates.Select((aggregate, i) => new RowColumn(columns[i].Path, layout.Field(i), IsKey: false, !aggregate.IsCount))]),
        };
    }

    private static (Pipeline Pipeline, IReadOnlyList<(bool IsCount, int? Least)> Aggregates) Groups(
        Pipeline pipeline, IReadOnlyList<(string Path, SingleValueNode Node)> keys, AggregateTransformationNode node, Within within, bool isWhole = false)
    {
        var aggregates = node.AggregateExpressions.Select(Known).ToList();
        RefuseDuplicates(keys.Select(key => key.Path).Concat(aggregates.Select(aggregate => aggregate.Alias)));

        var element = Expression.Parameter(pipeline.Element.ClrType, "x");
        var (binder, condition) = Narrowed(pipeline, element, within.Steps);
        Expression Counted(Expression value) => condition is null ? value : Expression.Condition(condition, value.Lifted(), Expression.Constant(null, value.Type.Lifted()));
        var flat = new RowBuilder();
        var keyColumns = keys.Select(key => flat.Add(binder.Bind(key.Node))).ToList();
        // Sums are made of the figures as they are, and left out themselves when they stay small.
        var collected = aggregates.ConvertAll(aggregate => within.Collections.TryGetValue(aggregate.Alias, out var path) ? binder.Collected(path, aggregate) : null);
        var figures = aggregates.Select((aggregate, i) => aggregate.Method != AggregationMethod.Sum ? null
            : collected[i] is { } members ? members.Least is { } least ? (members.Value, least) : null : binder.Figure(aggregate.Expression)).ToList();
        var arguments = aggregates.Select((aggregate, i) => collected[i]?.Value
            ?? (CountsRows(aggregate) ? Expression.Constant(1L) : Argument(figures[i]?.Value ?? binder.Bind(aggregate.Expression), aggregate))).ToList();
        bool OfRows(int i) => condition is null && (CountsRows(aggregates[i]) || !arguments[i].Mentions(element));
        var argumentColumns = arguments.Select((argument, i) => OfRows(i) ? -1 : flat.Add(Counted(argument))).ToList();
        var knownColumns = collected.ConvertAll(members => members?.Known is { } known ? flat.Add(Counted(known)) : -1);
        var hiddenColumns = collected.ConvertAll(members => members?.Hidden is { } hidden ? flat.Add(Counted(hidden)) : -1);
        bool IsCount(AggregateExpression aggregate) => Grouping.IsCount(aggregate) || within.Counts.Contains(aggregate.Alias);
        // A group has members, so what every member has is there to be aggregated; an empty whole may have none.
        var required = keys.Select(key => binder.IsRequired(key.Node))
            .Concat(aggregates.Select((aggregate, i) => IsCount(aggregate) || figures[i] is null && collected[i] is null && condition is null && (keys.Count > 0 && binder.IsRequired(aggregate.Expression))))
            .ToList();
        if (flat.Count == 0)
            flat.Add(Expression.Constant(1));
        var flatRow = flat.Build();
        var rows = pipeline.Query.Select(Expression.Lambda(flatRow.Make, element));

        var row = Expression.Parameter(flatRow.ClrType, "r");
        var key = new RowBuilder();
        foreach (var column in keyColumns)
            key.Add(Expression.Field(row, flatRow.Field(column)));
        var keyRow = keys.Count == 0 ? null : key.Build();
        var groups = rows.GroupBy(Expression.Lambda(keyRow?.Make ?? (Expression)Expression.Constant(1), row));

        var group = Expression.Parameter(groups.ElementType, "g");
        var result = new RowBuilder();
        for (var i = 0; i < keys.Count; i++)
            result.Add(Expression.Field(Expression.Property(group, "Key"), keyRow!.Field(i)));
        for (var i = 0; i < aggregates.Count; i++)
        {
            var value = argumentColumns[i] < 0
                ? OfConstant(aggregates[i], Over(group, flatRow.ClrType, nameof(Enumerable.LongCount)), arguments[i])
                : knownColumns[i] >= 0
                ? OfMembers(aggregates[i].Method, group, flatRow, argumentColumns[i], knownColumns[i])
                : Value(aggregates[i].Method, group, flatRow.ClrType, flatRow.Field(argumentColumns[i]), required[keys.Count + i] || isWhole);
            if (figures[i] is { } figure)
                value = OneHidden(knownColumns[i] >= 0
                    ? Summed(group, flatRow.ClrType, flatRow.Field(hiddenColumns[i]))
                    : Hidden(group, flatRow.ClrType, flatRow.Field(argumentColumns[i]), figure.Least), isWhole ? value.Lifted() : PropertyMap.Suppressed(value, figure.Least));
            result.Add(value);
        }
        for (var i = 0; i < aggregates.Count && isWhole; i++)
            result.Add(argumentColumns[i] < 0
                ? Over(group, flatRow.ClrType, nameof(Enumerable.LongCount))
                : knownColumns[i] >= 0
                ? Summed(group, flatRow.ClrType, flatRow.Field(knownColumns[i]))
                : Known(group, flatRow.ClrType, flatRow.Field(argumentColumns[i])));
        var layout = result.Build();

        var made = pipeline with
        {
            Query = groups.Select(Expression.Lambda(layout.Make, group)),
            Element = new RowElement(layout.ClrType, [.. keys.Select(k => k.Path).Concat(aggregates.Select(a => a.Alias))
                .Concat(isWhole ? aggregates.Select(a => a.Alias + KnownSuffix) : [])
                .Select((path, column) => new RowColumn(path, layout.Field(column), column < keys.Count, column >= required.Count || !required[column]))]),
            Order = [],
        };
        return (made, [.. aggregates.Select((aggregate, i) => (IsCount(aggregate), figures[i]?.Least))]);
    }

    private static Pipeline Distinct(Pipeline pipeline, IReadOnlyList<(string Path, SingleValueNode Node)> keys)
    {
        RefuseDuplicates(keys.Select(key => key.Path));
        var element = Expression.Parameter(pipeline.Element.ClrType, "x");
        var binder = pipeline.Binder(element);
        var row = new RowBuilder();
        foreach (var (_, node) in keys)
            row.Add(binder.Bind(node));
        if (keys.Count == 0)
            row.Add(Expression.Constant(1));
        var layout = row.Build();
        return pipeline with
        {
            Query = pipeline.Query.Select(Expression.Lambda(layout.Make, element)).Distinct(),
            Element = new RowElement(layout.ClrType, [.. keys.Select((key, column) => new RowColumn(key.Path, layout.Field(column), IsKey: true, !binder.IsRequired(key.Node)))]),
            Order = [],
        };
    }

    public static IEnumerable<(string Path, SingleValueNode Node)> Leaves(IEnumerable<GroupByPropertyNode> nodes, string prefix)
    {
        foreach (var node in nodes)
        {
            if (node.ChildTransformations.Count > 0)
                foreach (var leaf in Leaves(node.ChildTransformations, $"{prefix}{node.Name}/"))
                    yield return leaf;
            else if (node.Expression is null or SingleResourceNode)
                throw FaultException.NotSupported($"$apply=groupby(({prefix}{node.Name}))");
            else
                yield return (prefix + node.Name, node.Expression);
        }
    }

    private static AggregateExpression Known(AggregateExpressionBase aggregate) =>
        aggregate is AggregateExpression { Method: not AggregationMethod.Custom } known
            ? known
            : throw FaultException.NotSupported($"$apply=aggregate(… as {aggregate.Alias})");

    /// <summary>
    /// The aggregate of a value that is the same for all rows, from how many there are: providers take a constant out of the group, and then find no
    /// group to aggregate over.
    /// </summary>
    private static Expression OfConstant(AggregateExpression aggregate, Expression rows, Expression value)
    {
        if (CountsRows(aggregate))
            return rows;
        var lifted = value.Lifted();
        var none = Expression.Equal(rows, Expression.Constant(0L));
        switch (aggregate.Method)
        {
            case AggregationMethod.Sum or AggregationMethod.VirtualPropertyCount:
                return Expression.Condition(none, Expression.Constant(null, lifted.Type), Expression.Multiply(Expression.Convert(rows.Lifted(), lifted.Type), lifted));
            case AggregationMethod.CountDistinct:
                return Expression.Condition(Expression.OrElse(none, lifted.IsNull()), Expression.Constant(0L), Expression.Constant(1L));
            default:
                var number = aggregate.Method == AggregationMethod.Average && value.Type.Bare() != typeof(decimal) ? Operands.To(value, typeof(double)).Lifted() : lifted;
                return Expression.Condition(none, Expression.Constant(null, number.Type), number);
        }
    }

    private static Expression Argument(Expression value, AggregateExpression aggregate)
    {
        var isNumber = Operands.IsNumber(value.Type);
        return (aggregate.Method, isNumber) switch
        {
            (AggregationMethod.Sum, true) when value.Type.Bare() == typeof(short) || value.Type.Bare() == typeof(int) =>
                Operands.To(value.Lifted(), typeof(long)),
            (AggregationMethod.Average, true) when value.Type.Bare() == typeof(short) => Operands.To(value.Lifted(), typeof(int)),
            (AggregationMethod.Sum or AggregationMethod.Average, false) => throw new FaultException(
                ODataFaults.TypeMismatch, aggregate.Alias, $"{aggregate.Alias}: không phải số", $"{aggregate.Alias}: not a number"),
            _ => value,
        };
    }

    private static Expression Value(AggregationMethod method, Expression group, Type rowType, FieldInfo field, bool required)
    {
        var row = Expression.Parameter(rowType, "r");
        var argument = Expression.Field(row, field);
        var selector = Expression.Lambda(argument, row);
        var present = Expression.Lambda(Expression.Not(argument.IsNull()), row);
        switch (method)
        {
            case AggregationMethod.Sum or AggregationMethod.VirtualPropertyCount:
                var sum = Expression.Call(typeof(Enumerable), nameof(Enumerable.Sum), [rowType], group, selector);
                if (required)
                    return sum;
                var none = Expression.Equal(Over(group, rowType, nameof(Enumerable.Count), present), Expression.Constant(0));
                return Expression.Condition(none, Expression.Constant(null, sum.Type), sum);
            case AggregationMethod.Average:
                return Expression.Call(typeof(Enumerable), nameof(Enumerable.Average), [rowType], group, selector);
            case AggregationMethod.Min or AggregationMethod.Max:
                var name = method == AggregationMethod.Min ? nameof(Enumerable.Min) : nameof(Enumerable.Max);
                var typed = typeof(Enumerable).GetMethods().SingleOrDefault(candidate =>
                    candidate.Name == name && candidate.GetGenericArguments().Length == 1 && candidate.ReturnType == field.FieldType
                    && candidate.GetParameters() is [_, { ParameterType.IsGenericType: true } second]
                    && second.ParameterType.GetGenericTypeDefinition() == typeof(Func<,>));
                return typed is null
                    ? Expression.Call(typeof(Enumerable), name, [rowType, field.FieldType], group, selector)
                    : Expression.Call(typed.MakeGenericMethod(rowType), group, selector);
            default:
                var known = Over(group, rowType, nameof(Enumerable.Where), present);
                var values = Expression.Call(typeof(Enumerable), nameof(Enumerable.Select), [rowType, field.FieldType], known, selector);
                var distinct = Expression.Call(typeof(Enumerable), nameof(Enumerable.Distinct), [field.FieldType], values);
                return Expression.Call(typeof(Enumerable), nameof(Enumerable.LongCount), [field.FieldType], distinct);
        }
    }

    /// <summary>Sums and averages of members: those of each element added up, null where none is known.</summary>
    private static ConditionalExpression OfMembers(AggregationMethod method, Expression group, RowLayout row, int sums, int known)
    {
        var (sum, count) = (Summed(group, row.ClrType, row.Field(sums)), Summed(group, row.ClrType, row.Field(known)));
        var value = method == AggregationMethod.Sum ? sum : (Expression)Expression.Divide(sum, Expression.Convert(count, sum.Type));
        return Expression.Condition(Expression.Equal(count, Expression.Constant(0L, typeof(long?))), Expression.Constant(null, value.Type), value);
    }

    /// <summary>A sum with exactly one figure in it that is left out elsewhere would give it away to whoever takes the others off.</summary>
    private static ConditionalExpression OneHidden(Expression hidden, Expression sum) =>
        Expression.Condition(Expression.Equal(hidden, Expression.Constant(1L, hidden.Type)), Expression.Constant(null, sum.Type), sum);

    private static MethodCallExpression Hidden(Expression group, Type rowType, FieldInfo field, int least)
    {
        var row = Expression.Parameter(rowType, "r");
        return Over(group, rowType, nameof(Enumerable.LongCount), Expression.Lambda(PropertyMap.IsHidden(Expression.Field(row, field), least), row));
    }

    private static MethodCallExpression Summed(Expression group, Type rowType, FieldInfo field)
    {
        var row = Expression.Parameter(rowType, "r");
        return Expression.Call(typeof(Enumerable), nameof(Enumerable.Sum), [rowType], group, Expression.Lambda(Expression.Field(row, field), row));
    }

    /// <summary>What an element's values are bound with after steps that narrow, and whether it is among what they leave.</summary>
    private static (ExpressionBinder Binder, Expression? Condition) Narrowed(Pipeline pipeline, Expression element, IReadOnlyList<ApplyStep> steps)
    {
        Expression? condition = null;
        foreach (var step in steps)
        {
            Expression? next = null;
            switch (step)
            {
                case Transformation { Node: FilterTransformationNode filter }:
                    next = pipeline.Binder(element).Condition(filter.FilterClause.Expression);
                    break;
                case SearchStep search:
                    next = pipeline.Found(search.Clause, element);
                    break;
                case OrderStep:
                    break;
                default:
                    pipeline = pipeline.Apply(step);
                    break;
            }
            condition = condition is null ? next : next is null ? condition : Expression.AndAlso(condition, next);
        }
        return (pipeline.Binder(element), condition);
    }

    private static MethodCallExpression Known(Expression group, Type rowType, FieldInfo field)
    {
        var row = Expression.Parameter(rowType, "r");
        return Over(group, rowType, nameof(Enumerable.LongCount), Expression.Lambda(Expression.Not(Expression.Field(row, field).IsNull()), row));
    }

    private static MethodCallExpression Over(Expression group, Type rowType, string method, params Expression[] arguments) =>
        Expression.Call(typeof(Enumerable), method, [rowType], [group, .. arguments]);

    /// <summary>Whether the rows themselves are counted; a collection that each row has is counted by adding up.</summary>
    private static bool CountsRows(AggregateExpression aggregate) =>
        aggregate is { Method: AggregationMethod.VirtualPropertyCount, Expression: not CountNode };

    private static bool IsCount(AggregateExpression aggregate) =>
        aggregate.Method is AggregationMethod.VirtualPropertyCount or AggregationMethod.CountDistinct;

    private static void RefuseDuplicates(IEnumerable<string> names)
    {
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new FaultException(ODataFaults.BadUrl, twice.Key, $"tên {twice.Key} có hai lần", $"the name {twice.Key} is given twice");
    }
}
