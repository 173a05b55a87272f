using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Platform.Http;

/// <summary>How the REST API writes and reads JSON: camelCase, code words for enums, Vietnamese letters as they are.</summary>
public static class Json
{
    // In linear time instead of with a time limit, which a busy machine exceeds without any fault of the text.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    private static readonly Regex TargetType = new(@"converted to (System\.Nullable`1\[)?(?<type>Platform(\.\w+)+)", Linear);
    private static readonly Regex PathSteps = new(@"\.?\[?'?(?<step>[^.\[\]']+)'?\]?", Linear);

    /// <summary>The one set of options.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>Applies the settings to another set, such as the framework's.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
        options.Converters.Add(new MomentConverter());
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        return options;
    }

    /// <summary>Turns the serializer's path ($.tasks[3].title) into a JSON pointer (/tasks/3/title).</summary>
    public static string Pointer(string path) => PathSteps.Replace(path.TrimStart('$'), "/${step}");

    /// <summary>The words of the enum that a value could not be read as; null when it was to be something else.</summary>
    public static string? EnumOf(JsonException json)
    {
        // The serializer names the enum, or the record that the member belongs to.
        if (TargetType.Match(json.Message) is not { Success: true } match)
            return null;
        var named = typeof(Json).Assembly.GetType(match.Groups["type"].Value);
        var step = json.Path?[(json.Path.LastIndexOf('.') + 1)..];
        var member = named is { IsEnum: false }
            ? named.GetProperties().FirstOrDefault(p => p.Name.Equals(step, StringComparison.OrdinalIgnoreCase))?.PropertyType
            : named;
        return member is not null && (Nullable.GetUnderlyingType(member) ?? member) is { IsEnum: true } words
            ? string.Join(", ", Enum.GetValues(words).Cast<object>().Select(word => JsonSerializer.Serialize(word, words, Options).Trim('"')))
            : null;
    }

}

/// <summary>Reads moments with their offset only: without one the server's own time zone would decide which moment is meant.</summary>
internal sealed class MomentConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var moment) && HasOffset(reader.GetString()!)
            ? moment
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    private static bool HasOffset(string text) =>
        text.Contains('T', StringComparison.OrdinalIgnoreCase) && (text[^1] is 'Z' or 'z' || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':'));
}
