using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Assignments;

/// <summary>Phân công: what an agency does in a task.</summary>
public enum AssignmentRole
{
    /// <summary>Chủ trì.</summary>
    Lead,

    /// <summary>Phối hợp.</summary>
    Coordinate,

    /// <summary>Tham mưu.</summary>
    Advise,

    /// <summary>Giám sát.</summary>
    Supervise,
}

/// <summary>Agency × task × role, with the place in the document that says so.</summary>
public sealed class Assignment : ITenantOwned, ITracked
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    public Guid PlanId { get; set; }

    public Guid TaskId { get; set; }

    public Guid AgencyId { get; set; }

    public AssignmentRole Role { get; set; }

    /// <summary>Where the document gives it when that is not the task itself: VI.5.1.</summary>
    public string? Source { get; set; }

    public PlanTask? Task { get; set; }

    public Agency? Agency { get; set; }

    public Locality? Locality { get; set; }

    public long Change { get; private set; }
}

internal sealed class AssignmentMapping : IEntityTypeConfiguration<Assignment>
{
    public void Configure(EntityTypeBuilder<Assignment> builder)
    {
        builder.HasKey(a => new { a.TenantId, a.Id });
        builder.HasIndex(a => a.Id); // a province asks for one by its key alone
        builder.HasIndex(a => new { a.TenantId, a.TaskId, a.AgencyId, a.Role }).IsUnique();
        builder.HasIndex(a => new { a.TenantId, a.PlanId });
        builder.HasIndex(a => new { a.TenantId, a.AgencyId });
        builder.Property(a => a.Source).HasMaxLength(40);
        builder.HasOne(a => a.Task).WithMany(t => t.Assignments).HasForeignKey(a => new { a.TenantId, a.TaskId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(a => a.Agency).WithMany(g => g.Assignments).HasForeignKey(a => new { a.TenantId, a.AgencyId }).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Plan>().WithMany(p => p.Assignments).HasForeignKey(a => new { a.TenantId, a.PlanId }).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne(a => a.Locality).WithMany().HasForeignKey(a => a.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
