using System.Buffers.Binary;

namespace Platform.Confirmations;

/// <summary>
/// The units that a learner has reached and when, in nine bytes each: the unit's place in its rule, then microseconds since 1970, in the
/// order of places. It lies in the learner's row, which the intake has locked anyway, so that judging needs no look at earlier completions.
/// </summary>
internal static class UnitTimes
{
    private const int Size = 9;

    /// <summary>The same with a unit reached at this moment; the very same array when that is not news.</summary>
    internal static byte[] With(byte[]? reached, byte unit, DateTimeOffset at)
    {
        reached ??= [];
        var micros = (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        var place = 0;
        while (place < reached.Length && reached[place] < unit)
            place += Size;
        var known = place < reached.Length && reached[place] == unit;
        if (known && MicrosAt(reached, place) <= micros)
            return reached;
        var with = new byte[reached.Length + (known ? 0 : Size)];
        reached.AsSpan(0, place).CopyTo(with);
        with[place] = unit;
        BinaryPrimitives.WriteInt64BigEndian(with.AsSpan(place + 1), micros);
        reached.AsSpan(known ? place + Size : place).CopyTo(with.AsSpan(place + Size));
        return with;
    }

    /// <summary>When so many units were reached; null when they are not.</summary>
    internal static DateTimeOffset? Reached(byte[]? reached, int needed)
    {
        if (reached is null || reached.Length < needed * Size)
            return null;
        Span<long> times = stackalloc long[reached.Length / Size];
        for (var i = 0; i < times.Length; i++)
            times[i] = MicrosAt(reached, i * Size);
        times.Sort();
        return DateTimeOffset.UnixEpoch.AddTicks(times[needed - 1] * TimeSpan.TicksPerMicrosecond);
    }

    private static long MicrosAt(byte[] reached, int place) => BinaryPrimitives.ReadInt64BigEndian(reached.AsSpan(place + 1));
}
