namespace Platform.Limits;

/// <summary>
/// What each vendor has used of late, forgotten by half in a second and wholly after a few. Not safe for threads; who holds it has a gate.
/// </summary>
internal sealed class RecentUse(TimeProvider clock)
{
    // Equals differ by what just one of them has in hand; that makes neither the heavier.
    private const double Clearly = 1.5, Slack = 2_000;

    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, (double Cost, long At)> vendors = new(StringComparer.Ordinal);

    internal void Add(string vendor, double cost)
    {
        foreach (var (name, last) in vendors.ToList())
            if (clock.GetElapsedTime(last.At) > Memory)
                vendors.Remove(name);
        vendors[vendor] = (Now(vendor) + cost, clock.GetTimestamp());
    }

    /// <summary>True while somebody is at work who sends clearly less; who rests is known by what it sent when it began to.</summary>
    internal bool IsHeavy(string vendor)
    {
        var own = Now(vendor);
        return vendors.Any(other => other.Key != vendor && clock.GetElapsedTime(other.Value.At) <= Memory && IsLess(other.Value.Cost, own));
    }

    /// <summary>True when one sends clearly less than another.</summary>
    internal bool IsLighter(string vendor, string than) => IsLess(vendors.GetValueOrDefault(vendor).Cost, Now(than));

    private static bool IsLess(double cost, double than) => than > (Clearly * cost) + Slack;

    private double Now(string vendor) =>
        vendors.TryGetValue(vendor, out var used) ? used.Cost * Math.Pow(0.5, clock.GetElapsedTime(used.At).TotalSeconds) : 0;
}
