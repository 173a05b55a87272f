using System.Text.Json.Nodes;

namespace Platform.Tests.Localities;

/// <summary>The official list: 34 provinces, 3,321 communes, their names with the days they hold.</summary>
public sealed class DirectoryTests(World world)
{
    [Fact]
    public async Task Vietnam_has_34_provinces()
    {
        using var client = world.Anonymous();
        var page = (await client.Ask("GET", "/v1/localities?level=Province&limit=500")).Body!;
        Assert.Equal(34, page["items"]!.AsArray().Count);
        Assert.Null(page["next"]);
        Assert.All(page["items"]!.AsArray(), p => Assert.Matches("^[0-9]{2}$", p!["code"]!.ToString()));
    }

    [Fact]
    public async Task Following_next_visits_each_of_the_3321_communes_once()
    {
        using var client = world.Anonymous();
        var codes = new List<string>();
        for (var next = "/v1/localities?level=Commune&limit=400"; next is not null;)
        {
            var page = (await client.Ask("GET", next)).Body!;
            codes.AddRange(page["items"]!.AsArray().Select(c => c!["code"]!.ToString()));
            next = page["next"]?.ToString();
        }

        Assert.Equal(codes.Count, codes.Distinct().Count());
        Assert.Equal(3321, codes.Count(Newcomers.IsListed));
        Assert.All(codes, c => Assert.Matches("^[0-9]{5}$", c));
    }

    [Fact]
    public async Task A_full_last_page_has_no_next()
    {
        using var client = world.Anonymous();
        var page = (await client.Ask("GET", "/v1/localities?province=19&level=Commune&limit=92")).Body!;
        Assert.Equal(92, page["items"]!.AsArray().Count);
        Assert.Null(page["next"]);
    }

    [Fact]
    public async Task The_address_of_the_next_page_keeps_the_filters()
    {
        using var client = world.Anonymous();
        var first = (await client.Ask("GET", "/v1/localities?province=19&level=Commune&search=phường&limit=3")).Body!;
        var second = (await client.Ask("GET", first["next"]!.ToString())).Body!;
        Assert.Equal(3, second["items"]!.AsArray().Count);
        Assert.All(first["items"]!.AsArray().Concat(second["items"]!.AsArray()), c => Assert.Equal(("19", "Phường"), (c!["provinceCode"]!.ToString(), c["kind"]!.ToString())));
        Assert.Empty(Codes(first).Intersect(Codes(second)));
    }

    [Theory]
    [InlineData("19", 92)]
    [InlineData("79", 168)]
    [InlineData("12", 38)]
    public async Task A_province_counts_and_lists_its_communes(string province, int communes)
    {
        using var client = world.Anonymous();
        var all = (await client.Ask("GET", $"/v1/localities?province={province}&limit=500")).Body!["items"]!.AsArray();
        Assert.Equal(province, all[0]!["code"]!.ToString());
        Assert.Equal(communes + 1, all.Count);
        Assert.Equal(communes, (int)(await client.Ask("GET", $"/v1/localities/{province}")).Body!["communes"]!);
    }

    [Theory]
    [InlineData("25270", "Lộc Ninh")]
    [InlineData("25357", "Tân Khai")]
    [InlineData("25363", "Đồng Phú")]
    [InlineData("26116", "Tân Phú")]
    [InlineData("26170", "Trị An")]
    [InlineData("26248", "Trảng Bom")]
    [InlineData("26326", "Dầu Giây")]
    [InlineData("26368", "Long Thành")]
    [InlineData("26425", "Xuân Lộc")]
    [InlineData("26485", "Nhơn Trạch")]
    public async Task A_commune_of_Dong_Nai_that_became_a_ward_keeps_its_code_and_its_former_kind(string code, string name) =>
        Assert.Equal([$"Xã {name} 2025-07-01..2026-04-29", $"Phường {name} 2026-04-30.."], await Names(code));

    [Fact]
    public async Task Dong_Nai_became_a_city() => Assert.Equal(["Tỉnh Đồng Nai 2025-07-01..2026-04-29", "Thành phố Đồng Nai 2026-04-30.."], await Names("75"));

    [Theory]
    [InlineData("09988", "Xã Hòa Lạc 2025-07-01..2026-04-29", "Xã Hoà Lạc 2026-04-30..")]
    [InlineData("00745", "Xã Phó Bảng 2025-07-01..2026-04-29", "Xã Phố Bảng 2026-04-30..")]
    [InlineData("38", "Tỉnh Thanh Hóa 2025-07-01..2026-04-29", "Tỉnh Thanh Hoá 2026-04-30..")]
    public async Task A_changed_spelling_is_a_name_of_its_own(string code, string before, string after) => Assert.Equal([before, after], await Names(code));

    [Theory]
    [InlineData("05953", "Xã Kha Sơn 2025-07-01..")]
    [InlineData("19", "Tỉnh Thái Nguyên 2025-07-01..")]
    public async Task A_name_that_never_changed_is_one_name(string code, string name) => Assert.Equal([name], await Names(code));

    [Theory]
    [InlineData("/v1/localities/99999")]
    [InlineData("/v1/localities/5953")]
    [InlineData("/v1/localities?province=98")]
    [InlineData("/v1/localities?province=05953")]
    [InlineData("/v1/localities?province=")]
    public async Task An_unknown_locality_is_a_numbered_problem(string path)
    {
        using var client = world.Anonymous();
        (await client.Ask("GET", path)).Refused(404, "PLT-2001");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("501")]
    public async Task A_limit_out_of_range_is_named(string limit)
    {
        using var client = world.Anonymous();
        var answer = await client.Ask("GET", $"/v1/localities?limit={limit}");
        answer.Refused(400, "PLT-1008");
        Assert.Equal(["limit PLT-1204"], answer.Faults);
    }

    [Theory]
    [InlineData("limit=many")]
    [InlineData("limit=99999999999")]
    [InlineData("level=Village")]
    public async Task A_parameter_of_the_wrong_type_is_refused(string query)
    {
        using var client = world.Anonymous();
        (await client.Ask("GET", $"/v1/localities?{query}")).Refused(400, "PLT-1008");
    }

    [Fact]
    public async Task Problems_speak_Vietnamese_unless_English_is_preferred()
    {
        using var client = world.Anonymous();
        Assert.StartsWith("Không có địa phương", (await client.Ask("GET", "/v1/localities/99999", language: null)).Body!["title"]!.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("There is no such locality", (await client.Ask("GET", "/v1/localities/99999", language: "en")).Body!["title"]!.ToString(), StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string>> Names(string code)
    {
        using var client = world.Anonymous();
        var locality = (await client.Ask("GET", $"/v1/localities/{code}")).Body!;
        var names = locality["names"]!.AsArray();
        Assert.Equal((locality["kind"]!.ToString(), locality["name"]!.ToString()), (names[^1]!["kind"]!.ToString(), names[^1]!["name"]!.ToString()));
        return names.Select(n => $"{n!["kind"]} {n["name"]} {n["validFrom"]}..{n["validTo"]}");
    }

    private static IEnumerable<string> Codes(JsonNode page) => page["items"]!.AsArray().Select(c => c!["code"]!.ToString());
}
