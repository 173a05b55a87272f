using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Learning;
using Platform.Tests.Learning;

namespace Platform.Tests.Tenants;

/// <summary>Two communes of one province that were never written, a vendor that was granted both, and an operator who reorganises them.</summary>
internal sealed class Reorganising(World world, string[] communes, Batch batch, HttpClient operators, string vendor) : IDisposable
{
    private static int codes = 90_000;

    /// <summary>The first commune.</summary>
    internal string A => communes[0];

    /// <summary>The second.</summary>
    internal string B => communes[1];

    /// <summary>A third, that nobody reorganises.</summary>
    internal string C => communes[2];

    internal Batch Batch => batch;

    internal HttpClient Operators => operators;

    /// <summary>The vendor's client_id.</summary>
    internal string Vendor => vendor;

    internal static async Task<Reorganising> Start(World world, IntakeStore store = IntakeStore.Sets)
    {
        var found = new List<Platform.Localities.LocalityEntry>();
        while (found.Count < 3)
        {
            var next = await world.FreshCommune();
            found.RemoveAll(c => c.ProvinceId != next.ProvinceId);
            found.Add(next);
        }

        string[] communes = [.. found.Select(c => c.Code)];
        var (vendor, secret) = await world.Register(Role.Vendor, communes);
        var batch = new Batch(world, await world.On(store, await world.SignedIn(vendor, secret)), communes[0], store);
        return new Reorganising(world, communes, batch, await world.As("operator"), vendor);
    }

    /// <summary>A code that no list has and no other test takes.</summary>
    internal static string NewCode() => $"{Interlocked.Increment(ref codes)}";

    /// <summary>People of every sort: learners of each commune, one of both, one who moved away, one who failed, a void completion, a correction.</summary>
    internal async Task Settle()
    {
        var (both, gone) = (Batch.NewCitizen(), Batch.NewCitizen());
        var (voided, corrected) = (Row(A, "hủy"), Row(B, "sửa"));
        await batch.Store(
            Row(A, "a1"), Row(A, "a1", "KNS-CD-02", 4), Row(A, "a2", passed: false), Row(B, "b1", month: 2), Row(B, "b2", audience: "Students"),
            batch.Row(citizen: both, change: r => r["locality"] = A), batch.Row(citizen: both, at: "2026-04-01T08:00:00+07:00", change: r => r["locality"] = B),
            batch.Row(citizen: gone, change: r => r["locality"] = A), batch.Row(citizen: gone, at: "2026-05-01T08:00:00+07:00", change: r => r["locality"] = C), voided, corrected);
        using (var sent = await batch.Client.Send(HttpMethod.Post, $"/v1/completions/{voided["id"]}/voiding", new { reason = "Nhầm" }))
            await sent.Body(HttpStatusCode.OK);
        (corrected["revision"], corrected["score"]) = (2, 91);
        Assert.Equal("corrected", Batch.Outcomes(await batch.Push(corrected)));
        using var admin = await world.NewClient(Role.CommuneAdmin, A);
        using var recorded = await admin.Send(HttpMethod.Post, $"/v1/localities/{A}/confirmations", new[]
        {
            new { citizenId = both, audience = "Citizens", source = "Declaration", confirmedAt = "2026-03-05T08:00:00+07:00" },
            new { citizenId = Batch.NewCitizen(), audience = "Workers", source = "AgencyConfirmation", confirmedAt = "2026-03-06T08:00:00+07:00" },
        });
        Assert.Equal(2, (int)(await recorded.Body(HttpStatusCode.OK)).Number("created")!);
    }

    internal JsonObject Row(string commune, string learner, string course = "KNS-CD-01", int month = 3, string audience = "Citizens", bool passed = true) =>
        batch.Row($"{A}-{learner}", at: $"2026-{month:D2}-03T08:00:00+07:00", change: r => (r["locality"], r["course"], r["audience"], r["passed"]) = (commune, course, audience, passed));

