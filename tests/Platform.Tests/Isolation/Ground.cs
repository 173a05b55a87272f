using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Tests.Access;
using Platform.Tests.Learning;
using Platform.Tests.Tenants;

namespace Platform.Tests.Isolation;

/// <summary>Where a caller reaches out to, seen from the commune that it belongs to.</summary>
internal enum Place
{
    Own,
    Sibling,
    OtherProvince,
    OwnProvince,
    StrangeProvince,
    Missing,

    /// <summary>A commune in the own province that may only be read; commune admins and officers ask as its own people.</summary>
    ReadOnly,

    /// <summary>The same, closed.</summary>
    Closed,
}

/// <summary>One locality of the ground: its code, the mark that every text of its rows carries, and the ids of one row of each kind.</summary>
internal sealed record Plot(string Code, string Mark)
{
    /// <summary>The id of a row, by the word before it in an address: plans → its plan.</summary>
    internal Dictionary<string, string> Ids { get; } = [];
}

/// <summary>A role's credentials in every state.</summary>
internal sealed record RoleCaller(Role Role, AuthenticationHeaderValue Good, AuthenticationHeaderValue Expired, AuthenticationHeaderValue Revoked)
{
    /// <summary>Tokens that carry one scope only, where the role has several.</summary>
    internal Dictionary<string, AuthenticationHeaderValue> Narrowed { get; } = [];
}

/// <summary>
/// Three communes with a row of everything: one that the callers belong to, a sibling, one of another province. What one of them holds is
/// marked, so that it is recognised wherever it turns up.
/// </summary>
internal sealed class Ground
{
    private const string Province = "66", Strange = "68";

    private static readonly Lock Laying = new();
    private static Task<Ground>? laid;

    private readonly Dictionary<Place, Plot> plots = [];

    private Ground(World world) => World = world;

    internal World World { get; }

    internal Dictionary<Role, RoleCaller> Callers { get; } = [];

    /// <summary>The callers who belong to a suspended commune.</summary>
    private readonly Dictionary<(Role, Place), RoleCaller> suspended = [];

    internal Plot this[Place place] => plots[place];

