using System.Collections.Immutable;
using System.Linq.Expressions;
using System.Reflection;
using Platform.OData.Model;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// What one element of a sequence offers by name: an entity of a set, or a row that a transformation made. Computed
/// values are kept as expressions and inlined where they are used, so computing never ends navigation.
/// </summary>
internal abstract record Element
{
    public ImmutableDictionary<string, LambdaExpression> Computed { get; init; } =
        ImmutableDictionary.Create<string, LambdaExpression>(StringComparer.Ordinal);

    public abstract Type ClrType { get; }

    /// <summary>Names of the values that tell one element from another: the last word of every ordering.</summary>
    public abstract IEnumerable<string> Identity { get; }

    /// <summary>Names of all values, the computed ones last.</summary>
    public IEnumerable<string> Names => DeclaredNames.Concat(Computed.Keys.Order(StringComparer.Ordinal));

    public Expression? Value(Expression instance, string path) =>
        Computed.TryGetValue(path, out var computed) ? computed.On(instance) : Declared(instance, path);

    public abstract bool CanBeNull(string path);

    protected abstract IEnumerable<string> DeclaredNames { get; }

    protected abstract Expression? Declared(Expression instance, string path);
}

internal sealed record EntityElement(EntityMap Map) : Element
{
    public override Type ClrType => Map.ClrType;

    public override IEnumerable<string> Identity => Map.Keys.Select(key => key.Name);

    protected override IEnumerable<string> DeclaredNames => Map.Properties.Select(property => property.Name);

    public override bool CanBeNull(string path) => Map.Property(path)?.Nullable ?? true;

    protected override Expression? Declared(Expression instance, string path) => Map.Property(path)?.Value.On(instance);
}

/// <summary>A row made by grouping or aggregating; columns reached over a navigation are named by their path.</summary>
internal sealed record RowElement(Type RowClrType, IReadOnlyList<RowColumn> Columns) : Element
{
    public override Type ClrType => RowClrType;

    /// <summary>Per chain whose rows were put together: the columns that its rows do not have.</summary>
    public IReadOnlyList<IReadOnlySet<string>> Absent { get; init; } = [];

    protected override IEnumerable<string> DeclaredNames =>
        Columns.Select(column => column.Path).Where(path => path != Combination.BranchName);

    public override IEnumerable<string> Identity =>
        Columns.Where(column => column.IsKey).Select(column => column.Path);

    public override bool CanBeNull(string path) => Columns.FirstOrDefault(column => column.Path == path)?.CanBeNull ?? true;

    protected override Expression? Declared(Expression instance, string path) =>
        Columns.FirstOrDefault(column => column.Path == path) is { } column ? Expression.Field(instance, column.Field) : null;
}

internal sealed record RowColumn(string Path, FieldInfo Field, bool IsKey, bool CanBeNull);

/// <summary>An element at hand while binding: the expression that holds it, and how far a path has walked into it.</summary>
internal sealed record Scope(ODataModel Model, Element Element, Expression Instance, string Prefix = "", bool Optional = false)
{
    public Expression? Value(string name)
    {
        var value = Element.Value(Instance, Prefix + name);
        return Optional ? value?.Lifted() : value;
    }

    /// <summary>A figure about people before small ones were left out, and the least that is shown.</summary>
    public (Expression Value, int Least)? Figure(string name) =>
        Element is EntityElement entity && entity.Map.Property(Prefix + name)?.Figure is { } figure
            ? (Optional ? figure.Value.On(Instance).Lifted() : figure.Value.On(Instance), figure.Least)
            : null;

    public bool CanBeNull(string name) => Optional || Element.CanBeNull(Prefix + name);

    /// <summary>The scope behind a to-one navigation.</summary>
    public Scope? One(string name)
    {
        if (Element is not EntityElement entity)
            return this with { Prefix = $"{Prefix}{name}/" };
        return entity.Map.Navigation(name) is { IsMany: false } navigation
            ? new Scope(Model, new EntityElement(Model.Set(navigation.TargetSet)), navigation.Value.On(Instance), Optional: Optional || navigation.CanBeNull)
            : null;
    }

    /// <summary>The set and the collection behind a to-many navigation.</summary>
    public (EntityMap Target, Expression Items)? Many(string name) =>
        (Element as EntityElement)?.Map.Navigation(name) is { IsMany: true } navigation
            ? (Model.Set(navigation.TargetSet), navigation.Value.On(Instance))
            : null;
}
