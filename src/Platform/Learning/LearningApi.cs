using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Audit;
using Platform.Database;
using Platform.Http;
using Platform.Http.Idempotency;
using Platform.Learning.Formats;
using Platform.Limits;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>Routes of courses (public) and of the vendors' completions.</summary>
public static class LearningApi
{
    public static void MapLearning(this IEndpointRouteBuilder routes)
    {
        routes.MapCourses();
        routes.MapPost("/v1/completions", PushCompletions).WithName(nameof(PushCompletions)).WithTags("Learning")
            .Require(Scopes.Complete, Reach.Intake).SafeToRepeat().CostsRows().Accepts<IReadOnlyList<CompletionContent>>("application/json", RowFormats.Lines, RowFormats.Csv)
            .Produces<BatchAnswer>(200, "application/json", RowFormats.Lines).Fails(400, 401, 403, 413, 415, 422)
            .WithMetadata(new BodyLimit(CompletionPush.Limit));
        var one = routes.MapGroup("/v1/completions/{id}").WithTags("Learning").Require(Scopes.Complete, Reach.Intake).Fails(401, 403, 404);
        one.MapPost("voiding", VoidCompletion).WithName(nameof(VoidCompletion)).Fails(400, 409, 413, 415, 422);
        one.MapGet("history", ListHistory).WithName(nameof(ListHistory)).ReadsPeople();

        var own = routes.MapGroup("/v1").WithTags("Learning").Require(Scopes.Complete, Reach.Intake).Fails(401, 403);
        own.MapGet("intakes/{id:guid}/rejected", ListRejected).WithName(nameof(ListRejected)).ReadsPeople()
            .Produces(200, contentType: RowFormats.Lines).Produces(200, contentType: RowFormats.Csv).Fails(404);
        routes.MapOwnCompletions();
    }

    /// <summary>Takes completions and answers each row in order.</summary>
    /// <remarks>
    /// A JSON array, NDJSON, or CSV with a header (English or Vietnamese names; comma, semicolon or tab); also with Content-Encoding gzip or br.
    /// NDJSON, or <c>Accept: application/x-ndjson</c>, is a stream of any length: it is stored part by part and answered line by line, a line only
    /// once its row is stored: a line per row, a line <c>progress</c> per part, and at the end <c>summary</c>, or <c>problem</c> where the rest could not
    /// be read. Otherwise up to 10,000 rows are answered as one object.
    /// Rows are kept or refused one by one; the answer is 200 when the body could be read. A row with an id that was stored before is
    /// <c>duplicate</c> when its content is the same, <c>conflict</c> when it differs, and <c>corrected</c> when it carries a higher
    /// <c>revision</c>. A row without locality or audience takes its learner's; of a learner who is not known yet, the audience is the one that the course is for, where it is for one only. Figures change in the same transaction.
    /// Rows that were not taken can be fetched again for two weeks in the format they came in, at <c>rejectedRows</c>.
    /// Citizen numbers are turned into keyed pseudonyms before anything is stored or logged (Luật 91/2025/QH15); rejected rows are kept encrypted.
    /// </remarks>
    private static Task PushCompletions(
        HttpContext http, TenantScope scope, Intake intake, IntakeTurns turns, IntakeOptions options, IHostApplicationLifetime server,
        [Description("All or none, of at most 2,000 rows: one row that is rejected or in conflict withholds the others.")] bool atomic = false,
        [Description("Answer the same and write nothing; at most 2,000 rows.")] bool dryRun = false,
        [Description("Căn cứ xử lý: by which right the rows that do not say so themselves are sent (Luật 91/2025/QH15). Left out, what the vendor's registration says.")] LegalGround? legalGround = null) =>
        new CompletionPush(http, intake, turns, options, new IntakeOrder(http.Features.Get<Caller>()!, atomic, dryRun) { Sender = scope.Actor, Ground = VendorGround.Known(legalGround) }, server).Run();

    /// <summary>The rows of one request that were rejected or in conflict, in the format they came in, each with why: mend them and send them again.</summary>
    /// <remarks>NDJSON and JSON carry the reasons in <c>problems</c>, CSV in two more columns at the end; both are ignored when they are sent back.</remarks>
    private static Task ListRejected(Guid id, HttpContext http, RejectedRows rejected) => rejected.Write(id, http);

