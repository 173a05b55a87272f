using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Plans;

/// <summary>What a schedule's wording means.</summary>
public enum ScheduleKind
{
    /// <summary>Thường xuyên.</summary>
    Ongoing,

    /// <summary>Định kỳ hằng tháng, quý …</summary>
    Recurring,

    /// <summary>Trước tháng 6/2026: due on the last day that still counts.</summary>
    Deadline,

    /// <summary>Năm 2026, tháng 10/2026.</summary>
    Window,

    /// <summary>Từ tháng 9/2025.</summary>
    OpenStart,

    /// <summary>10/10 hằng năm.</summary>
    YearlyDay,

    /// <summary>20 ngày sau khi …</summary>
    Relative,
}

/// <summary>Nhiệm vụ, giải pháp: a numbered node of the plan's tree, with its schedule, its output and who is assigned to it.</summary>
public sealed class PlanTask : ITenantOwned, ITracked
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    public Guid PlanId { get; set; }

    public Guid? ParentId { get; set; }

    /// <summary>The document's numbering: 5.4.a.</summary>
    public required string Number { get; set; }

    /// <summary>The document's part: IV.</summary>
    public string? Part { get; set; }

    public int Ordinal { get; set; }

    public required string Title { get; set; }

    public ScheduleKind? ScheduleKind { get; set; }

    /// <summary>The original wording; the dates beside it are read from it.</summary>
    public string? ScheduleText { get; set; }

    public DateOnly? StartsOn { get; set; }

    public DateOnly? DueOn { get; set; }

    /// <summary>Monthly, Quarterly, «Yearly 10-10» …</summary>
    public string? Recurrence { get; set; }

    /// <summary>Sản phẩm đầu ra.</summary>
    public string? Output { get; set; }

    /// <summary>The document itself names several leading bodies; else a task has one.</summary>
    public bool SharedLead { get; set; }

    /// <summary>The initiative that this task sets up.</summary>
    public string? Initiative { get; set; }

    /// <summary>What search looks in, folded; made anew whenever the row is saved.</summary>
    public string SearchText { get => VietnameseText.Fold($"{Title} {Number} {Output} {ScheduleText} {Initiative}"); private set => _ = value; }

    public Plan? Plan { get; set; }

    public PlanTask? Parent { get; set; }

    public List<PlanTask> Children { get; } = [];

    public Locality? Locality { get; set; }

    public List<Assignments.Assignment> Assignments { get; } = [];

    public long Change { get; private set; }
}

internal sealed class PlanTaskMapping : IEntityTypeConfiguration<PlanTask>
{
    public void Configure(EntityTypeBuilder<PlanTask> builder)
    {
        builder.HasKey(t => new { t.TenantId, t.Id });
        builder.HasIndex(t => t.Id); // a province asks for one by its key alone
        builder.HasIndex(t => new { t.TenantId, t.PlanId, t.Number }).IsUnique();
        builder.Property(t => t.Number).HasMaxLength(40);
        builder.Property(t => t.Part).HasMaxLength(10);
        builder.Property(t => t.Title).HasMaxLength(500);
        builder.Property(t => t.ScheduleText).HasMaxLength(300);
        builder.Property(t => t.Recurrence).HasMaxLength(60);
        builder.Property(t => t.Output).HasMaxLength(300);
        builder.Property(t => t.Initiative).HasMaxLength(200);
        builder.Property(t => t.SearchText).HasMaxLength(1400).HasDefaultValue("").UsePropertyAccessMode(PropertyAccessMode.Property);
        builder.HasOne(t => t.Parent).WithMany(t => t.Children).HasForeignKey(t => new { t.TenantId, t.ParentId }).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne(t => t.Locality).WithMany(l => l.Tasks).HasForeignKey(t => t.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
