using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Tests.Analytics;

/// <summary>Requests of one shape share a plan: only what was written in them differs, and who asks.</summary>
public sealed class PlanReuseTests(World world)
{
    [Theory]
    [InlineData("Communes('{0}')?$select=Code", "05953", "05830")]
    [InlineData("Communes?$filter=Code eq '{0}'&$select=Code", "05953", "05830")]
    [InlineData("Communes?$filter=contains(Code,'{0}') or startswith(Code,'{0}')&$select=Code", "05953", "05830")]
    [InlineData("Communes?$apply=filter(Code eq '{0}')/groupby((Code))", "05953", "05830")]
    [InlineData("Communes?$filter=Code in ('{0}')&$select=Code", "05953", "05830")]
    [InlineData("Provinces?$filter=Communes/any(c:c/Code eq '{0}')&$select=Code&$expand=Communes($filter=Code eq '{0}';$select=Code)", "05953", "05830")]
    public async Task Each_answer_is_about_its_own_literal(string url, string one, string other)
    {
        using var client = await world.As("thaiNguyenViewer");
        foreach (var code in (string[])[one, other, one, other])
        {
            var answer = (await client.Read("/odata/" + url.Replace("{0}", code, StringComparison.Ordinal))).ToJsonString();
            Assert.Contains(code, answer, StringComparison.Ordinal);
            Assert.DoesNotContain(code == one ? other : one, answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_property_names_the_key_that_was_asked_for()
    {
        using var client = await world.As("thaiNguyenViewer");
        foreach (var path in (string[])["Communes('05953')/Name", "Communes('05830')/Name", "Communes('05953')/Province/Name", "Communes('05953')/Name"])
            Assert.EndsWith($"/odata/$metadata#{path}", (await client.Read($"/odata/{path}")).Text("@odata.context"), StringComparison.Ordinal);
        foreach (var plan in await client.Rows("/odata/Plans?$select=Id&$top=2"))
            Assert.EndsWith($"#Plans({plan.Text("Id")})/Title", (await client.Read($"/odata/Plans({plan.Text("Id")})/Title")).Text("@odata.context"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_who_take_turns_with_one_question_see_their_own_rows()
    {
        using var khaSon = await world.As("khaSonAdmin");
        using var hoaLac = await world.As("hoaLacAdmin");
        using var province = await world.As("thaiNguyenViewer");
        using var nation = await world.As("operator");
        const string question = "/odata/Tasks?$apply=filter(PlanStatus eq 'Issued')/groupby((LocalityCode))";
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.Equal(["05953"], await Codes(khaSon));
            Assert.Equal(["09988"], await Codes(hoaLac));
            Assert.Contains("05953", await Codes(province));
            Assert.DoesNotContain("09988", await Codes(province));
            Assert.Contains("09988", await Codes(nation));
        }

        async Task<List<string>> Codes(HttpClient client) => [.. (await client.Rows(question)).Select(row => row.Text("LocalityCode")!)];
    }

    [Fact]
    public async Task A_quote_within_a_literal_stays_within_it()
    {
        using var client = await world.As("khaSonAdmin");
        var all = (await client.Read("/odata/Tasks?$filter=Number ne 'x'&$count=true&$top=0")).Number("@odata.count");
        Assert.True(all > 0);
        Assert.Equal(0, (await client.Read("/odata/Tasks?$filter=Number eq 'x'' or ''1'' eq ''1'&$count=true&$top=0")).Number("@odata.count"));
        Assert.Equal(all, (await client.Read("/odata/Tasks?$filter=Number ne 'x'' or ''1'' eq ''1'&$count=true&$top=0")).Number("@odata.count"));
    }

    [Fact]
    public async Task Pages_and_counts_of_one_shape_follow_their_literal()
    {
        using var client = await world.As("thaiNguyenViewer");
        foreach (var code in (string[])["05953", "19", "05953"])
        {
            var rows = new List<JsonObject>();
            var page = await client.Read($"/odata/Tasks?$filter=LocalityCode eq '{code}'&$count=true&$select=Id,LocalityCode&$top=45");
            var count = page.Number("@odata.count");
            using var paged = new HttpRequestMessage(HttpMethod.Get, $"/odata/Tasks?$filter=LocalityCode eq '{code}'&$select=Id,LocalityCode");
            paged.Headers.Add("Prefer", "maxpagesize=20");
            using var first = await client.SendAsync(paged, TestContext.Current.CancellationToken);
            var next = await first.Body(HttpStatusCode.OK);
            rows.AddRange(next["value"]!.AsArray().Select(row => row!.AsObject()));
            while (next["@odata.nextLink"]?.GetValue<string>() is { } link)
            {
                next = await client.Read(new Uri(link).PathAndQuery);
                rows.AddRange(next["value"]!.AsArray().Select(row => row!.AsObject()));
            }

            Assert.Equal(count, rows.Select(row => row.Text("Id")).Distinct().Count());
            Assert.All(rows, row => Assert.Equal(code, row.Text("LocalityCode")));
        }
    }

    [Fact]
    public async Task Versions_and_forms_of_one_question_are_answered_as_asked()
    {
        using var client = await world.As("thaiNguyenViewer");
        for (var turn = 0; turn < 2; turn++)
        {
            Assert.Equal("4.0", await Version("4.0", "minimal"));
            Assert.Equal("4.01", await Version("4.01", "minimal"));
            Assert.Equal("4.0", await Version("4.0", "full"));
            Assert.Equal("4.01", await Version("4.01", "none"));
        }

        async Task<string> Version(string most, string metadata)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/odata/Communes('05953')?$expand=Province");
            request.Headers.Add("OData-MaxVersion", most);
            request.Headers.Add("Accept", $"application/json;odata.metadata={metadata}");
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var body = await answer.Body(HttpStatusCode.OK);
            Assert.Equal(metadata != "none", body.ContainsKey("@odata.context"));
            Assert.Equal(metadata == "full", body.ContainsKey("@odata.id"));
            Assert.Equal("Thái Nguyên", body["Province"]!["Name"]!.GetValue<string>());
            return answer.Headers.GetValues("OData-Version").Single();
        }
    }

    [Fact]
    public async Task What_was_wrong_once_stays_wrong_and_says_where()
    {
        using var client = await world.As("thaiNguyenViewer");
        for (var turn = 0; turn < 2; turn++)
        {
            using var answer = await client.Send(HttpMethod.Get, $"/odata/Communes?$filter=Codes eq '0595{turn}'");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("Code", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }
}
