using System.Net;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Batch;

public sealed class MultipartBatchTests(Province province)
{
    private const string Type = "multipart/mixed; boundary=\"b-1\"";

    private static string Part(string request, string? id = null) =>
        $"--b-1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{(id is null ? "" : $"Content-ID: {id}\r\n")}\r\n{request.Replace("\n", "\r\n", StringComparison.Ordinal)}\r\n\r\n";

    private async Task<string> Answer(string body, params (string Name, string Value)[] headers)
    {
        using var response = await province.Post("$batch", body + "--b-1--\r\n", Type, headers);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Every_part_is_an_http_message()
    {
        using var response = await province.Post("$batch", Part("GET Targets(4)?$select=Value HTTP/1.1\nAccept: application/json;odata.metadata=none") + Part("GET Targets/$count HTTP/1.1", "7") + "--b-1--\r\n", Type);
        Assert.Equal("multipart/mixed", response.Content.Headers.ContentType!.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("HTTP/1.1 200 OK\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\n{\"Value\":50.1}\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Content-ID: 7\r\n\r\nHTTP/1.1 200 OK", text, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\n5\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("--\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_refers_to_an_earlier_one_by_its_content_id() =>
        Assert.Contains("\r\n\r\nKha Sơn\r\n", await Answer(
            Part("GET Localities(3) HTTP/1.1", "1") + Part("GET $1/Name/$value HTTP/1.1", "2")), StringComparison.Ordinal);

    [Fact]
    public async Task A_change_set_is_refused_and_the_rest_is_answered_on_demand()
    {
        var changes = "--b-1\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nPOST Targets HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{}\r\n--c--\r\n";
        var all = await Answer(changes + Part("GET Targets(1)/Value HTTP/1.1"), ("Prefer", "odata.continue-on-error"));
        Assert.Contains("HTTP/1.1 405 Method Not Allowed", all, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 200 OK", all, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 200 OK", await Answer(changes + Part("GET Targets(1)/Value HTTP/1.1")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_may_ask_for_the_answer_in_the_other_format()
    {
        using var json = await province.Post("$batch", Part("GET Targets(1) HTTP/1.1", "x") + "--b-1--\r\n", Type, ("Accept", "application/json"));
        Assert.Equal("application/json", json.Content.Headers.ContentType!.MediaType);
        using var multipart = await province.Post("$batch", """{"requests":[{"id":"1","method":"GET","url":"Targets(1)"}]}""", "application/json", ("Accept", "multipart/mixed"));
        Assert.Equal("multipart/mixed", multipart.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("--b-1\r\nContent-Type: application/http\r\n\r\nnonsense\r\n--b-1--\r\n", Type)]
    [InlineData("no boundary in here", Type)]
    [InlineData("--b-1--", "multipart/mixed")]
    public async Task A_malformed_batch_is_refused(string body, string type)
    {
        using var response = await province.Post("$batch", body, type);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("OD-1007", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
