using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Plans;

namespace Platform.Assignments;

/// <summary>Routes of the assignment matrix, as JSON and as CSV for Excel.</summary>
public static class AssignmentsApi
{
    public static void MapAssignments(this IEndpointRouteBuilder routes)
    {
        const string path = "/v1/localities/{code}/plans/{id:guid}/assignment-matrix";
        routes.MapGet(path, GetAssignmentMatrix).WithName(nameof(GetAssignmentMatrix)).WithTags("Assignments")
            .Require(Scopes.Read, Reach.RouteLocality).Produces<MatrixView>(200, "application/json", MatrixCsv.ContentType).Fails(400, 401, 403, 404);
        routes.MapPut(path, ReplaceAssignmentMatrix).WithName(nameof(ReplaceAssignmentMatrix)).WithTags("Assignments")
            .Require(Scopes.Write, Reach.RouteLocality).Accepts<MatrixContent>("application/json", MatrixCsv.ContentType)
            .Fails(400, 401, 403, 404, 409, 412, 413, 415, 422);
        routes.MapGet("/v1/me/tasks", ListOwnTasks).WithName(nameof(ListOwnTasks)).WithTags("Assignments").Require(Scopes.OwnTasks, Reach.Agency).Fails(401, 403);
    }

    /// <summary>The tasks of issued plans that are given to the caller's own agencies, the nearest deadline first.</summary>
    private static async Task<Ok<Page<OwnTaskView>>> ListOwnTasks(HttpContext http, PlatformDb db, CancellationToken cancellation)
    {
        var agencies = http.Features.Get<Caller>()!.Standings.Where(s => s.Agency is not null).Select(s => s.Agency!.Value).ToList();
        return TypedResults.Ok(new Page<OwnTaskView>(
            await db.Assignments.AsNoTracking()
                .Where(a => agencies.Contains(a.AgencyId) && a.Task!.Plan!.Status == PlanStatus.Issued)
                .OrderBy(a => a.Task!.DueOn == null).ThenBy(a => a.Task!.DueOn).ThenBy(a => a.TenantId).ThenBy(a => a.Task!.Ordinal).ThenBy(a => a.Role)
                .Select(a => new OwnTaskView(
                    a.TaskId, a.PlanId, a.Locality!.Code, a.Agency!.Key, a.Role, a.Task!.Number, a.Task.Title, a.Task.ScheduleText, a.Task.StartsOn, a.Task.DueOn, a.Task.Output))
                .ToListAsync(cancellation),
            null));
    }

    /// <summary>Tasks × agencies with roles. CSV when Accept asks for text/csv or <c>?format=csv</c> is given: UTF-8 with BOM, opens in Excel.</summary>
    private static async Task<IResult> GetAssignmentMatrix(
        RouteLocality locality, Guid id, HttpContext http, PlatformDb db, AssignmentMatrix matrix, CancellationToken cancellation,
        [Description("json (default) or csv.")] string? format = null)
    {
        var csv = format switch
        {
            "csv" => true,
            "json" => false,
            null => http.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == MatrixCsv.ContentType),
            _ => throw new ProblemException(Problems.BadParameter, null, [new FieldFault("format", Problems.UnknownWord, new Explanation("json hoặc csv.", "json or csv."))]),
        };
        var plan = await db.FindPlan(locality, id, cancellation);
        var view = await matrix.Load(plan, cancellation);
        http.Response.Headers.ETag = plan.ETag();
        http.Response.Headers.Vary = "Accept";
        return csv
            ? Results.File(MatrixCsv.Write(view), "text/csv; charset=utf-8", $"ma-tran-phan-cong-{locality.Entry.Code}.csv")
            : Results.Json(view, Json.Options);
    }

    /// <summary>Replaces the whole matrix in one call, JSON or CSV. With <c>dryRun=true</c> it only shows the difference.</summary>
    /// <remarks>Tasks that are left out lose their assignments. An issued plan's matrix can be replaced too: work passes from one agency to another
    /// within the year; the plan's ETag moves with it. A task has one lead unless its document shares it.</remarks>
    private static async Task<Ok<MatrixChange>> ReplaceAssignmentMatrix(
        RouteLocality locality, Guid id, HttpContext http, PlatformDb db, AssignmentMatrix matrix, CancellationToken cancellation,
        [Description("Only show what would change.")] bool dryRun = false)
    {
        var rows = http.Request.GetTypedHeaders().ContentType?.MediaType.Value switch
        {
            MatrixCsv.ContentType => await MatrixCsv.Read(http.Request.Body, cancellation),
            { } type when type.EndsWith("json", StringComparison.OrdinalIgnoreCase) =>
                (await http.Request.ReadFromJsonAsync<MatrixContent>(Json.Options, cancellation))?.Rows,
            _ => throw new ProblemException(Problems.UnsupportedMediaType),
        } ?? throw new ProblemException(Problems.Invalid, null, [new FieldFault("/rows", Problems.Required)]);
        var plan = await db.FindPlan(locality, id, cancellation);
        http.RefuseUnlessMatches(plan);
        var change = await matrix.Replace(plan, rows, dryRun, cancellation);
        http.Response.Headers.ETag = plan.ETag();
        return TypedResults.Ok(change);
    }
}

/// <summary>A task of the caller's own agency.</summary>
/// <param name="Task">The task.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Locality">The locality's code.</param>
/// <param name="Agency">The agency's key.</param>
/// <param name="Role">What the agency does in it.</param>
/// <param name="Number">Its number in the document.</param>
/// <param name="Title">What is to be done.</param>
/// <param name="Schedule">The schedule's original wording.</param>
/// <param name="StartsOn">From when.</param>
/// <param name="DueOn">By when.</param>
/// <param name="Output">Its output.</param>
public sealed record OwnTaskView(
    Guid Task, Guid Plan, string Locality, string Agency, AssignmentRole Role, string Number, string Title, string? Schedule, DateOnly? StartsOn, DateOnly? DueOn, string? Output);
