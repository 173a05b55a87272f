using System.Text.RegularExpressions;

namespace Platform.Tests.Shape;

public sealed partial class ArchitectureTests
{
    // Who may name whom. A room reads rooms to its left; the navigation properties that let queries run both ways are the exceptions.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Http"] = ["Access", "Tenancy", "Database", "Localities", "OData"],
        ["Access"] = ["Http", "Tenancy", "Database", "Localities", "Limits"],
        ["Tenancy"] = ["Database", "Localities"],
        ["Database"] = ["Http", "Access", "Tenancy", "Localities", "Plans", "Assignments", "Learning", "Confirmations", "Rollup", "Webhooks", "Imports", "Audit", "PersonalData"],
        ["Localities"] = ["Http", "Access", "Tenancy", "Database", "Assignments", "Plans", "Rollup"],
        ["Tenants"] = ["Http", "Access", "Audit", "Tenancy", "Database", "Localities", "Plans", "Learning", "Confirmations", "Rollup"],
        ["Plans"] = ["Http", "Access", "Tenancy", "Database", "Localities", "Assignments", "Rollup"],
        ["Assignments"] = ["Http", "Access", "Tenancy", "Database", "Localities", "Plans"],
        ["Learning"] = ["Http", "Access", "Tenancy", "Database", "Localities", "Plans", "Confirmations", "Rollup", "Limits", "Webhooks", "Audit"],
        ["Confirmations"] = ["Http", "Access", "Tenancy", "Database", "Localities", "Plans", "Learning", "Rollup", "Audit"],
        ["Rollup"] = ["Http", "Access", "Tenancy", "Database", "Localities", "Plans", "Learning"],
        ["Limits"] = ["Http", "Access"],
        ["Webhooks"] = ["Http", "Access", "Database"],
        ["Imports"] = ["Http", "Access", "Tenancy", "Database", "Localities", "Learning", "Limits", "Webhooks", "Audit"],
        ["Analytics"] = ["Http", "Access", "Tenancy", "Database", "Localities", "Plans", "Assignments", "Learning", "Rollup", "Audit", "OData"],
        ["Audit"] = ["Http", "Access", "Tenancy", "Database", "Localities"],
        ["PersonalData"] = ["Http", "Access", "Tenancy", "Database", "Localities", "Plans", "Learning", "Confirmations", "Audit"],
        ["VendorPage"] = ["Http"],
        ["SampleData"] = ["Http", "Access", "Tenancy", "Database", "Localities", "Plans", "Learning", "Confirmations", "Rollup"],
        ["CommandLine"] = ["Http", "Access", "Tenancy", "Database", "Audit", "Learning", "Analytics", "SampleData", "VendorPage"],
    };

    [Fact]
    public void Rooms_name_only_the_rooms_they_may()
    {
        var broken = new List<string>();
        foreach (var file in Repository.CSharp("src/Platform").Where(f => f.Split('/').Length > 3))
        {
            var room = file.Split('/')[2];
            foreach (Match match in OtherRoom().Matches(Repository.Read(file)))
            {
                var other = match.Groups["room"].Value;
                if (other != room && !Allowed[room].Contains(other))
                    broken.Add($"{file} names {other}");
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void Only_Analytics_and_the_problem_catalogue_use_OData() =>
        Assert.All(
            Repository.CSharp("src/Platform").Where(f => OtherRoom().Matches(Repository.Read(f)).Any(m => m.Groups["room"].Value == "OData")),
            file => Assert.True(file.StartsWith("src/Platform/Analytics/", StringComparison.Ordinal) || file == "src/Platform/Http/Documentation.cs", file));

    [Fact]
    public void Platform_OData_knows_no_provider_no_tenant_and_no_feature() =>
        Assert.All(Repository.CSharp("src/Platform.OData"), file =>
            Assert.DoesNotMatch(@"EntityFrameworkCore|Npgsql|Platform\.(Access|Tenancy|Database|Localities|Plans|Assignments|Learning|Rollup|Analytics|Http)\b", Repository.Read(file)));

    [Fact]
    public void No_type_hides_behind_a_name_that_says_nothing() =>
        Assert.All(Repository.CSharp("src"), file => Assert.DoesNotMatch(@"\b(class|record|interface|struct)\s+\w*(Dto|Manager|Helper|Service|Util|Utils|Base|Impl)\b", Repository.Read(file)));

    [Fact]
    public void Files_stay_readable() =>
        Assert.All(Repository.CSharp("src"), file =>
            Assert.True(Repository.Read(file).Count(c => c == '\n') <= (file.StartsWith("src/Platform.OData/", StringComparison.Ordinal) ? 800 : 500), file));

    [GeneratedRegex(@"(?:using (?:static )?(?:Platform\.)?|[^\w.](?:Platform\.)?)(?<room>Http|Access|Tenancy|Database|Localities|Tenants|Plans|Assignments|Learning|Confirmations|Rollup|Analytics|Limits|Webhooks|Imports|Audit|PersonalData|VendorPage|SampleData|CommandLine|OData)(?:;|\.[A-Z]\w+[^\w(]*[({<?;, ])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2_000)]
    private static partial Regex OtherRoom();
}
