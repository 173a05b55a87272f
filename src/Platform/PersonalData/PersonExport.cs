using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Audit;
using Platform.Confirmations;
using Platform.Database;
using Platform.Learning;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.PersonalData;

/// <summary>
/// Everything stored about one person within a commune's reach, for an access request. What lies in other communes is not told: the person
/// asks there.
/// </summary>
internal sealed class PersonExport(PlatformDb db, Contexts contexts, TimeProvider clock)
{
    /// <summary>Collects it; nothing is found of somebody whom nobody knows here.</summary>
    internal async Task<PersonExportView> Collect(LocalityEntry commune, PersonRequest request, PersonRequestSubject subject, Guid? learner, CancellationToken cancellation)
    {
        var courses = await db.Courses.AsNoTracking().ToDictionaryAsync(c => c.Id, c => c.Code, cancellation);
        var vendors = await db.Accounts.AsNoTracking().Where(a => a.VendorId != null).Include(a => a.Grounds).ToDictionaryAsync(a => a.VendorId!.Value, a => a, cancellation);
        var present = await db.Completions.AsNoTracking().Where(c => c.LearnerId == learner && c.TenantId == commune.Id).OrderBy(c => c.CompletedAt).ToListAsync(cancellation);
        var versions = await db.CompletionVersions.AsNoTracking().Where(c => c.LearnerId == learner && c.TenantId == commune.Id).OrderBy(c => c.Revision).ToListAsync(cancellation);
        var counted = await db.Learners.AsNoTracking().SingleOrDefaultAsync(l => l.Id == learner && l.TenantId == commune.Id, cancellation);
        var recorded = await db.Confirmations.AsNoTracking().Where(c => c.LearnerId == learner && c.TenantId == commune.Id).OrderBy(c => c.ConfirmedAt).ToListAsync(cancellation);
        var isHere = counted is not null || present.Count + versions.Count + recorded.Count > 0;
        var names = isHere ? await db.LearnerIdentities.AsNoTracking().Where(i => i.LearnerId == learner).OrderBy(i => i.Id).ToListAsync(cancellation) : [];
        return new PersonExportView(
            request.Id, clock.GetUtcNow(), commune.Code,
            [.. names.Select(i => new ExportedName(i.Id, i.VendorId is { } vendor ? vendors.GetValueOrDefault(vendor)?.Name : null))],
            counted is null ? null : new ExportedLearner(counted.Audience, courses[counted.FirstCourseId], counted.FirstAt, counted.LatestAt, counted.AchievedAt, counted.ConfirmedAt, counted.Counts),
            [.. present.Select(c => Completion(c, null)).Concat(versions.Select(v => Completion(v, v.ReplacedAt)))],
            [.. recorded.Select(c => new ExportedConfirmation(c.Source, c.ConfirmedAt, c.Reference, c.RecordedAt, c.WithdrawnAt, c.WithdrawalReason))],
            await Readers(commune.Id, subject, [.. present.Concat<CompletionRecord>(versions).Select(c => (c.ExternalId, vendors.GetValueOrDefault(c.VendorId)?.Key))], cancellation));

        ExportedCompletion Completion(CompletionRecord c, DateTimeOffset? replacedAt) => new(
            vendors.GetValueOrDefault(c.VendorId)?.Name, c.ExternalId, c.Revision, courses[c.CourseId], c.Audience, c.CompletedAt, c.Score, c.Passed, c.ReceivedAt, c.Reason,
            replacedAt, c.VoidedAt, c.VoidReason, c.LegalGround ?? (vendors.TryGetValue(c.VendorId, out var sender) ? VendorGround.At(sender.Grounds, c.ReceivedAt) : null));
    }

    // The log is the auditors'. Here it is read for one person: reads of the person's own rows by the vendor that sent them, and exports of
    // this person that other requests of the commune made.
    private async Task<IReadOnlyList<ExportedReading>> Readers(short commune, PersonRequestSubject subject, IReadOnlyList<(string Id, string? Vendor)> completions, CancellationToken cancellation)
    {
        var requests = (await db.PersonRequestSubjects.AsNoTracking().Where(s => s.TenantId == commune && (s.RequestId == subject.RequestId || (s.LearnerId != null && s.LearnerId == subject.LearnerId)))
            .Select(s => s.RequestId).ToListAsync(cancellation)).ConvertAll(id => $"{id}");
        var keys = completions.Select(c => c.Id).Concat(requests).Distinct().ToList();
        var scope = new TenantScope();
        scope.EnterAudit(); // reads by vendors belong to no locality
        await using var log = contexts.Open(scope);
        var found = await log.AuditEntries.AsNoTracking().Where(e => e.Action == AuditAction.Read && keys.Contains(e.RowKey) && (e.TenantId == null || e.TenantId == commune))
            .OrderBy(e => e.Id).Select(e => new { e.At, e.Actor, e.Subject, e.RowKey, e.TenantId }).ToListAsync(cancellation);
        return [.. found.Where(e => e.TenantId == commune ? requests.Contains(e.RowKey) : completions.Contains((e.RowKey, e.Actor))).Select(e => new ExportedReading(e.At, e.Actor, e.Subject))];
    }
}

