using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Platform.Database;

namespace Platform.CommandLine;

/// <summary>Refuses to serve a database that lacks migrations, under a role that row-level security does not bind, or without the key to its keys.</summary>
internal static class StartCheck
{
    internal static async Task<bool> IsMigrated(IServiceProvider services, CancellationToken cancellation)
    {
        await using var work = services.CreateAsyncScope();
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        return !(await db.Database.GetPendingMigrationsAsync(cancellation)).Any() && await db.Localities.AnyAsync(cancellation);
    }

    internal static void RefuseWeakness(string? weakness)
    {
        if (weakness is not null)
            throw new InvalidOperationException($"Refused to start: {weakness}.");
    }

    internal static async Task Run(IServiceProvider services, CancellationToken cancellation)
    {
        if (!await IsMigrated(services, cancellation))
            throw new InvalidOperationException("Refused to start: the database lacks migrations. Run the verb migrate as its owner first.");
        await using var work = services.CreateAsyncScope();
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        await db.Database.OpenConnectionAsync(cancellation);
        if (await db.Dialect.FindRoleWeakness(db.Database.GetDbConnection(), cancellation) is { } weakness)
            throw new InvalidOperationException($"Refused to start: {weakness}, so tenants would not be kept apart. Connect as the application role that migrate prepared.");
        await db.Database.CloseConnectionAsync();
        RefuseForeignKeys(services);
    }

    // A server that cannot read the keys would make its own, and refuse the tokens of all others.
    private static void RefuseForeignKeys(IServiceProvider services)
    {
        try
        {
            foreach (var key in services.GetRequiredService<IKeyManager>().GetAllKeys().Where(k => !k.IsRevoked))
                key.CreateEncryptor();
        }
        catch (CryptographicException unreadable)
        {
            throw new InvalidOperationException(
                $"Refused to start: {unreadable.Message} What encrypts the keys of the database is Secrets:TokenKey, or the certificate of Secrets:KeyCertificateFile; the one before goes to FormerTokenKey or FormerKeyCertificateFile.", unreadable);
        }
    }
}
