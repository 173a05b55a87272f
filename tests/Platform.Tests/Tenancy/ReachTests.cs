using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;

namespace Platform.Tests.Tenancy;

/// <summary>Whose plans and figures each caller reaches over the REST API.</summary>
public sealed class ReachTests(World world)
{
    private static readonly object Agency = new { name = "Kẻ lạ", kind = "Police" };

    [Theory]
    [InlineData("GET", "plans", false)]
    [InlineData("GET", "agencies", false)]
    [InlineData("GET", "villages", false)]
    [InlineData("GET", "populations", false)]
    [InlineData("GET", "progress", false)]
    [InlineData("POST", "agencies", true)]
    [InlineData("POST", "plans", true)]
    [InlineData("POST", "villages", true)]
    [InlineData("PUT", "populations", true)]
    public async Task A_foreign_locality_is_answered_exactly_as_one_that_does_not_exist(string method, string path, bool body)
    {
        using var client = await world.As("khaSonAdmin");
        var foreign = await client.Send(new HttpMethod(method), $"/v1/localities/09988/{path}", body ? Agency : null).Problem(Problems.UnknownLocality);
        var missing = await client.Send(new HttpMethod(method), $"/v1/localities/99999/{path}", body ? Agency : null).Problem(Problems.UnknownLocality);
        Assert.Equal(missing.ToJsonString().Replace("99999", "09988", StringComparison.Ordinal), foreign.ToJsonString());
    }

    [Fact]
    public async Task Every_route_of_a_locality_hides_a_foreign_one()
    {
        using var client = await world.As("khaSonAdmin");
        var paths = (await client.Read("/openapi/platform.v1.json"))["paths"]!.AsObject();
        var tried = 0;
        foreach (var (path, operations) in paths.Where(p => p.Key.StartsWith("/v1/localities/{code}/", StringComparison.Ordinal)))
        {
            foreach (var (method, _) in operations!.AsObject())
            {
                var address = path.Replace("{code}", "09988", StringComparison.Ordinal);
                while (address.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open)
                    address = address[..open] + Guid.NewGuid() + address[(address.IndexOf('}', StringComparison.Ordinal) + 1)..];
                await client.Send(new HttpMethod(method.ToUpperInvariant()), address, method is "post" or "put" ? "{}" : null).Problem(Problems.UnknownLocality);
                tried++;
            }
        }

        Assert.True(tried >= 20);
    }

    [Fact]
    public async Task A_foreign_plan_is_not_found_under_the_own_locality()
    {
        using var other = await world.As("hoaLacAdmin");
        using var client = await world.As("khaSonAdmin");
        foreach (var foreign in (Guid[])[await world.SamplePlan(other, "09988"), Guid.NewGuid()])
        {
            var plan = $"/v1/localities/05953/plans/{foreign}";
            await client.Send(HttpMethod.Get, plan).Problem(Problems.UnknownPlan);
            await client.Send(HttpMethod.Get, $"{plan}/assignment-matrix").Problem(Problems.UnknownPlan);
            await client.Send(HttpMethod.Delete, plan).Problem(Problems.UnknownPlan);
            await client.Send(HttpMethod.Post, $"{plan}/closure").Problem(Problems.UnknownPlan);
            await client.Send(HttpMethod.Post, $"{plan}/amendments").Problem(Problems.UnknownPlan);
        }
    }

    [Fact]
    public async Task A_foreign_agency_and_target_are_not_found_under_the_own_locality()
    {
        using var other = await world.As("hoaLacAdmin");
        using var client = await world.As("khaSonAdmin");
        var agency = (await other.Rows("/v1/localities/09988/agencies"))[0].Text("id");
        await client.Send(HttpMethod.Put, $"/v1/localities/05953/agencies/{agency}", Agency).Problem(Problems.UnknownAgency);
        await client.Send(HttpMethod.Delete, $"/v1/localities/05953/agencies/{agency}").Problem(Problems.UnknownAgency);
        var target = (await other.Rows("/v1/localities/09988/progress")).First(p => p.Text("source") == "Reported").Text("targetId");
        await client.Send(HttpMethod.Post, $"/v1/localities/05953/targets/{target}/figures", new { asOf = "2026-01-01T00:00:00Z", numerator = 1 }).Problem(Problems.UnknownTarget);
    }

    [Fact]
    public async Task A_removed_village_of_another_locality_stays()
    {
        await world.Neighbours();
        using var other = await world.As("hoaLacAdmin");
        using var client = await world.As("khaSonAdmin");
        var village = (await other.Rows("/v1/localities/09988/villages"))[0].Text("id");
        using (await client.Send(HttpMethod.Delete, $"/v1/localities/05953/villages/{village}")) { }
        Assert.Contains(await other.Rows("/v1/localities/09988/villages"), v => v.Text("id") == village);
    }

    [Fact]
    public async Task A_province_viewer_reads_its_communes_and_writes_nothing()
    {
        using var viewer = await world.As("thaiNguyenViewer");
        Assert.NotEmpty(await viewer.Rows("/v1/localities/05953/plans"));
        Assert.NotEmpty(await viewer.Rows("/v1/localities/05953/progress"));
        Assert.NotEmpty(await viewer.Rows("/v1/localities/19/plans"));
        foreach (var code in (string[])["05953", "19"])
            await viewer.Send(HttpMethod.Post, $"/v1/localities/{code}/agencies", Agency).Problem(Problems.NotAllowed);
        foreach (var code in (string[])["09988", "01", "11254", "99999"])
            await viewer.Send(HttpMethod.Get, $"/v1/localities/{code}/plans").Problem(Problems.UnknownLocality);
    }

