using System.Buffers;

namespace Platform.Learning;

/// <summary>
/// The answer to a stream, which is written while the stream is still read. Many clients read nothing before they have sent everything: to
/// wait for them would stop both sides for ever, so what they do not read yet waits in memory, and beyond a megabyte in a temporary file.
/// </summary>
internal sealed class AnswerSpool(Stream body, long mostWaiting, CancellationToken cancellation) : IAsyncDisposable
{
    private const int InMemory = 1024 * 1024;
    private readonly Lock gate = new();
    private readonly SemaphoreSlim signal = new(0), drained = new(0);
    private ArrayBufferWriter<byte> waiting = new(), writing = new();
    private FileStream? file;
    private long written, read;
    private bool ended;
    private Task? pump;

    /// <summary>Adds to the answer; waits only when too much of it waits already.</summary>
    internal async Task Append(ReadOnlyMemory<byte> bytes)
    {
        while (written - Volatile.Read(ref read) > mostWaiting)
            await drained.WaitAsync(TimeSpan.FromSeconds(1), cancellation);
        lock (gate)
        {
            if (written > read || waiting.WrittenCount + bytes.Length > InMemory)
                Overflow(bytes.Span);
            else
                waiting.Write(bytes.Span);
        }

        pump ??= Task.Run(Pump, CancellationToken.None);
        signal.Release();
    }

    /// <summary>Waits until the client has all of it.</summary>
    internal async Task End()
    {
        ended = true;
        signal.Release();
        try
        {
            await (pump ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            // The client is gone; what was stored stays, and it will send again what it saw no answer to.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        if (file is not null)
            await file.DisposeAsync();
        signal.Dispose();
        drained.Dispose();
    }

    private async Task Pump()
    {
        while (!cancellation.IsCancellationRequested)
        {
            var isLast = ended;
            if (Take())
            {
                await body.WriteAsync(writing.WrittenMemory, cancellation);
                await body.FlushAsync(cancellation);
                writing.ResetWrittenCount();
                if (drained.CurrentCount == 0)
                    drained.Release();
                continue;
            }

            if (isLast)
                return;
            await signal.WaitAsync(cancellation);
        }
    }

    // Memory first: what lies in the file came later.
    private bool Take()
    {
        lock (gate)
        {
            (waiting, writing) = (writing, waiting);
            if (writing.WrittenCount > 0 || file is null || read == written)
                return writing.WrittenCount > 0;
            file.Position = read;
            var count = file.Read(writing.GetSpan((int)Math.Min(256 * 1024, written - read))[..(int)Math.Min(256 * 1024, written - read)]);
            writing.Advance(count);
            read += count;
            if (read == written)
            {
                file.SetLength(0);
                (read, written) = (0, 0);
            }

            return true;
        }
    }

    private void Overflow(ReadOnlySpan<byte> bytes)
    {
        file ??= Nameless();
        file.Position = written;
        file.Write(bytes);
        written += bytes.Length;
    }

    // What a killed server had open has no name any more, and so is gone with it; nobody else may open it meanwhile.
    private static FileStream Nameless()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (OperatingSystem.IsWindows())
            options.Options = FileOptions.DeleteOnClose;
        else
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var opened = new FileStream(Path.Combine(Path.GetTempPath(), $"platform-answer-{Guid.NewGuid():N}"), options);
        if (!OperatingSystem.IsWindows())
            File.Delete(opened.Name);
        return opened;
    }
}
