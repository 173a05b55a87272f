using System.Text.Json.Nodes;
using System.Xml.Linq;
using Platform.Access;
using Platform.Http;

namespace Platform.Tests.Isolation;

/// <summary>An entity set of the analytics model.</summary>
internal sealed record EntitySet(string Name, List<(string Name, string Type)> Key, List<(string Name, string Type)> Properties, List<(string Name, bool Many)> Navigations)
{
    /// <summary>Whether its rows belong to localities; the others are public lists.</summary>
    internal bool OfTenants => Name is not ("Localities" or "Provinces" or "Communes") && Properties.Any(p => p.Name == "LocalityCode");
}

/// <summary>Every entity set and navigation × every role: who may ask, and every way to a foreign row ends as at a missing one.</summary>
public sealed class AnalyticsMatrixTests(World world)
{
    private static readonly XNamespace Edm = "http://docs.oasis-open.org/odata/ns/edm";

    private static readonly Role[] Readers = [.. Policy.Carries.Where(c => c.Value.Contains("localities.read")).Select(c => c.Key)];

    [Fact]
    public async Task Every_set_and_navigation_answers_who_may_read_and_nobody_else() => await MatrixTests.Run(world, await Situations(), 300);

    [Fact]
    public async Task A_suspended_commune_reads_its_sets_until_it_is_closed_and_those_above_it_always() => await MatrixTests.Run(world, await Suspensions(), 50);

    [Fact]
    public async Task Every_way_to_a_foreign_row_ends_as_at_a_missing_one() => await MatrixTests.Run(world, await Ways(), 300);

    internal async Task<List<Func<HttpClient, Task<string?>>>> Situations()
    {
        var ground = await Ground.Of(world);
        var cells = new List<Func<HttpClient, Task<string?>>>();
        foreach (var set in await Model(world))
        {
            foreach (var address in (string[])[$"{set.Name}?$top=200", $"{set.Name}/$count", .. set.Navigations.Select(n => $"{set.Name}?$expand={n.Name}&$top=50")])
            {
                foreach (var caller in ground.Callers.Values)
                {
                    cells.Add(c => Cell(c, address, caller.Role, caller.Good, Readers.Contains(caller.Role) ? 200 : 403));
                    foreach (var credentials in new[] { null, caller.Expired, caller.Revoked })
                        cells.Add(c => Cell(c, address, caller.Role, credentials, 401));
                    foreach (var (scope, narrowed) in caller.Narrowed)
                        cells.Add(c => Cell(c, address, caller.Role, narrowed, scope == "localities.read" ? 200 : 403));
                }
            }
        }

        foreach (var address in (string[])["audit/Entries?$top=200&$orderby=Id desc", "audit/Entries/$count", "audit/Entries?$apply=groupby((LocalityCode),aggregate($count as N))"])
        {
            foreach (var caller in ground.Callers.Values)
            {
                cells.Add(c => Cell(c, address, caller.Role, caller.Good, caller.Role == Role.Auditor ? 200 : 403));
                foreach (var credentials in new[] { null, caller.Expired, caller.Revoked })
                    cells.Add(c => Cell(c, address, caller.Role, credentials, 401));
            }
        }

        return cells;

        async Task<string?> Cell(HttpClient client, string address, Role role, System.Net.Http.Headers.AuthenticationHeaderValue? credentials, int expected)
        {
            var (status, text) = await MatrixTests.Ask(client, "GET", $"/odata/{address}", credentials, null);
            return status != expected ? $"{role} {address}: {status} instead of {expected}: {text[..Math.Min(200, text.Length)]}" : Shown(ground, role, text) is { } mark ? $"{role} {address} shows {mark}" : null;
        }
    }

