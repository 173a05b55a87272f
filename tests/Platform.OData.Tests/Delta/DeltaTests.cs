using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Platform.OData.Tests.Conformance;
using Xunit;

namespace Platform.OData.Tests.Delta;

/// <summary>A set that changes between the requests, with its own small service.</summary>
public sealed class DeltaTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient client = new();
    private readonly Places places = new();
    private readonly Later clock = new();
    private WebApplication? app;

    private string Root => app!.Urls.First() + "/odata/";

    public async ValueTask InitializeAsync()
    {
        var model = ODataModel.Create("Test")
            .EntitySet<Place>("Places", "Place", set => set
                .Key("Id", place => place.Id)
                .Property("Name", place => place.Name)
                .Property("Level", place => place.Level)
                .Changes(place => place.Sequence))
            .EntitySet<Note>("Notes", "Note", set => set.Key("Id", note => note.Id)).Build();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapOData("/odata", model, new ODataOptions { Clock = clock }, _ => places);
        await app.StartAsync();
        for (var id = 1; id <= 5; id++)
            places.Put(id, "P" + id, id % 2);
    }

    public void Dispose() => client.Dispose();

    public async ValueTask DisposeAsync() => await app!.DisposeAsync();

    [Fact]
    public async Task A_link_is_answered_for_as_long_as_was_said_when_it_was_given()
    {
        var first = (await Get("Places", ("Prefer", "odata.track-changes,odata.maxpagesize=3"))).Answer;
        clock.Ahead += TimeSpan.FromDays(1); // what the last page links to is as old as the first page
        var link = Link((await Get((string)first["@odata.nextLink"]!)).Answer);
        clock.Ahead += TimeSpan.FromDays(28.5);
        for (var id = 1; id <= 5; id++)
            places.Put(id, "again", 0);
        var begun = (await Get(link, ("Prefer", "odata.maxpagesize=3"))).Answer;
        clock.Ahead += TimeSpan.FromDays(0.6);
        foreach (var old in new[] { link, (string)begun["@odata.nextLink"]! })
        {
            using var gone = await client.GetAsync(new Uri(old), TestContext.Current.CancellationToken);
            Assert.Equal(System.Net.HttpStatusCode.Gone, gone.StatusCode);
            var error = JsonNode.Parse(await gone.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
            Assert.Equal(("OD-1009", "$deltatoken"), ((string)error["code"]!, (string)error["target"]!));
        }

        var anew = Link((await Get("Places", ("Prefer", "odata.track-changes"))).Answer);
        clock.Ahead += TimeSpan.FromDays(20);
        var next = Link((await Get(anew)).Answer);
        clock.Ahead += TimeSpan.FromDays(20);
        Assert.Equal("", Changes((await Get(next)).Answer));
    }

    [Fact, Clause("4.0 Advanced", "14", "SHOULD", "delta change tracking")]
    public async Task Only_what_changed_is_sent_the_next_time()
    {
        var (first, applied) = await Get("Places", ("Prefer", "odata.track-changes"));
        Assert.Equal("odata.track-changes", applied);
        Assert.Equal(5, first["value"]!.AsArray().Count);
        places.Put(2, "renamed", 0);
        places.Put(9, "new", 1);
        places.Remove(4);
        var (delta, _) = await Get(Link(first));
        Assert.EndsWith("$metadata#Places/$delta", (string)delta["@odata.context"]!);
        Assert.Equal("2 renamed,9 new,-4 deleted", Changes(delta));
        var (nothing, _) = await Get(Link(delta));
        Assert.Equal("", Changes(nothing));
        places.Put(1, "later", 1);
        Assert.Equal("1 later", Changes((await Get(Link(nothing))).Answer));
    }

    [Fact]
    public async Task An_entity_that_no_longer_fits_the_filter_is_removed()
    {
        var (first, _) = await Get("Places?$filter=Level eq 1&$select=Name", ("Prefer", "track-changes"));
        places.Put(1, "one", 0);
        places.Put(3, "three", 1);
        Assert.Equal("-1 changed,0 three", Changes((await Get(Link(first))).Answer));
    }

    [Fact]
    public async Task Tracking_begins_where_the_first_page_was_read()
    {
        var (page, _) = await Get("Places", ("Prefer", "track-changes, maxpagesize=3"));
        Assert.False(page.ContainsKey("@odata.deltaLink"));
        places.Put(1, "meanwhile", 1);
        var (last, _) = await Get((string)page["@odata.nextLink"]!, ("Prefer", "maxpagesize=3"));
        Assert.Equal("1 meanwhile", Changes((await Get(Link(last))).Answer));
    }

    [Fact]
    public async Task Changes_come_in_pages_and_in_their_order()
    {
        var (first, _) = await Get("Places", ("Prefer", "track-changes"));
        places.Put(3, "a", 1);
        places.Remove(1);
        places.Put(5, "b", 1);
        places.Remove(2);
        places.Put(4, "c", 1);
        var seen = new List<string>();
        var link = Link(first);
        for (var next = link; next is not null;)
        {
            var (page, _) = await Get(next, ("Prefer", "maxpagesize=2"));
            seen.Add(Changes(page));
            next = (string?)page["@odata.nextLink"];
            if (seen.Count == 1)
                places.Put(5, "too late for this round", 1);
        }
        Assert.Equal("3 a,-1 deleted|-2 deleted,4 c", string.Join('|', seen).Replace("5 b,", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clients_of_4_0_get_removals_as_they_know_them()
    {
        var (first, _) = await Get("Places", ("Prefer", "odata.track-changes"), ("OData-MaxVersion", "4.0"));
        places.Remove(4);
        var (delta, _) = await Get(Link(first), ("OData-MaxVersion", "4.0"));
        var removed = delta["value"]![0]!;
        Assert.EndsWith("$metadata#Places/$deletedEntity", (string)removed["@odata.context"]!);
        Assert.Equal((Root + "Places(4)", "deleted"), ((string)removed["id"]!, (string)removed["reason"]!));
    }

    [Theory]
    [InlineData("Notes")]
    [InlineData("Places?$top=1")]
    [InlineData("Places?$apply=groupby((Level))")]
    [InlineData("Places(1)")]
    public async Task What_cannot_be_tracked_is_answered_without_a_link(string url)
    {
        var (answer, applied) = await Get(url, ("Prefer", "odata.track-changes"));
        Assert.Equal("", applied);
        Assert.False(answer.ContainsKey("@odata.deltaLink"));
    }

    [Fact]
    public async Task What_is_not_final_yet_is_told_when_it_is()
    {
        places.Final = 5;
        var (first, _) = await Get("Places", ("Prefer", "track-changes"));
        places.Put(1, "later", 1);
        places.Remove(2);
        var (nothing, _) = await Get(Link(first));
        Assert.Equal("", Changes(nothing));
        places.Final = 7;
        Assert.Equal("1 later,-2 deleted", Changes((await Get(Link(nothing))).Answer));
    }

    [Fact]
    public async Task A_link_from_a_database_that_had_counted_further_is_gone()
    {
        var (first, _) = await Get("Places", ("Prefer", "track-changes"));
        places.Final = 3;
        Assert.Equal("OD-1009", (string)(await Get(Link(first))).Answer["error"]!["code"]!);
    }

    [Fact]
    public async Task A_delta_token_is_bound_to_its_query()
    {
        var link = Link((await Get("Places?$filter=Level eq 1", ("Prefer", "track-changes"))).Answer);
        foreach (var forged in new[] { link + "x", link.Replace("Level%20eq%201", "Level%20eq%200", StringComparison.Ordinal), "Places?$deltatoken=", "Notes?$deltatoken=x" })
            Assert.Equal("OD-1006", (string)(await Get(forged)).Answer["error"]!["code"]!);
    }

    private static string Link(JsonObject answer) => (string)answer["@odata.deltaLink"]!;

    private static string Changes(JsonObject delta) => string.Join(',', delta["value"]!.AsArray().Select(change => change!["@odata.removed"] is { } removed
        ? $"-{((string)change["@odata.id"]!).Split('(')[1].TrimEnd(')')} {removed["reason"]}"
        : $"{change["Id"] ?? 0} {change["Name"]}"));

    private async Task<(JsonObject Answer, string Applied)> Get(string url, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url.StartsWith("http", StringComparison.Ordinal) ? url : Root + url);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request);
        var applied = response.Headers.TryGetValues("Preference-Applied", out var values) ? string.Join(", ", values.Where(value => value.Contains("track", StringComparison.Ordinal))) : "";
        return (JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject(), applied);
    }

    private sealed record Place(int Id, string Name, int Level, long Sequence);

    private sealed record Note(int Id);

    private sealed class Places : IODataSource
    {
        private readonly List<Place> rows = [];
        private readonly List<RemovedEntity> removed = [];
        private long sequence;

        public long? Final { get; set; }

        public void Put(int id, string name, int level)
        {
            rows.RemoveAll(row => row.Id == id);
            rows.Add(new Place(id, name, level, ++sequence));
        }

        public void Remove(int id)
        {
            rows.RemoveAll(row => row.Id == id);
            removed.Add(new RemovedEntity { Sequence = ++sequence, Key = id.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        }

        public IQueryable<T> Query<T>(string setName) where T : class =>
            setName == "Places" ? (IQueryable<T>)rows.ToList().AsQueryable() : Array.Empty<T>().AsQueryable();

        public Task<long?> LatestChange(string setName, CancellationToken cancel) => Task.FromResult(Final);

        public IQueryable<RemovedEntity> Removed(string setName) => removed.ToList().AsQueryable();
    }

    private sealed class Later : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
