using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Platform.Access;

/// <summary>What a grant allows where.</summary>
public enum Role
{
    /// <summary>Runs the platform: reads every locality's figures and plans, changes no tenant's data.</summary>
    Operator,

    /// <summary>Writes the province's own plan and reads its communes.</summary>
    ProvinceManager,

    /// <summary>Reads the province and its communes.</summary>
    ProvinceViewer,

    /// <summary>Reads and writes one commune.</summary>
    CommuneAdmin,

    /// <summary>Pushes completions for the named provinces or communes.</summary>
    Vendor,
}

/// <summary>Who may do what where, from when to when, by whose leave. A global table.</summary>
public sealed class Grant
{
    public int Id { get; set; }

    public int AccountId { get; set; }

    public Role Role { get; set; }

    /// <summary>The locality it holds for (a vendor's province covers its communes); null for the nation.</summary>
    public short? TenantId { get; set; }

    public DateTimeOffset ValidFrom { get; set; }

    public DateTimeOffset? ValidTo { get; set; }

    public required string GrantedBy { get; set; }
}

internal sealed class GrantMapping : IEntityTypeConfiguration<Grant>
{
    public void Configure(EntityTypeBuilder<Grant> builder)
    {
        builder.HasKey(g => g.Id);
        builder.Property(g => g.GrantedBy).HasMaxLength(200);
        builder.HasOne<Localities.Locality>().WithMany().HasForeignKey(g => g.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
