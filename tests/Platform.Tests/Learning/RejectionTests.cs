using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;

namespace Platform.Tests.Learning;

/// <summary>Every numbered reason for which a row, or a whole batch, is refused.</summary>
public sealed class RejectionTests(World world)
{
    [Theory]
    [InlineData("PLT-5003", "locality", "\"99999\"")]
    [InlineData("PLT-5003", "locality", "\"05953 \"")]
    [InlineData("PLT-5003", "locality", "\"\"")]
    [InlineData("PLT-5004", "locality", "\"00004\"")]
    [InlineData("PLT-5012", "locality", "\"19\"")]
    [InlineData("PLT-1201", "locality", "null")]
    [InlineData("PLT-5005", "course", "\"KHONG-CO\"")]
    [InlineData("PLT-5005", "course", "\"kns-cd-01\"")]
    [InlineData("PLT-1201", "course", "null")]
    [InlineData("PLT-1205", "audience", "\"Everybody\"")]
    [InlineData("PLT-1205", "audience", "4")]
    [InlineData("PLT-1201", "audience", "null")]
    [InlineData("PLT-5006", "completedAt", "\"2099-01-01T00:00:00+07:00\"")]
    [InlineData("PLT-5011", "completedAt", "\"2023-12-31T23:59:59+07:00\"")]
    [InlineData("PLT-1202", "completedAt", "\"hôm qua\"")]
    [InlineData("PLT-1202", "completedAt", "\"2026-02-30T00:00:00+07:00\"")]
    [InlineData("PLT-1202", "completedAt", "\"2026-03-01T08:00:00\"")] // without an offset nobody knows which moment is meant
    [InlineData("PLT-1202", "completedAt", "\"2026-03-01\"")]
    [InlineData("PLT-1202", "completedAt", "1772326800")]
    [InlineData("PLT-1201", "completedAt", "null")]
    [InlineData("PLT-5007", "learner", "null")]
    [InlineData("PLT-5007", "learner", "{}")]
    [InlineData("PLT-5007", "learner", """{"id":" ","citizenId":""}""")]
    [InlineData("PLT-1202", "learner", "\"hv-1\"")]
    [InlineData("PLT-5008", "learner/citizenId", """{"citizenId":"12345678901"}""")]
    [InlineData("PLT-5008", "learner/citizenId", """{"citizenId":"1234567890123"}""")]
    [InlineData("PLT-5008", "learner/citizenId", """{"citizenId":"01909900012x"}""")]
    [InlineData("PLT-5008", "learner/citizenId", """{"citizenId":"٠١٩٠٩٩٠٠٠١٢٣"}""")] // digits, but not ours
    [InlineData("PLT-1202", "learner/citizenId", """{"citizenId":19099000123}""")]
    [InlineData("PLT-1207", "learner/id", """{"id":"a\u0000b"}""")]
    [InlineData("PLT-1204", "score", "-0.01")]
    [InlineData("PLT-1204", "score", "100.01")]
    [InlineData("PLT-1204", "score", "85.125")]
    [InlineData("PLT-1202", "score", "\"85\"")]
    [InlineData("PLT-1202", "score", "1e400")]
    [InlineData("PLT-1202", "passed", "\"yes\"")]
    [InlineData("PLT-1201", "id", "null")]
    [InlineData("PLT-1201", "id", "\" \"")]
    [InlineData("PLT-1202", "id", "17")]
    [InlineData("PLT-1207", "id", "\"a\\u0000b\"")]
    public async Task A_bad_field_is_rejected_with_its_number_and_pointer(string code, string pointer, string value)
    {
        using var batch = await Batch.Start(world);
        var answer = await batch.Push(batch.Row(change: r =>
        {
            r["course"] = "KNS-CD-02"; // for several audiences
            r[pointer.Split('/')[0]] = JsonNode.Parse(value);
        }));
        Assert.Equal("rejected", Batch.Outcomes(answer));
        var problem = answer["results"]![0]!["problems"]![0]!;
        Assert.Equal((code, $"/0/{pointer}"), (problem["code"]!.GetValue<string>(), problem["pointer"]!.GetValue<string>()));
        Assert.Empty(await batch.Figures());
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_row_is_told_at_once_with_what_may_stand_there()
    {
        using var batch = await Batch.Start(world);
        batch.Client.DefaultRequestHeaders.Add("Accept-Language", "en");
        var row = batch.Row(change: r =>
        {
            (r["learner"]!["citizenId"], r["locality"], r["course"], r["audience"]) = ("12", "5953", null, "Everybody");
            (r["completedAt"], r["score"], r["passed"], r["revision"], r["more"]) = ("01/03/2026", 101, "yes", 0, 1);
        });
        var problems = (await batch.Push(row))["results"]![0]!["problems"]!.AsArray();
        Assert.Equal(
            [
                "/0/audience PLT-1205", "/0/completedAt PLT-1202", "/0/course PLT-1201", "/0/learner/citizenId PLT-5008", "/0/locality PLT-5003", "/0/more PLT-1208",
                "/0/passed PLT-1202", "/0/revision PLT-1204", "/0/score PLT-1204",
            ],
            problems.Select(p => $"{p!["pointer"]} {p["code"]}").Order(StringComparer.Ordinal));
        var details = problems.ToDictionary(p => $"{p!["pointer"]}", p => $"{p!["detail"]}");
        Assert.Contains("PublicSector, Students", details["/0/audience"], StringComparison.Ordinal);
        Assert.Contains("2026-03-01T08:00:00+07:00", details["/0/completedAt"], StringComparison.Ordinal);
        Assert.Contains("completedAt, score", details["/0/more"], StringComparison.Ordinal);
        Assert.Contains("five digits", details["/0/locality"], StringComparison.Ordinal);
        Assert.Equal(("true or false.", "From 0 to 100, with at most two decimals."), (details["/0/passed"], details["/0/score"]));
        Assert.Contains("32767", details["/0/revision"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"a","id":"b"}""", "/0/id")]
    [InlineData("""{"score":1,"Score":2}""", "/0/Score")]
    [InlineData("""{"learner":{"id":"a","id":"b"}}""", "/0/learner/id")]
    public async Task A_member_that_is_there_twice_is_told(string row, string pointer)
    {
        using var batch = await Batch.Start(world);
        using var sent = await batch.Client.Send(HttpMethod.Post, "/v1/completions", $"[{row}]");
        var problems = (await sent.Body(HttpStatusCode.OK))["results"]![0]!["problems"]!.AsArray();
        Assert.Contains((pointer, Problems.Repeated.Code), problems.Select(p => (p!["pointer"]!.ToString(), p["code"]!.ToString())));
    }

    [Fact]
    public async Task An_id_holds_a_hundred_characters_and_no_more()
    {
        using var batch = await Batch.Start(world);
        var answer = await batch.Push(batch.Row(change: r => r["id"] = new string('x', 100)), batch.Row(change: r => r["id"] = new string('x', 101)));
        Assert.Equal("created rejected", Batch.Outcomes(answer));
        Assert.Equal(Problems.TooLong.Code, answer["results"]![1]!["problems"]![0]!["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("\"05953\"")]
    [InlineData("[]")]
    public async Task A_row_that_is_no_object_is_no_completion(string row)
    {
        using var batch = await Batch.Start(world);
        var result = (await batch.Push(JsonNode.Parse(row)))["results"]![0]!;
        Assert.Equal(Problems.NotACompletion.Code, result["problems"]![0]!["code"]!.GetValue<string>());
        Assert.Null(result["id"]);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_rejected_and_the_next_row_is_stored()
    {
        using var batch = await Batch.Start(world);
        foreach (var escaped in (string[])["{\"id\":\"\\ud800\"}", "{\"id\":\"ok\",\"learner\":{\"id\":\"\\udc00\"}}", "{\"\\ud800\":1}"])
        {
            using var sent = await batch.Client.Send(HttpMethod.Post, "/v1/completions", $"[{escaped},{batch.Row().ToJsonString()}]");
            Assert.Equal("rejected created", Batch.Outcomes(await sent.Body(HttpStatusCode.OK)));
        }
    }

    [Fact]
    public async Task A_completion_is_refused_once_the_vendors_grant_has_ended()
    {
        var commune = await world.FreshCommune();
        var (id, secret) = await world.Register(Role.Vendor, commune.Code, "05953");
        await world.Everything("update grants set valid_to = now() from accounts a where a.id = grants.account_id and a.key = $1 and tenant_id = $2", id, commune.Id);
        using var batch = new Batch(world, await world.SignedIn(id, secret), commune.Code);
        var answer = await batch.Push(batch.Row());
        Assert.Equal(Problems.CompletionLocalityNotGranted.Code, answer["results"]![0]!["problems"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Ten_thousand_rows_are_a_batch_and_one_more_is_too_many()
    {
        using var batch = await Batch.Start(world);
        var rows = string.Join(',', Enumerable.Repeat("{}", 10_000));
        using (var most = await batch.Client.Send(HttpMethod.Post, "/v1/completions", $"[{rows}]"))
            Assert.Equal(10_000, (await most.Body(HttpStatusCode.OK))["rejected"]!.GetValue<int>());
        await batch.Client.Send(HttpMethod.Post, "/v1/completions", $"[{rows},{{}}]").Problem(Problems.BatchTooLong);
    }

    [Fact]
    public async Task A_body_of_twenty_megabytes_is_too_large()
    {
        using var batch = await Batch.Start(world);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions");
        request.Content = new StringContent($"[\"{new string('x', 20 * 1024 * 1024)}\"]", Encoding.UTF8, "application/json");
        request.Headers.ExpectContinue = true;
        using var patient = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }); // sends nothing before it is told to
        (patient.BaseAddress, patient.DefaultRequestHeaders.Authorization) = (batch.Client.BaseAddress, batch.Client.DefaultRequestHeaders.Authorization);
        await patient.SendAsync(request, TestContext.Current.CancellationToken).Problem(Problems.TooLarge);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"[]\"")]
    public async Task A_body_that_is_no_array_is_refused(string body)
    {
        using var batch = await Batch.Start(world);
        await batch.Client.Send(HttpMethod.Post, "/v1/completions", body).Problem(Problems.NotAnArray);
    }

    [Theory]
    [InlineData("[{\"id\":\"a\",}]", "Line 1, byte 12.")]
    [InlineData("[{},\n{\"id\" \"a\"}]", "Line 2, byte 7.")]
    [InlineData("[{}", "Line 1, byte 4.")]
    [InlineData("", "Line 1, byte 1.")]
    [InlineData("[01]", "Line 1, byte 3.")]
    public async Task Malformed_json_is_refused_with_its_position(string body, string where)
    {
        using var batch = await Batch.Start(world);
        batch.Client.DefaultRequestHeaders.Add("Accept-Language", "en");
        var problem = await batch.Client.Send(HttpMethod.Post, "/v1/completions", body).Problem(Problems.MalformedBody);
        Assert.Equal(where, problem.Text("detail"));
    }

    [Fact]
    public async Task Json_nested_too_deep_is_malformed()
    {
        using var batch = await Batch.Start(world);
        await batch.Client.Send(HttpMethod.Post, "/v1/completions", new string('[', 5000) + new string(']', 5000)).Problem(Problems.MalformedBody);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    public async Task Another_content_type_than_json_is_refused(string type)
    {
        using var batch = await Batch.Start(world);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StringContent("[]", Encoding.UTF8, type) };
        var problem = await batch.Client.SendAsync(request, TestContext.Current.CancellationToken).Problem(Problems.UnsupportedMediaType);
        Assert.Contains("application/x-ndjson", problem.Text("detail"), StringComparison.Ordinal);
    }
}
