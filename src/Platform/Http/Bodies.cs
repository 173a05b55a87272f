using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.RequestDecompression;
using Microsoft.Net.Http.Headers;

namespace Platform.Http;

/// <summary>How long an endpoint's body may be; declared beside the route where the general limit does not fit.</summary>
public sealed record BodyLimit(Func<HttpContext, long?> Bytes);

/// <summary>Request bodies: their limits, and their compression. The limit holds for what is sent and for what it unfolds to.</summary>
public static class Bodies
{
    /// <summary>Accepts <c>Content-Encoding: gzip</c> and <c>br</c>.</summary>
    public static void AddBodies(this IServiceCollection services) => services.AddRequestDecompression(options =>
    {
        options.DecompressionProviders.Clear();
        options.DecompressionProviders.Add("gzip", new Gzip());
        options.DecompressionProviders.Add("br", new Brotli());
    });

    /// <summary>Applies limits, then decompresses; a coding that is not known is refused.</summary>
    public static void UseBodies(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes(context) is { } limit
                && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = limit;
            return next(context);
        });
        app.UseRequestDecompression();
        app.Use((context, next) =>
        {
            if (context.Request.Headers.ContentEncoding.Count == 0)
                return next(context);
            context.Response.Headers[HeaderNames.AcceptEncoding] = "gzip, br";
            throw new ProblemException(Problems.UnknownCoding);
        });
    }

    private sealed class Gzip : IDecompressionProvider
    {
        public Stream GetDecompressionStream(Stream stream) => new Unfolding(new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true));
    }

    private sealed class Brotli : IDecompressionProvider
    {
        public Stream GetDecompressionStream(Stream stream) => new Unfolding(new BrotliStream(stream, CompressionMode.Decompress, leaveOpen: true));
    }

    // Damaged data is the sender's fault, whichever exception the codec has for it.
    private sealed class Unfolding(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
            {
                throw new ProblemException(Problems.DamagedBody);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
