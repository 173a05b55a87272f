using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;
using Platform.Learning;
using Platform.Tests.Imports;
using Platform.Tests.Learning;

namespace Platform.Tests.PersonalData;

/// <summary>By which right a vendor sends what it sends: said by a row, by its batch, or once by the vendor's registration.</summary>
public sealed class LegalGroundTests(World world)
{
    [Theory]
    [InlineData(IntakeStore.Sets)]
    [InlineData(IntakeStore.Portable)]
    public async Task A_completion_rests_on_what_its_row_or_its_batch_says_and_else_on_what_its_vendor_had_declared_then(IntakeStore store)
    {
        var commune = (await world.FreshCommune()).Code;
        using var platform = await world.As("operator");
        var (id, secret) = await Vendor(platform, commune, "Contract");
        using var client = await world.SignedIn(id, secret);
        using var batch = new Batch(world, await world.On(store, await world.SignedIn(id, secret)), commune, store);
        var number = Batch.NewCitizen();
        var (plain, inBatch, ownWord) = (batch.Row(citizen: number), batch.Row(citizen: number), batch.Row(citizen: number, change: r => r["legalGround"] = "LegalObligation"));
        await batch.Push(plain);
        await batch.Push("?legalGround=Consent", inBatch, ownWord);
        var streamed = batch.Row(citizen: number);
        await batch.Client.Stream(Sending.Lines(streamed), query: "?legalGround=Emergency");
        using (var sent = await batch.Client.Post("/v1/completions", "text/csv", $"Mã hoàn thành;Số CCCD;Mã xã;Khóa học;Đối tượng;Ngày hoàn thành;Căn cứ xử lý\nbang-{number[6..]};{number};{commune};KNS-CD-01;Người dân;01/03/2026;Đồng ý\n"))
        {
            var answer = await sent.Body(HttpStatusCode.OK);
            Assert.True(answer.Text("created") == "1", answer.ToJsonString());
        }

        var file = $"id,learner.citizenId,locality,course,audience,completedAt\ntep-{number[6..]},{number},{commune},KNS-CD-01,Citizens,01/03/2026\n";
        Assert.Equal("Protection", (await client.Until(await client.Import("text/csv", file, "?legalGround=Protection"), "Done")).Text("legalGround"));
        var changed = await (await platform.Send(HttpMethod.Put, $"/v1/clients/{id}/legal-ground", new { ground = "PublicTask" })).Body(HttpStatusCode.OK);
        Assert.Equal("PublicTask", changed.Text("legalGround"));
        var later = batch.Row(citizen: number);
        inBatch["revision"] = 2;
        Assert.Equal("created corrected", Batch.Outcomes(await batch.Push(later, inBatch)));

        Assert.Null((await batch.Client.Read($"/v1/completions/{plain["id"]}")).Text("legalGround"));
        Assert.Equal("LegalObligation", (await batch.Client.Read($"/v1/completions/{ownWord["id"]}")).Text("legalGround"));
        Assert.Equal([null, "Consent"], (await batch.Client.Rows($"/v1/completions/{inBatch["id"]}/history")).Select(c => c.Text("legalGround")));
        using var requests = await Requests.At(world, commune);
        var export = await requests.Admin.Read($"{requests.Path}/{await requests.Begin("Access", Requests.Citizen(number))}/export");
        Assert.Equal(
            new[]
            {
                $"{plain["id"]} 1 Contract", $"{inBatch["id"]} 1 Consent", $"{inBatch["id"]} 2 PublicTask", $"{ownWord["id"]} 1 LegalObligation", $"{streamed["id"]} 1 Emergency",
                $"bang-{number[6..]} 1 Consent", $"tep-{number[6..]} 1 Protection", $"{later["id"]} 1 PublicTask",
            }.Order(StringComparer.Ordinal),
            export["completions"]!.AsArray().Select(c => $"{c!["id"]} {c["revision"]} {c["legalGround"]}").Order(StringComparer.Ordinal));

        using var anyone = world.Anonymous();
        var senders = (await anyone.Rows("/v1/personal-data/register")).Single(t => t.Text("table") == "completions")["senders"]!.AsArray();
        Assert.Equal("PublicTask", senders.Single(s => (string?)s!["name"] == id)!["ground"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_ground_that_is_none_refuses_the_row_or_the_batch_with_the_field()
    {
        using var batch = await Batch.Start(world);
        var answer = await batch.Push(batch.Row(change: r => r["legalGround"] = "Vì thích"), batch.Row(change: r => r["legalGround"] = "Consent"));
        Assert.Equal("rejected created", Batch.Outcomes(answer));
        Assert.Equal((Problems.UnknownWord.Code, "/0/legalGround"), Fault(answer));
        using (var sent = await batch.Client.Post("/v1/completions", "text/csv", $"id,learner.id,locality,course,audience,completedAt,legalGround\na,b,{batch.Commune},KNS-CD-01,Citizens,01/03/2026,Vì thích\n"))
            Assert.Equal((Problems.UnknownWord.Code, "/0/legalGround"), Fault(await sent.Body(HttpStatusCode.OK)));
        foreach (var path in (string[])["/v1/completions", "/v1/imports"])
            foreach (var word in (string[])["Whim", "99"])
                Assert.Equal("legalGround", (await batch.Client.Send(HttpMethod.Post, $"{path}?legalGround={word}", "[]").Problem(Problems.BadParameter))["errors"]![0]!["pointer"]!.GetValue<string>());

        static (string, string) Fault(JsonObject answer) => (answer["results"]![0]!["problems"]![0]!["code"]!.GetValue<string>(), answer["results"]![0]!["problems"]![0]!["pointer"]!.GetValue<string>());
    }

    [Fact]
    public async Task Only_who_looks_after_a_vendor_declares_its_ground_and_what_was_declared_stays()
    {
        using var platform = await world.As("operator");
        var (id, _) = await Vendor(platform, "05953", null);
        Assert.Null((await platform.Read($"/v1/clients/{id}")).Text("legalGround"));
        foreach (var body in (string[])["{}", """{"ground":"Whim"}"""])
            await platform.Send(HttpMethod.Put, $"/v1/clients/{id}/legal-ground", body).Problem(Problems.Invalid);
        using var manager = await world.As("thaiNguyenManager");
        await manager.Send(HttpMethod.Put, $"/v1/clients/{id}/legal-ground", new { ground = "Consent" }).Problem(Problems.UnknownClient); // granted here, registered by the nation
        var machine = (await world.Register(Role.ProvinceViewer, "19")).Id;
        await platform.Send(HttpMethod.Put, $"/v1/clients/{machine}/legal-ground", new { ground = "Consent" }).Problem(Problems.OnlyVendorsHaveGrounds);
        var refused = await platform.Send(HttpMethod.Post, "/v1/clients", new { clientId = $"may-{Guid.NewGuid():N}", name = "x", legalGround = "Consent" }).Problem(Problems.Invalid);
        Assert.Equal(("/legalGround", Problems.OnlyVendorsHaveGrounds.Code), ($"{refused["errors"]![0]!["pointer"]}", $"{refused["errors"]![0]!["code"]}"));
        foreach (var ground in (string[])["Consent", "Consent", "Contract"])
            (await platform.Send(HttpMethod.Put, $"/v1/clients/{id}/legal-ground", new { ground })).Dispose();
        Assert.Equal(2L, (await world.Everything("select count(*) from vendor_grounds g join accounts a on a.id = g.account_id where a.key = $1", id))[0][0]);
        Assert.Equal(["42501", "42501"], await world.AsApplication([], async db => new[] { await db.Outcome("delete from vendor_grounds"), await db.Outcome("update vendor_grounds set ground = 'Consent'") }));
    }

    private static async Task<(string Id, string Secret)> Vendor(HttpClient platform, string commune, string? ground)
    {
        var id = $"don-vi-{Guid.NewGuid():N}";
        var made = await (await platform.Send(HttpMethod.Post, "/v1/clients", new { clientId = id, name = id, vendor = true, legalGround = ground })).Body(HttpStatusCode.Created);
        Assert.Equal(ground, made.Text("legalGround"));
        await (await platform.Send(HttpMethod.Post, "/v1/grants", new { holder = id, role = "Vendor", locality = commune })).Body(HttpStatusCode.Created);
        var secret = await (await platform.Send(HttpMethod.Post, $"/v1/clients/{id}/secrets", new { })).Body(HttpStatusCode.Created);
        return (id, secret.Text("clientSecret")!);
    }
}
