using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Plans;

/// <summary>The life of a plan: draft → issued → amended (superseded by a later version) → closed.</summary>
public enum PlanStatus
{
    Draft,
    Issued,

    /// <summary>A later version has been issued in its place.</summary>
    Amended,
    Closed,
}

/// <summary>
/// Kế hoạch: one version of a locality's plan with all that its document says. Only a draft can be edited;
/// an issued plan is changed by issuing a new version that amends it.
/// </summary>
public sealed class Plan : ITenantOwned, ITracked
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    /// <summary>Document number such as 53/KH-UBND; null when the document leaves it empty.</summary>
    public string? Number { get; set; }

    /// <summary>The letters of the number, known even when the number is empty: KH-UBND.</summary>
    public string? Symbol { get; set; }

    public required string Title { get; set; }

    public string? Issuer { get; set; }

    public string? Signer { get; set; }

    public string? SignerPosition { get; set; }

    public DateOnly? IssuedOn { get; set; }

    /// <summary>What the document shows of its date when the day is missing: «tháng 4 năm 2026».</summary>
    public string? IssuedText { get; set; }

    public int FromYear { get; set; }

    public int ToYear { get; set; }

    public PlanStatus Status { get; set; }

    /// <summary>1 for the first version; an amendment has the next number.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The version that this one amends.</summary>
    public Guid? AmendsId { get; set; }

    public short? ImplementsTenantId { get; set; }

    public Guid? ImplementsId { get; set; }

    /// <summary>The plan of the level above that this one carries out.</summary>
    public Plan? Implements { get; set; }

    /// <summary>Rises with every change; the ETag.</summary>
    public int Revision { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>What search looks in, folded; made anew whenever the row is saved.</summary>
    public string SearchText { get => VietnameseText.Fold($"{Title} {Number} {Symbol} {Issuer}"); private set => _ = value; }

    public List<string> FundingSources { get; set; } = [];

    public List<PlanFact> Facts { get; set; } = [];

    public Locality? Locality { get; set; }

    public List<LegalBasis> LegalBases { get; } = [];

    public List<Target> Targets { get; } = [];

    public List<PlanTask> Tasks { get; } = [];

    public List<Assignments.Assignment> Assignments { get; } = [];

    public List<Initiative> Initiatives { get; } = [];

    public List<ReportingRule> ReportingRules { get; } = [];

    public long Change { get; private set; }
}

/// <summary>A count that the document states beside its targets, such as 16 community teams.</summary>
public sealed class PlanFact
{
    public required string Key { get; set; }

    public decimal? Value { get; set; }

    public string? Text { get; set; }
}

/// <summary>How a document is cited.</summary>
public enum LegalRelation
{
    /// <summary>Căn cứ / thực hiện: the plan rests on it.</summary>
    Basis,

    /// <summary>Named in the body.</summary>
    Reference,
}

/// <summary>Căn cứ: a document that the plan rests on or names.</summary>
public sealed class LegalBasis : ITenantOwned
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    public Guid PlanId { get; set; }

    public int Ordinal { get; set; }

    public required string Number { get; set; }

    /// <summary>Nghị quyết, Quyết định, Kế hoạch, Công văn …</summary>
    public string? Kind { get; set; }

    public DateOnly? IssuedOn { get; set; }

    public string? Issuer { get; set; }

    public string? Title { get; set; }

    public LegalRelation Relation { get; set; }

    /// <summary>What search looks in, folded; made anew whenever the row is saved.</summary>
    public string SearchText { get => VietnameseText.Fold($"{Number} {Kind} {Issuer} {Title}"); private set => _ = value; }

    public Plan? Plan { get; set; }

    public Locality? Locality { get; set; }
}

internal sealed class PlanMapping : IEntityTypeConfiguration<Plan>, IEntityTypeConfiguration<LegalBasis>
{
    public void Configure(EntityTypeBuilder<Plan> builder)
    {
        builder.HasKey(p => new { p.TenantId, p.Id });
        builder.HasIndex(p => p.Id); // a province asks for one by its key alone
        builder.Property(p => p.Number).HasMaxLength(60);
        builder.Property(p => p.Symbol).HasMaxLength(40);
        builder.Property(p => p.Title).HasMaxLength(500);
        builder.Property(p => p.Issuer).HasMaxLength(300);
        builder.Property(p => p.Signer).HasMaxLength(150);
        builder.Property(p => p.SignerPosition).HasMaxLength(150);
        builder.Property(p => p.IssuedText).HasMaxLength(100);
        builder.Property(p => p.SearchText).HasMaxLength(1000).HasDefaultValue("").UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.Property(p => p.Revision).IsConcurrencyToken();
        builder.OwnsMany(p => p.Facts, facts => facts.ToJson());
        builder.HasOne(p => p.Locality).WithMany(l => l.Plans).HasForeignKey(p => p.TenantId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne(p => p.Implements).WithMany()
            .HasForeignKey(p => new { p.ImplementsTenantId, p.ImplementsId }).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Plan>().WithMany().HasForeignKey(p => new { p.TenantId, p.AmendsId }).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(p => p.LegalBases).WithOne(b => b.Plan).HasForeignKey(b => new { b.TenantId, b.PlanId });
        builder.HasMany(p => p.Targets).WithOne(t => t.Plan).HasForeignKey(t => new { t.TenantId, t.PlanId });
        builder.HasMany(p => p.Tasks).WithOne(t => t.Plan).HasForeignKey(t => new { t.TenantId, t.PlanId });
        builder.HasMany(p => p.Initiatives).WithOne(i => i.Plan).HasForeignKey(i => new { i.TenantId, i.PlanId });
        builder.HasMany(p => p.ReportingRules).WithOne(r => r.Plan).HasForeignKey(r => new { r.TenantId, r.PlanId });
    }

    public void Configure(EntityTypeBuilder<LegalBasis> builder)
    {
        builder.HasKey(b => new { b.TenantId, b.Id });
        builder.HasIndex(b => new { b.TenantId, b.PlanId });
        builder.Property(b => b.Number).HasMaxLength(80);
        builder.Property(b => b.Kind).HasMaxLength(60);
        builder.Property(b => b.Issuer).HasMaxLength(300);
        builder.Property(b => b.Title).HasMaxLength(500);
        builder.Property(b => b.SearchText).HasMaxLength(1000).HasDefaultValue("").UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.HasOne(b => b.Locality).WithMany().HasForeignKey(b => b.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
