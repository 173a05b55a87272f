using System.ComponentModel;
using System.Data;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;

namespace Platform.Plans;

/// <summary>Routes of a locality's plans: whole documents, their life, and single targets and tasks of a draft.</summary>
public static class PlansApi
{
    public static void MapPlans(this IEndpointRouteBuilder routes)
    {
        var read = routes.MapGroup("/v1/localities/{code}/plans").WithTags("Plans").Require(Scopes.Read, Reach.RouteLocality).Fails(401, 403, 404);
        read.MapGet("", ListPlans).WithName(nameof(ListPlans)).Fails(400);
        read.MapGet("{id:guid}", GetPlan).WithName(nameof(GetPlan));

        var write = routes.MapGroup("/v1/localities/{code}/plans").WithTags("Plans").Require(Scopes.Write, Reach.RouteLocality).Fails(401, 403, 404);
        write.MapPost("", CreatePlan).WithName(nameof(CreatePlan)).Fails(400, 413, 415, 422);
        write.MapPut("{id:guid}", ReplacePlan).WithName(nameof(ReplacePlan)).Fails(400, 409, 412, 413, 415, 422);
        write.MapDelete("{id:guid}", DeletePlan).WithName(nameof(DeletePlan)).Fails(409, 412);
        write.MapPost("{id:guid}/issuance", IssuePlan).WithName(nameof(IssuePlan)).Fails(400, 409, 412, 413, 415, 422);
        write.MapPost("{id:guid}/amendments", AmendPlan).WithName(nameof(AmendPlan)).Fails(409, 412);
        write.MapPost("{id:guid}/closure", ClosePlan).WithName(nameof(ClosePlan)).Fails(409, 412);

        write.MapPost("{id:guid}/targets", AddTarget).WithName(nameof(AddTarget)).Fails(400, 409, 412, 413, 415, 422);
        write.MapPut("{id:guid}/targets/{targetId:guid}", ReplaceTarget).WithName(nameof(ReplaceTarget)).Fails(400, 409, 412, 413, 415, 422);
        write.MapDelete("{id:guid}/targets/{targetId:guid}", DeleteTarget).WithName(nameof(DeleteTarget)).Fails(409, 412);
        write.MapPost("{id:guid}/tasks", AddTask).WithName(nameof(AddTask)).Fails(400, 409, 412, 413, 415, 422);
        write.MapPut("{id:guid}/tasks/{taskId:guid}", ReplaceTask).WithName(nameof(ReplaceTask)).Fails(400, 409, 412, 413, 415, 422);
        write.MapDelete("{id:guid}/tasks/{taskId:guid}", DeleteTask).WithName(nameof(DeleteTask)).Fails(409, 412);
    }

    /// <summary>The locality's plans, newest first, with the number of their parts.</summary>
    private static async Task<Ok<Page<PlanSummary>>> ListPlans(
        RouteLocality locality, PlatformDb db, CancellationToken cancellation,
        [Description("Only plans in this status.")] PlanStatus? status = null,
        [Description("Only plans that cover this year.")] int? year = null)
    {
        var plans = await db.Plans.AsNoTracking()
            .Where(p => p.TenantId == locality.Id && (status == null || p.Status == status) && (year == null || (p.FromYear <= year && year <= p.ToYear)))
            .OrderByDescending(p => p.FromYear).ThenByDescending(p => p.Version).ThenBy(p => p.Id)
            .Select(p => new PlanSummary(
                p.Id, p.Number, p.Symbol, p.Title, p.IssuedOn, p.IssuedText, p.FromYear, p.ToYear, p.Status, p.Version,
                p.Targets.Count, p.Tasks.Count, p.Assignments.Count))
            .ToListAsync(cancellation);
        return TypedResults.Ok(new Page<PlanSummary>(plans, null));
    }

