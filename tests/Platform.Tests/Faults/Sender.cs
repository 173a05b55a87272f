using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Tests.Faults;

/// <summary>
/// A vendor that keeps a ledger: which rows it has, and which of them it saw answered. Whatever it saw no answer to it sends again, together
/// with new ones.
/// </summary>
internal sealed class Sender(string name)
{
    private readonly HashSet<string> answered = new(StringComparer.Ordinal);
    private readonly List<string> open = [];
    private int rows;

    /// <summary>Every row that it ever sent.</summary>
    internal IEnumerable<string> All => Enumerable.Range(0, rows).Select(Id);

    internal int Rows => rows;

    /// <summary>The rows that it saw answered as stored.</summary>
    internal IReadOnlyCollection<string> Answered => answered;

    /// <summary>
    /// Streams the open rows and so many new ones, and notes each answer as it comes. True when the stream had its end; false when it
    /// broke off, however it did.
    /// </summary>
    internal async Task<bool> Send(HttpClient vendor, int fresh, Action<int>? heard = null)
    {
        open.AddRange(Enumerable.Range(rows, fresh).Select(Id));
        rows += fresh;
        var (ended, count) = (false, 0);
        await foreach (var line in Answers(vendor, open))
        {
            ended = line.ContainsKey("summary");
            if (!line.ContainsKey("index"))
                continue;
            Assert.True(line.Text("outcome") is "created" or "duplicate", line.ToJsonString());
            answered.Add(line.Text("id")!);
            heard?.Invoke(++count);
        }

        open.RemoveAll(answered.Contains);
        return ended;
    }

    /// <summary>Sends everything again, in one stream that must have its end; the ids of the rows that were new.</summary>
    internal async Task<HashSet<string>> SendAllAgain(HttpClient vendor)
    {
        var (created, duplicates, ended) = (new HashSet<string>(StringComparer.Ordinal), 0, false);
        await foreach (var line in Answers(vendor, [.. All]))
        {
            ended = line.ContainsKey("summary");
            if (!line.ContainsKey("index"))
                continue;
            if (line.Text("outcome") == "created")
                created.Add(line.Text("id")!);
            else
                duplicates += line.Text("outcome") == "duplicate" ? 1 : 0;
        }

        Assert.True(ended);
        Assert.Equal(rows, created.Count + duplicates);
        return created;
    }

    private static async IAsyncEnumerable<JsonObject> Answers(HttpClient vendor, IReadOnlyList<string> ids)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(string.Concat(ids.Select(Line)))) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/completions", UriKind.Relative)) { Content = body };
        HttpResponseMessage? answer = null;
        StreamReader? reader = null;
        try
        {
            while (true)
            {
                string? line;
                try
                {
                    answer ??= await vendor.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                    if (!answer.IsSuccessStatusCode)
                        yield break;
                    reader ??= new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
                    line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    yield break;
                }

                if (line is null)
                    yield break;
                yield return JsonNode.Parse(line)!.AsObject();
            }
        }
        finally
        {
            reader?.Dispose();
            answer?.Dispose();
        }
    }

    private string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"{name}-{number:D6}");

    // Senders share their learners, so that their transactions meet.
    internal static string Line(string id) =>
        $$"""{"id":"{{id}}","learner":{"id":"hv-{{int.Parse(id.AsSpan(id.Length - 6), CultureInfo.InvariantCulture) % 400}}"},"locality":"05953","course":"KNS-CD-01","audience":"Citizens","completedAt":"2026-03-01T08:00:00+07:00"}""" + "\n";
}
