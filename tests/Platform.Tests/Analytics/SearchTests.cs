namespace Platform.Tests.Analytics;

/// <summary>Plans and what is in them are found whatever marks, case and tone placement the words are typed with.</summary>
public sealed class SearchTests(World world)
{
    [Theory]
    [InlineData("Tasks", "\"tuyên truyền\"", "\"TUYEN TRUYEN\"", "\"tuyen-truyền\"")]
    [InlineData("Agencies", "\"văn hóa\"", "\"văn hoá\"", "\"VAN HOA\"")]
    [InlineData("Plans", "\"bình dân học vụ số\"", "\"Binh dan hoc vu so\"", "\"BÌNH DÂN HỌC VỤ SỐ\"")]
    [InlineData("Targets", "\"kỹ năng số\"", "\"kỹ nang so\"", "\"KỸ NĂNG SỐ\"")]
    public async Task Marks_case_and_the_place_of_tones_do_not_matter(string set, string exact, params string[] others)
    {
        using var client = await world.As("operator");
        async Task<List<string>> Found(string search) =>
            [.. (await client.Rows($"/odata/{set}?$filter=LocalityCode in ('05953','09988','11254','23317','19')&$search={Uri.EscapeDataString(search)}&$select=Id&$orderby=Id")).Select(r => r.Text("Id")!)];
        var found = await Found(exact);
        Assert.NotEmpty(found);
        foreach (var other in others)
            Assert.Equal(found, await Found(other));
        Assert.Empty(await Found("\"không có ở đâu cả\""));
    }

