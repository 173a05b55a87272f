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
    // How far a compressed body is read on to find out whether it is damaged.
    private const int MostReadOn = 16 * 1024 * 1024;

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
        app.Use((context, next) => MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.Charset.HasValue && type.Encoding is null
            ? throw new ProblemException(Problems.UnsupportedMediaType)
            : next(context));
        app.Use((context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes(context) is { } limit
                && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = limit;
            return next(context);
        });
        app.Use((context, next) =>
        {
            if (context.Request.Headers.ContentEncoding.Count > 0)
                context.Features.Set(new Folded());
            return next(context);
        });
        app.UseRequestDecompression();
        app.Use(async (context, next) =>
        {
            if (context.Request.Headers.ContentEncoding.Count == 0)
            {
                try
                {
                    await next(context);
                }
                catch (Exception failure) when (context.Features.Get<Folded>() is not null && ProblemWriter.IsRefusal(failure))
                {
                    throw await context.Cause(failure);
                }

                return;
            }

            context.Response.Headers[HeaderNames.AcceptEncoding] = "gzip, br";
            throw new ProblemException(Problems.UnknownCoding);
        });
    }

    /// <summary>
    /// Why a body could not be understood: damaged compressed data may unfold to other text before the codec notices, so the rest is read
    /// first; if that fails, the damage is the cause.
    /// </summary>
    internal static async Task<Exception> Cause(this HttpContext context, Exception failure)
    {
        if (context.Features.Get<Folded>() is null)
            return failure;
        try
        {
            var rest = new byte[64 * 1024];
            for (int count, all = 0; all < MostReadOn && (count = await context.Request.Body.ReadAsync(rest, context.RequestAborted)) > 0;)
                all += count;
            return failure;
        }
        catch (ProblemException damaged)
        {
            return damaged;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            return failure; // longer than allowed, or gone
        }
    }

    private sealed record Folded;

    private sealed class Gzip : IDecompressionProvider
    {
        public Stream GetDecompressionStream(Stream stream) => new Unfolding(new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true));
    }

    private sealed class Brotli : IDecompressionProvider
    {
        public Stream GetDecompressionStream(Stream stream) => new Unfolding(new BrotliStream(stream, CompressionMode.Decompress, leaveOpen: true));
    }

    // Damaged data is the sender's fault, whichever exception the codec has for it.
    private sealed class Unfolding(Stream inner) : ReadingStream
    {
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

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
