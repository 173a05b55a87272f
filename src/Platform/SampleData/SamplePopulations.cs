using Platform.Localities;
using Platform.Plans;
using Platform.Rollup;

namespace Platform.SampleData;

/// <summary>Invented populations of the sample communes, in the proportions of a real commune. The documents give none.</summary>
internal static class SamplePopulations
{
    private const string Source = "Số liệu mẫu, không phải thống kê";

    private static readonly Dictionary<string, int> Adults = new()
    {
        ["05953"] = 9_840,
        ["09988"] = 12_650,
        ["11254"] = 11_270,
        ["23317"] = 7_430,
    };

    // Each group as a share of the commune's adults.
    private static readonly Dictionary<string, decimal> Shares = new()
    {
        ["PublicSector"] = 0.021m,
        ["StudentsFromPrimary"] = 0.19m,
        ["SecondaryStudents"] = 0.085m,
        ["Adults"] = 1m,
        ["Workers"] = 0.118m,
        ["CitizenLearners"] = 0.55m,
        ["CommunityTeams"] = 0.0017m,
        ["CommuneOfficials"] = 0.0062m,
        ["DigitalAmbassadors"] = 0.0041m,
        ["GeneralSchools"] = 0.0006m,
    };

    /// <summary>The communes that get sample completions.</summary>
    internal static IReadOnlyList<string> Communes { get; } = [.. Adults.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How many people of an audience a commune has.</summary>
    internal static int People(string commune, Audience audience) => (int)(Adults[commune] * Shares[audience switch
    {
        Audience.PublicSector => "PublicSector",
        Audience.Students => "StudentsFromPrimary",
        Audience.Workers => "Workers",
        _ => "Adults",
    }]);

    /// <summary>The populations that a plan's percentages are of. A province's are the sum over its communes.</summary>
    internal static IEnumerable<Population> Of(LocalityEntry locality, PlanContent plan) =>
        from target in Adults.ContainsKey(locality.Code) ? plan.Targets : []
        where target.Unit == TargetUnit.Percent && target.Population is not null && Shares.ContainsKey(target.Population)
        group target by (target.Population, target.Year) into people
        select new Population
        {
            TenantId = locality.Id,
            Code = people.Key.Population!,
            Year = people.Key.Year!.Value,
            People = Math.Max(1, (int)(Adults[locality.Code] * Shares[people.Key.Population!])),
            Source = Source,
        };
}
