using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Plans;

namespace Platform.Assignments;

/// <summary>
/// Tasks × agencies with roles: read as a whole, replaced as a whole, with the difference shown first if asked.
/// Refuses a second lead where the document does not share it, and agencies or tasks that are not there.
/// </summary>
public sealed class AssignmentMatrix(PlatformDb db, PlanDocument document)
{
    /// <summary>The matrix of a plan: its tasks in document order, the agencies of the locality that stand in it.</summary>
    public async Task<MatrixView> Load(Plan plan, CancellationToken cancellation)
    {
        var tasks = await db.Tasks.AsNoTracking().Where(t => t.TenantId == plan.TenantId && t.PlanId == plan.Id).OrderBy(t => t.Ordinal)
            .Select(t => new { t.Id, t.Number, t.Title, t.SharedLead, IsHeading = t.Children.Any() }).ToListAsync(cancellation);
        var cells = await db.Assignments.AsNoTracking().Where(a => a.TenantId == plan.TenantId && a.PlanId == plan.Id)
            .Select(a => new { a.TaskId, a.Agency!.Key, a.Role }).ToListAsync(cancellation);
        var agencies = await db.Agencies.AsNoTracking().Where(a => a.TenantId == plan.TenantId && a.Assignments.Any(x => x.PlanId == plan.Id))
            .OrderBy(a => a.Name).Select(AgencyView.Of).ToListAsync(cancellation);
        var byTask = cells.ToLookup(c => c.TaskId);
        return new MatrixView(
            plan.Id, agencies,
            [.. tasks.Select(t => new MatrixRowView(
                t.Id, t.Number, t.Title, t.IsHeading, t.SharedLead,
                byTask[t.Id].GroupBy(c => c.Key).OrderBy(g => g.Key, StringComparer.Ordinal)
                    .ToDictionary(g => g.Key, g => (IReadOnlyList<AssignmentRole>)[.. g.Select(c => c.Role).Order()])))]);
    }

    /// <summary>Makes the plan's assignments those of the rows; tasks that are not among the rows lose theirs. A dry run changes nothing.</summary>
    public async Task<MatrixChange> Replace(Plan plan, IReadOnlyList<MatrixRow> rows, bool dryRun, CancellationToken cancellation)
    {
        if (plan.Status is not (PlanStatus.Draft or PlanStatus.Issued))
            throw new ProblemException(Problems.WrongStatus);
        var tasks = await db.Tasks.Where(t => t.TenantId == plan.TenantId && t.PlanId == plan.Id).ToDictionaryAsync(t => t.Number, StringComparer.Ordinal, cancellation);
        var agencies = await db.Agencies.Where(a => a.TenantId == plan.TenantId).ToDictionaryAsync(a => a.Key, StringComparer.Ordinal, cancellation);
        var present = await db.Assignments.Where(a => a.TenantId == plan.TenantId && a.PlanId == plan.Id).ToListAsync(cancellation);

        var faults = new Faults();
        var wanted = new List<Assignment>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (row, at, _) in faults.Each("/rows", rows))
        {
            if (row.Task is null || !tasks.TryGetValue(row.Task, out var task))
                faults.Add($"{at}/task", Problems.AssignedTaskUnknown, new Explanation($"«{row.Task}»", $"«{row.Task}»"));
            else if (!seen.Add(row.Task))
                faults.Add($"{at}/task", Problems.Repeated);
            else
            {
                var cells = (row.Roles ?? new Dictionary<string, IReadOnlyList<AssignmentRole>>())
                    .SelectMany(cell => (cell.Value ?? []).Distinct().Select(role => new AssignmentContent(cell.Key, role, null))).ToList();
                wanted.AddRange(Read(cells, task, agencies, $"{at}/roles", faults));
            }
        }

        faults.ThrowIfAny();
        var keep = present.ToDictionary(Cell);
        var want = wanted.ToDictionary(Cell);
        var added = want.Where(w => !keep.ContainsKey(w.Key)).Select(w => w.Value).ToList();
        var removed = keep.Where(k => !want.ContainsKey(k.Key)).Select(k => k.Value).ToList();
        if (!dryRun && (added.Count > 0 || removed.Count > 0))
        {
            db.Assignments.RemoveRange(removed);
            db.Assignments.AddRange(added);
            document.Touch(plan);
            await db.SaveChangesAsync(cancellation);
        }

