using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.Analytics;

/// <summary>
/// What the database expects of a statement, asked once for each text of it and then known for a while: the same question with other values
/// is taken to be as large.
/// </summary>
internal static class RowEstimates
{
    private const int MostKnown = 2_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private static readonly ConcurrentDictionary<string, (double Rows, long At)> Known = new();

    public static async Task<double?> Of(PlatformDb db, IQueryable query, CancellationToken cancel)
    {
        await using var command = query.CreateDbCommand();
        var statement = command.CommandText;
        if (db.Dialect.Explain(statement) is not { } explain)
            return null;
        if (Known.TryGetValue(statement, out var known) && Environment.TickCount64 - known.At < Lifetime.TotalMilliseconds)
            return known.Rows;
        command.CommandText = explain;
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            var rows = db.Dialect.EstimatedRows((string)(await command.ExecuteScalarAsync(cancel))!);
            if (Known.Count >= MostKnown)
                Known.Clear();
            Known[statement] = (rows, Environment.TickCount64);
            return rows;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
