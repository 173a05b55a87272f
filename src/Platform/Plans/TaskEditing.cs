using Microsoft.EntityFrameworkCore;
using Platform.Assignments;
using Platform.Database;
using Platform.Http;

namespace Platform.Plans;

/// <summary>Adds, replaces and removes single tasks of a draft with their assignments. Refuses a repeated number, an unknown or circular parent.</summary>
public sealed class TaskEditing(PlatformDb db, PlanDocument document)
{
    /// <summary>Adds a task behind the others.</summary>
    public async Task<TaskView> Add(Plan plan, TaskContent content, CancellationToken cancellation)
    {
        var tasks = await Tasks(plan).ToListAsync(cancellation);
        var task = new PlanTask
        {
            TenantId = plan.TenantId,
            Id = Guid.CreateVersion7(),
            PlanId = plan.Id,
            Ordinal = tasks.Count == 0 ? 0 : tasks.Max(t => t.Ordinal) + 1,
            Number = "",
            Title = "",
        };
        db.Tasks.Add(task);
        return await Fill(plan, task, tasks, content, cancellation);
    }

    /// <summary>Replaces a task.</summary>
    public async Task<TaskView> Replace(Plan plan, Guid id, TaskContent content, CancellationToken cancellation)
    {
        var tasks = await Tasks(plan).ToListAsync(cancellation);
        var task = tasks.SingleOrDefault(t => t.Id == id) ?? throw new ProblemException(Problems.UnknownTask);
        db.Assignments.RemoveRange(await db.Assignments.Where(a => a.TenantId == plan.TenantId && a.TaskId == id).ToListAsync(cancellation));
        return await Fill(plan, task, [.. tasks.Where(t => t.Id != id)], content, cancellation);
    }

    /// <summary>Removes a task.</summary>
    public async Task Delete(Plan plan, Guid id, CancellationToken cancellation)
    {
        var task = await Tasks(plan).SingleOrDefaultAsync(t => t.Id == id, cancellation) ?? throw new ProblemException(Problems.UnknownTask);
        if (await Tasks(plan).AnyAsync(t => t.ParentId == id, cancellation)
            || await db.Initiatives.AnyAsync(i => i.TenantId == plan.TenantId && i.TaskId == id, cancellation))
            throw new ProblemException(Problems.TaskInUse);
        db.Tasks.Remove(task);
        document.Touch(plan);
        await db.SaveChangesAsync(cancellation);
    }

    private IQueryable<PlanTask> Tasks(Plan plan) => db.Tasks.Where(t => t.TenantId == plan.TenantId && t.PlanId == plan.Id);

    private async Task<TaskView> Fill(Plan plan, PlanTask task, List<PlanTask> others, TaskContent content, CancellationToken cancellation)
    {
        var faults = new Faults();
        PlanReading.Task(content, task, "", faults);
        if (others.Exists(t => t.Number == task.Number))
            faults.Add("/number", Problems.Repeated);
        var parent = content.Parent is null ? null : others.Find(t => t.Number == content.Parent);
        if (content.Parent is not null && (parent is null || IsBelow(parent, task, others)))
            faults.Add("/parent", Problems.UnknownParent);
        task.ParentId = parent?.Id;
        var agencies = await db.Agencies.Where(a => a.TenantId == plan.TenantId).ToDictionaryAsync(a => a.Key, StringComparer.Ordinal, cancellation);
        var assignments = AssignmentMatrix.Read(content.Assignments, task, agencies, "/assignments", faults);
        faults.ThrowIfAny();
        db.Assignments.AddRange(assignments);
        document.Touch(plan);
        await db.SaveChangesAsync(cancellation);
        return TaskView.Of(task, content.Parent, assignments);
    }

    private static bool IsBelow(PlanTask candidate, PlanTask task, List<PlanTask> others)
    {
        for (PlanTask? t = candidate; t is not null; t = others.Find(o => o.Id == t.ParentId))
            if (t.ParentId == task.Id)
                return true;
        return false;
    }
}
