using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Platform.Tests.Localities;

public sealed class SearchTests(World world)
{
    [Theory]
    [InlineData("kha son", "05953")]
    [InlineData("KHA SƠN", "05953")]
    [InlineData("Kha Sơn", "05953")] // decomposed
    public async Task Search_ignores_diacritics_case_and_unicode_form(string search, string code)
    {
        using var client = world.Anonymous();
        var found = await client.GetFromJsonAsync<JsonObject>($"/v1/localities?province=19&search={Uri.EscapeDataString(search)}", TestContext.Current.CancellationToken);
        Assert.Equal(code, Assert.Single(found!["items"]!.AsArray())!["code"]!.GetValue<string>());
    }
}
