using System.Linq.Expressions;
using Platform.OData.Errors;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// The fewest elements, in the order of a value, that together reach a sum: an element belongs to them while the sum
/// of all before it falls short. Written as a comparison of the set with itself, because LINQ has no window
/// functions; meant for results of grouping, on large sets the statement's time limit ends it. Elements without a
/// value never belong.
/// </summary>
internal static class Cumulation
{
    public static Pipeline Of(Pipeline input, CumulativeStep step)
    {
        var context = input.Context;
        var value = Ordering.Terms(context, input.Element, step.Value) is [var only]
            ? only
            : throw new FaultException(ODataFaults.TypeMismatch, "$apply", "topsum: giá trị không đổi", "topsum: a constant value");
        if (!Operands.IsNumber(value.Value.ReturnType))
            throw new FaultException(ODataFaults.TypeMismatch, "$apply", "topsum: không phải số", "topsum: not a number");
        if (input.Copies * 3 > Pipeline.MostCopies)
            throw BindingContext.Limit("topsum, toppercent, bottomsum, bottompercent", Pipeline.MostCopies);

        var element = input.Element.ClrType;
        var known = value.CanBeNull
            ? input.Query.Where(Expression.Lambda(Expression.Not(value.Value.Body.IsNull()), value.Value.Parameters))
            : input.Query;
        var x = Expression.Parameter(element, "x");
        var y = Expression.Parameter(element, "y");
        var before = known.Where(Expression.Lambda(Before([value with { CanBeNull = false }, .. Ordering.Identity(input.Element)], y, x), y));
        var number = value.Value.ReturnType.Bare() == typeof(double) ? typeof(double) : typeof(decimal);
        var reached = Sum(before, value, number);
        var threshold = Captured.Value(number == typeof(double) ? (double)step.Threshold : (object)step.Threshold);
        Expression part = step.IsPercent ? Expression.Multiply(reached, Captured.Value(number == typeof(double) ? 100d : (object)100m)) : reached;
        var whole = step.IsPercent ? Expression.Multiply(threshold, Sum(known, value, number)) : threshold;
        return input with
        {
            Query = known.Where(Expression.Lambda(Expression.LessThan(part, whole), x)),
            Order = [value, .. input.Order],
            Copies = input.Copies * 3,
        };
    }

    private static MethodCallExpression Sum(IQueryable query, OrderTerm value, Type number)
    {
        var z = Expression.Parameter(query.ElementType, "z");
        return query.Sum(Expression.Lambda(Expression.Convert(value.Value.On(z), number), z));
    }

    /// <summary>Whether one element comes before another in a total order.</summary>
    private static Expression Before(IReadOnlyList<OrderTerm> terms, Expression first, Expression second)
    {
        Expression before = Expression.Constant(false);
        foreach (var term in terms.Reverse())
        {
            var (left, right) = (term.Value.On(first), term.Value.On(second));
            var ahead = Comparison.Ordered(term.Descending ? ExpressionType.GreaterThan : ExpressionType.LessThan, left, right);
            if (term.CanBeNull)
                ahead = Expression.OrElse(
                    Expression.AndAlso(term.Descending ? right.IsNull() : left.IsNull(), Expression.Not(term.Descending ? left.IsNull() : right.IsNull())), ahead);
            before = before is ConstantExpression ? ahead : Expression.OrElse(ahead, Expression.AndAlso(Expression.Equal(left, right), before));
        }
        return before;
    }
}
