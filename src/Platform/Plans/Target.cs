using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Plans;

/// <summary>Nhóm đối tượng: the four of the national digital-skills framework, and the groups that some targets name.</summary>
public enum Audience
{
    /// <summary>Cán bộ, công chức, viên chức, người lao động khu vực công.</summary>
    PublicSector = 1,

    /// <summary>Học sinh, sinh viên.</summary>
    Students = 2,

    /// <summary>Người lao động trong doanh nghiệp, hợp tác xã.</summary>
    Workers = 3,

    /// <summary>Người dân trưởng thành.</summary>
    Citizens = 4,

    /// <summary>Tổ công nghệ số cộng đồng.</summary>
    CommunityTeams = 5,

    /// <summary>Đại sứ số.</summary>
    DigitalAmbassadors = 6,

    /// <summary>Cơ sở giáo dục.</summary>
    Schools = 7,
}

/// <summary>How the actual figure is compared with the value.</summary>
public enum Bound
{
    /// <summary>≥: tối thiểu, ít nhất, trở lên.</summary>
    [JsonStringEnumMemberName("≥")]
    AtLeast,

    /// <summary>&gt;: trên.</summary>
    [JsonStringEnumMemberName(">")]
    MoreThan,

    /// <summary>=: the plain figure; reached when the actual is not below it.</summary>
    [JsonStringEnumMemberName("=")]
    Exactly,
}

/// <summary>What a target's value counts in.</summary>
public enum TargetUnit
{
    /// <summary>Of the audience's people, 0–100.</summary>
    Percent,

    /// <summary>An absolute number of <see cref="Target.UnitText"/>.</summary>
    Count,
}

/// <summary>Whether figures stand as of a date or belong to a period.</summary>
public enum Accumulation
{
    /// <summary>As of a date; does not add over time.</summary>
    Cumulative,

    /// <summary>Within a period; adds over time.</summary>
    InPeriod,
}

/// <summary>Where a target's actual figure comes from; never guessed.</summary>
public enum FigureSource
{
    /// <summary>Learners of the audience who passed a course.</summary>
    Completions,

    /// <summary>Learners of the audience whom the skill framework's rule confirms.</summary>
    Confirmations,

    /// <summary>Figures that the locality reports.</summary>
    Reported,
}

/// <summary>Chỉ tiêu: year × audience × measure × bound × value. One sentence that holds two targets is two rows with one number.</summary>
public sealed class Target : ITenantOwned, ITracked
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    public Guid PlanId { get; set; }

    /// <summary>Where it stands in the document: III.7.</summary>
    public required string Number { get; set; }

    public int Ordinal { get; set; }

    public int Year { get; set; }

    public Audience? Audience { get; set; }

    public required string Title { get; set; }

    /// <summary>A code word for what is measured, shared between localities: DigitalSkills.</summary>
    public required string Measure { get; set; }

    public Bound Bound { get; set; }

    public decimal Value { get; set; }

    public TargetUnit Unit { get; set; }

    /// <summary>What a count counts: mô hình.</summary>
    public string? UnitText { get; set; }

    public Accumulation Accumulation { get; set; }

    public FigureSource Source { get; set; }

    /// <summary>The people the percentage is of, by code: Adults, StudentsFromPrimary …; null for counts.</summary>
    public string? Population { get; set; }

    /// <summary>What search looks in, folded; made anew whenever the row is saved.</summary>
    public string SearchText { get => VietnameseText.Fold($"{Title} {Number} {Measure} {UnitText}"); private set => _ = value; }

    public Plan? Plan { get; set; }

    public Locality? Locality { get; set; }

    public Rollup.TargetProgress? Progress { get; set; }

    public long Change { get; private set; }
}

internal sealed class TargetMapping : IEntityTypeConfiguration<Target>
{
    public void Configure(EntityTypeBuilder<Target> builder)
    {
        builder.HasKey(t => new { t.TenantId, t.Id });
        builder.HasIndex(t => t.Id); // a province asks for one by its key alone
        builder.HasIndex(t => new { t.TenantId, t.PlanId });
        builder.Property(t => t.Number).HasMaxLength(40);
        builder.Property(t => t.Title).HasMaxLength(500);
        builder.Property(t => t.Measure).HasMaxLength(60);
        builder.Property(t => t.UnitText).HasMaxLength(60);
        builder.Property(t => t.Population).HasMaxLength(40);
        builder.Property(t => t.SearchText).HasMaxLength(700).HasDefaultValue("").UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.Property(t => t.Value).HasPrecision(14, 2);
        builder.HasOne(t => t.Locality).WithMany(l => l.Targets).HasForeignKey(t => t.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
