using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;
using Microsoft.OData;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>What an answer may be made of.</summary>
internal enum Format
{
    Json,
    Xml,
    Text,
}

/// <summary>
/// What client and service agree on for one answer: protocol version, format and its parameters, language, page
/// size. A 4.0 client gets exactly 4.0. Refuses (406) a format that is not offered for the resource; a count or raw
/// value is text whatever is accepted, because frequent clients ask for it with the Accept header of everything else.
/// </summary>
internal sealed record Negotiation(ODataVersion Version, Format Format, string Metadata, bool Ieee754, Preferences Preferences)
{
    public string ContentType => Format switch
    {
        Format.Xml => "application/xml;charset=utf-8",
        Format.Text => "text/plain;charset=utf-8",
        _ => $"application/json;odata.metadata={Metadata};odata.streaming=true;IEEE754Compatible={(Ieee754 ? "true" : "false")};charset=utf-8",
    };

    /// <param name="request">The request.</param>
    /// <param name="format">The value of <c>$format</c>, which outranks the Accept header.</param>
    /// <param name="offered">Formats of the addressed resource, the preferred one first.</param>
    public static Negotiation Of(HttpRequest request, string? format, params Format[] offered)
    {
        var accepted = Accepted(request, format);
        var (chosen, parameters) = Choose(accepted, offered);
        return new Negotiation(
            VersionOf(request), chosen,
            Level(Parameter(parameters, "odata.metadata") ?? Parameter(parameters, "metadata")),
            Parameter(parameters, "IEEE754Compatible") is { } exact && exact.Equals("true", StringComparison.OrdinalIgnoreCase),
            Preferences.Of(request));
    }

    /// <summary>Whether the client takes a format, if it is offered.</summary>
    public static bool Takes(HttpRequest request, string? format, Format one) =>
        Accepted(request, format) is var accepted && (accepted.Count == 0 || accepted.Any(range => range.Quality is null or > 0 && Matches(range, one)));

    /// <summary>Whether the client says which version it takes at most.</summary>
    public static bool NamesVersion(HttpRequest request) => request.Headers["OData-MaxVersion"].ToString().Length > 0;

    public static ODataVersion VersionOf(HttpRequest request)
    {
        var most = request.Headers["OData-MaxVersion"].ToString();
        if (most.Length == 0)
            return ODataVersion.V401;
        if (!Version4.TryParse(most, out var version) || version < 4.0m)
            throw new FaultException(ODataFaults.BadVersion, "OData-MaxVersion", $"OData-MaxVersion: {most}", $"OData-MaxVersion: {most}");
        return version < 4.01m ? ODataVersion.V4 : ODataVersion.V401;
    }

    /// <summary>Vietnamese unless the client ranks English before it.</summary>
    public static bool IsEnglish(HttpRequest request)
    {
        var languages = new RequestHeaders(request.Headers).AcceptLanguage
            .Where(language => language.Quality is null or > 0)
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.ToString());
        return languages.FirstOrDefault(language => Is(language, "vi") || Is(language, "en")) is { } first && Is(first, "en");

        static bool Is(string language, string primary) => language.StartsWith(primary, StringComparison.OrdinalIgnoreCase);
    }

    private static IList<MediaTypeHeaderValue> Accepted(HttpRequest request, string? format) =>
        format is null ? new RequestHeaders(request.Headers).Accept : [FormatOption(format)];

    private static (Format Format, MediaTypeHeaderValue? Parameters) Choose(IList<MediaTypeHeaderValue> accepted, Format[] offered)
    {
        if (accepted.Count == 0 || offered is [Format.Text])
            return (offered[0], null);
        foreach (var range in accepted.Where(range => range.Quality is null or > 0).OrderByDescending(range => range.Quality ?? 1))
            foreach (var format in offered)
                if (Matches(range, format))
                    return (format, range);
        throw new FaultException(ODataFaults.NotAcceptable, "Accept", string.Join(", ", accepted), string.Join(", ", accepted));
    }

    private static bool Matches(MediaTypeHeaderValue range, Format format)
    {
        var type = MediaTypeHeaderValue.Parse(format switch
        {
            Format.Xml => "application/xml",
            Format.Text => "text/plain",
            _ => "application/json",
        });
        return range.MatchesAllTypes
            || (range.MatchesAllSubTypes && range.Type.Equals(type.Type, StringComparison.OrdinalIgnoreCase))
            || range.MediaType.Equals(type.MediaType, StringComparison.OrdinalIgnoreCase);
    }

    private static MediaTypeHeaderValue FormatOption(string format) => format.ToLowerInvariant() switch
    {
        "json" => new MediaTypeHeaderValue("application/json"),
        "xml" => new MediaTypeHeaderValue("application/xml"),
        _ => MediaTypeHeaderValue.TryParse(format, out var type)
            ? type
            : throw new FaultException(ODataFaults.NotAcceptable, "$format", format, format),
    };

    private static string Level(string? asked) => asked?.ToLowerInvariant() switch
    {
        null or "minimal" => "minimal",
        "none" => "none",
        "full" => "full",
        _ => throw new FaultException(ODataFaults.NotAcceptable, "odata.metadata", asked, asked),
    };

    private static string? Parameter(MediaTypeHeaderValue? type, string name) =>
        type?.Parameters.FirstOrDefault(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.ToString();

    private static class Version4
    {
        public static bool TryParse(string text, out decimal version) => decimal.TryParse(
            text, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out version);
    }
}
