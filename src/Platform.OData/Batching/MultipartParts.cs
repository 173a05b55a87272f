using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Platform.OData.Errors;

namespace Platform.OData.Batching;

/// <summary>The multipart batch format: each part an HTTP message of its own, change sets nested one level deep.</summary>
internal sealed class MultipartParts(HttpResponse response) : IPartWriter
{
    private const int MostHeaders = 64;

    private readonly string boundary = "batch_" + Guid.NewGuid().ToString("N");

    public static async Task<IReadOnlyList<BatchPart>> Read(ReadOnlyMemory<byte> content, string? contentType, int most)
    {
        var parts = new List<BatchPart>();
        try
        {
            await Read(new MemoryStream(content.ToArray()), contentType, group: null, parts, most);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException)
        {
            throw Wrong("không đọc được các phần: sai dấu phân cách (boundary), hoặc nội dung bị cắt", $"the parts cannot be read: {error.Message}");
        }
        return parts;
    }

    public Task Start()
    {
        response.ContentType = $"multipart/mixed;boundary={boundary}";
        return Task.CompletedTask;
    }

    public async Task Write(PartAnswer answer)
    {
        var head = new StringBuilder($"--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
        if (answer.Part.Id is { } id)
            head.Append("Content-ID: ").Append(id).Append("\r\n");
        head.Append("\r\nHTTP/1.1 ").Append(answer.Status).Append(' ').Append(ReasonPhrases.GetReasonPhrase(answer.Status)).Append("\r\n");
        foreach (var (name, value) in answer.Headers)
            head.Append(name).Append(": ").Append(value.ToString()).Append("\r\n");
        await response.WriteAsync(head.Append("\r\n").ToString());
        await response.BodyWriter.WriteAsync(answer.Body);
        await response.WriteAsync("\r\n");
    }

    public Task End() => response.WriteAsync($"--{boundary}--\r\n");

    private static async Task Read(Stream content, string? contentType, string? group, List<BatchPart> parts, int most)
    {
        var boundary = MediaTypeHeaderValue.TryParse(contentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString() : "";
        if (boundary.Length is 0 or > 200)
            throw Wrong("boundary");
        var reader = new MultipartReader(boundary, content) { HeadersCountLimit = MostHeaders };
        for (var section = await reader.ReadNextSectionAsync(); section is not null; section = await reader.ReadNextSectionAsync())
        {
            if (parts.Count > most)
                return;
            var id = section.Headers?.TryGetValue("Content-ID", out var given) == true ? given.ToString() : null;
            if (section.ContentType?.StartsWith("multipart/mixed", StringComparison.OrdinalIgnoreCase) == true && group is null)
                await Read(section.Body, section.ContentType, "changeset" + parts.Count, parts, most);
            else
                parts.Add(Part(await section.ReadAsStringAsync(), id, group));
        }
    }

    private static BatchPart Part(string message, string? id, string? group)
    {
        var lines = message.TrimStart('\r', '\n').Split('\n');
        var request = lines[0].Trim();
        var (first, last) = (request.IndexOf(' ', StringComparison.Ordinal), request.LastIndexOf(' '));
        if (last <= first || !request[last..].StartsWith(" HTTP/1.", StringComparison.Ordinal))
            throw Wrong(request.Length > 100 ? request[..100] : request);
        var (method, url) = (request[..first], request[(first + 1)..last].Trim()); // some clients leave the spaces of a filter as they are
        var headers = new HeaderDictionary();
        foreach (var line in lines.Skip(1).Select(line => line.TrimEnd('\r')).TakeWhile(line => line.Length > 0).Take(MostHeaders))
            if (line.Split(':', 2) is [var name, var value] && name.Length > 0)
                headers.Append(name.Trim(), value.Trim());
        return new BatchPart(id ?? (headers.TryGetValue("Content-ID", out var inner) ? inner.ToString() : null), method, url) { Headers = headers, Group = group };
    }

    private static FaultException Wrong(string detail) => Wrong(detail, detail);

    private static FaultException Wrong(string vi, string en) => new(ODataFaults.BadBatch, "$batch", vi, en);
}
