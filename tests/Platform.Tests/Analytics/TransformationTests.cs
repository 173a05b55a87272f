using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Tests.Analytics;

/// <summary>What the transformations of $apply answer on the real database is what SQL by hand answers.</summary>
public sealed class TransformationTests(World world)
{
    private const string Four = "LocalityCode in ('05953','09988','11254','23317')";
    private const string Facts = "completion_facts f join localities l on l.id = f.tenant_id where l.code in ('05953', '09988', '11254', '23317')";
    private const string ByCommune = $"filter({Four})/groupby((LocalityCode),aggregate(Learners with sum as L))";

    [Theory]
    [InlineData("CompletionFacts", $"filter({Four} and Passed gt 3)/groupby((LocalityCode,Audience),aggregate(Learners with sum as L,Passed with sum as P,$count as N))", "LocalityCode,Audience,L,P,N",
        $"select l.code, f.audience, sum(f.learners), sum(f.passed), count(*) from {Facts} and f.passed > 3 group by 1, 2")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((rollup($all,ProvinceCode,LocalityCode),Audience),aggregate(Learners with sum as L))", "ProvinceCode,LocalityCode,Audience,L",
        $"select l.province_code, l.code, f.audience, sum(f.learners) from {Facts} group by rollup(l.province_code, l.code), f.audience")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((LocalityCode),aggregate(Passed with sum as P,Completions with sum as C))/compute(P mul 100.0 div C as R)/filter(R gt 0)", "LocalityCode,R",
        $"select l.code, 100.0 * sum(f.passed) / sum(f.completions) from {Facts} group by 1")]
    [InlineData("CompletionFacts", $"filter({Four})/concat(groupby((Audience),aggregate(Learners with sum as L)),groupby((CourseCode),aggregate(Learners with sum as L)),aggregate(Learners with sum as L))", "Audience,CourseCode,L",
        $"with facts as (select f.audience, (select c.code from courses c where c.id = f.course_id) as course, f.learners from {Facts}) select audience, null, sum(learners) from facts group by 1 union all select null, course, sum(learners) from facts group by 2 union all select null, null, sum(learners) from facts")]
    [InlineData("CompletionFacts", ByCommune + "/topcount(2,L)", "LocalityCode,L", $"select l.code, sum(f.learners) from {Facts} group by 1 order by 2 desc limit 2")]
    [InlineData("CompletionFacts", ByCommune + "/bottomsum(5000,L)", "LocalityCode,L",
        $"select code, n from (select *, sum(n) over (order by n, code) - n as before from (select l.code, sum(f.learners) as n from {Facts} group by 1) g) x where before < 5000")]
    [InlineData("CompletionFacts", ByCommune + "/toppercent(60,L)", "LocalityCode,L",
        $"select code, n from (select *, sum(n) over (order by n desc, code) - n as before, sum(n) over () as total from (select l.code, sum(f.learners) as n from {Facts} group by 1) g) x where before < total * 0.6")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((LocalityCode),aggregate(CourseCode with countdistinct as K,Month with min as A,Month with max as B,Learners with average as V,Learners with max as M))", "LocalityCode,K,A,B,V,M",
        $"select l.code, count(distinct f.course_id), min(f.month), max(f.month), avg(f.learners), max(f.learners) from {Facts} group by 1")]
    [InlineData("CompletionFacts", "filter(LocalityCode eq '00000')/aggregate(Learners with sum as L,Learners with average as V,Month with max as B,CourseCode with countdistinct as K,$count as N)", "L,V,B,K,N",
        "select null, null, null, 0, 0")]
    [InlineData("CompletionFacts", "filter(LocalityCode eq '00000')/groupby((Audience),aggregate(Learners with sum as L))", "Audience,L", "select 1, 1 where false")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((LocalityCode,Month),aggregate(Learners with sum as L))/compute(year(Month) as Y)/groupby((LocalityCode,Y),aggregate(L with sum as L,L with max as M))", "LocalityCode,Y,L,M",
        $"select code, y, sum(n), max(n) from (select l.code, f.month, extract(year from f.month) as y, sum(f.learners) as n from {Facts} group by 1, 2, 3) g group by 1, 2")]
    [InlineData("TargetProgress", $"filter({Four})/groupby((LocalityCode,Unit),aggregate(Numerator with sum as N,Denominator with sum as D,Numerator with max as M,$count as K))/compute(N mul 100.0 div D as R)", "LocalityCode,Unit,N,D,M,K,R",
        "select l.code, p.unit, sum(p.numerator), sum(p.denominator), max(p.numerator), count(*), 100.0 * sum(p.numerator) / sum(p.denominator) from target_progress p join localities l on l.id = p.tenant_id where l.code in ('05953', '09988', '11254', '23317') group by 1, 2")]
    [InlineData("Plans", $"filter({Four} and Status eq 'Issued')/groupby((ProvinceCode),aggregate(Targets/$count as T,Tasks/$count as K,$count as N))", "ProvinceCode,T,K,N",
        "select l.province_code, sum((select count(*) from targets t where t.tenant_id = p.tenant_id and t.plan_id = p.id)), sum((select count(*) from tasks t where t.tenant_id = p.tenant_id and t.plan_id = p.id)), count(*) from plans p join localities l on l.id = p.tenant_id where l.code in ('05953', '09988', '11254', '23317') and p.status = 'Issued' group by 1")]
    [InlineData("Plans", $"filter({Four} and Status eq 'Issued')/aggregate(Targets/$count as T,Implements/Targets/$count as I)", "T,I",
        "select sum((select count(*) from targets t where t.tenant_id = p.tenant_id and t.plan_id = p.id)), sum((select count(*) from targets t where t.tenant_id = p.implements_tenant_id and t.plan_id = p.implements_id)) from plans p join localities l on l.id = p.tenant_id where l.code in ('05953', '09988', '11254', '23317') and p.status = 'Issued'")]
    [InlineData("Assignments", $"filter({Four})/groupby((Agency/Kind,Role),aggregate($count as N,TaskId with countdistinct as T))/filter(N gt 1)", "Agency/Kind,Role,N,T",
        "select g.kind, a.role, count(*), count(distinct a.task_id) from assignments a join agencies g on g.tenant_id = a.tenant_id and g.id = a.agency_id join localities l on l.id = a.tenant_id where l.code in ('05953', '09988', '11254', '23317') group by 1, 2 having count(*) > 1")]
    [InlineData("Populations", $"filter({Four} and Year eq 2026)/groupby((Code),aggregate(People with sum as P))", "Code,P",
        "select p.code, sum(p.people) from populations p join localities l on l.id = p.tenant_id where l.code in ('05953', '09988', '11254', '23317') and p.year = 2026 group by 1")]
    [InlineData("Plans", $"filter({Four} and Status eq 'Issued')/groupby((ProvinceCode),aggregate(Targets/Value with sum as V,Targets/Value with max as M,Targets/Value with average as A,Targets/Title with min as T,$count as N))", "ProvinceCode,V,M,A,T,N",
        "select g.*, n.n from (select l.province_code as p, sum(t.value), max(t.value), avg(t.value), min(t.title) from plans p join localities l on l.id = p.tenant_id join targets t on t.tenant_id = p.tenant_id and t.plan_id = p.id where l.code in ('05953', '09988', '11254', '23317') and p.status = 'Issued' group by 1) g join (select l.province_code as p, count(*) as n from plans p join localities l on l.id = p.tenant_id where l.code in ('05953', '09988', '11254', '23317') and p.status = 'Issued' group by 1) n on n.p = g.p")]
    [InlineData("Localities", "filter(Code in ('05953','09988','11254','23317','05830'))/groupby((Code),aggregate(CompletionFacts/Learners with sum as L,Populations/People with sum as P,Plans/Tasks/Ordinal with max as O,Plans/$count($filter=Status eq 'Issued') as I))", "Code,L,P,O,I",
        "select l.code, (select sum(f.learners) from completion_facts f where f.tenant_id = l.id), (select sum(p.people) from populations p where p.tenant_id = l.id), (select max(t.ordinal) from tasks t where t.tenant_id = l.id), (select count(*) from plans p where p.tenant_id = l.id and p.status = 'Issued') from localities l where l.code in ('05953', '09988', '11254', '23317', '05830')")]
    [InlineData("Plans", "filter(LocalityCode eq '00000')/aggregate(Targets/Value with sum as V,Targets/Value with average as A,Targets/Year with max as Y,Targets/$count($filter=Year gt 0) as N)", "V,A,Y,N", "select null, null, null, 0")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((LocalityCode,Audience),topcount(2,Learners))", "LocalityCode,Audience,Id,Learners",
        $"select code, audience, id::text, learners from (select l.code, f.audience, f.id, f.learners, row_number() over (partition by l.code, f.audience order by f.learners desc, f.id) as rank from {Facts}) x where rank <= 2")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((LocalityCode),topcount(3,Learners)/aggregate(Learners with sum as L,$count as N))/filter(N eq 3)", "LocalityCode,L,N",
        $"select code, sum(learners), count(*) from (select l.code, f.learners, row_number() over (partition by l.code order by f.learners desc, f.id) as rank from {Facts}) x where rank <= 3 group by 1 having count(*) = 3")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((rollup($all,LocalityCode)),filter(Audience eq 'Students' and Learners gt 3)/aggregate(Learners with sum as L,Month with max as M,CourseCode with countdistinct as C,$count as N))", "LocalityCode,L,M,C,N",
        $"select l.code, sum(f.learners) filter (where f.audience = 'Students' and f.learners > 3), max(f.month) filter (where f.audience = 'Students' and f.learners > 3), count(distinct f.course_id) filter (where f.audience = 'Students' and f.learners > 3), count(*) filter (where f.audience = 'Students' and f.learners > 3) from {Facts} group by rollup(l.code)")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((Audience),aggregate(Learners with sum from Month with average as V,Learners with sum from Month with max as M))", "Audience,V,M",
        $"select audience, avg(n), max(n) from (select f.audience, f.month, sum(f.learners) as n from {Facts} group by 1, 2) g group by 1")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((Audience),groupby((LocalityCode),aggregate(Learners with sum as L)))/groupby((Audience),topcount(1,L))", "Audience,LocalityCode,L",
        $"select distinct on (audience) audience, code, n from (select f.audience, l.code, sum(f.learners) as n from {Facts} group by 1, 2) g order by audience, n desc, code")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((LocalityCode),concat(filter(Audience eq 'Students')/aggregate(Learners with sum as S),aggregate(Learners with sum as L)))", "LocalityCode,S,L",
        $"select l.code, sum(f.learners) filter (where f.audience = 'Students'), null from {Facts} group by 1 union all select l.code, null, sum(f.learners) from {Facts} group by 1")]
    [InlineData("CompletionFacts", $"filter({Four})/groupby((rollup($all,LocalityCode)),aggregate(1 with sum as A,2.5 with max as B))", "LocalityCode,A,B", $"select l.code, count(*), 2.5 from {Facts} group by rollup(l.code)")]
    [InlineData("CompletionFacts", $"filter({Four})/compute(1 as One)/concat(groupby((Audience),aggregate(One with sum as A)),aggregate(One with sum as A))", "Audience,A",
        $"select f.audience, count(*) from {Facts} group by 1 union all select null, count(*) from {Facts}")]
    [InlineData("CompletionFacts", $"filter({Four})/aggregate(1 with sum as A)/concat(identity,identity)", "A", $"select count(*) from {Facts} union all select count(*) from {Facts}")]
    [InlineData("CompletionFacts", "toppercent(1,Learners)/aggregate($count as N,Learners with sum as L)", "N,L",
        "select count(*), sum(n) from (select n, sum(n) over (order by n desc, id) - n as before, sum(n) over () as total from (select id, learners as n from completion_facts) g) x where before * 100 < total")]
    [InlineData("Communes", "aggregate(Tasks/Ordinal with sum as C,CompletionFacts/Learners with sum as L)", "C,L",
        "select (select sum(t.ordinal) from tasks t join localities l on l.id = t.tenant_id where l.level = 'Commune'), (select sum(f.learners) from completion_facts f join localities l on l.id = f.tenant_id where l.level = 'Commune')")]
    public async Task A_transformation_answers_what_sql_answers(string set, string apply, string columns, string sql)
    {
        using var client = await world.As("operator");
        var told = await Told();
        while (true)
        {
            var asked = await client.Rows($"/odata/{set}?$apply={Uri.EscapeDataString(apply)}");
            var (before, after) = (told, await Told());
            told = after;
            if (!before.SequenceEqual(after))
                continue; // other tests wrote meanwhile
            Assert.Equal(told, asked.Select(r => string.Join(" | ", columns.Split(',').Select(c => Text(r, c)))).Order(StringComparer.Ordinal));
            Assert.True(told.Count > 0 || apply.Contains("00000", StringComparison.Ordinal));
            return;
        }

        async Task<List<string>> Told() => [.. (await world.Everything(sql)).Select(r => string.Join(" | ", r.Select(Text))).Order(StringComparer.Ordinal)];
    }

    private static string Text(JsonNode? row, string path)
    {
        var value = path.Split('/').Aggregate(row, (node, name) => node?[name]);
        return value?.GetValueKind() == JsonValueKind.Number ? Text(decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)) : Text(value?.ToString());
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        DateTime day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        string text => text,
        _ => Math.Round(Convert.ToDecimal(value, CultureInfo.InvariantCulture), 4).ToString("0.####", CultureInfo.InvariantCulture),
    };
}
