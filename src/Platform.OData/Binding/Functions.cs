using System.Linq.Expressions;
using System.Text.RegularExpressions;
using Platform.OData.Errors;
using Platform.OData.Model;
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

    /// <summary>
    /// The number that a text is; null where it is none, of which one row must not end the statement. Of whole numbers up to 18 digits are read.
    /// </summary>
    public static Expression Number(Expression text, Type type)
    {
        var isWhole = type != typeof(decimal);
        var read = isWhole ? typeof(long) : typeof(decimal);
        var isNumber = Expression.Call(typeof(Regex), nameof(Regex.IsMatch), null, text, Expression.Constant(isWhole ? "^-?[0-9]{1,18}$" : "^-?[0-9]{1,15}([.][0-9]{1,10})?$"));
        Expression number = Expression.Call(typeof(Convert).GetMethod(isWhole ? nameof(Convert.ToInt64) : nameof(Convert.ToDecimal), [typeof(string)])!, text);
        Expression condition = Expression.AndAlso(Expression.Not(text.IsNull()), isNumber);
        var found = Expression.Condition(condition, number.Lifted(), Expression.Constant(null, read.Lifted()));
        if (type == read)
            return found;
        var (least, most) = type == typeof(int) ? ((long)int.MinValue, (long)int.MaxValue) : (short.MinValue, short.MaxValue);
        var fits = Expression.AndAlso(
            Expression.GreaterThanOrEqual(found, Captured.Value(least).Lifted()), Expression.LessThanOrEqual(found, Captured.Value(most).Lifted()));
        return Expression.Condition(fits, Expression.Convert(found, type.Lifted()), Expression.Constant(null, type.Lifted()));
    }

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
            var value = IsNull(values[i]) ? Expression.Constant(null, type.Lifted()) : Operands.To(values[i], type).Lifted();
            var condition = arguments[i * 2];
            if (!IsNull(condition) && condition.Type.Bare() != typeof(bool))
                throw Mismatch(condition.Type, typeof(bool));
            // A choice whose every outcome is null would reach the database as a null without a type.
            result = IsNull(condition) || Always(condition) == false ? result
                : Always(condition) == true || (IsNull(value) && IsNull(result)) ? value
                : Expression.Condition(condition.AsCondition(), value, result);
        }
        return result;
    }

    private static bool IsNull(Expression value) => value is ConstantExpression { Value: null };

    /// <summary>What the condition always is, as far as it can be seen without the data.</summary>
    private static bool? Always(Expression condition) =>
        condition is ConstantExpression { Value: bool constant } ? constant : Captured.TryRead(condition, out var value) ? value as bool? : null;

    private static Expression Rounded(string method, Expression number)
    {
        if (!Operands.IsNumber(number.Type))
            throw Mismatch(number.Type, typeof(decimal));
        var exact = number.Type.Bare() == typeof(double) ? number : Operands.To(number, typeof(decimal));
        return Of(exact, value => Expression.Call(typeof(Math), method, null, value), typeof(decimal), typeof(double));
    }

    /// <summary>Applies a member to a value that may be missing.</summary>
    public static Expression Of(Expression value, Func<Expression, Expression> member, params Type[] allowed)
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
        $"{EdmTypes.Name(actual)}, cần {EdmTypes.Name(wanted)}", $"{EdmTypes.Name(actual)} where {EdmTypes.Name(wanted)} is needed");
}
