using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Audit;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.PersonalData;

/// <summary>Routes of the register of processing (public) and of people's requests about their data (Luật 91/2025/QH15, Nghị định 356/2025/NĐ-CP).</summary>
public static class PersonalDataApi
{
    public static void AddPersonalData(this IServiceCollection services)
    {
        services.AddOptions<PersonalDataOptions>().BindConfiguration("PersonalData").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<TenantSeal>().AddScoped<PersonRequestDesk>().AddScoped<PersonExport>().AddScoped<Erasure>().AddScoped<KeyRotation>();
    }

    public static void MapPersonalData(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/personal-data/register", GetRegister).WithName(nameof(GetRegister)).WithTags("PersonalData").AllowAnonymous();

        routes.MapGet("/v1/personal-data/request-counts", CountRequests).WithName(nameof(CountRequests)).WithTags("PersonalData").Require(Scopes.Read, Reach.Everything).Fails(401, 403);

        // Who may only read a commune does not see its people's requests. The clock of the law does not stop with a suspension.
        var own = routes.MapGroup("/v1/localities/{code}/personal-data/requests").WithTags("PersonalData").Require(Scopes.Write, Reach.RouteLocality).DespiteSuspension().Fails(401, 403, 404);
        own.MapGet("", ListRequests).WithName(nameof(ListRequests)).Fails(400);
        own.MapPost("", RecordRequest).WithName(nameof(RecordRequest)).Fails(400, 409, 413, 415, 422);
        own.MapGet("{id:guid}", GetRequest).WithName(nameof(GetRequest)).ReadsPeople();
        own.MapPost("{id:guid}/handling", BeginRequest).WithName(nameof(BeginRequest)).Fails(409);
        own.MapPost("{id:guid}/answer", AnswerRequest).WithName(nameof(AnswerRequest)).Fails(400, 409, 413, 415, 422);
        own.MapPost("{id:guid}/erasure", ErasePerson).WithName(nameof(ErasePerson)).Fails(409, 501);
        routes.MapPost("/v1/localities/{code}/personal-data/key-rotations", RotateKey).WithName(nameof(RotateKey)).WithTags("PersonalData").Require(Scopes.Write, Reach.RouteLocality).Fails(401, 403, 404);
        own.MapGet("{id:guid}/export", ExportPerson).WithName(nameof(ExportPerson)).ReadsPeople().Fails(409);
    }

    /// <summary>What is stored about people: about whom, why, on which ground, for how long, how, and who sees it. Made from the model itself.</summary>
    private static async Task<Ok<Page<ProcessingView>>> GetRegister(HttpContext http, PlatformDb db, IntakeOptions intake, CancellationToken cancellation)
    {
        var english = http.PrefersEnglish();
        var vendors = await db.Accounts.AsNoTracking().Include(a => a.Grounds).Where(a => a.VendorId != null && a.EndedAt == null && a.Grounds.Count > 0).OrderBy(a => a.Name).ToListAsync(cancellation);
        var senders = vendors.ConvertAll(v => (v.Name, Latest: v.Grounds.MaxBy(g => g.ValidFrom)!))
            .ConvertAll(v => new SenderView(v.Name, v.Latest.Ground, ProcessingRegister.Say(v.Latest.Ground).In(english), v.Latest.ValidFrom));
        return TypedResults.Ok(new Page<ProcessingView>([.. ProcessingRegister.Of(db.Model, senders, intake, english)], null));
    }

    /// <summary>How many requests each locality within reach has, by kind and state, and how many are late; those without any are left out. Never a person.</summary>
    private static async Task<Ok<Page<RequestCountView>>> CountRequests(
        PlatformDb db, LocalityDirectory directory, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var codes = (await directory.All(cancellation)).ToDictionary(l => l.Id, l => l.Code);
        var counts = await db.PersonRequests.AsNoTracking().GroupBy(r => new { r.TenantId, r.Kind, r.State })
            .Select(g => new { g.Key, Requests = g.Count(), Overdue = g.Count(r => r.AnsweredAt == null ? r.DueAt <= now : r.DueAt <= r.AnsweredAt) }).ToListAsync(cancellation);
        return TypedResults.Ok(new Page<RequestCountView>(
            [.. counts.Select(c => new RequestCountView(codes[c.Key.TenantId], c.Key.Kind, c.Key.State, c.Requests, c.Overdue))
                .OrderBy(c => c.Locality, StringComparer.Ordinal).ThenBy(c => c.Kind).ThenBy(c => c.State)], null));
    }

