using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Http;
using Platform.PersonalData;
using Platform.Tests.Learning;

namespace Platform.Tests.PersonalData;

/// <summary>People's requests, their clock, and who sees them.</summary>
public sealed class RequestTests(World world)
{
    [Theory]
    [InlineData("2026-11-18T09:00:00+07:00", "2026-11-21T00:00:00+07:00")] // Wednesday → the end of Friday
    [InlineData("2026-11-20T16:00:00+07:00", "2026-11-25T00:00:00+07:00")] // Friday → the end of Tuesday
    [InlineData("2026-11-21T08:00:00+07:00", "2026-11-25T00:00:00+07:00")] // Saturday: Monday is the first day
    [InlineData("2026-04-28T18:30:00Z", "2026-05-06T00:00:00+07:00")] // already Wednesday in Vietnam; 30/4 and 1/5 are free
    [InlineData("2026-02-13T10:00:00+07:00", "2026-02-25T00:00:00+07:00")] // Tết
    [InlineData("2025-12-31T10:00:00+07:00", "2026-01-07T00:00:00+07:00")] // 2/1 was moved
    [InlineData("2026-01-08T10:00:00+07:00", "2026-01-11T00:00:00+07:00")] // … to Saturday 10/1, which is worked
    [InlineData("2026-08-27T10:00:00+07:00", "2026-09-04T00:00:00+07:00")] // 31/8 to 2/9
    [InlineData("2026-11-23T10:00:00+07:00", "2026-11-26T00:00:00+07:00")] // 24/11 only where it is configured
    public void Two_working_days_are_counted_without_weekends_and_holidays(string received, string due) =>
        Assert.Equal(At(due), WorkingDays.Due(At(received), new PersonalDataOptions()));

