using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;

namespace Platform.Tests.PersonalData;

/// <summary>A commune's admin with the requests of its people.</summary>
internal sealed class Requests(HttpClient admin, string commune) : IDisposable
{
    internal HttpClient Admin => admin;

    internal string Path => $"/v1/localities/{commune}/personal-data/requests";

    internal static async Task<Requests> At(World world, string commune) => new(await world.NewClient(Role.CommuneAdmin, commune), commune);

    internal async Task<JsonObject> Record(string kind, JsonObject person, string? note = null, string? receivedAt = null)
    {
        using var sent = await admin.Send(HttpMethod.Post, Path, new JsonObject { ["kind"] = kind, ["person"] = person, ["channel"] = "InPerson", ["receivedAt"] = receivedAt, ["note"] = note }.ToJsonString());
        return await sent.Body(HttpStatusCode.Created);
    }

    /// <summary>Records a request and begins to work on it.</summary>
    internal async Task<string> Begin(string kind, JsonObject person)
    {
        var id = (await Record(kind, person)).Text("id")!;
        await Step(id, "handling");
        return id;
    }

    internal async Task<JsonObject> Step(string id, string step, object? body = null)
    {
        using var sent = await admin.Send(HttpMethod.Post, $"{Path}/{id}/{step}", body);
        return await sent.Body(HttpStatusCode.OK);
    }

    internal static JsonObject Citizen(string number) => new() { ["citizenNumber"] = number };

    public void Dispose() => admin.Dispose();
}
