using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Platform.Limits;

/// <summary>
/// How often tokens may be asked for: by one client from one address, and from one address whoever asks. Refusing by the client alone would let
/// anybody lock a client out.
/// </summary>
public sealed class SignInLimits : IDisposable
{
    private readonly PartitionedRateLimiter<string> clients, addresses, people, doors;

    public SignInLimits(IOptions<LimitOptions> options) =>
        (clients, addresses, people, doors) = (PerMinute(options.Value.TokensPerMinute), PerMinute(options.Value.TokensPerMinuteAndAddress),
            PerMinute(options.Value.SignInsPerMinute), PerMinute(options.Value.SignInsPerMinuteAndAddress));

    /// <summary>The seconds to wait; null when the client may ask now.</summary>
    public int? Wait(IPAddress? address, string clientId) => Wait(addresses, clients, address, clientId);

    /// <summary>The same for people, whose passwords are guessed: known and unknown ones are counted alike.</summary>
    public int? WaitForPerson(IPAddress? address, string login) => Wait(doors, people, address, login.ToUpperInvariant());

    /// <summary>The same where it is not known who signs in.</summary>
    public int? WaitAtDoor(IPAddress? address)
    {
        using var ofAddress = doors.AttemptAcquire(Network(address));
        return ofAddress.IsAcquired ? null : Seconds(ofAddress);
    }

    private static int? Wait(PartitionedRateLimiter<string> addresses, PartitionedRateLimiter<string> callers, IPAddress? address, string caller)
    {
        var from = Network(address);
        using var ofAddress = addresses.AttemptAcquire(from);
        using var ofClient = callers.AttemptAcquire($"{caller[..Math.Min(caller.Length, 100)]}@{from}");
        return ofAddress.IsAcquired && ofClient.IsAcquired ? null : Seconds(ofAddress.IsAcquired ? ofClient : ofAddress);
    }

    private static int Seconds(RateLimitLease refused) =>
        refused.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 1;

    // In IPv6 everybody has a network of addresses.
    private static string Network(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };

    private static PartitionedRateLimiter<string> PerMinute(int limit) => PartitionedRateLimiter.Create<string, string>(key =>
        RateLimitPartition.GetTokenBucketLimiter(key, _ => Buckets.PerMinute(limit, limit)));

    public void Dispose()
    {
        clients.Dispose();
        addresses.Dispose();
        people.Dispose();
        doors.Dispose();
    }
}