    /// <summary>The commune's requests, the one due first ahead.</summary>
    private static async Task<Ok<Page<RequestSummary>>> ListRequests(
        RouteLocality locality, PlatformDb db, TimeProvider clock, CancellationToken cancellation,
        [Description("Received, InProgress, Done or Refused.")] RequestState? state = null,
        [Description("Access, Correction, Erasure or Objection.")] RequestKind? kind = null,
        [Description("True: only those that are not answered and late.")] bool overdue = false,
        [Description("Only those not answered that are due at this moment or earlier.")] DateTimeOffset? dueBefore = null)
    {
        var now = clock.GetUtcNow();
        var rows = db.PersonRequests.AsNoTracking().Where(r => r.TenantId == locality.Id);
        if (state is not null)
            rows = rows.Where(r => r.State == state);
        if (kind is not null)
            rows = rows.Where(r => r.Kind == kind);
        if (overdue)
            rows = rows.Where(r => r.AnsweredAt == null && r.DueAt <= now);
        if (dueBefore?.ToUniversalTime() is { } due)
            rows = rows.Where(r => r.AnsweredAt == null && r.DueAt <= due);
        var found = await rows.OrderBy(r => r.DueAt).ThenBy(r => r.Id).Take(1_000).ToListAsync(cancellation);
        return TypedResults.Ok(new Page<RequestSummary>(
            [.. found.Select(r => new RequestSummary(r.Id, r.Kind, r.Channel, r.State, r.ReceivedAt, r.DueAt, (r.AnsweredAt ?? now) >= r.DueAt, r.AnsweredAt))], null));
    }

    /// <summary>Records a person's request. The two working days for the answer run from when it was received.</summary>
    /// <remarks>The person is named by citizen number, or by vendor and learner id; what is kept of it is a keyed pseudonym. Whether the person is known is not answered.</remarks>
    private static async Task<Created<RequestView>> RecordRequest(HttpContext http, RouteLocality locality, RequestContent body, PersonRequestDesk desk, CancellationToken cancellation)
    {
        var view = await desk.Record(locality.Entry, body, http.Features.Get<Caller>()!, cancellation);
        return TypedResults.Created($"/v1/localities/{locality.Entry.Code}/personal-data/requests/{view.Id}", view);
    }

    /// <summary>One request with what was written down of it.</summary>
    private static async Task<Ok<RequestView>> GetRequest(RouteLocality locality, Guid id, PersonRequestDesk desk, CancellationToken cancellation) =>
        TypedResults.Ok(await desk.View(locality.Id, id, cancellation));

    /// <summary>Work on a request begins; from now until its answer the person's records may be exported, or erased.</summary>
    private static async Task<Ok<RequestView>> BeginRequest(RouteLocality locality, Guid id, PersonRequestDesk desk, CancellationToken cancellation) =>
        TypedResults.Ok(await desk.Begin(locality.Id, id, cancellation));

    /// <summary>Answers a request: done, or refused, with what the person was told.</summary>
    private static async Task<Ok<RequestView>> AnswerRequest(
        HttpContext http, RouteLocality locality, Guid id, RequestAnswer body, PersonRequestDesk desk, CancellationToken cancellation) =>
        TypedResults.Ok(await desk.Answer(locality.Id, id, body, http.Features.Get<Caller>()!, cancellation));

    /// <summary>Forgets the person of an erasure request that is being worked on, everywhere, and keeps the counts. Cannot be undone.</summary>
    /// <remarks>
    /// In one transaction the person's names are removed, and every completion, former revision and confirmation of theirs, of every vendor and in
    /// every commune, goes to a learner whom nothing leads to: without ids and words, its moments reduced to the month. Figures stay as they are. A
    /// vendor that sends an erased completion again is refused (PLT-2809); a new completion of the same person makes a new learner.
    /// </remarks>
    private static async Task<Ok<RequestView>> ErasePerson(HttpContext http, RouteLocality locality, Guid id, Erasure erasure, CancellationToken cancellation) =>
        TypedResults.Ok(await erasure.Run(locality.Entry, id, http.Features.Get<Caller>()!, cancellation));

    /// <summary>Gives the locality a new key, and seals under it the notes of people's requests and the contacts of those invited there.</summary>
    /// <remarks>The key before is kept until the next rotation; who must have it gone at once rotates twice.</remarks>
    private static async Task<Ok<KeyRotationView>> RotateKey(RouteLocality locality, KeyRotation rotation, CancellationToken cancellation) =>
        TypedResults.Ok(await rotation.Run(locality.Entry, cancellation));

    /// <summary>Everything stored about the person in this commune, of every vendor, while an access request is being worked on.</summary>
    private static async Task<Ok<PersonExportView>> ExportPerson(RouteLocality locality, Guid id, PersonRequestDesk desk, PersonExport export, CancellationToken cancellation)
    {
        var (request, subject, learner) = await desk.InHand(locality.Id, id, RequestKind.Access, cancellation);
        return TypedResults.Ok(await export.Collect(locality.Entry, request, subject, learner, cancellation));
    }
}

/// <summary>A request in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Access, Correction, Erasure or Objection.</param>
/// <param name="Channel">How it came.</param>
/// <param name="State">Received, InProgress, Done or Refused.</param>
/// <param name="ReceivedAt">When the person asked (UTC).</param>
/// <param name="DueAt">When the second working day after it ends (UTC).</param>
/// <param name="Overdue">True when it was, or still is, not answered by then.</param>
/// <param name="AnsweredAt">When it was answered.</param>
public sealed record RequestSummary(
    Guid Id, RequestKind Kind, RequestChannel Channel, RequestState State, DateTimeOffset ReceivedAt, DateTimeOffset DueAt, bool Overdue, DateTimeOffset? AnsweredAt);
