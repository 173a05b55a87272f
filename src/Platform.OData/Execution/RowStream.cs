using System.Runtime.CompilerServices;
using Platform.OData.Errors;

namespace Platform.OData.Execution;

/// <summary>
/// Runs queries: asynchronously when the provider can, row by row, never buffering. Failures of the data or the
/// provider become numbered faults; whatever else goes wrong is the host's to report.
/// </summary>
internal static class RowStream
{
    public static IAsyncEnumerable<object> Of(Plan plan, CancellationToken cancel) => Of(plan.Query, cancel, plan.Ready);

    public static async IAsyncEnumerable<object> Of(
        IQueryable query, [EnumeratorCancellation] CancellationToken cancel, Func<IAsyncEnumerable<object>>? ready = null)
    {
        await using var rows = Open(query, ready, cancel);
        var hasBegun = false;
        while (await Next(rows, hasBegun, cancel))
        {
            hasBegun = true;
            yield return rows.Current;
        }
    }

    public static async Task<object?> First(IQueryable query, CancellationToken cancel, Func<IAsyncEnumerable<object>>? ready = null)
    {
        await foreach (var row in Of(query, cancel, ready))
            return row;
        return null;
    }

    public static async Task<long> Count(CountQuery count, CancellationToken cancel) =>
        await First(count.Query, cancel, count.Ready) is { } row ? (long)count.Read(row)! : 0;

    // Providers compute what is constant in an expression when the query is opened, so that 1 div 0 fails here.
    private static IAsyncEnumerator<object> Open(IQueryable query, Func<IAsyncEnumerable<object>>? ready, CancellationToken cancel)
    {
        try
        {
            return (ready?.Invoke() ?? query as IAsyncEnumerable<object> ?? InMemory(query, cancel)).GetAsyncEnumerator(cancel);
        }
        catch (Exception error) when (RunningFaults.Of(error, hasBegun: false) is { } fault)
        {
            throw new FaultException(fault) { Cause = error };
        }
    }

    /// <summary>What the data's host answers to a question about a query.</summary>
    public static async Task<T> Asked<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            return await ask();
        }
        catch (Exception error) when (!cancel.IsCancellationRequested && RunningFaults.Of(error, hasBegun: false) is { } fault)
        {
            throw new FaultException(fault) { Cause = error };
        }
    }

    private static async IAsyncEnumerable<object> InMemory(IQueryable query, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        foreach (var row in query)
        {
            cancel.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private static async ValueTask<bool> Next(IAsyncEnumerator<object> rows, bool hasBegun, CancellationToken cancel)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (Exception error) when (!cancel.IsCancellationRequested && RunningFaults.Of(error, hasBegun) is { } fault)
        {
            throw new FaultException(fault) { Cause = error };
        }
    }
}
