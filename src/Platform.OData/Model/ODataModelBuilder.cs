using Microsoft.OData.Edm;
using Microsoft.OData.Edm.Csdl;
using Microsoft.OData.Edm.Vocabularies;
using Microsoft.OData.Edm.Vocabularies.V1;
using Platform.OData.Model;

namespace Platform.OData;

/// <summary>Collects entity sets and builds the model; <see cref="Build"/> checks that they fit together.</summary>
public sealed class ODataModelBuilder
{
    /// <summary>Descriptions no longer than this serve as labels too.</summary>
    private const int MostLabel = 40;

    private bool declaresCapabilities;

    private readonly string namespaceName;
    private readonly EdmModel edm = new();
    private readonly EdmEntityContainer container;
    private readonly List<EntityMap> maps = [];
    private readonly List<(IEdmVocabularyAnnotatable Target, string? Vi, string? En)> descriptions = [];
    private readonly List<(string SetName, string? Vi, string? En)> setDescriptions = [];

    internal ODataModelBuilder(string namespaceName, string containerName)
    {
        this.namespaceName = namespaceName;
        container = new EdmEntityContainer(namespaceName, containerName);
        edm.AddElement(container);
    }

    /// <summary>Adds an entity set.</summary>
    /// <param name="setName">Name of the set on the wire, for example <c>Plans</c>.</param>
    /// <param name="typeName">Name of its entity type, for example <c>Plan</c>.</param>
    /// <param name="configure">Declares keys, properties and navigations.</param>
    public ODataModelBuilder EntitySet<T>(string setName, string typeName, Action<EntitySetBuilder<T>> configure)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(configure);
        if (maps.Any(map => string.Equals(map.SetName, setName, StringComparison.OrdinalIgnoreCase)
            || string.Equals(map.EdmType.Name, typeName, StringComparison.OrdinalIgnoreCase)))
            throw new ArgumentException($"The set {setName} or its type {typeName} is declared twice.");
        var builder = new EntitySetBuilder<T>(setName, new EdmEntityType(namespaceName, typeName));
        configure(builder);
        setDescriptions.Add((setName, builder.Vi, builder.En));
        maps.Add(builder.Map);
        return this;
    }

    /// <summary>
    /// Says in the metadata document what clients may do: versions, formats and batches of the service; per set what
    /// can be filtered, sorted, counted, searched, expanded, aggregated and tracked; short descriptions as labels.
    /// </summary>
    public ODataModelBuilder DeclareCapabilities()
    {
        declaresCapabilities = true;
        return this;
    }

    /// <summary>Builds the immutable model.</summary>
    /// <exception cref="InvalidOperationException">A set has no key, or a navigation leads nowhere.</exception>
    public ODataModel Build()
    {
        foreach (var map in maps)
            DeclareType(map);
        foreach (var map in maps)
            map.EdmSet = container.AddEntitySet(map.SetName, map.EdmType);
        foreach (var map in maps)
            foreach (var navigation in map.Navigations)
                DeclareNavigation(map, navigation);
        foreach (var (setName, vi, en) in setDescriptions)
            descriptions.Add(((IEdmVocabularyAnnotatable)maps.Single(map => map.SetName == setName).EdmSet, vi, en));
        var vocabularies = new Vocabularies(edm);
        if (declaresCapabilities)
        {
            vocabularies.Service(container);
            maps.ForEach(vocabularies.Set);
        }
        foreach (var map in maps)
            foreach (var property in map.Properties.Where(property => property.Unit is not null))
                vocabularies.Unit((IEdmVocabularyAnnotatable)map.EdmType.FindProperty(property.Name), property.Unit!, property.UnitIsElsewhere);
        foreach (var (target, vi, en) in descriptions)
        {
            Describe(target, vi, en);
            if (declaresCapabilities && vi?.Split(": ", 2)[0].Split("; ", 2)[0] is { Length: <= MostLabel } label)
                vocabularies.Label(target, label);
        }
        return new ODataModel(edm, maps);
    }

    private void DeclareType(EntityMap map)
    {
        if (!map.Keys.Any())
            throw new InvalidOperationException($"The set {map.SetName} has no key.");
        foreach (var property in map.Properties)
        {
            var declared = map.EdmType.AddStructuralProperty(
                property.Name, EdmTypes.Reference(property.Value.ReturnType, property.Nullable || property.CountsPeople));
            if (property.IsKey)
                map.EdmType.AddKeys(declared);
            descriptions.Add((declared, property.Vi, property.En));
        }
        edm.AddElement(map.EdmType);
    }

    private void DeclareNavigation(EntityMap map, NavigationMap navigation)
    {
        var target = maps.SingleOrDefault(other => other.SetName == navigation.TargetSet)
            ?? throw new InvalidOperationException($"{map.SetName}/{navigation.Name} leads to {navigation.TargetSet}, which is no set.");
        if (target.ClrType != navigation.TargetClrType)
            throw new InvalidOperationException($"{map.SetName}/{navigation.Name} yields {navigation.TargetClrType.Name}, but {target.SetName} holds {target.ClrType.Name}.");
        var declared = map.EdmType.AddUnidirectionalNavigation(new EdmNavigationPropertyInfo
        {
            Name = navigation.Name,
            Target = target.EdmType,
            TargetMultiplicity = navigation.IsMany ? EdmMultiplicity.Many
                : navigation.CanBeNull ? EdmMultiplicity.ZeroOrOne : EdmMultiplicity.One,
        });
        ((EdmEntitySet)map.EdmSet).AddNavigationTarget(declared, target.EdmSet);
    }

    /// <summary>Vietnamese is the description proper; English stands beside it under the qualifier <c>en</c>.</summary>
    private void Describe(IEdmVocabularyAnnotatable target, string? vi, string? en)
    {
        foreach (var (qualifier, text) in new[] { (null, vi), ("en", en) })
        {
            if (text is null)
                continue;
            var annotation = new EdmVocabularyAnnotation(
                target, CoreVocabularyModel.DescriptionTerm, qualifier, new EdmStringConstant(text));
            annotation.SetSerializationLocation(edm, EdmVocabularyAnnotationSerializationLocation.Inline);
            edm.AddVocabularyAnnotation(annotation);
        }
    }
}
