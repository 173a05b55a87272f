using System.Linq.Expressions;
using Microsoft.OData.Edm;
using Platform.OData.Model;

namespace Platform.OData;

/// <summary>Declares one entity set: each wire name with the expression over the entity that yields its value.</summary>
/// <typeparam name="T">The host's entity; it is never materialised.</typeparam>
public sealed class EntitySetBuilder<T> where T : class
{
    internal EntitySetBuilder(string setName, EdmEntityType edmType) => Map = new EntityMap(setName, typeof(T), edmType);

    internal EntityMap Map { get; }

    internal string? Vi { get; private set; }

    internal string? En { get; private set; }

    /// <summary>Adds a key property; a composite key is declared by repeated calls, in key order.</summary>
    /// <param name="name">Name on the wire.</param>
    /// <param name="value">Value over the entity; never null.</param>
    public EntitySetBuilder<T> Key<TValue>(string name, Expression<Func<T, TValue>> value)
    {
        Map.Add(new PropertyMap(name, value, Nullable: false, IsKey: true, Vi: null, En: null));
        return this;
    }

    /// <summary>Adds a property.</summary>
    /// <param name="name">Name on the wire.</param>
    /// <param name="value">Value over the entity; inlined where it is used, so that only used joins are made.</param>
    /// <param name="vi">Description in Vietnamese.</param>
    /// <param name="en">Description in English.</param>
    /// <param name="nullable">Whether it can be null. By default: a nullable value type is, and a reference type is
    /// when a member on the way to it is annotated as nullable.</param>
    public EntitySetBuilder<T> Property<TValue>(
        string name, Expression<Func<T, TValue>> value, string? vi = null, string? en = null, bool? nullable = null)
    {
        Map.Add(new PropertyMap(name, value, nullable ?? Nullability.Of(value), IsKey: false, vi, en));
        return this;
    }

    /// <summary>Adds a navigation to at most one entity.</summary>
    /// <param name="name">Name on the wire.</param>
    /// <param name="value">The entity's navigation property; its annotation says whether there can be none.</param>
    /// <param name="targetSet">Name of the set that the target belongs to.</param>
    public EntitySetBuilder<T> One<TTarget>(string name, Expression<Func<T, TTarget?>> value, string targetSet)
        where TTarget : class
    {
        Map.Add(new NavigationMap(name, value, IsMany: false, Nullability.Of(value), typeof(TTarget), targetSet));
        return this;
    }

    /// <summary>Adds a navigation to many entities.</summary>
    /// <param name="name">Name on the wire.</param>
    /// <param name="value">The entity's navigation property.</param>
    /// <param name="targetSet">Name of the set that the targets belong to.</param>
    public EntitySetBuilder<T> Many<TTarget>(string name, Expression<Func<T, IEnumerable<TTarget>>> value, string targetSet)
        where TTarget : class
    {
        Map.Add(new NavigationMap(name, value, IsMany: true, CanBeNull: false, typeof(TTarget), targetSet));
        return this;
    }

    /// <summary>Makes the set searchable by <c>$search</c>.</summary>
    /// <param name="foldedText">The text searched, already folded: lower case, without diacritics, đ as d.</param>
    public EntitySetBuilder<T> Search(Expression<Func<T, string>> foldedText)
    {
        Map.SearchText = foldedText;
        return this;
    }

    /// <summary>Describes the set in the metadata document.</summary>
    /// <param name="vi">In Vietnamese.</param>
    /// <param name="en">In English.</param>
    public EntitySetBuilder<T> Describe(string vi, string en)
    {
        (Vi, En) = (vi, en);
        return this;
    }
}
