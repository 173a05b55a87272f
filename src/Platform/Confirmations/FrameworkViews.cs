using System.Text.Json.Serialization;
using Platform.Http;
using Platform.Plans;

namespace Platform.Confirmations;

/// <summary>A unit of the skill framework.</summary>
/// <param name="Code">Its code: 1–40 letters and digits.</param>
/// <param name="NameVi">Its name in Vietnamese.</param>
/// <param name="NameEn">Its name in English.</param>
/// <param name="Courses">Codes of the courses that count towards it.</param>
public sealed record UnitView(string Code, string NameVi, string NameEn, IReadOnlyList<string> Courses);

/// <summary>A unit as sent.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UnitContent(string? Code, string? NameVi, string? NameEn);

/// <summary>The units that a course counts towards.</summary>
/// <param name="Units">Codes of units of the skill framework; empty where it counts towards none.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CourseUnitsContent(IReadOnlyList<string?>? Units);

/// <summary>A new version of an audience's rule.</summary>
/// <param name="Audience">Whom it is about.</param>
/// <param name="LegalBasis">The document that sets it, at most 300 characters.</param>
/// <param name="EffectiveFrom">The first day on which it is in force, at most two years ahead; today or a past day brings it into force at once.</param>
/// <param name="Source">PlatformResult: completions that passed. Test: completions with the minimum score. Declaration, AgencyConfirmation: what communes record.</param>
/// <param name="Units">The units that count; none where communes record.</param>
/// <param name="Needed">How many of them are needed; all where it is left out.</param>
/// <param name="MinimumScore">0–100: completions below it, or without a score, do not count. Needed for Test.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RuleContent(
    Audience? Audience, string? LegalBasis, DateOnly? EffectiveFrom, ConfirmationSource? Source, IReadOnlyList<string?>? Units, int? Needed, decimal? MinimumScore)
{
    /// <summary>The rule that it makes, without its courses; pure.</summary>
    internal FrameworkRule Validate(IReadOnlySet<string> known, DateOnly today)
    {
        var faults = new Faults();
        var units = new List<string>();
        for (var i = 0; i < (Units?.Count ?? 0); i++)
        {
            var code = Units![i] ?? "";
            if (!known.Contains(code))
                faults.Add($"/units/{i}", Problems.UnknownUnit);
            else if (units.Contains(code))
                faults.Add($"/units/{i}", Problems.Repeated);
            else
                units.Add(code);
        }

        var rule = new FrameworkRule
        {
            Audience = faults.Value("/audience", Audience),
            LegalBasis = faults.Text("/legalBasis", LegalBasis, 300),
            EffectiveFrom = faults.Within("/effectiveFrom", EffectiveFrom, new DateOnly(2025, 1, 1), today.AddYears(2)),
            Source = faults.Value("/source", Source),
            Units = units,
            MinimumScore = MinimumScore,
            CreatedBy = "",
        };
        var recorded = Source is ConfirmationSource.Declaration or ConfirmationSource.AgencyConfirmation;
        if (recorded && (Units?.Count > 0 || Needed is not null || MinimumScore is not null))
            faults.Add(Units?.Count > 0 ? "/units" : Needed is not null ? "/needed" : "/minimumScore", Problems.RecordedHasNoUnits);
        if (!recorded && (Units?.Count ?? 0) == 0)
            faults.Add("/units", Problems.Required);
        if (Units?.Count > 60)
            faults.Add("/units", Problems.TooLong, new Explanation("Tối đa 60 đơn vị.", "At most 60 units."));
        if (!recorded && Needed is not null)
            faults.Within("/needed", Needed, 1, Math.Max(1, units.Count));
        if (MinimumScore is < 0 or > 100 || (MinimumScore is { } score && decimal.Round(score, 2) != score))
            faults.Add("/minimumScore", Problems.OutOfRange, new Explanation("Từ 0 đến 100, hai chữ số thập phân.", "From 0 to 100, two decimals."));
        if (Source == ConfirmationSource.Test && MinimumScore is null)
            faults.Add("/minimumScore", Problems.Required);
        faults.ThrowIfAny();
        rule.Needed = recorded ? (short)0 : (short)(Needed ?? units.Count);
        return rule;
    }
}

