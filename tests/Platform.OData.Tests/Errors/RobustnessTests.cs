using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Errors;

/// <summary>No URL of any shape gives a 500: a corpus of meaningful requests, mutilated in a reproducible way.</summary>
public sealed class RobustnessTests(Province province)
{
    private static readonly string[] Corpus =
    [
        "Plans?$filter=Targets/any(t:t/Actual gt t/Value) and year(IssuedOn) eq 2026 or Number in ('a','b')&$orderby=Number desc",
        "Plans(00000000-0000-7000-8000-000000000001)/Targets?$select=Id,Value&$expand=Plan($expand=Locality)&$top=2&$skip=1&$count=true",
        "Facts?$apply=filter(Learners gt 3)/groupby((Locality/Parent/Code,Audience),aggregate(Learners with sum as N,$count as C))/topcount(2,N)&$filter=N gt 1",
        "Localities?$search=kha AND NOT (son OR \"bay\")&$compute=length(Name) as L&$orderby=L",
        "Assignments(TaskId=11,Agency='x')/Role/$value",
        "Localities?$expand=Children($levels=2;$filter=contains(Name,'a');$count=true)&$format=json",
    ];

    [Fact]
    public async Task Mutilated_requests_are_answered_or_refused()
    {
        var random = new Random(20260420);
        var snippets = new[] { "(", ")", "'", "/", "$", "null", ",", " eq ", "%00", "%27", "$it", "-1", "9999999999999999999999", "any", "@p", ":", ";", "", "1e400", "div 0", "date(", "geo.distance(Name,Name)", "cast(Name,Edm.Int32)", "isof(Edm.String)", "duration'P1D'", "binary'AA'", "{}", "[1]" };
        for (var round = 0; round < 1_500; round++)
        {
            var url = Corpus[random.Next(Corpus.Length)];
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(url.Length);
                var removed = Math.Min(random.Next(6), url.Length - at);
                url = url.Remove(at, removed).Insert(at, snippets[random.Next(snippets.Length)]);
            }
            using var response = await province.Send(url.Replace("#", "", StringComparison.Ordinal));
            Assert.True(
                (int)response.StatusCode is < 500 or 501,
                $"{url} gave {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }
}
