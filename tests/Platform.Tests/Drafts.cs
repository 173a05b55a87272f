using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Localities;

namespace Platform.Tests;

/// <summary>
/// Small plan documents, and communes of their own for tests that write: the plan of a made-up commune covers 2027 and 2028, after all
/// sample plans, so that the sample plan stays the oldest of its locality.
/// </summary>
internal static class Drafts
{
    /// <summary>A signed-in administrator of any locality, sample or not; of a province, its manager.</summary>
    public static async Task<HttpClient> AdminOf(this World world, string locality)
    {
        var level = (await world.Locality(locality)).Level;
        return await world.NewClient(level == LocalityLevel.Province ? Role.ProvinceManager : Role.CommuneAdmin, locality);
    }

    /// <summary>A whole document with one or two of everything.</summary>
    public static JsonObject Document(string title = "Kế hoạch thử nghiệm") => (JsonObject)JsonNode.Parse("""
        {
          "number": "7/KH-UBND", "symbol": "KH-UBND", "title": "", "issuer": "UBND xã", "signer": "Nguyễn Văn A", "signerPosition": "Chủ tịch",
          "issuedOn": "2027-01-15", "issuedText": "ngày 15 tháng 01 năm 2027", "fromYear": 2027, "toYear": 2028, "implements": null,
          "legalBases": [{ "number": "57-NQ/TW", "kind": "Nghị quyết", "issuedOn": "2024-12-22", "issuer": "Bộ Chính trị", "title": "Đột phá", "relation": "Basis" }],
          "agencies": [
            { "key": "cong-an-xa", "name": "Công an xã", "kind": "Police" },
            { "key": "doan-thanh-nien", "name": "Đoàn Thanh niên", "kind": "YouthUnion" },
            { "key": "phong-van-hoa", "name": "Phòng Văn hóa", "kind": "Department" }
          ],
          "targets": [
            { "number": "II.1", "year": 2027, "audience": "Citizens", "title": "Người dân có kỹ năng số", "measure": "DigitalSkills", "bound": "≥",
              "value": 80, "unit": "Percent", "unitText": null, "accumulation": "Cumulative", "source": "Completions", "population": "Adults" },
            { "number": "II.2", "year": 2028, "audience": null, "title": "Mô hình điểm", "measure": "Model", "bound": ">",
              "value": 1.5, "unit": "Count", "unitText": "mô hình", "accumulation": "InPeriod", "source": "Reported", "population": null }
          ],
          "tasks": [
            { "number": "1", "part": "III", "parent": null, "title": "Tuyên truyền", "schedule": null, "output": null, "sharedLead": false, "initiative": null,
              "assignments": [] },
            { "number": "1.1", "part": "III", "parent": "1", "title": "Phát thanh", "schedule": { "kind": "Deadline", "text": "Trước tháng 6/2027",
              "startsOn": null, "dueOn": "2027-05-31", "recurrence": null }, "output": "Bản tin", "sharedLead": false, "initiative": null,
              "assignments": [{ "agency": "phong-van-hoa", "role": "Lead", "source": "V.1" }, { "agency": "cong-an-xa", "role": "Coordinate", "source": null }] },
            { "number": "1.2", "part": "III", "parent": "1", "title": "Đại sứ số", "schedule": null, "output": null, "sharedLead": true, "initiative": "Đại sứ số",
              "assignments": [{ "agency": "cong-an-xa", "role": "Lead", "source": null }, { "agency": "doan-thanh-nien", "role": "Lead", "source": null }] }
          ],
          "initiatives": [{ "name": "Đại sứ số", "kind": "Model", "task": "1.2",
            "coverage": [{ "each": "Village", "atLeast": 1, "of": "Ambassador", "percent": null, "text": "Mỗi thôn một người" }] }],
          "reportingRules": [{ "title": "Báo cáo quý", "kind": "Quarter", "reporters": ["cong-an-xa"], "recipient": "phong-van-hoa", "frequency": "Quarterly",
            "dueMonth": 3, "dueDay": 10, "dueBefore": true, "dueText": "trước ngày 10", "dataFrom": "2027-01-01", "dataTo": "2027-03-14" }],
          "fundingSources": ["Ngân sách nhà nước"],
          "facts": [{ "key": "communityTeams", "value": 16, "text": "Số tổ" }]
        }
        """)!.With("title", title);

