using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Localities;

namespace Platform.Tenancy;

/// <summary>That a tenant was deleted: the receipt as it was signed. A global table, which outlives the tenant; written once and read by operators.</summary>
public sealed class TenantDeletion
{
    public Guid Id { get; set; }

    public short LocalityId { get; set; }

    public DateTimeOffset DeletedAt { get; set; }

    /// <summary>The receipt, exactly as it was signed.</summary>
    public required string Receipt { get; set; }

    /// <summary>By the key of this installation's archives.</summary>
    public required byte[] Signature { get; set; }

    public Locality? Locality { get; set; }
}

internal sealed class TenantDeletionMapping : IEntityTypeConfiguration<TenantDeletion>
{
    public void Configure(EntityTypeBuilder<TenantDeletion> builder)
    {
        builder.HasKey(d => d.Id);
        builder.Property(d => d.Id).ValueGeneratedNever();
        builder.Property(d => d.Signature).HasMaxLength(80);
        builder.HasOne(d => d.Locality).WithMany().HasForeignKey(d => d.LocalityId).OnDelete(DeleteBehavior.Restrict);
    }
}