    /// <summary>Declares a completion void: it counts no more, and its history stays. A higher revision restores it.</summary>
    private static async Task<Ok<CompletionVersionView>> VoidCompletion(
        HttpContext http, string id, VoidingContent body, CompletionInbox inbox, CourseDirectory courses, LocalityDirectory localities, CancellationToken cancellation)
    {
        var faults = new Faults();
        var reason = faults.Text("/reason", body.Reason, 200);
        if (CompletionReading.HoldsCitizenNumber(reason))
            faults.Add("/reason", Problems.CitizenNumberInClear);
        faults.ThrowIfAny();
        var voided = await inbox.Void(http.Features.Get<Caller>()!, OwnCompletions.Sent(http), reason, cancellation) ?? throw new ProblemException(Problems.UnknownCompletion);
        return TypedResults.Ok(await View(voided, null, courses, localities, cancellation));
    }

    /// <summary>What a completion says and said: every revision, the present one first. Only for the vendor that sent it.</summary>
    private static async Task<Ok<Page<CompletionVersionView>>> ListHistory(
        HttpContext http, string id, PlatformDb db, CourseDirectory courses, LocalityDirectory localities, CancellationToken cancellation)
    {
        var vendor = http.Features.Get<Caller>()!.Vendor!.Value;
        id = OwnCompletions.Sent(http);
        var present = await db.Completions.AsNoTracking().SingleOrDefaultAsync(c => c.VendorId == vendor && c.ExternalId == id, cancellation)
            ?? throw new ProblemException(Problems.UnknownCompletion);
        var views = new List<CompletionVersionView> { await View(present, null, courses, localities, cancellation) };
        foreach (var version in await db.CompletionVersions.AsNoTracking().Where(c => c.VendorId == vendor && c.ExternalId == id)
            .OrderByDescending(c => c.Revision).ToListAsync(cancellation))
            views.Add(await View(version, version.ReplacedAt, courses, localities, cancellation));
        return TypedResults.Ok(new Page<CompletionVersionView>(views, null));
    }

    private static async Task<CompletionVersionView> View(
        CompletionRecord c, DateTimeOffset? replacedAt, CourseDirectory courses, LocalityDirectory localities, CancellationToken cancellation) => new(
        c.ExternalId, c.Revision, (await localities.Get(c.TenantId, cancellation)).Code, await courses.CodeOf(c.CourseId, cancellation), c.Audience,
        c.CompletedAt, c.Score, c.Passed, c.ReceivedAt, c.Reason, replacedAt, c.VoidedAt, c.VoidReason, c.LegalGround);
}

/// <summary>Why a completion is declared void, at most 200 characters.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record VoidingContent(string? Reason);

/// <summary>One revision of a completion. The learner is not shown: only a pseudonym is known.</summary>
/// <param name="Id">The vendor's own id.</param>
/// <param name="Revision">1, or what a correction carried.</param>
/// <param name="Locality">Code of the commune.</param>
/// <param name="Course">Code of the course.</param>
/// <param name="Audience">PublicSector, Students, Workers or Citizens.</param>
/// <param name="CompletedAt">When it was completed (UTC).</param>
/// <param name="Score">0–100.</param>
/// <param name="Passed">False when finished without passing.</param>
/// <param name="ReceivedAt">When this revision was taken in (UTC).</param>
/// <param name="Reason">Why it replaced the revision before.</param>
/// <param name="ReplacedAt">When a higher revision replaced it; null for the present one.</param>
/// <param name="VoidedAt">When it was declared void; null while it counts.</param>
/// <param name="VoidReason">Why it was declared void.</param>
/// <param name="LegalGround">What this row or its batch said it rests on; null where the vendor's registration says it.</param>
public sealed record CompletionVersionView(
    string Id, int Revision, string Locality, string Course, Audience Audience, DateTimeOffset CompletedAt, decimal? Score, bool Passed,
    DateTimeOffset ReceivedAt, string? Reason, DateTimeOffset? ReplacedAt, DateTimeOffset? VoidedAt, string? VoidReason, LegalGround? LegalGround);
