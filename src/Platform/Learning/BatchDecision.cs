using Platform.Http;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>A completion that another content takes the place of: corrected, restored or voided.</summary>
/// <param name="Before">As it is stored.</param>
/// <param name="After">As it will be.</param>
internal sealed record Replacement(Completion Before, Completion After)
{
    /// <summary>True when what was said before is kept as a version; a voiding changes nothing of what it says.</summary>
    internal bool KeepsVersion => After.Revision != Before.Revision;
}

/// <summary>
/// Decides what each row of a batch is, beside what is stored: created, duplicate, corrected, in conflict, or rejected because nobody
/// knows where its learner lives. Pure; rows are decided in their order, and a later row of the batch sees the earlier ones.
/// </summary>
internal sealed class BatchDecision(
    IntakeOrder order, Dictionary<string, Completion> stored, LearnerRegister learners, IReadOnlyDictionary<Guid, Learner> places,
    Func<short, bool> mayComplete, SuspendedTenants suspended, DateTimeOffset now)
{
    private readonly Dictionary<Guid, (short Tenant, Audience Audience, DateTimeOffset At)> latest = [];
    private readonly HashSet<string> changed = new(StringComparer.Ordinal), deferredIds = new(StringComparer.Ordinal);

    /// <summary>Completions to be stored, in the order of their rows.</summary>
    internal List<Completion> Added { get; } = [];

    /// <summary>Completions to be replaced.</summary>
    internal List<Replacement> Replaced { get; } = [];

    /// <summary>Rows that correct what this very batch stores: they are decided once that is written.</summary>
    internal List<Candidate> Deferred { get; } = [];

    /// <summary>Decides one row; null when it is deferred.</summary>
    internal RowAnswer? Decide(Candidate row)
    {
        if (!stored.TryGetValue(row.ExternalId, out var before))
            return Create(row);
        if (deferredIds.Contains(row.ExternalId) || (row.Revision > before.Revision && changed.Contains(row.ExternalId)))
        {
            deferredIds.Add(row.ExternalId);
            Deferred.Add(row);
            return null;
        }

        if (row.Revision > before.Revision)
            return Correct(row, before);
        if (before.VoidedAt is not null)
            return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Conflict, [new FieldFault($"/{row.Index}/id", Problems.CompletionIsVoid, new Explanation(
                $"Bản hiện có là {before.Revision}; gửi revision cao hơn để khôi phục.", $"Revision {before.Revision} is stored; a higher one restores it."))]);
        var differences = row.DifferencesFrom(before).ToList();
        if (!learners.IsKnownAs(before.LearnerId, row))
            differences.Add("learner");
        return differences.Count == 0 ? new RowAnswer(row.Index, row.ExternalId, RowOutcome.Duplicate) : Conflict(row, before, differences);
    }

    private RowAnswer Conflict(Candidate row, Completion before, List<string> differences)
    {
        var fields = string.Join(", ", differences);
        var told = changed.Contains(row.ExternalId)
            ? new Explanation($"Khác ở: {fields}. Một dòng trước trong lần gửi này có cùng mã.", $"Differs in: {fields}. An earlier row of this very send has the same id.")
            : new Explanation($"Khác ở: {fields}. Bản hiện có là {before.Revision}; gửi revision cao hơn để sửa.", $"Differs in: {fields}. Revision {before.Revision} is stored; a higher one corrects it.");
        return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Conflict, [new FieldFault($"/{row.Index}/{differences[0]}", Problems.SameIdOtherContent, told)]);
    }

    private RowAnswer Create(Candidate row)
    {
        var (tenant, audience) = (row.TenantId, row.Audience);
        if (!row.SaysWhere)
        {
            // Of two learners that it makes one, where the later completion says.
            var place = learners.Find(row).Select(PlaceOf).MaxBy(p => p?.At);
            (tenant, audience) = (tenant ?? place?.Tenant, audience ?? place?.Audience);
            if (Unplaced(row, tenant, audience) is { } fault)
                return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Rejected, [fault]);
        }

        var completion = Completion(row, tenant!.Value, audience!.Value);
        completion.Moves = row.Named?.Trail;
        stored.Add(row.ExternalId, completion);
        changed.Add(row.ExternalId);
        Added.Add(completion);
        Remember(completion);
        return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Created);
    }

    // A correction that leaves out locality or audience leaves them as they were.
    private RowAnswer Correct(Candidate row, Completion before)
    {
        var (tenant, audience) = (row.TenantId ?? before.TenantId, row.Audience ?? before.Audience);
        if ((IsClosed(row, before.TenantId) ?? Unplaced(row, tenant, audience)) is { } fault)
            return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Rejected, [fault]);
        var after = Completion(row, tenant, audience);
        after.Reason = row.Reason;
        after.Moves = tenant != before.TenantId ? row.Named?.Trail : before.Moves;
        stored[row.ExternalId] = after;
        changed.Add(row.ExternalId);
        Replaced.Add(new Replacement(before, after));
        Remember(after);
        return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Corrected);
    }

    private Completion Completion(Candidate row, short tenant, Audience audience) => new()
    {
        VendorId = order.Vendor.Vendor!.Value,
        ExternalId = row.ExternalId,
        TenantId = tenant,
        LearnerId = learners.Recognise(row),
        CourseId = row.CourseId,
        Audience = audience,
        CompletedAt = row.CompletedAt,
        Score = row.Score,
        Passed = row.Passed,
        Revision = row.Revision,
        ReceivedAt = now,
        LegalGround = row.Ground,
    };

    private FieldFault? Unplaced(Candidate row, short? tenant, Audience? audience)
    {
        if (tenant is null || audience is null)
            return new FieldFault($"/{row.Index}/{(tenant is null ? "locality" : "audience")}", Problems.Required, new Explanation(
                "Chưa biết người học này nên không thể lấy theo người học.", "The learner is not known yet, so it cannot be taken from there."));
        return row.TenantId is null && !mayComplete(tenant.Value)
            ? new FieldFault($"/{row.Index}/locality", Problems.CompletionLocalityNotGranted)
            : IsClosed(row, tenant.Value);
    }

    // Neither into a closed locality nor, by a correction, out of it.
    private FieldFault? IsClosed(Candidate row, short tenant) =>
        suspended.IsClosed(tenant) ? new FieldFault($"/{row.Index}/locality", Problems.CompletionTenantClosed) : null;

    private (short Tenant, Audience Audience, DateTimeOffset At)? PlaceOf(Guid learner) =>
        latest.TryGetValue(learner, out var seen) ? seen : places.TryGetValue(learner, out var place) ? (place.TenantId, place.Audience, place.LatestAt) : null;

    // Where the learner lives after this row, for the rows that leave it out.
    private void Remember(Completion completion)
    {
        var place = (completion.TenantId, completion.Audience, completion.CompletedAt);
        if (latest.TryGetValue(completion.LearnerId, out var seen) ? seen.At <= completion.CompletedAt
            : !places.TryGetValue(completion.LearnerId, out var known) || known.LatestAt <= completion.CompletedAt)
            latest[completion.LearnerId] = place;
    }
}
