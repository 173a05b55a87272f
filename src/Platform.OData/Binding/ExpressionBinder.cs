using System.Globalization;
using System.Linq.Expressions;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;
using Platform.OData.Errors;
using Platform.OData.Model;
using Platform.OData.Parsing;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// Turns the parser's expression nodes into LINQ expressions over a scope. Names are resolved against what the
/// sequence offers at that point (entity or row), never against CLR members, and navigation goes only through the
/// entity's own navigation properties. Node kinds it does not know are refused by name.
/// </summary>
internal sealed class ExpressionBinder(BindingContext context, Scope root)
{
    private const string RootVariable = "$it";

    private readonly Dictionary<string, Scope> scopes = new(StringComparer.Ordinal) { [RootVariable] = root };

    public Expression Condition(SingleValueNode node)
    {
        var bound = Bind(node);
        return bound.Type.Bare() == typeof(bool)
            ? bound.AsCondition()
            : throw new FaultException(ODataFaults.TypeMismatch, null, "điều kiện không phải đúng/sai", "the condition is not boolean");
    }

    /// <summary>Whether the value is a property that every element has, though its CLR type might allow none.</summary>
    public bool IsRequired(QueryNode node) => node switch
    {
        ConvertNode convert => IsRequired(convert.Source),
        SingleValuePropertyAccessNode access => !ScopeOf(access.Source).CanBeNull(access.Property.Name),
        SingleValueOpenPropertyAccessNode access => !ScopeOf(access.Source).CanBeNull(access.Name),
        _ => false,
    };

    /// <summary>The figure about people that the value is, before small ones were left out; null for anything else.</summary>
    public (Expression Value, int Least)? Figure(QueryNode node) => node switch
    {
        ConvertNode convert => Figure(convert.Source),
        SingleValuePropertyAccessNode access => ScopeOf(access.Source).Figure(access.Property.Name),
        _ => null,
    };

    public Expression Bind(QueryNode node)
    {
        context.CountNode();
        return node switch
        {
            ConstantNode constant => Constant(constant),
            ConvertNode convert => Bind(convert.Source), // promotions are redone by Operands, which knows the CLR types
            SingleValuePropertyAccessNode access => Value(access.Source, access.Property.Name),
            SingleValueOpenPropertyAccessNode access => Value(access.Source, access.Name),
            BinaryOperatorNode binary => Binary(binary),
            UnaryOperatorNode unary => Unary(unary),
            SingleValueFunctionCallNode { Name: "cast" } cast => Cast(cast),
            SingleValueFunctionCallNode { Name: "isof" } => throw FaultException.NotSupported("isof"),
            SingleValueFunctionCallNode call => Functions.Bind(call.Name, [.. call.Parameters.Select(Bind)], () => context.Now),
            LambdaNode lambda => AnyOrAll(lambda),
            CountNode count => Count(count),
            InNode membership => In(membership),
            ParameterAliasNode alias => Alias(alias),
            SingleNavigationNode or SingleResourceCastNode => ScopeOf(node).Instance,
            _ => throw FaultException.NotSupported(Words.Of(node.Kind)),
        };
    }

