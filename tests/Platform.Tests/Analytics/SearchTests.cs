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
