using System.Runtime.CompilerServices;
using Npgsql;
using Platform.Limits;

namespace Platform.Learning;

/// <summary>
/// Statements of one transaction in their order, which go to the database together; of a batch that gives way to others, some rows at a time.
/// </summary>
internal sealed class IntakeStatements(NpgsqlConnection connection, Pace pace)
{
    private readonly List<(NpgsqlBatchCommand Command, int Rows, Action<NpgsqlDataReader>? Read)> waiting = [];

    /// <summary>False when a statement touched fewer rows than it had to: another batch has written some of them meanwhile.</summary>
    internal bool AsExpected { get; private set; } = true;

    /// <summary>Adds a statement.</summary>
    /// <param name="sql">Its text.</param>
    /// <param name="parameters">Its parameters, by position.</param>
    /// <param name="rows">How many rows it must touch; left out where that does not matter.</param>
    /// <param name="read">Takes each row of its result; must be given when it has one.</param>
    internal void Add(string sql, NpgsqlParameter[] parameters, int rows = -1, Action<NpgsqlDataReader>? read = null)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        waiting.Add((command, rows, read));
    }

    /// <summary>All of these rows, or some after the other; what was added for some is sent before the next.</summary>
    internal async IAsyncEnumerable<T[]> Pieces<T>(T[] rows, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var from = 0; from < rows.Length && AsExpected;)
        {
            var some = pace.Next(rows, from);
            yield return some;
            from += some.Length;
            if (from == rows.Length || !pace.IsSlow)
                continue;
            await Send(cancellation);
            await pace.GiveWay(cancellation);
        }
    }

    /// <summary>Sends what was added.</summary>
    internal async Task Send(CancellationToken cancellation)
    {
        if (waiting.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (command, _, _) in waiting)
            batch.BatchCommands.Add(command);
        await batch.PrepareAsync(cancellation);
        await using (var reader = await batch.ExecuteReaderAsync(cancellation))
        {
            // The reader stands on the first result that there is, and passes over statements that have none.
            foreach (var (_, _, read) in waiting.Where(s => s.Read is not null))
            {
                while (await reader.ReadAsync(cancellation))
                    read!(reader);
                await reader.NextResultAsync(cancellation);
            }

            while (await reader.NextResultAsync(cancellation)) { }
        }

        AsExpected &= waiting.TrueForAll(s => s.Rows < 0 || (int)s.Command.Rows == s.Rows);
        waiting.Clear();
    }
}
