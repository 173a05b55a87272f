using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;

namespace Platform.Access;

/// <summary>What a grant allows where.</summary>
public enum Role
{
    /// <summary>Runs the platform: reads every locality's figures and plans, looks after accounts and grants, changes no tenant's data.</summary>
    Operator,

    /// <summary>Writes the province's own plan, reads its communes, and looks after accounts and grants within the province.</summary>
    ProvinceManager,

    /// <summary>Reads the province and its communes.</summary>
    ProvinceViewer,

    /// <summary>Reads and writes one commune.</summary>
    CommuneAdmin,

    /// <summary>Pushes completions for the named provinces or communes.</summary>
    Vendor,

    /// <summary>Sees the tasks given to one agency of one locality, and nothing else.</summary>
    AgencyOfficer,

    /// <summary>Reads the audit log, and nothing else.</summary>
    Auditor,
}

/// <summary>Who may do what where, from when to when, by whose leave. It is never removed: a withdrawn one ends. A global table.</summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Role, Form.Plain, nameof(Grant.Role), nameof(Grant.TenantId), nameof(Grant.AgencyId), nameof(Grant.ValidFrom), nameof(Grant.ValidTo))]
[Personal(DataKind.Name, Form.Plain, nameof(Grant.GrantedBy), nameof(Grant.EndedBy))]
[Personal(DataKind.Technical, Form.Plain, nameof(Grant.Id), nameof(Grant.AccountId))]
public sealed class Grant
{
    public int Id { get; set; }

    public int AccountId { get; set; }

    public Role Role { get; set; }

    /// <summary>The locality it holds for (a vendor's province covers its communes); null for the nation.</summary>
    public short? TenantId { get; set; }

    /// <summary>The agency of that locality; set for an <see cref="Role.AgencyOfficer"/> only.</summary>
    public Guid? AgencyId { get; set; }

    public DateTimeOffset ValidFrom { get; set; }

    public DateTimeOffset? ValidTo { get; set; }

    /// <summary>The key of the account that gave it.</summary>
    public required string GrantedBy { get; set; }

    /// <summary>The key of the account that withdrew it.</summary>
    public string? EndedBy { get; set; }

    public Account? Account { get; set; }

    /// <summary>Where a role may be held: the nation, a province, a commune, or within one locality of either level.</summary>
    public static bool Fits(Role role, LocalityLevel? place) => role switch
    {
        Role.Operator => place is null,
        Role.ProvinceManager or Role.ProvinceViewer => place == LocalityLevel.Province,
        Role.CommuneAdmin => place == LocalityLevel.Commune,
        Role.AgencyOfficer => place is not null,
        _ => true,
    };
}

internal sealed class GrantMapping : IEntityTypeConfiguration<Grant>
{
    public void Configure(EntityTypeBuilder<Grant> builder)
    {
        builder.HasKey(g => g.Id);
        builder.Property(g => g.GrantedBy).HasMaxLength(80);
        builder.Property(g => g.EndedBy).HasMaxLength(80);
        builder.HasOne<Locality>().WithMany().HasForeignKey(g => g.TenantId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Agency>().WithMany().HasForeignKey(g => new { g.TenantId, g.AgencyId }).OnDelete(DeleteBehavior.Restrict);
    }
}
