using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Platform.CommandLine;
using Platform.Localities;
using Platform.Tests.Learning;

namespace Platform.Tests.Tenants;

/// <summary>How tests take archives, read them in, and change what is in them.</summary>
internal static class Archives
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The archive of a commune, by its admin.</summary>
    internal static async Task<byte[]> Export(this HttpClient client, LocalityEntry commune)
    {
        using var answer = await client.Send(HttpMethod.Get, $"/v1/tenants/{commune.Code}/archive");
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("application/zip", answer.Content.Headers.ContentType!.MediaType);
        return await answer.Content.ReadAsByteArrayAsync(Cancellation);
    }

    internal static Task<HttpResponseMessage> Import(this HttpClient client, byte[] archive) => client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/tenants/archive", UriKind.Relative))
        {
            Content = new ByteArrayContent(archive) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } },
        }, Cancellation);

    /// <summary>The key that an installation signs with.</summary>
    internal static async Task<string> ArchiveKey(this HttpClient client) => (await client.Read("/v1/tenants/archive-key")).Text("publicKey")!;

    internal static bool Signed(string key, byte[] text, byte[] signature)
    {
        using var verifying = ECDsa.Create();
        verifying.ImportFromPem(key);
        return verifying.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    internal static JsonObject Manifest(byte[] archive) => JsonNode.Parse(Bytes(archive, "manifest.json"))!.AsObject();

    /// <summary>What is in it, file by file.</summary>
    internal static string Files(byte[] archive) => Manifest(archive)["files"]!.ToJsonString();

    /// <summary>How many rows each file has.</summary>
    internal static Dictionary<string, int> Rows(byte[] archive) =>
        Manifest(archive)["files"]!.AsArray().ToDictionary(f => f!["name"]!.GetValue<string>(), f => f!["rows"]!.GetValue<int>());

    internal static byte[] Bytes(byte[] archive, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        using var file = zip.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The archive with one file changed.</summary>
    internal static byte[] Changed(byte[] archive, string name, Func<byte[], byte[]> change)
    {
        using var held = new MemoryStream();
        held.Write(archive);
        using (var zip = new ZipArchive(held, ZipArchiveMode.Update, leaveOpen: true))
        {
            var before = Bytes(archive, name);
            zip.GetEntry(name)!.Delete();
            using var file = zip.CreateEntry(name).Open();
            file.Write(change(before));
        }

        return held.ToArray();
    }

    /// <summary>The archive with one file more.</summary>
    internal static byte[] WithAnother(byte[] archive, string name)
    {
        using var held = new MemoryStream();
        held.Write(archive);
        using (var zip = new ZipArchive(held, ZipArchiveMode.Update, leaveOpen: true))
        {
            using var file = zip.CreateEntry(name).Open();
            file.WriteByte(1);
        }

        return held.ToArray();
    }

    /// <summary>Closes a commune and deletes it.</summary>
    internal static async Task<JsonObject> Delete(this World world, LocalityEntry commune)
    {
        await world.SetState(commune.Code, "Closed");
        using var admins = await world.As("operator");
        using var answer = await admins.Send(HttpMethod.Post, $"/v1/tenants/{commune.Code}/deletions", new { code = commune.Code, reason = "Sáp nhập" });
        return await answer.Body(HttpStatusCode.Created);
    }

    /// <summary>What verify says of these communes and learners.</summary>
    internal static async Task<List<string>> Amiss(string superuser, params IEnumerable<string> names)
    {
        var found = new List<string>();
        await Verification.Run(superuser, found.Add, Cancellation);
        return found.FindAll(d => names.Any(n => d.Contains(n, StringComparison.Ordinal)));
    }

    /// <summary>The learners of whom a commune has anything.</summary>
    internal static async Task<List<string>> LearnersOf(this World world, LocalityEntry commune) => (await world.Everything(
        "select id::text from learners where tenant_id = $1 union select learner_id::text from completions where tenant_id = $1", commune.Id)).ConvertAll(r => (string)r[0]!);

    /// <summary>A vendor of the commune's whole province, so that its grant does not go with the commune.</summary>
    internal static async Task<Batch> Provincial(this World world, LocalityEntry commune) =>
        await Batch.For(world, Platform.Learning.IntakeStore.Sets, (await world.Province(commune)).Code);

    /// <summary>A row for a commune.</summary>
    internal static JsonObject In(this Batch batch, LocalityEntry commune, string? learner = null, string? citizen = null, string? at = null) =>
        batch.Row(learner, citizen, at, r => r["locality"] = commune.Code);

    /// <summary>Gives a commune a village, a plan with a target, a task and an assignment, a population, a confirmation and a request.</summary>
    internal static async Task Furnish(this HttpClient client, LocalityEntry commune)
    {
        var at = $"/v1/localities/{commune.Code}";
        await Done(HttpStatusCode.Created, client.Send(HttpMethod.Post, $"{at}/villages", new { kind = "Thôn", name = "Đồng \"Xuân\"" }));
        await Done(HttpStatusCode.Created, client.Send(HttpMethod.Post, $"{at}/plans", """
            { "symbol": "KH-UBND", "title": "Bình dân học vụ số", "issuer": "UBND", "fromYear": 2026, "toYear": 2026,
              "targets": [{ "number": "1", "year": 2026, "audience": "Citizens", "title": "Người dân có kỹ năng số", "measure": "DigitalSkills",
                            "bound": "=", "value": 100, "unit": "Percent", "source": "Completions", "population": "Adults" }],
              "tasks": [{ "number": "1", "title": "Truyền thông", "assignments": [{ "agency": "to-cong-nghe-so-cong-dong", "role": "Lead" }] }] }
            """));
        await Done(HttpStatusCode.OK, client.Send(HttpMethod.Put, $"{at}/populations", new[] { new { code = "Adults", year = 2026, people = 1000, source = "Công an xã" } }));
        await Done(HttpStatusCode.OK, client.Send(HttpMethod.Post, $"{at}/confirmations", new[]
        {
            new { citizenId = Batch.NewCitizen(), audience = "CommunityTeams", source = "Declaration", confirmedAt = "2026-03-05T08:00:00+07:00" },
        }));
        var request = new { kind = "Access", person = new { citizenNumber = Batch.NewCitizen() }, channel = "Post", note = "Bí mật của người hỏi" };
        await Done(HttpStatusCode.Created, client.Send(HttpMethod.Post, $"{at}/personal-data/requests", request));
    }

    private static async Task Done(HttpStatusCode status, Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == status, text);
    }
}
