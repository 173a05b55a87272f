using System.IO.Compression;
using System.Net;
using System.Text.Json;

namespace Vendor;

public static class Streaming
{
    // One JSON object per line, as many as you like; each line is answered once it is stored.
    public static async Task Stream(HttpClient platform, Action<string> print)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/completions", UriKind.Relative)) { Content = new Rows() };
        using var answer = await platform.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            using var row = JsonDocument.Parse(line);
            print(row.RootElement.TryGetProperty("outcome", out var outcome) ? $"{row.RootElement.GetProperty("id")} {outcome}" : line);
        }
    }

    private sealed class Rows : HttpContent
    {
        public Rows()
        {
            Headers.ContentType = new("application/x-ndjson");
            Headers.ContentEncoding.Add("gzip");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await using var small = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
            for (var n = 1; n <= 3; n++)
            {
                await JsonSerializer.SerializeAsync(small, new
                {
                    id = $"luong/hv-{n}",
                    learner = new { id = $"hv-{n}" },
                    locality = "05953",
                    course = "KNS-CD-01",
                    audience = "Citizens",
                    completedAt = "2026-03-02T08:00:00+07:00",
                });
                await small.WriteAsync("\n"u8.ToArray());
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
