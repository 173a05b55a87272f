using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>A course of the movement; completions name it by code. A global table.</summary>
public sealed class Course : ITracked
{
    public int Id { get; set; }

    public required string Code { get; set; }

    public required string Title { get; set; }

    /// <summary>The audiences it is made for.</summary>
    public List<string> Audiences { get; set; } = [];

    /// <summary>The units of the skills framework it counts towards.</summary>
    public List<string> Units { get; set; } = [];

    /// <summary>What search looks in, folded; made anew whenever the row is saved.</summary>
    public string SearchText { get => VietnameseText.Fold($"{Title} {Code}"); private set => _ = value; }

    public long Change { get; private set; }
}

/// <summary>What a completion says, whoever keeps it: the row itself or a version that was replaced.</summary>
[Personal(DataKind.Pseudonym, Form.Plain, nameof(CompletionRecord.LearnerId))]
[Personal(DataKind.Source, Form.Plain, nameof(CompletionRecord.VendorId), nameof(CompletionRecord.ExternalId))]
[Personal(DataKind.Place, Form.Plain, nameof(CompletionRecord.TenantId))]
[Personal(DataKind.Learning, Form.Plain, nameof(CompletionRecord.CourseId), nameof(CompletionRecord.Audience), nameof(CompletionRecord.CompletedAt), nameof(CompletionRecord.Score), nameof(CompletionRecord.Passed), nameof(CompletionRecord.Revision))]
[Personal(DataKind.Moment, Form.Plain, nameof(CompletionRecord.ReceivedAt), nameof(CompletionRecord.VoidedAt))]
[Personal(DataKind.FreeText, Form.Plain, nameof(CompletionRecord.Reason), nameof(CompletionRecord.VoidReason))]
[Personal(DataKind.Technical, Form.Plain, nameof(CompletionRecord.LegalGround))]
public abstract class CompletionRecord : IWrittenByIntake, IPersonal
{
    public short VendorId { get; set; }

    /// <summary>The vendor's own id of the completion.</summary>
    public required string ExternalId { get; set; }

    public short TenantId { get; set; }

    public Guid LearnerId { get; set; }

    public int CourseId { get; set; }

    public Audience Audience { get; set; }

    public DateTimeOffset CompletedAt { get; set; }

    public decimal? Score { get; set; }

    public bool Passed { get; set; }

    /// <summary>1, or what the vendor said when it corrected.</summary>
    public short Revision { get; set; } = 1;

    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>Why this revision replaced the one before.</summary>
    public string? Reason { get; set; }

    /// <summary>When the vendor declared it void; null while it counts.</summary>
    public DateTimeOffset? VoidedAt { get; set; }

    public string? VoidReason { get; set; }

    /// <summary>What the row or its batch said it rests on. Null, as nearly always, where the vendor's own declaration holds: such a row takes no room for it.</summary>
    public LegalGround? LegalGround { get; set; }
}

/// <summary>
/// Hoàn thành khóa học, as a vendor pushed it. The natural key is vendor + the vendor's id, across all localities, so that a row sent
/// again for another commune is seen as a conflict. The widest table of the product: native types, no surrogate key, no foreign key
/// that would be looked up for each of millions of rows whose references were resolved just before.
/// </summary>
[PersonalRecords(Concerned.Learners, Purpose.Figures, Database.LegalGround.PublicTask, Keeping.UntilErasure)]
[Personal(DataKind.Place, Form.Plain, nameof(Completion.Moves))]
public sealed class Completion : CompletionRecord, IResettled
{
    public int[]? Moves { get; set; }

    /// <summary>The same again, to be changed beside this one.</summary>
    internal Completion Copy() => (Completion)MemberwiseClone();
}

/// <summary>Rows about people that go with them when communes are reorganised.</summary>
public interface IResettled
{
    /// <summary>
    /// The reorganisations that moved the row, each followed by the locality that it was moved from, the latest last; null while none did. By it a
    /// reorganisation is taken back exactly, and it says for good where the row was recorded.
    /// </summary>
    int[]? Moves { get; }
}

/// <summary>What a completion said before it was corrected, kept for good. Written by the correction; only its learner changes, when two turn out to be one.</summary>
[PersonalRecords(Concerned.Learners, Purpose.Figures, Database.LegalGround.PublicTask, Keeping.UntilErasure)]
[Personal(DataKind.Moment, Form.Plain, nameof(CompletionVersion.ReplacedAt))]
public sealed class CompletionVersion : CompletionRecord
{
    /// <summary>When the next revision replaced it.</summary>
    public DateTimeOffset ReplacedAt { get; set; }
}

