using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Http.Idempotency;
using Platform.Localities;

namespace Platform.Tenants;

/// <summary>Routes of mergers and splits of communes, for operators.</summary>
public static class ReorganisationsApi
{
    private static readonly Explanation[] Notes =
    [
        new("Người dùng và máy của xã đã kết thúc chỉ còn đọc dữ liệu cũ; hãy đưa xã mới vào hệ thống bằng POST /v1/tenants để giao quyền mới.",
            "People and clients of a commune that has ended only read what is its; onboard the new commune with POST /v1/tenants to give new grants."),
        new("Kế hoạch, nhiệm vụ, phân công, cơ quan, thôn ở lại xã cũ làm lịch sử; kế hoạch đang thực hiện được khép lại; xã mới lập kế hoạch của mình.",
            "Plans, tasks, assignments, agencies and villages stay with the old commune as history; its plans in force are closed; a new commune makes its own."),
        new("Quyền gửi của đơn vị cung cấp đi theo xã mới; dòng ghi mã xã cũ được nhận cho xã mới nếu chỉ có một.",
            "Vendors' grants go over to the new communes; rows that name an old commune are taken for the new one where there is one only."),
    ];

    public static void MapReorganisations(this IEndpointRouteBuilder tenants)
    {
        var operators = tenants.MapGroup("reorganisations").OfOperators();
        operators.MapGet("", ListReorganisations).WithName(nameof(ListReorganisations)).Fails(400);
        operators.MapPost("", CreateReorganisation).WithName(nameof(CreateReorganisation)).SafeToRepeat().Fails(400, 409, 413, 415, 422);
        operators.MapGet("{id:guid}", GetReorganisation).WithName(nameof(GetReorganisation)).Fails(404);
        operators.MapPost("{id:guid}/reversal", ReverseReorganisation).WithName(nameof(ReverseReorganisation)).SafeToRepeat().Fails(400, 404, 409, 413, 415, 422);
    }

    /// <summary>All reorganisations, the latest first, with the figures of their communes right before and right after.</summary>
    private static async Task<Ok<Page<ReorganisationView>>> ListReorganisations(
        PlatformDb db, LocalityDirectory directory, CancellationToken cancellation,
        [Description("Id of the last row of the previous page.")] Guid? after = null,
        [Description("Rows per page, 1–500.")] int limit = 100)
    {
        Paging.Check(limit);
        var rows = await db.Reorganisations.AsNoTracking().Include(r => r.Parts).ThenInclude(p => p.Locality)
            .Where(r => after == null || r.Number < db.Reorganisations.Where(a => a.Id == after).Max(a => a.Number))
            .OrderByDescending(r => r.Number).Take(limit + 1).ToListAsync(cancellation);
        return TypedResults.Ok(await Paging.Page(rows, limit, "/v1/tenants/reorganisations", r => $"{r.Id}", r => View(r, directory, cancellation)));
    }

    /// <summary>One reorganisation.</summary>
    private static async Task<Ok<ReorganisationView>> GetReorganisation(
        Guid id, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation)
    {
        var made = await db.Reorganisations.AsNoTracking().Include(r => r.Parts).ThenInclude(p => p.Locality).SingleOrDefaultAsync(r => r.Id == id, cancellation)
            ?? throw new ProblemException(Problems.UnknownReorganisation);
        return TypedResults.Ok(await View(made, directory, cancellation));
    }

    /// <summary>Merges communes into a new one, or splits one.</summary>
    /// <remarks>
    /// Everything happens in one transaction, for which completions wait; with <c>dryRun=true</c> it is done, told and taken back. New codes become known,
    /// old communes end the day before and are only read from then on. Learners, their completions and recorded confirmations go to the new commune, the
    /// figures add exactly, and each row keeps where it was. In a split learners go where the list says, all others to <c>others</c>: nothing that is
    /// stored says in which village a learner lives. Populations are summed where all old communes have declared them. Communes of one province only; none
    /// that is suspended (PLT-2785) or has requests about personal data to answer (PLT-2777).
    /// </remarks>
    private static async Task<Results<Created<ReorganisationOutcome>, Ok<ReorganisationOutcome>>> CreateReorganisation(
        HttpContext http, CreateReorganisation body, ReorganisationDesk desk, CancellationToken cancellation,
        [Description("True: do all of it, tell what would be, and write nothing.")] bool dryRun = false)
    {
        var outcome = Tell(http, dryRun, await desk.Make(body, http.Features.Get<Caller>()!, dryRun, cancellation));
        return dryRun ? TypedResults.Ok(outcome) : TypedResults.Created($"/v1/tenants/reorganisations/{outcome.Reorganisation.Id}", outcome);
    }

    /// <summary>Takes a reorganisation back: what it moved returns, the old communes go on, the new ones end.</summary>
    /// <remarks>
    /// Rows that came since under an old code, or of a learner who came from an old commune, return there; learners first seen since under a new code go to
    /// <c>newcomers</c>, and the reversal is refused (PLT-2780) where it is needed and missing. Plans that ended with the old communes are in force again;
    /// what the new commune has made for itself stays with it as history. Refused once the communes were reorganised again (PLT-2779).
    /// </remarks>
    private static async Task<Ok<ReorganisationOutcome>> ReverseReorganisation(
        HttpContext http, Guid id, ReverseReorganisation body, ReorganisationDesk desk, CancellationToken cancellation,
        [Description("True: do all of it, tell what would be, and write nothing.")] bool dryRun = false)
    {
        return TypedResults.Ok(Tell(http, dryRun, await desk.Reverse(id, body, http.Features.Get<Caller>()!, dryRun, cancellation)));
    }

    private static ReorganisationOutcome Tell(HttpContext http, bool dryRun, ReorganisationDesk.Done done) => new(
        dryRun, done.View, done.Moved.Learners, done.Moved.Completions, done.Populations, done.Grants, [.. Notes.Select(n => n.In(http.PrefersEnglish()))]);

    private static async Task<ReorganisationView> View(Reorganisation made, LocalityDirectory directory, CancellationToken cancellation) => ReorganisationView.Of(
        made, (await directory.Get(made.ProvinceId, cancellation)).Code,
        [.. made.Parts.OrderBy(p => p.Side).ThenBy(p => p.Locality!.Code, StringComparer.Ordinal).Select(ReorganisedCommune.Of)]);
}
