using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Platform.Database;

/// <summary>Does what a context wants done within each of its transactions, right before they commit.</summary>
public sealed class CommitWatch : DbTransactionInterceptor
{
    public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result) =>
        eventData.Context is PlatformDb { BeforeCommit: not null }
            ? throw new InvalidOperationException("Commit asynchronously: this unit of work has something to do before it.")
            : result;

    public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is PlatformDb { BeforeCommit: { } work })
            await work(cancellationToken);
        return result;
    }
}
