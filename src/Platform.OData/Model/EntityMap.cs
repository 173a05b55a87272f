using System.Linq.Expressions;
using Microsoft.OData.Edm;
using Platform.OData.Rows;

namespace Platform.OData.Model;

/// <summary>One entity set: its EDM type and, per EDM name, the expression over the host's entity behind it.</summary>
internal sealed class EntityMap(string setName, Type clrType, EdmEntityType edmType)
{
    private readonly Dictionary<string, PropertyMap> properties = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NavigationMap> navigations = new(StringComparer.Ordinal);

    public string SetName { get; } = setName;
    public Type ClrType { get; } = clrType;
    public EdmEntityType EdmType { get; } = edmType;
    public IEdmEntitySet EdmSet { get; set; } = null!;
    public LambdaExpression? SearchText { get; set; }

    /// <summary>What changes whenever the entity does: its entity tag.</summary>
    public LambdaExpression? Version { get; set; }

    /// <summary>A number that grows with every change of the set.</summary>
    public LambdaExpression? Sequence { get; set; }

    public IReadOnlyCollection<PropertyMap> Properties => properties.Values;
    public IReadOnlyCollection<NavigationMap> Navigations => navigations.Values;
    public IEnumerable<PropertyMap> Keys => properties.Values.Where(property => property.IsKey);

    public PropertyMap? Property(string name) => properties.GetValueOrDefault(name);
    public NavigationMap? Navigation(string name) => navigations.GetValueOrDefault(name);

    public void Add(PropertyMap property)
    {
        RefuseDuplicate(property.Name);
        properties.Add(property.Name, property);
    }

    public void Add(NavigationMap navigation)
    {
        RefuseDuplicate(navigation.Name);
        navigations.Add(navigation.Name, navigation);
    }

    public void Replace(string name, Func<PropertyMap, PropertyMap> change) => properties[name] = change(
        Property(name) ?? throw new ArgumentException($"{SetName} has no property {name}."));

    /// <summary>The same set with small figures about people left out.</summary>
    public EntityMap SuppressedBelow(int threshold)
    {
        var map = new EntityMap(SetName, ClrType, EdmType) { EdmSet = EdmSet, SearchText = SearchText, Version = Version, Sequence = Sequence };
        foreach (var property in Properties)
            map.Add(property.SuppressedBelow(threshold));
        foreach (var navigation in Navigations)
            map.Add(navigation);
        return map;
    }

    private void RefuseDuplicate(string name)
    {
        if (properties.Keys.Concat(navigations.Keys).Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new ArgumentException($"{SetName} declares {name} twice (names are compared without case).");
    }
}

/// <summary>A primitive property: its name on the wire and its value as an expression over the entity.</summary>
internal sealed record PropertyMap(string Name, LambdaExpression Value, bool Nullable, bool IsKey, string? Vi, string? En)
{
    public string? Unit { get; init; }

    /// <summary>True when <see cref="Unit"/> names the property that holds the unit.</summary>
    public bool UnitIsElsewhere { get; init; }

    /// <summary>Whether it counts people: the host may leave small figures out.</summary>
    public bool CountsPeople { get; init; }

    /// <summary>The figure before anything was left out, and the least that is shown; sums are made of it.</summary>
    public (LambdaExpression Value, int Least)? Figure { get; private init; }

    /// <summary>Null in place of a figure that is less, but not nothing.</summary>
    public PropertyMap SuppressedBelow(int threshold)
    {
        if (!CountsPeople)
            return this;
        return this with { Value = Expression.Lambda(Suppressed(Value.Body, threshold), Value.Parameters), Nullable = true, Figure = (Value, threshold) };
    }

    public static Expression Suppressed(Expression figure, int least)
    {
        var lifted = figure.Lifted();
        return Expression.Condition(IsHidden(figure, least), Expression.Constant(null, lifted.Type), lifted);
    }

    /// <summary>Whether a figure is too small to be shown.</summary>
    public static Expression IsHidden(Expression figure, int least) => Expression.AndAlso(
        Expression.GreaterThan(figure, Expression.Convert(Expression.Constant(0), figure.Type)),
        Expression.LessThan(figure, Expression.Convert(Expression.Constant(least), figure.Type)));
}

/// <summary>A navigation: its name on the wire, the entity's navigation behind it, and the set it leads to.</summary>
internal sealed record NavigationMap(string Name, LambdaExpression Value, bool IsMany, bool CanBeNull, Type TargetClrType, string TargetSet);
