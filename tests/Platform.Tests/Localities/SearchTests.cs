using System.Text;

namespace Platform.Tests.Localities;

public sealed class SearchTests(World world)
{
    [Theory]
    [InlineData("kha son", "05953")]
    [InlineData("KHA SƠN", "05953")]
    [InlineData("  kha   sơn ", "05953")]
    [InlineData("xã kha sơn", "05953")]
    [InlineData("ngok bay", "23317")]
    [InlineData("Ngọk Bay", "23317")]
    [InlineData("NGOK B", "23317")]
    [InlineData("bac thanh mien", "11254")]
    [InlineData("23317", "23317")]
    [InlineData("xa nhon trach", "26485")] // a ward today
    [InlineData("phuong nhon trach", "26485")]
    [InlineData("tinh dong nai", "75")] // a city today
    [InlineData("đắk plô", "23344")]
    public async Task Search_ignores_diacritics_and_case_and_knows_former_kinds(string search, string code) => Assert.Contains(code, await Found(search));

    [Fact]
    public async Task Decomposed_and_composed_words_find_the_same()
    {
        Assert.Equal(["05953"], await Found("Kha Sơn".Normalize(NormalizationForm.FormD)));
        Assert.Equal(["05953"], await Found("Kha Sơn".Normalize(NormalizationForm.FormC)));
    }

    [Theory]
    [InlineData("Hòa Lạc")]
    [InlineData("Hoà Lạc")]
    [InlineData("hoa lac")]
    public async Task Where_the_tone_mark_stands_does_not_matter_and_both_communes_are_found(string search) =>
        Assert.Superset(new HashSet<string> { "09988", "30430" }, (await Found(search)).ToHashSet());

    [Theory]
    [InlineData("Phó Bảng")]
    [InlineData("Phố Bảng")]
    public async Task A_commune_is_found_by_its_former_and_its_present_name(string search) => Assert.Equal(["00745"], await Found(search));

    [Theory]
    [InlineData("ha son lac")]
    [InlineData("gok bay")]
    [InlineData("không có đâu")]
    [InlineData("%")]
    [InlineData("_")]
    public async Task Words_that_no_name_begins_find_nothing(string search) => Assert.Empty(await Found(search));

    [Fact]
    public async Task A_province_narrows_the_search() => Assert.Equal(["09988"], await Found("hoa lac", "&province=01"));

    private async Task<List<string>> Found(string search, string more = "")
    {
        using var client = world.Anonymous();
        var page = (await client.Ask("GET", $"/v1/localities?search={Uri.EscapeDataString(search)}&limit=500{more}")).Body!;
        return [.. page["items"]!.AsArray().Select(c => c!["code"]!.ToString())];
    }
}
