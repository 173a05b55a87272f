using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Plans;

/// <summary>What sort of initiative it is.</summary>
public enum InitiativeKind
{
    /// <summary>Mô hình.</summary>
    Model,

    /// <summary>Phong trào.</summary>
    Movement,

    /// <summary>Chiến dịch.</summary>
    Campaign,

    /// <summary>Ngày hội.</summary>
    Festival,

    /// <summary>Chương trình.</summary>
    Programme,
}

/// <summary>Mô hình, phong trào, chiến dịch: Đại sứ số, Gia đình số, Chợ số … with the coverage it aims at.</summary>
public sealed class Initiative : ITenantOwned
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    public Guid PlanId { get; set; }

    public Guid? TaskId { get; set; }

    public int Ordinal { get; set; }

    public required string Name { get; set; }

    public InitiativeKind Kind { get; set; }

    public List<Coverage> Coverage { get; set; } = [];

    /// <summary>What search looks in, folded; made anew whenever the row is saved.</summary>
    public string SearchText { get => VietnameseText.Fold($"{Name}"); private set => _ = value; }

    public Plan? Plan { get; set; }

    public PlanTask? Task { get; set; }

    public Locality? Locality { get; set; }
}

/// <summary>A coverage rule: each village at least one ambassador; 100% of citizens from 16 a digital identity.</summary>
public sealed class Coverage
{
    public string? Each { get; set; }

    public int? AtLeast { get; set; }

    public string? Of { get; set; }

    public decimal? Percent { get; set; }

    public string? Text { get; set; }
}

/// <summary>Chế độ báo cáo: who owes which report by which day of which month.</summary>
public sealed class ReportingRule : ITenantOwned
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    public Guid PlanId { get; set; }

    public int Ordinal { get; set; }

    public required string Title { get; set; }

    /// <summary>HalfYear, Year, Quarter, Month, AdHoc …</summary>
    public required string Kind { get; set; }

    public required string Frequency { get; set; }

    public int? DueMonth { get; set; }

    public int? DueDay { get; set; }

    /// <summary>«Trước ngày»: the due day itself no longer counts.</summary>
    public bool DueBefore { get; set; }

    /// <summary>The original wording.</summary>
    public string? DueText { get; set; }

    public DateOnly? DataFrom { get; set; }

    public DateOnly? DataTo { get; set; }

    /// <summary>The body that receives it, by key.</summary>
    public string? Recipient { get; set; }

    /// <summary>The bodies that owe it, by key; «all» for every body of the plan.</summary>
    public List<string> Reporters { get; set; } = [];

    /// <summary>What search looks in, folded; made anew whenever the row is saved.</summary>
    public string SearchText { get => VietnameseText.Fold($"{Title} {Kind} {Frequency} {DueText} {Recipient}"); private set => _ = value; }

    public Plan? Plan { get; set; }

    public Locality? Locality { get; set; }
}

internal sealed class InitiativeMapping : IEntityTypeConfiguration<Initiative>, IEntityTypeConfiguration<ReportingRule>
{
    public void Configure(EntityTypeBuilder<Initiative> builder)
    {
        builder.HasKey(i => new { i.TenantId, i.Id });
        builder.HasIndex(i => new { i.TenantId, i.PlanId });
        builder.Property(i => i.Name).HasMaxLength(200);
        builder.Property(i => i.SearchText).HasMaxLength(200).HasDefaultValue("").UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.OwnsMany(i => i.Coverage, coverage => coverage.ToJson());
        builder.HasOne(i => i.Task).WithMany().HasForeignKey(i => new { i.TenantId, i.TaskId }).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne(i => i.Locality).WithMany().HasForeignKey(i => i.TenantId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<ReportingRule> builder)
    {
        builder.HasKey(r => new { r.TenantId, r.Id });
        builder.HasIndex(r => new { r.TenantId, r.PlanId });
        builder.Property(r => r.Title).HasMaxLength(300);
        builder.Property(r => r.Kind).HasMaxLength(30);
        builder.Property(r => r.Frequency).HasMaxLength(30);
        builder.Property(r => r.DueText).HasMaxLength(300);
        builder.Property(r => r.Recipient).HasMaxLength(80);
        builder.Property(r => r.SearchText).HasMaxLength(800).HasDefaultValue("").UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.HasOne(r => r.Locality).WithMany().HasForeignKey(r => r.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
