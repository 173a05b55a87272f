using System.Net;
using Platform.Http;

namespace Platform.Tests.Analytics;

/// <summary>What is refused before the OData service sees it still comes in the form that its clients read, under the number of this server.</summary>
public sealed class RefusalTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/odata/Plans")]
    [InlineData("GET", "/odata/Plans/$count")]
    [InlineData("POST", "/odata/$batch")]
    [InlineData("GET", "/odata/audit/Entries")]
    public async Task Who_has_not_signed_in_reads_an_OData_error(string method, string path)
    {
        using var client = world.Anonymous();
        foreach (var (version, language, words) in ((string, string, string)[])[("4.01", "vi", "Cần mã truy cập"), ("4.0", "en", "access token")])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
            request.Headers.Add("OData-MaxVersion", version);
            request.Headers.Add("Accept-Language", language);
            if (method == "POST")
                request.Content = new StringContent("""{"requests":[{"id":"1","method":"GET","url":"Plans"}]}""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await client.SendAsync(request, Cancellation);
            var error = (await answer.Body(HttpStatusCode.Unauthorized))["error"]!.AsObject();
            Assert.Equal((Problems.NotSignedIn.Code, version, language), (error.Text("code"), Assert.Single(answer.Headers.GetValues("OData-Version")), Assert.Single(answer.Content.Headers.ContentLanguage)));
            Assert.Contains(words, error.Text("message"), StringComparison.Ordinal);
            Assert.Equal(["Bearer", "Basic"], answer.Headers.WwwAuthenticate.Select(w => w.Scheme));
        }
    }

    [Fact]
    public async Task Who_may_not_read_reads_an_OData_error()
    {
        using var vendor = await world.As("sampleVendor");
        await vendor.Send(HttpMethod.Get, "/odata/Plans").Problem(Problems.NotAllowed);
    }

    [Fact]
    public async Task An_address_that_is_too_long_is_told_the_way_around()
    {
        using var client = await world.As("thaiNguyenViewer");
        var options = $"$select=Code&$top=1&$filter=Name ne '{new string('a', 9000)}'";
        var refused = await client.Send(HttpMethod.Get, "/odata/Communes?" + options).Problem(Problems.AddressTooLong);
        Assert.Contains("/$query", refused.Text("message"), StringComparison.Ordinal);
        await client.Send(HttpMethod.Get, $"/v1/localities?search={new string('a', 9000)}").Problem(Problems.AddressTooLong);
        using var text = new StringContent(options, System.Text.Encoding.UTF8, "text/plain");
        using var answer = await client.PostAsync(new Uri("/odata/Communes/$query", UriKind.Relative), text, Cancellation);
        Assert.Single((await answer.Body(HttpStatusCode.OK))["value"]!.AsArray());
    }
}
