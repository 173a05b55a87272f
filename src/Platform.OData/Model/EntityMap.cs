using System.Linq.Expressions;
using Microsoft.OData.Edm;

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

    private void RefuseDuplicate(string name)
    {
        if (properties.Keys.Concat(navigations.Keys).Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new ArgumentException($"{SetName} declares {name} twice (names are compared without case).");
    }
}

/// <summary>A primitive property: its name on the wire and its value as an expression over the entity.</summary>
internal sealed record PropertyMap(string Name, LambdaExpression Value, bool Nullable, bool IsKey, string? Vi, string? En);

/// <summary>A navigation: its name on the wire, the entity's navigation behind it, and the set it leads to.</summary>
internal sealed record NavigationMap(string Name, LambdaExpression Value, bool IsMany, bool CanBeNull, Type TargetClrType, string TargetSet);
