using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Tests.Learning;

/// <summary>How tests send completions in formats other than a JSON array.</summary>
internal static class Sending
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Sends a text, compressed when a coding is given.</summary>
    internal static Task<HttpResponseMessage> Post(
        this HttpClient client, string path, string type, string body, string? coding = null, string? accept = null) =>
        client.Post(path, type, Encoding.UTF8.GetBytes(body), coding, accept);

    internal static Task<HttpResponseMessage> Post(
        this HttpClient client, string path, string type, byte[] body, string? coding = null, string? accept = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(Folded(body, coding)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (coding is not null)
            request.Content.Headers.ContentEncoding.Add(coding);
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    /// <summary>Sends NDJSON and reads the stream of answers.</summary>
    internal static async Task<StreamedAnswer> Stream(this HttpClient client, string lines, string? coding = null, string query = "")
    {
        using var answer = await client.Post($"/v1/completions{query}", "application/x-ndjson", lines, coding);
        return await StreamedAnswer.Of(answer);
    }

    internal static byte[] Folded(byte[] body, string? coding)
    {
        if (coding is null or "deflate" or "identity")
            return body;
        using var buffer = new MemoryStream();
        using (Stream folded = coding == "br" ? new BrotliStream(buffer, CompressionLevel.Fastest) : new GZipStream(buffer, CompressionLevel.Fastest))
            folded.Write(body);
        return buffer.ToArray();
    }

    /// <summary>Rows as NDJSON.</summary>
    internal static string Lines(params JsonNode?[] rows) => string.Concat(rows.Select(r => (r?.ToJsonString() ?? "null") + "\n"));
}

/// <summary>The lines of a stream's answer.</summary>
internal sealed record StreamedAnswer(List<JsonObject> Rows, List<JsonObject> Progress, JsonObject? Summary, JsonObject? Problem)
{
    internal string Outcomes => string.Join(' ', Rows.Select(r => r["outcome"]!.GetValue<string>()));

    internal static async Task<StreamedAnswer> Of(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.MediaType);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        return new StreamedAnswer(
            [.. lines.Where(l => l.ContainsKey("index"))], [.. lines.Where(l => l.ContainsKey("progress")).Select(l => l["progress"]!.AsObject())],
            lines[^1]["summary"]?.AsObject(), lines[^1]["problem"]?.AsObject());
    }
}