    /// <summary>A suspended commune's own people read what was theirs while changes alone are refused, and nothing once it is closed; who stands above reads on.</summary>
    internal async Task<List<Func<HttpClient, Task<string?>>>> Suspensions()
    {
        var ground = await Ground.Of(world);
        var cells = new List<Func<HttpClient, Task<string?>>>();
        foreach (var (set, place) in from set in await Model(world) where set.OfTenants from place in (Place[])[Place.ReadOnly, Place.Closed] select (set, place))
        {
            foreach (var address in (string[])[$"{set.Name}?$filter=LocalityCode eq '{ground[place].Code}'", $"{set.Name}/$count", .. set.Navigations.Select(n => $"{set.Name}?$expand={n.Name}&$top=50")])
                cells.Add(c => Refused(c, address, ground.At(Role.CommuneAdmin, place), place));
            foreach (var caller in ((Role[])[Role.ProvinceViewer, Role.ProvinceManager, Role.Operator]).Select(r => ground.Callers[r]))
                cells.Add(c => ReadOn(c, set, caller, place));
        }

        return cells;

        async Task<string?> Refused(HttpClient client, string address, RoleCaller caller, Place place)
        {
            var (status, text) = await MatrixTests.Ask(client, "GET", $"/odata/{address}", caller.Good, null);
            var (open, others) = (place == Place.ReadOnly, text.Replace(ground[Place.OwnProvince].Mark, "", StringComparison.Ordinal)); // one mark begins as another
            return (open ? status == 200 : status == 403 && text.Contains(Problems.TenantClosed.Code, StringComparison.Ordinal))
                && Enum.GetValues<Place>().Where(p => (p != place || !open) && p is not (Place.OwnProvince or Place.Missing)).All(p => !others.Contains(ground[p].Mark, StringComparison.Ordinal))
                ? null : $"{caller.Role} of a commune that is {place}, {address}: {status} {text[..Math.Min(200, text.Length)]}";
        }

        // The operator finds its plans, and everybody above it as many rows of each set as the operator.
        async Task<string?> ReadOn(HttpClient client, EntitySet set, RoleCaller caller, Place place)
        {
            var address = $"/odata/{set.Name}/$count?$filter=LocalityCode eq '{ground[place].Code}'";
            var (status, count) = await MatrixTests.Ask(client, "GET", address, caller.Good, null);
            var (_, all) = await MatrixTests.Ask(client, "GET", address, ground.Callers[Role.Operator].Good, null);
            return status == 200 && count == all && (set.Name != "Plans" || count != "0") ? null : $"{caller.Role} counts {set.Name} of a commune that is {place}: {status} {count}";
        }
    }

    internal async Task<List<Func<HttpClient, Task<string?>>>> Ways()
    {
        var ground = await Ground.Of(world);
        var cells = new List<Func<HttpClient, Task<string?>>>();
        foreach (var set in (await Model(world)).Where(s => s.OfTenants))
        {
            foreach (var caller in Readers.Select(r => ground.Callers[r]))
            {
                foreach (var foreign in Policy.Unseen(caller.Role).Select(p => ground[p]))
                {
                    string[] empty = [$"?$filter=LocalityCode eq '{foreign.Code}'", $"?$apply=filter(LocalityCode eq '{foreign.Code}')/groupby((LocalityCode))", .. set.Properties.Where(p => p.Type == "Edm.String").Select(p => $"?$filter=contains({p.Name},'{foreign.Mark}')")];
                    foreach (var way in empty)
                        cells.Add(c => Nothing(c, set, caller, way));
                    cells.Add(c => None(c, set, caller, foreign));
                    cells.Add(c => ByKey(c, ground, set, caller, foreign));
                }

                if (caller.Role != Role.Operator)
                    cells.Add(c => LinkOfAnother(c, ground, set, caller));
            }
        }

        var log = new EntitySet("audit/Entries", [], [], []);
        foreach (var foreign in Policy.Unseen(Role.Auditor).Select(p => ground[p]))
        {
            foreach (var way in (string[])[$"?$filter=LocalityCode eq '{foreign.Code}'", $"?$filter=contains(After,'{foreign.Mark}')", $"?$filter=contains(Before,'{foreign.Mark}')", $"?$filter=RowKey eq '{foreign.Ids["plans"]}'"])
                cells.Add(c => Nothing(c, log, ground.Callers[Role.Auditor], way));
            cells.Add(c => None(c, log, ground.Callers[Role.Auditor], foreign));
        }

        return cells;
    }

    private static async Task<string?> Nothing(HttpClient client, EntitySet set, RoleCaller caller, string way)
    {
        var (status, text) = await MatrixTests.Ask(client, "GET", $"/odata/{set.Name}{way}", caller.Good, null);
        return status == 200 && JsonNode.Parse(text)!["value"]!.AsArray().Count == 0 ? null : $"{caller.Role} {set.Name}{way}: {status} {text[..Math.Min(200, text.Length)]}";
    }

    private static async Task<string?> None(HttpClient client, EntitySet set, RoleCaller caller, Plot foreign)
    {
        var (status, text) = await MatrixTests.Ask(client, "GET", $"/odata/{set.Name}/$count?$filter=LocalityCode eq '{foreign.Code}'", caller.Good, null);
        return status == 200 && text == "0" ? null : $"{caller.Role} counts {set.Name} of {foreign.Code}: {status} {text}";
    }

