using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Platform.Database;

/// <summary>
/// Tells the database with each command which tenants it may touch. The settings stand in front of the command and travel with it; both
/// are one implicit transaction, and the settings are local to it: they end with the command, so that nothing of a scope stays on a pooled
/// connection and no round trip is spent on it. Within an explicit transaction they are said once, when it begins, and end with it.
/// A command that passes by here reaches no tenant's row.
/// </summary>
public sealed class ScopedCommands : DbCommandInterceptor, IDbTransactionInterceptor, ISaveChangesInterceptor
{
    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Prepend(command, eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Prepend(command, eventData);
        return ValueTask.FromResult(result);
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Prepend(command, eventData, mayChange: true);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Prepend(command, eventData, mayChange: true);
        return ValueTask.FromResult(result);
    }

    // A scalar is the first column of the first result, and that would be the settings' own.
    public override InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        if (!Prepend(command, eventData))
            return result;
        using var reader = command.ExecuteReader();
        return InterceptionResult<object>.SuppressWithResult(reader.NextResult() && reader.Read() ? reader.GetValue(0) : null!);
    }

    public override async ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        if (!Prepend(command, eventData))
            return result;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return InterceptionResult<object>.SuppressWithResult(
            await reader.NextResultAsync(cancellationToken) && await reader.ReadAsync(cancellationToken) ? reader.GetValue(0) : null!);
    }

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        if (IsScoped(command))
            result.NextResult();
        return result;
    }

    public override async ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        if (IsScoped(command))
            await result.NextResultAsync(cancellationToken);
        return result;
    }

    public DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        using var command = Described(connection, eventData.Context, result);
        command?.ExecuteNonQuery();
        return result;
    }

    public async ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        await using var command = Described(connection, eventData.Context, result);
        if (command is not null)
            await command.ExecuteNonQueryAsync(cancellationToken);
        return result;
    }

    public DbTransaction TransactionUsed(DbConnection connection, TransactionEventData eventData, DbTransaction result)
    {
        using var command = Described(connection, eventData.Context, result);
        command?.ExecuteNonQuery();
        return result;
    }

    public async ValueTask<DbTransaction> TransactionUsedAsync(
        DbConnection connection, TransactionEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        await using var command = Described(connection, eventData.Context, result);
        if (command is not null)
            await command.ExecuteNonQueryAsync(cancellationToken);
        return result;
    }

    // The provider counts the rows of a save by the number of each statement, so nothing may stand in front of them.
    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        eventData.Context!.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        return result;
    }

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        eventData.Context!.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        return ValueTask.FromResult(result);
    }

    private static bool Prepend(DbCommand command, CommandEventData eventData, bool mayChange = false)
    {
        if (eventData.Context is not PlatformDb db || command.Transaction is not null)
            return false;
        var text = command.CommandText;
        db.Dialect.DescribeScope(command, db.Scope, mayChange);
        if (ReferenceEquals(command.CommandText, text))
            return false;
        command.CommandText += text;
        return true;
    }

    private static bool IsScoped(DbCommand command) =>
        command.Transaction is null && command.CommandText.StartsWith(PostgreSqlDialect.ScopeStatement, StringComparison.Ordinal);

    private static DbCommand? Described(DbConnection connection, DbContext? context, DbTransaction transaction)
    {
        if (context is not PlatformDb db)
            return null;
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        db.Dialect.DescribeScope(command, db.Scope, mayChange: true);
        if (command.CommandText.Length > 0)
            return command;
        command.Dispose();
        return null;
    }
}
