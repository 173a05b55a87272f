using Microsoft.OData.Edm;

namespace Platform.OData.Parsing;

/// <summary>
/// Gathers the segments of a key that has several parts into the canonical form: <c>Populations/05953/Adults/2026</c>. The library reads keys
/// of one part as segments only. Segments stand in the order in which the metadata lists the key's properties.
/// </summary>
internal static class KeySegments
{
    public static string Replace(IEdmModel edm, Uri serviceRoot, Uri url)
    {
        var (root, path) = (serviceRoot.GetLeftPart(UriPartial.Path), url.GetLeftPart(UriPartial.Path));
        if (!path.StartsWith(root, StringComparison.OrdinalIgnoreCase))
            return path;
        var segments = path[root.Length..].Split('/').ToList();
        IEdmEntityType? type = null;
        for (var at = 0; at < segments.Count; at++)
        {
            var name = segments[at];
            var isCollection = false;
            if (at == 0)
                (type, isCollection) = (edm.EntityContainer.EntitySets().FirstOrDefault(set => Is(set.Name, name))?.EntityType(), true);
            else if (type?.NavigationProperties().FirstOrDefault(navigation => Is(navigation.Name, name)) is { } followed)
                (type, isCollection) = (followed.ToEntityType(), followed.Type.IsCollection());
            if (type is null || !isCollection)
                continue;
            var keys = type.Key().ToList();
            var parts = segments.Skip(at + 1).Take(keys.Count).ToList();
            if (keys.Count < 2 || parts.Count < keys.Count || parts.Exists(part => part.Length == 0 || part.StartsWith('$') || part.StartsWith("%24", StringComparison.Ordinal) || part.Contains('(', StringComparison.Ordinal)))
                continue;
            segments[at] += $"({string.Join(',', keys.Select((key, i) => $"{key.Name}={Literal(key, parts[i])}"))})";
            segments.RemoveRange(at + 1, keys.Count);
        }
        return root + string.Join('/', segments);
    }

    private static string Literal(IEdmStructuralProperty key, string part) =>
        key.Type.IsString() ? $"'{part.Replace("'", "''", StringComparison.Ordinal).Replace("%27", "%27%27", StringComparison.Ordinal)}'" : part;

    private static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
