using System.ComponentModel.DataAnnotations;
using Platform.Localities;

namespace Platform.PersonalData;

/// <summary>Configuration section <c>PersonalData</c>.</summary>
public sealed class PersonalDataOptions
{
    /// <summary>Working days within which a request is answered; Nghị định 356/2025/NĐ-CP gives two.</summary>
    [Range(1, 60)]
    public int AnswerWorkingDays { get; set; } = 2;

    /// <summary>
    /// Public holidays that are announced year by year: Tết, Giỗ Tổ, the day beside the national day, days moved. The fixed ones (1/1, 30/4, 1/5,
    /// 2/9) are known. A day that is left out makes the clock stricter, never laxer. What is configured is added to these of 2026.
    /// </summary>
    /// <remarks>
    /// 24/11 (Ngày Văn hóa Việt Nam) is not among them: Nghị quyết 80-NQ/TW wants it free, which takes a change of Điều 112 of the Labour Code that
    /// was not found in force. Who knows of it adds the day.
    /// </remarks>
    public IList<DateOnly> Holidays { get; } =
    [
        new(2026, 1, 2), new(2026, 2, 16), new(2026, 2, 17), new(2026, 2, 18), new(2026, 2, 19), new(2026, 2, 20), new(2026, 4, 27), new(2026, 8, 31), new(2026, 9, 1),
    ];

    /// <summary>Saturdays and Sundays that are worked in exchange for a day moved. What is configured is added to these of 2026.</summary>
    public IList<DateOnly> WorkedWeekends { get; } = [new(2026, 1, 10), new(2026, 8, 22)];
}

/// <summary>The clock of working days in Vietnam: Monday to Friday without public holidays, Asia/Ho_Chi_Minh. Pure.</summary>
internal static class WorkingDays
{
    /// <summary>When the last of so many working days after the day of receipt ends.</summary>
    internal static DateTimeOffset Due(DateTimeOffset received, PersonalDataOptions options)
    {
        var (days, free, worked) = (options.AnswerWorkingDays, options.Holidays.ToHashSet(), options.WorkedWeekends.ToHashSet());
        var day = VietnamTime.Day(received);
        while (days > 0)
        {
            day = day.AddDays(1);
            if (!IsFree(day, free, worked))
                days--;
        }

        return VietnamTime.Begin(day.AddDays(1));
    }

    private static bool IsFree(DateOnly day, HashSet<DateOnly> announced, HashSet<DateOnly> worked) =>
        (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday && !worked.Contains(day)) || (day.Day, day.Month) is (1, 1) or (30, 4) or (1, 5) or (2, 9) || announced.Contains(day);
}
