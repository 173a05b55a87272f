using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Count;

public sealed class CountTests(Province province)
{
    [Fact]
    public async Task The_count_is_of_all_pages()
    {
        var page = await province.Json("Targets?$count=true&$top=1&$filter=Year eq 2026");
        Assert.Equal(4, (long)page["@odata.count"]!);
        Assert.Single(page["value"]!.AsArray());
    }
}
