using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.OrderBy;

public sealed class OrderByTests(Province province)
{
    [Theory]
    [InlineData("Id desc", "5,4,3,2,1")]
    [InlineData("Year desc,Value", "5,1,3,2,4")]
    [InlineData("Value mul -1", "2,1,3,5,4")]
    [InlineData("Plan/Locality/Name desc", "1,2,4,5,3")]
    [InlineData("Plan/Targets/$count desc,Id desc", "5,4,2,1,3")]
    [InlineData("length(Audience),Value", "4,5,1,3,2")]
    public async Task Any_expression_orders(string orderby, string expected) =>
        Assert.Equal(expected, await province.List($"Targets?$orderby={orderby}", "Id"));
}