/// <summary>
/// A person who learns, counted once: where and in which audience the latest completion says, in the month and course of the first.
/// Recomputable from the completions and, where a rule judges by them, the recorded confirmations, whatever the order they came in.
/// </summary>
[PersonalRecords(Concerned.Learners, Purpose.Figures, LegalGround.PublicTask, Keeping.UntilErasure)]
[Personal(DataKind.Pseudonym, Form.Plain, nameof(Learner.Id))]
[Personal(DataKind.Place, Form.Plain, nameof(Learner.TenantId), nameof(Learner.Moves))]
[Personal(DataKind.Learning, Form.Plain, nameof(Learner.Audience), nameof(Learner.FirstCourseId), nameof(Learner.FirstAt), nameof(Learner.LatestAt), nameof(Learner.AchievedAt), nameof(Learner.Units), nameof(Learner.ConfirmedAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(Learner.Counts), nameof(Learner.JudgedBy))]
public sealed class Learner : IWrittenByIntake, IPersonal, IResettled
{
    public Guid Id { get; set; }

    /// <summary>The locality that counts the learner.</summary>
    public short TenantId { get; set; }

    public Audience Audience { get; set; }

    public int FirstCourseId { get; set; }

    public DateTimeOffset FirstAt { get; set; }

    public DateTimeOffset LatestAt { get; set; }

    /// <summary>When a course was first passed; null until then.</summary>
    public DateTimeOffset? AchievedAt { get; set; }

    /// <summary>False once every completion was declared void: known, and counted nowhere.</summary>
    public bool Counts { get; set; } = true;

    /// <summary>The edition of the audience's rule by which the learner is judged; 0 where the audience has none.</summary>
    public int JudgedBy { get; set; }

    /// <summary>The rule's units that were reached, and when.</summary>
    public byte[]? Units { get; set; }

    /// <summary>When the framework's level was reached; null until then.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    public int[]? Moves { get; set; }
}

/// <summary>
/// A name under which vendors know a learner (a citizen number's or a vendor id's pseudonym) and the learner it is. A global table:
/// the same person comes through several vendors and communes. Holds pseudonyms only.
/// </summary>
[PersonalRecords(Concerned.Learners, Purpose.Recognition, LegalGround.PublicTask, Keeping.UntilErasure)]
[Personal(DataKind.Pseudonym, Form.Keyed, nameof(LearnerIdentity.Id))]
[Personal(DataKind.Pseudonym, Form.Plain, nameof(LearnerIdentity.LearnerId))]
[Personal(DataKind.Source, Form.Plain, nameof(LearnerIdentity.VendorId))]
[Personal(DataKind.Technical, Form.Plain, nameof(LearnerIdentity.KeyMark))]
public sealed class LearnerIdentity : IBookkeeping
{
    /// <summary>The keyed pseudonym; see <see cref="Pseudonyms"/>.</summary>
    public Guid Id { get; set; }

    public Guid LearnerId { get; set; }

    /// <summary>The vendor whose own id it is; null for a citizen number.</summary>
    public short? VendorId { get; set; }

    /// <summary>The key that made the pseudonym (<see cref="PseudonymKey.Mark"/>), to see how far a rotation has come.</summary>
    public short KeyMark { get; set; }
}

/// <summary>
/// That a completion was erased, under a keyed hash of its vendor's id: sent again, it is refused instead of making the person known anew.
/// </summary>
[PersonalRecords(Concerned.Learners, Purpose.Recognition, LegalGround.LegalObligation, Keeping.ForGood)]
[Personal(DataKind.Source, Form.Plain, nameof(ErasedCompletion.VendorId))]
[Personal(DataKind.Pseudonym, Form.Keyed, nameof(ErasedCompletion.Id))]
public sealed class ErasedCompletion : IVendorOwned, IBookkeeping
{
    /// <summary>How the ids of erased completions begin; no vendor's does.</summary>
    public const string Prefix = "erased:";

    public short VendorId { get; set; }

    public Guid Id { get; set; }
}

internal sealed class LearningMapping(string idCollation) :
    IEntityTypeConfiguration<Course>, IEntityTypeConfiguration<Completion>, IEntityTypeConfiguration<CompletionVersion>,
    IEntityTypeConfiguration<Learner>, IEntityTypeConfiguration<LearnerIdentity>, IEntityTypeConfiguration<ErasedCompletion>
{
    public void Configure(EntityTypeBuilder<Course> builder)
    {
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Code).HasMaxLength(60);
        builder.Property(c => c.Title).HasMaxLength(300);
        builder.Property(c => c.SearchText).HasMaxLength(400).HasDefaultValue("").UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.HasIndex(c => c.Code).IsUnique();
    }

    public void Configure(EntityTypeBuilder<Completion> builder)
    {
        builder.HasKey(c => new { c.VendorId, c.ExternalId });
        Content(builder);
        builder.HasIndex(c => c.LearnerId);
    }

    public void Configure(EntityTypeBuilder<CompletionVersion> builder)
    {
        builder.HasKey(c => new { c.VendorId, c.ExternalId, c.Revision });
        builder.Property(c => c.Revision).ValueGeneratedNever();
        Content(builder);
        builder.HasIndex(c => c.LearnerId);
    }

    public void Configure(EntityTypeBuilder<Learner> builder)
    {
        builder.HasKey(l => l.Id);
        builder.Property(l => l.Id).ValueGeneratedNever();
        builder.Property(l => l.Audience).HasConversion<short>();
        builder.Property(l => l.Units).HasMaxLength(9 * 60);
    }

    public void Configure(EntityTypeBuilder<LearnerIdentity> builder)
    {
        builder.HasKey(i => i.Id);
        builder.Property(i => i.Id).ValueGeneratedNever();
        builder.HasIndex(i => i.LearnerId);
    }

    public void Configure(EntityTypeBuilder<ErasedCompletion> builder)
    {
        builder.HasKey(e => new { e.VendorId, e.Id });
        builder.Property(e => e.Id).ValueGeneratedNever();
    }

    // Ids differ by case, and are compared as bytes: that is also several times faster than by any language's rules.
    private void Content<T>(EntityTypeBuilder<T> builder)
        where T : CompletionRecord
    {
        builder.Property(c => c.ExternalId).HasMaxLength(100).UseCollation(idCollation);
        builder.Property(c => c.Audience).HasConversion<short>();
        builder.Property(c => c.Score).HasPrecision(5, 2);
        builder.Property(c => c.Reason).HasMaxLength(200);
        builder.Property(c => c.VoidReason).HasMaxLength(200);
        builder.Property(c => c.LegalGround).HasConversion<short>();
    }
}
