using System.Linq.Expressions;
using Microsoft.OData.UriParser;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>One word of an ordering: a value over the element, its direction, and whether it can be missing.</summary>
internal sealed record OrderTerm(LambdaExpression Value, bool Descending, bool CanBeNull);

/// <summary>
/// Total orderings and the keyset predicate that resumes them. OData sorts a missing value before all others and
/// databases disagree, so a value that can be missing is ordered by its absence first. The identity of the element
/// ends every ordering: without it pages would overlap.
/// </summary>
internal static class Ordering
{
    public static List<OrderTerm> Terms(BindingContext context, Element element, OrderByClause? clause)
    {
        var terms = new List<OrderTerm>();
        for (; clause is not null; clause = clause.ThenBy)
        {
            var instance = Expression.Parameter(element.ClrType, "x");
            var binder = new ExpressionBinder(context, new Scope(context.Model, element, instance));
            var value = binder.Bind(clause.Expression);
            if (value is ConstantExpression)
                continue;
            terms.Add(new OrderTerm(
                Expression.Lambda(value, instance),
                clause.Direction == OrderByDirection.Descending,
                value.Type.AcceptsNull() && !binder.IsRequired(clause.Expression)));
        }
        return terms;
    }

    public static IEnumerable<OrderTerm> Identity(Element element)
    {
        var instance = Expression.Parameter(element.ClrType, "x");
        return element.Identity.Select(name =>
            new OrderTerm(Expression.Lambda(element.Value(instance, name)!, instance), Descending: false, element.CanBeNull(name)));
    }

    public static IQueryable Apply(IQueryable query, IReadOnlyList<OrderTerm> terms)
    {
        var first = true;
        foreach (var (value, descending) in terms.SelectMany(Keys))
        {
            query = query.OrderBy(value, descending, first);
            first = false;
        }
        return query;
    }

    /// <summary>The same ordering over a collection inside a projection.</summary>
    public static Expression Apply(Expression items, Type itemType, IReadOnlyList<OrderTerm> terms)
    {
        var first = true;
        foreach (var (value, descending) in terms.SelectMany(Keys))
        {
            var method = (first ? nameof(Enumerable.OrderBy) : nameof(Enumerable.ThenBy)) + (descending ? "Descending" : "");
            items = Expression.Call(typeof(Enumerable), method, [itemType, value.ReturnType], items, value);
            first = false;
        }
        return items;
    }

    /// <summary>True for the elements that come after the one with these values.</summary>
    public static LambdaExpression After(Type elementType, IReadOnlyList<OrderTerm> terms, IReadOnlyList<object?> last)
    {
        var instance = Expression.Parameter(elementType, "x");
        Expression after = Expression.Constant(false);
        for (var i = terms.Count - 1; i >= 0; i--)
        {
            var value = terms[i].Value.On(instance);
            var (beyond, same) = Compare(value, terms[i], last[i]);
            after = Expression.OrElse(beyond, Expression.AndAlso(same, after));
        }
        return Expression.Lambda(after, instance);
    }

    private static (Expression Beyond, Expression Same) Compare(Expression value, OrderTerm term, object? last)
    {
        if (last is null)
            return (term.Descending ? Expression.Constant(false) : Expression.Not(value.IsNull()), value.IsNull());
        var bound = Captured.Value(last, value.Type);
        var beyond = Comparison.Ordered(term.Descending ? ExpressionType.LessThan : ExpressionType.GreaterThan, value, bound);
        if (term.CanBeNull)
            beyond = term.Descending
                ? Expression.OrElse(value.IsNull(), beyond)
                : Expression.AndAlso(Expression.Not(value.IsNull()), beyond);
        return (beyond, Expression.Equal(value, bound));
    }

    private static IEnumerable<(LambdaExpression Value, bool Descending)> Keys(OrderTerm term)
    {
        if (term.CanBeNull)
        {
            var absence = Expression.Condition(term.Value.Body.IsNull(), Expression.Constant(0), Expression.Constant(1));
            yield return (Expression.Lambda(absence, term.Value.Parameters), term.Descending);
        }
        yield return (term.Value, term.Descending);
    }
}