    [Fact]
    public async Task A_request_goes_from_received_to_answered_and_no_other_way()
    {
        using var requests = await Requests.At(world, (await world.FreshCommune()).Code);
        var received = DateTimeOffset.UtcNow.AddDays(-4);
        var recorded = await requests.Record("Correction", Requests.Citizen(Batch.NewCitizen()), "Gọi lại buổi chiều", received.ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(("Received", WorkingDays.Due(received, new PersonalDataOptions()), "Gọi lại buổi chiều"), (recorded.Text("state"), recorded["dueAt"]!.GetValue<DateTimeOffset>(), recorded.Text("note")));
        var id = recorded.Text("id")!;
        await requests.Admin.Send(HttpMethod.Post, $"{requests.Path}/{id}/answer", new { outcome = "Done", reason = "Xong" }).Problem(Problems.RequestInAnotherState);
        await requests.Admin.Send(HttpMethod.Get, $"{requests.Path}/{id}/export").Problem(Problems.RequestOfAnotherKind);
        Assert.Equal("InProgress", (await requests.Step(id, "handling")).Text("state"));
        await requests.Admin.Send(HttpMethod.Post, $"{requests.Path}/{id}/handling").Problem(Problems.RequestInAnotherState);
        await requests.Admin.Send(HttpMethod.Post, $"{requests.Path}/{id}/answer", new { outcome = "InProgress", reason = "?" }).Problem(Problems.Invalid);
        var answered = await requests.Step(id, "answer", new { outcome = "Done", reason = "Đơn vị đào tạo đã gửi bản sửa" });
        Assert.Equal(("Done", "Đơn vị đào tạo đã gửi bản sửa"), (answered.Text("state"), answered.Text("reason")));
        Assert.NotNull(answered.Text("answeredAt"));
        Assert.Equal("Gọi lại buổi chiều", (await requests.Admin.Read($"{requests.Path}/{id}")).Text("note"));
        await requests.Admin.Send(HttpMethod.Post, $"{requests.Path}/{id}/answer", new { outcome = "Refused", reason = "Không" }).Problem(Problems.RequestInAnotherState);
    }

    [Fact]
    public async Task Late_requests_show_in_the_list_and_the_province_counts_them_without_seeing_one()
    {
        var commune = await world.FreshCommune();
        using var requests = await Requests.At(world, commune.Code);
        var late = (await requests.Record("Objection", Requests.Citizen(Batch.NewCitizen()), receivedAt: DateTimeOffset.UtcNow.AddDays(-30).ToString("O"))).Text("id");
        var fresh = (await requests.Record("Access", Requests.Citizen(Batch.NewCitizen()))).Text("id");
        Assert.Equal([late], (await requests.Admin.Rows($"{requests.Path}?overdue=true")).Select(r => r.Text("id")));
        Assert.Equal([late, fresh], (await requests.Admin.Rows($"{requests.Path}?state=Received")).Select(r => r.Text("id")));
        var soon = Uri.EscapeDataString(DateTimeOffset.UtcNow.AddDays(-1).ToString("O"));
        Assert.Equal([late], (await requests.Admin.Rows($"{requests.Path}?dueBefore={soon}")).Select(r => r.Text("id")));

        var province = (await world.Instance.App.Services.GetRequiredService<Platform.Localities.LocalityDirectory>().Get(commune.ProvinceId, TestContext.Current.CancellationToken)).Code;
        using var viewer = await world.NewClient(Role.ProvinceViewer, province);
        var counts = (await viewer.Rows("/v1/personal-data/request-counts")).Where(c => c.Text("locality") == commune.Code).Select(c => c.ToJsonString());
        Assert.Equal(
            [$$"""{"locality":"{{commune.Code}}","kind":"Access","state":"Received","requests":1,"overdue":0}""", $$"""{"locality":"{{commune.Code}}","kind":"Objection","state":"Received","requests":1,"overdue":1}"""],
            counts);
        using var manager = await world.NewClient(Role.ProvinceManager, province);
        foreach (var client in (HttpClient[])[viewer, manager])
            foreach (var path in (string[])[requests.Path, $"{requests.Path}/{late}", $"{requests.Path}/{late}/export"])
                using (var refused = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))
                    Assert.True(refused.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden, $"{path}: {refused.StatusCode}");
        using var neighbour = await Requests.At(world, (await world.FreshCommune()).Code);
        await neighbour.Admin.Send(HttpMethod.Get, $"{neighbour.Path}/{late}").Problem(Problems.UnknownRequest);
        await neighbour.Admin.Send(HttpMethod.Get, $"{requests.Path}/{late}").Problem(Problems.UnknownLocality);
    }

    [Fact]
    public async Task Who_asks_lies_nowhere_in_clear_and_is_named_in_one_way()
    {
        var commune = await world.FreshCommune();
        using var requests = await Requests.At(world, commune.Code);
        var number = Batch.NewCitizen();
        await requests.Record("Access", Requests.Citizen(number), $"Người có số {number} sẽ đến nhận");
        foreach (var table in (string[])["person_requests", "person_request_subjects", "audit_entries"])
            Assert.DoesNotContain(await world.Everything($"select t::text from {table} t where tenant_id = $1", commune.Id), row => ((string)row[0]!).Contains(number, StringComparison.Ordinal));

        foreach (var (person, kind) in (IEnumerable<(string, ProblemKind)>)
        [
            ("{}", Problems.PersonNotNamed), ("""{"citizenNumber":"001000000001","vendor":"x","learnerId":"y"}""", Problems.PersonNotNamed), ("""{"vendor":"x"}""", Problems.PersonNotNamed),
            ("""{"citizenNumber":"12"}""", Problems.BadCitizenId), ("""{"vendor":"nobody-here","learnerId":"y"}""", Problems.UnknownVendor), ("null", Problems.Required),
        ])
        {
            var problem = await requests.Admin.Send(HttpMethod.Post, requests.Path, $$"""{"kind":"Access","channel":"Post","person":{{person}}}""").Problem(Problems.Invalid);
            Assert.Equal(kind.Code, problem["errors"]![0]!["code"]!.GetValue<string>());
        }

        using var province = await world.As("thaiNguyenManager");
        await province.Send(HttpMethod.Post, "/v1/localities/19/personal-data/requests", """{"kind":"Access","channel":"Post","person":{"citizenNumber":"001000000001"}}""").Problem(Problems.RequestsBelongToCommunes);
    }

