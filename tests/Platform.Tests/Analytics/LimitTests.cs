using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Access;
using Platform.CommandLine;
using Platform.Database;
using Platform.Tests.Learning;

namespace Platform.Tests.Analytics;

/// <summary>What a question may cost and which figures are left out, on a second server over the same database with narrow limits.</summary>
[Collection(nameof(RemovedRow))]
public sealed class LimitTests(World world, LimitTests.Narrow narrow) : IClassFixture<LimitTests.Narrow>
{
    private const int Threshold = 10;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_that_goes_through_too_many_rows_is_refused_before_it_runs()
    {
        using var client = await narrow.As("thaiNguyenViewer");
        const string question = "/odata/Communes/$count?$filter=not Province/Communes/any(a:a/Province/Communes/any(b:contains(b/Name,concat(a/Code,$it/Code))))";
        using var refused = await client.Send(HttpMethod.Get, question);
        var error = (await refused.Body(HttpStatusCode.UnprocessableEntity))["error"]!;
        Assert.Equal(("OD-4003", "MaxEstimatedRows"), (error["code"]!.ToString(), error["target"]?.ToString()));
        await client.Rows("/odata/Provinces?$filter=Communes/any(c:c/Code eq '05953')");
    }

    [Fact]
    public async Task A_statement_whose_time_is_over_is_cancelled_in_the_database()
    {
        using var client = await narrow.As("thaiNguyenViewer");
        var link = await DeltaLink(client);
        await WhileLocked(async () =>
        {
            using var late = await client.Send(HttpMethod.Get, link);
            Assert.Equal("OD-4002", (await late.Body(HttpStatusCode.UnprocessableEntity))["error"]!["code"]!.ToString());
            await Running(isWanted: false);
        });
    }

    [Fact]
    public async Task A_statement_whose_client_has_gone_is_cancelled_in_the_database()
    {
        using var client = await world.As("thaiNguyenViewer");
        var link = await DeltaLink(client);
        await WhileLocked(async () =>
        {
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var asked = client.GetAsync(new Uri(link, UriKind.Relative), leaving.Token);
            await Running(isWanted: true);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
            await Running(isWanted: false);
        });
    }

    [Fact]
    public async Task Small_figures_about_people_are_left_out_on_every_way_to_them()
    {
        using var batch = await Batch.Start(world);
        await batch.Push(batch.Row(), batch.Row(), batch.Row());
        using var client = await narrow.NewClient(world, Role.CommuneAdmin, batch.Commune);
        Assert.Null((await client.Rows("/odata/CompletionFacts"))[0].Number("Learners"));
        Assert.Empty(await client.Rows("/odata/CompletionFacts?$filter=Learners eq 3 or Passed gt 0"));
        Assert.Empty(await client.Rows("/odata/CompletionFacts?$apply=filter(Completions ge 1)"));
        Assert.Null((await client.Rows("/odata/CompletionFacts?$apply=aggregate(Learners with sum as N)"))[0].Number("N"));
        Assert.Null((await client.Rows("/odata/CompletionFacts?$apply=groupby((Month),aggregate(Learners with sum as N))"))[0].Number("N"));
        Assert.Null((await client.Rows("/odata/CompletionFacts?$apply=groupby((Month),aggregate(Learners with max as N))"))[0].Number("N"));
        Assert.Null((await client.Rows("/odata/CompletionFacts?$compute=Learners add 1 as N&$select=N"))[0].Number("N"));
        Assert.Empty(await client.Rows("/odata/CompletionFacts?$apply=groupby((Learners))&$filter=Learners ne null"));
        await batch.Push([.. Enumerable.Range(0, Threshold).Select(_ => (JsonNode)batch.Row())]);
        Assert.Equal(3 + Threshold, (await client.Rows("/odata/CompletionFacts"))[0].Number("Learners"));
    }

