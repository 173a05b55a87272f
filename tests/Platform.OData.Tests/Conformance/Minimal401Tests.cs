using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Conformance;

/// <summary>Minimal conformance of OData 4.01, clause by clause.</summary>
public sealed class Minimal401Tests(Province province)
{
    [Fact, Clause("4.01 Minimal", "1", "MUST", "4.0 Minimal")]
    public void Minimal_401_1_minimal_of_4_0() =>
        Assert.Empty(Clause.Broken("4.0 Minimal"));

    [Fact, Clause("4.01 Minimal", "2", "MUST", "4.01 of the JSON format")]
    public async Task Minimal_401_2_json()
    {
        using var response = await province.Send("Targets", headers: ("Accept", "application/json;metadata=minimal"));
        Assert.Equal("4.01", response.Headers.GetValues("OData-Version").Single());
    }

    [Fact, Clause("4.01 Minimal", "4", "MUST", "headers and preferences with and without prefix")]
    public async Task Minimal_401_4_preferences()
    {
        foreach (var preference in new[] { "maxpagesize=2", "odata.maxpagesize=2" })
            Assert.Equal(2, (await province.Json("Targets", ("Prefer", preference)))["value"]!.AsArray().Count);
    }

    [Fact, Clause("4.01 Minimal", "6", "MUST", "options with or without $")]
    public async Task Minimal_401_6_options_without_dollar() =>
        Assert.Equal("4", await province.List("Targets?filter=Year eq 2025&top=1&select=Id", "Id"));

    [Fact, Clause("4.01 Minimal", "7", "MUST", "options, operators and functions in any case")]
    public async Task Minimal_401_7_any_case() =>
        Assert.Equal("05953", await province.List("Localities?$FILTER=StartsWith(Name,'Kha') AND Id GE 3", "Code"));

    [Fact, Clause("4.01 Minimal", "8", "MUST", "identifiers in the case of $metadata")]
    public async Task Minimal_401_8_identifiers() =>
        Assert.Equal("""{"Value":80}""", (await province.Json("targets(1)?$select=value&$format=application/json;metadata=none")).ToJsonString());

    [Fact, Clause("4.01 Minimal", "9", "MUST", "4.0 and 4.01 syntax for any OData-MaxVersion")]
    public async Task Minimal_401_9_syntax_of_both()
    {
        foreach (var most in new[] { "4.0", "4.01" })
            Assert.Single((await province.Json("Targets?filter=Id in (4)", ("OData-MaxVersion", most)))["value"]!.AsArray());
    }

    [Fact, Clause("4.01 Minimal", "9.1", "MUST", "casting strings to primitive types")]
    public async Task Minimal_401_9_1_cast() =>
        Assert.Equal("4", await province.List("Targets?$filter=Id eq cast('4',Edm.Int32)", "Id"));

    [Fact, Clause("4.01 Minimal", "9.2", "MUST", "duration literals with or without prefix")]
    public async Task Minimal_401_9_2_durations() =>
        Assert.Equal("23317", await province.List("Plans?$filter=ChangedAt add 'PT1H' gt 2026-03-01T14:00:00Z", "LocalityCode"));

    [Fact, Clause("4.01 Minimal", "9.6", "MUST", "aliases for keys")]
    public async Task Minimal_401_9_6_key_aliases() =>
        Assert.Equal("Lead", (string)(await province.Json("Assignments(TaskId=@t,Agency=@a)?@t=11&@a='S%E1%BB%9F%20KH%26CN'"))["Role"]!);

    [Fact, Clause("4.01 Minimal", "9.8", "SHOULD", "eq and ne null for navigations")]
    public async Task Minimal_401_9_8_navigation_null() =>
        Assert.Equal("19,51", await province.List("Localities?$filter=Parent eq null&$orderby=Id", "Code"));

    [Fact, Clause("4.01 Minimal", "9.9", "SHOULD", "in")]
    public async Task Minimal_401_9_9_in() =>
        Assert.Equal("1,4", await province.List("Targets?$filter=Id in (1,4)", "Id"));

    [Fact, Clause("4.01 Minimal", "9.10", "SHOULD", "divby")]
    public async Task Minimal_401_9_10_divby() =>
        Assert.Equal("4", await province.List("Targets?$filter=Year divby 2 eq 1012.5", "Id"));

    [Fact, Clause("4.01 Minimal", "9.11", "SHOULD", "negative indexes of substring")]
    public async Task Minimal_401_9_11_substring() =>
        Assert.Equal("23317", await province.List("Localities?$filter=substring(Name,-3) eq 'Bay'", "Code"));

    [Fact, Clause("4.01 Minimal", "9.12", "MAY", "keys as segments, and the canonical form too")]
    public async Task Minimal_401_9_12_keys_as_segments()
    {
        Assert.Equal(4, (int)(await province.Json("Targets/4"))["Id"]!);
        Assert.Equal(4, (int)(await province.Json("Targets(4)"))["Id"]!);
    }

    [Fact, Clause("4.01 Minimal", "9.13", "MAY", "count of a filtered collection")]
    public async Task Minimal_401_9_13_filtered_count() =>
        Assert.Equal("19", await province.List("Plans?$filter=Targets/$count($filter=Value ge 80) eq 2", "LocalityCode"));

    [Fact, Clause("4.01 Minimal", "10", "SHOULD", "metadata as XML and JSON")]
    public async Task Minimal_401_10_metadata()
    {
        Assert.Contains("<edmx:Edmx Version=\"4.01\"", await province.Text("$metadata", headers: ("OData-MaxVersion", "4.01")), StringComparison.Ordinal);
        Assert.Contains("<edmx:Edmx Version=\"4.0\"", await province.Text("$metadata"), StringComparison.Ordinal);
        Assert.Equal("4.01", (string)(await province.Json("$metadata?$format=json"))["$Version"]!);
    }

    [Fact, Clause("4.01 Minimal", "11", "SHOULD", "no identifiers that differ by case only")]
    public void Minimal_401_11_identifiers() =>
        Assert.Throws<ArgumentException>(() => ODataModel.Create("T").EntitySet<Fact>("A", "A", set => set.Key("Id", fact => fact.Id).Property("ID", fact => fact.Id)));

    [Fact, Clause("4.01 Minimal", "12", "SHOULD", "Core.ODataVersions")]
    public async Task Minimal_401_12_versions() =>
        Assert.Contains("Org.OData.Core.V1.ODataVersions", await province.Text("$metadata"), StringComparison.Ordinal);

    [Fact, Clause("4.01 Minimal", "13", "SHOULD", "capabilities")]
    public async Task Minimal_401_13_capabilities() =>
        Assert.Contains("Org.OData.Capabilities.V1.FilterRestrictions", await province.Text("$metadata"), StringComparison.Ordinal);

    [Fact, Clause("4.01 Minimal", "15", "MAY", "$compute")]
    public async Task Minimal_401_15_compute() =>
        Assert.Equal("2", await province.List("Targets?$compute=Value mul 2 as Twice&$orderby=Twice desc&$top=1", "Id"));

    [Fact, Clause("4.01 Minimal", "17", "MAY", "4.01 behaviour without OData-MaxVersion: 4.0")]
    public async Task Minimal_401_17_version() =>
        Assert.Equal("4.01", (await province.Send("Targets")).Headers.GetValues("OData-Version").Single());
}
