using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Metadata;

public sealed class MetadataTests(Province province)
{
    [Fact]
    public async Task The_service_document_lists_the_sets()
    {
        var document = await province.Json("");
        Assert.Equal("Localities,Plans,Targets,Tasks,Assignments,Facts", Province.Join(document["value"]!.AsArray(), "name"));
        Assert.EndsWith("/odata/$metadata", (string)document["@odata.context"]!);
    }

    [Fact]
    public async Task Metadata_is_xml_by_default_and_describes_in_both_languages()
    {
        var xml = XDocument.Parse(await province.Text("$metadata"));
        var descriptions = xml.Descendants().Where(node => node.Name.LocalName == "Annotation").Select(node => (string)node.Attribute("String")!);
        Assert.Contains("Mã địa phương", descriptions);
        Assert.Contains("Localities", descriptions);
        var number = xml.Descendants().Where(node => node.Name.LocalName == "Property").ToLookup(node => (string)node.Attribute("Name")!);
        Assert.Null(number["Number"].First().Attribute("Nullable"));
        Assert.Equal("false", (string)number["Code"].First().Attribute("Nullable")!);
        Assert.Equal("Variable", (string)number["Value"].First().Attribute("Scale")!, ignoreCase: true);
    }

    [Theory]
    [InlineData("$metadata?$format=json", "*/*")]
    [InlineData("$metadata?$format=application/json", "application/xml")]
    [InlineData("$metadata", "application/json")]
    public async Task Metadata_is_json_when_asked(string url, string accept)
    {
        var csdl = JsonNode.Parse(await province.Text(url, headers: ("Accept", accept)))!;
        Assert.Equal("EntityType", (string)csdl["Test.Analytics"]!["Plan"]!["$Kind"]!);
    }

    [Theory]
    [InlineData("Plans", "application/xml")]
    [InlineData("Plans?$format=atom", "*/*")]
    [InlineData("$metadata", "text/html")]
    public async Task An_unavailable_format_is_refused(string url, string accept) =>
        Assert.Equal("OD-2002", (string)(await province.Error(url, HttpStatusCode.NotAcceptable, ("Accept", accept)))["code"]!);

    [Theory]
    [InlineData(null, "4.01")]
    [InlineData("4.0", "4.0")]
    [InlineData("4.01", "4.01")]
    [InlineData("5.0", "4.01")]
    public async Task The_version_is_the_clients_highest(string? most, string expected)
    {
        foreach (var url in new[] { "Plans", "$metadata?$format=json", "", "Plans/$count", "Targets(1)" }.Where(url => expected == "4.01" || !url.EndsWith("json", StringComparison.Ordinal)))
        {
            using var response = most is null ? await province.Send(url) : await province.Send(url, headers: ("OData-MaxVersion", most));
            Assert.Equal(expected, response.Headers.GetValues("OData-Version").Single());
        }
    }

    [Theory]
    [InlineData(null, "4.0")] // clients of 4.0 that do not say so refuse 4.01
    [InlineData("4.0", "4.0")]
    [InlineData("4.01", "4.01")]
    public async Task The_metadata_as_xml_is_4_0_unless_4_01_is_asked_for(string? most, string expected)
    {
        using var response = most is null ? await province.Send("$metadata") : await province.Send("$metadata", headers: ("OData-MaxVersion", most));
        Assert.Equal(expected, response.Headers.GetValues("OData-Version").Single());
        Assert.Contains($"<edmx:Edmx Version=\"{expected}\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3.0")]
    [InlineData("x")]
    public async Task An_older_version_is_refused(string most) =>
        Assert.Equal("OD-2003", (string)(await province.Error("Plans", headers: ("OData-MaxVersion", most)))["code"]!);

    [Fact]
    public async Task Full_metadata_has_no_edit_links_as_nothing_can_be_edited()
    {
        var full = await province.Json("Targets(1)?$expand=Plan", ("Accept", "application/json;odata.metadata=full"));
        Assert.EndsWith("Targets(1)", (string)full["@odata.id"]!);
        Assert.DoesNotContain("editLink", full.ToJsonString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Metadata_none_has_only_the_data()
    {
        var none = await province.Json("Targets(1)?$select=Value", ("Accept", "application/json;odata.metadata=none"));
        Assert.Equal("""{"Value":80}""", none.ToJsonString());
    }

    [Fact]
    public async Task Metadata_full_names_types_and_links()
    {
        var full = await province.Json("Plans?$expand=Targets,Locality&$select=Number&$orderby=Id&$top=1", ("Accept", "application/json;metadata=full"));
        var plan = full["value"]![0]!;
        Assert.Equal("#Test.Analytics.Plan", (string)plan["@odata.type"]!);
        Assert.Equal(province.Root + "Plans(00000000-0000-7000-8000-000000000001)", (string)plan["@odata.id"]!);
        Assert.Equal(province.Root + "Targets(1)", (string)plan["Targets"]![0]!["@odata.id"]!);
    }

    [Fact]
    public async Task Metadata_full_works_for_transformed_rows()
    {
        var full = await province.Json("Facts?$apply=groupby((Locality/Code),aggregate(Cost with sum as Cost2))", ("Accept", "application/json;odata.metadata=full"));
        Assert.Equal(3, full["value"]!.AsArray().Count);
    }

    [Fact]
    public async Task Exact_numbers_are_text_when_the_client_asks()
    {
        var target = await province.Json("Targets(4)", ("Accept", "application/json;IEEE754Compatible=true"));
        Assert.Equal("50.1", target["Value"]!.GetValue<string>());
    }

    [Fact]
    public async Task Vietnamese_is_written_as_it_is() =>
        Assert.Contains("Ngọk Bay", await province.Text("Localities"), StringComparison.Ordinal);

    [Fact]
    public async Task Head_has_no_body()
    {
        using var response = await province.Send("Plans", HttpMethod.Head);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
