using System.Linq.Expressions;
using System.Text.RegularExpressions;
using Platform.OData.Errors;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// The canonical functions, each as the CLR member that database providers translate. A function of a missing value
/// is missing; what is not in the table is refused by name.
/// </summary>
internal static class Functions
{
    public static Expression Bind(string name, IReadOnlyList<Expression> arguments, Func<DateTimeOffset> now)
    {
        if (name == "case")
            return Case(arguments);
        if (arguments.Any(argument => argument is ConstantExpression { Value: null }))
            throw new FaultException(ODataFaults.TypeMismatch, name, $"{name}(null)", $"{name}(null)");
        return (name, arguments.Count) switch
        {
            ("contains", 2) => Call(arguments, nameof(string.Contains), typeof(string)),
            ("startswith", 2) => Call(arguments, nameof(string.StartsWith), typeof(string)),
            ("endswith", 2) => Call(arguments, nameof(string.EndsWith), typeof(string)),
            ("tolower", 1) => Call(arguments, nameof(string.ToLower)),
            ("toupper", 1) => Call(arguments, nameof(string.ToUpper)),
            ("trim", 1) => Call(arguments, nameof(string.Trim)),
            ("length", 1) => Of(arguments[0], text => Expression.Property(text, nameof(string.Length)), typeof(string)),
            ("indexof", 2) => Call(arguments, nameof(string.IndexOf), typeof(string)),
            ("substring", 2 or 3) when Captured.TryRead(arguments[1], out var start) && start is int and < 0 => Ending(arguments, (int)start),
            ("substring", 2) => Call(Bounded(arguments), nameof(string.Substring), typeof(int)),
            ("substring", 3) => Call(Bounded(arguments), nameof(string.Substring), typeof(int), typeof(int)),
            ("concat", 2) => Concat(arguments),
            ("year" or "month" or "day", 1) => Part(arguments[0], name, typeof(DateOnly), typeof(DateTime), typeof(DateTimeOffset)),
            ("totaloffsetminutes", 1) => Of(arguments[0], _ => Expression.Constant(0), typeof(DateTime), typeof(DateTimeOffset)), // instants are kept in UTC
            ("hour" or "minute" or "second", 1) => Part(arguments[0], name, typeof(DateTime), typeof(DateTimeOffset), typeof(TimeOnly)),
            ("time", 1) => Time(arguments[0]),
            ("matchespattern", 2) => Matches(arguments[0], arguments[1]),
            ("date", 1) => Date(arguments[0]),
            ("now", 0) => Captured.Value(now()),
            ("mindatetime", 0) => Captured.Value(DateTimeOffset.MinValue),
            ("maxdatetime", 0) => Captured.Value(DateTimeOffset.MaxValue),
            ("round", 1) => Rounded(nameof(Math.Round), arguments[0]),
            ("floor", 1) => Rounded(nameof(Math.Floor), arguments[0]),
            ("ceiling", 1) => Rounded(nameof(Math.Ceiling), arguments[0]),
            _ => throw FaultException.NotSupported(name),
        };
    }

    private static Expression Call(IReadOnlyList<Expression> arguments, string method, params Type[] parameters)
    {
        var rest = arguments.Skip(1).Select((argument, i) => Plain(argument, parameters[i])).ToArray();
        return Of(arguments[0], text => Expression.Call(text, typeof(string).GetMethod(method, parameters)!, rest), typeof(string));
    }

    private static BinaryExpression Concat(IReadOnlyList<Expression> arguments) =>
        Expression.Add(
            Plain(arguments[0], typeof(string)), Plain(arguments[1], typeof(string)),
            typeof(string).GetMethod(nameof(string.Concat), [typeof(string), typeof(string)]));

    /// <summary>The value as text.</summary>
    public static Expression Text(Expression value) => Of(
        value, bare => Expression.Call(bare, bare.Type.GetMethod(nameof(ToString), Type.EmptyTypes)!), value.Type.Bare());

    /// <summary>A part that begins so many characters before the end, or at the beginning of a shorter text.</summary>
    private static Expression Ending(IReadOnlyList<Expression> arguments, int before)
    {
        var length = Expression.Property(arguments[0], nameof(string.Length));
        var start = Expression.Condition(
            Expression.LessThan(length, Captured.Value(-before)), Expression.Constant(0), Expression.Subtract(length, Captured.Value(-before)));
        return arguments.Count == 2
            ? Call([arguments[0], start], nameof(string.Substring), typeof(int))
            : Call([arguments[0], start, Bounded(arguments)[2]], nameof(string.Substring), typeof(int), typeof(int));
    }

