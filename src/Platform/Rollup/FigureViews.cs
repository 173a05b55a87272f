using System.Text.Json.Serialization;
using Platform.Plans;

namespace Platform.Rollup;

/// <summary>A declared population: group code, year, people, and where the number is from.</summary>
public sealed record PopulationView(string Code, int Year, int People, string Source);

/// <summary>A population as sent.</summary>
/// <param name="Code">The group that targets name: PublicSector, StudentsFromPrimary, Adults …</param>
/// <param name="Year">The year it holds for.</param>
/// <param name="People">How many people.</param>
/// <param name="Source">Where the number is from, at most 200 characters.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PopulationContent(string? Code, int? Year, int? People, string? Source);

/// <summary>A figure as sent. The denominator may be left out for counts and where the group's population is declared.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FigureContent(DateTimeOffset? AsOf, long? Numerator, long? Denominator);

/// <summary>A stored figure.</summary>
public sealed record FigureView(Guid TargetId, DateTimeOffset AsOf, long Numerator, long? Denominator);

/// <summary>Progress on one target.</summary>
/// <param name="TargetId">The target.</param>
/// <param name="Number">Its place in the document.</param>
/// <param name="Title">Its title.</param>
/// <param name="Year">Its year.</param>
/// <param name="Audience">Who it is about.</param>
/// <param name="Bound">≥, &gt; or =.</param>
/// <param name="TargetValue">What is to be reached.</param>
/// <param name="Unit">Percent or Count.</param>
/// <param name="Source">Where the actual figure comes from.</param>
/// <param name="Numerator">People or things that count; null when nobody has sent a figure.</param>
/// <param name="Denominator">People the percentage is of; null for counts and where nobody has declared it.</param>
/// <param name="Percent">100 × numerator / denominator; may exceed 100.</param>
/// <param name="Status">Missing, Partial, Behind or Reached.</param>
/// <param name="MembersWithFigures">Of a province's communes, how many have contributed.</param>
/// <param name="Members">How many communes a province has; 1 for a commune.</param>
/// <param name="AsOf">When the figure last changed (UTC).</param>
public sealed record ProgressView(
    Guid TargetId, string Number, string Title, int Year, Audience? Audience, Bound Bound, decimal TargetValue, TargetUnit Unit, FigureSource Source,
    long? Numerator, long? Denominator, decimal? Percent, ProgressStatus Status, int MembersWithFigures, int Members, DateTimeOffset? AsOf);
