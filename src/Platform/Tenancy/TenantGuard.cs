using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Platform.Database;

namespace Platform.Tenancy;

/// <summary>
/// The second belt: refuses to save a row of a tenant outside the scope, whatever the code above it did,
/// including moving a row from one tenant to another.
/// </summary>
public sealed class TenantGuard : SaveChangesInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Check(eventData.Context);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Check(eventData.Context);
        return ValueTask.FromResult(result);
    }

    private static void Check(DbContext? context)
    {
        if (context is not PlatformDb db)
            return;
        foreach (EntityEntry<ITenantOwned> entry in db.ChangeTracker.Entries<ITenantOwned>())
        {
            if (entry.State is EntityState.Unchanged or EntityState.Detached)
                continue;
            var moved = entry.State == EntityState.Modified
                && entry.Property(nameof(ITenantOwned.TenantId)).IsModified
                && !(db.Scope.Vendor is not null && entry.Entity is IWrittenByIntake);
            if (moved || !db.Scope.MayWrite(entry.Entity))
                throw new ForeignTenantException(entry.Metadata.DisplayName(), entry.Entity.TenantId);
        }

        foreach (var entry in db.ChangeTracker.Entries<IVendorOwned>())
            if (entry.State is not (EntityState.Unchanged or EntityState.Detached) && entry.Entity.VendorId != db.Scope.Vendor)
                throw new ForeignTenantException(entry.Metadata.DisplayName(), entry.Entity.VendorId);
    }
}

/// <summary>A write to another tenant's row was refused. It is a fault of the code that tried, never of the caller.</summary>
public sealed class ForeignTenantException(string entity, short tenant)
    : InvalidOperationException($"Refused to save a {entity} of tenant {tenant}: it is outside the scope of this unit of work.");
