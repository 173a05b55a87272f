using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace Platform.Webhooks;

/// <summary>
/// Calls one address once. Follows no redirect and, outside Development, connects to public addresses only: the check is made on the
/// address that is connected to, so a name that resolves to something else a moment later is no way in.
/// </summary>
public sealed class WebhookSender : IDisposable
{
    private readonly HttpClient client;
    private readonly TimeProvider clock;

    public WebhookSender(IHostEnvironment environment, IOptions<WebhookOptions> options, TimeProvider clock)
    {
        this.clock = clock;
        var anywhere = environment.IsDevelopment();
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxConnectionsPerServer = 4,
            ConnectCallback = (context, cancellation) => Connect(context.DnsEndPoint, anywhere, cancellation),
        })
        {
            Timeout = TimeSpan.FromSeconds(options.Value.TimeoutSeconds),
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("Platform-Webhooks/1");
    }

    /// <summary>Sends a message signed with the live secrets and says how it went.</summary>
    public async Task<WebhookAttempt> Send(string url, WebhookMessage message, IReadOnlyList<string> secrets, CancellationToken cancellation)
    {
        var at = clock.GetUtcNow();
        var started = Stopwatch.GetTimestamp();
        var attempt = new WebhookAttempt { At = at };
        var id = $"msg_{message.Id:N}";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url));
        request.Content = new StringContent(message.Payload, Encoding.UTF8, "application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(id, at, message.Payload, secrets));
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            attempt.Status = (int)answer.StatusCode;
        }
        catch (HttpRequestException failed)
        {
            attempt.Error = failed.InnerException is NotPublicException ? "AddressNotPublic" : failed.HttpRequestError.ToString();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            attempt.Error = "Timeout";
        }

        attempt.Milliseconds = (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return attempt;
    }

    private static async ValueTask<Stream> Connect(DnsEndPoint to, bool anywhere, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(to.Host, cancellation);
        if (!anywhere)
            addresses = [.. addresses.Where(PublicAddress.Is)];
        if (addresses.Length == 0)
            throw new NotPublicException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, to.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => client.Dispose();

    private sealed class NotPublicException() : IOException("The name does not resolve to a public address.");
}

/// <summary>Which addresses lie in the open internet.</summary>
public static class PublicAddress
{
    // Loopback, private, shared, link-local, documentation, benchmarking, multicast and reserved ranges, and those that carry an IPv4 address inside.
    private static readonly IPNetwork[] Closed =
    [
        .. ((string[])[
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ]).Select(range => IPNetwork.Parse(range)),
    ];

    /// <summary>True when anybody may be connected to it.</summary>
    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Closed.Any(range => range.Contains(plain));
    }
}
