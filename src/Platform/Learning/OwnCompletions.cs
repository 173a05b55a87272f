using System.ComponentModel;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Audit;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Plans;

namespace Platform.Learning;

/// <summary>A vendor's view of what it sent: its completions, its usage, its errors. Its own rows only; the query filter and row-level security hold that.</summary>
public static class OwnCompletions
{
    public static void MapOwnCompletions(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1").WithTags("Learning").Require(Scopes.Complete, Reach.Intake).Fails(401, 403);
        own.MapGet("completions", ListCompletions).WithName(nameof(ListCompletions)).ReadsPeople().Fails(400);
        own.MapGet("completions/{id}", GetCompletion).WithName(nameof(GetCompletion)).ReadsPeople().Fails(404);
        own.MapLearnerSearch();
        own.MapGet("usage", ListUsage).WithName(nameof(ListUsage)).Fails(400);
        own.MapGet("error-statistics", ListErrorStatistics).WithName(nameof(ListErrorStatistics)).Fails(400);
    }

    /// <summary>One of the vendor's completions by the vendor's own id.</summary>
    private static async Task<Ok<CompletionView>> GetCompletion(HttpContext http, string id, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation)
    {
        id = Sent(http);
        var found = !Faults.IsText(id) ? [] : await View(db, db.Completions.Where(c => c.VendorId == db.Scope.Vendor && c.ExternalId == id), 1, directory, cancellation);
        return TypedResults.Ok(found.SingleOrDefault() ?? throw new ProblemException(Problems.UnknownCompletion));
    }

    /// <summary>The id in an address as its vendor sent it: what the server has decoded for routing no longer tells «%2F» from a slash.</summary>
    internal static string Sent(HttpContext http)
    {
        const string before = "/v1/completions/";
        var raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        var rest = raw[(raw.IndexOf(before, StringComparison.OrdinalIgnoreCase) + before.Length)..];
        return Uri.UnescapeDataString(rest.Split('/')[0]);
    }

    /// <summary>The vendor's completions, in order of its ids.</summary>
    private static async Task<Ok<Page<CompletionView>>> ListCompletions(
        HttpContext http, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation,
        [Description("One id.")] string? id = null,
        [Description("Code of a commune, or of a province for all of its communes.")] string? locality = null,
        [Description("Code of a course.")] string? course = null,
        Audience? audience = null,
        [Description("Completed on this day in Vietnam or later.")] DateOnly? completedFrom = null,
        [Description("Completed on this day in Vietnam or earlier.")] DateOnly? completedTo = null,
        [Description("Received on this day in Vietnam or later.")] DateOnly? receivedFrom = null,
        [Description("Received on this day in Vietnam or earlier.")] DateOnly? receivedTo = null,
        bool? passed = null,
        [Description("Only those declared void, or only those that count.")] bool? voided = null,
        [Description("Ids behind this one: from the previous page's next.")] string? after = null,
        [Description("1–1,000.")] int limit = 50)
    {
        var faults = new Faults();
        if (limit is < 1 or > 1000)
            faults.Add("limit", Problems.OutOfRange, new Explanation("Từ 1 đến 1.000.", "From 1 to 1,000."));
        foreach (var (name, text) in new[] { ("id", id), ("after", after), ("course", course) })
            if (text is not null && !Faults.IsText(text))
                faults.Add(name, Problems.NotText);
        foreach (var (name, first, last) in new[] { ("completedFrom", completedFrom, completedTo), ("receivedFrom", receivedFrom, receivedTo) })
            if (first > last)
                faults.Add(name, Problems.OutOfRange, new Explanation("Không sau ngày cuối.", "Not after the last day."));
        foreach (var (name, day) in new[] { ("completedFrom", completedFrom), ("completedTo", completedTo), ("receivedFrom", receivedFrom), ("receivedTo", receivedTo) })
            if (day is { Year: < 1900 or > 2999 })
                faults.Add(name, Problems.OutOfRange, new Explanation("Từ năm 1900 đến năm 2999.", "From the year 1900 to 2999."));
        var place = locality is null ? null : await directory.Find(locality, cancellation);
        if (locality is not null && place is null)
            faults.Add("locality", Problems.CompletionLocalityUnknown);
        var courseId = course is null || !Faults.IsText(course) ? null : await db.Courses.Where(c => c.Code == course).Select(c => (int?)c.Id).SingleOrDefaultAsync(cancellation);
        if (course is not null && courseId is null)
            faults.Add("course", Problems.UnknownCourse);
        if (faults.Found.Count > 0)
            throw new ProblemException(Problems.BadParameter, null, faults.Found);

        var rows = db.Completions.Where(c => c.VendorId == db.Scope.Vendor);
        if (id is not null)
            rows = rows.Where(c => c.ExternalId == id);
        if (place is { Level: LocalityLevel.Commune })
            rows = rows.Where(c => c.TenantId == place.Id);
        else if (place is not null)
            rows = rows.Where(c => db.Localities.Any(l => l.Id == c.TenantId && l.ProvinceId == place.Id));
        if (courseId is not null)
            rows = rows.Where(c => c.CourseId == courseId);
        if (audience is not null)
            rows = rows.Where(c => c.Audience == audience);
        if (passed is not null)
            rows = rows.Where(c => c.Passed == passed);
        if (voided is not null)
            rows = rows.Where(c => c.VoidedAt != null == voided);
        if (completedFrom is { } completedSince)
            rows = rows.Where(c => c.CompletedAt >= VietnamTime.Begin(completedSince));
        if (completedTo is { } completedUntil)
            rows = rows.Where(c => c.CompletedAt < VietnamTime.Begin(completedUntil.AddDays(1)));
        if (receivedFrom is { } receivedSince)
            rows = rows.Where(c => c.ReceivedAt >= VietnamTime.Begin(receivedSince));
        if (receivedTo is { } receivedUntil)
            rows = rows.Where(c => c.ReceivedAt < VietnamTime.Begin(receivedUntil.AddDays(1)));
        if (after is not null)
            rows = rows.Where(c => c.ExternalId.CompareTo(after) > 0);

        var found = await View(db, rows, limit + 1, directory, cancellation);
        var next = found.Count <= limit ? null : $"/v1/completions{NextQuery(http, found[limit - 1].Id)}";
        return TypedResults.Ok(new Page<CompletionView>([.. found.Take(limit)], next));
    }

