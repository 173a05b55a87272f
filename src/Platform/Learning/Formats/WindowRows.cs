namespace Platform.Learning.Formats;

/// <summary>A reader of rows that follow each other in a text.</summary>
internal abstract class WindowRows(Stream body) : RowReader
{
    // Rows that are there are answered when no more come for a while: a slow sender need not fill a chunk first.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private bool begun;

    internal override long Position => Window.Position;

    private protected ByteWindow Window { get; } = new(body);

    /// <summary>The line on which the next row begins, from 1.</summary>
    private protected int Line { get; private set; } = 1;

    /// <summary>What comes up to the next line is the rest of a row that was refused.</summary>
    private protected bool Skipping { get; set; }

    /// <summary>Nothing is left to read.</summary>
    private protected bool Done { get; set; }

    internal override async Task Resume(long position, int index, CancellationToken cancellation)
    {
        // Read over, not leapt over: lines are counted.
        await Begin(cancellation);
        while (Window.Position < position && (Window.Rest.Length > 0 || (!Window.Ended && await Window.More(null, cancellation))))
        {
            var count = (int)Math.Min(Window.Rest.Length, position - Window.Position);
            Skipping = Window.Rest[count - 1] != (byte)'\n';
            Advance(count);
        }

        Index = index;
    }

    private protected override async ValueTask Fill(List<ReadRow> rows, int most, CancellationToken cancellation)
    {
        await Begin(cancellation);
        while (true)
        {
            while (rows.Count < most && TryRead(rows)) { }

            if (Done || rows.Count >= most || !await Window.More(rows.Count > 0 ? Patience : null, cancellation))
                return;
        }
    }

    /// <summary>Uses up bytes, and counts the lines that end with them.</summary>
    private protected void Advance(int count)
    {
        Line += Window.Rest[..count].Count((byte)'\n');
        Window.Advance(count);
    }

    /// <summary>Reads what stands before the first row.</summary>
    private protected virtual Task ReadHead(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Uses up one row, or what stands between rows. False when that needs more bytes, or nothing is left.</summary>
    private protected abstract bool TryRead(List<ReadRow> rows);

    private async Task Begin(CancellationToken cancellation)
    {
        if (begun)
            return;
        begun = true;
        await Window.SkipMark(cancellation);
        await ReadHead(cancellation);
    }
}
