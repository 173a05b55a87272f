using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Learning;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Rollup;

/// <summary>
/// Completions counted by locality × month × audience × course, exact in the transaction that stored them.
/// Each learner is counted in one cell only (see <see cref="Learner"/>), so that learners add over every dimension.
/// </summary>
public sealed class CompletionFact : IWrittenByIntake, ITracked
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    /// <summary>First day of the month in Asia/Ho_Chi_Minh.</summary>
    public DateOnly Month { get; set; }

    public Audience Audience { get; set; }

    public int CourseId { get; set; }

    public long Completions { get; set; }

    /// <summary>Learners whose first completion falls in this cell.</summary>
    public long Learners { get; set; }

    public long Passed { get; set; }

    public Locality? Locality { get; set; }

    public Course? Course { get; set; }

    public long Change { get; private set; }
}

/// <summary>
/// Learners confirmed by the skill framework's rule, by locality × audience × month in which they reached its level. Exact in the
/// transaction that confirms them; each learner is in one cell at most.
/// </summary>
public sealed class ConfirmationFact : IWrittenByIntake, ITracked
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    /// <summary>First day of the month in Asia/Ho_Chi_Minh.</summary>
    public DateOnly Month { get; set; }

    public Audience Audience { get; set; }

    public long Confirmed { get; set; }

    public Locality? Locality { get; set; }

    public long Change { get; private set; }
}

/// <summary>Learners of a locality and audience by the year in which they first learnt, first passed and were confirmed; progress on targets is read from it.</summary>
public sealed class AudienceTotal : IWrittenByIntake
{
    public short TenantId { get; set; }

    public Audience Audience { get; set; }

    public int Year { get; set; }

    public long Learners { get; set; }

    /// <summary>Learners who first passed a course in this year.</summary>
    public long Achieved { get; set; }

    /// <summary>Learners who reached the skill framework's level in this year.</summary>
    public long Confirmed { get; set; }

    public DateTimeOffset AsOf { get; set; }
}

/// <summary>How many people a group has in a locality and year: the denominator. Declared by the locality, never guessed.</summary>
public sealed class Population : ITenantOwned
{
    public short TenantId { get; set; }

    /// <summary>The group that targets name: PublicSector, StudentsFromPrimary, Adults …</summary>
    public required string Code { get; set; }

    public int Year { get; set; }

    public int People { get; set; }

    /// <summary>Where the number is from.</summary>
    public required string Source { get; set; }

    public Locality? Locality { get; set; }
}

/// <summary>A figure that a locality sends for a target whose source is reports. The latest by date counts.</summary>
public sealed class TargetFigure : ITenantOwned
{
    public short TenantId { get; set; }

    public Guid TargetId { get; set; }

    public DateTimeOffset AsOf { get; set; }

    public long Numerator { get; set; }

    /// <summary>Null for counts, and where the audience's population is the denominator.</summary>
    public long? Denominator { get; set; }
}

/// <summary>How a target stands.</summary>
public enum ProgressStatus
{
    /// <summary>A figure that nobody has sent.</summary>
    Missing,

    /// <summary>A province's figure to which some communes have not contributed yet.</summary>
    Partial,

    /// <summary>Below the target's value.</summary>
    Behind,

    /// <summary>The target is met.</summary>
    Reached,
}

/// <summary>Progress on a target: a view over totals, populations and reported figures. Numerator and denominator, the percentage last.</summary>
public sealed class TargetProgress : ITenantOwned
{
    public short TenantId { get; set; }

    public Guid TargetId { get; set; }

    public Guid PlanId { get; set; }

    public int Year { get; set; }

    public Audience? Audience { get; set; }

    public Bound Bound { get; set; }

    public decimal TargetValue { get; set; }

    public TargetUnit Unit { get; set; }

    public FigureSource Source { get; set; }

    public long? Numerator { get; set; }

    public long? Denominator { get; set; }

    /// <summary>Of a province's communes, how many have sent what the figure is made of.</summary>
    public int MembersWithFigures { get; set; }

    public int Members { get; set; }

    /// <summary>100 × numerator / denominator, two decimals; may exceed 100. Null for counts and where a part is missing.</summary>
    public decimal? Percentage { get; set; }

    public ProgressStatus Status { get; set; }

    public DateTimeOffset? AsOf { get; set; }

    public Locality? Locality { get; set; }

    public Target? Target { get; set; }
}

internal sealed class FiguresMapping :
    IEntityTypeConfiguration<CompletionFact>, IEntityTypeConfiguration<ConfirmationFact>, IEntityTypeConfiguration<AudienceTotal>, IEntityTypeConfiguration<Population>,
    IEntityTypeConfiguration<TargetFigure>, IEntityTypeConfiguration<TargetProgress>
{
    public void Configure(EntityTypeBuilder<CompletionFact> builder)
    {
        builder.HasKey(f => new { f.TenantId, f.Id });
        builder.HasIndex(f => new { f.TenantId, f.Month, f.Audience, f.CourseId }).IsUnique();
        builder.HasOne(f => f.Locality).WithMany(l => l.CompletionFacts).HasForeignKey(f => f.TenantId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne(f => f.Course).WithMany().HasForeignKey(f => f.CourseId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<ConfirmationFact> builder)
    {
        builder.HasKey(f => new { f.TenantId, f.Id });
        builder.HasIndex(f => new { f.TenantId, f.Month, f.Audience }).IsUnique();
        builder.HasOne(f => f.Locality).WithMany(l => l.ConfirmationFacts).HasForeignKey(f => f.TenantId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<AudienceTotal> builder)
    {
        builder.HasKey(t => new { t.TenantId, t.Audience, t.Year });
        builder.HasOne<Locality>().WithMany().HasForeignKey(t => t.TenantId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<Population> builder)
    {
        builder.HasKey(p => new { p.TenantId, p.Code, p.Year });
        builder.Property(p => p.Code).HasMaxLength(40);
        builder.Property(p => p.Source).HasMaxLength(200);
        builder.HasOne(p => p.Locality).WithMany(l => l.Populations).HasForeignKey(p => p.TenantId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<TargetFigure> builder)
    {
        builder.HasKey(f => new { f.TenantId, f.TargetId, f.AsOf });
        builder.HasOne<Target>().WithMany().HasForeignKey(f => new { f.TenantId, f.TargetId });
    }

    public void Configure(EntityTypeBuilder<TargetProgress> builder)
    {
        builder.ToView("target_progress");
        builder.HasKey(p => new { p.TenantId, p.TargetId });
        builder.Property(p => p.TargetValue).HasPrecision(14, 2);
        builder.Property(p => p.Percentage).HasPrecision(14, 2);
        builder.HasOne(p => p.Locality).WithMany(l => l.Progress).HasForeignKey(p => p.TenantId);
        builder.HasOne(p => p.Target).WithOne(t => t.Progress).HasForeignKey<TargetProgress>(p => new { p.TenantId, p.TargetId });
    }
}