    /// <summary>The order that merges the first two.</summary>
    internal object Merger(string into) => new
    {
        kind = "Merge",
        from = new[] { A, B },
        into = new[] { new { code = into, kind = "Xã", name = $"Hợp Nhất {into}" } },
        effectiveOn = "2026-07-01",
        legalBasis = "Nghị quyết số 1/NQ-UBTVQH16",
        reason = "Sắp xếp đơn vị hành chính",
    };

    internal async Task<JsonObject> Merge(string into)
    {
        using var made = await operators.Send(HttpMethod.Post, "/v1/tenants/reorganisations", Merger(into));
        return await made.Body(HttpStatusCode.Created);
    }

    internal async Task<JsonObject> Split(object order)
    {
        using var made = await operators.Send(HttpMethod.Post, "/v1/tenants/reorganisations", order);
        return await made.Body(HttpStatusCode.Created);
    }

    internal static string IdOf(JsonObject outcome) => outcome["reorganisation"]!["id"]!.ToString();

    internal Task<HttpResponseMessage> SendReversal(string id, object body, string query = "") =>
        operators.Send(HttpMethod.Post, $"/v1/tenants/reorganisations/{id}/reversal{query}", body);

    internal async Task<JsonObject> Reverse(string id, string? newcomers = null)
    {
        using var sent = await SendReversal(id, new { reason = "Bãi bỏ", newcomers });
        return await sent.Body(HttpStatusCode.OK);
    }

    /// <summary>The cells of a commune: month, audience, course → completions, learners, passed.</summary>
    internal async Task<Dictionary<string, (long, long, long)>> Cells(params string[] of)
    {
        var cells = new Dictionary<string, (long Completions, long Learners, long Passed)>(StringComparer.Ordinal);
        foreach (var code in of)
            foreach (var line in await batch.Figures(code))
            {
                var (cell, counts) = (line.Split(": ")[0], line.Split(": ")[1].Split('/').Select(long.Parse).ToArray());
                var known = cells.GetValueOrDefault(cell);
                cells[cell] = (known.Completions + counts[0], known.Learners + counts[1], known.Passed + counts[2]);
            }

        return cells;
    }

    /// <summary>Every stored row about people of the communes, by where it lies; what the database holds, nothing left out.</summary>
    internal async Task<List<string>> Stored(params string[] of)
    {
        var rows = new List<string>();
        foreach (var sql in (string[])[
            "select 'completion ' || l.code || ' ' || to_jsonb(c)::text from completions c join localities l on l.id = c.tenant_id where l.code = any($1)",
            "select 'learner ' || l.code || ' ' || to_jsonb(c)::text from learners c join localities l on l.id = c.tenant_id where l.code = any($1)",
            "select 'confirmation ' || l.code || ' ' || to_jsonb(c)::text from confirmations c join localities l on l.id = c.tenant_id where l.code = any($1)",
            "select 'total ' || l.code || ' ' || (to_jsonb(c) - 'as_of')::text from audience_totals c join localities l on l.id = c.tenant_id where l.code = any($1) and c.learners + c.achieved + c.confirmed <> 0",
            "select 'population ' || l.code || ' ' || to_jsonb(c)::text from populations c join localities l on l.id = c.tenant_id where l.code = any($1)",
            "select 'figure ' || l.code || ' ' || to_jsonb(c)::text from target_figures c join localities l on l.id = c.tenant_id where l.code = any($1)",
            "select 'plan ' || l.code || ' ' || c.id || ' ' || c.status from plans c join localities l on l.id = c.tenant_id where l.code = any($1)",
            "select 'name ' || l.code || ' ' || coalesce(l.valid_to::text, '') || ' ' || to_jsonb(c)::text from locality_names c join localities l on l.id = c.locality_id where l.code = any($1)"])
            rows.AddRange((await world.Everything(sql, (object)of)).Select(r => (string)r[0]!));
        return [.. rows.Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        batch.Dispose();
        operators.Dispose();
    }
}
