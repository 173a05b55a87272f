using System.Linq.Expressions;
using Microsoft.OData.UriParser;
using Platform.OData.Errors;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// Arithmetic with dates, instants and durations, in the forms that databases translate: a point in time moves by a duration that stands
/// in the URL, and the difference of two points is compared with such a duration by moving the earlier one. Any other use of a duration is
/// refused by name.
/// </summary>
internal static class Durations
{
    /// <summary>The operation, or null where no duration and no point in time is computed with.</summary>
    public static Expression? Bind(BinaryOperatorKind kind, Expression left, Expression right) => kind switch
    {
        BinaryOperatorKind.Add or BinaryOperatorKind.Subtract when IsPoint(left) && IsDuration(right) =>
            Moved(left, Known(right, kind), isBack: kind == BinaryOperatorKind.Subtract),
        BinaryOperatorKind.Subtract when IsPoint(left) && IsPoint(right) => Difference(left, right),
        BinaryOperatorKind.Add or BinaryOperatorKind.Subtract when IsDuration(left) && IsDuration(right) =>
            Captured.Value(kind == BinaryOperatorKind.Add ? Known(left, kind) + Known(right, kind) : Known(left, kind) - Known(right, kind)),
        BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide or BinaryOperatorKind.Modulo
            when IsPoint(left) || IsPoint(right) || IsDuration(left) || IsDuration(right) => throw Refused(kind),
        _ when IsDifference(left) => Compared(kind, (MethodCallExpression)left, Known(right, kind)),
        _ when IsDifference(right) => Compared(Mirrored(kind), (MethodCallExpression)right, Known(left, kind)),
        _ => null,
    };

    public static Expression Negated(Expression duration) =>
        Captured.TryRead(duration, out var value) && value is TimeSpan span ? Captured.Value(-span) : throw FaultException.NotSupported("-(… sub …)");

    public static bool IsDuration(Expression value) => value.Type.Bare() == typeof(TimeSpan);

    private static bool IsPoint(Expression value) =>
        value.Type.Bare() is var type && (type == typeof(DateOnly) || type == typeof(DateTime) || type == typeof(DateTimeOffset));

    private static bool IsDifference(Expression value) => value is MethodCallExpression { Method: { Name: nameof(Between) } method } && method.DeclaringType == typeof(Durations);

    private static TimeSpan Known(Expression duration, BinaryOperatorKind kind) =>
        Captured.TryRead(duration, out var value) && value is TimeSpan span ? span : throw Refused(kind);

    private static FaultException Refused(BinaryOperatorKind kind) => FaultException.NotSupported($"{Words.Of(kind)} (Edm.Duration)");

    /// <summary>A date moves to the date of the instant that its midnight moves to.</summary>
    private static Expression Moved(Expression point, TimeSpan by, bool isBack)
    {
        if (point.Type.Bare() == typeof(DateOnly))
            return MovedByDays(point, (int)Math.Floor(isBack ? -by.TotalDays : by.TotalDays));
        var duration = Captured.Value(by);
        return Expression.MakeBinary(isBack ? ExpressionType.Subtract : ExpressionType.Add, point, point.Type.AcceptsNull() ? duration.Lifted() : duration);
    }

    private static Expression MovedByDays(Expression date, int days) =>
        Functions.Of(date, value => Expression.Call(value, nameof(DateOnly.AddDays), null, Captured.Value(days)), typeof(DateOnly));

    private static MethodCallExpression Difference(Expression later, Expression earlier)
    {
        (later, earlier) = Operands.Unify(later, earlier);
        return Expression.Call(typeof(Durations), nameof(Between), [later.Type.Lifted()], later.Lifted(), earlier.Lifted());
    }

    private static Expression Compared(BinaryOperatorKind kind, MethodCallExpression difference, TimeSpan with)
    {
        var (later, earlier) = (difference.Arguments[0], difference.Arguments[1]);
        if (later.Type != typeof(DateOnly?))
            return Known(kind, later, Moved(earlier, with, isBack: false));
        if (with.Ticks % TimeSpan.TicksPerDay == 0)
            return Known(kind, later, MovedByDays(earlier, with.Days));
        // Dates are whole days apart: more than half a day is at least one, which is more than none.
        var below = MovedByDays(earlier, (int)Math.Floor(with.TotalDays));
        return kind switch
        {
            BinaryOperatorKind.Equal => Expression.Constant(false),
            BinaryOperatorKind.NotEqual => Expression.Constant(true),
            BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual => Comparison.Of(BinaryOperatorKind.GreaterThan, later, below),
            _ => Comparison.Of(BinaryOperatorKind.LessThanOrEqual, later, below),
        };
    }

    /// <summary>Two missing points are equal, their difference is missing and equals no duration.</summary>
    private static Expression Known(BinaryOperatorKind kind, Expression later, Expression moved) => kind switch
    {
        BinaryOperatorKind.Equal => Expression.AndAlso(Expression.Not(later.IsNull()), Expression.Equal(later, moved)),
        BinaryOperatorKind.NotEqual => Expression.OrElse(later.IsNull(), Expression.NotEqual(later, moved)),
        _ => Comparison.Of(kind, later, moved),
    };

    private static BinaryOperatorKind Mirrored(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThan,
        BinaryOperatorKind.GreaterThanOrEqual => BinaryOperatorKind.LessThanOrEqual,
        BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThanOrEqual,
        _ => kind,
    };

    /// <summary>Stands for the difference until it is compared; it never runs.</summary>
    private static TimeSpan? Between<T>(T later, T earlier) => throw new NotSupportedException($"{later} {earlier}");
}
