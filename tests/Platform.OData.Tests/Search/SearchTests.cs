using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Search;

public sealed class SearchTests(Province province)
{
    [Theory]
    [InlineData("kha", "05953")]
    [InlineData("Ngọk", "23317")]
    [InlineData("\"đại phúc\"", "05830")]
    [InlineData("kha-son", "05953")]
    [InlineData("05953", "")]
    [InlineData("kha OR bay", "05953,23317")]
    [InlineData("ngai AND NOT kha", "51")]
    public async Task Search_ignores_case_and_diacritics(string search, string expected) =>
        Assert.Equal(expected, await province.List($"Localities?$search={Uri.EscapeDataString(search)}&$orderby=Id", "Code"));
}
