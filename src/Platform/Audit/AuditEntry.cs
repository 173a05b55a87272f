using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;

namespace Platform.Audit;

/// <summary>What was done.</summary>
public enum AuditAction
{
    /// <summary>A row came.</summary>
    Insert,

    /// <summary>A row changed.</summary>
    Update,

    /// <summary>A row went.</summary>
    Delete,

    /// <summary>A person's record was asked for.</summary>
    Read,

    /// <summary>A vendor's batch was stored; what each completion said before stays in its history.</summary>
    Intake,
}

/// <summary>
/// One thing that was done: who, what, when, where from, what it was before and after. Triggers write it in the transaction of the change
/// itself, whatever caused the change. The application can add to the log and can take nothing from it.
/// </summary>
[PersonalRecords(Concerned.Actors, Purpose.Accountability, LegalGround.LegalObligation, Keeping.AuditLog)]
[Personal(DataKind.Name, Form.Plain, nameof(AuditEntry.Actor))]
[Personal(DataKind.Device, Form.Plain, nameof(AuditEntry.Address))]
[Personal(DataKind.Place, Form.Plain, nameof(AuditEntry.TenantId))]
[Personal(DataKind.Moment, Form.Plain, nameof(AuditEntry.At))]
[Personal(DataKind.FreeText, Form.Plain, nameof(AuditEntry.RowKey), nameof(AuditEntry.Before), nameof(AuditEntry.After))]
[Personal(DataKind.Technical, Form.Plain, nameof(AuditEntry.Id), nameof(AuditEntry.Request), nameof(AuditEntry.Action), nameof(AuditEntry.Subject), nameof(AuditEntry.Change))]
public sealed class AuditEntry : IBookkeeping
{
    public long Id { get; set; }

    /// <summary>The locality whose row it was; null for what belongs to none.</summary>
    public short? TenantId { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>The key of the account; the database's own role where no account was signed in.</summary>
    public required string Actor { get; set; }

    /// <summary>The network address it came from.</summary>
    public string? Address { get; set; }

    /// <summary>The request's trace id: what one request did has the same.</summary>
    public string? Request { get; set; }

    public AuditAction Action { get; set; }

    /// <summary>The table, or what was read.</summary>
    public required string Subject { get; set; }

    /// <summary>The row's key.</summary>
    public required string RowKey { get; set; }

    /// <summary>As JSON: the row, or of a changed row what was different.</summary>
    public string? Before { get; set; }

    /// <summary>As JSON: the row, or of a changed row what is different.</summary>
    public string? After { get; set; }

    /// <summary>The number of its transaction (<see cref="ITracked.Change"/>).</summary>
    public long Change { get; set; }

    public Locality? Locality { get; set; }
}

/// <summary>
/// Closes a part of a chain: the entries of one locality, or of none, whose transactions are numbered above <see cref="After"/> and up to
/// <see cref="UpTo"/>. Its hash covers them and the seal before it, so that nothing can be changed, taken out or put in unseen.
/// </summary>
public sealed class AuditSeal : IBookkeeping
{
    /// <summary>The locality's id; 0 for what belongs to none.</summary>
    public short Chain { get; set; }

    /// <summary>1, 2 … within the chain.</summary>
    public int Number { get; set; }

    public long After { get; set; }

    public long UpTo { get; set; }

    public int Entries { get; set; }

    public required byte[] Hash { get; set; }

    public DateTimeOffset SealedAt { get; set; }

    /// <summary>When its entries were removed, their time of retention being over.</summary>
    public DateTimeOffset? PurgedAt { get; set; }
}

internal sealed class AuditMapping(Dialect dialect) : IEntityTypeConfiguration<AuditEntry>, IEntityTypeConfiguration<AuditSeal>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Actor).HasMaxLength(120);
        builder.Property(e => e.Address).HasMaxLength(64);
        builder.Property(e => e.Request).HasMaxLength(64);
        builder.Property(e => e.Subject).HasMaxLength(64);
        builder.Property(e => e.RowKey).HasMaxLength(200);
        dialect.NumberAudit(builder.Property(e => e.Change));
        builder.HasIndex(e => e.Change);
        builder.HasIndex(e => e.RowKey).HasFilter("action = 'Read'");
        builder.HasIndex(e => new { e.TenantId, e.Change });
        builder.HasOne(e => e.Locality).WithMany().HasForeignKey(e => e.TenantId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<AuditSeal> builder)
    {
        builder.HasKey(s => new { s.Chain, s.Number });
        builder.HasIndex(s => s.UpTo);
        builder.Property(s => s.Hash).HasMaxLength(32);
    }
}
