using System.Net;

namespace Platform.Tests.Analytics;

/// <summary>The questions a province asks, over the real database, and the names that clients rely on.</summary>
public sealed class QuestionTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Provinces", "Code,Name,Kind")]
    [InlineData("Communes", "Code,Name,Kind,ProvinceCode")]
    [InlineData("Agencies", "Id,LocalityCode,Name,Kind")]
    [InlineData("Plans", "Id,LocalityCode,Number,Title,IssuedOn,FromYear,ToYear,Status", "Targets,Tasks,Implements")]
    [InlineData("Targets", "Id,PlanId,LocalityCode,Year,Audience,Title,Measure,Bound,Value,Unit")]
    [InlineData("Tasks", "Id,PlanId,LocalityCode,Number,Title,ScheduleKind,ScheduleText,StartsOn,DueOn,Output", "Assignments")]
    [InlineData("Assignments", "Id,TaskId,AgencyId,LocalityCode,Role", "Task,Agency")]
    [InlineData("TargetProgress", "TargetId,ProvinceCode,LocalityCode,Year,Audience,Numerator,Denominator,Percent,TargetValue,Status,AsOf")]
    [InlineData("CompletionFacts", "Id,ProvinceCode,LocalityCode,Month,Audience,CourseCode,Completions,Learners,Passed")]
    public async Task Every_entity_set_lists_under_the_fixed_names(string set, string properties, string navigations = "")
    {
        using var client = await world.As("operator");
        var expand = navigations.Length > 0 ? $"&$expand={navigations}" : "";
        var row = Assert.Single(await client.Rows($"/odata/{set}?$top=1{expand}"));
        Assert.All(properties.Split(','), p => Assert.True(row.ContainsKey(p), $"{set} has no {p}: {row.ToJsonString()}"));
        Assert.All(navigations.Split(',', StringSplitOptions.RemoveEmptyEntries), n => Assert.True(row.ContainsKey(n), $"{set} has no {n}."));
        var selected = Assert.Single(await client.Rows($"/odata/{set}?$select={properties}&$top=1"));
        Assert.Equal(properties.Split(',').Order(StringComparer.Ordinal), selected.Select(p => p.Key).Where(k => !k.StartsWith('@')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Progress_on_every_target_of_every_commune_of_thai_nguyen()
    {
        using var client = await world.As("thaiNguyenViewer");
        var asked = await client.Rows("/odata/TargetProgress?$filter=ProvinceCode eq '19' and LocalityCode ne '19'&$orderby=LocalityCode,Year&$select=LocalityCode,LocalityName,Title,Numerator,Denominator,Percent,TargetValue,Status");
        var told = await client.Rows("/v1/localities/05953/progress");
        var khaSon = asked.Where(p => p.Text("LocalityCode") == "05953").ToList();
        Assert.Equal(
            told.Select(p => $"{p.Text("title")} {p.Text("numerator")}/{p.Text("denominator")} {p.Text("status")}").Order(StringComparer.Ordinal),
            khaSon.Select(p => $"{p.Text("Title")} {p.Text("Numerator")}/{p.Text("Denominator")} {p.Text("Status")}").Order(StringComparer.Ordinal));
        Assert.Contains(khaSon, p => p.Number("Percent") > 0);
        Assert.Contains(khaSon, p => p.Text("Status") == "Missing" && p.Text("Numerator") is null);
        Assert.All(asked.Where(p => p.Number("Denominator") > 0 && p["Numerator"] is not null), p =>
            Assert.Equal(Math.Round(100m * p.Number("Numerator")!.Value / p.Number("Denominator")!.Value, 2, MidpointRounding.AwayFromZero), p.Number("Percent")));
    }

    [Fact]
    public async Task Learners_by_commune_and_audience()
    {
        using var client = await world.As("operator");
        var groups = await client.Rows("/odata/CompletionFacts?$apply=filter(LocalityCode eq '09988' or LocalityCode eq '11254')/groupby((LocalityCode,Audience),aggregate(Learners with sum as Learners,Completions with sum as Completions))&$orderby=LocalityCode,Audience");
        Assert.Equal(8, groups.Count);
        var raw = await world.Everything("""
            select l.code, (array['PublicSector', 'Students', 'Workers', 'Citizens'])[p.audience], count(*) from learners p join localities l on l.id = p.tenant_id
            where l.code in ('09988', '11254') group by 1, 2 order by 1, 2
            """);
        Assert.Equal(raw.Select(r => $"{r[0]} {r[1]} {r[2]}"), groups.Select(g => $"{g.Text("LocalityCode")} {g.Text("Audience")} {g.Text("Learners")}"));
    }

    [Fact]
    public async Task Tasks_without_a_lead()
    {
        using var client = await world.As("khaSonAdmin");
        var asked = await client.Rows("/odata/Tasks?$filter=LocalityCode eq '05953' and Plan/Status eq 'Issued' and not Assignments/any(a:a/Role eq 'Lead')&$orderby=Ordinal&$select=Number,PlanId");
        var told = await world.Everything("""
            select t.number, t.plan_id from tasks t join plans p on p.id = t.plan_id and p.tenant_id = t.tenant_id and p.status = 'Issued'
            where t.tenant_id = $1 and not exists (select 1 from assignments a where a.task_id = t.id and a.role = 'Lead') order by t.ordinal
            """, (await world.Locality("05953")).Id);
        Assert.Equal(told.Select(r => $"{r[1]} {r[0]}").Order(StringComparer.Ordinal), asked.Select(t => $"{t.Text("PlanId")} {t.Text("Number")}").Order(StringComparer.Ordinal));
        Assert.NotEmpty(asked);
        Assert.True((await client.Rows("/odata/Tasks?$filter=HasLead eq false and IsHeading eq false")).Count <= asked.Count);
    }

    [Fact]
    public async Task Assignments_are_counted_by_agency_over_a_navigation()
    {
        using var client = await world.As("hoaLacAdmin");
        var groups = await client.Rows("/odata/Assignments?$apply=filter(Role eq 'Lead')/groupby((Agency/Name),aggregate($count as Tasks))&$orderby=Tasks desc&$top=3");
        Assert.Equal(3, groups.Count);
        var first = groups[0]["Agency"]!["Name"]!.GetValue<string>();
        var rows = await client.Rows($"/odata/Assignments?$filter=Role eq 'Lead' and Agency/Name eq '{Uri.EscapeDataString(first)}'");
        Assert.Equal(rows.Count, groups[0].Number("Tasks"));
    }

    [Fact]
    public async Task A_plan_comes_with_its_targets_tasks_assignments_and_the_plan_it_implements()
    {
        using var client = await world.As("thaiNguyenViewer");
        var plan = Assert.Single(await client.Rows("/odata/Plans?$filter=LocalityCode eq '05953' and Status eq 'Issued'&$expand=Implements($select=Number,LocalityCode),Targets($filter=Year eq 2026),Tasks($expand=Assignments($expand=Agency($select=Name)))"));
        Assert.Equal(("05-KH/BCĐ", "19"), (plan["Implements"]!["Number"]!.GetValue<string>(), plan["Implements"]!["LocalityCode"]!.GetValue<string>()));
        Assert.NotEmpty(plan["Targets"]!.AsArray());
        Assert.Contains(plan["Tasks"]!.AsArray(), t => t!["Assignments"]!.AsArray().Any(a => a!["Agency"]!["Name"]!.GetValue<string>().Length > 0));
        Assert.Null(plan["Number"]);
        Assert.Null(plan["IssuedOn"]);
    }

    [Fact]
    public async Task Names_sort_as_a_vietnamese_dictionary_does()
    {
        using var client = await world.As("operator");
        var names = (await client.Rows("/odata/Provinces?$orderby=Name&$select=Name")).Select(p => p.Text("Name")!).ToList();
        Assert.Equal(34, names.Count);
        var expected = names.Order(StringComparer.Create(new System.Globalization.CultureInfo("vi-VN"), ignoreCase: true)).ToList();
        Assert.Equal(expected, names);
        Assert.True(names.IndexOf("Đà Nẵng") > names.IndexOf("Cao Bằng") && names.IndexOf("Đà Nẵng") < names.IndexOf("Gia Lai")); // not behind Z
    }

    [Fact]
    public async Task Next_links_visit_all_communes_once()
    {
        using var client = await world.As("operator");
        var (codes, pages) = (new List<string>(), 0);
        for (var next = "/odata/Communes?$orderby=Name&$count=true&$select=Code,Name"; next is not null; pages++)
        {
            var answer = await client.Read(next);
            codes.AddRange(answer["value"]!.AsArray().Select(c => c!["Code"]!.GetValue<string>()));
            next = answer["@odata.nextLink"] is { } link ? new Uri(link.GetValue<string>()).PathAndQuery : null!;
        }

        Assert.Equal(4, pages);
        Assert.Equal(codes.Count, codes.Distinct().Count());
        Assert.Equal(3321, codes.Count(Newcomers.IsListed));
    }

    [Fact]
    public async Task Top_skip_count_and_filter_work_together()
    {
        using var client = await world.As("operator");
        var all = (await client.Rows("/odata/Communes?$filter=ProvinceCode eq '19'&$orderby=Code desc&$select=Code")).Select(c => c.Text("Code")).ToList();
        var page = await client.Read("/odata/Communes?$filter=ProvinceCode eq '19'&$orderby=Code desc&$select=Code&$skip=5&$top=3&$count=true");
        Assert.Equal(all.Skip(5).Take(3), page["value"]!.AsArray().Select(c => c!["Code"]!.GetValue<string>()));
        Assert.Equal(all.Count, page.Number("@odata.count"));
        Assert.True(all.Count > 80);
    }

    [Theory]
    [InlineData("contains(Name,'Kha Sơn')", "05953")]
    [InlineData("startswith(Name,'Ngọk B')", "23317")]
    [InlineData("Name eq 'Bắc Thanh Miện'", "11254")]
    public async Task Names_are_filtered_in_vietnamese(string filter, string code)
    {
        using var client = await world.As("khaSonAdmin");
        Assert.Equal([code], (await client.Rows($"/odata/Communes?$filter={Uri.EscapeDataString(filter)}")).Select(c => c.Text("Code")));
    }

    [Fact]
    public async Task Search_ignores_diacritics()
    {
        using var client = await world.As("operator");
        Assert.Contains("23317", (await client.Rows("/odata/Communes?$search=\"ngok bay\"")).Select(c => c.Text("Code")));
    }

    [Fact]
    public async Task An_error_has_our_number_and_the_nearest_name()
    {
        using var client = await world.As("khaSonAdmin");
        client.DefaultRequestHeaders.Add("Accept-Language", "en");
        using var answer = await client.Send(HttpMethod.Get, "/odata/Plans?$filter=LocalityCod eq '05953'");
        var error = (await answer.Body(HttpStatusCode.BadRequest))["error"]!.AsObject();
        Assert.Equal("OD-1002", error.Text("code"));
        Assert.Contains("LocalityCode", error.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/odata/Plans?$filter=Title eq '%00'")]
    [InlineData("/odata/Plans?$filter=contains(Title,'a%00b')")]
    [InlineData("/odata/Communes?$search=%00")]
    [InlineData("/odata/Communes('%00')")]
    [InlineData("/odata/Plans?$filter=Title eq '%zz'")]
    [InlineData("/odata/Plans?$filter=Title eq '%ff'")]
    [InlineData("/odata/Plans?$filter=Title eq '%ED%A0%80'")]
    [InlineData("/odata/Plans?%00=1&$top=1")]
    [InlineData("/odata/Plans?$top=%00")]
    [InlineData("/odata/Plans?$skiptoken=%00")]
    [InlineData("/odata/Plans?$orderby=%00")]
    [InlineData("/odata/Plans?$apply=groupby((Title%00))")]
    [InlineData("/odata/Plans?$filter=@p&@p=%00")]
    [InlineData("/odata/Plans?$filter=Title eq @p&@p='%00'")]
    public async Task Nul_and_broken_encoding_are_never_a_fault_of_the_server(string path)
    {
        using var client = await world.As("khaSonAdmin");
        var address = new Uri(world.Instance.Address);
        using var connection = new System.Net.Sockets.TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, Cancellation);
        await using var stream = connection.GetStream();
        var request = $"GET {path.Replace(" ", "%20", StringComparison.Ordinal)} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: {client.DefaultRequestHeaders.Authorization}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request), Cancellation);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(Cancellation);
        Assert.Matches("^HTTP/1.1 (200|4[0-9][0-9]) ", answer);
        if (path.Contains("%00", StringComparison.Ordinal) && path.Contains("Title eq '", StringComparison.Ordinal))
            Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }
}
