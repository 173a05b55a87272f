using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.PersonalData;

/// <summary>
/// Where a commune's requests are recorded, begun and answered. Refuses every step that the request's state or kind does not allow; whom a
/// request is about leaves it under a pseudonym only.
/// </summary>
internal sealed class PersonRequestDesk(PlatformDb db, Pseudonyms pseudonyms, TenantSeal seal, IOptions<PersonalDataOptions> options, TimeProvider clock)
{
    /// <summary>Records a request; whether the person is known to anybody is not said.</summary>
    internal async Task<RequestView> Record(LocalityEntry commune, RequestContent content, Caller by, CancellationToken cancellation)
    {
        if (commune.Level != LocalityLevel.Commune)
            throw new ProblemException(Problems.RequestsBelongToCommunes);
        var now = clock.GetUtcNow();
        var request = content.Validate(new PersonRequest { TenantId = commune.Id, Id = Guid.CreateVersion7(), RecordedBy = by.Key, RecordedAt = now }, now);
        request.DueAt = WorkingDays.Due(request.ReceivedAt, options.Value);
        var name = await Name(content.Person!, cancellation);
        var note = string.IsNullOrWhiteSpace(content.Note) ? null : VietnameseText.Clean(content.Note);
        db.AddRange(request, new PersonRequestSubject
        {
            TenantId = commune.Id,
            RequestId = request.Id,
            Names = [name.Newest, .. name.Earlier],
            Note = note is null ? null : await seal.Seal(commune.Id, note, cancellation),
        });
        await db.SaveChangesAsync(cancellation);
        return RequestView.Of(request, note, null, now);
    }

    /// <summary>One request with what was written down of it.</summary>
    internal async Task<RequestView> View(short tenant, Guid id, CancellationToken cancellation)
    {
        var (request, subject) = await Find(tenant, id, cancellation);
        return await View(request, subject, cancellation);
    }

    /// <summary>Work begins: who is meant is looked up, so that a change of keys meanwhile does not lose them.</summary>
    internal async Task<RequestView> Begin(short tenant, Guid id, CancellationToken cancellation)
    {
        var (request, subject) = await Find(tenant, id, cancellation);
        if (request.State != RequestState.Received)
            throw WrongState(request);
        (request.State, request.BegunAt) = (RequestState.InProgress, clock.GetUtcNow());
        subject.LearnerId = await Learner(subject, cancellation);
        await db.SaveChangesAsync(cancellation);
        return await View(request, subject, cancellation);
    }

    /// <summary>Answers a request. An erasure is done by erasing; it can only be refused here.</summary>
    internal async Task<RequestView> Answer(short tenant, Guid id, RequestAnswer answer, Caller by, CancellationToken cancellation)
    {
        var faults = new Faults();
        var reason = faults.Text("/reason", answer.Reason, 2_000);
        if (faults.Value("/outcome", answer.Outcome) is not (RequestState.Done or RequestState.Refused) && answer.Outcome is not null)
            faults.Add("/outcome", Problems.UnknownWord, new Explanation("Done hoặc Refused.", "Done or Refused."));
        faults.ThrowIfAny();
        var (request, subject) = await Find(tenant, id, cancellation);
        if (request.State is RequestState.Done or RequestState.Refused || (answer.Outcome == RequestState.Done && request.State != RequestState.InProgress))
            throw WrongState(request);
        if (request.Kind == RequestKind.Erasure && answer.Outcome == RequestState.Done)
            throw new ProblemException(Problems.RequestOfAnotherKind, new Explanation("Yêu cầu xóa chỉ xong khi đã xóa.", "An erasure is done by erasing."));
        (request.State, request.AnsweredAt, request.AnsweredBy) = (answer.Outcome!.Value, clock.GetUtcNow(), by.Key);
        subject.Reason = await seal.Seal(tenant, reason, cancellation);
        await db.SaveChangesAsync(cancellation);
        return await View(request, subject, cancellation);
    }

    /// <summary>A request that is being worked on, of this kind, with the learner it is about; null when the person is not known.</summary>
    internal async Task<(PersonRequest Request, PersonRequestSubject Subject, Guid? Learner)> InHand(short tenant, Guid id, RequestKind kind, CancellationToken cancellation)
    {
        var (request, subject) = await Find(tenant, id, cancellation);
        if (request.Kind != kind)
            throw new ProblemException(Problems.RequestOfAnotherKind);
        if (request.State != RequestState.InProgress)
            throw WrongState(request);
        return (request, subject, await Learner(subject, cancellation));
    }

    private async Task<(PersonRequest Request, PersonRequestSubject Subject)> Find(short tenant, Guid id, CancellationToken cancellation) =>
        await db.PersonRequests.SingleOrDefaultAsync(r => r.TenantId == tenant && r.Id == id, cancellation) is { } request
            ? (request, await db.PersonRequestSubjects.SingleAsync(s => s.TenantId == tenant && s.RequestId == id, cancellation))
            : throw new ProblemException(Problems.UnknownRequest);

    private async Task<RequestView> View(PersonRequest request, PersonRequestSubject subject, CancellationToken cancellation) => RequestView.Of(
        request, await seal.Open(request.TenantId, subject.Note, cancellation), await seal.Open(request.TenantId, subject.Reason, cancellation), clock.GetUtcNow());

    // The name decides while it is known: since work began the learner may have turned out to be another one that is known already.
    private async Task<Guid?> Learner(PersonRequestSubject subject, CancellationToken cancellation) =>
        await db.LearnerIdentities.Where(i => subject.Names.Contains(i.Id)).Select(i => (Guid?)i.LearnerId).FirstOrDefaultAsync(cancellation) ?? subject.LearnerId;

    private async Task<Pseudonym> Name(RequestedPerson person, CancellationToken cancellation)
    {
        if (!string.IsNullOrWhiteSpace(person.CitizenNumber))
            return pseudonyms.OfCitizen(person.CitizenNumber);
        var vendor = await db.Accounts.Where(a => a.Key == person.Vendor && a.VendorId != null).Select(a => a.Key).SingleOrDefaultAsync(cancellation)
            ?? throw new ProblemException(Problems.Invalid, null, [new FieldFault("/person/vendor", Problems.UnknownVendor)]);
        return pseudonyms.OfVendorLearner(Pseudonyms.PrefixOf(vendor), person.LearnerId!);
    }

    private static ProblemException WrongState(PersonRequest request) => new(
        Problems.RequestInAnotherState, new Explanation($"Yêu cầu đang ở trạng thái {request.State}.", $"The request is {request.State}."));
}