    [Theory]
    [InlineData("LegalBases", "Id", "\"QUYẾT ĐỊNH\" AND \"thu tuong\"", "b.id::text from legal_bases b join localities l on l.id = b.tenant_id", "concat_ws(' ', b.kind, b.issuer, b.title) ilike '%quyết định%' and concat_ws(' ', b.issuer, b.title) ilike '%thủ tướng%'")]
    [InlineData("Initiatives", "Id", "\"dai su so\" OR \"gia đình SỐ\"", "i.id::text from initiatives i join localities l on l.id = i.tenant_id", "(i.name ilike '%đại sứ số%' or i.name ilike '%gia đình số%')")]
    [InlineData("ReportingRules", "Id", "HALFYEAR", "r.id::text from reporting_rules r join localities l on l.id = r.tenant_id", "r.kind = 'HalfYear'")]
    [InlineData("Assignments", "Id", "\"cong an\" AND \"tuyen truyen\"", "a.id::text from assignments a join agencies g on g.tenant_id = a.tenant_id and g.id = a.agency_id join tasks t on t.tenant_id = a.tenant_id and t.id = a.task_id join localities l on l.id = a.tenant_id", "g.name ilike '%công an%' and t.title ilike '%tuyên truyền%'")]
    [InlineData("TargetProgress", "TargetId", "\"kha son\" AND NOT \"ky nang\"", "p.target_id::text from target_progress p join targets t on t.tenant_id = p.tenant_id and t.id = p.target_id join localities l on l.id = p.tenant_id", "l.name = 'Kha Sơn' and t.title not ilike '%kỹ năng%'")]
    [InlineData("CompletionFacts", "Id", "\"kha son\" AND \"an toan\"", "f.id::text from completion_facts f join courses c on c.id = f.course_id join localities l on l.id = f.tenant_id", "l.name = 'Kha Sơn' and c.title ilike '%an toàn%'")]
    [InlineData("Populations", "Code", "\"KHA SON\"", "p.code from populations p join localities l on l.id = p.tenant_id", "l.name = 'Kha Sơn'")]
    [InlineData("Courses", "Code", "\"an toan\"", "c.code from courses c cross join localities l", "l.code = '19' and c.title ilike '%an toàn%'")]
    public async Task Every_set_is_searched_in_its_own_words_or_in_those_of_what_it_belongs_to(string set, string key, string search, string from, string where)
    {
        using var client = await world.As("operator");
        var filter = set == "Courses" ? "" : "$filter=LocalityCode in ('05953','09988','11254','23317','19')&";
        var found = (await client.Rows($"/odata/{set}?{filter}$search={Uri.EscapeDataString(search)}&$top=1000")).Select(r => r.Text(key)!).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(found);
        var told = await world.Everything($"select {from} where l.code in ('05953', '09988', '11254', '23317', '19') and {where}");
        Assert.Equal(told.Select(r => (string)r[0]!).Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public async Task The_metadata_says_of_every_set_that_it_is_searched()
    {
        using var client = await world.As("operator");
        var metadata = System.Xml.Linq.XDocument.Parse(await client.GetStringAsync(new Uri("/odata/$metadata", UriKind.Relative), TestContext.Current.CancellationToken));
        var sets = metadata.Descendants().Where(e => e.Name.LocalName == "EntitySet").ToList();
        Assert.Equal(16, sets.Count);
        Assert.All(sets, set => Assert.Equal("true", set.Descendants().Single(e => (string?)e.Attribute("Property") == "Searchable").Attribute("Bool")!.Value));
    }

    [Fact]
    public async Task A_word_is_not_found_within_another()
    {
        using var client = await world.As("operator");
        const string from = "select t.id::text from tasks t join localities l on l.id = t.tenant_id where l.code in ('05953', '09988', '11254', '23317', '19') and t.search_text";
        var found = (await client.Rows("/odata/Tasks?$filter=LocalityCode in ('05953','09988','11254','23317','19')&$search=AI&$select=Id&$top=1000")).Select(r => r.Text("Id")!).Order(StringComparer.Ordinal).ToList();
        var words = (await world.Everything(from + @" ~ '\mai\M'")).Select(r => (string)r[0]!).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(words);
        Assert.Equal(words, found);
        Assert.True((await world.Everything(from + " like '%ai%'")).Count > words.Count, "no word here has AI within it");
    }

    [Fact]
    public async Task A_syllable_is_a_word_of_its_own()
    {
        using var client = await world.As("operator");
        var found = (await client.Rows("/odata/Communes?$search=kha son&$select=Code&$top=1000")).Select(r => r.Text("Code")!).Order(StringComparer.Ordinal).ToList();
        Assert.Contains("05953", found);
        Assert.Equal((await world.Everything(@"select code from localities where level = 'Commune' and search_text ~ '\mkha\M' and search_text ~ '\mson\M'")).Select(r => (string)r[0]!).Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public async Task A_plan_is_found_by_its_number()
    {
        using var client = await world.As("operator");
        var rows = await client.Rows("/odata/Plans?$filter=Status eq 'Issued' and ProvinceCode eq '31'&$search=\"53/kh-ubnd\"&$select=Number,LocalityCode");
        Assert.Equal(("53/KH-UBND", "11254"), (rows[0].Text("Number"), rows[0].Text("LocalityCode")));
    }

    [Fact]
    public async Task A_task_is_found_by_its_new_words_once_it_is_changed()
    {
        var commune = await world.FreshCommune();
        using var admin = await world.AdminOf(commune.Code);
        var plan = await admin.Draft(commune.Code);
        var task = plan["tasks"]!.AsArray().Single(t => t!["number"]!.ToString() == "1.2")!.DeepClone().AsObject().With("title", "Đường hoa khuyến học");
        var id = task["id"]!.ToString();
        task.Remove("id");
        Assert.Empty(await admin.Rows("/odata/Tasks?$search=\"duong hoa\""));
        Assert.Equal(200, (await admin.Ask("PUT", $"{Drafts.At(plan)}/tasks/{id}", task)).Status);
        Assert.Equal([id], (await admin.Rows("/odata/Tasks?$search=\"duong hoa\" AND \"khuyến học\"&$select=Id")).Select(r => r.Text("Id")));
        Assert.Empty(await admin.Rows("/odata/Tasks?$search=\"đại sứ số\" AND NOT khuyen"));
    }
}
