using System.Linq.Expressions;
using Microsoft.OData.Edm;
using Platform.OData.Binding;
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
    /// <param name="foldedText">The text searched, already folded: lower case, without diacritics, đ as d, one blank for whatever is no letter or digit.</param>
    public EntitySetBuilder<T> Search(Expression<Func<T, string>> foldedText)
    {
        Map.SearchText = foldedText;
        return this;
    }

    /// <summary>Declares the unit of a property's figures, for <c>Measures.Unit</c>.</summary>
    /// <param name="name">Name of a property declared before.</param>
    /// <param name="unit">The unit as people write it, for example <c>người</c> or <c>%</c>.</param>
    public EntitySetBuilder<T> Unit(string name, string unit)
    {
        Map.Replace(name, property => property with { Unit = unit });
        return this;
    }

    /// <summary>Declares that another property holds the unit of a property's figures, for <c>Measures.Unit</c>.</summary>
    /// <param name="name">Name of a property declared before.</param>
    /// <param name="property">Name of the property that holds the unit.</param>
    public EntitySetBuilder<T> UnitIn(string name, string property)
    {
        Map.Replace(name, figure => figure with { Unit = property, UnitIsElsewhere = true });
        return this;
    }

    /// <summary>
    /// Declares that properties count people. With <see cref="ODataOptions.SuppressBelow"/> set, figures above zero and
    /// below it are null wherever they are read, filtered, ordered or computed with, and so are sums that stay below it.
    /// Such properties are nullable in the metadata. A sum with exactly one such figure in it is null too, for the others taken off would tell it;
    /// what several sums that overlap give away by their differences is not prevented.
    /// </summary>
    /// <param name="names">Numeric properties declared before.</param>
    public EntitySetBuilder<T> CountsPeople(params string[] names)
    {
        foreach (var name in names)
            Map.Replace(name, property => Operands.IsNumber(property.Value.ReturnType) && !property.IsKey
                ? property with { CountsPeople = true }
                : throw new ArgumentException($"{Map.SetName}/{name} is no figure."));
        return this;
    }

    /// <summary>Gives the entities tags (ETag): a value that is another one whenever the entity has changed.</summary>
    /// <param name="version">For example a row version or the time of the last change.</param>
    public EntitySetBuilder<T> Version<TValue>(Expression<Func<T, TValue>> version)
    {
        Map.Version = version;
        return this;
    }

    /// <summary>
    /// Makes changes trackable (<c>Prefer: track-changes</c>). Deletions come from <see cref="IODataSource.Removed"/>.
    /// </summary>
    /// <param name="sequence">A number that every change of an entity raises above all numbers given before in the set.
    /// Where transactions do not become visible in its order, <see cref="IODataSource.LatestChange"/> says how far it can be read.</param>
    public EntitySetBuilder<T> Changes(Expression<Func<T, long>> sequence)
    {
        Map.Sequence = sequence;
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
