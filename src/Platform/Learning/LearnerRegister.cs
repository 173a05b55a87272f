using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Rollup;

namespace Platform.Learning;

/// <summary>
/// The learners that one batch touches. Recognises a person by the vendor's id or the citizen number, whichever is known; two learners
/// that turn out to be one person are merged, unless the vendor's id already belongs to another citizen. Keeps where and when each
/// learner counts, and tells the figures what changed.
/// </summary>
internal sealed class LearnerRegister
{
    private readonly PlatformDb db;
    private readonly short vendor;
    private readonly Dictionary<Guid, LearnerIdentity> identities;
    private readonly Dictionary<Guid, List<LearnerIdentity>> identitiesOf;
    private readonly Dictionary<Guid, Learner> learners;
    private readonly Dictionary<Guid, Guid> merged = [];

    private LearnerRegister(
        PlatformDb db, short vendor, Dictionary<Guid, LearnerIdentity> identities, Dictionary<Guid, List<LearnerIdentity>> identitiesOf, Dictionary<Guid, Learner> learners) =>
        (this.db, this.vendor, this.identities, this.identitiesOf, this.learners) = (db, vendor, identities, identitiesOf, learners);

    internal static async Task<LearnerRegister> Load(PlatformDb db, short vendor, List<Candidate> candidates, CancellationToken cancellation)
    {
        var asked = candidates.SelectMany(c => new[] { c.VendorIdentity, c.CitizenIdentity }).OfType<Guid>().Distinct().ToList();
        var identities = await db.LearnerIdentities.Where(i => asked.Contains(i.Id)).ToDictionaryAsync(i => i.Id, cancellation);
        var ids = identities.Values.Select(i => i.LearnerId).Distinct().ToList();
        var all = await db.LearnerIdentities.AsNoTracking().Where(i => ids.Contains(i.LearnerId)).ToListAsync(cancellation);
        var learners = await db.Learners.Where(l => ids.Contains(l.Id)).ToDictionaryAsync(l => l.Id, cancellation);
        return new LearnerRegister(db, vendor, identities, all.GroupBy(i => i.LearnerId).ToDictionary(g => g.Key, g => g.ToList()), learners);
    }

    /// <summary>
    /// True when the candidate names the stored learner as the stored row did: that row made all its names known, and a citizen number decides.
    /// </summary>
    internal bool IsKnownAs(Guid learner, Candidate candidate) =>
        new[] { candidate.CitizenIdentity, candidate.VendorIdentity }.OfType<Guid>().All(identities.ContainsKey)
        && (Known(candidate.CitizenIdentity) ?? Known(candidate.VendorIdentity)) == Now(learner);

    /// <summary>The learner that a new completion belongs to; a citizen number says more than a vendor's id.</summary>
    internal Guid Recognise(Candidate candidate, FigureChanges changes)
    {
        var byCitizen = Known(candidate.CitizenIdentity);
        var byVendor = Known(candidate.VendorIdentity);
        if (byCitizen is { } citizen && byVendor is { } own && citizen != own && HasOnlyOwnIds(own))
            MergeInto(citizen, own, changes);
        if (byVendor is { } other && candidate.CitizenIdentity is not null && HasCitizen(other))
            byVendor = null; // the vendor's id belongs to another citizen
        var learner = byCitizen ?? byVendor ?? candidate.CitizenIdentity ?? candidate.VendorIdentity!.Value;
        Name(candidate.CitizenIdentity, learner, null);
        Name(candidate.VendorIdentity, learner, vendor);
        return learner;
    }

