using System.Collections.ObjectModel;
using Platform.Rollup;

namespace Platform.Learning;

/// <summary>What the database holds under the ids and names of a batch, and the newest edition of the rules by which learners are judged; whether any completion of the vendor was erased; and the latest reorganisation of communes.</summary>
internal sealed record StoredRows(Dictionary<string, Completion> Completions, Dictionary<Guid, LearnerIdentity> Identities, int Edition, bool AnyErased, int Reorganised);

/// <summary>Everything that one batch changes, in the order in which it is written.</summary>
internal sealed class IntakeChanges
{
    internal Completion[] Added { get; init; } = [];

    internal Replacement[] Replaced { get; init; } = [];

    /// <summary>What the batch said and replaced itself; kept as versions.</summary>
    internal IReadOnlyList<Completion> Superseded { get; init; } = [];

    /// <summary>Everything of which a version is kept, in the order of the keys.</summary>
    internal Completion[] Versions =>
        [.. Replaced.Where(r => r.KeepsVersion).Select(r => r.Before).Concat(Superseded).OrderBy(c => c.ExternalId, StringComparer.Ordinal).ThenBy(c => c.Revision)];

    internal Learner[] NewLearners { get; init; } = [];

    internal required Learner[] ChangedLearners { get; init; }

    /// <summary>Learners that are another; their rows and names move there.</summary>
    internal IReadOnlyDictionary<Guid, Guid> Merged { get; init; } = ReadOnlyDictionary<Guid, Guid>.Empty;

    internal required FigureChanges Figures { get; init; }

    internal required DateTimeOffset At { get; init; }
}

/// <summary>
/// How one transaction of the intake reads and writes. Two implementations: set by set on PostgreSQL, and through the context on any
/// engine. Members are called in this order, those that write once in a transaction, so that all transactions lock names, then learners, then
/// completions, then figures, each in the order of their keys; none of them then waits for another in a circle. Who merges learners, and who
/// writes more than once, begins alone. A batch that gives way to others does so inside them.
/// </summary>
internal interface IIntakeStore : IAsyncDisposable
{
    /// <summary>True when batches run side by side only because they lock rows; false when each runs alone anyway.</summary>
    bool LocksRows { get; }

    /// <summary>Begins the transaction; alone when it merges learners, which touches rows that it cannot know beforehand.</summary>
    Task Begin(bool alone, CancellationToken cancellation);

    /// <summary>What is stored under the vendor's ids and the learners' names. Locks nothing.</summary>
    Task<StoredRows> Find(short vendor, string[] ids, Guid[] names, CancellationToken cancellation);

    /// <summary>Which of these pseudonyms of ids were erased.</summary>
    Task<HashSet<Guid>> Erased(short vendor, Guid[] ids, CancellationToken cancellation);

    /// <summary>All names of these learners.</summary>
    Task<List<LearnerIdentity>> NamesOf(Guid[] learners, CancellationToken cancellation);

    /// <summary>These learners as they are now, without locking them.</summary>
    Task<Dictionary<Guid, Learner>> Learners(Guid[] learners, CancellationToken cancellation);

    /// <summary>
    /// Adds names, removes retired ones, and locks the learners; null when another batch has added one of the names, or a citizen number
    /// to one of <paramref name="madeCitizens"/>, meanwhile.
    /// </summary>
    Task<Dictionary<Guid, Learner>?> Claim(LearnerIdentity[] names, Guid[] retired, Guid[] learners, Guid[] madeCitizens, CancellationToken cancellation);

    /// <summary>Every completion of these learners, whoever sent it; they are locked.</summary>
    Task<List<Completion>> CompletionsOf(Guid[] learners, CancellationToken cancellation);

    /// <summary>Writes everything; false when another batch has stored or replaced one of the completions meanwhile.</summary>
    Task<bool> Write(IntakeChanges changes, CancellationToken cancellation);

    Task Commit(CancellationToken cancellation);
}
