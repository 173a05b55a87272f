using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Platform.Database;

/// <summary>
/// Tells every connection that a context opens which tenants it may touch, before anything else runs on it. The pool resets the
/// connection when it is returned, so the next user starts with nothing in scope.
/// </summary>
public sealed class ScopedConnections : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        if (eventData.Context is not PlatformDb db)
            return;
        using var command = connection.CreateCommand();
        db.Dialect.DescribeScope(command, db.Scope, mayChange: true);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is not PlatformDb db)
            return;
        await using var command = connection.CreateCommand();
        db.Dialect.DescribeScope(command, db.Scope, mayChange: true);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
