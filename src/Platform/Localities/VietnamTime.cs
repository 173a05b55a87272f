namespace Platform.Localities;

/// <summary>Days, months and years are counted as they are in Vietnam: UTC+07:00 the whole year.</summary>
public static class VietnamTime
{
    /// <summary>Ahead of UTC.</summary>
    public static TimeSpan Offset { get; } = TimeSpan.FromHours(7);

    /// <summary>What a clock in Vietnam shows.</summary>
    public static DateTime Local(DateTimeOffset moment) => moment.UtcDateTime + Offset;

    /// <summary>The day there.</summary>
    public static DateOnly Day(DateTimeOffset moment) => DateOnly.FromDateTime(Local(moment));

    /// <summary>When a day begins there, in UTC.</summary>
    public static DateTimeOffset Begin(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), Offset).ToUniversalTime();
}