    [Fact]
    public async Task What_was_written_down_is_unreadable_once_the_communes_key_is_gone()
    {
        var commune = await world.FreshCommune();
        using var requests = await Requests.At(world, commune.Code);
        using var neighbour = await Requests.At(world, (await world.FreshCommune()).Code);
        var own = (await requests.Record("Access", Requests.Citizen(Batch.NewCitizen()), "Nhà ở cuối xóm")).Text("id");
        var other = (await neighbour.Record("Access", Requests.Citizen(Batch.NewCitizen()), "Nhà ở đầu xóm")).Text("id");
        await world.Everything("delete from tenant_keys where tenant_id = $1", commune.Id);
        Assert.Null((await requests.Admin.Read($"{requests.Path}/{own}")).Text("note"));
        Assert.Equal("Nhà ở đầu xóm", (await neighbour.Admin.Read($"{neighbour.Path}/{other}")).Text("note"));
        var later = (await requests.Record("Access", Requests.Citizen(Batch.NewCitizen()), "Nhà ở giữa xóm")).Text("id");
        Assert.Equal("Nhà ở giữa xóm", (await requests.Admin.Read($"{requests.Path}/{later}")).Text("note"));
    }

    [Fact]
    public async Task An_access_request_gives_everything_of_the_person_in_the_commune_and_nothing_of_others()
    {
        var (batch, communes) = await Batch.Start(world, 2);
        using var first = batch;
        using var second = await batch.OtherVendor();
        var (number, mine) = (Batch.NewCitizen(), "");
        var one = batch.Row("hv-export", number);
        await batch.Store(one, batch.Row("hv-else"), batch.Row("hv-export", number, change: r => r["locality"] = communes[1]));
        await second.Store(second.Row(citizen: number));
        one["revision"] = 2;
        (one["score"], one["reason"]) = (90, "Chấm lại");
        await batch.Push(one);
        mine = one.Text("id")!;
        await first.Client.Read($"/v1/completions/{mine}");

        using var requests = await Requests.At(world, communes[0]);
        var id = (await requests.Record("Access", Requests.Citizen(number))).Text("id")!;
        await requests.Admin.Send(HttpMethod.Get, $"{requests.Path}/{id}/export").Problem(Problems.RequestInAnotherState);
        await requests.Step(id, "handling");
        await requests.Admin.Read($"{requests.Path}/{id}/export");
        var export = await requests.Admin.Read($"{requests.Path}/{id}/export");
        var completions = export["completions"]!.AsArray().Select(c => c!.AsObject()).ToList();
        Assert.Equal(3, completions.Count); // this vendor's with its former revision, and the other's
        Assert.Equal(["1", "2"], completions.Where(c => c.Text("id") == mine).Select(c => c.Text("revision")).Order(StringComparer.Ordinal));
        Assert.Equal(2, completions.Select(c => c.Text("vendor")).Distinct().Count());
        Assert.Equal(2, export["names"]!.AsArray().Count);
        Assert.DoesNotContain(number, export.ToJsonString(), StringComparison.Ordinal);
        var readings = export["readings"]!.AsArray().Select(r => r!["operation"]!.GetValue<string>()).ToList();
        Assert.Contains("GetCompletion", readings);
        Assert.Contains("ExportPerson", readings);

        using var elsewhere = await Requests.At(world, (await world.FreshCommune()).Code);
        var foreign = await elsewhere.Admin.Read($"{elsewhere.Path}/{await elsewhere.Begin("Access", Requests.Citizen(number))}/export");
        Assert.Equal((0, 0, null), (foreign["completions"]!.AsArray().Count, foreign["names"]!.AsArray().Count, foreign["learner"]));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
