using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Plans;

namespace Platform.Learning;

/// <summary>Routes of the courses that completions may name. Everybody reads; operators write.</summary>
public static class CoursesApi
{
    public static void MapCourses(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/courses", ListCourses).WithName(nameof(ListCourses)).WithTags("Learning").AllowAnonymous();
        var write = routes.MapGroup("/v1/courses").WithTags("Learning").Require(Scopes.Manage, Reach.Administration).OfOperators().Fails(400, 401, 403, 413, 415, 422);
        write.MapPost("", CreateCourse).WithName(nameof(CreateCourse)).Fails(409);
        write.MapPut("{course}", PutCourse).WithName(nameof(PutCourse)).Fails(404);
    }

    /// <summary>The courses that completions may name, with the audiences and framework units they are for.</summary>
    private static async Task<Ok<Page<CourseView>>> ListCourses(PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(new Page<CourseView>(await db.Courses.AsNoTracking().OrderBy(c => c.Code).Select(CourseView.Of).ToListAsync(cancellation), null));

    /// <summary>Adds a course. Its code stays; the framework's units are set afterwards. Only for operators.</summary>
    private static async Task<Created<CourseView>> CreateCourse(NewCourse body, PlatformDb db, CancellationToken cancellation)
    {
        var faults = new Faults();
        var code = faults.Text("/code", body.Code, 60);
        if (!code.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            faults.Add("/code", Problems.NotText, new Explanation("Chỉ chữ không dấu, chữ số và - _ .", "Letters without diacritics, digits and - _ . only."));
        var course = new Course { Code = code, Title = "" };
        Fill(course, body.Title, body.Audiences, faults);
        await using var transaction = await db.BeginAlone("courses", cancellation);
        if (await db.Courses.AnyAsync(c => c.Code == code, cancellation))
            throw new ProblemException(Problems.CourseExists);
        db.Courses.Add(course);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Created("/v1/courses", CourseView.Of.Compile()(course));
    }

    /// <summary>Changes a course's title and the audiences it is made for. Only for operators.</summary>
    private static async Task<Ok<CourseView>> PutCourse(string course, CourseContent body, PlatformDb db, CancellationToken cancellation)
    {
        var found = (Faults.IsText(course) ? await db.Courses.SingleOrDefaultAsync(c => c.Code == course, cancellation) : null) ?? throw new ProblemException(Problems.NoSuchCourse);
        Fill(found, body.Title, body.Audiences, new Faults());
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Ok(CourseView.Of.Compile()(found));
    }

    private static void Fill(Course course, string? title, IReadOnlyList<Audience>? audiences, Faults faults)
    {
        course.Title = faults.Text("/title", title, 300);
        if (audiences is not { Count: > 0 })
            faults.Add("/audiences", Problems.Required);
        faults.ThrowIfAny();
        course.Audiences = [.. audiences!.Distinct().Select(a => $"{a}")];
    }
}

/// <summary>A course to be added.</summary>
/// <param name="Code">What completions name it by: letters, digits and - _ ., at most 60.</param>
/// <param name="Title">At most 300 characters.</param>
/// <param name="Audiences">At least one.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewCourse(string? Code, string? Title, IReadOnlyList<Audience>? Audiences);

/// <summary>What of a course can be changed.</summary>
/// <param name="Title">At most 300 characters.</param>
/// <param name="Audiences">At least one.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CourseContent(string? Title, IReadOnlyList<Audience>? Audiences);

/// <summary>A course.</summary>
public sealed record CourseView(string Code, string Title, IReadOnlyList<string> Audiences, IReadOnlyList<string> Units)
{
    internal static System.Linq.Expressions.Expression<Func<Course, CourseView>> Of { get; } = c => new CourseView(c.Code, c.Title, c.Audiences, c.Units);
}
