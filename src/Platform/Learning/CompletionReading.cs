using Platform.Access;
using Platform.Http;
using Platform.Localities;
using Platform.Plans;

namespace Platform.Learning;

/// <summary>A valid row, with its references resolved and its learner under pseudonyms.</summary>
internal sealed record Candidate(
    int Index, string ExternalId, short TenantId, Guid? VendorIdentity, Guid? CitizenIdentity, int CourseId,
    Audience Audience, DateTimeOffset CompletedAt, decimal? Score, bool Passed)
{
    /// <summary>Where its answer belongs in the batch at hand; <see cref="Index"/> is what the vendor calls the row.</summary>
    internal int Place { get; init; }

    /// <summary>The fields, by pointer, in which a stored completion of the same id differs; the learner is compared by the caller.</summary>
    internal IEnumerable<string> DifferencesFrom(Completion stored)
    {
        if (stored.TenantId != TenantId)
            yield return "locality";
        if (stored.CourseId != CourseId)
            yield return "course";
        if (stored.Audience != Audience)
            yield return "audience";
        if (stored.CompletedAt != CompletedAt)
            yield return "completedAt";
        if (stored.Score != Score)
            yield return "score";
        if (stored.Passed != Passed)
            yield return "passed";
    }
}

/// <summary>Checks one row of a batch: pure, first fault wins, nothing of the learner's own ids leaves it but pseudonyms.</summary>
internal sealed class CompletionReading(
    Caller vendor, IReadOnlyDictionary<string, LocalityEntry> localities, IReadOnlyDictionary<string, int> courses, Pseudonyms pseudonyms, DateTimeOffset now)
{
    private static readonly DateTimeOffset Earliest = new(2024, 1, 1, 0, 0, 0, TimeSpan.FromHours(7));

    // A vendor's clock may run a little ahead of ours.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>The candidate that a row's content makes, or the fault for which it is none.</summary>
    internal FieldFault? Check(int index, CompletionContent row, out Candidate? candidate)
    {
        candidate = null;
        if (string.IsNullOrWhiteSpace(row.Id))
            return At("id", Problems.Required);
        if (row.Id.Length > 100)
            return At("id", Problems.TooLong);
        if (!Faults.IsText(row.Id))
            return At("id", Problems.NotText);

        var (learner, citizen) = (row.Learner?.Id, row.Learner?.CitizenId);
        if (string.IsNullOrWhiteSpace(learner) && string.IsNullOrWhiteSpace(citizen))
            return At("learner", Problems.NoLearner);
        if (learner?.Length > 200)
            return At("learner/id", Problems.TooLong);
        if (learner is not null && !Faults.IsText(learner))
            return At("learner/id", Problems.NotText);
        if (!string.IsNullOrWhiteSpace(citizen) && (citizen.Length != 12 || !citizen.All(char.IsAsciiDigit)))
            return At("learner/citizenId", Problems.BadCitizenId);

        if (row.Locality is null)
            return At("locality", Problems.Required);
        if (!localities.TryGetValue(row.Locality, out var locality))
            return At("locality", Problems.CompletionLocalityUnknown);
        if (locality.Level != LocalityLevel.Commune)
            return At("locality", Problems.NotACommune);
        if (!vendor.Completes(locality))
            return At("locality", Problems.CompletionLocalityNotGranted);
        if (row.Course is null)
            return At("course", Problems.Required);
        if (!courses.TryGetValue(row.Course, out var course))
            return At("course", Problems.UnknownCourse);
        if (row.Audience is null)
            return At("audience", Problems.Required);
        if (row.CompletedAt is null)
            return At("completedAt", Problems.Required);
        if (row.CompletedAt > now + ClockTolerance)
            return At("completedAt", Problems.InTheFuture);
        if (row.CompletedAt < Earliest)
            return At("completedAt", Problems.TooEarly);
        if (row.Score is < 0 or > 100 || (row.Score is { } score && decimal.Round(score, 2) != score))
            return At("score", Problems.OutOfRange);

        candidate = new Candidate(
            index, row.Id, locality.Id,
            string.IsNullOrWhiteSpace(learner) ? null : pseudonyms.OfVendorLearner(vendor.Vendor!.Value, learner),
            string.IsNullOrWhiteSpace(citizen) ? null : pseudonyms.OfCitizen(citizen),
            course, row.Audience.Value, Stored(row.CompletedAt.Value), row.Score, row.Passed ?? true);
        return null;

        FieldFault At(string field, ProblemKind kind) => new($"/{index}/{field}", kind);
    }

    // Databases keep microseconds; what is compared later must be what was stored.
    private static DateTimeOffset Stored(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return new DateTimeOffset(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
