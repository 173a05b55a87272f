using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Localities;

namespace Platform.Tests.Tenants;

/// <summary>Tenants of a test's own.</summary>
internal static class Tenancies
{
    /// <summary>A fresh commune that was onboarded, with the client that it was given.</summary>
    internal static async Task<(LocalityEntry Commune, HttpClient Admin)> NewTenant(this World world)
    {
        var commune = await world.FreshCommune();
        return (commune, await world.Onboard(commune));
    }

    /// <summary>Onboards a commune and signs its first client in.</summary>
    internal static async Task<HttpClient> Onboard(this World world, LocalityEntry commune)
    {
        using var admin = await world.As("operator");
        var answer = await (await admin.Send(HttpMethod.Post, "/v1/tenants", new { communes = new[] { commune.Code }, admin = "Client" })).Body(HttpStatusCode.OK);
        var client = Assert.Single(answer["items"]!.AsArray())!["client"]!.AsObject();
        return await world.SignedIn(client.Text("clientId")!, client.Text("clientSecret")!);
    }

    /// <summary>Suspends or resumes, as an operator.</summary>
    internal static async Task<JsonObject> SetState(this World world, string code, string state)
    {
        using var admin = await world.As("operator");
        return await (await admin.Send(HttpMethod.Put, $"/v1/tenants/{code}/state", new { state, reason = "Kiểm tra" })).Body(HttpStatusCode.OK);
    }

    /// <summary>The role's client at the commune's province.</summary>
    internal static async Task<HttpClient> OfProvince(this World world, Role role, LocalityEntry commune) =>
        await world.NewClient(role, (await world.Province(commune)).Code);

    internal static async Task<LocalityEntry> Province(this World world, LocalityEntry commune)
    {
        var codes = await world.Everything("select code::text from localities where id = $1", commune.ProvinceId);
        return await world.Locality((string)codes[0][0]!);
    }
}
