using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>A valid row, with its references resolved and its learner under pseudonyms. What it leaves to the learner is null.</summary>
internal sealed record Candidate(
    int Index, string ExternalId, short? TenantId, Pseudonym? VendorName, Pseudonym? CitizenName, int CourseId,
    Audience? Audience, DateTimeOffset CompletedAt, decimal? Score, bool Passed, short Revision, string? Reason, LegalGround? Ground)
{
    /// <summary>Where its answer belongs in the batch at hand; <see cref="Index"/> is what the vendor calls the row.</summary>
    internal int Place { get; init; }

    /// <summary>The commune that it names, where that has ended and another has taken its place.</summary>
    internal LocalityEntry? Named { get; init; }

    /// <summary>True when locality and audience need not be looked up.</summary>
    internal bool SaysWhere => TenantId is not null && Audience is not null;

    /// <summary>The fields, by pointer, in which a stored completion of the same id differs; the learner is compared by the caller.</summary>
    internal IEnumerable<string> DifferencesFrom(Completion stored)
    {
        if (stored.Revision != Revision)
            yield return "revision";
        if (TenantId is not null && stored.TenantId != TenantId)
            yield return "locality";
        if (stored.CourseId != CourseId)
            yield return "course";
        if (Audience is not null && stored.Audience != Audience)
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
    Caller vendor, IReadOnlyDictionary<string, LocalityEntry> localities, IReadOnlyDictionary<string, int> courses, Pseudonyms pseudonyms,
    SuspendedTenants suspended, DateTimeOffset now)
{
    private static readonly DateTimeOffset Earliest = new(2024, 1, 1, 0, 0, 0, TimeSpan.FromHours(7));

    // A vendor's clock may run a little ahead of ours.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private readonly string vendorPrefix = Pseudonyms.PrefixOf(vendor.Key);
    private readonly Dictionary<string, LocalityEntry> granted = new(StringComparer.Ordinal);

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
        if (row.Id.StartsWith(ErasedCompletion.Prefix, StringComparison.Ordinal))
            return At("id", Problems.CompletionErased);
        if (HoldsCitizenNumber(row.Id))
            return At("id", Problems.CitizenNumberInClear);

        var (learner, citizen) = (row.Learner?.Id, row.Learner?.CitizenId);
        if (string.IsNullOrWhiteSpace(learner) && string.IsNullOrWhiteSpace(citizen))
            return At("learner", Problems.NoLearner);
        if (learner?.Length > 200)
            return At("learner/id", Problems.TooLong);
        if (learner is not null && !Faults.IsText(learner))
            return At("learner/id", Problems.NotText);
        if (!string.IsNullOrWhiteSpace(citizen) && (citizen.Length != 12 || !citizen.All(char.IsAsciiDigit)))
            return At("learner/citizenId", Problems.BadCitizenId);

        if (CheckLocality(row.Locality, out var tenant, out var named) is { } wrongLocality)
            return new FieldFault($"/{index}/locality", wrongLocality, named?.Today);
        if (row.Course is null)
            return At("course", Problems.Required);
        if (!courses.TryGetValue(row.Course, out var course))
            return At("course", Problems.UnknownCourse);
        if (row.CompletedAt is null)
            return At("completedAt", Problems.Required);
        if (row.CompletedAt > now + ClockTolerance)
            return At("completedAt", Problems.InTheFuture);
        if (row.CompletedAt < Earliest)
            return At("completedAt", Problems.TooEarly);
        if (row.Score is < 0 or > 100 || (row.Score is { } score && decimal.Round(score, 2) != score))
            return At("score", Problems.OutOfRange);
        if (row.Revision is < 1 or > short.MaxValue)
            return At("revision", Problems.OutOfRange);
        if (CheckReason(row.Reason) is { } wrongReason)
            return At("reason", wrongReason);

        candidate = new Candidate(
            index, row.Id, tenant,
            string.IsNullOrWhiteSpace(learner) ? null : pseudonyms.OfVendorLearner(vendorPrefix, learner),
            string.IsNullOrWhiteSpace(citizen) ? null : pseudonyms.OfCitizen(citizen),
            course, row.Audience, Stored(row.CompletedAt.Value), row.Score, row.Passed ?? true, (short)(row.Revision ?? 1), row.Reason, row.LegalGround)
        { Named = named };
        return null;

        FieldFault At(string field, ProblemKind kind) => new($"/{index}/{field}", kind);
    }

    /// <summary>What is wrong with the reason of a correction or a voiding; null when nothing is.</summary>
    internal static ProblemKind? CheckReason(string? reason) =>
        reason is null ? null
        : reason.Length > 200 ? Problems.TooLong
        : !Faults.IsText(reason) ? Problems.NotText
        : HoldsCitizenNumber(reason) ? Problems.CitizenNumberInClear
        : null;

    // Grants are asked once for each locality of a batch. What names a commune that has ended is for the one that took its place.
    private ProblemKind? CheckLocality(string? code, out short? tenant, out LocalityEntry? named)
    {
        (tenant, named) = (null, null);
        if (code is null)
            return null;
        if (!granted.TryGetValue(code, out var locality))
        {
            if (!localities.TryGetValue(code, out locality))
                return Problems.CompletionLocalityUnknown;
            if (locality.Level != LocalityLevel.Commune)
                return Problems.NotACommune;
            if (locality.HasEnded && locality.Successors is not [_])
            {
                named = locality;
                return Problems.CompletionLocalitySplit;
            }

            locality = locality.HasEnded ? locality.Successors[0] : locality;
            if (!vendor.Completes(locality))
                return Problems.CompletionLocalityNotGranted;
            if (suspended.IsClosed(locality.Id))
                return Problems.CompletionTenantClosed;
            granted.Add(code, locality);
        }

        named = localities[code] is { HasEnded: true } ended ? ended : null;
        tenant = locality.Id;
        return null;
    }

    /// <summary>
    /// True when a text that is kept as it was sent holds twelve digits in a row that begin with the code of a province (001–096), as
    /// citizen numbers do.
    /// </summary>
    internal static bool HoldsCitizenNumber(string text)
    {
        for (var (i, run) = (0, 0); i <= text.Length; i++)
        {
            if (i < text.Length && char.IsAsciiDigit(text[i]))
            {
                run++;
                continue;
            }

            if (run == 12 && text[i - 12] == '0' && string.CompareOrdinal(text, i - 12, "001", 0, 3) >= 0 && string.CompareOrdinal(text, i - 12, "096", 0, 3) <= 0)
                return true;
            run = 0;
        }

        return false;
    }

    // Databases keep microseconds; what is compared later must be what was stored.
    private static DateTimeOffset Stored(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return new DateTimeOffset(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
