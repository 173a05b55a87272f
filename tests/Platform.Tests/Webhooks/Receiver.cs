using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Platform.Tests.Webhooks;

/// <summary>A vendor's server that is told of events: keeps what it got and answers as the test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Call> calls = new();

    private Receiver(WebApplication app) => this.app = app;

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 204;

    public string Url => $"{app.Urls.First()}/events";

    public IReadOnlyList<Call> Calls => [.. calls];

    public static async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.MapPost("/events", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync(http.RequestAborted);
            receiver.calls.Enqueue(new Call(Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), body));
            http.Response.StatusCode = receiver.Status;

            string Header(string name) => http.Request.Headers[name].ToString();
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>Waits until it has been called so often.</summary>
    public async Task<IReadOnlyList<Call>> Called(int times)
    {
        await Until(() => Task.FromResult(calls.Count >= times), $"{times} calls");
        return Calls;
    }

    /// <summary>Waits for what happens in the background; gives up after a minute.</summary>
    public static async Task Until(Func<Task<bool>> happened, string what)
    {
        for (var waits = 0; !await happened(); waits++)
        {
            Assert.True(waits < 600, $"Waited in vain for {what}.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    internal sealed record Call(string Id, string Timestamp, string Signature, string Body);
}
