using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Audit;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Localities;
using Platform.Plans;

namespace Platform.Confirmations;

/// <summary>Routes of what a commune records of its people: their declarations, and confirmations of agencies.</summary>
public static class ConfirmationsApi
{
    private const int MostRows = 1_000;

    private static readonly DateTimeOffset Earliest = VietnamTime.Begin(new DateOnly(2024, 1, 1));

    public static void MapConfirmations(this IEndpointRouteBuilder routes)
    {
        routes.MapFramework();
        var own = routes.MapGroup("/v1/localities/{code}/confirmations").WithTags("Confirmations").Require(Scopes.Write, Reach.RouteLocality).Fails(401, 403, 404);
        own.MapGet("", ListConfirmations).WithName(nameof(ListConfirmations)).ReadsPeople().Fails(400);
        own.MapPost("", RecordConfirmations).WithName(nameof(RecordConfirmations)).Fails(400, 413, 415, 422);
        own.MapPost("{id:guid}/withdrawal", WithdrawConfirmation).WithName(nameof(WithdrawConfirmation)).Fails(400, 409, 413, 415, 422);
    }

    /// <summary>What the commune has recorded, withdrawn ones too, in the order in which it was. The people are not shown: only pseudonyms are known.</summary>
    private static async Task<Ok<Page<ConfirmationView>>> ListConfirmations(
        RouteLocality locality, PlatformDb db, CancellationToken cancellation,
        [Description("Declaration or AgencyConfirmation.")] ConfirmationSource? source = null,
        [Description("Declared or confirmed on this day in Vietnam or later.")] DateOnly? confirmedFrom = null,
        [Description("Declared or confirmed on this day in Vietnam or earlier.")] DateOnly? confirmedTo = null,
        [Description("Only those withdrawn, or only those that count.")] bool? withdrawn = null,
        [Description("Only those whose reference holds this, in capitals or not.")] string? reference = null,
        [Description("Id of the last row of the previous page.")] Guid? after = null,
        [Description("Rows per page, 1–500.")] int limit = 100)
    {
        Paging.Check(limit, ("reference", reference));
        Days.Check("confirmedFrom", confirmedFrom, "confirmedTo", confirmedTo);
        var (since, until, part) = (Days.Begin(confirmedFrom), Days.End(confirmedTo), reference?.ToLowerInvariant());
        var rows = await db.Confirmations.AsNoTracking().Where(c => c.TenantId == locality.Id && (after == null || c.Id > after)
                && (source == null || c.Source == source) && (since == null || c.ConfirmedAt >= since) && (until == null || c.ConfirmedAt < until)
                && (withdrawn == null || c.WithdrawnAt != null == withdrawn) && (part == null || c.Reference!.ToLower().Contains(part)))
            .OrderBy(c => c.Id).Take(limit + 1).ToListAsync(cancellation);
        var audiences = await Audiences(db, rows, cancellation);
        return TypedResults.Ok(await Paging.Page(
            rows, limit, $"/v1/localities/{locality.Entry.Code}/confirmations", c => $"{c.Id}", c => Task.FromResult(ConfirmationView.Of(c, audiences)),
            ("source", source?.ToString()), ("confirmedFrom", confirmedFrom is { } first ? $"{first:yyyy-MM-dd}" : null), ("confirmedTo", confirmedTo is { } last ? $"{last:yyyy-MM-dd}" : null),
            ("withdrawn", withdrawn?.ToString()), ("reference", reference)));
    }

    // Of those whom this commune counts; where others are counted is not its to know.
    private static async Task<Dictionary<Guid, Audience>> Audiences(PlatformDb db, IReadOnlyList<Confirmation> rows, CancellationToken cancellation)
    {
        var people = rows.Select(c => c.LearnerId).Distinct().ToList();
        return await db.Learners.AsNoTracking().Where(l => people.Contains(l.Id)).ToDictionaryAsync(l => l.Id, l => l.Audience, cancellation);
    }

    /// <summary>Records declarations and agencies' confirmations of people, and answers each row in order.</summary>
    /// <remarks>
    /// They confirm where the rule of the person's audience asks for their source. A person who has completed something is in the audience of the
    /// latest completion, whatever the row says; the row's audience counts for the others only. The list shows by which each is judged. Rows are kept or refused one by one; what this commune has
    /// recorded of a person from the same source before is <c>duplicate</c>. Citizen numbers become keyed pseudonyms before anything is stored
    /// (Luật 91/2025/QH15). At most 1,000 rows.
    /// </remarks>
    private static async Task<Ok<RecordedAnswer>> RecordConfirmations(
        HttpContext http, RouteLocality locality, IReadOnlyList<ConfirmationContent?> body, RecordedConfirmations recorded, Pseudonyms pseudonyms, TimeProvider clock,
        CancellationToken cancellation)
    {
        if (locality.Entry.Level != LocalityLevel.Commune)
            throw new ProblemException(Problems.Invalid, null, [new FieldFault("", Problems.NotACommune)]);
        if (body.Count > MostRows)
            throw new ProblemException(Problems.Invalid, null, [new FieldFault("", Problems.TooLong, new Explanation("Tối đa 1.000 dòng.", "At most 1,000 rows."))]);
        var answers = new RowAnswer?[body.Count];
        var rows = new List<RecordedRow>(body.Count);
        for (var i = 0; i < body.Count; i++)
            if (Check(body[i], i, pseudonyms, clock.GetUtcNow(), out var row) is { } faults)
                answers[i] = new RowAnswer(i, null, RowOutcome.Rejected, faults);
            else
                rows.Add(row!);
        if (rows.Count > 0)
            await recorded.Record(locality.Entry, http.Features.Get<Caller>()!.Key, rows, answers, cancellation);
        return TypedResults.Ok(RecordedAnswer.Of(answers, http.PrefersEnglish()));
    }

