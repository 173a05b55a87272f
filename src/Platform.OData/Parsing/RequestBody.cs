using Microsoft.AspNetCore.Http;
using Platform.OData.Binding;

namespace Platform.OData.Parsing;

/// <summary>Reads the body of a batch or of query options that were posted: at most so many bytes.</summary>
internal static class RequestBody
{
    public static async Task<ReadOnlyMemory<byte>> Read(HttpRequest request, int most, string limit)
    {
        var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (var read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted); read > 0;
            read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted))
        {
            content.Write(buffer, 0, read);
            if (content.Length > most)
                throw BindingContext.Limit(limit, most);
        }
        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }
}