    [Fact]
    public async Task Small_numerators_of_progress_are_left_out_with_their_shares_and_are_not_told_by_the_sum_over_them()
    {
        var commune = await world.FreshCommune();
        var admin = await Rollup.Commune.Start(world, locality: commune);
        await admin.Declare(200);
        await admin.Report("r", "2026-02-01T00:00:00Z", 3, null);
        await admin.Report("c", "2026-02-01T00:00:00Z", 40, null);
        using var client = await narrow.NewClient(world, Role.CommuneAdmin, commune.Code);
        async Task<JsonObject> Row(string options) => Assert.Single(await client.Rows($"/odata/TargetProgress?{options}"));
        var small = await Row("$filter=Target/Number eq 'r'&$select=Numerator,Percent,Denominator&$compute=Numerator mul 2 as Twice");
        Assert.Equal((null, null, 200m), (small.Number("Numerator"), small.Number("Percent"), small.Number("Denominator")));
        Assert.Equal(40, (await Row("$filter=Target/Number eq 'c'")).Number("Numerator"));
        Assert.Empty(await client.Rows("/odata/TargetProgress?$filter=Numerator lt 10 and Numerator gt 0 or Percent gt 0 and Target/Number eq 'r'"));
        Assert.Null((await Row("$apply=aggregate(Numerator with sum as N)")).Number("N"));
        Assert.Null((await Row("$apply=groupby((Year),aggregate(Numerator with sum as N))")).Number("N"));
        Assert.Null((await Row("$apply=filter(Target/Number eq 'r')/aggregate(Numerator with max as N)")).Number("N"));
        Assert.Null(Assert.Single(await client.Rows($"/odata/Communes?$apply=filter(Code eq '{commune.Code}')/aggregate(Progress/Numerator with sum as N)")).Number("N"));
    }

    [Theory]
    [InlineData("MaxPageSize", "0")]
    [InlineData("StatementTimeout", "00:20:00")]
    [InlineData("MaxEstimatedRows", "-1")]
    public void A_limit_outside_its_range_ends_the_start(string name, string value)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Narrow.Build(world, (name, value)));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    private static async Task<string> DeltaLink(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/odata/Agencies?$select=Id", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Prefer", "odata.track-changes");
        using var answer = await client.SendAsync(request, Cancellation);
        return new Uri((await answer.Body(HttpStatusCode.OK))["@odata.deltaLink"]!.ToString()).PathAndQuery;
    }

    /// <summary>Nobody reads what was removed until the lock is given back: a statement that never ends by itself.</summary>
    private async Task WhileLocked(Func<Task> run)
    {
        await using var connection = new NpgsqlConnection(world.Superuser());
        await connection.OpenAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await connection.Query("lock table removed_rows in access exclusive mode");
        await run();
    }

    private async Task Running(bool isWanted)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var running = (long)(await world.Everything("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and usename = 'platform_app' and query like '%FROM removed_rows%'"))[0][0]!;
            if (running > 0 == isWanted)
                return;
            await Task.Delay(50, Cancellation);
        }

        Assert.Fail(isWanted ? "The statement never began." : "The statement still runs.");
    }

    /// <summary>The second server.</summary>
    public sealed class Narrow(World world) : IAsyncLifetime
    {
        private WebApplication? app;

        public async ValueTask InitializeAsync()
        {
            app = Build(world, ("StatementTimeout", "00:00:05"), ("MaxEstimatedRows", "100000"), ("SuppressBelow", $"{Threshold}"));
            await app.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await app!.StopAsync();
            await app.DisposeAsync();
        }

        internal static WebApplication Build(World world, params (string Name, string Value)[] limits)
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development, ContentRootPath = AppContext.BaseDirectory });
            builder.Logging.ClearProviders();
            builder.LeaveWork();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            foreach (var (name, value) in limits)
                builder.Configuration[$"OData:{name}"] = value;
            return Server.Build(builder, world.Instance.Database, Secrets.InFolder(world.Folder));
        }

        public Task<HttpClient> As(string name)
        {
            var (id, secret) = world.Credentials(name);
            return SignedIn(id, secret);
        }

        internal async Task<HttpClient> NewClient(World owner, Role role, string locality)
        {
            var (id, secret) = await owner.Register(role, locality);
            return await SignedIn(id, secret);
        }

        private async Task<HttpClient> SignedIn(string id, string secret)
        {
            var client = new HttpClient { BaseAddress = new Uri(app!.Urls.First()) };
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = secret });
            using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form, Cancellation);
            var token = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["access_token"]!.GetValue<string>();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return client;
        }
    }
}
