using Microsoft.OData.UriParser;
using Microsoft.OData.UriParser.Aggregation;

namespace Platform.OData.Parsing;

/// <summary>One step of <c>$apply</c>.</summary>
internal abstract record ApplyStep;

/// <summary>A step that the protocol library reads.</summary>
internal sealed record Transformation(TransformationNode Node) : ApplyStep
{
    public Within Within { get; init; } = Within.Nothing;
}

/// <summary>A grouping whose properties form hierarchies: grouped at every level of them.</summary>
internal sealed record RollupStep(GroupByTransformationNode Node, IReadOnlyList<Hierarchy> Hierarchies, Within Within) : ApplyStep;

/// <summary>What the library cannot read of an aggregation.</summary>
/// <param name="Steps">Steps that narrow what is aggregated, but not which groups there are.</param>
/// <param name="Collections">By alias: the path to a property of a collection's members. The library sees a value of its type.</param>
/// <param name="Counts">Aliases that count members of collections, so that of nothing they are zero.</param>
internal sealed record Within(IReadOnlyList<ApplyStep> Steps, IReadOnlyDictionary<string, IReadOnlyList<string>> Collections, IReadOnlySet<string> Counts)
{
    public static Within Nothing { get; } = new([], new Dictionary<string, IReadOnlyList<string>>(), new HashSet<string>());
}

/// <summary>Steps that cut the elements of each group for itself; the elements stay what they are.</summary>
internal sealed record GroupCutStep(GroupByTransformationNode Keys, IReadOnlyList<ApplyStep> Steps) : ApplyStep;

/// <summary>Grouping properties from the top of a hierarchy down, and whether everything together is a level too.</summary>
internal sealed record Hierarchy(bool HasTotal, IReadOnlyList<string> Levels);

/// <summary>Several chains over the same input, their results one after the other.</summary>
internal sealed record ConcatStep(IReadOnlyList<IReadOnlyList<ApplyStep>> Chains) : ApplyStep;

internal sealed record OrderStep(OrderByClause Clause) : ApplyStep;

internal sealed record SearchStep(SearchClause Clause) : ApplyStep;

internal sealed record TopStep(int Count) : ApplyStep;

internal sealed record SkipStep(int Count) : ApplyStep;

/// <summary>The fewest elements, largest (or smallest) first, whose values together reach a sum or a share of the sum.</summary>
internal sealed record CumulativeStep(OrderByClause Value, decimal Threshold, bool IsPercent) : ApplyStep;
