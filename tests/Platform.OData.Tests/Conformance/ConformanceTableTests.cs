using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace Platform.OData.Tests.Conformance;

public sealed class ConformanceTableTests
{
    /// <summary>Features of the issue's parts that the clauses do not ask for and that are refused by name.</summary>
    private static readonly string[] Refused =
    [
        "`$expand=X/$count` is answered with the count and an empty collection beside it: the writer cannot leave the collection out.",
        "501: `has` and enumerations, `isof`, `hassubset`, `hassubsequence`, `totalseconds`, `fractionalseconds`, geo functions, `$root`, `$this`; `cast` of anything but numbers, keys and text that is a number; the difference of two dates or instants other than compared with a duration in the URL, a duration as a computed value, and moving by a duration that is not in the URL.",
        "501: `$apply` with `expand`, `nest`, `join`, `outerjoin`, `addnested`, recursive hierarchies, custom aggregates, `countdistinct` and computed values over collections, `from` after the alias; within a group: `topsum`, `toppercent`, `rollup` in a nested `groupby`, filters before a cut that is aggregated, and anything but `filter` and `compute` after `aggregate`.",
        "501: `$expand` together with a reshaping `$apply`; `$apply` within `$expand`; `$index`; `$schemaversion`; `$crossjoin`; `$all`.",
        "Changes are tracked for whole or filtered entity sets; with `$expand`, `$search`, `$apply`, `$compute`, `$top` or `$skip` the preference is not applied.",
    ];

    [Fact]
    public void The_committed_table_is_what_the_tests_show()
    {
        var path = Path.Combine(Repository(), "openapi", "odata-conformance.md");
        var actual = Table();
        if (!File.Exists(path) || File.ReadAllText(path) != actual)
        {
            var written = Path.Combine(AppContext.BaseDirectory, "odata-conformance.md");
            File.WriteAllText(written, actual);
            Assert.Fail($"The conformance table changed. Review {written} and commit it as openapi/odata-conformance.md.");
        }
    }

    [Fact]
    public void No_clause_is_named_twice() => Assert.Empty(
        Clause.All.GroupBy(clause => (clause.Level, clause.Number)).Where(group => group.Count() > 1).Select(group => group.Key));

    private static string Table()
    {
        var text = new StringBuilder("# OData conformance\n\n");
        text.Append("Clauses of the conformance chapter of OData Protocol 4.01 (which lists 4.0 and 4.01) for a read-only service.\n");
        text.Append("Written by `ConformanceTableTests`: a clause holds when the test named beside it passes.\n\n");
        text.Append("| level | holds | does not hold | not applicable | MUST that does not hold |\n|---|---|---|---|---|\n");
        foreach (var level in Clause.Levels.Append("all"))
        {
            var clauses = Clause.All.Where(clause => level == "all" || clause.Level == level).ToList();
            int Number(string result) => clauses.Count(clause => clause.Result == result);
            text.Append(CultureInfo.InvariantCulture, $"| {level} | {Number(Clause.Holds)} | {Number(Clause.DoesNotHold)} | {Number(Clause.NotApplicable)} | {clauses.Count(clause => clause is { Weight: "MUST", Result: Clause.DoesNotHold })} |\n");
        }
        foreach (var level in Clause.Levels)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {level}\n\n| clause | | asks for | result | shown by, or why not |\n|---|---|---|---|---|\n");
            foreach (var clause in Clause.All.Where(clause => clause.Level == level))
                text.Append(CultureInfo.InvariantCulture, $"| {clause.Number} | {clause.Weight} | {clause.Text} | {clause.Result} | {clause.Note} |\n");
        }
        text.Append("\n## Refused by name, or different\n\n");
        foreach (var refused in Refused)
            text.Append(CultureInfo.InvariantCulture, $"- {refused}\n");
        return text.ToString();
    }

    private static string Repository([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}