    /// <summary>Who asks at a place: at a suspended commune its own people.</summary>
    internal RoleCaller At(Role role, Place place) => suspended.GetValueOrDefault((role, place), Callers[role]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The ground of this run, laid once.</summary>
    internal static Task<Ground> Of(World world)
    {
        lock (Laying)
            return laid ??= Lay(world);
    }

    private static async Task<Ground> Lay(World world)
    {
        var ground = new Ground(world);
        using var anybody = world.Anonymous();
        var near = await anybody.Rows($"/v1/localities?province={Province}&level=Commune&limit=4");
        var far = await anybody.Rows($"/v1/localities?province={Strange}&level=Commune&limit=1");
        var token = $"{Guid.NewGuid():N}"[..8];
        foreach (var (place, code) in ((Place, string)[])
            [(Place.Own, near[0].Text("code")!), (Place.Sibling, near[1].Text("code")!), (Place.OtherProvince, far[0].Text("code")!), (Place.OwnProvince, Province), (Place.StrangeProvince, Strange), (Place.Missing, "99999"), (Place.ReadOnly, near[2].Text("code")!), (Place.Closed, near[3].Text("code")!)])
            ground.plots[place] = new Plot(code, $"dau-{token}-{place.ToString().ToLowerInvariant()}");
        using var reader = await world.As("operator");
        var rule = (await reader.Rows("/v1/framework-rules"))[0].Text("id")!;
        var reorganisation = (Guid)(await world.Everything("""
            insert into reorganisations (id, number, edition, kind, province_id, effective_on, legal_basis, reason, made_by, reversed_at, closed_plans)
            select gen_random_uuid(), 0, 0, 'Merge', min(id), '2026-07-01', 'NQ', 'x', 'test', now(), '{}' from localities returning id
            """))[0][0]!;
        foreach (var plot in ground.plots.Values)
            (plot.Ids["framework-rules"], plot.Ids["courses"], plot.Ids["problems"], plot.Ids["reorganisations"]) = (rule, "KNS-CD-01", "PLT-1001", $"{reorganisation}");
        foreach (var place in (Place[])[Place.OwnProvince, Place.StrangeProvince, Place.Own, Place.Sibling, Place.OtherProvince, Place.ReadOnly, Place.Closed])
            await ground.Plant(place);
        await world.Instance.App.Services.GetRequiredService<Platform.Tenants.ArchiveKeys>().Sign([], Cancellation); // from then on the key of archives can be asked for
        await ground.PlantVendor([Place.Own]);
        await ground.PlantVendor([Place.Sibling, Place.OtherProvince]);
        foreach (var role in Enum.GetValues<Role>())
            ground.Callers[role] = await ground.Equip(role, Place.Own);
        foreach (var place in (Place[])[Place.ReadOnly, Place.Closed])
        {
            foreach (var role in (Role[])[Role.CommuneAdmin, Role.AgencyOfficer])
                ground.suspended[(role, place)] = await ground.Equip(role, place);
            await world.SetState(ground[place].Code, $"{place}");
        }

        await ((Platform.Tenancy.TenantStates)world.Instance.App.Services.GetService(typeof(Platform.Tenancy.TenantStates))!).FindNow(Cancellation);
        return ground;
    }

    private async Task Plant(Place place)
    {
        var (code, mark, ids) = (plots[place].Code, plots[place].Mark, plots[place].Ids);
        using var admin = await World.AdminOf(code);
        var plan = await admin.IssuedPlan(code, Marked(Drafts.Document(), mark));
        (ids["plans"], ids["targets"], ids["tasks"]) = ($"{plan["id"]}", $"{plan["targets"]![0]!["id"]}", $"{plan["tasks"]![0]!["id"]}");
        ids["agencies"] = (await admin.Rows($"/v1/localities/{code}/agencies"))[0].Text("id")!;
        if (place is Place.OwnProvince or Place.StrangeProvince)
            return;
        await World.Everything("insert into tenants (locality_id, state, onboarded_by) select id, 'Active', 'test' from localities where code = $1 on conflict do nothing", code);
        await Done(admin.Send(HttpMethod.Post, $"/v1/localities/{code}/villages", new { kind = "Xóm", name = mark }));
        ids["villages"] = (await admin.Rows($"/v1/localities/{code}/villages")).Single(v => v.Text("name") == mark).Text("id")!;
        await Done(admin.Send(HttpMethod.Put, $"/v1/localities/{code}/populations", new[] { new { code = "Adults", year = 2027, people = 1000, source = mark } }));
        await Done(admin.Send(HttpMethod.Post, $"/v1/localities/{code}/targets/{plan["targets"]![1]!["id"]}/figures", new { asOf = "2026-01-01T00:00:00Z", numerator = 1 }));
        var recorded = await Done(admin.Send(HttpMethod.Post, $"/v1/localities/{code}/confirmations", new[]
        {
            new { citizenId = Batch.NewCitizen(), audience = "CommunityTeams", source = "Declaration", confirmedAt = "2026-03-05T08:00:00+07:00", reference = mark },
        }));
        ids["confirmations"] = recorded["results"]![0]!["id"]!.ToString();
        var request = new { kind = "Access", person = new { citizenNumber = Batch.NewCitizen() }, channel = "Post", note = mark };
        ids["requests"] = (await Done(admin.Send(HttpMethod.Post, $"/v1/localities/{code}/personal-data/requests", request))).Text("id")!;
        await Done(admin.Send(HttpMethod.Post, $"/v1/localities/{code}/personal-data/requests/{ids["requests"]}/handling"));
        await PlantAccess(place);
    }

    // A client with a secret and a grant, and a person with a session, a token and an invitation: all of one commune.
    private async Task PlantAccess(Place place)
    {
        var (code, mark, ids) = (plots[place].Code, plots[place].Mark, plots[place].Ids);
        var province = place == Place.OtherProvince ? Strange : Province;
        using var manager = await World.NewClient(Role.ProvinceManager, province);
        await Done(manager.Send(HttpMethod.Post, "/v1/clients", new { clientId = mark, name = mark, province }));
        ids["clients"] = mark;
        ids["secrets"] = (await Done(manager.Send(HttpMethod.Post, $"/v1/clients/{mark}/secrets", "{}"))).Text("id")!;
        ids["grants"] = (await Done(manager.Send(HttpMethod.Post, "/v1/grants", new { holder = mark, role = "CommuneAdmin", locality = code }))).Text("id")!;

        ids["people"] = await World.NewPerson(Role.AgencyOfficer, code);
        await World.Everything("update accounts set name = $1 where key = $2", mark, ids["people"]);
        using var officer = new Browser(World);
        await officer.SignIn(ids["people"], NewPeople.Password);
        ids["sessions"] = (await officer.Client.Rows("/v1/me/sessions"))[0].Text("id")!;
        ids["personal-access-tokens"] = (await Done(officer.Client.Send(HttpMethod.Post, "/v1/personal-access-tokens", new { name = mark, scopes = (string[])["tasks.own"], expiresAt = DateTimeOffset.UtcNow.AddDays(1) }))).Text("id")!;
        var (admin, _) = await World.NewSignedIn(Role.CommuneAdmin, code);
        using (admin)
            ids["invitations"] = (await Done(admin.Client.Send(HttpMethod.Post, "/v1/invitations", new { contact = $"{mark}@example.vn", role = "CommuneAdmin", locality = code }))).Text("id")!;
    }

    // One vendor's completions, file, mapping and webhook; the same ids stand for every place that it sends for.
    private async Task PlantVendor(Place[] places)
    {
        var codes = places.Select(p => plots[p].Code).ToArray();
        var mark = plots[places[0]].Mark;
        var (id, secret) = await World.Register(Role.Vendor, codes);
        using var vendor = await World.SignedIn(id, secret);
        if (places is [Place.Own])
            vendorCredentials = (id, secret);
        var rows = codes.Select((code, i) => Row($"{mark}-{i}", code)).Append(Row($"{mark}-no-course", codes[0]).With("course", mark)).ToArray();
        var pushed = await Done(vendor.Send(HttpMethod.Post, "/v1/completions", new JsonArray(rows).ToJsonString()));
        var ids = new Dictionary<string, string> { ["completions"] = $"{mark}-0", ["import-mappings"] = mark };
        ids["intakes"] = pushed.Text("rejectedRows")!.Split('/')[3];
        await Done(vendor.Send(HttpMethod.Put, $"/v1/import-mappings/{mark}", """{"fields":{"id":{"columns":["Mã"]}}}"""));
        var file = "id,learner.id,locality,course,audience,completedAt\n" + $"{mark}-f,{mark},{codes[0]},KNS-CD-01,Citizens,01/03/2026\n{mark}-g,{mark},{codes[0]},{mark},Citizens,01/03/2026\n";
        var import = (await Done(vendor.Post($"/v1/imports?name={mark}.csv", "text/csv", file))).Text("id")!;
        ids["imports"] = import;
        while ((await vendor.Read($"/v1/imports/{import}")).Text("state") is "Waiting" or "Running" or "Queued")
            await Task.Delay(50, Cancellation);
        ids["webhooks"] = (await Done(vendor.Send(HttpMethod.Post, "/v1/webhooks", new { url = $"https://{mark}.invalid/x", description = mark })))["webhook"]!.AsObject().Text("id")!;
        await Done(vendor.Send(HttpMethod.Post, $"/v1/webhooks/{ids["webhooks"]}/tests"));
        ids["deliveries"] = (await vendor.Rows($"/v1/webhooks/{ids["webhooks"]}/deliveries"))[0].Text("id")!;
        foreach (var (word, value) in ids)
            Array.ForEach(places, place => plots[place].Ids[word] = value);
    }

    private (string Id, string Secret) vendorCredentials;

    private async Task<RoleCaller> Equip(Role role, Place own)
    {
        var home = role switch
        {
            Role.Operator => null,
            Role.ProvinceManager or Role.ProvinceViewer => Province,
            _ => plots[own].Code,
        };
        var (id, secret) = role == Role.Vendor ? vendorCredentials : await World.Register(role, home);
        if (role == Role.AgencyOfficer)
            await World.Everything("update grants set agency_id = $1 where account_id = (select id from accounts where key = $2)", Guid.Parse(plots[own].Ids["agencies"]), id);
        var good = Until(await Token(id, secret, null), DateTimeOffset.UtcNow.AddDays(1)); // the ground is laid once for all tests
        var expired = Until(good, DateTimeOffset.UtcNow.AddSeconds(-1));
        var revoked = await Token(id, secret, null);
        using var client = World.Anonymous();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = revoked.Parameter!, ["client_id"] = id, ["client_secret"] = secret });
        using (var ended = await client.PostAsync(new Uri("/connect/revocation", UriKind.Relative), form, Cancellation))
            Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        var caller = new RoleCaller(role, good, expired, revoked);
        var scopes = Policy.Carries[role];
        foreach (var scope in scopes.Length > 1 ? scopes : [])
            caller.Narrowed[scope] = Until(await Token(id, secret, scope), DateTimeOffset.UtcNow.AddDays(1));
        return caller;
    }

    private AuthenticationHeaderValue Until(AuthenticationHeaderValue token, DateTimeOffset end)
    {
        var tokens = (AccessTokens)World.Instance.App.Services.GetService(typeof(AccessTokens))!;
        return new("Bearer", tokens.Write(tokens.Read(token.Parameter!)! with { Id = Guid.NewGuid(), ExpiresAt = end }));
    }

    private async Task<AuthenticationHeaderValue> Token(string id, string secret, string? scope)
    {
        using var client = await World.SignedIn(id, secret, scope);
        return client.DefaultRequestHeaders.Authorization!;
    }

    private static JsonObject Row(string id, string code) => new()
    {
        ["id"] = id,
        ["learner"] = new JsonObject { ["id"] = id },
        ["locality"] = code,
        ["course"] = "KNS-CD-01",
        ["audience"] = "Citizens",
        ["completedAt"] = "2026-03-01T08:00:00+07:00",
        ["passed"] = true,
    };

    // Every text of the document that is shown somewhere; keys and the words of catalogues stay.
    private static JsonObject Marked(JsonObject document, string mark)
    {
        foreach (var (name, value) in document.ToList())
        {
            if (value is JsonObject one)
                Marked(one, mark);
            else if (value is JsonArray many)
                foreach (var item in many.OfType<JsonObject>())
                    Marked(item, mark);
            else if (value is not null && name is "title" or "name" or "issuer" or "signer" or "output" or "initiative" or "text" or "unitText" or "dueText" or "issuedText")
                document[name] = $"{value} {mark}";
        }

        return document;
    }

    private static async Task<JsonObject> Done(Task<HttpResponseMessage> sent)
    {
        using var answer = await sent;
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}: {text}");
        return text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [];
    }
}
