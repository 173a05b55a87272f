using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
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