    /// <summary>A length written in the URL may not be negative, nor a position that is not counted from the end.</summary>
    private static IReadOnlyList<Expression> Bounded(IReadOnlyList<Expression> arguments)
    {
        foreach (var argument in arguments.Skip(arguments.Count == 3 && Captured.TryRead(arguments[1], out var start) && start is int and < 0 ? 2 : 1))
            if (Captured.TryRead(argument, out var value) && value is int and < 0 or long and < 0)
                throw new FaultException(ODataFaults.TypeMismatch, "substring", $"substring: {value} < 0", $"substring: {value} < 0");
        return arguments;
    }

    private static Expression Part(Expression instant, string name, params Type[] of) =>
        Of(instant, value => Expression.Property(value, char.ToUpperInvariant(name[0]) + name[1..]), of);

    private static Expression Date(Expression instant) => Of(
        instant,
        value => value.Type == typeof(DateOnly)
            ? value
            : Expression.Call(
                typeof(DateOnly), nameof(DateOnly.FromDateTime), null,
                value.Type == typeof(DateTime) ? value : Expression.Property(value, nameof(DateTimeOffset.UtcDateTime))),
        typeof(DateOnly), typeof(DateTime), typeof(DateTimeOffset));

    private static Expression Time(Expression instant) => Of(
        instant,
        value => Expression.Call(
            typeof(TimeOnly), nameof(TimeOnly.FromDateTime), null,
            value.Type == typeof(DateTime) ? value : Expression.Property(value, nameof(DateTimeOffset.UtcDateTime))),
        typeof(DateTimeOffset), typeof(DateTime));

    /// <summary>The pattern stands in the URL: one that each row brings along could keep the database busy without end.</summary>
    private static ConditionalExpression Matches(Expression text, Expression pattern) => Captured.TryRead(pattern, out var value) && value is string
        && text.Type == typeof(string)
        ? Expression.Condition(text.IsNull(), Expression.Constant(null, typeof(bool?)), Expression.Call(typeof(Regex), nameof(Regex.IsMatch), null, text, pattern).Lifted())
        : throw FaultException.NotSupported("matchesPattern(…, …)");

    /// <summary>The value of the first condition that holds, null when none does; the values meet in one type.</summary>
    private static Expression Case(IReadOnlyList<Expression> arguments)
    {
        var values = arguments.Where((_, i) => i % 2 == 1).ToList();
        var known = values.Where(value => value is not ConstantExpression { Value: null }).ToList();
        if (known.Count == 0)
            return Expression.Constant(null);
        var common = known[0];
        foreach (var value in known.Skip(1))
            common = Operands.Unify(common, value, computing: true).Left;
        var type = common.Type.Bare();
        Expression result = Expression.Constant(null, type.Lifted());
        for (var i = values.Count - 1; i >= 0; i--)
        {
            var value = values[i] is ConstantExpression { Value: null } ? Expression.Constant(null, type.Lifted()) : Operands.To(values[i], type).Lifted();
            var condition = arguments[i * 2];
            result = condition is ConstantExpression { Value: null } ? result
                : condition.Type.Bare() == typeof(bool) ? Expression.Condition(condition.AsCondition(), value, result)
                : throw Mismatch(condition.Type, typeof(bool));
        }
        return result;
    }

    private static Expression Rounded(string method, Expression number)
    {
        if (!Operands.IsNumber(number.Type))
            throw Mismatch(number.Type, typeof(decimal));
        var exact = number.Type.Bare() == typeof(double) ? number : Operands.To(number, typeof(decimal));
        return Of(exact, value => Expression.Call(typeof(Math), method, null, value), typeof(decimal), typeof(double));
    }

    /// <summary>Applies a member to a value that may be missing.</summary>
    private static Expression Of(Expression value, Func<Expression, Expression> member, params Type[] allowed)
    {
        if (!allowed.Contains(value.Type.Bare()))
            throw Mismatch(value.Type, allowed[0]);
        if (Nullable.GetUnderlyingType(value.Type) is not { } bare)
            return member(value);
        var result = member(Expression.Convert(value, bare)).Lifted();
        return Expression.Condition(value.IsNull(), Expression.Constant(null, result.Type), result);
    }

    private static Expression Plain(Expression value, Type type)
    {
        if (value.Type == type)
            return value;
        return Operands.IsNumber(value.Type) && Operands.IsNumber(type)
            ? Expression.Convert(value, type)
            : throw Mismatch(value.Type, type);
    }

    private static FaultException Mismatch(Type actual, Type wanted) => new(
        ODataFaults.TypeMismatch, null,
        $"{actual.Bare().Name}, cần {wanted.Name}", $"{actual.Bare().Name} where {wanted.Name} is needed");
}
