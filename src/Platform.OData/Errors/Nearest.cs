namespace Platform.OData.Errors;

/// <summary>Finds the name that a misspelt one most likely meant: edit distance, at most a third of its length.</summary>
internal static class Nearest
{
    public static string? Of(string misspelt, IEnumerable<string> names)
    {
        var best = names
            .Select(name => (name, distance: Distance(misspelt.ToUpperInvariant(), name.ToUpperInvariant())))
            .OrderBy(candidate => candidate.distance)
            .FirstOrDefault();
        return best.name is not null && best.distance <= Math.Max(2, misspelt.Length / 3) ? best.name : null;
    }

    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var above = row[j];
                var substitution = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.Min(Math.Min(row[j - 1], above) + 1, substitution);
                diagonal = above;
            }
        }
        return row[to.Length];
    }
}
