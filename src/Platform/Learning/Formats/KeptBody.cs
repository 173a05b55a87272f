using System.Buffers;

namespace Platform.Learning.Formats;

/// <summary>
/// A body that is stored in pieces although it is answered as a whole. Until its turn comes it is the bytes that it came as: rows of thousands
/// that wait as objects would be looked at by every garbage collection, in everybody's time.
/// </summary>
internal sealed class KeptBody : IDisposable
{
    private byte[] bytes;
    private int length;

    private KeptBody(int size) => bytes = ArrayPool<byte>.Shared.Rent(size);

    internal static async Task<KeptBody> Read(Stream body, long? size, CancellationToken cancellation)
    {
        var kept = new KeptBody((int)Math.Clamp((size ?? 0) + 1, RowReader.LongestRow, 16 * 1024 * 1024));
        try
        {
            while (await body.ReadAsync(kept.bytes.AsMemory(kept.length), cancellation) is > 0 and var count)
                if ((kept.length += count) == kept.bytes.Length)
                    kept.Grow();
            return kept;
        }
        catch
        {
            kept.Dispose();
            throw;
        }
    }

    /// <summary>Whether it has more rows than these; throws what reading it to its end would throw, before any of it is stored.</summary>
    internal async Task<bool> HasMoreThan(int most, RowFormat format, CancellationToken cancellation)
    {
        var text = bytes.AsSpan(0, length);
        if (format == RowFormat.Json)
            return JsonArrayRows.Count(text) > most;
        if (text.Count((byte)'\n') < most)
            return false;
        var (reader, rows) = (Open(format), 0);
        while (rows <= most && await reader.Next(1_000, cancellation) is { Count: > 0 } some)
            rows += some.Count;
        return rows > most;
    }

    internal RowReader Open(RowFormat format) => RowFormats.Reader(format, new MemoryStream(bytes, 0, length, writable: false), TableColumns.Of);

    public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);

    private void Grow()
    {
        var more = ArrayPool<byte>.Shared.Rent(bytes.Length * 2);
        bytes.AsSpan(0, length).CopyTo(more);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = more;
    }
}
