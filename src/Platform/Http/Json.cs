using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Platform.Http;

/// <summary>How the REST API writes and reads JSON: camelCase, code words for enums, Vietnamese letters as they are.</summary>
public static partial class Json
{
    /// <summary>The one set of options.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>Applies the settings to another set, such as the framework's.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new BoundSymbols());
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
        options.NumberHandling = JsonNumberHandling.Strict;
        return options;
    }

    /// <summary>Turns the serializer's path ($.tasks[3].title) into a JSON pointer (/tasks/3/title).</summary>
    public static string Pointer(string path) => PathSteps().Replace(path.TrimStart('$'), "/$1");

    [GeneratedRegex(@"\.?\[?'?([^.\[\]']+)'?\]?", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex PathSteps();

    /// <summary>Bounds are written as their signs: ≥, &gt;, =.</summary>
    private sealed class BoundSymbols : JsonConverter<Plans.Bound>
    {
        public override Plans.Bound Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (reader.TokenType == JsonTokenType.String ? reader.GetString() : null) switch
            {
                "≥" or ">=" => Plans.Bound.AtLeast,
                ">" => Plans.Bound.MoreThan,
                "=" => Plans.Bound.Exactly,
                _ => throw new JsonException(),
            };

        public override void Write(Utf8JsonWriter writer, Plans.Bound value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value switch { Plans.Bound.AtLeast => "≥", Plans.Bound.MoreThan => ">", _ => "=" });
    }
}