/// <summary>Everything stored about one person within a commune's reach.</summary>
/// <param name="Request">The request it answers.</param>
/// <param name="At">When it was collected (UTC).</param>
/// <param name="Locality">Code of the commune.</param>
/// <param name="Names">The keyed pseudonyms under which the person is known, each with the vendor whose id it stands for; none for a citizen number.</param>
/// <param name="Learner">How the person is counted, where this commune counts them.</param>
/// <param name="Completions">What vendors sent for this commune, present and former revisions.</param>
/// <param name="Confirmations">What the commune recorded.</param>
/// <param name="Readings">Who asked for the person's records one by one; lists of many people are not among them.</param>
public sealed record PersonExportView(
    Guid Request, DateTimeOffset At, string Locality, IReadOnlyList<ExportedName> Names, ExportedLearner? Learner, IReadOnlyList<ExportedCompletion> Completions,
    IReadOnlyList<ExportedConfirmation> Confirmations, IReadOnlyList<ExportedReading> Readings);

/// <summary>A name under which a person is known.</summary>
/// <param name="Pseudonym">The keyed pseudonym.</param>
/// <param name="Vendor">Whose learner id it stands for; null for a citizen number.</param>
public sealed record ExportedName(Guid Pseudonym, string? Vendor);

/// <summary>How a person is counted.</summary>
/// <param name="Audience">The group.</param>
/// <param name="FirstCourse">The first course.</param>
/// <param name="FirstAt">The first completion.</param>
/// <param name="LatestAt">The latest completion.</param>
/// <param name="AchievedAt">When a course was first passed.</param>
/// <param name="ConfirmedAt">When the framework's level was reached.</param>
/// <param name="Counts">False when every completion was declared void.</param>
public sealed record ExportedLearner(
    Audience Audience, string FirstCourse, DateTimeOffset FirstAt, DateTimeOffset LatestAt, DateTimeOffset? AchievedAt, DateTimeOffset? ConfirmedAt, bool Counts);

/// <summary>One revision of a completion.</summary>
/// <param name="Vendor">Who sent it.</param>
/// <param name="Id">The vendor's own id.</param>
/// <param name="Revision">1, or what a correction carried.</param>
/// <param name="Course">Code of the course.</param>
/// <param name="Audience">The group.</param>
/// <param name="CompletedAt">When (UTC).</param>
/// <param name="Score">0–100.</param>
/// <param name="Passed">Whether it was passed.</param>
/// <param name="ReceivedAt">When it was stored (UTC).</param>
/// <param name="Reason">Why it replaced the revision before.</param>
/// <param name="ReplacedAt">When it was replaced; null for the present one.</param>
/// <param name="VoidedAt">When it was declared void.</param>
/// <param name="VoidReason">Why.</param>
/// <param name="LegalGround">By which right it was sent: what the row or its batch said, else what the vendor had declared when it came; null where nobody said it.</param>
public sealed record ExportedCompletion(
    string? Vendor, string Id, int Revision, string Course, Audience Audience, DateTimeOffset CompletedAt, decimal? Score, bool Passed, DateTimeOffset ReceivedAt,
    string? Reason, DateTimeOffset? ReplacedAt, DateTimeOffset? VoidedAt, string? VoidReason, LegalGround? LegalGround);

/// <summary>What the commune recorded of a person.</summary>
/// <param name="Source">What it rests on.</param>
/// <param name="ConfirmedAt">As of when.</param>
/// <param name="Reference">The document.</param>
/// <param name="RecordedAt">When it was recorded (UTC).</param>
/// <param name="WithdrawnAt">When it was withdrawn.</param>
/// <param name="WithdrawalReason">Why.</param>
public sealed record ExportedConfirmation(
    ConfirmationSource Source, DateTimeOffset ConfirmedAt, string? Reference, DateTimeOffset RecordedAt, DateTimeOffset? WithdrawnAt, string? WithdrawalReason);

/// <summary>That somebody asked for one of the person's records.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Account">The key of the account.</param>
/// <param name="Operation">What was asked for.</param>
public sealed record ExportedReading(DateTimeOffset At, string Account, string Operation);
