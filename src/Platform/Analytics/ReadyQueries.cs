using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Platform.Database;

namespace Platform.Analytics;

/// <summary>
/// Queries that Entity Framework compiles once. The filters of the model are part of what is compiled and read the scope of the context
/// that each run is given, so a compiled query narrows for its caller as a fresh one does.
/// </summary>
internal static class ReadyQueries
{
    /// <summary>EF.CompileAsyncQuery for queries of rows, by how many parameters beside the context they take.</summary>
    private static readonly Dictionary<int, MethodInfo> Compilers = typeof(EF).GetMethods()
        .Where(method => method.Name == nameof(EF.CompileAsyncQuery) && IsOfRows(method))
        .ToDictionary(method => method.GetGenericArguments().Length - 2);

    /// <summary>Compiles a query over the sets of some context for every context.</summary>
    internal static Func<PlatformDb, IReadOnlyList<object?>, IAsyncEnumerable<object>> Compile(IQueryable query, IReadOnlyList<ParameterExpression> parameters)
    {
        var context = Expression.Parameter(typeof(PlatformDb), "db");
        Type[] types = [typeof(PlatformDb), .. parameters.Select(parameter => parameter.Type)];
        var rows = typeof(IQueryable<>).MakeGenericType(query.ElementType);
        var lambda = Expression.Lambda(Expression.GetFuncType([.. types, rows]), new Detachment().Visit(query.Expression), [context, .. parameters]);
        var compiled = Compilers[parameters.Count].MakeGenericMethod([.. types, query.ElementType]).Invoke(null, [lambda])!;

        var values = Expression.Parameter(typeof(IReadOnlyList<object?>), "values");
        var call = Expression.Invoke(Expression.Constant(compiled), [context, .. parameters.Select((parameter, i) =>
            Expression.Convert(Expression.Property(values, "Item", Expression.Constant(i)), parameter.Type))]);
        return Expression.Lambda<Func<PlatformDb, IReadOnlyList<object?>, IAsyncEnumerable<object>>>(call, context, values).Compile();
    }

    private static bool IsOfRows(MethodInfo method) =>
        method.GetParameters()[0].ParameterType.GetGenericArguments()[0].GetGenericArguments() is [.., { IsGenericType: true } result]
        && result.GetGenericTypeDefinition() == typeof(IQueryable<>);

    /// <summary>Takes the context of the request that asked first out of the query.</summary>
    private sealed class Detachment : ExpressionVisitor
    {
        protected override Expression VisitExtension(Expression node) =>
            node is EntityQueryRootExpression root ? root.DetachQueryProvider() : base.VisitExtension(node);
    }
}
