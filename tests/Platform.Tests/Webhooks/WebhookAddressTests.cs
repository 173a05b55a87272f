using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;
using Platform.Access;
using Platform.Http;
using Platform.Tests.CommandLine;
using Platform.Webhooks;

namespace Platform.Tests.Webhooks;

/// <summary>Outside Development nobody can make the platform call into its own network.</summary>
[Collection("Deliveries")]
public sealed class WebhookAddressTests(World world)
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("113.160.92.202", true)]
    [InlineData("2404:6800:4005::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    public void An_address_lies_in_the_open_internet_or_not(string address, bool open) => Assert.Equal(open, PublicAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public async Task Outside_Development_a_name_that_resolves_to_this_machine_is_not_connected_to()
    {
        await using var receiver = await Receiver.Start();
        var production = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" }).Environment;
        using var sender = new WebhookSender(production, Options.Create(new WebhookOptions()), TimeProvider.System);
        var message = new WebhookMessage { Id = Guid.CreateVersion7(), Type = "webhook.test", Payload = "{}" };
        foreach (var url in (string[])[receiver.Url, receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)])
        {
            var attempt = await sender.Send(url, message, [WebhookSignature.NewSecret()], TestContext.Current.CancellationToken);
            Assert.Equal((null, "AddressNotPublic"), (attempt.Status, attempt.Error));
        }

        Assert.Empty(receiver.Calls);
    }

    [Fact]
    public async Task Outside_Development_an_address_without_https_or_inside_a_private_network_is_refused()
    {
        using var run = Executable.Serve(world);
        var (id, secret) = await world.Register(Role.Vendor, "05953");
        using var vendor = await Newcomers.SignedIn(await run.Ready(), id, secret);
        foreach (var url in (string[])["http://lms.example.vn/events", "https://127.0.0.1/events", "https://[::1]/events", "https://169.254.169.254/latest", "https://user:word@lms.example.vn/"])
        {
            var refused = await vendor.Ask("POST", "/v1/webhooks", new JsonObject { ["url"] = url });
            refused.Refused(422, Problems.Invalid.Code);
            Assert.Equal([$"/url {Problems.WebhookAddressRefused.Code}"], refused.Faults);
        }

        Assert.Equal(201, (await vendor.Ask("POST", "/v1/webhooks", """{"url":"https://lms.example.vn/events"}""")).Status);
    }

    [Fact]
    public async Task A_setting_out_of_its_range_stops_the_start_with_one_clear_line()
    {
        using var run = await Executable.Serve(world, ("Webhooks__TimeoutSeconds", "0")).Ended();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("TimeoutSeconds", Assert.Single(run.Errors), StringComparison.Ordinal);
    }
}
