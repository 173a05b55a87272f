using System.Reflection;

namespace Platform.OData.Tests.Conformance;

/// <summary>Names the clause of the OASIS conformance chapter that a test shows to hold.</summary>
/// <param name="level">Version and level, for example <c>4.0 Minimal</c>.</param>
/// <param name="number">Number of the clause within the level.</param>
/// <param name="weight">MUST, SHOULD or MAY.</param>
/// <param name="text">What it asks for, in short.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ClauseAttribute(string level, string number, string weight, string text) : Attribute
{
    public string Level { get; } = level;
    public string Number { get; } = number;
    public string Weight { get; } = weight;
    public string Text { get; } = text;
}

/// <summary>One row of the table.</summary>
/// <param name="Result">holds, does not hold, or not applicable.</param>
/// <param name="Note">The test that shows it, or why not.</param>
public sealed record Clause(string Level, string Number, string Weight, string Text, string Result, string Note)
{
    public const string Holds = "holds";
    public const string DoesNotHold = "does not hold";
    public const string NotApplicable = "not applicable";

    public static readonly string[] Levels = ["4.0 Minimal", "4.0 Intermediate", "4.0 Advanced", "4.01 Minimal", "4.01 Intermediate", "4.01 Advanced"];

    /// <summary>All clauses in the order of the chapter: those with a test, and the gaps.</summary>
    public static IReadOnlyList<Clause> All { get; } =
    [
        .. typeof(Clause).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributes<ClauseAttribute>()
                .Select(clause => new Clause(clause.Level, clause.Number, clause.Weight, clause.Text, Holds, method.Name.Replace('_', ' '))))
            .Concat(Gaps.All)
            .OrderBy(clause => Array.IndexOf(Levels, clause.Level))
            .ThenBy(clause => clause.Number.Split('.').Aggregate(0m, (order, part) => (order * 100) + int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)) * (clause.Number.Contains('.', StringComparison.Ordinal) ? 1 : 100)),
    ];

    public static IEnumerable<Clause> Broken(string level) =>
        All.Where(clause => clause.Level == level && clause is { Weight: "MUST", Result: DoesNotHold });
}
