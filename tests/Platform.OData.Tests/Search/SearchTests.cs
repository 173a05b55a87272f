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
    [InlineData("ha", "")]
    [InlineData("kh", "")]
    [InlineData("kh*", "")]
    [InlineData("\"son kha\"", "")]
    [InlineData("son AND kha", "05953")]
    [InlineData("\"a son\"", "")]
    [InlineData("05953", "")]
    [InlineData("kha OR bay", "05953,23317")]
    [InlineData("ngai AND NOT kha", "51")]
    public async Task Search_finds_whole_words_whatever_their_case_and_marks(string search, string expected) =>
        Assert.Equal(expected, await province.List($"Localities?$search={Uri.EscapeDataString(search)}&$orderby=Id", "Code"));
}
