using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Platform.OData.Errors;
using Platform.OData.Parsing;
using Platform.OData.Writing;

namespace Platform.OData.Batching;

/// <summary>
/// Answers a batch: its parts run one after the other, each like a request of its own with the batch's caller. Stops
/// at the first part that fails unless the client wants to continue. A part that depends on a failed one, or shares
/// a group with one that cannot run, is not run. The service only reads, so every writing part is refused.
/// </summary>
internal sealed class Batch(HttpContext http, ODataOptions options, Func<HttpContext, Task> run)
{
    private readonly Dictionary<string, string> targets = new(StringComparer.Ordinal);
    private readonly HashSet<string> failed = new(StringComparer.Ordinal);

    public async Task Answer(Uri serviceRoot)
    {
        var version = Negotiation.VersionOf(http.Request);
        var preferences = Preferences.Of(http.Request);
        var content = await RequestBody.Read(http.Request, options.MaxBatchBytes, nameof(ODataOptions.MaxBatchBytes));
        var isJson = IsJson(http.Request.ContentType);
        var parts = isJson ? JsonParts.Read(content) : await MultipartParts.Read(content, http.Request.ContentType, options.MaxBatchParts);
        if (parts.Count > options.MaxBatchParts)
            throw Binding.BindingContext.Limit(nameof(ODataOptions.MaxBatchParts), options.MaxBatchParts);
        RequireKnownReferences(parts);
        var broken = parts.Where(part => part.Group is not null && IsWrite(part)).Select(part => part.Group!).ToHashSet(StringComparer.Ordinal);

        IPartWriter writer = AnswersInJson(isJson) ? new JsonParts(http.Response) : new MultipartParts(http.Response);
        AnswerWriter.SetVersion(http.Response, version);
        if (preferences.ContinueOnError is { } asked)
            Preferences.Confirm(http.Response, asked ? "odata.continue-on-error" : "odata.continue-on-error=false");
        await writer.Start();
        foreach (var part in parts)
        {
            var answer = await Answer(serviceRoot, part, broken);
            await writer.Write(answer);
            if (answer.Status < 400)
                continue;
            failed.UnionWith(new[] { part.Id, part.Group }.OfType<string>());
            if (preferences.ContinueOnError != true)
                break;
        }
        await writer.End();
    }

    private async Task<PartAnswer> Answer(Uri serviceRoot, BatchPart part, HashSet<string> broken)
    {
        var child = PartContext.Of(http, part, serviceRoot.AbsolutePath);
        try
        {
            if (part.IsConditional)
                throw FaultException.NotSupported("if");
            if (part.Headers.TryGetValue("Host", out var host) && !host.ToString().Equals(http.Request.Host.ToUriComponent(), StringComparison.OrdinalIgnoreCase))
                throw new FaultException(ODataFaults.UnknownResource, "Host", host.ToString(), host.ToString());
            if (part.DependsOn.FirstOrDefault(failed.Contains) is { } dependency)
                throw new FaultException(ODataFaults.DependencyFailed, dependency, dependency, dependency);
            if (part.Group is { } group && broken.Contains(group) && !IsWrite(part))
                throw new FaultException(ODataFaults.DependencyFailed, group, group, group);
            var target = PartContext.Target(serviceRoot, part.Url, targets);
            if (part.Id is { } id)
                targets[id] = target;
            child = PartContext.Of(http, part, target);
            await run(child);
        }
        catch (FaultException error)
        {
            await ErrorWriter.Write(child, error);
        }
        catch (Exception error) when (options.PartFailed is not null && error is not OperationCanceledException)
        {
            child.Response.Clear();
            await options.PartFailed(child, error);
        }
        // OpenUI5 writes a part's tag into what the part holds, and gives up the whole batch where that is a number.
        if (child.Response.ContentType?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) == true)
            child.Response.Headers.Remove("ETag");
        var body = (MemoryStream)child.Response.Body;
        var length = HttpMethods.IsHead(part.Method) ? 0 : (int)body.Length;
        return new PartAnswer(part, child.Response.StatusCode, child.Response.Headers, body.GetBuffer().AsMemory(0, length));
    }

    private static void RequireKnownReferences(IReadOnlyList<BatchPart> parts)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            if (part.DependsOn.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
                throw new FaultException(ODataFaults.BadBatch, "dependsOn", unknown, unknown);
            known.UnionWith(new[] { part.Id, part.Group }.OfType<string>());
        }
    }

    private bool AnswersInJson(bool asksInJson)
    {
        var accepted = http.Request.GetTypedHeaders().Accept.OrderByDescending(type => type.Quality ?? 1)
            .FirstOrDefault(type => Is(type, "application/json") || Is(type, "multipart/mixed"));
        return accepted is null ? asksInJson : Is(accepted, "application/json");
    }

    private static bool IsJson(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !(Is(type, "application/json") || Is(type, "multipart/mixed")))
            throw new FaultException(ODataFaults.UnknownContent, "Content-Type", contentType ?? "", contentType ?? "");
        return Is(type, "application/json");
    }

    private static bool Is(MediaTypeHeaderValue type, string name) => type.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static bool IsWrite(BatchPart part) => !HttpMethods.IsGet(part.Method) && !HttpMethods.IsHead(part.Method);
}
