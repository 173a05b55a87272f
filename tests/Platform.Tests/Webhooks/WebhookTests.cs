using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Http;
using Platform.Tests.Analytics;
using Platform.Webhooks;

namespace Platform.Tests.Webhooks;

/// <summary>Vendors are told of what happened: signed, at least once, and with a log of every try.</summary>
[Collection("Deliveries")]
public sealed class WebhookTests(World world) : IClassFixture<ClientsTests.Packages>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_signed_so_that_the_vendor_can_check_it_by_hand_and_with_the_library_of_the_standard()
    {
        await using var receiver = await Receiver.Start();
        using var vendor = await world.NewClient(Role.Vendor, "05953");
        var (webhook, secret) = await Register(vendor, receiver.Url);
        await Test(vendor, webhook);

        var call = (await receiver.Called(1))[0];
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Equal($"v1,{Sign(secret, call)}", call.Signature);
        var body = JsonNode.Parse(call.Body)!;
        Assert.Equal(("webhook.test", webhook), (body["type"]!.ToString(), body["data"]!["webhookId"]!.ToString()));
        Assert.True(Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(call.Timestamp, CultureInfo.InvariantCulture)) < 300);
        Assert.Equal("verified", await VerifyWithTheLibrary(secret, call));
        Assert.Equal("refused", await VerifyWithTheLibrary(WebhookSignature.NewSecret(), call));
    }

    [Fact]
    public async Task After_a_new_secret_both_sign_for_a_while_and_neither_is_ever_shown_again()
    {
        await using var receiver = await Receiver.Start();
        using var vendor = await world.NewClient(Role.Vendor, "05953");
        var (webhook, former) = await Register(vendor, receiver.Url);
        using var renewed = await vendor.Send(HttpMethod.Post, $"/v1/webhooks/{webhook}/secrets");
        var present = (await renewed.Body(HttpStatusCode.OK)).Text("secret")!;
        Assert.NotEqual(former, present);
        await Test(vendor, webhook);

        var call = (await receiver.Called(1))[0];
        Assert.Equal($"v1,{Sign(present, call)} v1,{Sign(former, call)}", call.Signature);
        var shown = (await vendor.Read($"/v1/webhooks/{webhook}")).ToJsonString() + (await vendor.Read("/v1/webhooks")).ToJsonString();
        Assert.DoesNotContain("whsec_", shown, StringComparison.Ordinal);
        var stored = await world.Everything("select encode(secret, 'escape') from webhooks where id = $1", Guid.Parse(webhook));
        Assert.DoesNotContain("whsec_", (string)stored[0][0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_message_is_tried_again_later_or_by_hand_and_keeps_its_id()
    {
        await using var receiver = await Receiver.Start();
        receiver.Status = 500;
        using var vendor = await world.NewClient(Role.Vendor, "05953");
        var (webhook, _) = await Register(vendor, receiver.Url);
        await Test(vendor, webhook);
        var failed = await Delivery(vendor, webhook, d => d["attempts"]!.AsArray().Count >= 1);
        Assert.Equal("Pending", failed.Text("status"));
        Assert.Equal(500, failed["attempts"]![0]!["status"]!.GetValue<int>());
        Assert.True(failed["nextAttemptAt"]!.GetValue<DateTimeOffset>() > failed["attempts"]![0]!["at"]!.GetValue<DateTimeOffset>());
        Assert.NotNull((await vendor.Read($"/v1/webhooks/{webhook}")).Text("failingSince"));

        receiver.Status = 200;
        using var again = await vendor.Send(HttpMethod.Post, $"/v1/webhooks/{webhook}/deliveries/{failed.Text("id")}/attempts");
        await again.Body(HttpStatusCode.Accepted);
        var delivered = await Delivery(vendor, webhook, d => d.Text("status") == "Delivered");
        Assert.Equal((500, 200), (delivered["attempts"]![0]!["status"]!.GetValue<int>(), delivered["attempts"]!.AsArray()[^1]!["status"]!.GetValue<int>()));
        Assert.Single(receiver.Calls.Select(c => c.Id).Distinct());
        Assert.Equal(delivered.Text("messageId"), receiver.Calls[0].Id);
        Assert.Null((await vendor.Read($"/v1/webhooks/{webhook}")).Text("failingSince"));
    }

    [Fact]
    public async Task What_was_rolled_back_is_not_told_and_what_was_committed_is()
    {
        await using var receiver = await Receiver.Start();
        using var vendor = await world.NewClient(Role.Vendor, "05953");
        var (webhook, _) = await Register(vendor, receiver.Url);
        var number = await VendorOf(webhook);
        foreach (var (commits, rows) in new[] { (false, 1), (true, 2) })
            await world.InScope(_ => { }, async db =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(Cancellation);
                await WebhookOutbox.Add(db, number, WebhookOutbox.ImportFinished, new { rows }, DateTimeOffset.UtcNow, Cancellation);
                await db.SaveChangesAsync(Cancellation);
                if (commits)
                    await transaction.CommitAsync(Cancellation);
                return 0;
            });

        Assert.Equal(2, JsonNode.Parse((await receiver.Called(1))[0].Body)!["data"]!["rows"]!.GetValue<int>());
        Assert.Single(await vendor.Rows($"/v1/webhooks/{webhook}/deliveries"));
    }

    [Fact]
    public async Task Two_servers_on_one_database_deliver_each_message_once()
    {
        await using var receiver = await Receiver.Start();
        using var vendor = await world.NewClient(Role.Vendor, "05953");
        var (webhook, _) = await Register(vendor, receiver.Url);
        using var second = ActivatorUtilities.CreateInstance<WebhookDispatch>(world.Instance.App.Services);
        await second.StartAsync(Cancellation);
        for (var i = 0; i < 12; i++)
            await Test(vendor, webhook);
        await Receiver.Until(async () => (await vendor.Rows($"/v1/webhooks/{webhook}/deliveries?status=Delivered")).Count == 12, "12 deliveries");
        await second.StopAsync(Cancellation);
        Assert.Equal(12, receiver.Calls.Select(c => c.Id).Distinct().Count());
        Assert.Equal(12, receiver.Calls.Count);
    }

    [Theory]
    [InlineData(410, "Gone")]
    [InlineData(500, "Failing")]
    public async Task An_address_that_is_gone_or_fails_for_days_is_switched_off_and_can_be_switched_on_again(int status, string because)
    {
        await using var receiver = await Receiver.Start();
        receiver.Status = status;
        using var vendor = await world.NewClient(Role.Vendor, "05953");
        var (webhook, _) = await Register(vendor, receiver.Url);
        if (status == 500)
            await world.Everything("update webhooks set failing_since = now() - interval '6 days' where id = $1", Guid.Parse(webhook));
        await Test(vendor, webhook);
        await Receiver.Until(async () => !(await vendor.Read($"/v1/webhooks/{webhook}"))["enabled"]!.GetValue<bool>(), "the webhook to be switched off");
        Assert.Equal(because, (await vendor.Read($"/v1/webhooks/{webhook}")).Text("disabledBecause"));
        await vendor.Send(HttpMethod.Post, $"/v1/webhooks/{webhook}/tests").Problem(Problems.WebhookDisabled);

        receiver.Status = 200;
        using var on = await vendor.Send(HttpMethod.Put, $"/v1/webhooks/{webhook}", new { url = receiver.Url });
        Assert.True((await on.Body(HttpStatusCode.OK))["enabled"]!.GetValue<bool>());
        await Test(vendor, webhook);
        await receiver.Called(2);
    }

    [Fact]
    public async Task What_has_piled_up_for_one_webhook_keeps_no_other_waiting()
    {
        await using var busy = await Receiver.Start();
        await using var idle = await Receiver.Start();
        using var one = await world.NewClient(Role.Vendor, "05953");
        using var other = await world.NewClient(Role.Vendor, "05953");
        var (first, second) = ((await Register(one, busy.Url)).Id, (await Register(other, idle.Url)).Id);
        await Test(one, first);
        // A hundred more of the same, due for a long time.
        await world.Everything("""
            insert into webhook_deliveries (id, webhook_id, message_id, status, next_attempt_at, turn)
            select gen_random_uuid(), webhook_id, message_id, 'Pending', now() - interval '1 hour', 0 from webhook_deliveries, generate_series(1, 100) where webhook_id = $1
            """, Guid.Parse(first));
        await Test(other, second);
        await idle.Called(1);
        Assert.True(busy.Calls.Count < 60, $"{busy.Calls.Count} were told before it.");
        using var removed = await one.Send(HttpMethod.Delete, $"/v1/webhooks/{first}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
    }

    [Fact]
    public async Task Another_vendors_webhook_is_not_there()
    {
        using var one = await world.NewClient(Role.Vendor, "05953");
        using var other = await world.NewClient(Role.Vendor, "05953");
        var (webhook, _) = await Register(one, "https://lms.example.vn/events");
        await other.Send(HttpMethod.Get, $"/v1/webhooks/{webhook}").Problem(Problems.UnknownWebhook);
        await other.Send(HttpMethod.Delete, $"/v1/webhooks/{webhook}").Problem(Problems.UnknownWebhook);
        await other.Send(HttpMethod.Post, $"/v1/webhooks/{webhook}/secrets").Problem(Problems.UnknownWebhook);
        await other.Send(HttpMethod.Get, $"/v1/webhooks/{webhook}/deliveries").Problem(Problems.UnknownWebhook);
        Assert.Empty(await other.Rows("/v1/webhooks"));
        using var removed = await one.Send(HttpMethod.Delete, $"/v1/webhooks/{webhook}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty(await one.Rows("/v1/webhooks"));
    }

    [Fact]
    public async Task What_a_webhook_cannot_be_is_said_field_by_field()
    {
        using var vendor = await world.NewClient(Role.Vendor, "05953");
        var wrong = await vendor.Ask("POST", "/v1/webhooks", new JsonObject { ["url"] = "ftp://lms.example.vn", ["events"] = new JsonArray("import.finished", "no.such") });
        wrong.Refused(422, Problems.Invalid.Code);
        Assert.Equal(["/events/1 PLT-1205", "/url PLT-7003"], wrong.Faults);
        for (var i = 0; i < 20; i++)
            await Register(vendor, $"https://lms.example.vn/{i}");
        (await vendor.Ask("POST", "/v1/webhooks", """{"url":"https://lms.example.vn/one-more"}""")).Refused(409, Problems.TooManyWebhooks.Code);
    }

    private static async Task<(string Id, string Secret)> Register(HttpClient vendor, string url)
    {
        using var made = await vendor.Send(HttpMethod.Post, "/v1/webhooks", new { url });
        var body = await made.Body(HttpStatusCode.Created);
        return (body["webhook"]!["id"]!.ToString(), body.Text("secret")!);
    }

    private static async Task Test(HttpClient vendor, string webhook)
    {
        using var sent = await vendor.Send(HttpMethod.Post, $"/v1/webhooks/{webhook}/tests");
        await sent.Body(HttpStatusCode.Accepted);
    }

    private static async Task<JsonObject> Delivery(HttpClient vendor, string webhook, Func<JsonObject, bool> when)
    {
        JsonObject? found = null;
        await Receiver.Until(async () => (found = (await vendor.Rows($"/v1/webhooks/{webhook}/deliveries")).FirstOrDefault(when)) is not null, "the delivery");
        return found!;
    }

    private async Task<short> VendorOf(string webhook) => (short)(await world.Everything("select vendor_id from webhooks where id = $1", Guid.Parse(webhook)))[0][0]!;

    // As the specification words it, and with none of the product's code.
    private static string Sign(string secret, Receiver.Call call) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{call.Id}.{call.Timestamp}.{call.Body}")));

    private static async Task<string> VerifyWithTheLibrary(string secret, Receiver.Call call)
    {
        const string script = """
            import { Webhook } from 'standardwebhooks';
            const { secret, body, ...headers } = JSON.parse(process.env.CALL);
            try { new Webhook(secret).verify(body, headers); console.log('verified'); } catch { console.log('refused'); }
            """;
        var start = new ProcessStartInfo("node", ["--input-type=module", "-e", script]) { WorkingDirectory = ClientsTests.Packages.Clients, RedirectStandardOutput = true };
        start.Environment["CALL"] = new JsonObject
        {
            ["secret"] = secret,
            ["body"] = call.Body,
            ["webhook-id"] = call.Id,
            ["webhook-timestamp"] = call.Timestamp,
            ["webhook-signature"] = call.Signature,
        }.ToJsonString();
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return output.Trim();
    }
}
