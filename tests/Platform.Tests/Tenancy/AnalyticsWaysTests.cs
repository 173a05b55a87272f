using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Platform.Tests.Tenancy;

/// <summary>The ways into the figures beside the plain query: computed values, orderings, batches, searches, posted queries, links.</summary>
public sealed partial class AnalyticsReachTests
{
    private const string ByLocality = "$apply=groupby((LocalityCode),aggregate($count as N))";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task No_computed_value_and_no_ordering_tells_of_a_row_beyond_the_callers_reach(string caller)
    {
        using var client = await world.As(caller);
        var (_, navigations) = await Model(client);
        var (reach, beyond) = (await Reach(caller), Beyond(caller));
        var counted = 0;
        foreach (var (set, navigation, target, many) in navigations.Where(n => !Public.Contains(n.Target)))
        {
            if (!many)
            {
                Assert.Empty(await client.Rows($"/odata/{set}?$compute={navigation}/LocalityCode as C&$filter=C eq '{beyond}'&$select=C&$top=1"));
                var ordered = await client.Rows($"/odata/{set}?$orderby={navigation}/LocalityCode desc&$expand={navigation}&$top=20");
                Assert.All(ordered, r => Assert.True(r[navigation] is not JsonObject one || Within(target, one.Text("LocalityCode")!, caller, reach), $"{caller}: {set}/{navigation}"));
                continue;
            }
            if (!Public.Contains(set))
                continue;
            var codes = (await client.Rows($"/odata/{set}?$compute={navigation}/$count as N&$filter=N gt 0&$orderby=N desc&$select=Code,N&$top=500")).Select(r => r.Text("Code")!).ToList();
            Assert.True(codes.TrueForAll(c => Within(target, c, caller, reach)), $"{set}/{navigation} tells {caller} of {string.Join(", ", codes.Except(reach))}.");
            counted += codes.Count;
            var first = (await client.Rows($"/odata/{set}?$orderby={navigation}/$count desc,Code&$select=Code&$top=1"))[0].Text("Code")!;
            Assert.True(codes.Count == 0 || codes.Contains(first), $"{caller}: {set} by {navigation} begins with {first}.");
        }

        Assert.True(counted >= 10);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_batch_shows_rows_of_the_callers_reach_only(string caller)
    {
        using var client = await world.As(caller);
        var sets = (await Model(client)).Sets.Except(Public).ToList();
        var reach = await Reach(caller);
        var requests = new JsonArray([.. sets.Select(set => new JsonObject { ["id"] = set, ["method"] = "GET", ["url"] = $"{set}?{ByLocality}" })]);
        using var sent = await client.Send(HttpMethod.Post, "/odata/$batch", new JsonObject { ["requests"] = requests }.ToJsonString());
        var answers = (await sent.Body(HttpStatusCode.OK))["responses"]!.AsArray();
        Assert.Equal(sets, answers.Select(a => a!["id"]!.ToString()));
        Assert.All(answers, a => Assert.All(a!["body"]!["value"]!.AsArray(), r => Assert.True(Within(a["id"]!.ToString(), r!["LocalityCode"]!.ToString(), caller, reach), $"{caller}: {a["id"]}")));

        var parts = string.Concat(sets.Select(set => $"--b\r\nContent-Type: application/http\r\n\r\nGET {set}?{ByLocality.Replace(" ", "%20", StringComparison.Ordinal)} HTTP/1.1\r\n\r\n\r\n"));
        using var content = new StringContent(parts + "--b--\r\n");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/mixed; boundary=b");
        using var multipart = await client.PostAsync(new Uri("/odata/$batch", UriKind.Relative), content, Cancellation);
        var text = await multipart.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(sets.Count, text.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.DoesNotContain($"\"{Beyond(caller)}\"", text, StringComparison.Ordinal);
        Assert.Contains($"\"{reach.First(c => text.Contains(c, StringComparison.Ordinal))}\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_search_and_a_posted_query_find_rows_of_the_callers_reach_only(string caller)
    {
        using var client = await world.As(caller);
        var reach = await Reach(caller);
        var searched = 0;
        foreach (var set in (await Model(client)).Sets.Except(Public))
        {
            foreach (var options in (string[])[ByLocality, $"$filter=LocalityCode eq '{Beyond(caller)}'&$top=1"])
            {
                using var content = new StringContent(options);
                content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/plain");
                using var posted = await client.PostAsync(new Uri($"/odata/{set}/$query", UriKind.Relative), content, Cancellation);
                var rows = (await posted.Body(HttpStatusCode.OK))["value"]!.AsArray();
                Assert.All(rows, r => Assert.True(Within(set, r!["LocalityCode"]!.ToString(), caller, reach), $"{caller}: {set}/$query?{options}"));
                Assert.Equal(options == ByLocality, rows.Count > 0);
            }

            using var found = await client.Send(HttpMethod.Get, $"/odata/{set}?$apply=search(NOT zzz)/groupby((LocalityCode),aggregate($count as N))");
            if (found.StatusCode == HttpStatusCode.NotImplemented)
                continue;
            var codes = (await found.Body(HttpStatusCode.OK))["value"]!.AsArray().Select(r => r!["LocalityCode"]!.ToString()).ToList();
            Assert.NotEmpty(codes);
            Assert.True(codes.TrueForAll(c => Within(set, c, caller, reach)), $"{caller}: {set}?$search");
            var own = codes.First(reach.Contains);
            searched++;
            if (set is "LegalBases" or "Initiatives" or "ReportingRules" or "Assignments")
                continue; // a plan's or a task's, not a locality's own
            var navigation = set == "TargetProgress" ? "Progress" : set;
            var through = await client.Rows($"/odata/Localities?$filter=Code in ('{own}','{Beyond(caller)}') and {navigation}/$count($search=NOT zzz) gt 0&$select=Code");
            Assert.Equal([own], through.Select(r => r.Text("Code")));
        }

        Assert.True(searched >= 8, $"{searched} sets");
    }

    [Theory]
    [InlineData("khaSonAdmin", "hoaLacAdmin")]
    [InlineData("thaiNguyenViewer", "khaSonAdmin")]
    [InlineData("operator", "thaiNguyenManager")]
    public async Task Links_of_one_caller_are_refused_to_another(string caller, string stranger)
    {
        using var client = await world.As(caller);
        using var other = await world.As(stranger);
        var (reach, nexts, deltas) = (await Reach(caller), 0, 0);
        foreach (var set in (await Model(client)).Sets)
        {
            foreach (var prefer in (string[])["odata.maxpagesize=1", "odata.track-changes"])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/odata/{set}?$top=2", UriKind.Relative));
                if (prefer == "odata.track-changes")
                    request.RequestUri = new Uri($"/odata/{set}", UriKind.Relative);
                request.Headers.TryAddWithoutValidation("Prefer", prefer);
                using var sent = await client.SendAsync(request, Cancellation);
                var answer = await sent.Body(HttpStatusCode.OK);
                if (!Public.Contains(set) && caller != "operator")
                    Assert.All(answer["value"]!.AsArray(), r => Assert.True(Within(set, r!["LocalityCode"]!.ToString(), caller, reach), $"{caller}: {set}"));
                if ((answer["@odata.nextLink"] ?? answer["@odata.deltaLink"])?.ToString() is not { } link)
                    continue;
                _ = answer["@odata.nextLink"] is null ? deltas++ : nexts++;
                using var refused = await other.Send(HttpMethod.Get, new Uri(link).PathAndQuery);
                Assert.Equal("OD-1006", (await refused.Body(HttpStatusCode.BadRequest))["error"]!["code"]!.ToString());
            }
        }

        Assert.True(nexts >= 8 && nexts + deltas >= 12, $"{nexts} next links, {deltas} delta links");
    }

    // A commune that is beyond the reach of each, has rows in every set, and whose code no row within reach carries.
    private static string Beyond(string caller) => caller == "hoaLacAdmin" ? "11254" : "09988";
}
