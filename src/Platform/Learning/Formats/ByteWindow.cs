using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>A part of a stream that moves forward over it: what was read and not yet used, contiguous, however the bytes arrive.</summary>
internal sealed class ByteWindow(Stream source)
{
    private byte[] buffer = new byte[RowReader.LongestRow];
    private int start, end;
    private Task<int>? reading;

    /// <summary>What was read and not yet used.</summary>
    internal ReadOnlySpan<byte> Rest => buffer.AsSpan(start, end - start);

    /// <summary>Nothing comes after <see cref="Rest"/>.</summary>
    internal bool Ended { get; private set; }

    /// <summary>Where <see cref="Rest"/> begins in the stream.</summary>
    internal long Position { get; private set; }

    /// <summary>Uses up bytes of <see cref="Rest"/>.</summary>
    internal void Advance(int count)
    {
        start += count;
        Position += count;
    }

    /// <summary>Uses up all of <see cref="Rest"/> but its first byte.</summary>
    internal void KeepFirst()
    {
        buffer[end - 1] = buffer[start];
        Advance(end - 1 - start);
    }

    /// <summary>Reads on. False when nothing came within the patience given; the read goes on and the next call takes it up.</summary>
    internal async ValueTask<bool> More(TimeSpan? patience, CancellationToken cancellation)
    {
        if (reading is null)
        {
            Rest.CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            reading = source.ReadAsync(buffer.AsMemory(end), cancellation).AsTask();
        }

        if (patience is { } wait && !reading.IsCompleted && await Task.WhenAny(reading, Task.Delay(wait, cancellation)) != reading)
            return false;
        var count = await reading;
        reading = null;
        end += count;
        Ended = count == 0;
        return true;
    }

    /// <summary>Passes over a byte-order mark; refuses UTF-16, which Excel's «Unicode text» is.</summary>
    internal async Task SkipMark(CancellationToken cancellation)
    {
        while (Rest.Length < 3 && !Ended)
            await More(null, cancellation);
        if (Rest.StartsWith("\uFEFF"u8))
            Advance(3);
        else if (Rest.Length > 1 && Rest[0] is 0xFE or 0xFF && Rest[1] is 0xFE or 0xFF)
            throw new ProblemException(Problems.NotUtf8, new Explanation("Hãy lưu tệp dạng UTF-8.", "Save the file as UTF-8."));
    }
}
