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

    /// <summary>The audience of a learner of whom no other is known: the only one that the course is for.</summary>
    internal Audience? CourseAudience { get; init; }

    /// <summary>Its line in the table that it came in; null where rows have none.</summary>
    internal int? Line { get; init; }

    /// <summary>The commune that it names, where that has ended and another has taken its place.</summary>
    internal LocalityEntry? Named { get; init; }

    /// <summary>True when locality and audience need not be looked up.</summary>
    internal bool SaysWhere => TenantId is not null && Audience is not null;

    /// <summary>
    /// The fields, by pointer, in which a stored completion of the same id and revision differs; the learner is compared by the caller. A locality and an
    /// audience that are left out are the learner's; a ground or a reason that is left out says that there is none of the row's own.
    /// </summary>
    internal IEnumerable<string> DifferencesFrom(Completion stored)
    {
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
        if (stored.Reason != Reason)
            yield return "reason";
        if (stored.LegalGround != Ground)
            yield return "legalGround";
    }
}

/// <summary>Checks one row of a batch: pure, tells all that is wrong with it, nothing of the learner's own ids leaves it but pseudonyms.</summary>
internal sealed class CompletionReading(
    Caller vendor, IReadOnlyDictionary<string, LocalityEntry> localities, IReadOnlyDictionary<string, KnownCourse> courses, Pseudonyms pseudonyms,
    SuspendedTenants suspended, DateTimeOffset now)
{
    private static readonly DateTimeOffset Earliest = VietnamTime.Begin(new DateOnly(2024, 1, 1));

    // A vendor's clock may run a little ahead of ours.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private readonly string vendorPrefix = Pseudonyms.PrefixOf(vendor.Key);
    private readonly Dictionary<string, LocalityEntry> granted = new(StringComparer.Ordinal);

    /// <summary>The candidate that a row makes, or all faults for which it is none.</summary>
    internal IReadOnlyList<FieldFault>? Check(SentRow sent, out Candidate? candidate)
    {
        candidate = null;
        if (sent.Content is not { } row)
            return sent.Faults;
        var found = sent.Faults.Count > 0 ? sent.Faults.ToList() : null;
        if (!sent.IdFollows && WrongId(row.Id) is { } wrongId)
            Add("id", wrongId, wrongId == Problems.TooLong ? Limits.Id : null);

        var (learner, citizen) = (row.Learner?.Id, row.Learner?.CitizenId);
        if (string.IsNullOrWhiteSpace(learner) && string.IsNullOrWhiteSpace(citizen))
        {
            Add("learner", Problems.NoLearner);
            // Nobody's locality and audience are not known.
            if (row.Locality is null)
                Add("locality", Problems.Required);
            if (row.Audience is null && !(row.Course is { } asked && courses.TryGetValue(asked, out var sought) && sought.Only is not null))
                Add("audience", Problems.Required);
        }

        if (learner?.Length > 200)
            Add("learner/id", Problems.TooLong, Limits.LearnerId);
        else if (learner is not null && !IsName(learner))
            Add("learner/id", Problems.NotText);
        if (!string.IsNullOrWhiteSpace(citizen) && (citizen.Length != 12 || !citizen.All(char.IsAsciiDigit)))
            Add("learner/citizenId", Problems.BadCitizenId, Limits.CitizenId);

        if (CheckLocality(row.Locality, out var tenant, out var named) is { } wrongLocality)
            Add("locality", wrongLocality, wrongLocality == Problems.CompletionLocalityUnknown ? Limits.Locality(row.Locality!) : named?.Today);
        var course = default(KnownCourse);
        if (row.Course is null)
            Add("course", Problems.Required);
        else if (!courses.TryGetValue(row.Course, out course))
            Add("course", Problems.UnknownCourse, Limits.Course(row.Course));
        if (row.CompletedAt is null)
            Add("completedAt", Problems.Required);
        else if (row.CompletedAt > now + ClockTolerance)
            Add("completedAt", Problems.InTheFuture);
        else if (row.CompletedAt < Earliest)
            Add("completedAt", Problems.TooEarly, Limits.Earliest);
        if (row.Score is < 0 or > 100 || (row.Score is { } score && decimal.Round(score, 2) != score))
            Add("score", Problems.OutOfRange, Limits.Score);
        if (row.Revision is < 1 or > short.MaxValue)
            Add("revision", Problems.OutOfRange, Limits.Revision);
        if (CheckReason(row.Reason) is { } wrongReason)
            Add("reason", wrongReason, wrongReason == Problems.TooLong ? Limits.Reason : null);
        if (found is not null)
            return found;

        candidate = new Candidate(
            sent.Index, row.Id!, tenant,
            string.IsNullOrWhiteSpace(learner) ? null : pseudonyms.OfVendorLearner(vendorPrefix, learner),
            string.IsNullOrWhiteSpace(citizen) ? null : pseudonyms.OfCitizen(citizen),
            course.Id, row.Audience, Stored(row.CompletedAt!.Value), row.Score, row.Passed ?? true, (short)(row.Revision ?? 1), row.Reason, row.LegalGround)
        { Named = named, Line = sent.Line, CourseAudience = course.Only };
        return null;

        // What could not be read is not said to be missing as well.
        void Add(string field, ProblemKind kind, Explanation? detail = null)
        {
            var pointer = $"/{sent.Index}/{field}";
            if (found?.Exists(f => f.Pointer == pointer || f.Pointer.StartsWith($"{pointer}/", StringComparison.Ordinal) || pointer.StartsWith($"{f.Pointer}/", StringComparison.Ordinal)) != true)
                (found ??= []).Add(new FieldFault(pointer, kind, detail));
        }
    }

    private static ProblemKind? WrongId(string? id) =>
        string.IsNullOrWhiteSpace(id) ? Problems.Required
        : id.Length > 100 ? Problems.TooLong
        : !IsName(id) ? Problems.NotText
        : id.StartsWith(ErasedCompletion.Prefix, StringComparison.Ordinal) ? Problems.CompletionErased
        : HoldsCitizenNumber(id) ? Problems.CitizenNumberInClear
        : null;

    // A line break in an id is a row that was read wrongly somewhere before.
    private static bool IsName(string id) => Faults.IsText(id) && !id.AsSpan().ContainsAny('\n', '\r', '\t');

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
    /// citizen numbers do. Those that happen to stand within a UUID or a hash are none.
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

            if (run == 12 && text[i - 12] == '0' && string.CompareOrdinal(text, i - 12, "001", 0, 3) >= 0 && string.CompareOrdinal(text, i - 12, "096", 0, 3) <= 0 && !IsWithinHex(text, i - 12))
                return true;
            run = 0;
        }

        return false;
    }

    private static bool IsWithinHex(string text, int at)
    {
        var (from, to) = (at, at);
        while (from > 0 && (char.IsAsciiHexDigit(text[from - 1]) || text[from - 1] == '-'))
            from--;
        while (to < text.Length && (char.IsAsciiHexDigit(text[to]) || text[to] == '-'))
            to++;
        var token = text.AsSpan(from..to);
        return Guid.TryParseExact(token, "D", out _) || (token.Length is 24 or 32 or 40 or 64 or 128 && !token.Contains('-'));
    }

    // Databases keep microseconds; what is compared later must be what was stored.
    private static DateTimeOffset Stored(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return new DateTimeOffset(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    // What may stand in a field, for those who wrote something else.
    private static class Limits
    {
        internal static readonly Explanation
            Id = new("Tối đa 100 ký tự.", "At most 100 characters."),
            LearnerId = new("Tối đa 200 ký tự.", "At most 200 characters."),
            CitizenId = new("Excel có thể đã bỏ các số 0 ở đầu.", "Excel may have taken the zeros in front away."),
            Reason = new("Tối đa 200 ký tự.", "At most 200 characters."),
            Earliest = new("Sớm nhất là ngày 01/01/2024.", "01/01/2024 at the earliest."),
            Score = new("Từ 0 đến 100, tối đa hai chữ số thập phân.", "From 0 to 100, with at most two decimals."),
            Revision = new($"Số nguyên từ 1 đến {short.MaxValue}.", $"A whole number from 1 to {short.MaxValue}.");

        internal static Explanation Locality(string code) => new($"{Short(code)}; mã xã, phường có năm chữ số, như 05953.", $"{Short(code)}; a commune's code has five digits, such as 05953.");

        internal static Explanation Course(string code) => new($"{Short(code)}, xem GET /v1/courses.", $"{Short(code)}, see GET /v1/courses.");

        private static string Short(string text) => text.Length > 40 ? $"«{text[..40]}…»" : $"«{text}»";
    }
}
