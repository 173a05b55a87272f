using Platform.Learning;
using Platform.Plans;

namespace Platform.Confirmations;

/// <summary>A version of a rule as learners are judged by it; pure decisions.</summary>
/// <param name="Edition">What its learners carry.</param>
/// <param name="Audience">Whom it judges.</param>
/// <param name="Source">What proves the level.</param>
/// <param name="Needed">Units that are needed.</param>
/// <param name="MinimumScore">The score from which a completion counts.</param>
/// <param name="Courses">The places of the units that a course counts towards.</param>
internal sealed record RuleInForce(
    int Edition, Audience Audience, ConfirmationSource Source, int Needed, decimal? MinimumScore, IReadOnlyDictionary<int, byte[]> Courses)
{
    internal bool IsRecorded => Source is ConfirmationSource.Declaration or ConfirmationSource.AgencyConfirmation;

    /// <summary>The units reached with this completion too.</summary>
    internal byte[]? Reach(byte[]? reached, Completion completion)
    {
        if (IsRecorded || completion.VoidedAt is not null || !Courses.TryGetValue(completion.CourseId, out var units) || !Suffices(completion))
            return reached;
        foreach (var unit in units)
            reached = UnitTimes.With(reached, unit, completion.CompletedAt);
        return reached;
    }

    /// <summary>When the level was reached; null while it is not.</summary>
    internal DateTimeOffset? ConfirmedAt(byte[]? reached, IEnumerable<Confirmation> recorded) => IsRecorded
        ? recorded.Where(c => c.Source == Source && c.WithdrawnAt is null).Min(c => (DateTimeOffset?)c.ConfirmedAt)
        : UnitTimes.Reached(reached, Needed);

    private bool Suffices(Completion completion) =>
        (Source == ConfirmationSource.Test || completion.Passed) && (MinimumScore is null || completion.Score >= MinimumScore);
}

/// <summary>The rules by which everybody is judged at one edition; pure decisions on a learner.</summary>
internal sealed class RulesInForce(int edition, IEnumerable<RuleInForce> rules)
{
    private readonly Dictionary<Audience, RuleInForce> byAudience = rules.ToDictionary(r => r.Audience);

    /// <summary>The newest edition that is in it; 0 when nobody is judged.</summary>
    internal int Edition { get; } = edition;

    /// <summary>True when some audience is confirmed by what communes record.</summary>
    internal bool AskWhatIsRecorded { get; } = rules.Any(r => r.IsRecorded);

    /// <summary>The edition that judges an audience; 0 where none does.</summary>
    internal int EditionOf(Audience audience) => byAudience.TryGetValue(audience, out var rule) ? rule.Edition : 0;

    /// <summary>True when the learner is judged by the rule of its audience, so that what comes new can be added.</summary>
    internal bool HasJudged(Learner learner) => learner.JudgedBy == EditionOf(learner.Audience);

    /// <summary>Judges a learner with one more completion.</summary>
    internal void Add(Learner learner, Completion completion)
    {
        if (!byAudience.TryGetValue(learner.Audience, out var rule) || rule.IsRecorded)
            return;
        var reached = rule.Reach(learner.Units, completion);
        if (ReferenceEquals(reached, learner.Units))
            return;
        learner.Units = reached;
        learner.ConfirmedAt = rule.ConfirmedAt(reached, []);
    }

    /// <summary>Judges a learner by everything there is.</summary>
    internal void Judge(Learner learner, IEnumerable<Completion> completions, IEnumerable<Confirmation> recorded)
    {
        var rule = byAudience.GetValueOrDefault(learner.Audience);
        var reached = rule is null ? null : completions.Aggregate((byte[]?)null, rule.Reach);
        (learner.JudgedBy, learner.ConfirmedAt) = (rule?.Edition ?? 0, rule?.ConfirmedAt(reached, recorded));
        if (reached is null || learner.Units is null || !reached.AsSpan().SequenceEqual(learner.Units))
            learner.Units = reached;
    }
}
