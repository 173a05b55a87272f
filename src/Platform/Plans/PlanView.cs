using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Localities;

namespace Platform.Plans;

/// <summary>A plan in a list.</summary>
public sealed record PlanSummary(
    Guid Id, string? Number, string? Symbol, string Title, DateOnly? IssuedOn, string? IssuedText, int FromYear, int ToYear,
    PlanStatus Status, int Version, int Targets, int Tasks, int Assignments);

/// <summary>A plan as stored: its content with ids, status and version.</summary>
public sealed record PlanView : PlanContent
{
    /// <summary>The plan's id.</summary>
    public Guid Id { get; init; }

    /// <summary>Code of the locality.</summary>
    public required string Locality { get; init; }

    /// <summary>Draft, Issued, Amended or Closed.</summary>
    public PlanStatus Status { get; init; }

    /// <summary>1 for the first version.</summary>
    public int Version { get; init; }

    /// <summary>The version that this one amends.</summary>
    public Guid? Amends { get; init; }

    /// <summary>Rises with every change; also the ETag.</summary>
    public int Revision { get; init; }

    /// <summary>When it was last changed (UTC).</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The targets with their ids.</summary>
    public new IReadOnlyList<TargetView> Targets { get; init; } = [];

    /// <summary>The tasks with their ids.</summary>
    public new IReadOnlyList<TaskView> Tasks { get; init; } = [];

    /// <summary>Loads all parts of a plan.</summary>
    public static async Task<PlanView> Load(PlatformDb db, Plan plan, CancellationToken cancellation)
    {
        var (tenant, id) = (plan.TenantId, plan.Id);
        var locality = await db.Localities.AsNoTracking().SingleAsync(l => l.Id == tenant, cancellation);
        var above = plan.ImplementsId is null ? null : await db.Plans.AsNoTracking()
            .Where(p => p.TenantId == plan.ImplementsTenantId && p.Id == plan.ImplementsId)
            .Select(p => new ImplementedPlan(p.Locality!.Code, p.Number)).SingleOrDefaultAsync(cancellation);
        var bases = await db.LegalBases.AsNoTracking().Where(b => b.TenantId == tenant && b.PlanId == id).OrderBy(b => b.Ordinal).ToListAsync(cancellation);
        var targets = await db.Targets.AsNoTracking().Where(t => t.TenantId == tenant && t.PlanId == id).OrderBy(t => t.Ordinal).ToListAsync(cancellation);
        var tasks = await db.Tasks.AsNoTracking().Where(t => t.TenantId == tenant && t.PlanId == id).OrderBy(t => t.Ordinal).ToListAsync(cancellation);
        var assignments = await db.Assignments.AsNoTracking().Include(a => a.Agency).Where(a => a.TenantId == tenant && a.PlanId == id)
            .ToListAsync(cancellation);
        var initiatives = await db.Initiatives.AsNoTracking().Where(i => i.TenantId == tenant && i.PlanId == id).OrderBy(i => i.Ordinal).ToListAsync(cancellation);
        var rules = await db.ReportingRules.AsNoTracking().Where(r => r.TenantId == tenant && r.PlanId == id).OrderBy(r => r.Ordinal).ToListAsync(cancellation);
        var agencies = await db.Agencies.AsNoTracking().Where(a => a.TenantId == tenant).OrderBy(a => a.Name).ToListAsync(cancellation);

        var numbers = tasks.ToDictionary(t => t.Id, t => t.Number);
        var named = assignments.Select(a => a.Agency!.Key).Concat(rules.SelectMany(r => r.Reporters)).Concat(rules.Select(r => r.Recipient)).ToHashSet();
        var byTask = assignments.ToLookup(a => a.TaskId);
        return new PlanView
        {
            Id = id,
            Locality = locality.Code,
            Number = plan.Number,
            Symbol = plan.Symbol,
            Title = plan.Title,
            Issuer = plan.Issuer,
            Signer = plan.Signer,
            SignerPosition = plan.SignerPosition,
            IssuedOn = plan.IssuedOn,
            IssuedText = plan.IssuedText,
            FromYear = plan.FromYear,
            ToYear = plan.ToYear,
            Status = plan.Status,
            Version = plan.Version,
            Amends = plan.AmendsId,
            Revision = plan.Revision,
            UpdatedAt = plan.UpdatedAt,
            Implements = above,
            LegalBases = [.. bases.Select(b => new LegalBasisContent(b.Number, b.Kind, b.IssuedOn, b.Issuer, b.Title, b.Relation))],
            Agencies = [.. agencies.Where(a => named.Contains(a.Key)).Select(a => new AgencyContent(a.Key, a.Name, a.Kind))],
            Targets = [.. targets.Select(TargetView.Of)],
            Tasks = [.. tasks.Select(t => TaskView.Of(t, t.ParentId is { } p ? numbers[p] : null, byTask[t.Id]))],
            Initiatives = [.. initiatives.Select(i => new InitiativeContent(
                i.Name, i.Kind, i.TaskId is { } t ? numbers[t] : null,
                [.. i.Coverage.Select(c => new CoverageContent(c.Each, c.AtLeast, c.Of, c.Percent, c.Text))]))],
            ReportingRules = [.. rules.Select(r => new ReportingRuleContent(
                r.Title, r.Kind, r.Reporters, r.Recipient, r.Frequency, r.DueMonth, r.DueDay, r.DueBefore, r.DueText, r.DataFrom, r.DataTo))],
            FundingSources = plan.FundingSources,
            Facts = [.. plan.Facts.Select(f => new FactContent(f.Key, f.Value, f.Text))],
        };
    }

    /// <summary>The content alone, as it would be sent.</summary>
    public PlanContent ToContent()
    {
        PlanContent content = this;
        return content with { Targets = Targets, Tasks = Tasks };
    }
}

/// <summary>A target with its id.</summary>
public sealed record TargetView : TargetContent
{
    /// <summary>The target's id.</summary>
    public Guid Id { get; init; }

    internal static TargetView Of(Target t) => new()
    {
        Id = t.Id,
        Number = t.Number,
        Year = t.Year,
        Audience = t.Audience,
        Title = t.Title,
        Measure = t.Measure,
        Bound = t.Bound,
        Value = t.Value,
        Unit = t.Unit,
        UnitText = t.UnitText,
        Accumulation = t.Accumulation,
        Source = t.Source,
        Population = t.Population,
    };
}

/// <summary>A task with its id.</summary>
public sealed record TaskView : TaskContent
{
    /// <summary>The task's id.</summary>
    public Guid Id { get; init; }

    internal static TaskView Of(PlanTask t, string? parent, IEnumerable<Assignments.Assignment> assignments) => new()
    {
        Id = t.Id,
        Number = t.Number,
        Part = t.Part,
        Parent = parent,
        Title = t.Title,
        Schedule = t.ScheduleKind is null ? null : new ScheduleContent(t.ScheduleKind, t.ScheduleText, t.StartsOn, t.DueOn, t.Recurrence),
        Output = t.Output,
        SharedLead = t.SharedLead,
        Initiative = t.Initiative,
        Assignments = [.. assignments.OrderBy(a => a.Role).ThenBy(a => a.Agency!.Key, StringComparer.Ordinal).Select(a => new AssignmentContent(a.Agency!.Key, a.Role, a.Source))],
    };
}
