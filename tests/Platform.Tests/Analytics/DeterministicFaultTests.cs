using System.Net;

namespace Platform.Tests.Analytics;

/// <summary>A question is answered, or refused for what is wrong in it: never because the database is said to be away.</summary>
public sealed class DeterministicFaultTests(World world)
{
    [Theory]
    [InlineData("Tasks/$count?$filter=2.5 mod 1 eq 0.5")]
    [InlineData("Tasks/$count?$filter=1e1 mod 3 eq 1")]
    [InlineData("Tasks/$count?$filter=case(1 eq 2:1,true:null) eq 1")]
    [InlineData("Tasks/$count?$filter=case(Locality eq null:1,true:null) eq 1")]
    [InlineData("Tasks/$count?$filter=case(DueOn lt null:1,true:null) eq 1")]
    [InlineData("Targets/$count?$filter=Value mod 2.5 eq 1 and Year mod 2 eq 0")]
    [InlineData("Tasks/$count?$filter=DueOn sub StartsOn gt duration'P30D' or DueOn add duration'P1D' ge 2026-06-01")]
    [InlineData("TargetProgress/$count?$filter=now() sub AsOf gt duration'PT1H' and AsOf lt now() add -duration'P1D'")]
    [InlineData("Tasks/$count?$filter=cast(Number,Edm.Int32) gt 3 or cast(Number,Edm.Decimal) lt 2.5")]
    [InlineData("Tasks/$count?$filter=Number in () or Number in ('1',null) or Number in @n&@n=['1','2']")]
    [InlineData("Tasks/$count?$filter=Platform.Task/Number eq '1'")]
    [InlineData("Tasks?$top=1&$select=Platform.Task/Number")]
    [InlineData("CompletionFacts?$apply=filter(ProvinceCode eq '19')/toppercent(10,Learners)&$top=3")]
    [InlineData("CompletionFacts?$apply=groupby((CourseCode),aggregate(Learners with sum as M))/toppercent(20,M)")]
    [InlineData("Communes?$apply=aggregate(CompletionFacts/Learners with sum as L)")]
    public async Task An_ordinary_question_is_answered(string url)
    {
        using var client = await world.As("thaiNguyenViewer");
        using var answer = await client.Send(HttpMethod.Get, "/odata/" + url);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("Tasks?$filter=Assignments/any()&$orderby=concat(substring('abc',-1,2),Number) desc&$top=1", HttpStatusCode.BadRequest, "OD-5001")]
    [InlineData("Tasks?$filter=DueOn ne null&$compute=DueOn add duration'P9000000D' as D&$select=D&$top=1", HttpStatusCode.BadRequest, "OD-5001")]
    [InlineData("Tasks?$orderby=DueOn sub StartsOn&$top=1", HttpStatusCode.NotImplemented, "OD-3002")]
    [InlineData("Tasks?$filter=Children/any(c:c/DueOn sub StartsOn gt c/DueOn sub c/StartsOn)", HttpStatusCode.NotImplemented, "OD-3001")]
    public async Task What_cannot_be_worked_out_is_refused_for_that(string url, HttpStatusCode status, string code)
    {
        using var client = await world.As("thaiNguyenViewer");
        using var answer = await client.Send(HttpMethod.Get, "/odata/" + url);
        var error = (await answer.Body(status))["error"]!;
        Assert.Equal(code, error["code"]!.ToString());
        Assert.DoesNotMatch("DateOnly|TimeSpan|Expression|System\\.", error["message"]!.ToString());
    }
}
