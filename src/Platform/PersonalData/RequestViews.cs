using System.Text.Json.Serialization;
using Platform.Http;

namespace Platform.PersonalData;

/// <summary>A request as the commune records it.</summary>
/// <param name="Kind">Access, Correction, Erasure or Objection.</param>
/// <param name="Person">Who asks.</param>
/// <param name="Channel">InPerson, Post, Email, Phone or Portal.</param>
/// <param name="ReceivedAt">When the person asked; now when left out. The clock runs from here.</param>
/// <param name="Note">What else is to be remembered, at most 2,000 characters; stored encrypted under the commune's own key.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RequestContent(RequestKind? Kind, RequestedPerson? Person, RequestChannel? Channel, DateTimeOffset? ReceivedAt, string? Note)
{
    /// <summary>Reads it; the person is resolved by the caller.</summary>
    internal PersonRequest Validate(PersonRequest request, DateTimeOffset now)
    {
        var faults = new Faults();
        request.Kind = faults.Value("/kind", Kind);
        request.Channel = faults.Value("/channel", Channel);
        request.ReceivedAt = (ReceivedAt ?? now).ToUniversalTime();
        if (request.ReceivedAt > now.AddMinutes(5) || request.ReceivedAt < now.AddYears(-1))
            faults.Add("/receivedAt", Problems.OutOfRange, new Explanation("Trong vòng một năm qua, không ở tương lai.", "Within the past year, not in the future."));
        faults.Optional("/note", Note, 2_000);
        var (citizen, vendor, learner) = (Person?.CitizenNumber, Person?.Vendor, Person?.LearnerId);
        if (Person is null)
            faults.Add("/person", Problems.Required);
        else if (string.IsNullOrWhiteSpace(citizen) ? string.IsNullOrWhiteSpace(vendor) || string.IsNullOrWhiteSpace(learner) : vendor is not null || learner is not null)
            faults.Add("/person", Problems.PersonNotNamed);
        else if (citizen is not null && (citizen.Length != 12 || !citizen.All(char.IsAsciiDigit)))
            faults.Add("/person/citizenNumber", Problems.BadCitizenId);
        else if (learner is not null && (learner.Length > 200 || !Faults.IsText(learner)))
            faults.Add("/person/learnerId", learner.Length > 200 ? Problems.TooLong : Problems.NotText);
        faults.ThrowIfAny();
        return request;
    }
}

/// <summary>Who asks: a citizen number, or a vendor with its learner id. Turned into a keyed pseudonym at once and never stored as it is.</summary>
/// <param name="CitizenNumber">Twelve digits.</param>
/// <param name="Vendor">The vendor's client id.</param>
/// <param name="LearnerId">What the vendor calls the person.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RequestedPerson(string? CitizenNumber, string? Vendor, string? LearnerId);

/// <summary>How a request was answered.</summary>
/// <param name="Outcome">Done or Refused.</param>
/// <param name="Reason">What the person was told, at most 2,000 characters; stored encrypted under the commune's own key.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RequestAnswer(RequestState? Outcome, string? Reason);

/// <summary>A request. Whose it is is not shown.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Access, Correction, Erasure or Objection.</param>
/// <param name="Channel">How it came.</param>
/// <param name="State">Received, InProgress, Done or Refused.</param>
/// <param name="ReceivedAt">When the person asked (UTC).</param>
/// <param name="DueAt">When the second working day after it ends (UTC).</param>
/// <param name="Overdue">True when it was, or still is, not answered by then.</param>
/// <param name="RecordedBy">The account that recorded it.</param>
/// <param name="BegunAt">When work began.</param>
/// <param name="AnsweredAt">When it was answered.</param>
/// <param name="AnsweredBy">The account that answered it.</param>
/// <param name="Note">What was written down; null as well when the commune's key was removed.</param>
/// <param name="Reason">What the person was told.</param>
/// <param name="Receipt">What an erasure cut.</param>
public sealed record RequestView(
    Guid Id, RequestKind Kind, RequestChannel Channel, RequestState State, DateTimeOffset ReceivedAt, DateTimeOffset DueAt, bool Overdue, string RecordedBy,
    DateTimeOffset? BegunAt, DateTimeOffset? AnsweredAt, string? AnsweredBy, string? Note, string? Reason, ErasureReceipt? Receipt)
{
    internal static RequestView Of(PersonRequest r, string? note, string? reason, DateTimeOffset now) => new(
        r.Id, r.Kind, r.Channel, r.State, r.ReceivedAt, r.DueAt, (r.AnsweredAt ?? now) >= r.DueAt, r.RecordedBy, r.BegunAt, r.AnsweredAt, r.AnsweredBy, note, reason,
        r.ErasedCompletions is { } completions ? new ErasureReceipt(completions, r.ErasedNames ?? 0, r.AnsweredAt!.Value) : null);
}

/// <summary>What an erasure did: the figures stay, and nothing leads to the person any more.</summary>
/// <param name="Completions">Completions cut from the person, in every commune and of every vendor.</param>
/// <param name="Names">Pseudonyms removed.</param>
/// <param name="ErasedAt">When (UTC).</param>
public sealed record ErasureReceipt(int Completions, int Names, DateTimeOffset ErasedAt);

/// <summary>How many requests there are in one locality.</summary>
/// <param name="Locality">Its code.</param>
/// <param name="Kind">What was asked for.</param>
/// <param name="State">How far they are.</param>
/// <param name="Requests">How many.</param>
/// <param name="Overdue">How many of them were, or still are, not answered in time.</param>
public sealed record RequestCountView(string Locality, RequestKind Kind, RequestState State, int Requests, int Overdue);
