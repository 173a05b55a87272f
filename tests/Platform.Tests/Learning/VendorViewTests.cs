using System.Net;
using Platform.Http;
using Platform.Tests.Imports;

namespace Platform.Tests.Learning;

/// <summary>What a vendor sees of what it sent.</summary>
public sealed class VendorViewTests(World world)
{
    [Fact]
    public async Task A_vendor_reads_its_own_completion_and_no_other()
    {
        using var batch = await Batch.Start(world);
        using var other = await batch.OtherVendor();
        var row = batch.Row(change: r => r["id"] = "bài số 1/2");
        await batch.Store(row);
        var found = (await batch.Client.Rows($"/v1/completions?id={Uri.EscapeDataString("bài số 1/2")}")).Single();
        Assert.Equal(
            ("bài số 1/2", batch.Commune, "KNS-CD-01", "Citizens", 85m, "true"),
            (found.Text("id"), found.Text("locality"), found.Text("course"), found.Text("audience"), found.Number("score"), found.Text("passed")));
        Assert.DoesNotContain("learner", found.Select(p => p.Key));
        foreach (var id in (string[])["p%2F", "a/b", "50% + 1?&#", "x%252Fy"])
        {
            await batch.Store(batch.Row(change: r => r["id"] = id));
            Assert.Equal(id, (await batch.Client.Read($"/v1/completions/{Uri.EscapeDataString(id)}")).Text("id"));
        }

        await batch.Store(batch.Row(change: r => r["id"] = "Ab 1"));
        Assert.Equal("Ab 1", (await batch.Client.Read("/v1/completions/Ab%201")).Text("id"));
        await batch.Client.Send(HttpMethod.Get, "/v1/completions/ab%201").Problem(Problems.UnknownCompletion);
        await other.Client.Send(HttpMethod.Get, "/v1/completions/Ab%201").Problem(Problems.UnknownCompletion);
        Assert.Empty(await other.Client.Rows("/v1/completions"));
    }

