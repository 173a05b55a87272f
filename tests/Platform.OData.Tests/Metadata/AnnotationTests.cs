using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Metadata;

public sealed class AnnotationTests(Province province)
{
    private async Task<XElement> Metadata(params (string Name, string Value)[] headers) =>
        XDocument.Parse(await province.Text("$metadata", headers: headers)).Root!;

    private static XElement Named(XElement root, string kind, string name) =>
        root.Descendants().Single(node => node.Name.LocalName == kind && (string?)node.Attribute("Name") == name);

    private static XElement Annotation(XElement target, string term) => target.Elements()
        .Single(node => node.Name.LocalName == "Annotation" && (string?)node.Attribute("Term") == term && node.Attribute("Qualifier") is null);

    private static string Value(XElement record, string property) => record.Descendants()
        .Where(node => node.Name.LocalName == "PropertyValue" && (string?)node.Attribute("Property") == property)
        .Select(node => (string?)node.Attribute("Bool") ?? node.Value).Single();

    [Fact]
    public async Task The_service_says_what_it_can_do()
    {
        var container = Named(await Metadata(), "EntityContainer", "Container");
        Assert.Equal("4.0 4.01", (string)Annotation(container, "Org.OData.Core.V1.ODataVersions").Attribute("String")!);
        Assert.Equal("true", (string)Annotation(container, "Org.OData.Capabilities.V1.BatchSupported").Attribute("Bool")!);
        Assert.Contains("multipart/mixed", Annotation(container, "Org.OData.Capabilities.V1.BatchSupport").Value, StringComparison.Ordinal);
        Assert.Contains("Advanced", Annotation(container, "Org.OData.Capabilities.V1.ConformanceLevel").ToString(), StringComparison.Ordinal);
        Assert.Contains("contains", Annotation(container, "Org.OData.Capabilities.V1.FilterFunctions").Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Localities", "SearchRestrictions", "Searchable", "true")]
    [InlineData("Plans", "SearchRestrictions", "Searchable", "false")]
    [InlineData("Plans", "FilterRestrictions", "Filterable", "true")]
    [InlineData("Plans", "SortRestrictions", "Sortable", "true")]
    [InlineData("Plans", "CountRestrictions", "Countable", "true")]
    [InlineData("Plans", "ExpandRestrictions", "Expandable", "true")]
    [InlineData("Plans", "InsertRestrictions", "Insertable", "false")]
    [InlineData("Plans", "ChangeTracking", "Supported", "false")]
    public async Task Every_set_says_what_can_be_asked_of_it(string set, string term, string property, string expected) =>
        Assert.Equal(expected, Value(Annotation(Named(await Metadata(), "EntitySet", set), "Org.OData.Capabilities.V1." + term), property));

    [Fact]
    public async Task Aggregation_units_labels_and_tags_are_declared()
    {
        var root = await Metadata();
        Assert.Contains("topsum", Annotation(Named(root, "EntitySet", "Facts"), "Org.OData.Aggregation.V1.ApplySupported").Value, StringComparison.Ordinal);
        var cost = root.Descendants().Single(node => node.Name.LocalName == "Property" && (string?)node.Attribute("Name") == "Cost");
        Assert.Equal("triệu đồng", (string)Annotation(cost, "Org.OData.Measures.V1.Unit").Attribute("String")!);
        Assert.Equal("Địa phương", (string)Annotation(Named(root, "EntitySet", "Localities"), "com.sap.vocabularies.Common.v1.Label").Attribute("String")!);
        Assert.NotNull(Annotation(Named(root, "EntitySet", "Plans"), "Org.OData.Core.V1.OptimisticConcurrency"));
    }

    [Fact]
    public async Task Vocabularies_are_referenced()
    {
        var includes = (await Metadata()).Descendants().Where(node => node.Name.LocalName == "Include").Select(node => (string)node.Attribute("Namespace")!);
        Assert.Contains("Org.OData.Capabilities.V1", includes);
        var csdl = JsonNode.Parse(await province.Text("$metadata?$format=json"))!;
        Assert.NotNull(csdl["$Reference"]);
        Assert.Equal("4.01", (string)csdl["$Version"]!);
    }

    [Theory]
    [InlineData("4.0", "4.0")]
    [InlineData("4.01", "4.01")]
    public async Task The_document_is_of_the_version_agreed(string most, string expected) =>
        Assert.Equal(expected, (string)(await Metadata(("OData-MaxVersion", most))).Attribute("Version")!);

    [Fact]
    public async Task Metadata_in_JSON_is_not_for_clients_of_4_0() =>
        await province.Error("$metadata?$format=json", HttpStatusCode.NotAcceptable, ("OData-MaxVersion", "4.0"));

    [Fact]
    public async Task Entities_with_a_version_have_a_tag_whatever_is_selected()
    {
        var whole = await province.Json("Plans(00000000-0000-7000-8000-000000000001)");
        var part = await province.Json("Plans?$select=Number&$filter=LocalityCode eq '19'");
        Assert.StartsWith("W/\"", (string)whole["@odata.etag"]!, StringComparison.Ordinal);
        Assert.Equal((string)whole["@odata.etag"]!, (string)part["value"]![0]!["@odata.etag"]!);
        Assert.False((await province.Json("Targets(1)")).ContainsKey("@odata.etag"));
    }
}
