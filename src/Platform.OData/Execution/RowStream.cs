using System.Data.Common;
using System.Reflection;
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
        while (await Next(rows, cancel))
            yield return rows.Current;
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
        catch (Exception error) when (FaultOf(error) is { } fault)
        {
            throw new FaultException(fault);
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

    private static async ValueTask<bool> Next(IAsyncEnumerator<object> rows, CancellationToken cancel)
    {
        try
        {
            return await rows.MoveNextAsync();
        }
        catch (Exception error) when (!cancel.IsCancellationRequested && FaultOf(error) is { } fault)
        {
            throw new FaultException(fault);
        }
    }

    /// <summary>SQLSTATE class 22 is a data exception (division by zero, out of range), 57014 a cancelled statement.</summary>
    private static ODataFault? FaultOf(Exception error) => error switch
    {
        DivideByZeroException or OverflowException or ArgumentOutOfRangeException or System.Text.RegularExpressions.RegexParseException => ODataFaults.BadData,
        DbException { SqlState: { } state } when state.StartsWith("22", StringComparison.Ordinal) => ODataFaults.BadData,
        DbException { SqlState: "57014" } or TimeoutException => ODataFaults.TooSlow,
        DbException => ODataFaults.Unavailable,
        InvalidOperationException { InnerException: DbException inner } => FaultOf(inner),
        InvalidOperationException when error.Message.Contains("translated", StringComparison.Ordinal) => ODataFaults.NotTranslatable,
        InvalidOperationException or TargetInvocationException when error.InnerException is { } inner => FaultOf(inner),
        _ => null,
    };
}
