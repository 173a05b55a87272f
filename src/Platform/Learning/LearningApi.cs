using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;

namespace Platform.Learning;

/// <summary>Routes of courses (public) and of the vendors' completions.</summary>
public static class LearningApi
{
    public static void MapLearning(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/courses", ListCourses).WithName(nameof(ListCourses)).WithTags("Learning").AllowAnonymous();
        routes.MapPost("/v1/completions", PushCompletions).WithName(nameof(PushCompletions)).WithTags("Learning")
            .Require(Scopes.Complete, Reach.Intake).Accepts<IReadOnlyList<CompletionContent>>("application/json")
            .Fails(400, 401, 403, 413, 415, 422);
    }

    /// <summary>The courses that completions may name, with the audiences and framework units they are for.</summary>
    private static async Task<Ok<Page<CourseView>>> ListCourses(PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(new Page<CourseView>(
            await db.Courses.AsNoTracking().OrderBy(c => c.Code).Select(c => new CourseView(c.Code, c.Title, c.Audiences, c.Units)).ToListAsync(cancellation), null));

    /// <summary>Takes up to 10,000 completions and answers each row in order.</summary>
    /// <remarks>
    /// Rows are kept or refused one by one; the answer is 200 when the batch could be read. A row with an id that was stored before is
    /// <c>duplicate</c> when its content is the same and <c>conflict</c> when it differs. Figures change in the same transaction.
    /// Citizen numbers are turned into keyed pseudonyms before anything is stored or logged (Luật 91/2025/QH15).
    /// </remarks>
    private static async Task<Ok<BatchAnswer>> PushCompletions(
        HttpContext http, CompletionInbox inbox, CancellationToken cancellation,
        [Description("All or none: one row that is rejected or in conflict withholds the others.")] bool atomic = false,
        [Description("Answer the same and write nothing.")] bool dryRun = false)
    {
        if (!http.Request.HasJsonContentType())
            throw new ProblemException(Problems.UnsupportedMediaType);
        using var body = await JsonDocument.ParseAsync(http.Request.Body, default, cancellation);
        if (body.RootElement.ValueKind != JsonValueKind.Array)
            throw new ProblemException(Problems.NotAnArray);
        if (body.RootElement.GetArrayLength() > CompletionInbox.MaxRows)
            throw new ProblemException(Problems.BatchTooLong, new Explanation(
                $"Đã gửi {body.RootElement.GetArrayLength():N0} dòng.", $"{body.RootElement.GetArrayLength():N0} rows were sent."));
        var rows = body.RootElement.EnumerateArray().Select((element, index) => CompletionJson.Read(index, element)).ToList();
        var answers = await inbox.Take(new IntakeOrder(http.Features.Get<Caller>()!, atomic, dryRun), rows, cancellation);
        return TypedResults.Ok(BatchAnswer.Of(answers, http.PrefersEnglish()));
    }
}

/// <summary>A course.</summary>
public sealed record CourseView(string Code, string Title, IReadOnlyList<string> Audiences, IReadOnlyList<string> Units);
