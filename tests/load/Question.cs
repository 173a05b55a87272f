using System.Globalization;

namespace Platform.Load;

/// <summary>One question over OData and the same as SQL by hand. «{0}» and $1 stand for a locality's code, «{1}» and $2 for the id of its plan.</summary>
internal sealed record Question(string Name, string Url, string Sql, double? Bar = null, string Caller = "thaiNguyenViewer")
{
    internal static readonly Question[] All =
    [
        new("one-by-key", "Communes('{0}')",
            "select l.code, l.name, l.kind, p.code as province from localities l join localities p on p.id = l.province_id where l.code = $1", 2.0),
        new("page-of-50", "Tasks?$filter=ProvinceCode eq '19' and ScheduleKind eq 'Ongoing'&$orderby=Number&$top=50&$select=Number,Title,ScheduleKind,LocalityCode",
            "select t.number, t.title, t.schedule_kind, l.code from tasks t join localities l on l.id = t.tenant_id join localities p on p.id = l.province_id "
            + "where p.code = '19' and t.schedule_kind = 'Ongoing' order by t.number, t.id limit 50", 2.0),
        new("province-roll-up", "CompletionFacts?$apply=filter(ProvinceCode eq '19')/groupby((LocalityCode,Audience),aggregate(Learners with sum as Learners,Completions with sum as Completions))",
            "select l.code, f.audience, sum(f.learners)::bigint as learners, sum(f.completions)::bigint as completions from completion_facts f join localities l on l.id = f.tenant_id "
            + "join localities p on p.id = l.province_id where p.code = '19' group by l.code, f.audience", 1.5),
        new("task-by-key", "Tasks({2})?$select=Id,Number,Title,LocalityCode",
            "select t.id, t.number, t.title, l.code from tasks t join localities l on l.id = t.tenant_id where t.id = $3 and t.tenant_id = (select id from localities where code = $1)"),
        new("commune-page+count", "Tasks?$filter=LocalityCode eq '{0}'&$orderby=Ordinal&$top=50&$count=true&$select=Number,Title,ScheduleKind,DueOn,Output",
            "select t.number, t.title, t.schedule_kind, t.due_on, t.output, count(*) over () from tasks t join localities l on l.id = t.tenant_id where l.code = $1 order by t.ordinal, t.id limit 50"),
        new("province-page+count", "Tasks?$filter=ProvinceCode eq '19'&$top=50&$count=true&$select=Number,Title,ScheduleKind,LocalityCode",
            "select t.number, t.title, t.schedule_kind, l.code, (select count(*) from tasks x join localities m on m.id = x.tenant_id join localities q on q.id = m.province_id where q.code = '19') "
            + "from tasks t join localities l on l.id = t.tenant_id join localities p on p.id = l.province_id where p.code = '19' order by t.id limit 50"),
        new("plan-expanded", "Plans({1})?$select=Title&$expand=Tasks($select=Number,Title;$expand=Assignments($select=Role,AgencyId))",
            "select p.title, t.number, t.title, a.role, a.agency_id from plans p join tasks t on t.tenant_id = p.tenant_id and t.plan_id = p.id "
            + "left join assignments a on a.tenant_id = t.tenant_id and a.task_id = t.id where p.id = $2 and p.tenant_id = (select id from localities where code = $1) order by t.ordinal"),
        new("nation-by-province", "CompletionFacts?$apply=groupby((ProvinceCode),aggregate(Learners with sum as Learners))",
            "select p.code, sum(f.learners)::bigint from completion_facts f join localities l on l.id = f.tenant_id join localities p on p.id = l.province_id group by p.code", Caller: "operator"),
        new("nation-by-commune", "CompletionFacts?$apply=groupby((LocalityCode),aggregate(Learners with sum as Learners))",
            "select l.code, sum(f.learners)::bigint from completion_facts f join localities l on l.id = f.tenant_id group by l.code", Caller: "operator"),
    ];

    /// <summary>The question over OData, for each of the subjects.</summary>
    internal string[] Paths(List<object[]> subjects) =>
        [.. subjects.Select(each => "/odata/" + string.Format(CultureInfo.InvariantCulture, Url, each).Replace(" ", "%20", StringComparison.Ordinal))];

    /// <summary>Communes of the province, each with its plan and one of its tasks: requests go round among them, so that no answer is that of the request before.</summary>
    internal const string Subjects = """
        select l.code, p.id, (select t.id from tasks t where t.tenant_id = p.tenant_id and t.plan_id = p.id and t.ordinal = 20)
        from localities l join plans p on p.tenant_id = l.id
        where l.province_id = (select id from localities where code = '19') and l.level = 'Commune' and p.title = 'Kế hoạch ' || l.name order by l.code
        """;
}