    // The row is found by somebody who may see it; its key and one that no row has are then asked for, alone and in a batch.
    private static async Task<string?> ByKey(HttpClient client, Ground ground, EntitySet set, RoleCaller caller, Plot foreign)
    {
        var (_, found) = await MatrixTests.Ask(client, "GET", $"/odata/{set.Name}?$filter=LocalityCode eq '{foreign.Code}'&$top=1", ground.Callers[Role.Operator].Good, null);
        if (JsonNode.Parse(found)!["value"]!.AsArray() is not [JsonObject row])
            return null; // a set that holds nothing of this place
        var (key, missing) = (Key(set, p => $"{row[p.Name]}"), Key(set, p => p.Type == "Edm.Guid" ? "0190a000-0000-7000-8000-000000000000" : $"{row[p.Name]}"));
        missing = key == missing ? Key(set, p => p.Type == "Edm.String" ? "00000" : $"{row[p.Name]}") : missing;
        foreach (var part in (string[])["", $"/{set.Properties[0].Name}", .. set.Navigations.Select(n => $"/{n.Name}")])
        {
            var (status, text) = await MatrixTests.Ask(client, "GET", $"/odata/{set.Name}({key}){part}", caller.Good, null);
            var (other, absent) = await MatrixTests.Ask(client, "GET", $"/odata/{set.Name}({missing}){part}", caller.Good, null);
            if (status != 404 || other != 404 || text.Replace(key, missing, StringComparison.Ordinal) != absent)
                return $"{caller.Role} {set.Name}({key}){part}: {status} {text[..Math.Min(200, text.Length)]} but missing {other} {absent[..Math.Min(200, absent.Length)]}";
        }

        var requests = new JsonArray([.. ((string[])[key, missing]).Select((k, i) => new JsonObject { ["id"] = $"{i}", ["method"] = "GET", ["url"] = $"{set.Name}({k})" })]);
        var (sent, batch) = await MatrixTests.Ask(client, "POST", "/odata/$batch", caller.Good, new JsonObject { ["requests"] = requests }.ToJsonString());
        return sent == 200 && JsonNode.Parse(batch)!["responses"]!.AsArray().All(r => r!["status"]!.GetValue<int>() == 404) ? null : $"{caller.Role} batch of {set.Name}({key}): {sent} {batch}";
    }

    private static async Task<string?> LinkOfAnother(HttpClient client, Ground ground, EntitySet set, RoleCaller caller)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/odata/{set.Name}", UriKind.Relative)) { Headers = { Authorization = ground.Callers[Role.Operator].Good } };
        request.Headers.Add("Prefer", "odata.maxpagesize=1");
        using var page = await client.SendAsync(request, TestContext.Current.CancellationToken);
        if (JsonNode.Parse(await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["@odata.nextLink"]?.ToString() is not { } next)
            return null; // one row or none
        var (status, text) = await MatrixTests.Ask(client, "GET", new Uri(next).PathAndQuery, caller.Good, null);
        return status == 400 && text.Contains("OD-1006", StringComparison.Ordinal) ? null : $"{caller.Role} goes on with the operator's {set.Name}: {status} {text[..Math.Min(200, text.Length)]}";
    }

    private static string Key(EntitySet set, Func<(string Name, string Type), string> value)
    {
        var parts = set.Key.Select(k => (k.Name, Value: k.Type == "Edm.String" ? $"'{value(k)}'" : value(k))).ToList();
        return parts is [var only] ? only.Value : string.Join(',', parts.Select(p => $"{p.Name}={p.Value}"));
    }

    private static string? Shown(Ground ground, Role role, string text) =>
        Policy.Unseen(role).Select(p => ground[p].Mark).FirstOrDefault(mark => text.Contains(mark, StringComparison.Ordinal));

    /// <summary>The sets of the analytics model, from what it says of itself.</summary>
    internal static async Task<List<EntitySet>> Model(World world)
    {
        using var client = world.Anonymous();
        var metadata = XDocument.Parse(await client.GetStringAsync(new Uri("/odata/$metadata", UriKind.Relative), TestContext.Current.CancellationToken));
        var types = metadata.Descendants(Edm + "EntityType").ToDictionary(t => t.Attribute("Name")!.Value);
        return [.. metadata.Descendants(Edm + "EntitySet").Select(s =>
        {
            var type = types[s.Attribute("EntityType")!.Value.Split('.')[^1]];
            var properties = type.Elements(Edm + "Property").Select(p => (Name: p.Attribute("Name")!.Value, Type: p.Attribute("Type")!.Value)).ToList();
            var keys = type.Descendants(Edm + "PropertyRef").Select(k => properties.Single(p => p.Name == k.Attribute("Name")!.Value)).ToList();
            return new EntitySet(s.Attribute("Name")!.Value, keys, properties,
                [.. type.Elements(Edm + "NavigationProperty").Select(n => (n.Attribute("Name")!.Value, n.Attribute("Type")!.Value.StartsWith("Collection", StringComparison.Ordinal)))]);
        })];
    }
}
