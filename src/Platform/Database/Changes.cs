using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Database;

/// <summary>
/// Rows whose changes are numbered, so that a reader can ask for what changed since. The database gives the number, whatever wrote the row;
/// numbers are not given in the order of commits, so a reader stays below <see cref="Dialect.LatestChange"/>.
/// </summary>
public interface ITracked
{
    /// <summary>The number of the row's latest change.</summary>
    long Change { get; }
}

/// <summary>Rows of the machine's own bookkeeping: what changes in them is nobody's doing and is not audited.</summary>
public interface IBookkeeping;

/// <summary>
/// The key of a row that was removed; a trigger writes it. What a vendor's batch may change it may also remove, so it may note that here.
/// </summary>
public sealed class RemovedRow : IWrittenByIntake, ITracked
{
    public short TenantId { get; set; }

    /// <summary>The table it stood in.</summary>
    public required string TableName { get; set; }

    /// <summary>Its id as text.</summary>
    public required string RowId { get; set; }

    public long Change { get; private set; }

    /// <summary>When; a row that no delta link can ask for any more is forgotten (<see cref="RemovalPurge"/>).</summary>
    public DateTimeOffset RemovedAt { get; private set; }
}

internal sealed class RemovedRowMapping(Dialect dialect) : IEntityTypeConfiguration<RemovedRow>
{
    public void Configure(EntityTypeBuilder<RemovedRow> builder)
    {
        builder.HasKey(r => new { r.TenantId, r.TableName, r.RowId });
        builder.Property(r => r.TableName).HasMaxLength(40);
        builder.Property(r => r.RowId).HasMaxLength(40);
        builder.Property(r => r.RemovedAt).HasDefaultValueSql(dialect.Now);
        builder.HasOne<Locality>().WithMany().HasForeignKey(r => r.TenantId).OnDelete(DeleteBehavior.Restrict);
    }

    /// <summary>Leaves the number to the database. Figures that change with every batch are not indexed by it: that would cost each change more than it saves a reader.</summary>
    internal static void Track(ModelBuilder model, Dialect dialect)
    {
        foreach (var entity in model.Model.GetEntityTypes().Where(e => typeof(ITracked).IsAssignableFrom(e.ClrType)).ToList())
        {
            var tracked = model.Entity(entity.ClrType);
            var change = tracked.Property<long>(nameof(ITracked.Change));
            dialect.NumberChanges(change);
            change.ValueGeneratedNever();
            change.Metadata.SetBeforeSaveBehavior(PropertySaveBehavior.Ignore);
            change.Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
            tracked.ToTable(table => table.HasTrigger("changes"));
            if (entity.ClrType == typeof(RemovedRow) || !typeof(IWrittenByIntake).IsAssignableFrom(entity.ClrType))
                tracked.HasIndex(nameof(ITracked.Change));
        }
    }
}
