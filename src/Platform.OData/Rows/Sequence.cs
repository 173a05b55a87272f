using System.Linq.Expressions;

namespace Platform.OData.Rows;

/// <summary>Query operators over an element type known only at run time. Every lambda of this module enters here.</summary>
internal static class Sequence
{
    public static IQueryable Where(this IQueryable query, LambdaExpression condition) =>
        query.Call(nameof(Queryable.Where), [query.ElementType], query.Quoted(condition));

    public static IQueryable Select(this IQueryable query, LambdaExpression selector) =>
        query.Call(nameof(Queryable.Select), [query.ElementType, selector.ReturnType], query.Quoted(selector));

    public static IQueryable SelectMany(this IQueryable query, LambdaExpression many, Type target)
    {
        var typed = Expression.Lambda(
            typeof(Func<,>).MakeGenericType(query.ElementType, typeof(IEnumerable<>).MakeGenericType(target)),
            many.Body, many.Parameters);
        return query.Call(nameof(Queryable.SelectMany), [query.ElementType, target], query.Quoted(typed));
    }

    public static IQueryable GroupBy(this IQueryable query, LambdaExpression key) =>
        query.Call(nameof(Queryable.GroupBy), [query.ElementType, key.ReturnType], query.Quoted(key));

    public static IQueryable Distinct(this IQueryable query) => query.Call(nameof(Queryable.Distinct), [query.ElementType]);

    public static IQueryable Concat(this IQueryable query, IQueryable next) =>
        query.Call(nameof(Queryable.Concat), [query.ElementType], next.Expression);

    /// <summary>The rows, or one row of nulls when there are none.</summary>
    public static IQueryable OrNothing(this IQueryable query) =>
        query.Call(
            nameof(Queryable.DefaultIfEmpty), [query.ElementType],
            query is EnumerableQuery ? [Expression.New(query.ElementType)] : []);

    public static IQueryable OrderBy(this IQueryable query, LambdaExpression key, bool descending, bool first) =>
        query.Call(
            (first, descending) switch
            {
                (true, false) => nameof(Queryable.OrderBy),
                (true, true) => nameof(Queryable.OrderByDescending),
                (false, false) => nameof(Queryable.ThenBy),
                (false, true) => nameof(Queryable.ThenByDescending),
            },
            [query.ElementType, key.ReturnType],
            query.Quoted(key));

    public static IQueryable Skip(this IQueryable query, int count) =>
        count == 0 ? query : query.Call(nameof(Queryable.Skip), [query.ElementType], Captured.Value(count));

    public static IQueryable Take(this IQueryable query, int count) =>
        query.Call(nameof(Queryable.Take), [query.ElementType], Captured.Value(count));

    /// <summary>One row that holds the number of elements, or no row at all when there are none.</summary>
    public static (IQueryable Query, Func<object, object?> Read) Counted(this IQueryable query)
    {
        var element = Expression.Parameter(query.ElementType, "x");
        var groups = query.GroupBy(Expression.Lambda(Expression.Constant(1), element));
        var group = Expression.Parameter(groups.ElementType, "g");
        var row = new RowBuilder();
        var column = row.Add(Expression.Call(typeof(Enumerable), nameof(Enumerable.LongCount), [query.ElementType], group));
        var layout = row.Build();
        return (groups.Select(Expression.Lambda(layout.Make, group)), layout.Getter(column));
    }

    /// <summary>The sum over a query, as part of another one.</summary>
    public static MethodCallExpression Sum(this IQueryable query, LambdaExpression summand) =>
        Expression.Call(typeof(Queryable), nameof(Queryable.Sum), [query.ElementType], query.Expression, query.Quoted(summand));

    private static IQueryable Call(this IQueryable query, string method, Type[] types, params Expression[] arguments) =>
        query.Provider.CreateQuery(Expression.Call(typeof(Queryable), method, types, [query.Expression, .. arguments]));

    private static UnaryExpression Quoted(this IQueryable query, LambdaExpression lambda) =>
        Expression.Quote(query is EnumerableQuery ? (LambdaExpression)new NullGuard().Visit(lambda) : lambda);
}
