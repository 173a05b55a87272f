using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Conformance;

/// <summary>Minimal conformance of OData 4.0, clause by clause.</summary>
public sealed class Minimal40Tests(Province province)
{
    private const string Plan = "Plans(00000000-0000-7000-8000-000000000001)";

    [Fact, Clause("4.0 Minimal", "1", "MUST", "service document at the service root")]
    public async Task Minimal_40_1_service_document() =>
        Assert.Contains("Plans", Province.Join((await province.Json(""))["value"]!.AsArray(), "url"), StringComparison.Ordinal);

    [Fact, Clause("4.0 Minimal", "2", "MUST", "data in the JSON format")]
    public async Task Minimal_40_2_json()
    {
        using var response = await province.Send("Targets");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.True((await province.Json("Targets")).ContainsKey("@odata.context"));
    }

    [Fact, Clause("4.0 Minimal", "3", "MUST", "server-driven paging for partial results")]
    public async Task Minimal_40_3_server_driven_paging()
    {
        var page = await province.Json("Targets", ("Prefer", "odata.maxpagesize=2"));
        Assert.Equal("3,4,5", await province.List((string)page["@odata.nextLink"]!, "Id"));
    }

    [Fact, Clause("4.0 Minimal", "4", "MUST", "OData-Version header")]
    public async Task Minimal_40_4_version_header()
    {
        foreach (var url in new[] { "", "$metadata", "Targets", "Targets(1)", "Targets(99)", "Targets/$count" })
            Assert.Equal("4.0", (await province.Send(url, headers: ("OData-MaxVersion", "4.0"))).Headers.GetValues("OData-Version").Single());
    }

    [Fact, Clause("4.0 Minimal", "5.1", "MUST", "Accept header, or fail")]
    public async Task Minimal_40_5_1_accept()
    {
        await province.Error("Targets", HttpStatusCode.NotAcceptable, ("Accept", "application/atom+xml"));
        Assert.Contains("odata.metadata=none", (await province.Send("Targets", headers: ("Accept", "application/json;odata.metadata=none"))).Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
    }

    [Fact, Clause("4.0 Minimal", "5.2", "MUST", "OData-MaxVersion header, or fail")]
    public async Task Minimal_40_5_2_max_version() =>
        await province.Error("Targets", HttpStatusCode.BadRequest, ("OData-MaxVersion", "3.0"));

    [Fact, Clause("4.0 Minimal", "6", "MUST", "guidelines for extensibility")]
    public async Task Minimal_40_6_custom_options_are_ignored()
    {
        Assert.Equal("1", await province.List("Targets?mine=1&$filter=Id eq 1", "Id"));
        await province.Error("Targets?$mine=1");
    }

    [Fact, Clause("4.0 Minimal", "7", "MUST", "parse supported options and follow them, or 501")]
    public async Task Minimal_40_7_unsupported_is_501() =>
        await province.Error("Targets?$filter=isof(Id,Edm.Int32)", HttpStatusCode.NotImplemented);

    [Fact, Clause("4.0 Minimal", "8", "MUST", "only data types of CSDL")]
    public async Task Minimal_40_8_data_types() =>
        Assert.DoesNotContain("Type=\"System", await province.Text("$metadata"), StringComparison.Ordinal);

    [Fact, Clause("4.0 Minimal", "9", "MUST", "no annotation, header or content needs to be understood")]
    public async Task Minimal_40_9_data_without_annotations() =>
        Assert.Equal("""{"Value":80}""", (await province.Json("Targets(1)?$select=Value&$format=application/json;odata.metadata=none")).ToJsonString());

    [Fact, Clause("4.0 Minimal", "10", "MUST", "no violation of update semantics")]
    public async Task Minimal_40_10_no_updates()
    {
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete })
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await province.Send("Targets(1)", method)).StatusCode);
    }

    [Fact, Clause("4.0 Minimal", "11", "MUST", "no violation of other semantics")]
    public async Task Minimal_40_11_missing_is_404_and_null_is_204()
    {
        await province.Error("Targets(99)", HttpStatusCode.NotFound);
        await province.Text("Targets(3)/Actual", HttpStatusCode.NoContent);
    }

    [Fact, Clause("4.0 Minimal", "12", "SHOULD", "$expand")]
    public async Task Minimal_40_12_expand() =>
        Assert.Equal(2, (await province.Json(Plan + "?$expand=Targets"))["Targets"]!.AsArray().Count);

    [Fact, Clause("4.0 Minimal", "13", "SHOULD", "metadata at $metadata")]
    public async Task Minimal_40_13_metadata() =>
        Assert.Contains("<EntityType Name=\"Plan\">", await province.Text("$metadata"), StringComparison.Ordinal);

    [Fact, Clause("4.0 Minimal", "14", "MUST", "prefixed headers and preferences")]
    public async Task Minimal_40_14_prefixed_preferences() =>
        Assert.Equal(2, (await province.Json("Targets", ("Prefer", "odata.maxpagesize=2")))["value"]!.AsArray().Count);

    [Fact, Clause("4.0 Minimal", "15", "MUST", "enumeration and duration literals with type prefix")]
    public async Task Minimal_40_15_duration_literals() =>
        Assert.Equal("23317", await province.List("Plans?$filter=ChangedAt add duration'PT1H' gt 2026-03-01T14:00:00Z", "LocalityCode"));
}
