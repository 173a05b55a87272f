using Platform.Localities;

namespace Platform.Http;

/// <summary>Days in Vietnam between which a list is asked for, both of them in it.</summary>
internal static class Days
{
    /// <summary>Refuses days that nobody can mean.</summary>
    internal static void Check(string from, DateOnly? first, string to, DateOnly? last)
    {
        var faults = new Faults();
        if (first > last)
            faults.Add(from, Problems.OutOfRange, new Explanation("Không sau ngày cuối.", "Not after the last day."));
        foreach (var (name, day) in new[] { (from, first), (to, last) })
            if (day is { Year: < 1900 or > 2999 })
                faults.Add(name, Problems.OutOfRange, new Explanation("Từ năm 1900 đến năm 2999.", "From the year 1900 to 2999."));
        if (faults.Found.Count > 0)
            throw new ProblemException(Problems.BadParameter, null, faults.Found);
    }

    /// <summary>When the first day begins.</summary>
    internal static DateTimeOffset? Begin(DateOnly? first) => first is { } day ? VietnamTime.Begin(day) : null;

    /// <summary>When the last day is over.</summary>
    internal static DateTimeOffset? End(DateOnly? last) => last is { } day ? VietnamTime.Begin(day.AddDays(1)) : null;
}

/// <summary>Pages of lists that are read by key: one row more than asked for tells whether there is a next page.</summary>
internal static class Paging
{
    /// <summary>Refuses a page size that nobody can mean, and texts to compare with that are none.</summary>
    internal static void Check(int limit, params ReadOnlySpan<(string Name, string? Text)> texts)
    {
        foreach (var (name, text) in texts)
            if (text is not null && !Faults.IsText(text))
                throw new ProblemException(Problems.BadParameter, null, [new FieldFault(name, Problems.NotText)]);
        if (limit is < 1 or > 500)
            throw new ProblemException(Problems.BadParameter, null, [new FieldFault("limit", Problems.OutOfRange, new Explanation("Từ 1 đến 500.", "From 1 to 500."))]);
    }

    /// <summary>The page and the address of the next.</summary>
    internal static async Task<Page<TView>> Page<T, TView>(List<T> rows, int limit, string path, Func<T, string> key, Func<T, Task<TView>> view, params (string Name, string? Value)[] asked)
    {
        string? next = null;
        if (rows.Count > limit)
        {
            rows.RemoveRange(limit, rows.Count - limit);
            next = path + QueryString.Create(
                asked.Where(a => a.Value is not null).Append(("after", key(rows[^1]))).Append(("limit", $"{limit}"))
                    .Select(a => KeyValuePair.Create(a.Item1, a.Item2)));
        }

        var views = new List<TView>(rows.Count);
        foreach (var row in rows)
            views.Add(await view(row));
        return new Page<TView>(views, next);
    }
}