    private static Expression Constant(ConstantNode node)
    {
        var value = EdmTypes.FromWire(node.Value);
        if (value is double && node.Value is float && double.TryParse(node.LiteralText, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
            value = exact;
        if (value is decimal && decimal.TryParse(node.LiteralText?.TrimEnd('m', 'M'), NumberStyles.Float, CultureInfo.InvariantCulture, out var digits))
            value = digits;
        return value switch
        {
            null => Expression.Constant(null),
            string or bool or DateOnly or TimeOnly or DateTimeOffset or Guid or TimeSpan => Captured.Value(value),
            _ when Operands.IsNumber(value.GetType()) => Captured.Value(value),
            _ => throw FaultException.NotSupported(node.LiteralText ?? value.GetType().Name),
        };
    }

    private Expression Value(QueryNode source, string name)
    {
        var scope = ScopeOf(source);
        return scope.Value(name) ?? throw new FaultException(
            ODataFaults.UnknownProperty, scope.Prefix + name, scope.Prefix + name, scope.Prefix + name);
    }

    private Scope ScopeOf(QueryNode? node)
    {
        switch (node)
        {
            case null:
                return scopes[RootVariable];
            case ResourceRangeVariableReferenceNode reference:
                return scopes.GetValueOrDefault(reference.Name) ?? throw FaultException.NotSupported(reference.Name);
            case SingleNavigationNode navigation:
                context.CountNode();
                return ScopeOf(navigation.Source).One(navigation.NavigationProperty.Name)
                    ?? throw new FaultException(ODataFaults.UnknownProperty, navigation.NavigationProperty.Name);
            case SingleResourceCastNode cast: // there is no inheritance: the only type to cast to is the own one
                return ScopeOf(cast.Source);
            default:
                throw FaultException.NotSupported(Words.Of(node.Kind));
        }
    }

    private Expression Binary(BinaryOperatorNode node)
    {
        if (ListOf(node.Right) is { } list)
            return Membership(Bind(node.Left), list);
        var (left, right) = (Bind(node.Left), Bind(node.Right));
        switch (node.OperatorKind)
        {
            case BinaryOperatorKind.And:
                return Expression.AndAlso(Truth(left), Truth(right));
            case BinaryOperatorKind.Or:
                return Expression.OrElse(Truth(left), Truth(right));
            case BinaryOperatorKind.Has:
                throw FaultException.NotSupported("has");
        }
        if (IsNull(left) || IsNull(right))
            return WithNull(node.OperatorKind, left, right);
        var arithmetic = Arithmetic(node.OperatorKind);
        if (Durations.Bind(node.OperatorKind, left, right) is { } moved)
            return moved;
        (left, right) = Operands.Unify(left, right, computing: arithmetic is not null);
        return arithmetic is { } operation
            ? Compute(node.OperatorKind, operation, left, right)
            : Comparison.Of(node.OperatorKind, left, right);
    }

    /// <summary>Equality with null is a test; any other comparison with null is false, any arithmetic with it is null.</summary>
    private static Expression WithNull(BinaryOperatorKind kind, Expression left, Expression right)
    {
        if (Arithmetic(kind) is not null)
            return Expression.Constant(null);
        if (kind is not (BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual))
            return Expression.Constant(false);
        var equal = kind == BinaryOperatorKind.Equal;
        if (IsNull(left) && IsNull(right))
            return Expression.Constant(equal);
        var test = (IsNull(left) ? right : left).IsNull();
        return equal ? test : Expression.Not(test);
    }

    private static Expression Compute(BinaryOperatorKind kind, ExpressionType operation, Expression left, Expression right)
    {
        var type = left.Type.Bare();
        if (!Operands.IsNumber(type))
            throw new FaultException(ODataFaults.TypeMismatch, null, $"{Words.Of(kind)} trên {EdmTypes.Name(type)}", $"{Words.Of(kind)} on {EdmTypes.Name(type)}");
        if (type == typeof(short))
            (left, right) = (Operands.To(left, typeof(int)), Operands.To(right, typeof(int)));
        // Databases know no remainder of floating numbers.
        if (operation == ExpressionType.Modulo && type == typeof(double))
            return Expression.Convert(Expression.Modulo(Exact(left), Exact(right)), left.Type);
        return Expression.MakeBinary(operation, left, right);
    }

    private static UnaryExpression Exact(Expression floating) => Expression.Convert(floating, floating.Type.AcceptsNull() ? typeof(decimal?) : typeof(decimal));

    private Expression Unary(UnaryOperatorNode node)
    {
        var operand = Bind(node.Operand);
        if (node.OperatorKind == UnaryOperatorKind.Not)
            return IsNull(operand) ? operand : Expression.Not(Boolean(operand));
        if (IsNull(operand))
            return operand;
        if (Captured.TryRead(operand, out var value) && value is short or int or long or decimal or double)
            return Captured.Value(Negated(value));
        if (Durations.IsDuration(operand))
            return Durations.Negated(operand);
        return Operands.IsNumber(operand.Type)
            ? Expression.Negate(operand)
            : throw new FaultException(ODataFaults.TypeMismatch, null, "dấu trừ", "negation of a value that is no number");
    }

    private MethodCallExpression AnyOrAll(LambdaNode node)
    {
        using var depth = context.EnterLambda();
        var (target, items) = ManyOf(node.Source);
        if (node is AnyNode && node.Body is ConstantNode { Value: true })
            return Expression.Call(typeof(Enumerable), nameof(Enumerable.Any), [target.ClrType], items);
        var item = Expression.Parameter(target.ClrType, node.CurrentRangeVariable.Name);
        scopes.Add(item.Name!, new Scope(root.Model, new EntityElement(target), item));
        var body = Expression.Lambda(Condition(node.Body), item);
        scopes.Remove(item.Name!);
        var method = node is AnyNode ? nameof(Enumerable.Any) : nameof(Enumerable.All);
        return Expression.Call(typeof(Enumerable), method, [target.ClrType], items, body);
    }

    private MethodCallExpression Count(CountNode node)
    {
        var (target, items) = ManyOf(node.Source);
        return Expression.Call(typeof(Enumerable), nameof(Enumerable.LongCount), [target.ClrType], items);
    }

    private (EntityMap Target, Expression Items) ManyOf(CollectionNode node)
    {
        if (node is CollectionResourceCastNode cast)
            return ManyOf(cast.Source);
        if (node is not CollectionNavigationNode navigation)
            throw FaultException.NotSupported(Words.Of(node.Kind));
        return ScopeOf(navigation.Source).Many(navigation.NavigationProperty.Name)
            ?? throw new FaultException(ODataFaults.UnknownProperty, navigation.NavigationProperty.Name);
    }

    private MethodCallExpression In(InNode node)
    {
        var left = Bind(node.Left);
        if (node.Right is not CollectionConstantNode values)
            throw FaultException.NotSupported("in " + Words.Of(node.Right.Kind));
        var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(left.Type))!;
        foreach (var constant in values.Collection)
        {
            context.CountNode();
            var value = Captured.TryRead(Constant(constant), out var read) ? read : null;
            if (value is null && left.Type.AcceptsNull())
                list.Add(null);
            else if (value is not null && Operands.TryConvert(value, left.Type.Bare()) is { } fitting)
                list.Add(fitting);
            else if (value is not null && !(Operands.IsNumber(value.GetType()) && Operands.IsNumber(left.Type)))
                throw new FaultException(ODataFaults.TypeMismatch, "in", $"in: {constant.LiteralText}", $"in: {constant.LiteralText}");
        }
        return Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [left.Type], Captured.Value(list), left);
    }

