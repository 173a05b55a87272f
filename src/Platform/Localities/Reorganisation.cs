using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Localities;

/// <summary>How communes were reorganised.</summary>
public enum ReorganisationKind
{
    /// <summary>Nhập: several communes become one new one.</summary>
    Merge,

    /// <summary>Chia, tách: one commune becomes several, or gives a part to a new one.</summary>
    Split,
}

/// <summary>
/// That communes of one province were merged or split: on which legal basis, by whom, what it moved; and that it was taken back. A global,
/// public table. Made once and never changed but for its reversal.
/// </summary>
public sealed class Reorganisation
{
    public Guid Id { get; set; }

    /// <summary>Its place among all reorganisations and reversals; what it moved carries it.</summary>
    public int Number { get; set; }

    /// <summary>The number of the latest thing that happened to it: its own, or its reversal's.</summary>
    public int Edition { get; set; }

    public ReorganisationKind Kind { get; set; }

    public short ProvinceId { get; set; }

    /// <summary>The first day of the new communes.</summary>
    public DateOnly EffectiveOn { get; set; }

    public required string LegalBasis { get; set; }

    public required string Reason { get; set; }

    /// <summary>Given by the database: by it the database knows a reorganisation that is being made.</summary>
    public DateTimeOffset MadeAt { get; private set; }

    public required string MadeBy { get; set; }

    /// <summary>When it was taken back; given by the database too.</summary>
    public DateTimeOffset? ReversedAt { get; private set; }

    public string? ReversedBy { get; set; }

    public string? ReversalReason { get; set; }

    /// <summary>Plans that were in force and ended with their communes: a reversal puts them in force again.</summary>
    public List<Guid> ClosedPlans { get; set; } = [];

    public List<ReorganisationPart> Parts { get; } = [];
}

/// <summary>What a commune is in a reorganisation.</summary>
public enum PartSide
{
    /// <summary>It ends with it.</summary>
    From,

    /// <summary>It begins with it.</summary>
    Into,

    /// <summary>It gives a part away and goes on.</summary>
    Remains,
}

/// <summary>One commune of a reorganisation with its figures right before and right after. A global table.</summary>
public sealed class ReorganisationPart : IBookkeeping
{
    public Guid ReorganisationId { get; set; }

    public short LocalityId { get; set; }

    public PartSide Side { get; set; }

    public PartFigures Before { get; set; } = new();

    public PartFigures After { get; set; } = new();

    public Locality? Locality { get; set; }
}

/// <summary>What a commune holds, in numbers.</summary>
public sealed class PartFigures
{
    public long Learners { get; set; }

    public long Completions { get; set; }

    public long Passed { get; set; }

    public long Achieved { get; set; }

    public long Confirmed { get; set; }

    public int Plans { get; set; }

    public int PlansInForce { get; set; }

    public int Targets { get; set; }

    public int Tasks { get; set; }

    public int Assignments { get; set; }

    public int Agencies { get; set; }

    /// <summary>The sum over communes.</summary>
    public static PartFigures operator +(PartFigures a, PartFigures b) => new()
    {
        Learners = a.Learners + b.Learners,
        Completions = a.Completions + b.Completions,
        Passed = a.Passed + b.Passed,
        Achieved = a.Achieved + b.Achieved,
        Confirmed = a.Confirmed + b.Confirmed,
        Plans = a.Plans + b.Plans,
        PlansInForce = a.PlansInForce + b.PlansInForce,
        Targets = a.Targets + b.Targets,
        Tasks = a.Tasks + b.Tasks,
        Assignments = a.Assignments + b.Assignments,
        Agencies = a.Agencies + b.Agencies,
    };
}

/// <summary>
/// That a commune came of another by a reorganisation, in one step or over others in between. Gone when that is taken back. A global, public table.
/// </summary>
public sealed class LocalitySuccession : IBookkeeping
{
    public short PredecessorId { get; set; }

    public short SuccessorId { get; set; }

    /// <summary>The reorganisation or reversal that made it so (<see cref="Reorganisation.Number"/>, <see cref="Reorganisation.Edition"/>).</summary>
    public int Number { get; set; }

    /// <summary>True for one step.</summary>
    public bool Direct { get; set; }
}

internal sealed class ReorganisationMapping(Dialect dialect) :
    IEntityTypeConfiguration<Reorganisation>, IEntityTypeConfiguration<ReorganisationPart>, IEntityTypeConfiguration<LocalitySuccession>
{
    public void Configure(EntityTypeBuilder<Reorganisation> builder)
    {
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.HasIndex(r => r.Number).IsUnique();
        builder.HasIndex(r => r.Edition).IsUnique(); // every batch of the intake asks for the highest
        builder.Property(r => r.LegalBasis).HasMaxLength(300);
        builder.Property(r => r.Reason).HasMaxLength(500);
        builder.Property(r => r.MadeAt).HasDefaultValueSql(dialect.Now);
        builder.Property(r => r.MadeBy).HasMaxLength(80);
        builder.Property(r => r.ReversedBy).HasMaxLength(80);
        builder.Property(r => r.ReversalReason).HasMaxLength(500);
        builder.HasOne<Locality>().WithMany().HasForeignKey(r => r.ProvinceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(r => r.Parts).WithOne().HasForeignKey(p => p.ReorganisationId);
    }

    public void Configure(EntityTypeBuilder<ReorganisationPart> builder)
    {
        builder.HasKey(p => new { p.ReorganisationId, p.LocalityId });
        builder.OwnsOne(p => p.Before, figures => figures.ToJson("figures_before"));
        builder.OwnsOne(p => p.After, figures => figures.ToJson("figures_after"));
        builder.HasOne(p => p.Locality).WithMany().HasForeignKey(p => p.LocalityId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<LocalitySuccession> builder)
    {
        builder.HasKey(s => new { s.PredecessorId, s.SuccessorId, s.Number });
        builder.HasIndex(s => s.SuccessorId);
        builder.HasOne<Locality>().WithMany().HasForeignKey(s => s.PredecessorId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Locality>().WithMany().HasForeignKey(s => s.SuccessorId).OnDelete(DeleteBehavior.Restrict);
    }
}
