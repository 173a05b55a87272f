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

/// <summary>A machine that signs in with OAuth client credentials. A global table.</summary>
public sealed class Client
{
    public int Id { get; set; }

    public required string ClientId { get; set; }

    public required string Name { get; set; }

    /// <summary>A salted hash; the secret itself is shown once and never stored.</summary>
    public required string SecretHash { get; set; }

    /// <summary>Set for LMS vendors: the number their completions carry.</summary>
    public short? VendorId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public List<Grant> Grants { get; } = [];
}

/// <summary>Who may do what where, from when to when, by whose leave. A global table.</summary>
public sealed class Grant
{
    public int Id { get; set; }

    public int ClientId { get; set; }

    public Role Role { get; set; }

    /// <summary>The locality it holds for (a vendor's province covers its communes); null for the nation.</summary>
    public short? TenantId { get; set; }

    public DateTimeOffset ValidFrom { get; set; }

    public DateTimeOffset? ValidTo { get; set; }

    public required string GrantedBy { get; set; }
}

internal sealed class ClientMapping : IEntityTypeConfiguration<Client>, IEntityTypeConfiguration<Grant>
{
    public void Configure(EntityTypeBuilder<Client> builder)
    {
        builder.HasKey(c => c.Id);
        builder.Property(c => c.ClientId).HasMaxLength(80);
        builder.Property(c => c.Name).HasMaxLength(200);
        builder.Property(c => c.SecretHash).HasMaxLength(200);
        builder.HasIndex(c => c.ClientId).IsUnique();
        builder.HasIndex(c => c.VendorId).IsUnique();
        builder.HasMany(c => c.Grants).WithOne().HasForeignKey(g => g.ClientId);
    }

    public void Configure(EntityTypeBuilder<Grant> builder)
    {
        builder.HasKey(g => g.Id);
        builder.Property(g => g.GrantedBy).HasMaxLength(200);
        builder.HasOne<Localities.Locality>().WithMany().HasForeignKey(g => g.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
