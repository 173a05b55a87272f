namespace Platform.Limits;

/// <summary>
/// The turn of rows that are stored in one transaction, and how it takes it: at once, or, while its vendor is beside others who send less, some rows
/// at a time, and between them others go first. What it has locked waits with it, so it does that for two seconds altogether and then goes on.
/// </summary>
internal sealed class Pace(FairQueue.Turn? turn) : IDisposable
{
    /// <summary>Rows that others wait for, at most, when one of them comes while these are stored.</summary>
    internal const int Beside = 125;

    /// <summary>At once, for whom nobody waits, or everybody.</summary>
    internal static Pace Full { get; } = new(null);

    /// <summary>Whether it takes some at a time now.</summary>
    internal bool IsSlow => turn?.ShouldGiveWay == true;

    /// <summary>The next of some rows to take, from <paramref name="from"/> on.</summary>
    internal T[] Next<T>(T[] rows, int from)
    {
        var most = IsSlow ? Beside : rows.Length;
        return from == 0 && rows.Length <= most ? rows : rows[from..Math.Min(rows.Length, from + most)];
    }

    /// <summary>Lets others go first who have come since, if it has to.</summary>
    internal Task GiveWay(CancellationToken cancellation) => turn?.GiveWay(cancellation) ?? Task.CompletedTask;

    public void Dispose() => turn?.Dispose();
}
