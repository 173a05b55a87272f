using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Learning;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Confirmations;

/// <summary>What proves that a learner has reached the framework's level.</summary>
public enum ConfirmationSource
{
    /// <summary>Completions that the learning platform calls passed, with the minimum score where there is one.</summary>
    PlatformResult,

    /// <summary>Completions with at least the minimum score, whatever the learning platform calls them.</summary>
    Test,

    /// <summary>The learner's own declaration, recorded by the commune.</summary>
    Declaration,

    /// <summary>The confirmation of a competent agency, recorded by the commune.</summary>
    AgencyConfirmation,
}

/// <summary>A unit of the national digital-skills framework (khung kỹ năng số); courses count towards it. A global table.</summary>
public sealed class FrameworkUnit
{
    public required string Code { get; set; }

    public required string NameVi { get; set; }

    public required string NameEn { get; set; }

    public int Ordinal { get; set; }
}

/// <summary>
/// When a learner of an audience is confirmed. Never changed: another version is made, with the document it rests on; before its first day it may be withdrawn. The courses that
/// count are those that its units had when it was made, so that everybody is judged by what was published. A global table.
/// </summary>
public sealed class FrameworkRule
{
    public int Id { get; set; }

    public Audience Audience { get; set; }

    /// <summary>1, 2 … of its audience.</summary>
    public int Version { get; set; }

    /// <summary>The document that sets it: number and title.</summary>
    public required string LegalBasis { get; set; }

    /// <summary>The first day (Asia/Ho_Chi_Minh) on which it is in force; until the next version's.</summary>
    public DateOnly EffectiveFrom { get; set; }

    public ConfirmationSource Source { get; set; }

    /// <summary>The units that count; none where the source is a declaration or an agency.</summary>
    public List<string> Units { get; set; } = [];

    /// <summary>How many of the units are needed.</summary>
    public short Needed { get; set; }

    /// <summary>0–100; null where the score does not matter.</summary>
    public decimal? MinimumScore { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public required string CreatedBy { get; set; }

    /// <summary>When it was withdrawn before its first day came; it never judges anybody.</summary>
    public DateTimeOffset? WithdrawnAt { get; set; }

    public string? WithdrawnBy { get; set; }

    public List<FrameworkRuleCourse> Courses { get; set; } = [];
}

/// <summary>A course that counts towards a unit of one version of a rule.</summary>
public sealed class FrameworkRuleCourse
{
    public int RuleId { get; set; }

    public int CourseId { get; set; }

    /// <summary>The place of the unit in <see cref="FrameworkRule.Units"/>.</summary>
    public short Unit { get; set; }
}

/// <summary>How far a recomputation is.</summary>
public enum RecomputationState
{
    /// <summary>The version's first day has not come; never stored.</summary>
    Waiting,

    /// <summary>Learners are being judged again.</summary>
    Running,

    /// <summary>Every learner of the audience is judged by this version.</summary>
    Done,

    /// <summary>A newer version came into force before it was done.</summary>
    Superseded,

    /// <summary>The version was withdrawn before its first day; never stored.</summary>
    Withdrawn,
}

/// <summary>
/// A version of a rule coming into force, and how far all learners of its audience have been judged by it. The edition numbers these
/// events over all audiences; the newest of an audience is what the intake judges by, and learners carry the one they were judged by.
/// </summary>
public sealed class Recomputation : IBookkeeping
{
    public int Edition { get; set; }

    public int RuleId { get; set; }

    public Audience Audience { get; set; }

    public RecomputationState State { get; set; }

    /// <summary>Learners to be judged again, as counted at the beginning.</summary>
    public long Total { get; set; }

    public long Done { get; set; }