    /// <summary>How many rows the vendor sent, by day in Vietnam and outcome.</summary>
    private static async Task<Ok<Page<UsageView>>> ListUsage(
        PlatformDb db, IntakeCounts counts, TimeProvider clock, CancellationToken cancellation,
        [Description("First day; 30 days before the last when left out.")] DateOnly? from = null,
        [Description("Last day; today when left out.")] DateOnly? to = null)
    {
        var days = (await Counts(db, counts, clock, from, to, cancellation)).Where(c => c.Code.Length == 0).GroupBy(c => c.Day).OrderBy(g => g.Key);
        return TypedResults.Ok(new Page<UsageView>([.. days.Select(d => new UsageView(
            d.Key, d.Sum(c => c.Rows), Of(d, RowOutcome.Created), Of(d, RowOutcome.Duplicate), Of(d, RowOutcome.Corrected), Of(d, RowOutcome.Conflict),
            Of(d, RowOutcome.Rejected), Of(d, RowOutcome.Withheld)))], null));

        static long Of(IEnumerable<IntakeCount> day, RowOutcome outcome) => day.Where(c => c.Outcome == outcome).Sum(c => c.Rows);
    }

    /// <summary>Why the vendor's rows were not taken, by day in Vietnam, the commonest reason first. A row with several reasons is counted under each.</summary>
    private static async Task<Ok<Page<ErrorStatisticView>>> ListErrorStatistics(
        HttpContext http, PlatformDb db, IntakeCounts counts, TimeProvider clock, CancellationToken cancellation,
        [Description("First day; 30 days before the last when left out.")] DateOnly? from = null,
        [Description("Last day; today when left out.")] DateOnly? to = null)
    {
        var english = http.PrefersEnglish();
        var errors = (await Counts(db, counts, clock, from, to, cancellation)).Where(c => c.Code.Length > 0);
        return TypedResults.Ok(new Page<ErrorStatisticView>(
            [.. errors.OrderBy(c => c.Day).ThenByDescending(c => c.Rows).ThenBy(c => c.Code, StringComparer.Ordinal)
                .Select(c => new ErrorStatisticView(c.Day, c.Outcome, c.Code, Problems.All.First(p => p.Code == c.Code).Title(english), c.Rows))], null));
    }

