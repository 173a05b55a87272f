using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Access;
using Platform.Tests.Access;
using Platform.Tests.Isolation;

namespace Platform.Tests.Http;

/// <summary>
/// Every operation of the contract, made from it, with what nobody should send, in the same order in every run: no answer is a fault of the
/// server, none has a status that the contract does not say, and every failure is a numbered problem.
/// </summary>
public sealed partial class BadInputTests(World world)
{
    private const int Seed = 20260101, PerBody = 30;

    // These are counted by the address they come from, together with everybody else's sign-ins.
    private static readonly string[] Doors = ["/v1/sign-in", "/v1/invitations/acceptance", "/v1/password"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_input_is_a_fault_of_the_server_or_answered_as_the_contract_does_not_say()
    {
        using var client = world.Anonymous();
        var contract = (await client.Read("/openapi/platform.v1.json"))["paths"]!.AsObject();
        var callers = await Callers.Of(world);
        var failures = new ConcurrentQueue<string>();
        var sent = 0;
        // What removes comes last, so that the others find something.
        foreach (var operations in (await Operation.All(world)).GroupBy(o => o.Method == "DELETE").OrderBy(g => g.Key))
        {
            await Parallel.ForEachAsync(operations, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation }, async (operation, _) =>
            {
                var declared = contract[operation.Path]![operation.Method.ToLowerInvariant()]!.AsObject();
                using var caller = await callers.For(operation);
                foreach (var attempt in Attempts(operation, declared, callers))
                {
                    Interlocked.Increment(ref sent);
                    if (await Failure(caller.Client, operation, declared, attempt) is { } failure)
                        failures.Enqueue(failure);
                }
            });
        }

        Assert.True(sent > 4000, $"{sent} requests");
        var kinds = failures.GroupBy(f => string.Join(' ', f.Split(' ').Take(4))).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} × {g.First()}");
        Assert.True(failures.IsEmpty, $"{failures.Count} of {sent} requests:\n{string.Join('\n', kinds)}");
    }

    [Theory]
    [InlineData("GET /v1/localities?search=Hòa HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /v1/localities/Hòa HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /v1/localities\0 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /v1/localities HTTP/1.1\r\nHost: x\r\nX-A: \0\r\n\r\n")]
    [InlineData("GET /v1/localities HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/localities HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("POST /v1/sign-out HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /v1/sign-out HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("\u0016\u0003\u0001")]
    public async Task What_is_no_HTTP_is_refused_and_the_server_goes_on(string request)
    {
        var address = new Uri(world.Instance.Address);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, Cancellation);
        await using var stream = connection.GetStream();
        var answer = new StringBuilder();
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request), Cancellation);
            connection.Client.Shutdown(SocketShutdown.Send);
            var part = new byte[4096];
            for (int count; (count = await stream.ReadAsync(part, Cancellation)) > 0;)
                answer.Append(Encoding.UTF8.GetString(part, 0, count));
        }
        catch (Exception hungUp) when (hungUp is IOException or SocketException)
        {
            // The server may hang up; what it said before counts.
        }

        Assert.Matches("^(HTTP/1.1 (4[0-9][0-9]|505) |$)", answer.ToString());
        using var client = world.Anonymous();
        Assert.NotEmpty(await client.Rows("/v1/localities?limit=1"));
    }

    [Theory]
    [InlineData("/v1/localities?limit=x", "limit", "PLT-1202")]
    [InlineData("/v1/localities?level=Village", "level", "PLT-1202")]
    [InlineData("/v1/access/explain", "operation", "PLT-1201")]
    public async Task A_parameter_that_is_not_valid_is_named(string path, string parameter, string code)
    {
        using var client = await world.As("khaSonAdmin");
        var answer = await client.Ask("GET", path);
        answer.Refused(400, "PLT-1008");
        Assert.Equal([$"{parameter} {code}"], answer.Faults);
    }

    [Fact]
    public async Task A_member_that_an_operation_does_not_know_is_never_passed_over()
    {
        var callers = await Callers.Of(world);
        var passed = new List<string>();
        using var operators = await world.As("operator");
        // An import answers its rows later; a plan that was read may be sent again with all that its view shows.
        string[] others = ["/v1/imports", .. ((string[])["", "/{id}", "/{id}/targets", "/{id}/targets/{targetId}", "/{id}/tasks", "/{id}/tasks/{taskId}"]).Select(p => $"/v1/localities/{{code}}/plans{p}")];
        foreach (var operation in (await Operation.All(world)).Where(o => o.Example is not null && !others.Contains(o.Path)))
        {
            var body = operation.Example!.DeepClone();
            (body is JsonArray rows ? rows[0]! : body)["khongCo"] = 1;
            using var caller = await callers.For(operation);
            var address = operation.At(callers.Commune, word => callers.Ids.GetValueOrDefault(word, "0190a000-0000-7000-8000-000000000000"));
            using var answer = await (Policy.OnlyOperators.Contains(operation.Name) ? operators : caller.Client).Send(new HttpMethod(operation.Method), address, body.ToJsonString());
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            if (!text.Contains(Platform.Http.Problems.UnknownMember.Code, StringComparison.Ordinal) || !text.Contains("khongCo", StringComparison.Ordinal))
                passed.Add($"{operation.Name} {(int)answer.StatusCode} {text[..Math.Min(text.Length, 200)]}");
        }

        Assert.True(passed.Count == 0, string.Join('\n', passed));
    }

    private static IEnumerable<Attempt> Attempts(Operation operation, JsonObject declared, Callers callers)
    {
        var random = new Random(Seed ^ operation.Name.Aggregate(7, (sum, c) => (sum * 31) + c));
        T Any<T>(T[] of) => of[random.Next(of.Length)];
        string Text() => random.Next(4) == 0 ? Any(BadValues.Escapes) : Uri.EscapeDataString(Any(BadValues.Texts));
        var door = Doors.Any(d => operation.Path.StartsWith(d, StringComparison.Ordinal));
        var address = operation.At(callers.Commune, word => callers.Ids.GetValueOrDefault(word, "0190a000-0000-7000-8000-000000000000"));
        var example = operation.Example ?? new JsonObject();
        byte[]? body = operation.TakesBody ? Encoding.UTF8.GetBytes(example.ToJsonString()) : null;
        var queries = declared["parameters"]?.AsArray().Where(p => p!["in"]!.ToString() == "query").Select(p => p!["name"]!.ToString()).ToList() ?? [];

        var parameters = operation.Ids.Select(i => i.Word).Concat(operation.Path.Contains("{code}", StringComparison.Ordinal) ? ["localities"] : []).ToList();
        foreach (var word in parameters)
        {
            for (var i = 0; i < (door ? 1 : 12); i++)
            {
                var value = Text();
                if (value is { Length: > 0 } && !value.Contains("%2E", StringComparison.OrdinalIgnoreCase))
                    yield return new Attempt(operation.At(word == "localities" ? value : callers.Commune, w => w == word ? value : callers.Ids.GetValueOrDefault(w, "0190a000-0000-7000-8000-000000000000")), body) { OtherPath = true };
            }
        }

        foreach (var query in queries)
        {
            for (var i = 0; i < 14; i++)
                yield return new Attempt($"{address}?{query}={Text()}", body);
            foreach (var value in BadValues.Parameters)
                yield return new Attempt($"{address}?{query}={value}", body);
            yield return new Attempt($"{address}?{query}=1&{query}=2", body);
            yield return new Attempt($"{address}?{query}", body);
        }

        for (var i = 0; i < (door ? 1 : 3); i++)
            yield return new Attempt($"{address}?{string.Join('&', queries.Select(q => $"{q}={Text()}").Append($"{Text()}={Text()}"))}", body);
        for (var i = 0; i < (door ? 2 : 8); i++)
            yield return new Attempt(address, body) { Header = Any([.. BadValues.Headers.Where(h => operation.TakesBody || !h.Name.StartsWith("Content-", StringComparison.Ordinal))]) };
        if (body is null)
            yield break;
        for (var i = 0; i < (door ? 4 : PerBody); i++)
            yield return new Attempt(address, BadValues.Changed(example, random));
        foreach (var whole in door ? [Any(BadValues.Bodies), Any(BadValues.Bodies)] : BadValues.Bodies)
            yield return new Attempt(address, whole);
        for (var i = 0; i < (door ? 2 : BadValues.Types.Length); i++)
            yield return new Attempt(address, random.Next(2) == 0 ? body : Any(BadValues.Bodies)) { Type = door ? Any(BadValues.Types) : BadValues.Types[i] };
        yield return new Attempt(address, body) { Type = null };
    }

    private static async Task<string?> Failure(HttpClient client, Operation operation, JsonObject declared, Attempt attempt)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), new Uri(attempt.Address, UriKind.Relative));
        if (attempt.Body is not null)
        {
            request.Content = new ByteArrayContent(attempt.Body);
            if (attempt.Type is not null)
                request.Content.Headers.TryAddWithoutValidation("Content-Type", operation.Path.StartsWith("/connect/", StringComparison.Ordinal) && attempt.Type == "application/json" ? "application/x-www-form-urlencoded" : attempt.Type);
        }

        if (attempt.Header is var (name, value) && name is not null && !request.Headers.TryAddWithoutValidation(name, value))
            request.Content?.Headers.TryAddWithoutValidation(name, value);
        using var answer = await client.SendAsync(request, Cancellation);
        var (status, text) = ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        var sent = $"{operation.Name} {status} · {attempt.Header} {attempt.Type} {Short(attempt.Address)} {(attempt.Body is null ? "" : Short(Encoding.UTF8.GetString(attempt.Body)))} → {Short(text)}";
        var problem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json" ? JsonNode.Parse(text)!["code"]?.ToString() : null;
        if (status >= 500)
            return sent;
        // The server below the pipeline takes no address with this in it, and says nothing but that.
        if (status == 400 && text.Length == 0 && attempt.Address.Split('?')[0].Contains("%00", StringComparison.Ordinal))
            return null;
        if (status >= 400 && problem is null && !(operation.Path.StartsWith("/connect/", StringComparison.Ordinal) && text.StartsWith("{\"error\"", StringComparison.Ordinal)))
            return $"{sent} (no problem)";
        if (problem is not null && !Number().IsMatch(problem))
            return $"{sent} (no number)";
        // Another address altogether is nothing's answer.
        return declared["responses"]!.AsObject().ContainsKey($"{status}") || (attempt.OtherPath && problem is "PLT-1005" or "PLT-1006") ? null : $"{sent} (not in the contract)";
    }

    private static string Short(string text) => Uri.EscapeDataString(text[..Math.Min(160, text.Length)]).Replace("%20", " ", StringComparison.Ordinal).Replace("%22", "\"", StringComparison.Ordinal).Replace("%2F", "/", StringComparison.Ordinal);

    [GeneratedRegex("^PLT-[0-9]{4}$", RegexOptions.None, 1000)]
    private static partial Regex Number();

    private sealed record Attempt(string Address, byte[]? Body)
    {
        internal string? Type { get; init; } = "application/json";

        internal (string? Name, string Value) Header { get; init; }

        internal bool OtherPath { get; init; }
    }

    /// <summary>Who may ask each operation, in a commune of their own.</summary>
    private sealed class Callers(World world, string commune, Dictionary<string, string> ids)
    {
        private readonly Dictionary<string, AuthenticationHeaderValue> tokens = [];

        internal string Commune => commune;

        internal Dictionary<string, string> Ids => ids;

        internal static async Task<Callers> Of(World world)
        {
            var commune = (await world.FreshCommune()).Code;
            using var admin = await world.NewClient(Role.CommuneAdmin, commune);
            var plan = await admin.Draft(commune);
            var callers = new Callers(world, commune, new()
            {
                ["plans"] = $"{plan["id"]}",
                ["targets"] = $"{plan["targets"]![0]!["id"]}",
                ["tasks"] = $"{plan["tasks"]![0]!["id"]}",
                ["problems"] = "PLT-1001",
                ["grants"] = "2000000000",
                ["framework-rules"] = "2000000000",
                ["courses"] = "KNS-CD-01",
            });
            foreach (var role in Enum.GetValues<Role>().Where(r => r != Role.AgencyOfficer))
            {
                using var client = await world.NewClient(role, role is Role.Operator or Role.Auditor ? null : role is Role.ProvinceManager or Role.ProvinceViewer ? "80" : commune);
                foreach (var scope in Isolation.Policy.Carries[role])
                    callers.tokens[scope] = client.DefaultRequestHeaders.Authorization!;
            }

            return callers;
        }

        internal async Task<Asking> For(Operation operation)
        {
            if (operation.Needs is { Scope: null })
            {
                var (browser, _) = await world.NewSignedIn(Role.CommuneAdmin, commune);
                return new Asking(browser.Client, browser);
            }

            var client = world.Anonymous();
            client.DefaultRequestHeaders.Authorization = operation.Needs?.Scope is { } scope ? tokens.GetValueOrDefault(scope) : null;
            return new Asking(client, client);
        }
    }

    private sealed record Asking(HttpClient Client, IDisposable Owned) : IDisposable
    {
        public void Dispose() => Owned.Dispose();
    }
}