    /// <summary>The last learner that was judged; the work is done in the order of ids.</summary>
    public Guid Cursor { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The run that works on it.</summary>
    public Guid Holder { get; set; }

    /// <summary>Until when that run is believed to live.</summary>
    public DateTimeOffset LeaseUntil { get; set; }

    public FrameworkRule? Rule { get; set; }
}

/// <summary>
/// Xác nhận phổ cập as a commune recorded it: a person's declaration, or an agency's confirmation. Counts where the audience's rule asks for
/// this source. Withdrawn with a reason, never removed. Holds a pseudonym only.
/// </summary>
[PersonalRecords(Concerned.Learners, Purpose.Figures, LegalGround.PublicTask, Keeping.UntilErasure)]
[Personal(DataKind.Pseudonym, Form.Plain, nameof(Confirmation.Id), nameof(Confirmation.LearnerId))]
[Personal(DataKind.Place, Form.Plain, nameof(Confirmation.TenantId), nameof(Confirmation.Moves))]
[Personal(DataKind.Learning, Form.Plain, nameof(Confirmation.Source), nameof(Confirmation.ConfirmedAt))]
[Personal(DataKind.FreeText, Form.Plain, nameof(Confirmation.Reference), nameof(Confirmation.WithdrawalReason))]
[Personal(DataKind.Moment, Form.Plain, nameof(Confirmation.RecordedAt), nameof(Confirmation.WithdrawnAt))]
[Personal(DataKind.Name, Form.Plain, nameof(Confirmation.RecordedBy), nameof(Confirmation.WithdrawnBy))]
public sealed class Confirmation : IWrittenByIntake, IPersonal, IResettled
{
    /// <summary>The commune that recorded it, or came of the one that did.</summary>
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    public Guid LearnerId { get; set; }

    public ConfirmationSource Source { get; set; }

    public DateTimeOffset ConfirmedAt { get; set; }

    /// <summary>The document or list it is recorded from.</summary>
    public string? Reference { get; set; }

    public DateTimeOffset RecordedAt { get; set; }

    public required string RecordedBy { get; set; }

    public DateTimeOffset? WithdrawnAt { get; set; }

    public string? WithdrawnBy { get; set; }

    public string? WithdrawalReason { get; set; }

    public int[]? Moves { get; set; }
}

internal sealed class FrameworkMapping :
    IEntityTypeConfiguration<FrameworkUnit>, IEntityTypeConfiguration<FrameworkRule>, IEntityTypeConfiguration<FrameworkRuleCourse>,
    IEntityTypeConfiguration<Recomputation>, IEntityTypeConfiguration<Confirmation>
{
    public void Configure(EntityTypeBuilder<FrameworkUnit> builder)
    {
        builder.HasKey(u => u.Code);
        builder.Property(u => u.Code).HasMaxLength(40);
        builder.Property(u => u.NameVi).HasMaxLength(200);
        builder.Property(u => u.NameEn).HasMaxLength(200);
    }

    public void Configure(EntityTypeBuilder<FrameworkRule> builder)
    {
        builder.HasKey(r => r.Id);
        builder.HasIndex(r => new { r.Audience, r.Version }).IsUnique();
        builder.Property(r => r.LegalBasis).HasMaxLength(300);
        builder.Property(r => r.MinimumScore).HasPrecision(5, 2);
        builder.Property(r => r.CreatedBy).HasMaxLength(80);
        builder.Property(r => r.WithdrawnBy).HasMaxLength(80);
        builder.HasMany(r => r.Courses).WithOne().HasForeignKey(c => c.RuleId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<FrameworkRuleCourse> builder)
    {
        builder.HasKey(c => new { c.RuleId, c.CourseId, c.Unit });
        builder.HasOne<Course>().WithMany().HasForeignKey(c => c.CourseId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<Recomputation> builder)
    {
        builder.HasKey(r => r.Edition);
        builder.Property(r => r.Edition).ValueGeneratedNever();
        builder.HasIndex(r => r.RuleId).IsUnique();
        builder.HasOne(r => r.Rule).WithMany().HasForeignKey(r => r.RuleId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<Confirmation> builder)
    {
        builder.HasKey(c => new { c.TenantId, c.Id });
        builder.HasIndex(c => c.LearnerId);
        builder.Property(c => c.Reference).HasMaxLength(200);
        builder.Property(c => c.RecordedBy).HasMaxLength(80);
        builder.Property(c => c.WithdrawnBy).HasMaxLength(80);
        builder.Property(c => c.WithdrawalReason).HasMaxLength(200);
        builder.HasOne<Locality>().WithMany().HasForeignKey(c => c.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