    /// <summary>Counts a completion towards its learner: counted where the latest says, in the month and course of the first.</summary>
    internal void Learn(Completion completion, FigureChanges changes)
    {
        if (!learners.TryGetValue(completion.LearnerId, out var learner))
        {
            learner = new Learner
            {
                Id = completion.LearnerId,
                TenantId = completion.TenantId,
                Audience = completion.Audience,
                FirstAt = completion.CompletedAt,
                FirstCourseId = completion.CourseId,
                LatestAt = completion.CompletedAt,
                AchievedAt = completion.Passed ? completion.CompletedAt : null,
            };
            learners.Add(learner.Id, learner);
            db.Learners.Add(learner);
            changes.Count(learner, +1);
            return;
        }

        changes.Count(learner, -1);
        if (IsEarlier(completion.CompletedAt, completion.CourseId, learner))
            (learner.FirstAt, learner.FirstCourseId) = (completion.CompletedAt, completion.CourseId);
        if (IsLater(completion.CompletedAt, completion.TenantId, (int)completion.Audience, learner))
            (learner.LatestAt, learner.TenantId, learner.Audience) = (completion.CompletedAt, completion.TenantId, completion.Audience);
        if (completion.Passed && (learner.AchievedAt is null || completion.CompletedAt < learner.AchievedAt))
            learner.AchievedAt = completion.CompletedAt;
        changes.Count(learner, +1);
    }

    /// <summary>Moves the completions and names of merged learners, those of this batch included.</summary>
    internal async Task Merge(CancellationToken cancellation)
    {
        foreach (var (from, to) in merged)
        {
            foreach (var completion in db.Completions.Local.Where(c => c.LearnerId == from))
                completion.LearnerId = Now(to);
            foreach (var identity in db.LearnerIdentities.Local.Where(i => i.LearnerId == from))
                identity.LearnerId = Now(to);
            await db.Completions.Where(c => c.LearnerId == from).ExecuteUpdateAsync(s => s.SetProperty(c => c.LearnerId, Now(to)), cancellation);
            await db.LearnerIdentities.Where(i => i.LearnerId == from).ExecuteUpdateAsync(s => s.SetProperty(i => i.LearnerId, Now(to)), cancellation);
        }
    }

    private void MergeInto(Guid to, Guid from, FigureChanges changes)
    {
        merged[from] = to;
        if (identitiesOf.Remove(from, out var names))
            identitiesOf[to].AddRange(names);
        if (!learners.Remove(from, out var old))
            return;
        var learner = learners[to];
        changes.Count(old, -1);
        changes.Count(learner, -1);
        if (IsEarlier(old.FirstAt, old.FirstCourseId, learner))
            (learner.FirstAt, learner.FirstCourseId) = (old.FirstAt, old.FirstCourseId);
        if (IsLater(old.LatestAt, old.TenantId, (int)old.Audience, learner))
            (learner.LatestAt, learner.TenantId, learner.Audience) = (old.LatestAt, old.TenantId, old.Audience);
        if (learner.AchievedAt is null || old.AchievedAt < learner.AchievedAt)
            learner.AchievedAt = old.AchievedAt ?? learner.AchievedAt;
        changes.Count(learner, +1);
        db.Learners.Remove(old);
    }

    // Two completions at the same instant must give the same answer whichever comes first.
    private static bool IsEarlier(DateTimeOffset at, int course, Learner learner) =>
        (at, course).CompareTo((learner.FirstAt, learner.FirstCourseId)) < 0;

    private static bool IsLater(DateTimeOffset at, short tenant, int audience, Learner learner) =>
        (at, tenant, audience).CompareTo((learner.LatestAt, learner.TenantId, (int)learner.Audience)) > 0;

    private Guid? Known(Guid? identity) => identity is { } i && identities.TryGetValue(i, out var known) ? Now(known.LearnerId) : null;

    private Guid Now(Guid learner) => merged.TryGetValue(learner, out var to) ? Now(to) : learner;

    private bool HasCitizen(Guid learner) => identitiesOf.TryGetValue(learner, out var names) && names.Exists(i => i.VendorId is null);

    private bool HasOnlyOwnIds(Guid learner) => identitiesOf.TryGetValue(learner, out var names) && names.TrueForAll(i => i.VendorId == vendor);

    private void Name(Guid? identity, Guid learner, short? byVendor)
    {
        if (identity is not { } id || identities.ContainsKey(id))
            return;
        var named = new LearnerIdentity { Id = id, LearnerId = learner, VendorId = byVendor };
        identities.Add(id, named);
        if (!identitiesOf.TryGetValue(learner, out var names))
            identitiesOf.Add(learner, names = []);
        names.Add(named);
        db.LearnerIdentities.Add(named);
    }
}
