using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;
using Platform.Tests.Access;

namespace Platform.Tests.Isolation;

/// <summary>
/// Every operation of the contract × every role × every situation: what comes back is what the declared policy says, what is foreign looks
/// exactly like what does not exist, and no text of another tenant is in any answer.
/// </summary>
public sealed class MatrixTests(World world)
{
    private static readonly Place[] Places = [.. Enum.GetValues<Place>().Except(Suspended)];
    private static Place[] Suspended => [Place.ReadOnly, Place.Closed];

    private static readonly (Role Role, Place Home)[] People = [(Role.CommuneAdmin, Place.Own), (Role.ProvinceManager, Place.OwnProvince), (Role.AgencyOfficer, Place.Own)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operation_answers_every_role_in_every_situation_as_its_policy_says() => await Run(await Situations(), 4000);

    [Fact]
    public async Task A_foreign_id_in_an_address_is_answered_exactly_as_one_that_does_not_exist() => await Run(await ForeignIds(), 200);

    private async Task<List<Func<HttpClient, Task<string?>>>> Situations()
    {
        var ground = await Ground.Of(world);
        var cells = new List<Func<HttpClient, Task<string?>>>();
        foreach (var operation in await Operation.All(world))
        {
            foreach (var caller in ground.Callers.Values)
            {
                // Elsewhere the place does not change who may ask, only what the ids stand for.
                foreach (var place in operation.OfLocality || operation.Ids.Count > 0 ? Places : [Place.Own])
                    cells.Add(client => Cell(ground, client, operation, caller.Role, place, caller.Good, Policy.Expected(operation, caller.Role, place)));
                foreach (var place in Suspended)
                    cells.Add(client => Cell(ground, client, operation, caller.Role, place, ground.At(caller.Role, place).Good, Policy.Expected(operation, caller.Role, place)));
                foreach (var (credentials, expected) in ((AuthenticationHeaderValue?, Outcome)[])[(null, Outcome.NotSignedIn), (caller.Expired, Outcome.NotSignedIn), (caller.Revoked, Outcome.NotSignedIn)])
                    cells.Add(client => Cell(ground, client, operation, caller.Role, Place.Own, credentials, operation.Needs is null ? Outcome.Answered : expected));
                foreach (var (scope, narrowed) in caller.Narrowed)
                    cells.Add(client => Cell(ground, client, operation, caller.Role, Place.Own, narrowed, Policy.Expected(operation, caller.Role, Place.Own, scope)));
            }
        }

        return cells;
    }

    private async Task<List<Func<HttpClient, Task<string?>>>> ForeignIds()
    {
        var ground = await Ground.Of(world);
        var cells = new List<Func<HttpClient, Task<string?>>>();
        foreach (var operation in (await Operation.All(world)).Where(o => o.Needs is not null && o.Ids.Count > 0 && !Policy.NamesItself(o)))
        {
            foreach (var caller in ground.Callers.Values)
            {
                var home = operation.OfLocality && caller.Role == Role.ProvinceManager && operation.Needs!.Scope == Scopes.Write ? Place.OwnProvince : Place.Own;
                if (Policy.Expected(operation, caller.Role, home) != Outcome.Answered)
                    continue;
                foreach (var foreign in (Place[])[Place.Sibling, Place.OtherProvince])
                {
                    // All ids foreign, and then each of them among the caller's own.
                    foreach (var words in operation.Ids.Select(i => new[] { i.Word }).Append([.. operation.Ids.Select(i => i.Word)]).DistinctBy(w => string.Join(',', w)))
                    {
                        if (!words.Any(w => Policy.Kinds[w] is Kind.Tenant || !Policy.Sees(caller.Role, operation.Needs!.Scope, Policy.Kinds[w], foreign)) || words.Any(w => Policy.NotPlanted.Contains(w) || Policy.Kinds[w] == Kind.Public))
                            continue;
                        cells.Add(client => Crossed(ground, client, operation, caller, home, foreign, words));
                    }
                }
            }
        }

        return cells;
    }

    [Fact]
    public async Task A_person_in_a_browser_reaches_no_further_than_a_token_of_the_same_role()
    {
        var ground = await Ground.Of(world);
        var browsers = new Dictionary<Role, Browser>();
        foreach (var (role, home) in People)
            browsers[role] = (await world.NewSignedIn(role, ground[home].Code)).Browser;
        await Run(await InBrowsers(role => browsers[role].Client), 700);
        foreach (var browser in browsers.Values)
            browser.Dispose();
    }

    private async Task<List<Func<HttpClient, Task<string?>>>> InBrowsers(Func<Role, HttpClient> browser)
    {
        var ground = await Ground.Of(world);
        var operations = (await Operation.All(world)).Where(o => o.Needs is not null && !Policy.SessionsOnly(o) && o.Path != "/v1/personal-access-tokens");
        return [.. from operation in operations
                   from person in People
                   from place in operation.OfLocality ? Places : [Place.Own]
                   select (Func<HttpClient, Task<string?>>)(_ => Cell(ground, browser(person.Role), operation, person.Role, place, null, Policy.Expected(operation, person.Role, place)))];
    }

    [Fact]
    public async Task Every_word_before_an_id_and_every_id_of_it_is_declared()
    {
        var ground = await Ground.Of(world);
        var words = (await Operation.All(world)).SelectMany(o => o.Ids).Select(i => i.Word).Distinct().ToList();
        Assert.Empty(words.Except(Policy.Kinds.Keys));
        Assert.Empty(Policy.Kinds.Keys.Except(words));
        foreach (var word in words.Except(Policy.NotPlanted))
            Assert.All((Place[])[Place.Own, Place.Sibling, Place.OtherProvince], place => Assert.True(ground[place].Ids.ContainsKey(word), $"{word} is not planted in {place}."));
    }

    [Fact]
    public async Task Operators_only_people_only_and_despite_a_suspension_are_declared_where_the_gate_reads_them()
    {
        var operations = await Operation.All(world);
        Assert.Equal(operations.Where(o => Policy.OnlyOperators.Contains(o.Name)).Select(o => o.Name), operations.Where(o => o.Needs?.Only == Role.Operator).Select(o => o.Name));
        Assert.Equal(operations.Where(Policy.DespiteSuspension).Select(o => o.Name), operations.Where(o => o.Needs?.DespiteSuspension == true).Select(o => o.Name));
        Assert.Equal(operations.Where(Policy.SessionsOnly).Select(o => o.Name), operations.Where(o => o.Needs?.OfSession == true).Select(o => o.Name));
    }

    [Fact]
    public async Task The_committed_report_is_what_these_tests_run()
    {
        var report = new Report(await Operation.All(world), await AnalyticsMatrixTests.Model(world));
        report.Count("situations: who asks, with what, where", (await Situations()).Count);
        report.Count("foreign ids in an address, each compared with a missing one", (await ForeignIds()).Count);
        report.Count("the same in a person's browser, by cookie", (await InBrowsers(_ => throw new InvalidOperationException())).Count);
        report.Count("entity sets and navigations: who asks, with what", (await new AnalyticsMatrixTests(world).Situations()).Count);
        report.Count("entity sets and navigations: foreign codes, texts, keys, links", (await new AnalyticsMatrixTests(world).Ways()).Count);
        report.Count("entity sets and navigations of suspended communes", (await new AnalyticsMatrixTests(world).Suspensions()).Count);
        report.AssertCommitted();
    }

    [Fact]
    public async Task The_marks_are_found_where_they_may_be_seen()
    {
        // Without this, answers without any mark would prove nothing.
        var ground = await Ground.Of(world);
        using var client = world.Anonymous();
        var (own, far) = (ground[Place.Own], ground[Place.OtherProvince]);
        foreach (var (role, path, mark) in ((Role, string, string)[])
            [(Role.CommuneAdmin, $"/v1/localities/{own.Code}/plans/{own.Ids["plans"]}", own.Mark), (Role.ProvinceManager, $"/v1/clients/{own.Mark}", own.Mark), (Role.Operator, $"/v1/localities/{far.Code}/plans", far.Mark),
             (Role.CommuneAdmin, $"/v1/localities/{own.Code}/personal-data/requests/{own.Ids["requests"]}", own.Mark), (Role.CommuneAdmin, "/v1/people", own.Mark), (Role.ProvinceViewer, $"/v1/localities/{own.Code}/villages", own.Mark), (Role.Vendor, "/v1/completions", own.Mark), (Role.Vendor, "/v1/webhooks", own.Mark),
             (Role.Vendor, $"/v1/intakes/{own.Ids["intakes"]}/rejected", own.Mark), (Role.Vendor, $"/v1/imports/{own.Ids["imports"]}/rejected", own.Mark), (Role.AgencyOfficer, "/v1/me/tasks", own.Mark)])
        {
            var (status, text) = await Ask(client, "GET", path, ground.Callers[role].Good, null);
            Assert.True(status == 200 && text.Contains(mark, StringComparison.Ordinal), $"{role} {path}: {status} {text}");
        }
    }

    private Task Run(List<Func<HttpClient, Task<string?>>> cells, int atLeast) => Run(world, cells, atLeast);

    /// <summary>Runs all cells and tells of those that failed.</summary>
    internal static async Task Run(World world, List<Func<HttpClient, Task<string?>>> cells, int atLeast)
    {
        Assert.True(cells.Count >= atLeast, $"{cells.Count} cells");
        using var client = world.Anonymous();
        var failures = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(cells, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation }, async (cell, _) =>
        {
            if (await cell(client) is { } failure)
                failures.Enqueue(failure);
        });
        Assert.True(failures.IsEmpty, $"{failures.Count} of {cells.Count} cells:\n{string.Join('\n', failures.Order(StringComparer.Ordinal).Take(60))}");
    }

