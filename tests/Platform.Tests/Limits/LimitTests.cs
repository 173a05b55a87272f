using System.Net;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;
using Platform.Tests.CommandLine;
using Platform.Tests.Learning;

namespace Platform.Tests.Limits;

/// <summary>What is too much is refused with the time to wait; a server of their own with small limits, on the database of <see cref="World"/>.</summary>
public sealed class LimitTests(World world, LimitTests.SmallServer server) : IClassFixture<LimitTests.SmallServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_vendor_pays_by_the_row_is_told_what_is_left_and_is_refused_when_nothing_is()
    {
        using var batch = await Vendor();
        using var other = await Vendor();
        using var first = await Send(batch, 3);
        Assert.Equal("\"rows\";q=10;w=600", Assert.Single(first.Headers.GetValues("RateLimit-Policy")));
        Assert.StartsWith("\"rows\";r=7;t=", Assert.Single(first.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
        using var second = await Send(batch, 9);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.StartsWith("\"rows\";r=0;t=", Assert.Single(second.Headers.GetValues("RateLimit")), StringComparison.Ordinal);

        using var refused = await Send(batch, 1);
        Assert.Equal(Problems.TooMuch.Code, (await refused.Body(HttpStatusCode.TooManyRequests)).Text("code"));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 30, 180);
        Assert.Contains("r=0", Assert.Single(refused.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
        using var unaffected = await Send(other, 1);
        Assert.Equal(HttpStatusCode.OK, unaffected.StatusCode);
    }

    [Fact]
    public async Task The_sends_of_one_vendor_that_are_worked_on_at_once_are_counted()
    {
        using var batch = await Vendor();
        using var other = await Vendor();
        var (body, open) = Open(batch);
        await body.Begun.Task;
        HttpResponseMessage refused;
        for (var looks = 1; (refused = await Send(batch, 0)).StatusCode == HttpStatusCode.OK; looks++) // the open one may still be on its way
        {
            refused.Dispose();
            if (looks % 100 != 0)
                continue;
            // It came while a look was worked on, and was refused itself.
            body.Finish.SetResult();
            using (await open)
                (body, open) = Open(batch);
            await body.Begun.Task;
        }

        var problem = await refused.Body(HttpStatusCode.TooManyRequests);
        Assert.Equal(Problems.TooManyAtOnce.Code, problem.Text("code"));
        Assert.Contains("Tối đa 1 lượt gửi cùng lúc", problem.Text("detail"), StringComparison.Ordinal);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal("\"sends\";r=0;t=1", Assert.Single(refused.Headers.GetValues("RateLimit")));
        refused.Dispose();
        using var unaffected = await Send(other, 1);
        Assert.Equal(HttpStatusCode.OK, unaffected.StatusCode);
        body.Finish.SetResult();
        using var finished = await open;
        Assert.Equal(HttpStatusCode.OK, finished.StatusCode);
    }

    [Fact]
    public async Task A_send_beyond_those_worked_on_at_once_waits_for_its_place()
    {
        using var batch = await Vendor();
        var both = false;
        for (var tries = 0; tries < 5 && !both; tries++) // a slow machine may take longer than is waited
        {
            var (body, open) = Open(batch);
            await body.Begun.Task;
            // Either may come first; the other waits.
            var next = Send(batch, 0);
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);
            body.Finish.SetResult();
            using var first = await open;
            using var second = await next;
            both = (first.StatusCode, second.StatusCode) == (HttpStatusCode.OK, HttpStatusCode.OK);
        }

        Assert.True(both);
    }

    [Fact]
    public async Task The_clients_of_one_locality_share_what_it_may_change_and_reading_is_free()
    {
        var (commune, neighbour) = (await world.FreshCommune(), await world.FreshCommune());
        var path = $"/v1/localities/{commune.Code}/villages";
        using var one = await SignIn(Role.CommuneAdmin, commune.Code);
        using var two = await SignIn(Role.CommuneAdmin, commune.Code);
        using var next = await SignIn(Role.CommuneAdmin, neighbour.Code);
        for (var i = 0; i < 3; i++)
            Assert.Equal(201, (await one.Ask("POST", path, Village(i))).Status);
        (await one.Ask("POST", path, Village(3))).Refused(429, Problems.TooMuch.Code);
        (await two.Ask("POST", path, Village(3))).Refused(429, Problems.TooMuch.Code);
        Assert.Equal(201, (await next.Ask("POST", $"/v1/localities/{neighbour.Code}/villages", Village(0))).Status);
        Assert.Equal(3, (await two.Rows(path)).Count);
    }

    [Fact]
    public async Task A_client_may_ask_for_so_many_tokens_from_one_address_and_another_client_is_not_affected()
    {
        var (id, secret) = await world.Register(Role.Vendor, "05953");
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        var asked = 0;
        while (true)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = asked == 0 ? "wrong" : secret });
            using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form, Cancellation);
            asked++;
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.True(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds >= 1);
                Assert.Equal("temporarily_unavailable", (await answer.Body(HttpStatusCode.TooManyRequests)).Text("error"));
                break;
            }

            Assert.Equal(asked == 1 ? HttpStatusCode.Unauthorized : HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.True(asked >= 4);
        using var other = await SignIn(Role.Vendor, "05953");
        Assert.NotNull(other.DefaultRequestHeaders.Authorization);
    }

    private static JsonObject Village(int n) => new() { ["kind"] = "Xóm", ["name"] = $"Mai Sơn {n}" };

    private async Task<Batch> Vendor()
    {
        var commune = await world.FreshCommune();
        return new Batch(world, await SignIn(Role.Vendor, commune.Code), commune.Code);
    }

    private async Task<HttpClient> SignIn(Role role, string locality)
    {
        var (id, secret) = await world.Register(role, locality);
        return await Newcomers.SignedIn(server.Address, id, secret);
    }

    private static Task<HttpResponseMessage> Send(Batch batch, int rows) =>
        batch.Client.Send(HttpMethod.Post, "/v1/completions", new JsonArray([.. Enumerable.Range(0, rows).Select(_ => batch.Row())]).ToJsonString());

    private static (Unfinished, Task<HttpResponseMessage>) Open(Batch batch)
    {
        var unfinished = new Unfinished();
        unfinished.Headers.ContentType = new("application/json");
        return (unfinished, batch.Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/completions", UriKind.Relative)) { Content = unfinished }, Cancellation));
    }

    // A body that has begun and ends when the test says so.
    private sealed class Unfinished : HttpContent
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Finish { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("["u8.ToArray());
            await stream.FlushAsync();
            Begun.SetResult();
            await Finish.Task;
            await stream.WriteAsync("]"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>The server with small limits.</summary>
    public sealed class SmallServer(World world) : IAsyncLifetime
    {
        private Executable? process;

        public string Address { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            process = Executable.Serve(
                world,
                ("Limits__RowsPerMinute", "1"), ("Limits__RowBurst", "10"), ("Limits__SendsAtOnce", "1"),
                ("Limits__ChangesPerMinute", "1"), ("Limits__ChangeBurst", "3"), ("Limits__TokensPerMinute", "3"));
            Address = await process.Ready();
        }

        public ValueTask DisposeAsync()
        {
            process?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
