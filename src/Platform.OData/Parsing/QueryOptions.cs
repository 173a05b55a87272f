using Microsoft.AspNetCore.WebUtilities;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// The query options of a URL under their canonical names: <c>Filter=</c>, <c>$FILTER=</c> and <c>$filter=</c> are
/// one option, parameter aliases keep their name, anything else without a dollar is the client's own and ignored.
/// Refuses an option given twice and a system option it does not know.
/// </summary>
internal sealed class QueryOptions
{
    private static readonly string[] Supported =
    [
        "$filter", "$select", "$expand", "$orderby", "$top", "$skip", "$count",
        "$search", "$apply", "$compute", "$format", "$skiptoken", "$deltatoken", "$id",
    ];

    private static readonly string[] Unsupported = ["$index", "$levels", "$schemaversion"];

    private readonly SortedDictionary<string, string> values = new(StringComparer.Ordinal);

    public string? this[string name] => values.GetValueOrDefault(name);

    public IReadOnlyDictionary<string, string> All => values;

    /// <summary>Reads a query string; percent-encoding is undone once, and a plus sign is a blank.</summary>
    public static QueryOptions Read(string? queryString)
    {
        var options = new QueryOptions();
        foreach (var pair in new QueryStringEnumerable(queryString))
            options.Add(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        return options;
    }

    /// <summary>The same options with some of them changed and others added.</summary>
    public QueryOptions With(IReadOnlyDictionary<string, string> changes)
    {
        var changed = new QueryOptions();
        foreach (var (name, value) in values)
            changed.values[name] = value;
        foreach (var (name, value) in changes)
            changed.values[name] = value;
        return changed;
    }

    public QueryOptions Without(string name)
    {
        var rest = With(values);
        rest.values.Remove(name);
        return rest;
    }

    private void Add(string name, string value)
    {
        if (Canonical(name) is not { } canonical)
            return;
        if (string.IsNullOrWhiteSpace(value) && canonical is not ("$skiptoken" or "$deltatoken"))
            throw new FaultException(ODataFaults.BadUrl, canonical, $"{canonical} trống", $"{canonical} is empty");
        if (!values.TryAdd(canonical, value))
            throw new FaultException(ODataFaults.BadUrl, canonical, $"{canonical} có hai lần", $"{canonical} is given twice");
    }

    private static string? Canonical(string name)
    {
        if (name.StartsWith('@'))
            return name;
        var dollared = name.StartsWith('$') ? name : "$" + name;
        if (Supported.FirstOrDefault(known => known.Equals(dollared, StringComparison.OrdinalIgnoreCase)) is { } supported)
            return supported;
        if (Unsupported.Contains(dollared, StringComparer.OrdinalIgnoreCase))
            throw FaultException.NotSupported(name);
        if (!name.StartsWith('$'))
            return null;
        var nearest = Nearest.Of(name, Supported);
        throw new FaultException(
            ODataFaults.BadUrl, name,
            nearest is null ? name : $"{name}; ý bạn là {nearest}?", nearest is null ? name : $"{name}; did you mean {nearest}?");
    }
}
