using Microsoft.EntityFrameworkCore;
using Platform.OData.Binding;
using Platform.OData.Execution;
using Platform.OData.Parsing;
using Platform.OData.Tests.World;
using Xunit;

namespace Platform.OData.Tests.Sql;

/// <summary>No connection is made: the provider only writes the statement down.</summary>
public sealed class StatementTests
{
    [Theory]
    [InlineData("Plans")]
    [InlineData("Plans?$filter=Locality/Parent/Name eq 'x' and year(IssuedOn) eq 2026 and date(ChangedAt) lt 2026-01-01")]
    [InlineData("Plans?$filter=Status eq 'Draft' and Id in (00000000-0000-7000-8000-000000000003)")]
    [InlineData("Plans?$filter=Targets/any(t:t/Actual gt t/Value) and Tasks/all(t:t/Assignments/$count gt 0)")]
    [InlineData("Plans?$filter=contains(Number,'a') or indexof(Number,'b') eq 1 or substring(Number,1,2) eq 'x' or length(trim(tolower(Number))) gt 3")]
    [InlineData("Plans?$filter=hour(ChangedAt) eq 1 and minute(ChangedAt) eq 2 and second(ChangedAt) eq 3 and ChangedAt lt now()")]
    [InlineData("Targets?$filter=round(Actual) eq 1 and floor(Actual) eq 1 and ceiling(Value) eq 2 and Value mul Year div 2.5 gt Weight")]
    [InlineData("Localities?$search=kha AND NOT son&$count=true")]
    [InlineData("Plans?$orderby=Locality/Name desc,Targets/$count,Number")]
    [InlineData("Plans?$expand=Targets($filter=Value gt 5;$orderby=Value desc;$top=3;$count=true),Locality($expand=Parent($select=Name))")]
    [InlineData("Plans?$expand=Tasks($expand=Assignments($select=Role)),Implements($levels=2)")]
    [InlineData("Facts?$apply=groupby((Locality/Parent/Code),aggregate(Learners with sum as N,Confirmed with sum as C,Locality/Code with countdistinct as L,$count as R))")]
    [InlineData("Facts?$apply=groupby((Locality/Parent/Code),aggregate(Learners with sum as N))/compute(N mul 100.0 div 3 as P)/filter(P gt 1)&$orderby=P desc&$top=3")]
    [InlineData("Facts?$apply=groupby((Locality/Code,Audience),aggregate(Learners with sum as N))/groupby((Audience),aggregate(N with max as M,N with average as A))")]
    [InlineData("Facts?$apply=filter(Learners gt 3)/aggregate(Cost with sum as S,Day with max as D,Audience with countdistinct as A)")]
    [InlineData("Facts?$apply=groupby((Audience,Day))&$orderby=Day desc")]
    [InlineData("Facts?$apply=topcount(5,Learners)/groupby((Audience),aggregate($count as N))")]
    [InlineData("Plans?$filter=Tasks/any(t:t/Assignments/$count($filter=Role eq 'Lead') eq 1)&$orderby=Targets/$count($filter=Value ge 80) desc&$compute=Targets/$count($filter=Year eq 2026) as C")]
    [InlineData("Plans?$filter=ChangedAt add duration'PT1H' gt now() and ChangedAt sub 'P1D' lt now()")]
    [InlineData("Localities?$filter=substring(Name,-2) eq 'x' and cast(Id,Edm.String) eq '3' and Parent eq null")]
    [InlineData("Plans?$filter=time(ChangedAt) gt 09:00:00 and hour(time(ChangedAt)) lt 12 and matchesPattern(Number,'^[0-9]+/KH')&$compute=case(IsProvincial:'a',Number eq null:'b',true:Number) as C&$orderby=C")]
    [InlineData("Facts?$apply=compute(case(Learners gt 20:'many',Learners gt 5:'some',true:'few') as Size)/groupby((Size),aggregate(Learners with sum as N))")]
    [InlineData("Plans?$filter=totaloffsetminutes(ChangedAt) eq 0")]
    [InlineData("Plans?$filter=IssuedOn add duration'P1D' gt 2026-01-01 and IssuedOn sub 2026-01-01 ge duration'PT36H' and now() sub ChangedAt gt duration'P1D' and ChangedAt sub now() ne duration'P1D'")]
    [InlineData("Tasks?$filter=Due sub date(now()) lt duration'P7D' and cast(Number,Edm.Int32) gt 3 and cast(Number,Edm.Decimal) lt 4.5&$orderby=cast(Number,Edm.Int16)")]
    [InlineData("Targets?$filter=2.5 mod 1 eq 0.5 and Weight mod 2 eq 1 and Actual mod 2.5 eq 1 and Weight mod Value lt 1")]
    [InlineData("Plans?$filter=case(1 eq 2:1,true:null) eq 1 or case(Locality eq null:1,true:null) eq 1 or case(IssuedOn lt null:1,true:null) eq 1")]
    [InlineData("Plans?$filter=Number in () or Number in ('1',null) or IssuedOn in @n&@n=['2026-02-03',null]")]
    [InlineData("Facts?$apply=aggregate(1 with sum as A)/concat(identity,identity)")]
    [InlineData("Facts?$apply=aggregate(1 with sum as A,2.5 with average as B,'x' with max as C,3 with countdistinct as D)")]
    [InlineData("Facts?$apply=groupby((rollup($all,Audience)),aggregate(1 with sum as A,1 add 1 with min as B))&$orderby=A")]
    [InlineData("Facts?$apply=compute(1 as One)/concat(groupby((Audience),aggregate(One with sum as A)),aggregate(One with sum as A))")]
    [InlineData("Plans?$expand=Locality($filter=Code eq '19'),Implements($filter=Locality/Code eq '19';$expand=Targets/$ref),Tasks/$count($filter=Due ne null)")]
    [InlineData("Plans/$ref?$filter=IsProvincial")]
    [InlineData("Plans(00000000-0000-7000-8000-000000000003)/Targets(4)/$ref")]
    [InlineData("Targets?$filter=Value divby 3 gt 1 and Year divby 2 eq 1013")]
    [InlineData("Facts?$apply=groupby((rollup($all,Locality/Parent/Code,Locality/Code),Audience),aggregate(Learners with sum as N,Confirmed with average as C,Day with max as D))&$filter=N gt 3&$orderby=N desc,C")]
    [InlineData("Facts?$apply=groupby((rollup(Locality/Parent/Code,Locality/Code)))&$count=true")]
    [InlineData("Facts?$apply=concat(topcount(2,Learners),groupby((Audience),aggregate(Learners with sum as N)),aggregate(Learners with sum as N,$count as C))&$orderby=N desc")]
    [InlineData("Facts?$apply=concat(filter(Learners gt 4),identity)/groupby((Audience),aggregate(Learners with sum as N))")]
    [InlineData("Facts?$apply=groupby((Locality/Code),aggregate(Learners with sum as N))/topsum(50,N)")]
    [InlineData("Facts?$apply=groupby((Locality/Parent/Code),aggregate(Confirmed with sum as N))/bottompercent(50,N)&$top=5")]
    [InlineData("Facts?$apply=toppercent(50,Learners)/aggregate(Learners with sum as N)")]
    [InlineData("Facts?$apply=aggregate(Learners with sum as S,$count as C)/compute(S mul 2 as T)&$filter=T gt 1&$orderby=S")]
    [InlineData("Plans?$apply=groupby((IsProvincial),aggregate(Targets/Value with sum as X,Targets/Value with average as A,Targets/Audience with max as M,$count as N))")]
    [InlineData("Localities?$apply=aggregate(Plans/Tasks/Assignments/Role with max as R,Plans/Targets/Year with average as Y,Plans/$count($filter=IsProvincial) as P)")]
    [InlineData("Facts?$apply=groupby((Audience,Locality/Code),topcount(2,Learners))&$filter=Learners gt 3&$expand=Locality&$count=true")]
    [InlineData("Facts?$apply=groupby((Confirmed),orderby(Learners desc)/skip(1)/top(2)/filter(Cost gt 1))/groupby((Audience),aggregate(Learners with sum as N))")]
    [InlineData("Facts?$apply=groupby((rollup($all,Audience)),filter(Learners gt 6)/aggregate(Learners with sum as N,Confirmed with average as A,Day with countdistinct as D,$count as C))")]
    [InlineData("Facts?$apply=groupby((Audience),aggregate(Learners with sum from Day with max from Locality/Code with average as X))&$orderby=X desc")]
    [InlineData("Facts?$apply=groupby((Audience),concat(topcount(1,Learners)/aggregate(Learners with sum as T),aggregate(Learners with sum as N)))")]
    [InlineData("Plans(00000000-0000-7000-8000-000000000003)/Targets?$filter=Value gt 1")]
    [InlineData("Plans(00000000-0000-7000-8000-000000000003)/Locality/Parent/Name")]
    [InlineData("Plans(00000000-0000-7000-8000-000000000003)/Targets/$count?$filter=Value gt 1")]
    [InlineData("Assignments(TaskId=1,Agency='a')?$expand=Task")]
    public void Every_query_is_one_translated_statement(string url)
    {
        var sql = Sql(url);
        Assert.StartsWith("SELECT", sql[sql.IndexOf("SELECT", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.DoesNotContain(';', sql);
    }

    [Fact]
    public void A_search_compares_whole_words() =>
        Assert.Contains("' ' || l.\"FoldedName\" || ' '", Sql("Localities?$search=kha"), StringComparison.Ordinal);

    [Fact]
    public void Only_selected_columns_and_used_joins_are_read()
    {
        var sql = Sql("Plans?$select=Number");
        Assert.DoesNotContain("JOIN", sql, StringComparison.Ordinal);
        Assert.DoesNotContain("IssuedOn", sql, StringComparison.Ordinal);
        Assert.Contains("JOIN", Sql("Plans?$select=LocalityCode"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_missing_is_not_tested_for_absence()
    {
        var sql = Sql("Facts?$apply=groupby((Locality/Code),aggregate(Learners with sum as N))&$orderby=N desc");
        Assert.DoesNotContain("CASE", sql, StringComparison.Ordinal);
        Assert.Contains("CASE", Sql("Plans?$orderby=Number"), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_of_the_url_are_parameters()
    {
        var sql = Sql("Targets?$filter=Value gt 12345.5 and Audience eq 'zzz'&$top=7");
        var body = sql[sql.IndexOf("SELECT", StringComparison.Ordinal)..];
        Assert.DoesNotContain("12345", body, StringComparison.Ordinal);
        Assert.DoesNotContain("zzz", body, StringComparison.Ordinal);
        Assert.Contains("LIMIT @", body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_page_is_found_by_keyset_and_not_by_offset()
    {
        var sql = Sql("Targets?$orderby=Value desc", next: true);
        Assert.DoesNotContain("OFFSET", sql, StringComparison.Ordinal);
        Assert.Contains("t.\"Value\" < @", sql, StringComparison.Ordinal);
    }

    private static string Sql(string url, bool next = false)
    {
        using var db = new Database();
        var root = new Uri("http://host/odata/");
        var full = new Uri(root, url);
        var limits = new ODataOptions();
        var query = ODataQuery.Parse(Vietnam.Model, limits, root, full, QueryOptions.Read(full.Query));
        var context = new BindingContext(Vietnam.Model, limits, query.Aliases, DateTimeOffset.UnixEpoch);
        var token = next ? SkipToken.Read(SkipToken.Write([1.5m, 3], 0, "", limits.SigningKey), "", limits.SigningKey) : null;
        return new Planner(context, query, db, token, 100).Bind().Query.ToQueryString();
    }

    private sealed class Database : DbContext, IODataSource
    {
        protected override void OnConfiguring(DbContextOptionsBuilder options) => options.UseNpgsql("Host=nowhere");

        protected override void OnModelCreating(ModelBuilder model)
        {
            model.Entity<Locality>();
            model.Entity<World.Plan>();
            model.Entity<Target>();
            model.Entity<PlanTask>();
            model.Entity<Fact>();
            model.Entity<Assignment>().HasKey(assignment => new { assignment.TaskId, assignment.Agency });
        }

        public IQueryable<T> Query<T>(string setName) where T : class => Set<T>();
    }
}
