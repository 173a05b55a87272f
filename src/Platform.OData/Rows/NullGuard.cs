using System.Linq.Expressions;

namespace Platform.OData.Rows;

/// <summary>
/// Makes an expression safe over objects: a database reads a member of nothing as null, the CLR throws. Applied only
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
        var instance = Visit(node.Object);
        var arguments = Visit(node.Arguments).ToArray();
        if (node.Method.DeclaringType == typeof(Enumerable) && !IsOperator(node.Arguments[0]))
        {
            var element = node.Method.GetParameters()[0].ParameterType.GetGenericArguments()[0];
            arguments[0] = Expression.Coalesce(
                Expression.Convert(arguments[0], typeof(IEnumerable<>).MakeGenericType(element)),
                Expression.Call(typeof(Enumerable), nameof(Enumerable.Empty), [element]));
        }
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

    private static bool IsOperator(Expression source) =>
        source is MethodCallExpression { Method.DeclaringType: { } type } && type == typeof(Enumerable);

    private static Expression Guarded(Expression? instance, Expression access) =>
        instance is null or ParameterExpression or ConstantExpression or MemberInitExpression || instance.Type.IsValueType
            ? access
            : Expression.Condition(
                Expression.Equal(instance, Expression.Constant(null, instance.Type)), Expression.Default(access.Type), access);
}
