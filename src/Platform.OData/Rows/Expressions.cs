using System.Linq.Expressions;

namespace Platform.OData.Rows;

/// <summary>The few expression-tree operations that everything else is written in.</summary>
internal static class Expressions
{
    /// <summary>The lambda's body with its parameter replaced: the host's value expression seen from an instance.</summary>
    public static Expression On(this LambdaExpression lambda, Expression instance) =>
        new Substitution(lambda.Parameters[0], instance).Visit(lambda.Body);

    public static bool AcceptsNull(this Type type) => !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    public static Type Bare(this Type type) => Nullable.GetUnderlyingType(type) ?? type;

    public static Type Lifted(this Type type) => type.AcceptsNull() ? type : typeof(Nullable<>).MakeGenericType(type);

    /// <summary>The value as a nullable one.</summary>
    public static Expression Lifted(this Expression value) =>
        value.Type.AcceptsNull() ? value : Expression.Convert(value, value.Type.Lifted());

    /// <summary>The condition as a plain bool; null counts as false.</summary>
    public static Expression AsCondition(this Expression value) =>
        value.Type == typeof(bool) ? value : Expression.Equal(value, Expression.Constant(true, typeof(bool?)));

    public static Expression IsNull(this Expression value) =>
        Expression.Equal(value.Lifted(), Expression.Constant(null, value.Type.Lifted()));

    /// <summary>Whether the value depends on the instance.</summary>
    public static bool Mentions(this Expression value, Expression instance)
    {
        var search = new Search(instance);
        search.Visit(value);
        return search.IsFound;
    }

    private sealed class Search(Expression instance) : ExpressionVisitor
    {
        public bool IsFound { get; private set; }

        public override Expression? Visit(Expression? node)
        {
            IsFound |= node == instance;
            return IsFound ? node : base.Visit(node);
        }
    }

    private sealed class Substitution(ParameterExpression parameter, Expression replacement) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == parameter ? replacement : node;
    }
}

/// <summary>
/// A value from the URL, reached through a member like a captured variable. The database provider makes a statement
/// parameter of it, and its plan cache sees one query for all values.
/// </summary>
internal static class Captured
{
    public static Expression Value(object value) => Value(value, value.GetType());

    public static Expression Value(object? value, Type type)
    {
        var holder = Activator.CreateInstance(typeof(Holder<>).MakeGenericType(type), value)!;
        return Expression.Field(Expression.Constant(holder), nameof(Holder<object>.Value));
    }

    public static bool TryRead(Expression expression, out object? value)
    {
        value = expression is MemberExpression { Expression: ConstantExpression { Value: Holder holder } } ? holder.Untyped : null;
        return expression is MemberExpression { Expression: ConstantExpression { Value: Holder } };
    }

    /// <summary>
    /// The same expression with parameters in place of the values, in the order in which they are returned. Whole numbers and
    /// lists stay: they are page sizes and the like, and better known to who plans the statement.
    /// </summary>
    public static (Expression Expression, IReadOnlyList<(ParameterExpression Parameter, object? Value)> Values) Opened(Expression expression)
    {
        var opening = new Opening();
        return (opening.Visit(expression), [.. opening.Values.Values]);
    }

    private sealed class Opening : ExpressionVisitor
    {
        public Dictionary<Holder, (ParameterExpression Parameter, object? Value)> Values { get; } = [];

        protected override Expression VisitMember(MemberExpression node)
        {
            if (node.Expression is not ConstantExpression { Value: Holder holder })
                return base.VisitMember(node);
            if (holder.Untyped is null or int or short or long or System.Collections.IList)
                return node;
            if (!Values.TryGetValue(holder, out var known))
                Values[holder] = known = (Expression.Parameter(node.Type, "p" + Values.Count), holder.Untyped);
            return known.Parameter;
        }
    }

    private abstract class Holder
    {
        public abstract object? Untyped { get; }
    }

    private sealed class Holder<T>(T value) : Holder
    {
        public readonly T Value = value;

        public override object? Untyped => Value;
    }
}
