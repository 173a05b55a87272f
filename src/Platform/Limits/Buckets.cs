using System.Threading.RateLimiting;

namespace Platform.Limits;

/// <summary>Buckets of tokens that fill at exactly the rate that was set: whole tokens, as often as that takes.</summary>
internal static class Buckets
{
    internal static TokenBucketRateLimiterOptions PerMinute(int rate, int burst)
    {
        var tokens = Math.Max(1, rate / 60);
        return new TokenBucketRateLimiterOptions { TokenLimit = burst, TokensPerPeriod = tokens, ReplenishmentPeriod = TimeSpan.FromMinutes((double)tokens / rate), QueueLimit = 0 };
    }
}