    [Fact]
    public async Task A_province_manager_writes_its_own_plan_and_not_its_communes()
    {
        using var manager = await world.As("thaiNguyenManager");
        Assert.NotEmpty(await manager.Rows("/v1/localities/05953/plans"));
        await manager.Send(HttpMethod.Post, "/v1/localities/05953/agencies", Agency).Problem(Problems.UnknownLocality);
        await manager.Send(HttpMethod.Post, "/v1/localities/09988/agencies", Agency).Problem(Problems.UnknownLocality);
        using var created = await manager.Send(HttpMethod.Post, "/v1/localities/19/agencies", new { key = $"so-{Guid.NewGuid():N}", name = "Sở của bài thử", kind = "Department" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Fact]
    public async Task A_province_manager_sees_the_same_figures_of_the_province_as_its_viewer()
    {
        using var viewer = await world.As("thaiNguyenViewer");
        using var manager = await world.As("thaiNguyenManager");
        var (seen, managed) = (await viewer.Rows("/v1/localities/19/progress"), await manager.Rows("/v1/localities/19/progress"));
        Assert.Contains(seen, p => p.Number("numerator") > 0);
        Assert.Equal(seen.Select(p => (p.Text("targetId"), p.Text("numerator") is null)), managed.Select(p => (p.Text("targetId"), p.Text("numerator") is null)));
    }

    [Fact]
    public async Task The_operator_reads_every_locality_and_writes_none()
    {
        using var client = await world.As("operator");
        foreach (var code in (string[])["19", "05953", "09988", "11254", "23317"])
        {
            Assert.NotEmpty(await client.Rows($"/v1/localities/{code}/plans"));
            Assert.NotEmpty(await client.Rows($"/v1/localities/{code}/progress"));
            await client.Send(HttpMethod.Post, $"/v1/localities/{code}/agencies", Agency).Problem(Problems.NotAllowed);
        }
    }

    [Fact]
    public async Task A_vendor_reads_no_plan_and_no_figure()
    {
        using var vendor = await world.As("sampleVendor");
        await vendor.Send(HttpMethod.Get, "/v1/localities/05953/plans").Problem(Problems.NotAllowed);
        await vendor.Send(HttpMethod.Get, "/v1/localities/05953/progress").Problem(Problems.NotAllowed);
        await vendor.Send(HttpMethod.Get, "/odata/CompletionFacts").Problem(Problems.NotAllowed);
        await vendor.Send(HttpMethod.Get, "/odata/Communes").Problem(Problems.NotAllowed);
    }

    [Fact]
    public async Task A_vendor_cannot_complete_for_another_province()
    {
        using var vendor = await world.As("sampleVendor");
        var row = new JsonObject
        {
            ["id"] = "foreign-1",
            ["learner"] = new JsonObject { ["id"] = "x" },
            ["locality"] = "00004",
            ["course"] = "KNS-CD-01",
            ["audience"] = "Citizens",
            ["completedAt"] = "2026-03-01T08:00:00+07:00",
        };
        using var sent = await vendor.Send(HttpMethod.Post, "/v1/completions", new JsonArray(row).ToJsonString());
        Assert.Equal("PLT-5004", (await sent.Body(HttpStatusCode.OK))["results"]![0]!["problems"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Only_vendors_push_completions()
    {
        foreach (var name in (string[])["khaSonAdmin", "thaiNguyenManager", "operator"])
        {
            using var client = await world.As(name);
            await client.Send(HttpMethod.Post, "/v1/completions", "[]").Problem(Problems.NotAllowed);
        }
    }

    [Fact]
    public async Task A_draft_of_the_province_is_hidden_from_its_communes_until_it_is_issued()
    {
        using var manager = await world.NewClient(Role.ProvinceManager, "04");
        using var commune = await world.NewClient(Role.CommuneAdmin, await Commune("04"));
        var title = $"Kế hoạch {Guid.NewGuid():N}";
        using var made = await manager.Send(HttpMethod.Post, "/v1/localities/04/plans", new
        {
            title,
            fromYear = 2026,
            toYear = 2026,
            targets = new[] { new { number = "1", year = 2026, audience = "Citizens", title = "Kỹ năng số", measure = "DigitalSkills", bound = "≥", value = 80, unit = "Percent", source = "Completions", population = "Adults" } },
            tasks = new[] { new { number = "1", title = "Truyền thông" } },
        });
        var plan = (await made.Body(HttpStatusCode.Created)).Text("id");
        Assert.Empty(await commune.Rows($"/odata/Plans?$filter=Title eq '{title}'"));
        using (var issued = await manager.Send(HttpMethod.Post, $"/v1/localities/04/plans/{plan}/issuance", new { number = "1/KH" }))
            await issued.Body(HttpStatusCode.OK);

        var header = Assert.Single(await commune.Rows($"/odata/Plans?$filter=Title eq '{title}'&$expand=Targets,Tasks"));
        Assert.Empty(header["Targets"]!.AsArray());
        Assert.Empty(header["Tasks"]!.AsArray());
        await commune.Send(HttpMethod.Get, "/v1/localities/04/plans").Problem(Problems.UnknownLocality);
        using var stranger = await world.NewClient(Role.CommuneAdmin, await Commune("22"));
        Assert.Empty(await stranger.Rows($"/odata/Plans?$filter=Title eq '{title}'"));
    }

    private async Task<string> Commune(string province)
    {
        using var client = world.Anonymous();
        return (await client.Rows($"/v1/localities?province={province}&level=Commune&limit=1"))[0].Text("code")!;
    }
}
