using Platform.Learning;
using Platform.Localities;
using Platform.Plans;

namespace Platform.Rollup;

/// <summary>A cell of <see cref="CompletionFact"/>.</summary>
internal readonly record struct FactCell(short Tenant, DateOnly Month, Audience Audience, int Course);

/// <summary>A row of <see cref="AudienceTotal"/>.</summary>
internal readonly record struct TotalCell(short Tenant, Audience Audience, int Year);

/// <summary>By how much a cell of facts changes.</summary>
internal readonly record struct FactDelta(long Completions, long Learners, long Passed)
{
    public static FactDelta operator +(FactDelta a, FactDelta b) => new(a.Completions + b.Completions, a.Learners + b.Learners, a.Passed + b.Passed);
}

/// <summary>By how much a total changes.</summary>
internal readonly record struct TotalDelta(long Learners, long Achieved, long Confirmed);

/// <summary>A cell of <see cref="ConfirmationFact"/>.</summary>
internal readonly record struct ConfirmationCell(short Tenant, DateOnly Month, Audience Audience);

/// <summary>What of a learner the figures are made of, as it is at one moment.</summary>
internal readonly record struct CountedLearner(
    bool Counts, short Tenant, Audience Audience, DateTimeOffset FirstAt, int FirstCourse, DateTimeOffset LatestAt, DateTimeOffset? AchievedAt,
    int JudgedBy, byte[]? Units, DateTimeOffset? ConfirmedAt)
{
    internal CountedLearner(Learner learner)
        : this(learner.Counts, learner.TenantId, learner.Audience, learner.FirstAt, learner.FirstCourseId, learner.LatestAt, learner.AchievedAt,
            learner.JudgedBy, learner.Units, learner.ConfirmedAt)
    {
    }
}

/// <summary>
/// What one batch changes in the figures, collected per cell, so that each cell is written once, inside the batch's transaction and in
/// one fixed order.
/// </summary>
internal sealed class FigureChanges
{
    private readonly Dictionary<FactCell, FactDelta> facts = [];
    private readonly Dictionary<TotalCell, TotalDelta> totals = [];
    private readonly Dictionary<ConfirmationCell, long> confirmations = [];

    /// <summary>The cells that change, in the order in which every transaction locks them.</summary>
    internal List<KeyValuePair<FactCell, FactDelta>> Facts =>
        [.. facts.Where(f => f.Value != default).OrderBy(f => f.Key.Tenant).ThenBy(f => f.Key.Month).ThenBy(f => f.Key.Audience).ThenBy(f => f.Key.Course)];

    /// <summary>The totals that change, in the order in which every transaction locks them.</summary>
    internal List<KeyValuePair<TotalCell, TotalDelta>> Totals =>
        [.. totals.Where(t => t.Value != default).OrderBy(t => t.Key.Tenant).ThenBy(t => t.Key.Audience).ThenBy(t => t.Key.Year)];

    /// <summary>The cells of confirmed learners that change, in the order in which every transaction locks them.</summary>
    internal List<KeyValuePair<ConfirmationCell, long>> Confirmations =>
        [.. confirmations.Where(c => c.Value != 0).OrderBy(c => c.Key.Tenant).ThenBy(c => c.Key.Month).ThenBy(c => c.Key.Audience)];

    /// <summary>Counts a completion (+1), or takes it out (-1).</summary>
    internal void Count(Completion completion, int sign) =>
        Add(new FactCell(completion.TenantId, Month(completion.CompletedAt), completion.Audience, completion.CourseId), new FactDelta(sign, 0, completion.Passed ? sign : 0));

    /// <summary>Takes a learner out of the cells where it counted and counts it where it counts now.</summary>
    internal void Move(in CountedLearner before, in CountedLearner after)
    {
        if (before.ConfirmedAt != after.ConfirmedAt || (after.ConfirmedAt is not null && (before.Tenant, before.Audience) != (after.Tenant, after.Audience)))
        {
            Confirm(before, -1);
            Confirm(after, +1);
        }

        var (from, to) = (Cell(before), Cell(after));
        if (before.Counts && after.Counts && from == to && Year(before.AchievedAt) == Year(after.AchievedAt))
            return;
        if (before.Counts)
            Add(from, before, -1);
        if (after.Counts)
            Add(to, after, +1);
    }

    private static FactCell Cell(in CountedLearner learner) => new(learner.Tenant, Month(learner.FirstAt), learner.Audience, learner.FirstCourse);

    private static DateOnly Month(DateTimeOffset time)
    {
        var local = VietnamTime.Local(time);
        return new DateOnly(local.Year, local.Month, 1);
    }

    private static int? Year(DateTimeOffset? time) => time is { } moment ? VietnamTime.Local(moment).Year : null;

    private void Add(in FactCell cell, in CountedLearner learner, int sign)
    {
        Add(cell, new FactDelta(0, sign, 0));
        Add(new TotalCell(cell.Tenant, cell.Audience, cell.Month.Year), sign, 0);
        if (Year(learner.AchievedAt) is { } achieved)
            Add(new TotalCell(cell.Tenant, cell.Audience, achieved), 0, sign);
    }

    private void Confirm(in CountedLearner learner, int sign)
    {
        if (learner.ConfirmedAt is not { } moment)
            return;
        var cell = new ConfirmationCell(learner.Tenant, Month(moment), learner.Audience);
        confirmations[cell] = confirmations.GetValueOrDefault(cell) + sign;
        Add(new TotalCell(cell.Tenant, cell.Audience, cell.Month.Year), 0, 0, sign);
    }

    private void Add(in FactCell cell, FactDelta delta) => facts[cell] = facts.GetValueOrDefault(cell) + delta;

    private void Add(TotalCell cell, long learners, long achieved, long confirmed = 0)
    {
        var before = totals.GetValueOrDefault(cell);
        totals[cell] = new TotalDelta(before.Learners + learners, before.Achieved + achieved, before.Confirmed + confirmed);
    }
}
