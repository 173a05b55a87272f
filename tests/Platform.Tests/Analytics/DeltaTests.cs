using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Access;
using Platform.Database;
using Platform.Localities;
using Platform.Tests.Learning;

namespace Platform.Tests.Analytics;

/// <summary>
/// What changed since, over the real tables: each client follows its own delta links. A change is told once no older transaction runs, and
/// other tests run beside these, so a change is waited for.
/// </summary>
[Collection(nameof(RemovedRow))] // the tests of limits lock what these read
public sealed class DeltaTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_province_is_told_what_its_commune_changed_and_removed()
    {
        var (commune, admin, province) = await Start();
        var plan = await admin.Draft(commune.Code);
        var tasks = plan["tasks"]!.AsArray();
        var (first, second, heading) = (Id(tasks, "1.2"), Id(tasks, "1.1"), Id(tasks, "1"));
        using var follower = await Follower.Start(province, $"Tasks?$filter=LocalityCode eq '{commune.Code}'&$select=Id,Title");
        Assert.Equal(3, follower.Rows.Count);
        // While others write, what is very new is told twice: once settled, only what changes is.
        await follower.Until(f => f.Told.Count == 0 || f.ForgetTold());

        var changed = plan["tasks"]!.AsArray().Single(t => t!["number"]!.ToString() == "1.2")!.DeepClone().AsObject().With("title", "Phát thanh hằng tuần");
        changed.Remove("id");
        Assert.Equal(200, (await admin.Ask("PUT", $"{Drafts.At(plan)}/tasks/{first}", changed)).Status);
        await follower.Until(f => f.Rows[first]["Title"]!.ToString() == "Phát thanh hằng tuần");
        Assert.DoesNotContain(second, follower.Told);

        Assert.Equal(204, (await admin.Ask("DELETE", $"{Drafts.At(plan)}/tasks/{second}")).Status);
        await follower.Until(f => !f.Rows.ContainsKey(second));
        Assert.Equal(new[] { first, heading }.Order(), follower.Rows.Keys.Order());
    }

    [Fact]
    public async Task A_change_that_commits_later_with_a_smaller_number_is_not_missed()
    {
        var (commune, admin, province) = await Start();
        var ids = (await admin.Draft(commune.Code))["tasks"]!.AsArray().Select(t => t!["id"]!.ToString()).ToList();
        using var follower = await Follower.Start(province, $"Tasks?$filter=LocalityCode eq '{commune.Code}'&$select=Id,Output");
        await using var connection = new NpgsqlConnection(world.Superuser());
        await connection.OpenAsync(Cancellation);
        await using var slow = await connection.BeginTransactionAsync(Cancellation);
        await connection.Query("update tasks set output = 'slow' where id = $1", Guid.Parse(ids[0]));
        await world.Everything("update tasks set output = 'fast' where id = $1", Guid.Parse(ids[1]));
        await follower.Follow();
        Assert.NotEqual("slow", follower.Rows[ids[0]]["Output"]?.ToString());
        await slow.CommitAsync(Cancellation);
        await follower.Until(f => f.Rows[ids[0]]["Output"]?.ToString() == "slow" && f.Rows[ids[1]]["Output"]?.ToString() == "fast");
    }

    [Fact]
    public async Task Values_read_from_other_rows_are_told_when_those_change()
    {
        var (commune, admin, province) = await Start();
        var plan = await admin.Draft(commune.Code);
        using var follower = await Follower.Start(province, $"Tasks?$filter=LocalityCode eq '{commune.Code}'&$select=Id,Number,PlanStatus,HasLead,IsHeading");
        var id = Id(plan["tasks"]!.AsArray(), "1.1");
        Assert.Equal("True", $"{follower.Rows[id]["HasLead"]!.GetValue<bool>()}");
        await world.Everything("delete from assignments where task_id = $1 and role = 'Lead'", Guid.Parse(id));
        await follower.Until(f => !f.Rows[id]["HasLead"]!.GetValue<bool>());
        Assert.Equal(200, (await admin.Ask("POST", $"{Drafts.At(plan)}/issuance", new JsonObject())).Status);
        await follower.Until(f => f.Rows.Values.All(r => r["PlanStatus"]!.ToString() == "Issued"));
        await world.Everything("delete from initiatives where plan_id = $1", plan["id"]!.GetValue<Guid>());
        await world.Everything("delete from tasks where plan_id = $1 and number <> '1'", plan["id"]!.GetValue<Guid>());
        await follower.Until(f => f.Rows.Count == 1 && !f.Rows.Values.Single()["IsHeading"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Figures_are_told_when_a_vendor_sends_completions()
    {
        using var batch = await Batch.Start(world);
        await batch.Push(batch.Row());
        using var province = await world.NewClient(Role.ProvinceViewer, (await ProvinceOf(batch.Commune)).Code);
        using var follower = await Follower.Start(province, $"CompletionFacts?$filter=LocalityCode eq '{batch.Commune}'&$select=Id,Completions");
        Assert.Equal(1, follower.Rows.Values.Single()["Completions"]!.GetValue<long>());
        await batch.Push(batch.Row(), batch.Row());
        await follower.Until(f => f.Rows.Values.Single()["Completions"]!.GetValue<long>() == 3);
    }

    [Theory]
    [InlineData("Agencies")]
    [InlineData("Plans")]
    [InlineData("Targets")]
    [InlineData("Tasks")]
    [InlineData("Assignments")]
    public async Task Another_communes_changes_and_removals_are_told_to_nobody_else(string set)
    {
        var (commune, admin, _) = await Start();
        var (_, stranger, _) = await Start();
        using var own = await Follower.Start(admin, set);
        using var other = await Follower.Start(stranger, set);
        var plan = await admin.Draft(commune.Code);
        await own.Until(f => f.Rows.Count > 0);
        var seen = own.Rows.Keys.ToList();
        Assert.Equal(204, (await admin.Ask("DELETE", Drafts.At(plan))).Status);
        await world.Everything("delete from agencies where tenant_id = $1", commune.Id);
        await own.Until(f => f.Rows.Count == 0);
        await other.Follow();
        Assert.Empty(other.Told.Intersect(seen));
        Assert.DoesNotContain(plan["id"]!.ToString(), other.Told);
    }

    [Fact]
    public async Task A_link_that_was_altered_or_belongs_to_another_is_refused()
    {
        using var viewer = await world.As("thaiNguyenViewer");
        using var commune = await world.As("khaSonAdmin");
        using var follower = await Follower.Start(viewer, "Targets?$filter=Year eq 2026");
        foreach (var (client, link) in ((HttpClient, string)[])
            [(commune, follower.Link), (viewer, follower.Link + "x"), (viewer, follower.Link.Replace("2026", "2025", StringComparison.Ordinal)), (viewer, follower.Link.Replace("Targets?", "TargetProgress?", StringComparison.Ordinal))])
        {
            using var answer = await client.Send(HttpMethod.Get, link);
            Assert.Equal("OD-1006", (await answer.Body(HttpStatusCode.BadRequest))["error"]!["code"]!.ToString());
        }
    }

    [Fact]
    public async Task Clients_of_4_0_get_removals_as_they_know_them()
    {
        var (commune, admin, province) = await Start();
        var plan = await admin.Draft(commune.Code);
        province.DefaultRequestHeaders.Add("OData-MaxVersion", "4.0");
        using var follower = await Follower.Start(province, $"Plans?$filter=LocalityCode eq '{commune.Code}'");
        Assert.Equal(204, (await admin.Ask("DELETE", Drafts.At(plan))).Status);
        await follower.Until(f => f.Rows.Count == 0);
        Assert.Contains("$deletedEntity", follower.LastRemoval!["@odata.context"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Provinces")]
    [InlineData("Communes")]
    [InlineData("Courses")]
    public async Task Public_lists_are_tracked_too(string set)
    {
        using var client = await world.As("khaSonAdmin");
        using var follower = await Follower.Start(client, set);
        Assert.NotEmpty(follower.Rows);
        await follower.Follow();
    }

    [Fact]
    public async Task What_was_removed_before_the_oldest_link_that_is_answered_is_forgotten()
    {
        var removed = new List<string>();
        foreach (var _ in (int[])[1, 2])
        {
            var (commune, admin, _) = await Start();
            var plan = await admin.Draft(commune.Code);
            removed.Add(Id(plan["tasks"]!.AsArray(), "1.1"));
            Assert.Equal(204, (await admin.Ask("DELETE", $"{Drafts.At(plan)}/tasks/{removed[^1]}")).Status);
        }

        var (old, young) = (removed[0], removed[1]);
        const string remembered = "select row_id from removed_rows where row_id = $1";
        await world.Everything("update removed_rows set removed_at = now() - interval '30 days 23 hours' where row_id = $1", young);
        await world.Everything("update removed_rows set removed_at = now() - interval '31 days 1 hour' where row_id = $1", old);
        Assert.True(await world.Instance.App.Services.GetRequiredService<RemovalPurge>().Purge(Cancellation) > 0);
        Assert.Empty(await world.Everything(remembered, old));
        Assert.Single(await world.Everything(remembered, young));
    }

    private async Task<(LocalityEntry Commune, HttpClient Admin, HttpClient Province)> Start()
    {
        var commune = await world.FreshCommune();
        return (commune, await world.AdminOf(commune.Code), await world.NewClient(Role.ProvinceViewer, (await ProvinceOf(commune.Code)).Code));
    }

    private async Task<LocalityEntry> ProvinceOf(string commune) => await world.Locality(
        (string)(await world.Everything("select p.code from localities l join localities p on p.id = l.province_id where l.code = $1", commune))[0][0]!);

    private static string Id(JsonArray tasks, string number) => tasks.Single(t => t!["number"]!.ToString() == number)!["id"]!.ToString();

    /// <summary>A client that keeps a copy of what it asked for by following the links.</summary>
    private sealed class Follower(HttpClient client) : IDisposable
    {
        public Dictionary<string, JsonObject> Rows { get; } = [];

        /// <summary>All ids that it was told of after the first answer.</summary>
        public List<string> Told { get; } = [];

        public JsonObject? LastRemoval { get; private set; }

        public string Link { get; private set; } = "";

        public static async Task<Follower> Start(HttpClient client, string query)
        {
            var follower = new Follower(client);
            await follower.Read($"/odata/{query}");
            follower.Told.Clear();
            return follower;
        }

        public Task Follow() => Read(Link);

        public bool ForgetTold()
        {
            Told.Clear();
            return false;
        }

        public async Task Until(Func<Follower, bool> isThere)
        {
            for (var waiting = System.Diagnostics.Stopwatch.StartNew(); waiting.Elapsed < TimeSpan.FromMinutes(3);)
            {
                await Follow();
                if (isThere(this))
                    return;
                await Task.Delay(50, Cancellation);
            }

            Assert.Fail($"Never told; copy: {string.Join(", ", Rows.Values.Select(r => r.ToJsonString()))}");
        }

        public void Dispose() => Rows.Clear();

        private async Task Read(string? path)
        {
            while (path is not null)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
                request.Headers.TryAddWithoutValidation("Prefer", "odata.track-changes, odata.maxpagesize=1000");
                using var sent = await client.SendAsync(request, Cancellation);
                var answer = await sent.Body(HttpStatusCode.OK);
                foreach (var row in answer["value"]!.AsArray().Select(r => r!.AsObject()))
                    Take(row);
                if (answer["@odata.deltaLink"] is { } link)
                    Link = new Uri(link.ToString()).PathAndQuery;
                path = answer["@odata.nextLink"] is { } next ? new Uri(next.ToString()).PathAndQuery : null;
            }
        }

        private void Take(JsonObject row)
        {
            var address = row["@odata.id"] ?? row["id"];
            var id = address is null ? (row["Id"] ?? row["Code"])!.ToString() : Uri.UnescapeDataString(address.ToString().Split('(')[1].TrimEnd(')')).Trim('\'');
            Told.Add(id);
            if (row.ContainsKey("@odata.removed") || row.ContainsKey("reason"))
            {
                LastRemoval = row;
                Rows.Remove(id);
            }
            else
                Rows[id] = row;
        }
    }
}