    private static async Task<List<IntakeCount>> Counts(
        PlatformDb db, IntakeCounts counts, TimeProvider clock, DateOnly? from, DateOnly? to, CancellationToken cancellation)
    {
        var last = to ?? VietnamTime.Day(clock.GetUtcNow());
        var first = from ?? last.AddDays(-30);
        if (first > last || last.DayNumber - first.DayNumber > 400)
            throw new ProblemException(Problems.BadParameter, null, [new FieldFault("from", Problems.OutOfRange, new Explanation(
                "Không sau ngày to và tối đa 400 ngày trước đó.", "Not after the day to, and at most 400 days before it."))]);
        await counts.Flush(cancellation);
        return await db.IntakeCounts.AsNoTracking().Where(c => c.Day >= first && c.Day <= last).ToListAsync(cancellation);
    }

    internal static async Task<List<CompletionView>> View(PlatformDb db, IQueryable<Completion> rows, int limit, LocalityDirectory directory, CancellationToken cancellation)
    {
        var found = await (
            from c in rows.AsNoTracking().OrderBy(c => c.ExternalId).Take(limit)
            join k in db.Courses on c.CourseId equals k.Id
            orderby c.ExternalId
            select new { c.ExternalId, c.TenantId, k.Code, c.Audience, c.CompletedAt, c.Score, c.Passed, c.ReceivedAt, c.Revision, c.VoidedAt, c.LegalGround }).ToListAsync(cancellation);
        var codes = new Dictionary<short, string>();
        foreach (var tenant in found.Select(c => c.TenantId).Distinct())
            codes[tenant] = (await directory.Get(tenant, cancellation)).Code;
        return [.. found.Select(c => new CompletionView(c.ExternalId, codes[c.TenantId], c.Code, c.Audience, c.CompletedAt, c.Score, c.Passed, c.Revision, c.ReceivedAt, c.VoidedAt, c.LegalGround))];
    }

    private static QueryString NextQuery(HttpContext http, string after) =>
        QueryString.Create(http.Request.Query.Where(q => q.Key != "after").Select(q => KeyValuePair.Create(q.Key, (string?)q.Value.ToString())).Append(KeyValuePair.Create("after", (string?)after)));
}

/// <summary>A completion as it is stored. The learner is known by a pseudonym only and is not shown.</summary>
/// <param name="Id">The vendor's own id.</param>
/// <param name="Locality">Code of the commune.</param>
/// <param name="Course">Code of the course.</param>
/// <param name="Audience">The learner's group.</param>
/// <param name="CompletedAt">When (UTC).</param>
/// <param name="Score">0–100.</param>
/// <param name="Passed">Whether it was passed.</param>
/// <param name="Revision">1, or what it was corrected to.</param>
/// <param name="ReceivedAt">When it was stored (UTC).</param>
/// <param name="VoidedAt">When it was declared void (UTC); null while it counts.</param>
/// <param name="LegalGround">What the row or its batch said it rests on; null where the vendor's registration says it.</param>
public sealed record CompletionView(
    string Id, string Locality, string Course, Audience Audience, DateTimeOffset CompletedAt, decimal? Score, bool Passed, int Revision, DateTimeOffset ReceivedAt, DateTimeOffset? VoidedAt,
    LegalGround? LegalGround);

/// <summary>Rows of one day by outcome.</summary>
/// <param name="Day">In Vietnam.</param>
/// <param name="Rows">All rows answered.</param>
/// <param name="Created">Stored.</param>
/// <param name="Duplicates">Stored before.</param>
/// <param name="Corrected">Replaced by a higher revision.</param>
/// <param name="Conflicts">Other content under a known id.</param>
/// <param name="Rejected">Not valid.</param>
/// <param name="Withheld">Good rows of atomic batches that failed.</param>
public sealed record UsageView(DateOnly Day, long Rows, long Created, long Duplicates, long Corrected, long Conflicts, long Rejected, long Withheld);

/// <summary>Rows of one day that were not taken for one reason.</summary>
/// <param name="Day">In Vietnam.</param>
/// <param name="Outcome">conflict, rejected or withheld.</param>
/// <param name="Code">The number of the problem.</param>
/// <param name="Title">What it is.</param>
/// <param name="Rows">How many; one with several reasons is counted under each.</param>
public sealed record ErrorStatisticView(DateOnly Day, RowOutcome Outcome, string Code, string Title, long Rows);
