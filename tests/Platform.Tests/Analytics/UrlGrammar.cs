using System.Globalization;

namespace Platform.Tests.Analytics;

/// <summary>Makes URLs of the analytics service by its grammar: well-formed, mostly well-typed, of any sense or none.</summary>
internal sealed class UrlGrammar(Random random)
{
    private static readonly Dictionary<string, (string[] Numbers, string[] Texts, string[] Dates, string[] Flags, string[] Collections)> Sets = new()
    {
        ["Tasks"] = (["Ordinal"], ["Number", "Part", "LocalityCode", "Locality/Name", "ScheduleKind"], ["DueOn", "StartsOn"], ["IsHeading", "HasLead"], ["Assignments", "Children"]),
        ["Targets"] = (["Value", "Year", "Progress/Percent"], ["Unit", "Measure", "Audience", "Plan/Number"], ["Plan/IssuedOn"], [], []),
        ["CompletionFacts"] = (["Learners", "Passed", "Completions"], ["Audience", "CourseCode", "ProvinceCode"], ["Month"], [], []),
        ["Communes"] = ([], ["Code", "Name", "ProvinceCode", "Province/Kind"], [], [], ["Plans", "Tasks"]),
    };

    private readonly List<string> made = [];
    private (string[] Numbers, string[] Texts, string[] Dates, string[] Flags, string[] Collections) names;
    private int aliases;

    public string Url()
    {
        var set = One([.. Sets.Keys]);
        (names, aliases) = (Sets[set], 0);
        made.Clear();
        return random.Next(4) switch
        {
            0 => $"{set}/$count?$filter={Truth(3)}",
            1 => $"{set}?$filter={Truth(2)}&$orderby={Value(2)} {One("asc", "desc")}&$top=2",
            2 => $"{set}?$compute={Value(2)} as Made&$filter={Truth(2)}&$select=Made&$top=2",
            _ => $"{set}?$apply={Apply()}&$top=3",
        };
    }

    private string Apply()
    {
        var steps = new List<string>();
        if (random.Next(2) == 0)
            steps.Add($"filter({Truth(2)})");
        if (random.Next(2) == 0)
        {
            steps.Add($"compute({Number(1)} as C0)");
            made.Add("C0");
        }
        steps.Add(random.Next(5) switch
        {
            0 => $"concat(groupby(({One(names.Texts)}),{Aggregate()}),{Aggregate()})",
            1 => $"groupby((rollup({(random.Next(2) == 0 ? "$all," : "")}{string.Join(',', names.Texts.Take(1 + random.Next(2)))})),{Aggregate()})",
            2 => $"groupby(({One(names.Texts)}),{Aggregate()})/{One("topcount", "bottomsum", "toppercent")}(3,A0)",
            3 => $"{Aggregate()}/concat(identity,filter(A0 gt {Constant()}))",
            _ => $"groupby(({string.Join(',', names.Texts.Take(1 + random.Next(3)))}),filter({Truth(1)})/{Aggregate()})/filter(A0 ge {Constant()})",
        });
        return string.Join('/', steps);
    }

    private string Aggregate() => $"aggregate({string.Join(',', Enumerable.Range(0, 1 + random.Next(3)).Select(i =>
        $"{(random.Next(3) == 0 ? Constant() : Number(1))} with {One("sum", "min", "max", "average", "countdistinct")} as A{i}"))})";

    private string Value(int depth) => random.Next(3) switch { 0 => Text(depth), _ => Number(depth) };

    private string Truth(int depth) => random.Next(depth > 0 ? 12 : 6) switch
    {
        0 or 1 => $"{Number(depth - 1)} {Comparison()} {Number(depth - 1)}",
        2 => $"{Text(depth - 1)} {Comparison()} {Text(depth - 1)}",
        3 => $"{Date(depth - 1)} {Comparison()} {Date(depth - 1)}",
        4 => $"{Text(0)} in ({One("", "null", "'1'", "'1',null", "'a','b'")})",
        5 when names.Flags.Length > 0 => One(names.Flags),
        6 => $"({Truth(depth - 1)} {One("and", "or")} {Truth(depth - 1)})",
        7 => $"not ({Truth(depth - 1)})",
        8 => $"{Date(depth - 1)} sub {Date(depth - 1)} {Comparison()} {Duration()}",
        9 when names.Collections.Length > 0 => Any(depth),
        10 => $"{One("contains", "startswith")}({Text(depth - 1)},{Text(depth - 1)})",
        _ => $"{Number(depth - 1)} {One("eq", "ne")} null",
    };

    private string Any(int depth)
    {
        var collection = One(names.Collections);
        return random.Next(2) == 0 ? $"{collection}/$count {Comparison()} {random.Next(3)}" : $"{collection}/{One("any", "all")}(x{aliases++}:{Truth(depth - 1)})";
    }

    private string Number(int depth) => random.Next(depth > 0 ? 9 : 3) switch
    {
        0 => Constant(),
        1 when names.Numbers.Length > 0 => One(names.Numbers),
        2 when made.Count > 0 => One([.. made]),
        3 => $"({Number(depth - 1)} {One("add", "sub", "mul", "div", "mod", "divby")} {Number(depth - 1)})",
        4 => $"case({Truth(depth - 1)}:{Number(depth - 1)},true:{One("null", Constant())})",
        5 => $"cast({Text(depth - 1)},Edm.{One("Int32", "Int64", "Decimal", "Int16")})",
        6 => $"{One("year", "month", "day")}({Date(depth - 1)})",
        7 => $"{One("round", "floor", "ceiling")}({Number(depth - 1)})",
        8 => $"length({Text(depth - 1)})",
        _ => Constant(),
    };

    private string Text(int depth) => random.Next(depth > 0 ? 7 : 3) switch
    {
        0 => One("'1'", "'x'", "''", "'Đ''s'"),
        3 => $"concat({Text(depth - 1)},{Text(depth - 1)})",
        4 => $"substring({Text(depth - 1)},{random.Next(-2, 4)})",
        5 => $"{One("tolower", "toupper", "trim")}({Text(depth - 1)})",
        6 => $"cast({One("1", "2", "7")},Edm.String)",
        _ => One(names.Texts),
    };

    private string Date(int depth) => random.Next(depth > 0 ? 4 : 2) switch
    {
        0 when names.Dates.Length > 0 => One(names.Dates),
        2 => $"({Date(depth - 1)} {One("add", "sub")} {Duration()})",
        3 => "date(now())",
        _ => One("2026-01-01", "2026-06-30"),
    };

    private string Duration() => One("duration'P1D'", "duration'PT36H'", "-duration'P30D'", "duration'P0D'");

    private string Comparison() => One("eq", "ne", "gt", "ge", "lt", "le");

    private string Constant() => One("0", "1", "2.5", "-3", "1e1", "7L", random.Next(1_000).ToString(CultureInfo.InvariantCulture));

    private string One(params string[] of) => of[random.Next(of.Length)];
}
