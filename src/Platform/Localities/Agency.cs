using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Tenancy;

namespace Platform.Localities;

/// <summary>What sort of body an agency is.</summary>
public enum AgencyKind
{
    Party,
    Government,
    Department,
    Police,
    FatherlandFront,
    YouthUnion,
    WomensUnion,
    MassOrganisation,
    School,
    ServiceCentre,
    CommunityTeam,
    Village,
    SteeringCommittee,
    Enterprise,

    /// <summary>A group that a document names as one, such as «Các cơ quan, đơn vị có liên quan».</summary>
    Collective,
}

/// <summary>A body inside one locality that is given work: phòng, công an, đoàn thể, trường, tổ, thôn.</summary>
public sealed class Agency : ITenantOwned, ITracked
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    /// <summary>A short ASCII name, unique in its locality; matrices and documents refer to it.</summary>
    public required string Key { get; set; }

    public required string Name { get; set; }

    public AgencyKind Kind { get; set; }

    /// <summary>What search looks in, folded; made anew whenever the row is saved.</summary>
    public string SearchText { get => VietnameseText.Fold($"{Name} {Key}"); private set => _ = value; }

    public Locality? Locality { get; set; }

    public List<Assignments.Assignment> Assignments { get; } = [];

    public long Change { get; private set; }
}

/// <summary>Thôn, xóm, bản, tổ dân phố: below the commune, not a tenant.</summary>
public sealed class Village : ITenantOwned
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    public required string Name { get; set; }

    /// <summary>Thôn, Xóm, Bản, Tổ dân phố …</summary>
    public required string Kind { get; set; }

    public Locality? Locality { get; set; }
}

internal sealed class AgencyMapping(string nameCollation) : IEntityTypeConfiguration<Agency>, IEntityTypeConfiguration<Village>
{
    public void Configure(EntityTypeBuilder<Agency> builder)
    {
        builder.HasKey(a => new { a.TenantId, a.Id });
        builder.HasIndex(a => a.Id); // a province asks for one by its key alone
        builder.Property(a => a.Key).HasMaxLength(80);
        builder.Property(a => a.Name).HasMaxLength(300).UseCollation(nameCollation);
        builder.Property(a => a.SearchText).HasMaxLength(400).HasDefaultValue("").UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.HasIndex(a => new { a.TenantId, a.Key }).IsUnique();
        builder.HasOne(a => a.Locality).WithMany(l => l.Agencies).HasForeignKey(a => a.TenantId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<Village> builder)
    {
        builder.HasKey(v => new { v.TenantId, v.Id });
        builder.Property(v => v.Name).HasMaxLength(150).UseCollation(nameCollation);
        builder.Property(v => v.Kind).HasMaxLength(40);
        builder.HasIndex(v => new { v.TenantId, v.Kind, v.Name }).IsUnique();
        builder.HasOne(v => v.Locality).WithMany().HasForeignKey(v => v.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
