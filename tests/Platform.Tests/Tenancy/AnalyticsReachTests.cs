using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Platform.Tests.Tenancy;

/// <summary>Each caller sees its own reach through every entity set and every way into it; made from $metadata, so new sets are tried too.</summary>
public sealed partial class AnalyticsReachTests(World world)
{
    private static readonly XNamespace Edm = "http://docs.oasis-open.org/odata/ns/edm";

    // Sets and navigations that show public lists.
    private static readonly string[] Public = ["Provinces", "Communes", "Localities", "Courses"];

    public static TheoryData<string> Callers => ["khaSonAdmin", "hoaLacAdmin", "thaiNguyenViewer", "thaiNguyenManager"];

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Every_entity_set_shows_rows_of_the_callers_reach_only(string caller)
    {
        using var client = await world.As(caller);
        var (sets, _) = await Model(client);
        var reach = await Reach(caller);
        foreach (var set in sets.Except(Public))
        {
            var codes = (await client.Rows($"/odata/{set}?$apply=groupby((LocalityCode),aggregate($count as N))")).Select(r => r.Text("LocalityCode")!).ToList();
            Assert.True(codes.Count > 0, $"{set} shows {caller} nothing, which proves nothing.");
            Assert.True(codes.TrueForAll(c => Within(set, c, caller, reach)), $"{set} shows {caller} the localities {string.Join(", ", codes.Except(reach))}.");
        }
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Counts_and_aggregates_count_the_callers_reach_only(string caller)
    {
        using var client = await world.As(caller);
        using var all = await world.As("operator");
        var (sets, _) = await Model(client);
        var reach = await Reach(caller);
        foreach (var set in sets.Except(Public))
        {
            if (set == "Plans")
                continue; // drafts and the superior's header make their count another one; they have tests of their own
            decimal expected;
            (decimal?, string, decimal?) counted;
            do // until no other test wrote meanwhile
            {
                expected = await Expected(set);
                counted = ((await client.Rows($"/odata/{set}?$apply=aggregate($count as N)"))[0].Number("N"),
                    await client.GetStringAsync(new Uri($"/odata/{set}/$count", UriKind.Relative), TestContext.Current.CancellationToken),
                    (await client.Read($"/odata/{set}?$count=true&$top=0")).Number("@odata.count"));
            }
            while (expected != await Expected(set));

            Assert.Equal((expected, $"{expected}", expected), counted);
        }

        async Task<decimal> Expected(string set) => (await all.Rows($"/odata/{set}?$apply=groupby((LocalityCode),aggregate($count as N))"))
            .Where(r => reach.Contains(r.Text("LocalityCode")!)).Sum(r => r.Number("N")!.Value);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Every_expanded_navigation_shows_rows_of_the_callers_reach_only(string caller)
    {
        using var client = await world.As(caller);
        var (_, navigations) = await Model(client);
        var reach = await Reach(caller);
        foreach (var (set, navigation, target, _) in navigations.Where(n => !Public.Contains(n.Target)))
        {
            foreach (var row in await client.Rows($"/odata/{set}?$expand={navigation}&$top=300"))
            {
                var related = row[navigation] is JsonArray many ? many.Select(m => m!.AsObject()) : row[navigation] is JsonObject one ? [one] : [];
                Assert.All(related, r => Assert.True(Within(target, r.Text("LocalityCode")!, caller, reach), $"{set}/{navigation} shows {caller} {r.Text("LocalityCode")}."));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task No_question_through_a_navigation_finds_a_row_beyond_the_callers_reach(string caller)
    {
        using var client = await world.As(caller);
        var (_, navigations) = await Model(client);
        var beyond = Beyond(caller);
        var asked = 0;
        foreach (var (set, navigation, _, many) in navigations.Where(n => !Public.Contains(n.Target)))
        {
            var condition = many ? $"{navigation}/any(x:x/LocalityCode eq '{beyond}')" : $"{navigation}/LocalityCode eq '{beyond}'";
            Assert.True((await client.Rows($"/odata/{set}?$filter={condition}&$top=1")).Count == 0, $"{caller}: {set} where {condition}");
            if (many)
                Assert.True((await client.Rows($"/odata/{set}?$filter=not {navigation}/all(x:x/LocalityCode ne '{beyond}')&$top=1")).Count == 0, $"{caller}: {set} all {navigation}");
            else if (!Public.Contains(set))
            {
                await client.Rows($"/odata/{set}?$orderby={navigation}/LocalityCode&$top=1");
                var groups = await client.Rows($"/odata/{set}?$apply=groupby(({navigation}/LocalityCode),aggregate($count as N))");
                Assert.DoesNotContain(groups, g => g[navigation]?["LocalityCode"]?.GetValue<string>() == beyond);
            }

            asked++;
        }

        Assert.True(asked >= 12);
    }

    [Fact]
    public async Task A_row_beyond_the_reach_is_not_found_by_its_key_nor_its_parts()
    {
        using var operators = await world.As("operator");
        using var client = await world.As("khaSonAdmin");
        foreach (var (set, key, parts) in ((string, string, string)[])[("Plans", "Id", "Targets"), ("Tasks", "Id", "Assignments"), ("Agencies", "Id", "Assignments"), ("TargetProgress", "TargetId", "Target")])
        {
            var foreign = (await operators.Rows($"/odata/{set}?$filter=LocalityCode eq '09988'&$top=1"))[0].Text(key);
            foreach (var path in (string[])[$"{set}({foreign})", $"{set}({foreign})/{parts}", $"{set}({foreign})/LocalityCode"])
            {
                using var answer = await client.Send(HttpMethod.Get, $"/odata/{path}");
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task A_next_link_of_one_caller_is_refused_to_another()
    {
        using var viewer = await world.As("thaiNguyenViewer");
        using var admin = await world.As("khaSonAdmin");
        viewer.DefaultRequestHeaders.Add("Prefer", "odata.maxpagesize=2");
        var next = (await viewer.Read("/odata/Targets"))["@odata.nextLink"]!.GetValue<string>();
        using var answer = await admin.Send(HttpMethod.Get, new Uri(next).PathAndQuery);
        Assert.Equal("OD-1006", (await answer.Body(HttpStatusCode.BadRequest))["error"]!["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/odata/Plans/..")]
    [InlineData("/odata/x/%2e%2e/Plans")]
    [InlineData("/odata/$metadata/../Plans")]
    [InlineData("/odata/$metadata/%2e%2e/Plans")]
    [InlineData("/odata//Plans")]
    [InlineData("/ODATA/Plans")]
    [InlineData("/odata/Plans/")]
    [InlineData("/odata/%50lans")]
    [InlineData("/odata/$metadata/Plans")]
    [InlineData("/odata/Plans?$metadata")]
    [InlineData("/odata/$metadata#/../Plans")]
    [InlineData("/odata/Plans/%2e%2e/$metadata/%2e%2e/%2e%2e/odata/Plans")]
    public async Task No_spelling_of_an_address_reads_rows_without_a_token(string target)
    {
        var address = new Uri(world.Instance.Address);
        using var connection = new System.Net.Sockets.TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("\"LocalityCode\"", answer.Replace("Name=\"LocalityCode\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("Plans(", answer, StringComparison.Ordinal);
        if (answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            Assert.Contains(answer.Contains("edmx", StringComparison.Ordinal) ? "<edmx:Edmx" : "\"kind\":\"EntitySet\"", answer, StringComparison.Ordinal);
    }

    private static bool Within(string set, string code, string caller, HashSet<string> reach) =>
        reach.Contains(code) || (set == "Plans" && caller == "khaSonAdmin" && code == "19");

    private async Task<HashSet<string>> Reach(string caller)
    {
        using var client = world.Anonymous();
        return caller switch
        {
            "khaSonAdmin" => ["05953"],
            "hoaLacAdmin" => ["09988"],
            _ => [.. (await client.Rows("/v1/localities?province=19&limit=500")).Select(l => l.Text("code")!)],
        };
    }

    private static async Task<(List<string> Sets, List<(string Set, string Navigation, string Target, bool Many)> Navigations)> Model(HttpClient client)
    {
        var metadata = XDocument.Parse(await client.GetStringAsync(new Uri("/odata/$metadata", UriKind.Relative), TestContext.Current.CancellationToken));
        var sets = metadata.Descendants(Edm + "EntitySet").ToDictionary(s => s.Attribute("EntityType")!.Value.Split('.')[^1], s => s.Attribute("Name")!.Value);
        var navigations = from type in metadata.Descendants(Edm + "EntityType")
                          from navigation in type.Elements(Edm + "NavigationProperty")
                          let target = navigation.Attribute("Type")!.Value
                          select (sets[type.Attribute("Name")!.Value], navigation.Attribute("Name")!.Value,
                              sets[target.TrimEnd(')').Split('.')[^1]], target.StartsWith("Collection", StringComparison.Ordinal));
        return ([.. sets.Values], [.. navigations]);
    }
}
