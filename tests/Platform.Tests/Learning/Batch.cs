using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Learning;

namespace Platform.Tests.Learning;

/// <summary>A vendor of the test's own with the rows it pushes.</summary>
internal sealed class Batch(World world, HttpClient vendor, string commune, IntakeStore store = IntakeStore.Sets) : IDisposable
{
    private static int numbers;

    /// <summary>The commune its rows are for unless they say otherwise.</summary>
    internal string Commune => commune;

    internal HttpClient Client => vendor;

    internal static async Task<Batch> Start(World world, IntakeStore store = IntakeStore.Sets) => (await Start(world, 1, store)).Batch;

    /// <summary>A vendor granted for several fresh communes.</summary>
    internal static async Task<(Batch Batch, string[] Communes)> Start(World world, int communes, IntakeStore store = IntakeStore.Sets)
    {
        var codes = new string[communes];
        for (var i = 0; i < communes; i++)
            codes[i] = (await world.FreshCommune()).Code;
        return (await For(world, store, codes), codes);
    }

    /// <summary>A vendor of these communes, on the server that stores in this way.</summary>
    internal static async Task<Batch> For(World world, IntakeStore store, params string[] communes) =>
        new(world, await world.On(store, await world.NewClient(Role.Vendor, communes)), communes[0], store);

    /// <summary>Another vendor for the same commune.</summary>
    internal Task<Batch> OtherVendor() => For(world, store, commune);

    /// <summary>A citizen number that no other test uses.</summary>
    internal static string NewCitizen() => $"001{Interlocked.Increment(ref numbers):D9}";

    /// <summary>A valid row; the caller changes what it wants.</summary>
    internal JsonObject Row(string? learner = null, string? citizen = null, string? at = null, Action<JsonObject>? change = null)
    {
        var row = new JsonObject
        {
            ["id"] = $"r-{Interlocked.Increment(ref numbers)}",
            ["learner"] = new JsonObject { ["id"] = learner ?? (citizen is null ? $"l-{Interlocked.Increment(ref numbers)}" : null), ["citizenId"] = citizen },
            ["locality"] = commune,
            ["course"] = "KNS-CD-01",
            ["audience"] = "Citizens",
            ["completedAt"] = at ?? "2026-03-01T08:00:00+07:00",
            ["score"] = 85,
            ["passed"] = true,
        };
        change?.Invoke(row);
        return row;
    }

    internal Task<JsonObject> Push(params JsonNode?[] rows) => Push("", rows);

    internal async Task<JsonObject> Push(string query, params JsonNode?[] rows)
    {
        using var sent = await vendor.Send(HttpMethod.Post, $"/v1/completions{query}", new JsonArray([.. rows.Select(r => r?.DeepClone())]).ToJsonString());
        return await sent.Body(HttpStatusCode.OK);
    }

    /// <summary>Pushes rows that must all be stored.</summary>
    internal async Task Store(params JsonObject[] rows)
    {
        var answer = await Push(rows);
        Assert.True(answer["created"]!.GetValue<int>() == rows.Length, answer.ToJsonString());
    }

    /// <summary>The outcomes in order, such as "created duplicate".</summary>
    internal static string Outcomes(JsonObject answer) => string.Join(' ', answer["results"]!.AsArray().Select(r => r!["outcome"]!.GetValue<string>()));

    /// <summary>The figures of a commune without cells that are zero: month, audience, course, completions, learners, passed.</summary>
    internal async Task<List<string>> Figures(string? code = null)
    {
        using var viewer = await world.As("operator");
        return [.. (await viewer.Rows($"/odata/CompletionFacts?$filter=LocalityCode eq '{code ?? commune}'&$orderby=Month,Audience,CourseCode"))
            .Where(f => f.Number("Completions") != 0 || f.Number("Learners") != 0 || f.Number("Passed") != 0)
            .Select(f => $"{f.Text("Month")} {f.Text("Audience")} {f.Text("CourseCode")}: {f.Text("Completions")}/{f.Text("Learners")}/{f.Text("Passed")}")];
    }

    /// <summary>How many learners a commune counts.</summary>
    internal async Task<int> Learners(string? code = null)
    {
        using var viewer = await world.As("operator");
        return (int)(await viewer.Rows($"/odata/CompletionFacts?$filter=LocalityCode eq '{code ?? commune}'")).Sum(f => f.Number("Learners")!.Value);
    }

    public void Dispose() => vendor.Dispose();
}
