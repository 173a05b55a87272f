namespace Platform.Learning;

/// <summary>
/// Who the learners of one batch are: pure decisions over the names that are stored. Recognises a person by the vendor's id or the
/// citizen number, whichever is known; two learners that turn out to be one person are merged, unless the vendor's id already belongs
/// to another citizen.
/// </summary>
internal sealed class LearnerRegister
{
    private readonly short vendor, keyMark;
    private readonly Dictionary<Guid, LearnerIdentity> identities;
    private readonly Dictionary<Guid, List<LearnerIdentity>> namesOf;
    private readonly HashSet<Guid> fresh = [];
    private readonly Dictionary<Guid, Guid> movedTo = [];
    private readonly List<LearnerIdentity> added = [];

    /// <summary>Makes the register of what is stored under the names of a batch, and of all names of the learners that may be merged.</summary>
    internal LearnerRegister(short vendor, short keyMark, Dictionary<Guid, LearnerIdentity> stored, IEnumerable<LearnerIdentity> names)
    {
        (this.vendor, this.keyMark) = (vendor, keyMark);
        identities = stored;
        namesOf = names.GroupBy(i => i.LearnerId).ToDictionary(g => g.Key, g => g.ToList());
    }

    /// <summary>Names that become known, each with the learner it is in the end.</summary>
    internal IEnumerable<LearnerIdentity> Added
    {
        get
        {
            foreach (var identity in added)
            {
                identity.LearnerId = Now(identity.LearnerId);
                yield return identity;
            }
        }
    }

    /// <summary>Names under earlier keys that a name under the newest replaces.</summary>
    internal HashSet<Guid> Retired { get; } = [];

    /// <summary>Stored learners that are another stored learner.</summary>
    internal Dictionary<Guid, Guid> Merged { get; } = [];

    /// <summary>Stored learners to whom a citizen number is added: nobody else may add another meanwhile.</summary>
    internal HashSet<Guid> MadeCitizens { get; } = [];

    /// <summary>The learners whose other names must be known before the register can decide about these rows; empty for most batches.</summary>
    internal static List<Guid> Doubtful(IEnumerable<Candidate> candidates, Dictionary<Guid, LearnerIdentity> stored)
    {
        var (learners, doubt) = (new HashSet<Guid>(), false);
        foreach (var row in candidates)
        {
            if (row.VendorName is null || row.CitizenName is null)
                continue;
            var (own, citizen) = (Find(stored, row.VendorName), Find(stored, row.CitizenName));
            doubt |= own?.LearnerId != citizen?.LearnerId;
            if (own is not null)
                learners.Add(own.LearnerId);
            if (citizen is not null)
                learners.Add(citizen.LearnerId);
        }

        return doubt ? [.. learners] : [];
    }

    /// <summary>True when the learner is in the database already.</summary>
    internal bool IsStored(Guid learner) => !fresh.Contains(learner);

    /// <summary>True when a name of this batch, or one that is stored, is this.</summary>
    internal bool Knows(Guid identity) => identities.ContainsKey(identity);

    /// <summary>
    /// True when the candidate names the stored learner as the stored row did: that row made all its names known, and a citizen number decides.
    /// </summary>
    internal bool IsKnownAs(Guid learner, Candidate candidate) =>
        (candidate.CitizenName is null || Known(candidate.CitizenName) is not null)
        && (candidate.VendorName is null || Known(candidate.VendorName) is not null)
        && (Known(candidate.CitizenName) ?? Known(candidate.VendorName)) == Now(learner);

    /// <summary>The learner that a new completion would belong to, if anybody knows it yet; two where it makes them one.</summary>
    internal IEnumerable<Guid> Find(Candidate candidate)
    {
        var (citizen, own) = (Known(candidate.CitizenName), Known(candidate.VendorName));
        if (citizen is { } person)
            yield return person;
        if (own is { } other && other != citizen && (citizen is null ? candidate.CitizenName is null || !HasCitizen(other) : HasOnlyOwnIds(other)))
            yield return other;
    }

    /// <summary>The learner that a new completion belongs to; a citizen number says more than a vendor's id.</summary>
    internal Guid Recognise(Candidate candidate)
    {
        var byCitizen = Known(candidate.CitizenName);
        var byVendor = Known(candidate.VendorName);
        if (byCitizen is { } citizen && byVendor is { } own && citizen != own && HasOnlyOwnIds(own))
            Merge(own, citizen);
        if (byVendor is { } other && candidate.CitizenName is not null && HasCitizen(other))
            byVendor = null; // the vendor's id belongs to another citizen
        var learner = byCitizen ?? byVendor ?? New();
        Name(candidate.CitizenName, learner, null);
        Name(candidate.VendorName, learner, vendor);
        return learner;
    }

    /// <summary>The learner that this one is now.</summary>
    internal Guid Now(Guid learner) => movedTo.TryGetValue(learner, out var to) ? Now(to) : learner;

    private static LearnerIdentity? Find(Dictionary<Guid, LearnerIdentity> stored, Pseudonym? name)
    {
        if (name is not { } pseudonym)
            return null;
        if (stored.TryGetValue(pseudonym.Newest, out var known))
            return known;
        foreach (var earlier in pseudonym.Earlier)
            if (stored.TryGetValue(earlier, out known))
                return known;
        return null;
    }

    private Guid? Known(Pseudonym? name) => Find(identities, name) is { } known ? Now(known.LearnerId) : null;

    // In order of time, so that the rows of new learners lie together on disk.
    private Guid New()
    {
        var learner = Guid.CreateVersion7();
        fresh.Add(learner);
        return learner;
    }

    private void Merge(Guid from, Guid to)
    {
        if (fresh.Contains(to) && !fresh.Contains(from))
        {
            (from, to) = (to, from);
            MadeCitizens.Add(to);
        }

        movedTo[from] = to;
        if (!fresh.Contains(from))
            Merged[from] = to;
        if (namesOf.Remove(from, out var names))
            NamesOf(to).AddRange(names);
    }

    private bool HasCitizen(Guid learner) => namesOf.TryGetValue(learner, out var names) && names.Exists(i => i.VendorId is null);

    private bool HasOnlyOwnIds(Guid learner) => namesOf.TryGetValue(learner, out var names) && names.TrueForAll(i => i.VendorId == vendor);

    private List<LearnerIdentity> NamesOf(Guid learner)
    {
        if (!namesOf.TryGetValue(learner, out var names))
            namesOf.Add(learner, names = []);
        return names;
    }

    private void Name(Pseudonym? name, Guid learner, short? byVendor)
    {
        if (name is not { } pseudonym || identities.ContainsKey(pseudonym.Newest))
            return;
        var named = new LearnerIdentity { Id = pseudonym.Newest, LearnerId = learner, VendorId = byVendor, KeyMark = keyMark };
        var isOlder = false;
        foreach (var earlier in pseudonym.Earlier)
            if (identities.TryGetValue(earlier, out var old))
            {
                (named.LearnerId, isOlder) = (Now(old.LearnerId), true);
                Retired.Add(earlier);
            }

        if (byVendor is null && !isOlder && IsStored(learner))
            MadeCitizens.Add(learner);
        identities.Add(named.Id, named);
        NamesOf(named.LearnerId).Add(named);
        added.Add(named);
    }
}
