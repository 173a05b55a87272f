using System.Linq.Expressions;

namespace Platform.OData.Rows;

/// <summary>
/// Makes an expression safe over objects: a database reads a member of nothing as null and the part of a text beyond
/// its end as empty, the CLR throws. Applied only
/// when the queryable is LINQ-to-objects; a database never sees these tests.
/// </summary>
internal sealed class NullGuard : ExpressionVisitor
{
    protected override Expression VisitMember(MemberExpression node)
    {
        var instance = Visit(node.Expression);
        return Guarded(instance, node.Update(instance));
    }

    protected override Expression VisitMethodCall(MethodCallExpression node)
    {
        if (node.Method.DeclaringType == typeof(Queryable))
            return node; // a query within the query: it was guarded when it was made
        var instance = Visit(node.Object);
        var arguments = Visit(node.Arguments).ToArray();
        if (node.Method.DeclaringType == typeof(Enumerable) && !IsOperator(node.Arguments[0]))
        {
            var element = node.Method.GetParameters()[0].ParameterType.GetGenericArguments()[0];
            arguments[0] = Expression.Coalesce(
                Expression.Convert(arguments[0], typeof(IEnumerable<>).MakeGenericType(element)),
                Expression.Call(typeof(Enumerable), nameof(Enumerable.Empty), [element]));
        }
        if (node.Method.Name == nameof(string.Substring))
            return Expression.Call(typeof(NullGuard), nameof(Part), null,
                [instance!, arguments[0], arguments.Length > 1 ? arguments[1] : Expression.Constant(int.MaxValue)]);
        var call = node.Update(instance, arguments);
        if (node.Method.DeclaringType != typeof(string))
            return Guarded(instance, call);
        return arguments.Where(argument => argument.Type == typeof(string) && !node.Method.IsStatic)
            .Aggregate(Guarded(instance, call), (safe, argument) => Guarded(argument, safe));
    }

    protected override Expression VisitUnary(UnaryExpression node)
    {
        var operand = Visit(node.Operand);
        if (node.NodeType == ExpressionType.Convert && Nullable.GetUnderlyingType(node.Type) is not null
            && node.Operand is not ConditionalExpression
            && operand is ConditionalExpression { IfTrue: DefaultExpression } guarded)
            return Expression.Condition(
                guarded.Test, Expression.Default(node.Type), Expression.Convert(guarded.IfFalse, node.Type));
        return node.Update(operand);
    }

    /// <summary>Part of a text as databases take it: positions beyond its end yield nothing.</summary>
    internal static string? Part(string? text, int start, int length)
    {
        if (text is null)
            return null;
        var from = Math.Clamp(start, 0, text.Length);
        return text.Substring(from, Math.Clamp(length, 0, text.Length - from));
    }

    private static bool IsOperator(Expression source) =>
        source is MethodCallExpression { Method.DeclaringType: { } type } && type == typeof(Enumerable);

    private static Expression Guarded(Expression? instance, Expression access) =>
        instance is null or ParameterExpression or ConstantExpression or MemberInitExpression || instance.Type.IsValueType
            ? access
            : Expression.Condition(
                Expression.Equal(instance, Expression.Constant(null, instance.Type)), Expression.Default(access.Type), access);
}