    private IReadOnlyList<object?>? ListOf(QueryNode node) => node switch
    {
        ConvertNode convert => ListOf(convert.Source),
        ParameterAliasNode alias => context.Lists.GetValueOrDefault(alias.Alias),
        _ => null,
    };

    /// <summary>Whether the value is among those of a list that may be empty or hold null.</summary>
    private Expression Membership(Expression left, IReadOnlyList<object?> members)
    {
        if (IsNull(left))
            return Expression.Constant(members.Contains(null));
        var type = left.Type.Bare();
        var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(left.Type))!;
        foreach (var member in members)
        {
            context.CountNode();
            if (member is null)
                continue;
            if ((Operands.TryConvert(member, type) ?? (member is string && type != typeof(string) ? EdmTypes.Cast(member, type) : null)) is { } fitting)
                list.Add(fitting);
            else if (!(Operands.IsNumber(member.GetType()) && Operands.IsNumber(type)))
                throw new FaultException(ODataFaults.TypeMismatch, "in", $"in: {member}", $"in: {member}");
        }
        Expression among = list.Count == 0
            ? Expression.Constant(false)
            : Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [left.Type], Captured.Value(list), left);
        return !members.Contains(null) ? among : list.Count == 0 ? left.IsNull() : Expression.OrElse(left.IsNull(), among);
    }

    private Expression Alias(ParameterAliasNode node) =>
        context.Counts.TryGetValue(node.Alias, out var count) ? Count(count)
        : context.Aliases.TryGetValue(node.Alias, out var value) && value is not null ? Bind(value) : Expression.Constant(null);

    /// <summary>A collection's members that meet the options, read where the collection's path is understood.</summary>
    private MethodCallExpression Count(FilteredCount count)
    {
        using var depth = context.EnterLambda();
        context.CountNode();
        var variable = scopes.GetValueOrDefault(count.Path[0]);
        var scope = variable ?? scopes[RootVariable];
        var path = count.Path.Skip(variable is null ? 0 : 1).ToList();
        foreach (var name in path.SkipLast(1))
            scope = scope.One(name) ?? throw new FaultException(ODataFaults.UnknownProperty, name, name, name);
        var last = path.LastOrDefault() ?? count.Path[0];
        var (target, items) = scope.Many(last) ?? throw new FaultException(ODataFaults.UnknownProperty, last, last, last);
        var parser = new ODataQueryOptionParser(context.Model.Edm, target.EdmType, target.EdmSet, count.Options.ToDictionary())
        {
            Resolver = new LenientResolver { EnableCaseInsensitive = true },
        };
        var item = Expression.Parameter(target.ClrType, "c" + count.GetHashCode().ToString("x", CultureInfo.InvariantCulture));
        var members = new Scope(root.Model, new EntityElement(target), item);
        var conditions = new List<Expression>();
        if (ParseGuard.Run(context.Model.Edm, "$count", count.Options.GetValueOrDefault("$filter") ?? "", parser.ParseFilter) is { } filter)
            conditions.Add(new ExpressionBinder(context, members).Condition(filter.Expression));
        if (ParseGuard.Run(context.Model.Edm, "$count", count.Options.GetValueOrDefault("$search") ?? "", parser.ParseSearch) is { } search)
            conditions.Add(SearchText.Bind(context, search.Expression, (target.SearchText ?? throw FaultException.NotSupported("$search")).On(item)));
        return Expression.Call(
            typeof(Enumerable), nameof(Enumerable.LongCount), [target.ClrType], items, Expression.Lambda(conditions.Aggregate(Expression.AndAlso), item));
    }

    /// <summary>
    /// A property of the members of a collection, aggregated for the element: its sum and how many were known, or the least or greatest.
    /// Figures about people are summed as they are; <c>Least</c> is then what the whole sum has to reach to be shown.
    /// </summary>
    public Members Collected(IReadOnlyList<string> path, AggregateExpression aggregate)
    {
        using var depth = context.EnterLambda();
        var scope = scopes[RootVariable];
        var (items, member) = ((Expression?)null, (ParameterExpression?)null);
        foreach (var name in path.SkipLast(1))
        {
            context.CountNode();
            if (scope.Many(name) is not var (target, next))
            {
                scope = scope.One(name) ?? throw new FaultException(ODataFaults.UnknownProperty, name, name, name);
                continue;
            }
            items = items is null ? next : Expression.Call(
                typeof(Enumerable), nameof(Enumerable.SelectMany), [member!.Type, target.ClrType], items,
                Expression.Lambda(typeof(Func<,>).MakeGenericType(member.Type, typeof(IEnumerable<>).MakeGenericType(target.ClrType)), next, member));
            member = Expression.Parameter(target.ClrType, "m" + path.Count.ToString(CultureInfo.InvariantCulture) + target.SetName);
            scope = new Scope(root.Model, new EntityElement(target), member);
        }
        var isSum = aggregate.Method == AggregationMethod.Sum;
        var figure = isSum ? scope.Figure(path[^1]) : null;
        var value = (figure?.Value ?? scope.Value(path[^1])!).Lifted();
        MethodCallExpression Over(string method, Expression body, params Type[] more) =>
            Expression.Call(typeof(Enumerable), method, [member!.Type, .. more], items!, Expression.Lambda(body, member));
        switch (aggregate.Method)
        {
            case AggregationMethod.Sum or AggregationMethod.Average when !Operands.IsNumber(value.Type):
                throw new FaultException(ODataFaults.TypeMismatch, aggregate.Alias, $"{aggregate.Alias}: không phải số", $"{aggregate.Alias}: not a number");
            case AggregationMethod.Sum or AggregationMethod.Average:
                var number = value.Type.Bare() == typeof(double) || value.Type.Bare() == typeof(decimal) ? value
                    : Operands.To(value, isSum ? typeof(long) : typeof(double));
                return new Members(Over(nameof(Enumerable.Sum), number), Over(nameof(Enumerable.LongCount), Expression.Not(value.IsNull())).Lifted(), figure?.Least,
                    figure is { } shown ? Over(nameof(Enumerable.LongCount), PropertyMap.IsHidden(value, shown.Least)).Lifted() : null);
            case AggregationMethod.Min or AggregationMethod.Max:
                var bare = value.Type == typeof(short?) ? Operands.To(value, typeof(int)) : value;
                return new Members(Over(aggregate.Method.ToString(), bare, bare.Type), Known: null, Least: null);
            default:
                throw FaultException.NotSupported($"$apply=aggregate({string.Join('/', path)} with {aggregate.Method.ToString().ToLowerInvariant()})");
        }
    }

    /// <summary>Values from the URL are converted here; in the query numbers become numbers, and keys become text.</summary>
    private Expression Cast(SingleValueFunctionCallNode call)
    {
        var value = Bind(call.Parameters.First());
        if (call.Parameters.Count() != 2 || call.TypeReference?.Definition is not IEdmPrimitiveType primitive
            || EdmTypes.ClrType(primitive.PrimitiveKind) is not { } type)
            throw FaultException.NotSupported("cast");
        if (IsNull(value) || value.Type.Bare() == type)
            return value;
        if (Captured.TryRead(value, out var literal))
            return EdmTypes.Cast(literal, type) is { } cast ? Captured.Value(cast) : Expression.Constant(null);
        if (Operands.IsNumber(value.Type) && Operands.IsNumber(type))
            return Operands.To(value, type);
        var bare = value.Type.Bare();
        if (bare == typeof(string) && Operands.IsNumber(type) && type != typeof(double))
            return Functions.Number(value, type);
        return type == typeof(string) && (bare == typeof(int) || bare == typeof(long) || bare == typeof(short) || bare == typeof(Guid))
            ? Functions.Text(value)
            : throw FaultException.NotSupported($"cast(…,{primitive.FullTypeName()})");
    }

    private static bool IsNull(Expression expression) => expression is ConstantExpression { Value: null };

    private static Expression Truth(Expression operand) => IsNull(operand) ? Expression.Constant(false) : Boolean(operand).AsCondition();

    private static Expression Boolean(Expression operand) => operand.Type.Bare() == typeof(bool)
        ? operand
        : throw new FaultException(ODataFaults.TypeMismatch, null, $"{EdmTypes.Name(operand.Type)}, cần Edm.Boolean", $"{EdmTypes.Name(operand.Type)} where Edm.Boolean is needed");

    private static object Negated(object? number) => number switch
    {
        short value => -value,
        int value => value == int.MinValue ? -(long)value : -value,
        long value => unchecked(-value),
        decimal value => -value,
        _ => -(double)number!,
    };

    private static ExpressionType? Arithmetic(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.Add => ExpressionType.Add,
        BinaryOperatorKind.Subtract => ExpressionType.Subtract,
        BinaryOperatorKind.Multiply => ExpressionType.Multiply,
        BinaryOperatorKind.Divide => ExpressionType.Divide,
        BinaryOperatorKind.Modulo => ExpressionType.Modulo,
        _ => null,
    };
}

/// <summary>What an element's members of a collection come to.</summary>
/// <param name="Value">Their sum, or the least or greatest of them.</param>
/// <param name="Known">How many had a value, where the value is a sum.</param>
/// <param name="Least">What a sum of figures about people has to reach to be shown.</param>
/// <param name="Hidden">How many of those figures are too small to be shown.</param>
internal sealed record Members(Expression Value, Expression? Known, int? Least, Expression? Hidden = null);
