using System.Globalization;
using System.Linq.Expressions;
using Platform.OData.Errors;
using Platform.OData.Model;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// Brings two operands to one CLR type. Values from the URL adapt to the column when nothing is lost, so that a
/// decimal stays exact and an index stays usable; otherwise the wider numeric type wins.
/// </summary>
internal static class Operands
{
    private static readonly Type[] Widening = [typeof(short), typeof(int), typeof(long), typeof(decimal), typeof(double)];

    public static bool IsNumber(Type type) => Array.IndexOf(Widening, type.Bare()) >= 0;

    public static int Width(Type number) => Array.IndexOf(Widening, number.Bare());

    /// <param name="left">One operand.</param>
    /// <param name="right">The other operand.</param>
    /// <param name="computing">Whether the result is a number: then 100.0 stays a fraction even beside an integer.</param>
    public static (Expression Left, Expression Right) Unify(Expression left, Expression right, bool computing = false)
    {
        var (leftType, rightType) = (left.Type.Bare(), right.Type.Bare());
        if (leftType != rightType)
        {
            var target = CommonType(left, right, computing)
                ?? throw new FaultException(ODataFaults.TypeMismatch, null, $"{EdmTypes.Name(leftType)} – {EdmTypes.Name(rightType)}", $"{EdmTypes.Name(leftType)} and {EdmTypes.Name(rightType)}");
            (left, right) = (To(left, target), To(right, target));
        }
        return left.Type == right.Type ? (left, right) : (left.Lifted(), right.Lifted());
    }

    /// <summary>The operand as the type; a value from the URL is converted here and now, anything else in the query.</summary>
    public static Expression To(Expression operand, Type type)
    {
        if (operand.Type.Bare() == type)
            return operand;
        if (Captured.TryRead(operand, out var value))
            return Captured.Value(TryConvert(value!, type)!, type);
        return Expression.Convert(operand, operand.Type.AcceptsNull() ? type.Lifted() : type);
    }

    /// <summary>The value as the type without loss, or null.</summary>
    public static object? TryConvert(object value, Type type) => (value, type) switch
    {
        _ when value.GetType() == type => value,
        (DateTimeOffset instant, _) when type == typeof(DateTime) => instant.UtcDateTime,
        (DateOnly date, _) when type == typeof(DateTimeOffset) => new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero),
        (DateOnly date, _) when type == typeof(DateTime) => date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
        (string text, _) when type == typeof(Guid) => Guid.TryParse(text, out var guid) ? guid : null,
        _ when IsNumber(value.GetType()) && IsNumber(type) => TryNumber(value, type),
        _ => null,
    };

    private static Type? CommonType(Expression left, Expression right, bool computing)
    {
        var (leftType, rightType) = (left.Type.Bare(), right.Type.Bare());
        if (Captured.TryRead(right, out var value) && value is not null && Adapts(value, leftType, computing))
            return leftType;
        if (Captured.TryRead(left, out value) && value is not null && Adapts(value, rightType, computing))
            return rightType;
        if (IsNumber(leftType) && IsNumber(rightType))
        {
            // A fraction written in the URL is meant exactly: it makes integers decimal, not floating.
            var wider = Widening[Math.Max(Array.IndexOf(Widening, leftType), Array.IndexOf(Widening, rightType))];
            var literal = Captured.TryRead(left, out value) || Captured.TryRead(right, out value) ? value : null;
            return wider == typeof(double) && literal is double && TryConvert(literal, typeof(decimal)) is not null
                && leftType != rightType ? typeof(decimal) : wider;
        }
        return (leftType, rightType) == (typeof(DateTime), typeof(DateTimeOffset))
            || (leftType, rightType) == (typeof(DateTimeOffset), typeof(DateTime)) ? typeof(DateTimeOffset) : null;
    }

    private static bool Adapts(object value, Type column, bool computing) =>
        TryConvert(value, column) is not null
        && !(computing && value is double or decimal && column != typeof(double) && column != typeof(decimal));

    private static object? TryNumber(object value, Type type)
    {
        try
        {
            var converted = Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
            var back = Convert.ChangeType(converted, value.GetType(), CultureInfo.InvariantCulture);
            return back.Equals(value) ? converted : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}