/// <summary>A course that counts by a rule.</summary>
/// <param name="Course">Its code.</param>
/// <param name="Units">The units it counted towards when the rule was made.</param>
public sealed record RuleCourseView(string Course, IReadOnlyList<string> Units);

/// <summary>A version of an audience's rule. It never changes; what an audience needs is changed by another version.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Audience">Whom it is about.</param>
/// <param name="Version">1, 2 … of its audience.</param>
/// <param name="InForce">True for the version by which the audience is judged now.</param>
/// <param name="LegalBasis">The document that sets it.</param>
/// <param name="EffectiveFrom">The first day on which it is in force.</param>
/// <param name="Source">What proves the level.</param>
/// <param name="Units">The units that count.</param>
/// <param name="Needed">How many of them are needed.</param>
/// <param name="MinimumScore">Completions below it do not count.</param>
/// <param name="Courses">The courses that count, as of when it was made.</param>
/// <param name="CreatedAt">When it was made (UTC).</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="WithdrawnAt">When it was withdrawn before its first day (UTC); null where it was not.</param>
/// <param name="WithdrawnBy">Who withdrew it.</param>
/// <param name="Recomputation">How far the learners of the audience are judged by it.</param>
public sealed record RuleView(
    int Id, Audience Audience, int Version, bool InForce, string LegalBasis, DateOnly EffectiveFrom, ConfirmationSource Source, IReadOnlyList<string> Units,
    int Needed, decimal? MinimumScore, IReadOnlyList<RuleCourseView> Courses, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset? WithdrawnAt, string? WithdrawnBy, RecomputationView Recomputation);

/// <summary>How far the learners of an audience are judged by a version of its rule. Figures are exact at every moment: a learner counts as last judged.</summary>
/// <param name="State">Waiting, Running, Done, Superseded by a newer version, or Withdrawn.</param>
/// <param name="Total">Learners to be judged again; null while they are not counted yet.</param>
/// <param name="Done">Learners that were.</param>
/// <param name="Percent">100 × done / total.</param>
/// <param name="StartedAt">When the version came into force (UTC).</param>
/// <param name="EndedAt">When everybody was judged (UTC).</param>
public sealed record RecomputationView(RecomputationState State, long? Total, long Done, decimal? Percent, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    internal static RecomputationView Of(Recomputation? work, bool withdrawn) => work is null
        ? new RecomputationView(withdrawn ? RecomputationState.Withdrawn : RecomputationState.Waiting, null, 0, null, null, null)
        : new RecomputationView(
            work.State, work.Total < 0 ? null : Math.Max(work.Total, work.Done), work.Done,
            work.State == RecomputationState.Done ? 100 : work.Total <= 0 ? null : Math.Round(100m * Math.Min(work.Done, work.Total) / work.Total, 2), work.StartedAt, work.EndedAt);
}

/// <summary>What a version of a rule would change.</summary>
/// <param name="Total">Learners of the audience.</param>
/// <param name="Examined">How many of them were looked at; where fewer than all, those who came last.</param>
/// <param name="Confirmed">Of those, confirmed now.</param>
/// <param name="WouldBeConfirmed">Confirmed by this version.</param>
/// <param name="NewlyConfirmed">Confirmed by this version and not now.</param>
/// <param name="NoLongerConfirmed">Confirmed now and not by this version.</param>
public sealed record RuleEffect(long Total, long Examined, long Confirmed, long WouldBeConfirmed, long NewlyConfirmed, long NoLongerConfirmed)
{
    internal RuleEffect With(bool now, bool then) => new(
        Total, Examined + 1, Confirmed + (now ? 1 : 0), WouldBeConfirmed + (then ? 1 : 0), NewlyConfirmed + (then && !now ? 1 : 0), NoLongerConfirmed + (now && !then ? 1 : 0));
}
