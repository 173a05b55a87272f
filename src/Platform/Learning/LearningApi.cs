using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Learning.Formats;

namespace Platform.Learning;

/// <summary>Routes of courses (public) and of the vendors' completions.</summary>
public static class LearningApi
{
    public static void MapLearning(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/courses", ListCourses).WithName(nameof(ListCourses)).WithTags("Learning").AllowAnonymous();
        routes.MapPost("/v1/completions", PushCompletions).WithName(nameof(PushCompletions)).WithTags("Learning")
            .Require(Scopes.Complete, Reach.Intake).Accepts<IReadOnlyList<CompletionContent>>("application/json", RowFormats.Lines, RowFormats.Csv)
            .Produces<BatchAnswer>(200, "application/json", RowFormats.Lines).Fails(400, 401, 403, 413, 415, 422)
            .WithMetadata(new BodyLimit(CompletionPush.Limit));
        var own = routes.MapGroup("/v1").WithTags("Learning").Require(Scopes.Complete, Reach.Intake).Fails(401, 403);
        own.MapGet("intakes/{id:guid}/rejected", ListRejected).WithName(nameof(ListRejected))
            .Produces(200, contentType: RowFormats.Lines).Produces(200, contentType: RowFormats.Csv).Fails(404);
    }

    /// <summary>The courses that completions may name, with the audiences and framework units they are for.</summary>
    private static async Task<Ok<Page<CourseView>>> ListCourses(PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(new Page<CourseView>(
            await db.Courses.AsNoTracking().OrderBy(c => c.Code).Select(c => new CourseView(c.Code, c.Title, c.Audiences, c.Units)).ToListAsync(cancellation), null));

    /// <summary>Takes completions and answers each row in order.</summary>
    /// <remarks>
    /// A JSON array, NDJSON, or CSV with a header (English or Vietnamese names; comma, semicolon or tab); also with Content-Encoding gzip or br.
    /// NDJSON, or <c>Accept: application/x-ndjson</c>, is a stream of any length: it is stored part by part and answered line by line, a line only
    /// once its row is stored: a line per row, a line <c>progress</c> per part, and at the end <c>summary</c>, or <c>problem</c> where the rest could not
    /// be read. Otherwise up to 10,000 rows are answered as one object.
    /// Rows are kept or refused one by one; the answer is 200 when the body could be read. A row with an id that was stored before is
    /// <c>duplicate</c> when its content is the same and <c>conflict</c> when it differs. Figures change in the same transaction.
    /// Rows that were not taken can be fetched again for two weeks in the format they came in, at <c>rejectedRows</c>.
    /// Citizen numbers are turned into keyed pseudonyms before anything is stored or logged (Luật 91/2025/QH15); rejected rows are kept encrypted.
    /// </remarks>
    private static Task PushCompletions(
        HttpContext http, Intake intake, IntakeOptions options,
        [Description("All or none, of at most 10,000 rows: one row that is rejected or in conflict withholds the others.")] bool atomic = false,
        [Description("Answer the same and write nothing; at most 10,000 rows.")] bool dryRun = false) =>
        new CompletionPush(http, intake, options, new IntakeOrder(http.Features.Get<Caller>()!, atomic, dryRun)).Run();

    /// <summary>The rows of one request that were rejected or in conflict, in the format they came in, each with why: mend them and send them again.</summary>
    /// <remarks>NDJSON and JSON carry the reason in <c>error</c>, CSV in two more columns at the end; both are ignored when they are sent back.</remarks>
    private static Task ListRejected(Guid id, HttpContext http, RejectedRows rejected) => rejected.Write(id, http);
}

/// <summary>A course.</summary>
public sealed record CourseView(string Code, string Title, IReadOnlyList<string> Audiences, IReadOnlyList<string> Units);
