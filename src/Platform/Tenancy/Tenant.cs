using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;

namespace Platform.Tenancy;

/// <summary>Whether a tenant works, is only read, or is shut.</summary>
public enum TenantState
{
    /// <summary>Works.</summary>
    Active,

    /// <summary>Its people read and change nothing; completions of its learners are still taken.</summary>
    ReadOnly,

    /// <summary>Its people are locked out, and completions for it are rejected; its province and operators still read its figures.</summary>
    Closed,
}

/// <summary>
/// A locality that was onboarded. One without a row was not: nobody has made agencies and a first admin for it, but completions of people who
/// live there are taken. A global table: every locality's state is known to all that ask for a locality.
/// </summary>
public sealed class Tenant
{
    /// <summary>The locality, whose id is the tenant_id of its rows.</summary>
    public short LocalityId { get; set; }

    public TenantState State { get; set; }

    /// <summary>Given by the database: by it the database knows a tenant that is being made.</summary>
    public DateTimeOffset OnboardedAt { get; private set; }

    /// <summary>The key of the account that onboarded it.</summary>
    public required string OnboardedBy { get; set; }

    /// <summary>When its state changed last; null while it never did.</summary>
    public DateTimeOffset? StateChangedAt { get; set; }

    /// <summary>The key of the account that changed it.</summary>
    public string? StateChangedBy { get; set; }

    /// <summary>Why it was changed.</summary>
    public string? StateReason { get; set; }

    public Locality? Locality { get; set; }
}

internal sealed class TenantMapping(Dialect dialect) : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.HasKey(t => t.LocalityId);
        builder.Property(t => t.LocalityId).ValueGeneratedNever();
        builder.Property(t => t.OnboardedAt).HasDefaultValueSql(dialect.Now);
        builder.Property(t => t.OnboardedBy).HasMaxLength(80);
        builder.Property(t => t.StateChangedBy).HasMaxLength(80);
        builder.Property(t => t.StateReason).HasMaxLength(500);
        builder.HasOne(t => t.Locality).WithMany().HasForeignKey(t => t.LocalityId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(t => t.State).HasFilter("state <> 'Active'"); // every statement that writes asks for these few
    }
}
