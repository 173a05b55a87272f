using System.Runtime.ExceptionServices;
using System.Text.Json;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>A row as it was read, with its own text, so that one that is rejected can be given back as it came.</summary>
internal readonly record struct ReadRow(SentRow Row, ReadOnlyMemory<byte> Raw);

/// <summary>
/// Reads completions out of a body or file, a few at a time, in memory that does not grow with its length. What is wrong with one row is
/// that row's fault; what is wrong with the whole throws, but only after the rows before it were given out.
/// </summary>
internal abstract class RowReader
{
    /// <summary>The longest row in bytes.</summary>
    internal const int LongestRow = 64 * 1024;

    private ExceptionDispatchInfo? broken;

    /// <summary>How many rows were given out; the next one has this index.</summary>
    internal int Index { get; private protected set; }

    /// <summary>Where the next row begins; <see cref="Resume"/> takes it.</summary>
    internal abstract long Position { get; }

    /// <summary>What stands before rejected rows when they are given back.</summary>
    internal virtual TableHead? Head => null;

    /// <summary>Columns of a table that no field is read from.</summary>
    internal virtual List<string> UnreadColumns => [];

    /// <summary>The next rows, at most so many; fewer when the sender pauses; none at the end.</summary>
    internal async ValueTask<List<ReadRow>> Next(int most, CancellationToken cancellation)
    {
        broken?.Throw();
        var rows = new List<ReadRow>(Math.Min(most, 1_000));
        try
        {
            await Fill(rows, most, cancellation);
        }
        catch (Exception e) when (rows.Count > 0 && e is ProblemException or JsonException or InvalidDataException)
        {
            broken = ExceptionDispatchInfo.Capture(e);
        }

        return rows;
    }

    /// <summary>Goes on where an earlier reader of the same file was.</summary>
    internal abstract Task Resume(long position, int index, CancellationToken cancellation);

    private protected abstract ValueTask Fill(List<ReadRow> rows, int most, CancellationToken cancellation);
}

/// <summary>The header of a table, what parts its cells, and its own names of our fields.</summary>
internal sealed record TableHead(IReadOnlyList<string> Names, char Separator, IReadOnlyDictionary<string, string> Columns)
{
    /// <summary>The table's own name for the field that a fault of a row points at.</summary>
    internal string? ColumnOf(string pointer)
    {
        var field = string.Join('.', pointer.Split('/').Skip(2));
        return Columns.GetValueOrDefault(field) ?? (field == "learner" ? Columns.GetValueOrDefault("learner.id") ?? Columns.GetValueOrDefault("learner.citizenId") : null);
    }
}