    /// <summary>The same object with one property set.</summary>
    public static JsonObject With(this JsonNode node, string property, JsonNode? value)
    {
        node[property] = value;
        return (JsonObject)node;
    }

    /// <summary>Makes a draft and returns it as stored.</summary>
    public static async Task<JsonNode> Draft(this HttpClient client, string locality, JsonObject? document = null)
    {
        var answer = await client.Ask("POST", $"/v1/localities/{locality}/plans", document ?? Document());
        Assert.Equal(201, answer.Status);
        return answer.Body!;
    }

    /// <summary>Makes a draft and issues it.</summary>
    public static async Task<JsonNode> IssuedPlan(this HttpClient client, string locality, JsonObject? document = null)
    {
        var draft = await client.Draft(locality, document);
        var answer = await client.Ask("POST", $"{At(draft)}/issuance", new JsonObject());
        Assert.Equal(200, answer.Status);
        return answer.Body!;
    }

    /// <summary>The address of a plan.</summary>
    public static string At(JsonNode plan) => $"/v1/localities/{plan["locality"]}/plans/{plan["id"]}";

    /// <summary>The sample plan of a locality, as an operator sees it: the first that the locality ever had.</summary>
    public static async Task<JsonNode> SampleDocument(this World world, string locality)
    {
        using var client = await world.As("operator");
        var plans = await client.Ask("GET", $"/v1/localities/{locality}/plans");
        var first = plans.Body!["items"]!.AsArray().Select(p => p!["id"]!.ToString()).Order(StringComparer.Ordinal).First();
        return (await client.Ask("GET", $"/v1/localities/{locality}/plans/{first}")).Body!;
    }

    /// <summary>One request and its whole answer. A body that is a text is sent as it is.</summary>
    public static async Task<Answer> Ask(
        this HttpClient client, string method, string path, object? body = null, string? ifMatch = null, string type = "application/json", string? language = "en")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = new ByteArrayContent(body as byte[] ?? Encoding.UTF8.GetBytes(body as string ?? ((JsonNode)body).ToJsonString()))
            {
                Headers = { ContentType = MediaTypeHeaderValue.Parse(type) },
            };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (language is not null)
            request.Headers.AcceptLanguage.ParseAdd(language);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var bytes = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var media = answer.Content.Headers.ContentType?.MediaType;
        return new Answer(
            (int)answer.StatusCode, media?.EndsWith("json", StringComparison.Ordinal) == true ? JsonNode.Parse(bytes) : null,
            bytes, media, answer.Headers.ETag?.Tag, answer.Headers.Location);
    }

    /// <summary>Asserts a numbered problem (RFC 9457).</summary>
    public static void Refused(this Answer answer, int status, string code)
    {
        Assert.Equal((status, code), (answer.Status, answer.Body?["code"]?.ToString()));
        Assert.Equal("application/problem+json", answer.Media);
        Assert.Equal($"/problems/{code}", answer.Body!["type"]!.ToString());
        Assert.Equal(status, answer.Body["status"]!.GetValue<int>());
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(int Status, JsonNode? Body, byte[] Bytes, string? Media, string? ETag, Uri? Location)
{
    /// <summary>The fields at fault, «/pointer PLT-number», in order of pointer.</summary>
    public IReadOnlyList<string> Faults =>
        [.. Body!["errors"]!.AsArray().Select(e => $"{e!["pointer"]} {e["code"]}").Order(StringComparer.Ordinal)];
}
