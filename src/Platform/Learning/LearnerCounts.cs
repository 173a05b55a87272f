using Platform.Confirmations;
using Platform.Rollup;

namespace Platform.Learning;

/// <summary>
/// Counts each learner of a batch once: where the latest completion says, in the month and course of the first. Works on the learners as
/// they are locked, judges them by the rules in force, and notes what changes in the figures.
/// </summary>
internal sealed class LearnerCounts(Dictionary<Guid, Learner> stored, FigureChanges figures, RulesInForce rules)
{
    private readonly Dictionary<Guid, Learner> fresh = [];
    private readonly HashSet<Learner> changed = [];

    /// <summary>Learners that are new.</summary>
    internal Learner[] New => [.. fresh.Values];

    /// <summary>Stored learners that changed.</summary>
    internal Learner[] Changed => [.. changed];

    /// <summary>Learners who cannot be judged by what comes new alone: another rule is theirs now, or they were two.</summary>
    internal HashSet<Guid> Unjudged { get; } = [];

    /// <summary>Makes somebody known who has completed nothing yet.</summary>
    internal void Know(Learner learner) => fresh.Add(learner.Id, learner);

    /// <summary>Counts a completion that is added.</summary>
    internal void Learn(Completion completion)
    {
        if (!stored.TryGetValue(completion.LearnerId, out var learner) && !fresh.TryGetValue(completion.LearnerId, out learner))
        {
            learner = new Learner { Id = completion.LearnerId, Counts = false, JudgedBy = rules.EditionOf(completion.Audience) };
            fresh.Add(learner.Id, learner);
        }

        var before = new CountedLearner(learner);
        Add(learner, completion.TenantId, completion.Audience, completion.CompletedAt, completion.CourseId, completion.CompletedAt, completion.Passed ? completion.CompletedAt : null);
        if (rules.HasJudged(learner))
            rules.Add(learner, completion);
        else
            Unjudged.Add(learner.Id);
        Note(learner, before);
    }

    /// <summary>Makes somebody known whom a row named that another row of the batch replaced; unless it is known, it counts nowhere.</summary>
    internal void Mention(Completion superseded)
    {
        if (stored.ContainsKey(superseded.LearnerId) || fresh.ContainsKey(superseded.LearnerId))
            return;
        var learner = new Learner
        {
            Id = superseded.LearnerId,
            TenantId = superseded.TenantId,
            Audience = superseded.Audience,
            FirstCourseId = superseded.CourseId,
            FirstAt = superseded.CompletedAt,
            LatestAt = superseded.CompletedAt,
            Counts = false,
        };
        Know(learner);
        rules.Judge(learner, [], []);
    }

    /// <summary>Counts one learner as part of another, and takes it away.</summary>
    internal void Merge(Guid from, Guid to)
    {
        if (!stored.Remove(from, out var old))
            return;
        if (!stored.TryGetValue(to, out var learner) && !fresh.TryGetValue(to, out learner))
        {
            learner = new Learner { Id = to, TenantId = old.TenantId, Audience = old.Audience, Counts = false };
            fresh.Add(to, learner);
        }

        changed.Remove(old);
        figures.Move(new CountedLearner(old), default);
        var before = new CountedLearner(learner);
        if (old.Counts)
            Add(learner, old.TenantId, old.Audience, old.FirstAt, old.FirstCourseId, old.LatestAt, old.AchievedAt);
        Unjudged.Remove(from);
        Unjudged.Add(to);
        Note(learner, before);
    }

    /// <summary>Judges a learner again by everything that is known of it.</summary>
    internal void Judge(Guid id, IEnumerable<Completion> completions, IEnumerable<Confirmation> recorded)
    {
        if (!stored.TryGetValue(id, out var learner))
            learner = fresh[id];
        var before = new CountedLearner(learner);
        rules.Judge(learner, completions, recorded);
        Note(learner, before);
    }

    /// <summary>Counts a learner again from all completions that are left, and judges it.</summary>
    internal void Recount(Guid id, IEnumerable<Completion> completions, IEnumerable<Confirmation> recorded)
    {
        if (!stored.TryGetValue(id, out var learner) && !fresh.TryGetValue(id, out learner))
        {
            learner = new Learner { Id = id, Counts = false };
            fresh.Add(id, learner);
        }

        Recount(learner, new CountedLearner(learner), completions, recorded);
    }

    /// <summary>Counts a learner again whose completions were moved, and who lives elsewhere too where a place is given.</summary>
    internal void Resettle(Guid id, short? place, IEnumerable<Completion> completions, IEnumerable<Confirmation> recorded)
    {
        var learner = stored[id];
        var before = new CountedLearner(learner);
        learner.TenantId = place ?? learner.TenantId;
        Recount(learner, before, completions, recorded);
    }

    private void Recount(Learner learner, CountedLearner before, IEnumerable<Completion> completions, IEnumerable<Confirmation> recorded)
    {
        learner.Counts = false;
        learner.AchievedAt = null;
        foreach (var completion in completions)
        {
            // Known from a void completion only, a learner still lives somewhere.
            if (learner.TenantId == 0)
                (learner.TenantId, learner.Audience) = (completion.TenantId, completion.Audience);
            if (completion.VoidedAt is null)
                Add(learner, completion.TenantId, completion.Audience, completion.CompletedAt, completion.CourseId, completion.CompletedAt, completion.Passed ? completion.CompletedAt : null);
        }

        // Nobody lives where nothing speaks of them any more.
        var places = completions.Select(c => c.TenantId).Concat(recorded.Select(c => c.TenantId));
        if (!learner.Counts && places.Any() && !places.Contains(learner.TenantId))
            learner.TenantId = places.First();

        rules.Judge(learner, completions, recorded);
        Note(learner, before);
    }

    // Two completions at the same instant must give the same answer whichever comes first.
    private static void Add(Learner learner, short tenant, Plans.Audience audience, DateTimeOffset firstAt, int firstCourse, DateTimeOffset latestAt, DateTimeOffset? achievedAt)
    {
        if (!learner.Counts || (firstAt, firstCourse).CompareTo((learner.FirstAt, learner.FirstCourseId)) < 0)
            (learner.FirstAt, learner.FirstCourseId) = (firstAt, firstCourse);
        if (!learner.Counts || (latestAt, tenant, (int)audience).CompareTo((learner.LatestAt, learner.TenantId, (int)learner.Audience)) > 0)
            (learner.LatestAt, learner.TenantId, learner.Audience) = (latestAt, tenant, audience);
        if (!learner.Counts || learner.AchievedAt is null || achievedAt < learner.AchievedAt)
            learner.AchievedAt = achievedAt;
        learner.Counts = true;
    }

    private void Note(Learner learner, CountedLearner before)
    {
        if (before == new CountedLearner(learner))
            return;
        figures.Move(before, new CountedLearner(learner));
        if (stored.ContainsKey(learner.Id))
            changed.Add(learner);
    }
}
