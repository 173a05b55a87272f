namespace Platform.Http;

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