        var numbers = tasks.Values.ToDictionary(t => t.Id, t => t.Number);
        var keys = agencies.Values.ToDictionary(a => a.Id, a => a.Key);
        return new MatrixChange(!dryRun, Cells(added), Cells(removed), present.Count - removed.Count);

        List<MatrixCell> Cells(IEnumerable<Assignment> assignments) =>
            [.. assignments.Select(a => new MatrixCell(numbers[a.TaskId], keys[a.AgencyId], a.Role)).OrderBy(c => c.Task, StringComparer.Ordinal).ThenBy(c => c.Agency, StringComparer.Ordinal)];
    }

    /// <summary>Reads the assignments of one task. Pure; faults carry pointers below <paramref name="at"/>.</summary>
    internal static List<Assignment> Read(
        IReadOnlyList<AssignmentContent> from, PlanTask task, Dictionary<string, Agency> agencies, string at, Faults faults)
    {
        var read = new List<Assignment>();
        foreach (var (content, place, _) in faults.Each(at, from))
        {
            var role = faults.Value($"{place}/role", content.Role);
            if (content.Agency is not { } key || !agencies.TryGetValue(key, out var agency))
                faults.Add($"{place}/agency", Problems.AssignedAgencyUnknown, new Explanation($"«{content.Agency}»", $"«{content.Agency}»"));
            else if (read.Exists(a => a.AgencyId == agency.Id && a.Role == role))
                faults.Add(place, Problems.Repeated);
            else
                read.Add(new Assignment
                {
                    TenantId = task.TenantId,
                    Id = Guid.CreateVersion7(),
                    PlanId = task.PlanId,
                    TaskId = task.Id,
                    AgencyId = agency.Id,
                    Agency = agency,
                    Role = role,
                    Source = faults.Optional($"{place}/source", content.Source, 40),
                });
        }

        if (!task.SharedLead && read.Count(a => a.Role == AssignmentRole.Lead) > 1)
            faults.Add(at, Problems.SecondLead, new Explanation(
                $"Nhiệm vụ {task.Number}: đặt «sharedLead» nếu văn bản giao nhiều cơ quan cùng chủ trì.",
                $"Task {task.Number}: set «sharedLead» if the document itself names several leading agencies."));
        return read;
    }

    private static (Guid Task, Guid Agency, AssignmentRole Role) Cell(Assignment a) => (a.TaskId, a.AgencyId, a.Role);
}

/// <summary>The assignment matrix of a plan.</summary>
/// <param name="PlanId">The plan.</param>
/// <param name="Agencies">The columns: agencies that stand in the matrix, in Vietnamese order.</param>
/// <param name="Rows">The tasks in document order.</param>
public sealed record MatrixView(Guid PlanId, IReadOnlyList<AgencyView> Agencies, IReadOnlyList<MatrixRowView> Rows);

/// <summary>A task with the roles of each agency, by agency key.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Task">The document's number of the task.</param>
/// <param name="Title">Its title.</param>
/// <param name="IsHeading">True when it has sub-tasks.</param>
/// <param name="SharedLead">True when several agencies may lead it.</param>
/// <param name="Roles">Agency key → roles.</param>
public sealed record MatrixRowView(
    Guid Id, string Task, string Title, bool IsHeading, bool SharedLead, IReadOnlyDictionary<string, IReadOnlyList<AssignmentRole>> Roles);

/// <summary>The whole matrix as sent.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MatrixContent(IReadOnlyList<MatrixRow>? Rows);

/// <summary>One task by number, and the roles by agency key.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record MatrixRow(string? Task, IReadOnlyDictionary<string, IReadOnlyList<AssignmentRole>>? Roles);

/// <summary>What replacing the matrix changes, or would change in a dry run.</summary>
/// <param name="Applied">False for a dry run.</param>
/// <param name="Added">Assignments that are new.</param>
/// <param name="Removed">Assignments that go.</param>
/// <param name="Unchanged">How many stay.</param>
public sealed record MatrixChange(bool Applied, IReadOnlyList<MatrixCell> Added, IReadOnlyList<MatrixCell> Removed, int Unchanged);

/// <summary>One assignment: task number, agency key, role.</summary>
public sealed record MatrixCell(string Task, string Agency, AssignmentRole Role);