    [Fact]
    public async Task The_list_is_filtered_by_each_of_its_fields()
    {
        var (batch, communes) = await Batch.Start(world, 2);
        using var client = batch.Client;
        var (one, two, three) = (
            batch.Row(at: "2026-01-31T23:30:00+07:00", change: r => (r["id"], r["passed"]) = ("f-1", false)),
            batch.Row(at: "2026-02-01T00:00:00+07:00", change: r => (r["id"], r["course"], r["audience"]) = ("f-2", "KNS-CD-02", "Students")),
            batch.Row(at: "2026-02-28T23:59:59+07:00", change: r => (r["id"], r["locality"]) = ("f-3", communes[1])));
        await batch.Store(one, two, three);
        using (var voided = await client.Send(HttpMethod.Post, "/v1/completions/f-2/voiding", """{"reason":"nhầm"}"""))
            await voided.Body(HttpStatusCode.OK);
        var today = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(7));
        foreach (var (query, ids) in new[]
        {
            ("", "f-1 f-2 f-3"), ($"locality={communes[1]}", "f-3"), ("course=KNS-CD-02", "f-2"), ("audience=Students", "f-2"), ("passed=false", "f-1"), ("voided=true", "f-2"), ("voided=false", "f-1 f-3"),
            ("completedFrom=2026-02-01", "f-2 f-3"), ("completedTo=2026-01-31", "f-1"), ("completedFrom=2026-02-01&completedTo=2026-02-28&passed=true", "f-2 f-3"),
            ($"receivedFrom={today.AddDays(-1):yyyy-MM-dd}", "f-1 f-2 f-3"), ($"receivedFrom={today.AddDays(2):yyyy-MM-dd}", ""), ($"receivedTo={today.AddDays(-2):yyyy-MM-dd}", ""),
        })
            Assert.Equal(ids, string.Join(' ', (await client.Rows($"/v1/completions?{query}")).Select(c => c.Text("id"))));
        var province = (string)(await world.Everything("select p.code from localities c join localities p on p.id = c.province_id where c.code = $1", communes[0]))[0][0]!;
        Assert.Superset(new HashSet<string?> { "f-1", "f-2" }, (await client.Rows($"/v1/completions?locality={province}")).Select(c => c.Text("id")).ToHashSet());
        Assert.Empty(await client.Rows("/v1/completions?locality=01"));
        foreach (var query in (string[])["locality=99999", "course=KHONG-CO", "limit=0", "limit=1001", "audience=Everybody", "completedFrom=ngay", "completedFrom=02/03/2026", "receivedTo=2026-2-1", "audience=4", "limit=1e1", "completedFrom=2026-02-02&completedTo=2026-02-01"])
            await client.Send(HttpMethod.Get, $"/v1/completions?{query}").Problem(Problems.BadParameter);
    }

    [Fact]
    public async Task The_list_goes_on_page_by_page_without_losing_or_repeating()
    {
        using var batch = await Batch.Start(world);
        await batch.Store([.. Enumerable.Range(0, 25).Select(i => batch.Row(change: r => r["id"] = $"Trang {i:D2}&?"))]);
        var (seen, next) = (new List<string>(), "/v1/completions?limit=10&course=KNS-CD-01");
        for (var page = 0; next is not null; page++)
        {
            var answer = await batch.Client.Read(next);
            seen.AddRange(answer["items"]!.AsArray().Select(i => i!["id"]!.GetValue<string>()));
            next = answer.Text("next");
            Assert.True(page < 3);
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"Trang {i:D2}&?"), seen);
    }

    [Fact]
    public async Task What_was_sent_of_a_learner_is_found_by_whatever_names_the_learner_and_only_by_its_vendor()
    {
        using var batch = await Batch.Start(world);
        using var other = await batch.OtherVendor();
        var citizen = Batch.NewCitizen();
        var (first, second) = (batch.Row("hv-tìm", citizen), batch.Row(citizen: citizen));
        await batch.Store(first, second, batch.Row());
        await other.Store(other.Row(citizen: citizen));
        var list = await batch.Client.Until(await batch.Client.Import("text/csv", "Email;SĐT\nLan.Tim@x.vn;\n;0912 345 678\n", $"?mapping=danh-sach-lop&course=KNS-CD-02&locality={batch.Commune}&audience=Citizens&completedAt=01/03/2026"), "Done");
        Assert.Equal(2m, list.Number("created"));

        string[] both = [first.Text("id")!, second.Text("id")!];
        Assert.Equal(both.Order(StringComparer.Ordinal), await Found(batch.Client, $$"""{"id":"hv-tìm"}"""));
        Assert.Equal(both.Order(StringComparer.Ordinal), await Found(batch.Client, $$"""{"citizenId":"{{citizen}}"}"""));
        Assert.Single(await Found(other.Client, $$"""{"citizenId":"{{citizen}}"}"""));
        Assert.Empty(await Found(other.Client, """{"id":"hv-tìm"}"""));
        var listed = Assert.Single(await Found(batch.Client, """{"contact":" lan.tim@X.vn "}"""));
        Assert.NotEqual(listed, Assert.Single(await Found(batch.Client, """{"contact":"+84912345678"}""")));
        using (var voided = await batch.Client.Send(HttpMethod.Post, $"/v1/completions/{listed}/voiding", """{"reason":"Nhập nhầm lớp"}"""))
            Assert.Equal(HttpStatusCode.OK, voided.StatusCode);
        var page = await (await batch.Client.Send(HttpMethod.Post, "/v1/completions/search?limit=1", $$"""{"citizenId":"{{citizen}}"}""")).Body(HttpStatusCode.OK);
        Assert.Equal(both.Order(StringComparer.Ordinal).Last(), Assert.Single(await Found(batch.Client, $$"""{"citizenId":"{{citizen}}"}""", page.Text("next")!)));
        foreach (var wrong in (string[])["{}", $$"""{"id":"a","citizenId":"{{citizen}}"}""", """{"citizenId":"12"}""", """{"contact":"lan"}""", """{"id":"\uFFFE"}""", """{"name":"Lan"}"""])
        {
            using var refused = await batch.Client.Send(HttpMethod.Post, "/v1/completions/search", wrong);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        }

        static async Task<List<string>> Found(HttpClient client, string learner, string address = "/v1/completions/search")
        {
            using var found = await client.Send(HttpMethod.Post, address, learner);
            return [.. (await found.Body(HttpStatusCode.OK))["items"]!.AsArray().Select(c => c!["id"]!.ToString())];
        }
    }

    [Fact]
    public async Task Usage_and_errors_are_counted_by_day_outcome_and_reason()
    {
        using var batch = await Batch.Start(world);
        using var other = await batch.OtherVendor();
        var known = batch.Row();
        await batch.Push(known, known, batch.Row(change: r => (r["score"], r["course"]) = (101, "KHONG-CO")), batch.Row(change: r => r["course"] = "KHONG-CO"), null);
        await batch.Client.Stream(Sending.Lines(batch.Row(), batch.Row(change: r => r["course"] = "KHONG-CO")));
        using (var rehearsal = await batch.Client.Send(HttpMethod.Post, "/v1/completions?dryRun=true", "[7,7,7]"))
            Assert.Equal(HttpStatusCode.OK, rehearsal.StatusCode);
        var usage = await batch.Client.Rows("/v1/usage");
        Assert.Equal(
            (7m, 2m, 1m, 0m, 4m),
            (usage.Sum(u => u.Number("rows")), usage.Sum(u => u.Number("created")), usage.Sum(u => u.Number("duplicates")), usage.Sum(u => u.Number("conflicts")), usage.Sum(u => u.Number("rejected"))));
        batch.Client.DefaultRequestHeaders.Add("Accept-Language", "en");
        var errors = (await batch.Client.Rows("/v1/error-statistics")).GroupBy(e => (e.Text("outcome"), e.Text("code"), e.Text("title")));
        Assert.Equal(
            [("rejected", "PLT-1204", Problems.OutOfRange.En, 1m), ("rejected", "PLT-5005", Problems.UnknownCourse.En, 3m), ("rejected", "PLT-5010", Problems.NotACompletion.En, 1m)],
            errors.Select(g => (g.Key.Item1!, g.Key.Item2!, g.Key.Item3!, g.Sum(e => e.Number("rows")!.Value))).Order());
        Assert.Empty(await other.Client.Rows("/v1/usage"));
        Assert.Empty(await batch.Client.Rows("/v1/usage?from=2026-01-01&to=2026-01-31"));
        await batch.Client.Send(HttpMethod.Get, "/v1/usage?from=2026-02-01&to=2026-01-01").Problem(Problems.BadParameter);
        await batch.Client.Send(HttpMethod.Get, "/v1/error-statistics?from=2020-01-01&to=2026-01-01").Problem(Problems.BadParameter);
    }

    [Fact]
    public async Task What_cannot_be_counted_for_one_vendor_yet_is_kept_and_holds_up_no_other()
    {
        using var batch = await Batch.Start(world);
        using var other = await batch.OtherVendor();
        var row = batch.Row();
        await batch.Store(row);
        Assert.Equal(1m, (await batch.Client.Rows("/v1/usage")).Sum(u => u.Number("created")));
        var vendor = (await world.Everything("select vendor_id from completions where external_id = $1", row.Text("id")!))[0][0];
        await using (await BrokenTable.Where(world, "intake_counts", $"new.vendor_id = {vendor}"))
        {
            await batch.Store(batch.Row(), batch.Row());
            await other.Store(other.Row());
            Assert.Equal(1m, (await other.Client.Rows("/v1/usage")).Sum(u => u.Number("created")));
            Assert.Equal(1m, (await batch.Client.Rows("/v1/usage")).Sum(u => u.Number("created")));
        }

        Assert.Equal(3m, (await batch.Client.Rows("/v1/usage")).Sum(u => u.Number("created")));
        Assert.Equal(1m, (await other.Client.Rows("/v1/usage")).Sum(u => u.Number("created")));
    }

    [Fact]
    public async Task Row_level_security_alone_hides_what_is_another_vendors()
    {
        using var batch = await Batch.Start(world);
        await batch.Push(batch.Row(), 7);
        await batch.Client.Rows("/v1/usage");
        foreach (var table in (string[])["intake_counts", "rejected_rows", "imports", "import_mappings"])
        {
            var sum = await world.AsApplication(new() { ["vendor"] = 32_000 }, db => db.Query($"select count(*) from {table}"));
            Assert.Equal(0L, sum[0][0]);
            Assert.Equal(0L, (await world.AsApplication([], db => db.Query($"select count(*) from {table}")))[0][0]);
        }

        Assert.True((long)(await world.Everything("select count(*) from rejected_rows"))[0][0]! > 0);
    }
}
