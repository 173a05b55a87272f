namespace Platform.Limits;

/// <summary>
/// What each vendor has used of late, forgotten by half in three seconds and wholly after ten, and who crowds: has more in than is taken of it at
/// once. Not safe for threads; who holds it has a gate.
/// </summary>
internal sealed class RecentUse(TimeProvider clock)
{
    // Equals differ by what just one of them has in hand; that makes neither the heavier.
    private const double Clearly = 1.25, Slack = 10_000;

    // Who crowds waits for who does not, unless it was left with less than half of what that one uses.
    private const double OfCrowd = 2;

    private static readonly TimeSpan Half = TimeSpan.FromSeconds(3), Memory = TimeSpan.FromSeconds(10), Lately = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, Use> vendors = new(StringComparer.Ordinal);

    internal void Add(string vendor, double cost)
    {
        foreach (var (name, last) in vendors)
            if (clock.GetElapsedTime(last.At) > Memory)
                vendors.Remove(name);
        var before = vendors.GetValueOrDefault(vendor);
        vendors[vendor] = before with { Cost = Now(vendor) + cost, At = clock.GetTimestamp() };
    }

    /// <summary>Says that a vendor has more in than is taken of it at once; <paramref name="still"/> until the opposite is said.</summary>
    internal void Crowd(string vendor, bool still)
    {
        if (vendors.TryGetValue(vendor, out var use))
            vendors[vendor] = use with { Crowded = still ? long.MaxValue : clock.GetTimestamp() };
    }

    /// <summary>True while somebody is at work who sends clearly less; who rests is known by what it sent when it began to.</summary>
    internal bool IsHeavy(string vendor) =>
        vendors.Any(other => other.Key != vendor && clock.GetElapsedTime(other.Value.At) <= Lately && IsLess(other.Key, other.Value.Cost, vendor, Now(vendor)));

    /// <summary>True when one sends clearly less than another.</summary>
    internal bool IsLighter(string vendor, string than) => IsLess(vendor, vendors.GetValueOrDefault(vendor).Cost, than, Now(than));

    private bool IsLess(string vendor, double cost, string than, double other) =>
        Crowds(than) && !Crowds(vendor) ? other * OfCrowd > cost : other > (Clearly * cost) + Slack;

    private bool Crowds(string vendor) => vendors.TryGetValue(vendor, out var use) && use.Crowded is { } at && (at == long.MaxValue || clock.GetElapsedTime(at) <= Lately);

    private double Now(string vendor) =>
        vendors.TryGetValue(vendor, out var used) ? used.Cost * Math.Pow(0.5, clock.GetElapsedTime(used.At) / Half) : 0;

    private readonly record struct Use(double Cost, long At, long? Crowded);
}