    /// <summary>One plan with everything its document says. The ETag is its revision.</summary>
    private static async Task<Ok<PlanView>> GetPlan(RouteLocality locality, Guid id, HttpContext http, PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(await Show(http, db, await db.FindPlan(locality, id, cancellation), cancellation));

    /// <summary>Makes a draft of a whole document: header, legal bases, targets, tasks, assignments, initiatives, reporting rules.</summary>
    private static async Task<Created<PlanView>> CreatePlan(
        RouteLocality locality, PlanContent body, HttpContext http, PlatformDb db, PlanDocument document, CancellationToken cancellation)
    {
        var plan = await document.Create(locality.Entry, body, cancellation);
        return TypedResults.Created($"/v1/localities/{locality.Entry.Code}/plans/{plan.Id}", await Show(http, db, plan, cancellation));
    }

    /// <summary>Replaces a draft by a whole document. Send If-Match with the ETag to notice somebody else's change.</summary>
    private static async Task<Ok<PlanView>> ReplacePlan(
        RouteLocality locality, Guid id, PlanContent body, HttpContext http, PlatformDb db, PlanDocument document, CancellationToken cancellation)
    {
        var plan = await db.FindPlan(locality, id, cancellation);
        http.RefuseUnlessMatches(plan);
        await document.Replace(plan, body, cancellation);
        return TypedResults.Ok(await Show(http, db, plan, cancellation));
    }

    /// <summary>Removes a draft.</summary>
    private static async Task<NoContent> DeletePlan(
        RouteLocality locality, Guid id, HttpContext http, PlatformDb db, PlanDocument document, CancellationToken cancellation)
    {
        var plan = await db.FindPlan(locality, id, cancellation);
        http.RefuseUnlessMatches(plan);
        await document.Delete(plan, cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Issues a draft: from now on it changes only by an amendment. The version it amends becomes Amended.</summary>
    private static async Task<Ok<PlanView>> IssuePlan(
        RouteLocality locality, Guid id, Issuance body, HttpContext http, PlatformDb db, PlanDocument document, CancellationToken cancellation)
    {
        var plan = await db.FindPlan(locality, id, cancellation);
        http.RefuseUnlessMatches(plan);
        var faults = new Faults();
        var (number, signer, position) =
            (faults.Optional("/number", body.Number, 60), faults.Optional("/signer", body.Signer, 150), faults.Optional("/signerPosition", body.SignerPosition, 150));
        faults.ThrowIfAny();
        await document.Issue(plan, number, body.IssuedOn, signer, position, cancellation);
        return TypedResults.Ok(await Show(http, db, plan, cancellation));
    }

    /// <summary>Starts an amendment: a draft of the next version with the same content.</summary>
    private static async Task<Created<PlanView>> AmendPlan(
        RouteLocality locality, Guid id, HttpContext http, PlatformDb db, PlanDocument document, CancellationToken cancellation)
    {
        var plan = await db.FindPlan(locality, id, cancellation);
        http.RefuseUnlessMatches(plan);
        var next = await document.Amend(plan, cancellation);
        return TypedResults.Created($"/v1/localities/{locality.Entry.Code}/plans/{next.Id}", await Show(http, db, next, cancellation));
    }

    /// <summary>Closes an issued plan.</summary>
    private static async Task<Ok<PlanView>> ClosePlan(
        RouteLocality locality, Guid id, HttpContext http, PlatformDb db, PlanDocument document, CancellationToken cancellation)
    {
        var plan = await db.FindPlan(locality, id, cancellation);
        http.RefuseUnlessMatches(plan);
        await document.Close(plan, cancellation);
        return TypedResults.Ok(await Show(http, db, plan, cancellation));
    }

    /// <summary>Adds a target to a draft.</summary>
    private static async Task<Created<TargetView>> AddTarget(
        RouteLocality locality, Guid id, TargetContent body, HttpContext http, PlatformDb db, PlanDocument document, CancellationToken cancellation)
    {
        var plan = await db.FindDraft(http, locality, id, cancellation);
        var last = await db.Targets.Where(t => t.TenantId == plan.TenantId && t.PlanId == id).MaxAsync(t => (int?)t.Ordinal, cancellation) ?? -1;
        var target = new Target { TenantId = plan.TenantId, Id = Guid.CreateVersion7(), PlanId = id, Ordinal = last + 1, Number = "", Title = "", Measure = "" };
        var faults = new Faults();
        PlanReading.Target(body, target, plan, "", faults);
        faults.ThrowIfAny();
        db.Targets.Add(target);
        document.Touch(plan);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/v1/localities/{locality.Entry.Code}/plans/{id}/targets/{target.Id}", TargetView.Of(target));
    }

    /// <summary>Replaces a target of a draft.</summary>
    private static async Task<Ok<TargetView>> ReplaceTarget(
        RouteLocality locality, Guid id, Guid targetId, TargetContent body, HttpContext http, PlatformDb db, PlanDocument document, CancellationToken cancellation)
    {
        var plan = await db.FindDraft(http, locality, id, cancellation);
        var target = await db.Targets.SingleOrDefaultAsync(t => t.TenantId == plan.TenantId && t.PlanId == id && t.Id == targetId, cancellation)
            ?? throw new ProblemException(Problems.UnknownTarget);
        var faults = new Faults();
        PlanReading.Target(body, target, plan, "", faults);
        faults.ThrowIfAny();
        document.Touch(plan);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Ok(TargetView.Of(target));
    }

    /// <summary>Removes a target from a draft.</summary>
    private static async Task<NoContent> DeleteTarget(
        RouteLocality locality, Guid id, Guid targetId, HttpContext http, PlatformDb db, PlanDocument document, CancellationToken cancellation)
    {
        var plan = await db.FindDraft(http, locality, id, cancellation);
        db.Targets.Remove(await db.Targets.SingleOrDefaultAsync(t => t.TenantId == plan.TenantId && t.PlanId == id && t.Id == targetId, cancellation)
            ?? throw new ProblemException(Problems.UnknownTarget));
        document.Touch(plan);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Adds a task with its assignments to a draft.</summary>
    private static async Task<Created<TaskView>> AddTask(
        RouteLocality locality, Guid id, TaskContent body, HttpContext http, PlatformDb db, TaskEditing editing, CancellationToken cancellation)
    {
        var plan = await db.FindDraft(http, locality, id, cancellation);
        var task = await editing.Add(plan, body, cancellation);
        return TypedResults.Created($"/v1/localities/{locality.Entry.Code}/plans/{id}/tasks/{task.Id}", task);
    }

    /// <summary>Replaces a task of a draft and its assignments.</summary>
    private static async Task<Ok<TaskView>> ReplaceTask(
        RouteLocality locality, Guid id, Guid taskId, TaskContent body, HttpContext http, PlatformDb db, TaskEditing editing, CancellationToken cancellation) =>
        TypedResults.Ok(await editing.Replace(await db.FindDraft(http, locality, id, cancellation), taskId, body, cancellation));

    /// <summary>Removes a task and its assignments from a draft; a task with sub-tasks or initiatives stays.</summary>
    private static async Task<NoContent> DeleteTask(
        RouteLocality locality, Guid id, Guid taskId, HttpContext http, PlatformDb db, TaskEditing editing, CancellationToken cancellation)
    {
        await editing.Delete(await db.FindDraft(http, locality, id, cancellation), taskId, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<PlanView> Show(HttpContext http, PlatformDb db, Plan plan, CancellationToken cancellation)
    {
        // All of one moment: tasks of one version and what refers to tasks of the next would be no plan.
        await using var moment = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var entry = db.Entry(plan);
        await entry.ReloadAsync(cancellation);
        if (entry.State == EntityState.Detached)
            throw new ProblemException(Problems.UnknownPlan);
        http.Response.Headers.ETag = plan.ETag();
        return await PlanView.Load(db, plan, cancellation);
    }
}

/// <summary>What issuing adds to a draft; what is left out stays as drafted.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Issuance(string? Number, DateOnly? IssuedOn, string? Signer, string? SignerPosition);

/// <summary>How plans are found for a request.</summary>
internal static class PlanLookup
{
    internal static async Task<Plan> FindPlan(this PlatformDb db, RouteLocality locality, Guid id, CancellationToken cancellation) =>
        await db.Plans.SingleOrDefaultAsync(p => p.TenantId == locality.Id && p.Id == id, cancellation)
        ?? throw new ProblemException(Problems.UnknownPlan);

    internal static async Task<Plan> FindDraft(this PlatformDb db, HttpContext http, RouteLocality locality, Guid id, CancellationToken cancellation)
    {
        var plan = await db.FindPlan(locality, id, cancellation);
        PlanDocument.RefuseUnlessDraft(plan);
        http.RefuseUnlessMatches(plan);
        return plan;
    }

    internal static string ETag(this Plan plan) => $"\"{plan.Revision}\"";

    /// <summary>Refuses with 412 when If-Match names another revision.</summary>
    internal static void RefuseUnlessMatches(this HttpContext http, Plan plan)
    {
        var asked = http.Request.Headers.IfMatch;
        if (asked.Count > 0 && asked != "*" && !asked.ToString().Split(',', StringSplitOptions.TrimEntries).Contains(plan.ETag()))
            throw new ProblemException(Problems.Changed);
    }
}
