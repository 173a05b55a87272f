using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.CommandLine;

/// <summary>Refuses to serve a database that lacks migrations, or under a role that row-level security does not bind.</summary>
internal static class RoleCheck
{
    internal static async Task Run(IServiceProvider services, CancellationToken cancellation)
    {
        await using var work = services.CreateAsyncScope();
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        if ((await db.Database.GetPendingMigrationsAsync(cancellation)).Any())
            throw new InvalidOperationException("Refused to start: the database lacks migrations. Run the verb migrate as its owner first.");
        var connection = db.Database.GetDbConnection();
        await db.Database.OpenConnectionAsync(cancellation);
        if (await db.Dialect.FindRoleWeakness(connection, cancellation) is { } weakness)
            throw new InvalidOperationException($"Refused to start: {weakness}, so tenants would not be kept apart. Connect as the application role that migrate prepared.");
        await db.Database.CloseConnectionAsync();
    }
}
