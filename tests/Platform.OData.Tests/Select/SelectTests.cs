using System.Text.Json.Nodes;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Select;

public sealed class SelectTests(Province province)
{
    [Theory]
    [InlineData("Plans?$select=Number,Status&$orderby=Id&$top=1", """{"Number":"05-KH/BCĐ","Status":"Issued"}""")]
    [InlineData("Localities?$select=*&$filter=Id eq 1", """{"Id":1,"Code":"19","Name":"Thái Nguyên"}""")]
    [InlineData("Targets?$compute=Value mul 2 as Twice&$select=Twice&$filter=Twice eq 140", """{"Twice":140}""")]
    public async Task Only_what_is_selected_is_sent(string url, string expected)
    {
        var answer = await province.Json(url, ("Accept", "application/json;odata.metadata=none"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), Assert.Single(answer["value"]!.AsArray())), answer.ToJsonString());
    }
}