    private static async Task<string?> Cell(Ground ground, HttpClient client, Operation operation, Role role, Place place, AuthenticationHeaderValue? credentials, Outcome expected)
    {
        var plot = ground[place];
        // What changes something is given ids that do not exist: whether it was let pass is seen from who refuses it.
        var planted = operation.Ids.All(i => plot.Ids.ContainsKey(i.Word));
        var reading = operation.Method == "GET" && planted;
        var address = operation.At(plot.Code, word => reading ? plot.Ids[word] : Unknown(ground, word)) + Policy.Query(operation);
        var (status, text) = await Ask(client, operation.Method, address, credentials, Policy.Harmless(operation));
        var said = Say(operation, status, text);
        var at = $"{operation.Name} · {role} · {place} · {expected}: {status} {text[..Math.Min(200, text.Length)]}";
        if (said != expected || status >= 500)
            return $"{said} instead: {at}";
        if (expected == Outcome.Answered && operation.Needs is { } needs)
        {
            var sees = operation.Ids.All(i => Policy.Sees(role, needs.Scope, Policy.Kinds[i.Word], place));
            if (operation.Method == "GET" && (planted && sees ? status != 200 : operation.Ids.Count > 0 && status != 404))
                return $"Not as its rows: {at}";
        }

        foreach (var unseen in Policy.Unseen(role).Select(p => ground[p].Mark))
            if (text.Replace(address, "", StringComparison.Ordinal).Contains(unseen, StringComparison.Ordinal) && !address.Contains(unseen, StringComparison.Ordinal))
                return $"Shows {unseen}: {at}";
        if (expected != Outcome.Hidden || place == Place.Missing)
            return null;
        var missing = operation.At(ground[Place.Missing].Code, word => reading ? plot.Ids[word] : Unknown(ground, word));
        var (_, other) = await Ask(client, operation.Method, missing, credentials, Policy.Harmless(operation));
        var code = ground[Place.Missing].Code;
        return text.Replace($"/{plot.Code}", $"/{code}", StringComparison.Ordinal).Replace($"«{plot.Code}»", $"«{code}»", StringComparison.Ordinal) == other ? null : $"Not as missing: {at} {other}";
    }

