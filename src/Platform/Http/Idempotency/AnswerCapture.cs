namespace Platform.Http.Idempotency;

/// <summary>Holds an answer back until it is kept. An answer that outgrows the limit is passed on as it comes, and is not kept.</summary>
internal sealed class AnswerCapture(Stream onward, int limit) : Stream
{
    private readonly MemoryStream held = new();

    /// <summary>True when the answer outgrew the limit.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>What is held back.</summary>
    public ReadOnlyMemory<byte> Held => held.GetBuffer().AsMemory(0, (int)held.Length);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!Overflowed && held.Length + buffer.Length <= limit)
        {
            held.Write(buffer.Span);
            return;
        }

        if (!Overflowed)
        {
            Overflowed = true;
            await onward.WriteAsync(Held, cancellationToken);
            held.SetLength(0);
        }

        await onward.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    // Nothing goes out before it is kept, so a flush waits too.
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Overflowed ? onward.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
