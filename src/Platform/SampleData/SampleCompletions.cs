using System.Globalization;
using Platform.Learning;
using Platform.Localities;
using Platform.Plans;

namespace Platform.SampleData;

/// <summary>
/// Invented completions of the sample communes, the same on every machine: more in school months, a peak in the days of 10/10,
/// evenings and weekends for citizens, office hours for officials. Learners are vendor ids; citizen numbers use the unassigned prefix 000.
/// </summary>
internal static class SampleCompletions
{
    private static readonly Audience[] Audiences = [Audience.PublicSector, Audience.Students, Audience.Workers, Audience.Citizens];

    // How much of an audience has learnt by the end, in the order of Audiences, and how it differs between communes.
    private static readonly double[] Reach = [0.93, 0.71, 0.44, 0.38];

    private static readonly double[] MonthWeights = [2, 9, 4, 3, 2, 1, 5, 4, 5, 3, 1, 2, 6, 10]; // 9/2025 … 10/2026

    internal static IEnumerable<CompletionContent> Make(IReadOnlyList<LocalityEntry> communes, DateTimeOffset now)
    {
#pragma warning disable CA5394 // repeatable on purpose: sample data
        var random = new Random(20260305);
        var courses = SampleLoader.Read<List<CourseView>>("courses");
        var number = 0;
        for (var c = 0; c < communes.Count; c++)
        {
            for (var a = 0; a < Audiences.Length; a++)
            {
                var audience = Audiences[a];
                var offered = courses.Where(x => x.Audiences.Contains(audience.ToString())).ToList();
                var learners = (int)(SamplePopulations.People(communes[c].Code, audience) * Reach[a] * (0.8 + (c * 0.09)));
                for (var l = 0; l < learners; l++)
                {
                    var who = string.Create(CultureInfo.InvariantCulture, $"{communes[c].Code}-{audience}-{l:D5}");
                    var citizen = random.Next(4) == 0 ? string.Create(CultureInfo.InvariantCulture, $"000{communes[c].Code}{a}{l % 1000:D3}") : null;
                    var taken = 1 + (random.NextDouble() < 0.27 ? 1 : 0);
                    var first = random.Next(offered.Count);
                    for (var t = 0; t < taken; t++)
                    {
                        var at = Moment(random, audience);
                        var score = Math.Clamp(Math.Round((decimal)(68 + (random.NextDouble() * 34) - (random.NextDouble() * 14)), 1), 20, 100);
                        var row = new CompletionContent(
                            string.Create(CultureInfo.InvariantCulture, $"SMP-{++number:D6}"), new LearnerContent(who, l < 1000 ? citizen : null), communes[c].Code,
                            offered[(first + t) % offered.Count].Code, audience, at, score, score >= 60);
                        if (at < now)
                            yield return row;
                    }
                }
            }
        }
    }

    private static DateTimeOffset Moment(Random random, Audience audience)
    {
        var pick = random.NextDouble() * MonthWeights.Sum();
        var month = 0;
        while ((pick -= MonthWeights[month]) > 0 && month < MonthWeights.Length - 1)
            month++;
        var day = new DateTime(2025, 9, 1).AddMonths(month);
        day = day.AddDays(day.Month == 10 && random.Next(3) == 0 ? 8 + random.Next(3) : random.Next(DateTime.DaysInMonth(day.Year, day.Month)));
        var hour = audience is Audience.PublicSector or Audience.Workers ? 8 + random.Next(9) : 17 + random.Next(5);
        return new DateTimeOffset(day.AddHours(hour).AddMinutes(random.Next(60)).AddSeconds(random.Next(60)), VietnamTime.Offset);
#pragma warning restore CA5394
    }
}