    private static async Task<string?> Crossed(Ground ground, HttpClient client, Operation operation, RoleCaller caller, Place home, Place foreign, string[] words)
    {
        var own = ground[home];
        string At(Func<string, string> changed) => operation.At(own.Code, word => words.Contains(word) || !own.Ids.TryGetValue(word, out var id) ? changed(word) : id);
        var body = !operation.TakesBody ? null : (operation.Example ?? new JsonObject()).ToJsonString();
        var (address, missing) = (At(word => ground[foreign].Ids[word]), At(word => Unknown(ground, word)));
        var (status, text) = await Ask(client, operation.Method, address, caller.Good, body);
        var (other, absent) = await Ask(client, operation.Method, missing, caller.Good, body);
        var (said, expected) = (Bare(text, word => ground[foreign].Ids[word]), Bare(absent, word => Unknown(ground, word)));
        return status == other && said == expected && (status is >= 400 and < 500 || Policy.EndsAlike(operation)) ? null
            : $"{operation.Name} · {caller.Role} · {string.Join(", ", words)} of {foreign}: {status} {text[..Math.Min(300, text.Length)]} but missing {other} {absent[..Math.Min(300, absent.Length)]}";

        string Bare(string answer, Func<string, string> id) => words.Aggregate(answer, (rest, word) => rest.Replace(id(word), "{id}", StringComparison.Ordinal));
    }

    /// <summary>An id of the same form that nothing has.</summary>
    private static string Unknown(Ground ground, string word) => ground[Place.Own].Ids.GetValueOrDefault(word) switch
    {
        { } id when Guid.TryParse(id, out _) => "0190a000-0000-7000-8000-000000000000",
        { } id when int.TryParse(id, out _) => "2000000000",
        null when word == "passkeys" => "0190a000-0000-7000-8000-000000000000",
        _ => "khong-co",
    };

    private static Outcome Say(Operation operation, int status, string text)
    {
        var code = text.StartsWith('{') && text.Contains("\"code\"", StringComparison.Ordinal) ? JsonNode.Parse(text)!["code"]?.ToString() : null;
        return (status, code) switch
        {
            (401, _) when code == Problems.NotSignedIn.Code => Outcome.NotSignedIn,
            (403, _) when code == Problems.NotAllowed.Code => Outcome.NotAllowed,
            (403, _) when code == Problems.SessionNeeded.Code => Outcome.SessionsOnly,
            (403, _) when code == Problems.TenantReadOnly.Code || code == Problems.TenantClosed.Code => Outcome.Suspended,
            (404, _) when code == Problems.UnknownLocality.Code && operation.OfLocality => Outcome.Hidden,
            _ => Outcome.Answered,
        };
    }

    internal static async Task<(int Status, string Text)> Ask(HttpClient client, string method, string address, AuthenticationHeaderValue? credentials, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (credentials is not null)
            request.Headers.Authorization = credentials;
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, Cancellation);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
