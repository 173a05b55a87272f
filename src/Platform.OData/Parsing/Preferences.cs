using Microsoft.AspNetCore.Http;

namespace Platform.OData.Parsing;

/// <summary>
/// What the client prefers (RFC 7240), with or without the <c>odata.</c> prefix; the first of a repeated one counts
/// and unknown ones are ignored. What was applied is confirmed in the answer.
/// </summary>
internal sealed class Preferences
{
    private readonly Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);

    public int? MaxPageSize => values.TryGetValue("maxpagesize", out var text) && int.TryParse(text, out var size) && size > 0 ? size : null;

    public bool? ContinueOnError => values.TryGetValue("continue-on-error", out var text)
        ? !text.Equals("false", StringComparison.OrdinalIgnoreCase)
        : null;

    public bool TrackChanges => values.ContainsKey("track-changes");

    /// <summary>Which annotations are wanted; the service has no instance annotations of its own, so any wish is met.</summary>
    public string? IncludeAnnotations => values.GetValueOrDefault("include-annotations");

    /// <summary>Whether properties that are null are left out.</summary>
    public bool OmitNulls => values.TryGetValue("omit-values", out var text) && text.Equals("nulls", StringComparison.OrdinalIgnoreCase);

    public static Preferences Of(HttpRequest request)
    {
        var preferences = new Preferences();
        foreach (var header in request.Headers["Prefer"])
            foreach (var preference in Splitting.Split(header ?? "", ','))
                foreach (var token in Splitting.Split(preference, ';').Take(1))
                {
                    var parts = token.Split('=', 2, StringSplitOptions.TrimEntries);
                    var name = parts[0].StartsWith("odata.", StringComparison.OrdinalIgnoreCase) ? parts[0]["odata.".Length..] : parts[0];
                    preferences.values.TryAdd(name, parts.Length > 1 ? parts[1].Trim('"') : "");
                }
        return preferences;
    }

    public static void Confirm(HttpResponse response, string applied) => response.Headers.Append("Preference-Applied", applied);
}
