using System.Linq.Expressions;
using Microsoft.OData.UriParser;
using Platform.OData.Errors;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>Comparisons of two operands of one type, in the shape that database providers translate for that type.</summary>
internal static class Comparison
{
    public static Expression Of(BinaryOperatorKind kind, Expression left, Expression right) => kind switch
    {
        BinaryOperatorKind.Equal => Expression.Equal(left, right),
        BinaryOperatorKind.NotEqual => Expression.NotEqual(left, right),
        BinaryOperatorKind.GreaterThan => Ordered(ExpressionType.GreaterThan, left, right),
        BinaryOperatorKind.GreaterThanOrEqual => Ordered(ExpressionType.GreaterThanOrEqual, left, right),
        BinaryOperatorKind.LessThan => Ordered(ExpressionType.LessThan, left, right),
        BinaryOperatorKind.LessThanOrEqual => Ordered(ExpressionType.LessThanOrEqual, left, right),
        _ => throw FaultException.NotSupported(Words.Of(kind)),
    };

    public static Expression Ordered(ExpressionType kind, Expression left, Expression right)
    {
        if (left.Type == typeof(string))
            return Expression.MakeBinary(
                kind,
                Expression.Call(typeof(string), nameof(string.Compare), null, left, right),
                Expression.Constant(0));
        if (left.Type.Bare() == typeof(bool))
            return Expression.MakeBinary(kind, AsNumber(left), AsNumber(right));
        return Expression.MakeBinary(kind, left, right);
    }

    private static ConditionalExpression AsNumber(Expression flag) =>
        Expression.Condition(flag.AsCondition(), Expression.Constant(1), Expression.Constant(0));
}
