using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Platform.Assignments;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Rollup;

namespace Platform.Plans;

/// <summary>
/// A plan as one document: reads it whole from what was sent, replaces it whole while it is a draft, copies it whole into an
/// amendment. Refuses a second lead, an unknown agency or parent, and a repeated number; nothing is stored unless everything is right.
/// </summary>
public sealed class PlanDocument(PlatformDb db, LocalityDirectory directory, TimeProvider clock)
{
    /// <summary>Makes a draft of what was sent.</summary>
    public async Task<Plan> Create(LocalityEntry locality, PlanContent content, CancellationToken cancellation)
    {
        var plan = new Plan { TenantId = locality.Id, Id = Guid.CreateVersion7(), Title = "", CreatedAt = Now, UpdatedAt = Now };
        await using var transaction = await BeginAlone(plan, cancellation);
        await Fill(plan, content, cancellation);
        db.Plans.Add(plan);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return plan;
    }

    /// <summary>Replaces a draft by what was sent.</summary>
    public async Task Replace(Plan plan, PlanContent content, CancellationToken cancellation)
    {
        RefuseUnlessDraft(plan);
        await using var transaction = await BeginAlone(plan, cancellation);
        await Empty(plan, cancellation);
        await Fill(plan, content, cancellation);
        Touch(plan);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Removes a draft.</summary>
    public async Task Delete(Plan plan, CancellationToken cancellation)
    {
        RefuseUnlessDraft(plan);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Empty(plan, cancellation);
        db.Plans.Remove(plan);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Issues a draft; the version it amends, if any, becomes Amended.</summary>
    public async Task Issue(Plan plan, string? number, DateOnly? issuedOn, string? signer, string? signerPosition, CancellationToken cancellation)
    {
        RefuseUnlessDraft(plan);
        if (!await db.Targets.AnyAsync(t => t.TenantId == plan.TenantId && t.PlanId == plan.Id, cancellation)
            || !await db.Tasks.AnyAsync(t => t.TenantId == plan.TenantId && t.PlanId == plan.Id, cancellation))
            throw new ProblemException(Problems.EmptyPlan);
        plan.Number = number ?? plan.Number;
        plan.IssuedOn = issuedOn ?? plan.IssuedOn;
        plan.Signer = signer ?? plan.Signer;
        plan.SignerPosition = signerPosition ?? plan.SignerPosition;
        plan.Status = PlanStatus.Issued;
        Touch(plan);
        if (plan.AmendsId is { } amended)
        {
            var before = await db.Plans.SingleAsync(p => p.TenantId == plan.TenantId && p.Id == amended, cancellation);
            if (before.Status != PlanStatus.Issued)
                throw new ProblemException(Problems.WrongStatus);
            before.Status = PlanStatus.Amended;
            Touch(before);
            await ReportedFigures.Carry(db, plan.TenantId, amended, plan.Id, cancellation);
        }

        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Starts the next version of an issued plan as a draft with the same content.</summary>
    public async Task<Plan> Amend(Plan plan, CancellationToken cancellation)
    {
        await using var transaction = await BeginAlone(plan, cancellation);
        var read = plan.Revision;
        await db.Entry(plan).ReloadAsync(cancellation);
        if (plan.Revision != read)
            throw new ProblemException(Problems.Met);
        if (plan.Status != PlanStatus.Issued)
            throw new ProblemException(Problems.WrongStatus);
        if (await db.Plans.AnyAsync(p => p.TenantId == plan.TenantId && p.AmendsId == plan.Id && p.Status == PlanStatus.Draft, cancellation))
            throw new ProblemException(Problems.WrongStatus, new Explanation("Đã có một bản sửa đổi đang soạn.", "An amendment is being drafted already."));
        var content = await PlanView.Load(db, plan, cancellation);
        var next = new Plan
        {
            TenantId = plan.TenantId,
            Id = Guid.CreateVersion7(),
            Title = plan.Title,
            Version = plan.Version + 1,
            AmendsId = plan.Id,
            CreatedAt = Now,
            UpdatedAt = Now,
        };
        await Fill(next, content.ToContent(), cancellation);
        next.Number = null;
        next.IssuedOn = null;
        next.IssuedText = null;
        db.Plans.Add(next);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return next;
    }

    /// <summary>Ends an issued plan.</summary>
    public async Task Close(Plan plan, CancellationToken cancellation)
    {
        if (plan.Status != PlanStatus.Issued)
            throw new ProblemException(Problems.WrongStatus);
        plan.Status = PlanStatus.Closed;
        Touch(plan);
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Ends every issued plan of a locality that ends itself, in the caller's transaction, and gives them.</summary>
    internal async Task<List<Guid>> CloseAll(short locality, CancellationToken cancellation)
    {
        var plans = await db.Plans.Where(p => p.TenantId == locality && p.Status == PlanStatus.Issued).ToListAsync(cancellation);
        await Set(plans, PlanStatus.Closed, cancellation);
        return plans.ConvertAll(p => p.Id);
    }

    /// <summary>Puts plans in force again that ended with their locality.</summary>
    internal async Task Reopen(short locality, IReadOnlyCollection<Guid> closed, CancellationToken cancellation) =>
        await Set(await db.Plans.Where(p => p.TenantId == locality && closed.Contains(p.Id) && p.Status == PlanStatus.Closed).ToListAsync(cancellation), PlanStatus.Issued, cancellation);

    private async Task Set(List<Plan> plans, PlanStatus status, CancellationToken cancellation)
    {
        foreach (var plan in plans)
        {
            plan.Status = status;
            Touch(plan);
        }

        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Refuses to edit anything but a draft.</summary>
    public static void RefuseUnlessDraft(Plan plan)
    {
        if (plan.Status != PlanStatus.Draft)
            throw new ProblemException(Problems.NotADraft);
    }

    /// <summary>Marks the plan as changed, so that its ETag moves and a concurrent change is noticed.</summary>
    public void Touch(Plan plan)
    {
        plan.Revision++;
        plan.UpdatedAt = Now;
    }

    // Databases keep microseconds: an answer shows the time that later ones will show.
    private DateTimeOffset Now
    {
        get
        {
            var now = clock.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }

    // One document of a locality at a time: two may name the same new agency, or amend the same plan.
    private Task<IDbContextTransaction> BeginAlone(Plan plan, CancellationToken cancellation) => db.BeginAlone($"plans of {plan.TenantId}", cancellation);

    private async Task Fill(Plan plan, PlanContent content, CancellationToken cancellation)
    {
        var faults = new Faults();
        PlanReading.Header(content, plan, faults);
        var agencies = await MatchAgencies(plan, content, faults, cancellation);
        await FindImplemented(plan, content.Implements, faults, cancellation);

        plan.LegalBases.AddRange(faults.Each("/legalBases", content.LegalBases).Select(b => PlanReading.LegalBasis(b.Item, plan, b.Index, faults)));
        foreach (var (from, at, i) in faults.Each("/targets", content.Targets))
        {
            var target = new Target { TenantId = plan.TenantId, Id = Guid.CreateVersion7(), PlanId = plan.Id, Ordinal = i, Number = "", Title = "", Measure = "" };
            PlanReading.Target(from, target, plan, at, faults);
            plan.Targets.Add(target);
        }

        var tasks = new Dictionary<string, PlanTask>(StringComparer.Ordinal);
        foreach (var (from, at, i) in faults.Each("/tasks", content.Tasks))
        {
            var task = new PlanTask { TenantId = plan.TenantId, Id = Guid.CreateVersion7(), PlanId = plan.Id, Ordinal = i, Number = "", Title = "" };
            PlanReading.Task(from, task, at, faults);
            if (from.Parent is not null)
            {
                if (tasks.TryGetValue(from.Parent, out var parent))
                    task.ParentId = parent.Id;
                else
                    faults.Add($"{at}/parent", Problems.UnknownParent);
            }

            if (!tasks.TryAdd(task.Number, task))
                faults.Add($"{at}/number", Problems.Repeated);
            plan.Tasks.Add(task);
            plan.Assignments.AddRange(AssignmentMatrix.Read(from.Assignments, task, agencies, $"{at}/assignments", faults));
        }

        plan.Initiatives.AddRange(faults.Each("/initiatives", content.Initiatives).Select(x => PlanReading.Initiative(x.Item, plan, x.Index, tasks, faults)));
        plan.ReportingRules.AddRange(faults.Each("/reportingRules", content.ReportingRules).Select(r => PlanReading.ReportingRule(r.Item, plan, r.Index, faults)));
        faults.ThrowIfAny();

        // The parts are added explicitly: their keys are set, and a tracked plan would take them for existing rows.
        db.AddRange(plan.LegalBases);
        db.AddRange(plan.Targets);
        db.AddRange(plan.Tasks);
        db.AddRange(plan.Assignments);
        db.AddRange(plan.Initiatives);
        db.AddRange(plan.ReportingRules);
    }

    // Agencies that the locality has are used as they are; the others are added to it.
    private async Task<Dictionary<string, Agency>> MatchAgencies(Plan plan, PlanContent content, Faults faults, CancellationToken cancellation)
    {
        var known = await db.Agencies.Where(a => a.TenantId == plan.TenantId).ToDictionaryAsync(a => a.Key, StringComparer.Ordinal, cancellation);
        foreach (var (key, agency) in PlanReading.Agencies(content, plan.TenantId, faults))
        {
            if (known.TryAdd(key, agency))
                db.Agencies.Add(agency);
        }

        return known;
    }

    private async Task FindImplemented(Plan plan, ImplementedPlan? reference, Faults faults, CancellationToken cancellation)
    {
        (plan.ImplementsTenantId, plan.ImplementsId) = (null, null);
        if (reference is null)
            return;
        var above = await directory.Find(reference.Locality ?? "", cancellation);
        var found = above is null || reference.Number is null || !Faults.IsText(reference.Number) ? null : await db.Plans
            .Where(p => p.TenantId == above.Id && p.Number == reference.Number && p.Status != PlanStatus.Draft)
            .OrderByDescending(p => p.Version).FirstOrDefaultAsync(cancellation);
        if (found is null || above!.Id == plan.TenantId)
            faults.Add("/implements", Problems.UnknownImplemented);
        else
            (plan.ImplementsTenantId, plan.ImplementsId) = (found.TenantId, found.Id);
    }

    private async Task Empty(Plan plan, CancellationToken cancellation)
    {
        await db.Assignments.Where(a => a.TenantId == plan.TenantId && a.PlanId == plan.Id).ExecuteDeleteAsync(cancellation);
        await db.Initiatives.Where(a => a.TenantId == plan.TenantId && a.PlanId == plan.Id).ExecuteDeleteAsync(cancellation);
        await db.Tasks.Where(a => a.TenantId == plan.TenantId && a.PlanId == plan.Id).ExecuteDeleteAsync(cancellation);
        await db.Targets.Where(a => a.TenantId == plan.TenantId && a.PlanId == plan.Id).ExecuteDeleteAsync(cancellation);
        await db.LegalBases.Where(a => a.TenantId == plan.TenantId && a.PlanId == plan.Id).ExecuteDeleteAsync(cancellation);
        await db.ReportingRules.Where(a => a.TenantId == plan.TenantId && a.PlanId == plan.Id).ExecuteDeleteAsync(cancellation);
    }
}
