using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Localities;

/// <summary>The two levels of local government since 01/07/2025.</summary>
public enum LocalityLevel
{
    /// <summary>Tỉnh, thành phố: a two-digit code.</summary>
    Province,

    /// <summary>Xã, phường, đặc khu: a five-digit code.</summary>
    Commune,
}

/// <summary>A province or a commune. Each is a tenant; its <see cref="Id"/> is the tenant_id of all its rows. A global, public table.</summary>
public sealed class Locality : ITracked, IBookkeeping
{
    public short Id { get; set; }

    /// <summary>The official code: two digits for a province, five for a commune. Never reused.</summary>
    public required string Code { get; set; }

    public LocalityLevel Level { get; set; }

    /// <summary>Tỉnh, Thành phố, Xã, Phường or Đặc khu.</summary>
    public required string Kind { get; set; }

    public required string Name { get; set; }

    /// <summary>The province it lies in; a province's own id.</summary>
    public short ProvinceId { get; set; }

    /// <summary>That province's code. Kept here because most questions begin with it.</summary>
    public required string ProvinceCode { get; set; }

    public Locality? Province { get; set; }

    /// <summary>The first day on which it is known to exist.</summary>
    public DateOnly ValidFrom { get; set; }

    /// <summary>Its last day, where a reorganisation ended it; what is its stays and is only read.</summary>
    public DateOnly? ValidTo { get; set; }

    /// <summary>All names it has had, folded for search.</summary>
    public required string SearchText { get; set; }

    public List<LocalityName> Names { get; } = [];

    public List<Locality> Communes { get; } = [];

    public List<Agency> Agencies { get; } = [];

    public List<Plans.Plan> Plans { get; } = [];

    public List<Plans.Target> Targets { get; } = [];

    public List<Plans.PlanTask> Tasks { get; } = [];

    public List<Rollup.TargetProgress> Progress { get; } = [];

    public List<Rollup.CompletionFact> CompletionFacts { get; } = [];

    public List<Rollup.ConfirmationFact> ConfirmationFacts { get; } = [];

    public List<Rollup.Population> Populations { get; } = [];

    public long Change { get; private set; }
}

/// <summary>A name and kind with the days from and to which they hold. A global, public table.</summary>
public sealed class LocalityName : IBookkeeping
{
    public short LocalityId { get; set; }

    public DateOnly ValidFrom { get; set; }

    /// <summary>The last day it holds; null for the present name.</summary>
    public DateOnly? ValidTo { get; set; }

    public required string Kind { get; set; }

    public required string Name { get; set; }
}

internal sealed class LocalityMapping(string nameCollation) : IEntityTypeConfiguration<Locality>, IEntityTypeConfiguration<LocalityName>
{
    public void Configure(EntityTypeBuilder<Locality> builder)
    {
        builder.HasKey(l => l.Id);
        builder.Property(l => l.Id).ValueGeneratedNever();
        builder.Property(l => l.Code).HasMaxLength(5);
        builder.Property(l => l.Kind).HasMaxLength(20);
        builder.Property(l => l.Name).HasMaxLength(100).UseCollation(nameCollation);
        builder.Property(l => l.SearchText).HasMaxLength(400);
        builder.HasIndex(l => l.Code).IsUnique();
        builder.Property(l => l.ProvinceCode).HasMaxLength(2);
        builder.HasIndex(l => l.ProvinceId);
        builder.HasIndex(l => l.ProvinceCode);
        builder.HasIndex(l => l.ValidTo).HasFilter("valid_to is not null"); // every statement that writes asks for these few
        builder.HasOne(l => l.Province).WithMany(p => p.Communes).HasForeignKey(l => l.ProvinceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasMany(l => l.Names).WithOne().HasForeignKey(n => n.LocalityId);
    }

    public void Configure(EntityTypeBuilder<LocalityName> builder)
    {
        builder.HasKey(n => new { n.LocalityId, n.ValidFrom });
        builder.Property(n => n.Kind).HasMaxLength(20);
        builder.Property(n => n.Name).HasMaxLength(100);
    }
}
