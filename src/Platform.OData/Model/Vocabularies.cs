using Microsoft.OData.Edm;
using Microsoft.OData.Edm.Csdl;
using Microsoft.OData.Edm.Vocabularies;

namespace Platform.OData.Model;

/// <summary>
/// Says in the metadata document what clients may do, so that they need not try: per set what can be filtered,
/// sorted, counted, searched, expanded, aggregated and tracked, and for the service its versions and formats.
/// </summary>
internal sealed class Vocabularies(EdmModel edm)
{
    private const string Core = "Org.OData.Core.V1";
    private const string Capabilities = "Org.OData.Capabilities.V1";
    private const string Aggregation = "Org.OData.Aggregation.V1";
    private const string Measures = "Org.OData.Measures.V1";
    private const string Common = "com.sap.vocabularies.Common.v1";

    private static readonly string[] Transformations =
    [
        "filter", "search", "groupby", "aggregate", "compute", "concat", "identity", "orderby", "top", "skip",
        "topcount", "bottomcount", "topsum", "bottomsum", "toppercent", "bottompercent",
    ];

    private static readonly string[] Functions =
    [
        "contains", "startswith", "endswith", "tolower", "toupper", "trim", "length", "indexof", "substring", "concat",
        "year", "month", "day", "hour", "minute", "second", "totaloffsetminutes", "date", "now", "mindatetime", "maxdatetime",
        "time", "round", "floor", "ceiling", "cast", "case", "matchespattern",
    ];

    private static readonly (string Namespace, string Alias, string Url)[] Used =
    [
        (Core, "Core", "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml"),
        (Capabilities, "Capabilities", "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Capabilities.V1.xml"),
        (Aggregation, "Aggregation", "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Aggregation.V1.xml"),
        (Measures, "Measures", "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Measures.V1.xml"),
        (Common, "Common", "https://sap.github.io/odata-vocabularies/vocabularies/Common.xml"),
    ];

    private readonly Dictionary<string, IEdmTerm> terms = new(StringComparer.Ordinal);

    public void Service(EdmEntityContainer container)
    {
        edm.SetEdmReferences([.. Used.Select(vocabulary =>
        {
            var reference = new EdmReference(new Uri(vocabulary.Url));
            reference.AddInclude(new EdmInclude(vocabulary.Alias, vocabulary.Namespace));
            return (IEdmReference)reference;
        })]);
        Add(container, Core, "ODataVersions", Text("4.0 4.01"));
        Add(container, Core, "ConventionalIDs", Flag(true));
        Add(container, Core, "DereferenceableIDs", Flag(true));
        Add(container, Core, "LongDescription", Text(
            "$search: mỗi từ khóa được tìm như những từ trọn vẹn, đúng thứ tự, không phân biệt hoa thường và dấu; mỗi tiếng là một từ, không có ký tự thay thế. "
            + "$search: a term is found as whole words in their order, whatever their case and marks; every syllable is a word, and there is no wildcard."));
        Add(container, Capabilities, "ConformanceLevel", Level("Advanced"));
        Add(container, Capabilities, "SupportedFormats", Texts("application/json;odata.metadata=minimal;IEEE754Compatible=true", "application/json;odata.metadata=none", "application/json;odata.metadata=full"));
        Add(container, Capabilities, "BatchSupported", Flag(true));
        Add(container, Capabilities, "BatchSupport", Record(
            ("Supported", Flag(true)), ("ContinueOnErrorSupported", Flag(true)), ("ReferencesInRequestBodiesSupported", Flag(false)),
            ("ReferencesAcrossChangeSetsSupported", Flag(false)), ("EtagReferencesSupported", Flag(false)),
            ("RequestDependencyConditionsSupported", Flag(false)), ("SupportedFormats", Texts("application/json", "multipart/mixed"))));
        Add(container, Capabilities, "AsynchronousRequestsSupported", Flag(false));
        Add(container, Capabilities, "CrossJoinSupported", Flag(false));
        Add(container, Capabilities, "KeyAsSegmentSupported", Flag(true));
        Add(container, Capabilities, "QuerySegmentSupported", Flag(true));
        Add(container, Capabilities, "FilterFunctions", Texts(Functions));
    }

    public void Set(EntityMap map)
    {
        var set = (EdmEntitySet)map.EdmSet;
        Add(set, Capabilities, "TopSupported", Flag(true));
        Add(set, Capabilities, "SkipSupported", Flag(true));
        Add(set, Capabilities, "ComputeSupported", Flag(true));
        Add(set, Capabilities, "IndexableByKey", Flag(true));
        Add(set, Capabilities, "CountRestrictions", Record(("Countable", Flag(true))));
        Add(set, Capabilities, "FilterRestrictions", Record(("Filterable", Flag(true)), ("RequiresFilter", Flag(false))));
        Add(set, Capabilities, "SortRestrictions", Record(("Sortable", Flag(true))));
        Add(set, Capabilities, "SelectSupport", Record(("Supported", Flag(true)), ("ComputeSupported", Flag(true))));
        Add(set, Capabilities, "SearchRestrictions", Record(("Searchable", Flag(map.SearchText is not null))));
        Add(set, Capabilities, "ExpandRestrictions", Record(("Expandable", Flag(map.Navigations.Count > 0))));
        Add(set, Capabilities, "ChangeTracking", Record(("Supported", Flag(map.Sequence is not null))));
        Add(set, Capabilities, "InsertRestrictions", Record(("Insertable", Flag(false))));
        Add(set, Capabilities, "UpdateRestrictions", Record(("Updatable", Flag(false))));
        Add(set, Capabilities, "DeleteRestrictions", Record(("Deletable", Flag(false))));
        Add(set, Aggregation, "ApplySupported", Record(("Transformations", Texts(Transformations)), ("PropertyRestrictions", Flag(false))));
        if (map.Version is not null)
            Add(set, Core, "OptimisticConcurrency", new EdmCollectionExpression());
    }

    /// <summary>The unit, or the property that holds it row by row.</summary>
    public void Unit(IEdmVocabularyAnnotatable property, string unit, bool isElsewhere) =>
        Add(property, Measures, "Unit", isElsewhere ? new EdmPathExpression(unit) : Text(unit));

    /// <summary>A short name for screens; the description is what they may show beside it.</summary>
    public void Label(IEdmVocabularyAnnotatable target, string label) => Add(target, Common, "Label", Text(label));

    private void Add(IEdmVocabularyAnnotatable target, string vocabulary, string name, IEdmExpression value)
    {
        var fullName = $"{vocabulary}.{name}";
        if (!terms.TryGetValue(fullName, out var term))
            terms[fullName] = term = edm.FindTerm(fullName) ?? new EdmTerm(vocabulary, name, EdmCoreModel.Instance.GetUntyped());
        var annotation = new EdmVocabularyAnnotation(target, term, value);
        annotation.SetSerializationLocation(edm, EdmVocabularyAnnotationSerializationLocation.Inline);
        edm.AddVocabularyAnnotation(annotation);
    }

    private EdmEnumMemberExpression Level(string name)
    {
        var level = (IEdmEnumType)edm.FindType($"{Capabilities}.ConformanceLevelType");
        return new EdmEnumMemberExpression(level.Members.Single(member => member.Name == name));
    }

    private static EdmBooleanConstant Flag(bool value) => new(value);

    private static EdmStringConstant Text(string value) => new(value);

    private static EdmCollectionExpression Texts(params string[] values) => new(values.Select(Text));

    private static EdmRecordExpression Record(params (string Name, IEdmExpression Value)[] values) =>
        new(values.Select(value => new EdmPropertyConstructor(value.Name, value.Value)));
}
