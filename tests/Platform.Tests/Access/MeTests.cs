using System.Net;
using Platform.Access;
using Platform.Http;

namespace Platform.Tests.Access;

/// <summary>What a caller is told about the own reach, and that several grants add up.</summary>
public sealed class MeTests(World world)
{
    [Fact]
    public async Task A_caller_sees_the_own_name_grants_and_scopes()
    {
        using var admin = await world.As("khaSonAdmin");
        var me = await admin.Read("/v1/me");
        Assert.Equal(("kha-son-admin", "Quản trị xã Kha Sơn"), (me.Text("key"), me.Text("name")));
        var grant = Assert.Single(me["grants"]!.AsArray())!.AsObject();
        Assert.Equal(("CommuneAdmin", "05953", "Kha Sơn", "sample"), (grant.Text("role"), grant.Text("locality"), grant.Text("localityName"), grant.Text("grantedBy")));
        Assert.Equal("""["localities.read","localities.write","people.manage"]""", me["scopes"]!.ToJsonString());
    }

    [Theory]
    [InlineData("khaSonAdmin", "IssuePlan", "05953", true)]
    [InlineData("khaSonAdmin", "IssuePlan", "09988", false)]
    [InlineData("khaSonAdmin", "IssuePlan", null, true)]
    [InlineData("khaSonAdmin", "PushCompletions", "05953", false)]
    [InlineData("thaiNguyenViewer", "ListPlans", "05953", true)]
    [InlineData("thaiNguyenViewer", "IssuePlan", "19", false)]
    [InlineData("thaiNguyenManager", "CreateGrant", "05953", true)]
    [InlineData("thaiNguyenManager", "CreateGrant", "01", false)]
    [InlineData("sampleVendor", "PushCompletions", "05953", true)]
    [InlineData("sampleVendor", "PushCompletions", "00004", false)]
    [InlineData("operator", "ListPlans", "09988", true)]
    [InlineData("operator", "ListLocalities", null, true)]
    public async Task What_is_allowed_is_explained_by_the_grants_that_allow_it(string who, string operation, string? locality, bool allowed)
    {
        using var client = await world.As(who);
        var answer = await client.Read($"/v1/access/explain?operation={operation}{(locality is null ? "" : $"&locality={locality}")}");
        Assert.Equal(allowed, answer["allowed"]!.GetValue<bool>());
        Assert.NotEmpty(answer.Text("reason")!);
        var granted = (await client.Read("/v1/me"))["grants"]!.AsArray().Select(g => g!["id"]!.GetValue<int>());
        var by = answer["grants"]!.AsArray().Select(g => g!.GetValue<int>()).ToList();
        Assert.All(by, id => Assert.Contains(id, granted));
        Assert.Equal(allowed && operation != "ListLocalities", by.Count > 0);
    }

    [Fact]
    public async Task A_token_that_lacks_the_scope_is_told_apart_from_a_grant_that_does()
    {
        var (id, secret) = world.Credentials("khaSonAdmin");
        using var narrow = await world.SignedIn(id, secret, "localities.read");
        narrow.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        var answer = await narrow.Read("/v1/access/explain?operation=IssuePlan&locality=05953");
        Assert.False(answer["allowed"]!.GetValue<bool>());
        Assert.Contains("does not carry the scope", answer.Text("reason"), StringComparison.Ordinal);
        await narrow.Send(HttpMethod.Get, "/v1/access/explain?operation=NoSuch").Problem(Problems.UnknownOperation);
        await narrow.Send(HttpMethod.Get, "/v1/access/explain").Problem(Problems.BadParameter);
        await narrow.Send(HttpMethod.Get, "/v1/access/explain?operation=IssuePlan&locality=99999").Problem(Problems.UnknownLocality);
    }

    [Fact]
    public async Task Grants_for_several_provinces_and_communes_are_all_reached()
    {
        var (id, secret) = await world.Register(Role.ProvinceViewer, "19", "31");
        using var platform = await world.As("operator");
        await platform.Send(HttpMethod.Post, "/v1/grants", new { holder = id, role = "CommuneAdmin", locality = "09988" });
        await platform.Send(HttpMethod.Post, "/v1/grants", new { holder = id, role = "CommuneAdmin", locality = "23317" });
        using var client = await world.SignedIn(id, secret);
        var plans = (await client.Rows("/odata/Plans?$select=LocalityCode,Status")).Select(p => p.Text("LocalityCode")!).Distinct().ToList();
        Assert.Superset(new HashSet<string> { "19", "05953", "11254", "09988", "23317" }, plans.ToHashSet());
        foreach (var code in (string[])["19", "05953", "11254", "09988", "23317"])
            Assert.NotEmpty(await client.Rows($"/v1/localities/{code}/plans"));
        // Hà Nội and Quảng Ngãi are seen through one commune each, their other communes not at all.
        Assert.All(await client.Rows("/odata/CompletionFacts?$select=LocalityCode,ProvinceCode"), f => Assert.True(
            f.Text("ProvinceCode") is "19" or "31" || f.Text("LocalityCode") is "09988" or "23317", f.ToJsonString()));
        await client.Send(HttpMethod.Get, "/v1/localities/01/plans").Problem(Problems.UnknownLocality);
        using var answer = await client.Send(HttpMethod.Post, "/v1/localities/05953/villages", new { kind = "Xóm", name = "x" });
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Several_communes_alone_are_read_together_and_each_is_written_alone()
    {
        var (one, other, third) = (await world.FreshCommune(), await world.FreshCommune(), await world.FreshCommune());
        using var client = await world.NewClient(Role.CommuneAdmin, one.Code, other.Code);
        foreach (var commune in (string[])[one.Code, other.Code])
            Assert.Equal(HttpStatusCode.Created, (await client.Send(HttpMethod.Post, $"/v1/localities/{commune}/agencies", new { name = "Công an xã", kind = "Police" })).StatusCode);
        Assert.Equal(
            new[] { one.Code, other.Code }.Order(StringComparer.Ordinal),
            (await client.Rows("/odata/Agencies?$select=LocalityCode")).Select(a => a.Text("LocalityCode")!).Order(StringComparer.Ordinal));
        await client.Send(HttpMethod.Get, $"/v1/localities/{third.Code}/agencies").Problem(Problems.UnknownLocality);
    }
}
