using System.Text;
using System.Text.Json;
using System.Xml;
using Microsoft.OData.Edm;
using Microsoft.OData.Edm.Csdl;
using Platform.OData.Model;

namespace Platform.OData;

/// <summary>
/// What is offered over OData: entity sets, their properties and navigations, and for each of them the expression
/// over the host's entity that yields it. Immutable; built once at start-up. It refuses to be built with a
/// duplicate name, a set without a key, or a navigation to a set that is not there.
/// </summary>
public sealed class ODataModel
{
    private readonly Dictionary<string, EntityMap> sets;
    private readonly Dictionary<string, EntityMap> types;

    internal ODataModel(IEdmModel edm, IReadOnlyCollection<EntityMap> maps)
    {
        Edm = edm;
        sets = maps.ToDictionary(map => map.SetName, StringComparer.Ordinal);
        types = maps.ToDictionary(map => map.EdmType.FullTypeName(), StringComparer.Ordinal);
        edm.SetEdmVersion(new Version(4, 0));
        CsdlXml = WriteXml(edm);
        edm.SetEdmVersion(new Version(4, 1));
        CsdlXml401 = WriteXml(edm);
        CsdlJson = WriteJson(edm);
    }

    private ODataModel(ODataModel shown, IEnumerable<EntityMap> maps)
    {
        (Edm, CsdlXml, CsdlXml401, CsdlJson) = (shown.Edm, shown.CsdlXml, shown.CsdlXml401, shown.CsdlJson);
        sets = maps.ToDictionary(map => map.SetName, StringComparer.Ordinal);
        types = sets.Values.ToDictionary(map => map.EdmType.FullTypeName(), StringComparer.Ordinal);
    }

    /// <summary>The entity data model as the protocol library sees it.</summary>
    public IEdmModel Edm { get; }

    /// <summary>The metadata document as CSDL XML 4.0.</summary>
    public string CsdlXml { get; }

    /// <summary>The same for clients of OData 4.01.</summary>
    internal string CsdlXml401 { get; }

    /// <summary>The metadata document as CSDL JSON.</summary>
    public string CsdlJson { get; }

    internal IReadOnlyCollection<EntityMap> Sets => sets.Values;

    /// <summary>Starts a model.</summary>
    /// <param name="namespaceName">Namespace of the entity types, for example <c>Province.Analytics</c>.</param>
    /// <param name="containerName">Name of the entity container.</param>
    public static ODataModelBuilder Create(string namespaceName, string containerName = "Container") =>
        new(namespaceName, containerName);

    /// <summary>The same model with small figures about people left out.</summary>
    internal ODataModel SuppressedBelow(int threshold) => new(this, Sets.Select(map => map.SuppressedBelow(threshold)));

    internal EntityMap Set(string name) => sets[name];

    internal EntityMap Type(IEdmType type) => types[type.AsElementType().FullTypeName()];

    private static string WriteXml(IEdmModel edm)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(new Utf8Text(text), new XmlWriterSettings { Indent = true, NewLineChars = "\n" }))
            Require(CsdlWriter.TryWriteCsdl(edm, writer, CsdlTarget.OData, out var errors), errors);
        return text.ToString();
    }

    private static string WriteJson(IEdmModel edm)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
            Require(CsdlWriter.TryWriteCsdl(edm, writer, out var errors), errors);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Require(bool written, IEnumerable<Microsoft.OData.Edm.Validation.EdmError> errors)
    {
        if (!written)
            throw new InvalidOperationException("The model cannot be written: " + string.Join("; ", errors));
    }

    private sealed class Utf8Text(StringBuilder text) : StringWriter(text, System.Globalization.CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
