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

    /// <summary>True when it goes to another commune, perhaps by way of a third: what moved it before is then of the past, whatever is stored.</summary>
    internal bool Relocated { get; init; }
}

/// <summary>
/// Decides what each row of a batch is, beside what is stored: created, duplicate, corrected, in conflict, or rejected because nobody
/// knows where its learner lives. Pure; rows are decided in their order, and a later row of the batch sees the earlier ones. Many revisions
/// of one id in a batch are one change of what is stored; each that another of the batch replaced is kept in the history.
/// </summary>
internal sealed class BatchDecision(
    IntakeOrder order, Dictionary<string, Completion> stored, LearnerRegister learners, IReadOnlyDictionary<Guid, Learner> places,
    Func<short, bool> mayComplete, SuspendedTenants suspended, DateTimeOffset now)
{
    private readonly Dictionary<Guid, (short Tenant, Audience Audience, DateTimeOffset At)> latest = [];

    // Where in Added an id of this batch is; the complement of where in Replaced.
    private readonly Dictionary<string, int> changed = new(StringComparer.Ordinal);

    /// <summary>Completions to be stored, in the order of their rows.</summary>
    internal List<Completion> Added { get; } = [];

    /// <summary>Completions to be replaced.</summary>
    internal List<Replacement> Replaced { get; } = [];

    /// <summary>What this batch said and replaced itself: never present, and kept as versions.</summary>
    internal List<Completion> Superseded { get; } = [];

    /// <summary>Decides one row.</summary>
    internal RowAnswer Decide(Candidate row)
    {
        if (!stored.TryGetValue(row.ExternalId, out var before))
            return Create(row);
        if (row.Revision > before.Revision)
            return Correct(row, before);
        if (before.VoidedAt is not null)
            return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Conflict, [new FieldFault($"/{row.Index}/id", Problems.CompletionIsVoid, new Explanation(
                $"Bản hiện có là {before.Revision}; gửi revision cao hơn để khôi phục.", $"Revision {before.Revision} is stored; a higher one restores it."))]);
        if (row.Revision < before.Revision)
            return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Conflict, [new FieldFault($"/{row.Index}/revision", Problems.SameIdOtherContent, new Explanation(
                $"Đã có bản mới hơn là {before.Revision}; chỉ revision cao hơn mới sửa được.", $"Revision {before.Revision}, which is newer, is stored; only a higher one corrects it."))]);
        var differences = row.DifferencesFrom(before).ToList();
        if (!learners.IsKnownAs(before.LearnerId, row))
            differences.Add("learner");
        return differences.Count == 0 ? new RowAnswer(row.Index, row.ExternalId, RowOutcome.Duplicate) : Conflict(row, before, differences);
    }

    private RowAnswer Conflict(Candidate row, Completion before, List<string> differences)
    {
        // The row before it may have come in another send that is stored together with this one.
        var told = changed.ContainsKey(row.ExternalId)
            ? new Explanation($"Khác với dòng gửi ngay trước có cùng mã; gửi revision cao hơn {before.Revision} để sửa.", $"Differs from a row sent just before under this id; a revision above {before.Revision} corrects it.")
            : new Explanation($"Khác với bản hiện có là {before.Revision}; gửi revision cao hơn để sửa.", $"Differs from revision {before.Revision}, which is stored; a higher one corrects it.");
        return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Conflict, [.. differences.Select(field => new FieldFault($"/{row.Index}/{field}", Problems.SameIdOtherContent, told))]);
    }

    private RowAnswer Create(Candidate row)
    {
        var (tenant, audience) = (row.TenantId, row.Audience);
        if (!row.SaysWhere)
        {
            // Of two learners that it makes one, where the later completion says.
            var place = learners.Find(row).Select(PlaceOf).MaxBy(p => p?.At);
            (tenant, audience) = (tenant ?? place?.Tenant, audience ?? place?.Audience ?? row.CourseAudience);
            if (Unplaced(row, tenant, audience) is { } faults)
                return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Rejected, faults);
        }

        var completion = Completion(row, tenant!.Value, audience!.Value);
        completion.Moves = row.Named?.Trail;
        stored.Add(row.ExternalId, completion);
        changed.Add(row.ExternalId, Added.Count);
        Added.Add(completion);
        Remember(completion);
        return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Created);
    }

    // A correction that leaves out locality or audience leaves them as they were.
    private RowAnswer Correct(Candidate row, Completion before)
    {
        var (tenant, audience) = (row.TenantId ?? before.TenantId, row.Audience ?? before.Audience);
        if ((IsClosed(row, before.TenantId) ?? Unplaced(row, tenant, audience)) is { } faults)
            return new RowAnswer(row.Index, row.ExternalId, RowOutcome.Rejected, faults);
        var after = Completion(row, tenant, audience);
        var relocated = tenant != before.TenantId;
        after.Moves = relocated ? row.Named?.Trail : before.Moves;
        stored[row.ExternalId] = after;
        if (!changed.TryGetValue(row.ExternalId, out var place))
        {
            changed.Add(row.ExternalId, ~Replaced.Count);
            Replaced.Add(new Replacement(before, after) { Relocated = relocated });
        }
        else
        {
            Superseded.Add(before);
            if (place >= 0)
                Added[place] = after;
            else
                Replaced[~place] = Replaced[~place] with { After = after, Relocated = relocated || Replaced[~place].Relocated };
        }

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
        Reason = row.Reason,
        LegalGround = row.Ground,
    };

    private FieldFault[]? Unplaced(Candidate row, short? tenant, Audience? audience)
    {
        if (tenant is null || audience is null)
            return [.. Missing(tenant is null, "locality"), .. Missing(audience is null, "audience")];
        return row.TenantId is null && !mayComplete(tenant.Value)
            ? [new FieldFault($"/{row.Index}/locality", Problems.CompletionLocalityNotGranted)]
            : IsClosed(row, tenant.Value);

        FieldFault[] Missing(bool isMissing, string field) => !isMissing ? [] : [new FieldFault($"/{row.Index}/{field}", Problems.Required, new Explanation(
            "Chưa biết người học này nên không thể lấy theo người học.", "The learner is not known yet, so it cannot be taken from there."))];
    }

    // Neither into a closed locality nor, by a correction, out of it.
    private FieldFault[]? IsClosed(Candidate row, short tenant) =>
        suspended.IsClosed(tenant) ? [new FieldFault($"/{row.Index}/locality", Problems.CompletionTenantClosed)] : null;

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
