using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Platform.OData.Errors;

namespace Platform.OData.Writing;

/// <summary>
/// Holds an answer back while it is small: then it can still be replaced by an error, carries its length and an
/// entity tag made of its content, is not sent again to a client that has it (304), and is refused to a client that
/// wants another version (412). What grows beyond the limit streams on without a tag.
/// </summary>
internal sealed class AnswerBody(HttpResponse response, int limit) : Stream
{
    private readonly Stream target = response.Body;
    private MemoryStream? held = new();

    /// <summary>Whether anything has left: from then on a failure must break the answer off.</summary>
    public bool HasLeft => held is null;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public void Discard()
    {
        held?.SetLength(0);
        Version = null;
        response.Headers.Remove("Preference-Applied");
    }

    /// <summary>The entity tag, where it is known otherwise than from the content.</summary>
    public string? Version { get; set; }

    /// <summary>Sends what is held.</summary>
    public async Task Complete()
    {
        if (held is null)
            return;
        var content = held.GetBuffer().AsMemory(0, (int)held.Length);
        var tag = response.StatusCode == StatusCodes.Status200OK && IsReading ? Tag(content) : null;
        Require(tag);
        held = null;
        if (tag is not null)
        {
            response.Headers.ETag = tag.ToString();
            if (IsKnown(tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.Headers.ContentType = default;
                return;
            }
        }
        if (content.Length > 0)
        {
            response.ContentLength = content.Length;
            await target.WriteAsync(content);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (held is null)
            return target.WriteAsync(buffer, cancellationToken);
        if (held.Length + buffer.Length > limit)
            return Release(buffer, cancellationToken);
        held.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        held is null ? target.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Responses are written asynchronously.");

    public override void Flush()
    {
        // what is held stays held; what has left is flushed by the server
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask Release(ReadOnlyMemory<byte> more, CancellationToken cancel)
    {
        Require(tag: null);
        var content = held!.GetBuffer().AsMemory(0, (int)held.Length);
        held = null;
        await target.WriteAsync(content, cancel);
        await target.WriteAsync(more, cancel);
    }

    // A tag says what a URL holds: what was posted to it decides the answer of a batch.
    private bool IsReading => HttpMethods.IsGet(response.HttpContext.Request.Method) || HttpMethods.IsHead(response.HttpContext.Request.Method);

    private EntityTagHeaderValue Tag(ReadOnlyMemory<byte> content) =>
        new($"\"{Version ?? Base64Url.EncodeToString(SHA256.HashData(content.Span).AsSpan(0, 12))}\"", isWeak: true);

    /// <summary>What has no tag never had one that a client could name.</summary>
    private void Require(EntityTagHeaderValue? tag)
    {
        var wanted = response.HttpContext.Request.Headers.IfMatch;
        if (wanted.Count == 0 || response.StatusCode != StatusCodes.Status200OK || !IsReading)
            return;
        if (!EntityTagHeaderValue.TryParseList(wanted, out var tags)
            || !tags.Any(each => each.Equals(EntityTagHeaderValue.Any) || (tag is not null && each.Compare(tag, useStrongComparison: false))))
            throw new FaultException(ODataFaults.Changed, "If-Match", wanted.ToString(), wanted.ToString());
    }

    private bool IsKnown(EntityTagHeaderValue tag) =>
        EntityTagHeaderValue.TryParseList(response.HttpContext.Request.Headers.IfNoneMatch, out var known)
        && known.Any(each => each.Equals(EntityTagHeaderValue.Any) || each.Compare(tag, useStrongComparison: false));
}