    /// <summary>Withdraws what the commune recorded; who is confirmed by nothing else is so no more.</summary>
    private static async Task<Ok<ConfirmationView>> WithdrawConfirmation(
        HttpContext http, RouteLocality locality, Guid id, WithdrawalContent body, RecordedConfirmations recorded, PlatformDb db, CancellationToken cancellation)
    {
        var faults = new Faults();
        var reason = faults.Text("/reason", body.Reason, 200);
        if (CompletionReading.HoldsCitizenNumber(reason))
            faults.Add("/reason", Problems.CitizenNumberInClear);
        faults.ThrowIfAny();
        var withdrawn = await recorded.Withdraw(locality.Entry, id, http.Features.Get<Caller>()!.Key, reason, cancellation);
        return TypedResults.Ok(ConfirmationView.Of(withdrawn, await Audiences(db, [withdrawn], cancellation)));
    }

    // Pure; nothing of the citizen number leaves but its pseudonym.
    private static IReadOnlyList<FieldFault>? Check(ConfirmationContent? sent, int index, Pseudonyms pseudonyms, DateTimeOffset now, out RecordedRow? row)
    {
        row = null;
        var faults = new Faults();
        if (sent?.CitizenId is not { Length: 12 } citizen || !citizen.All(char.IsAsciiDigit))
        {
            faults.Add($"/{index}/citizenId", string.IsNullOrEmpty(sent?.CitizenId) ? Problems.Required : Problems.BadCitizenId);
            citizen = "";
        }

        var audience = faults.Value($"/{index}/audience", sent?.Audience);
        var source = faults.Value($"/{index}/source", sent?.Source);
        if (sent?.Source is not (null or ConfirmationSource.Declaration or ConfirmationSource.AgencyConfirmation))
            faults.Add($"/{index}/source", Problems.UnknownWord, new Explanation("Một trong: Declaration, AgencyConfirmation.", "One of: Declaration, AgencyConfirmation."));
        var at = faults.Value($"/{index}/confirmedAt", sent?.ConfirmedAt);
        if (sent?.ConfirmedAt is not null && (at > now.AddMinutes(5) || at < Earliest))
            faults.Add($"/{index}/confirmedAt", Problems.OutOfRange, new Explanation("Từ ngày 01/01/2024 đến bây giờ.", "From 01/01/2024 until now."));
        if (CompletionReading.CheckReason(sent?.Reference) is { } wrong)
            faults.Add($"/{index}/reference", wrong);
        if (faults.Found.Count > 0)
            return faults.Found;
        var utc = at.ToUniversalTime();
        row = new RecordedRow(index, pseudonyms.OfCitizen(citizen), audience, source, utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond)), sent!.Reference);
        return null;
    }
}

/// <summary>What a commune records of one person.</summary>
/// <param name="CitizenId">The 12-digit citizen number; never stored.</param>
/// <param name="Audience">Where the person counts who has completed nothing yet; others stay where their latest completion says.</param>
/// <param name="Source">Declaration or AgencyConfirmation.</param>
/// <param name="ConfirmedAt">When it was declared or confirmed.</param>
/// <param name="Reference">The document or list it is from, at most 200 characters.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConfirmationContent(string? CitizenId, Audience? Audience, ConfirmationSource? Source, DateTimeOffset? ConfirmedAt, string? Reference);

/// <summary>Why it is withdrawn, at most 200 characters.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record WithdrawalContent(string? Reason);

/// <summary>How rows were recorded; the three counts add up to the rows sent.</summary>
/// <param name="Created">Recorded now.</param>
/// <param name="Duplicates">Recorded before.</param>
/// <param name="Rejected">Not valid.</param>
/// <param name="Results">One answer per row in the order sent; the id is the confirmation's.</param>
public sealed record RecordedAnswer(int Created, int Duplicates, int Rejected, IReadOnlyList<RowView> Results)
{
    internal static RecordedAnswer Of(RowAnswer?[] answers, bool english) => new(
        answers.Count(a => a!.Outcome == RowOutcome.Created), answers.Count(a => a!.Outcome == RowOutcome.Duplicate), answers.Count(a => a!.Outcome == RowOutcome.Rejected),
        [.. answers.Select(a => RowView.Of(a!, english))]);
}

/// <summary>What a commune recorded of somebody.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Audience">The person's audience, by whose rule it counts; null where another commune counts the person.</param>
/// <param name="Source">Declaration or AgencyConfirmation.</param>
/// <param name="ConfirmedAt">When it was declared or confirmed (UTC).</param>
/// <param name="Reference">The document or list it is from.</param>
/// <param name="RecordedAt">When it was recorded (UTC).</param>
/// <param name="RecordedBy">Who recorded it.</param>
/// <param name="WithdrawnAt">When it was withdrawn; null while it counts.</param>
/// <param name="WithdrawnBy">Who withdrew it.</param>
/// <param name="WithdrawalReason">Why.</param>
public sealed record ConfirmationView(
    Guid Id, Audience? Audience, ConfirmationSource Source, DateTimeOffset ConfirmedAt, string? Reference, DateTimeOffset RecordedAt, string RecordedBy,
    DateTimeOffset? WithdrawnAt, string? WithdrawnBy, string? WithdrawalReason)
{
    internal static ConfirmationView Of(Confirmation c, IReadOnlyDictionary<Guid, Audience> audiences) => new(
        c.Id, audiences.TryGetValue(c.LearnerId, out var audience) ? audience : null, c.Source, c.ConfirmedAt, c.Reference, c.RecordedAt, c.RecordedBy, c.WithdrawnAt, c.WithdrawnBy, c.WithdrawalReason);
}
