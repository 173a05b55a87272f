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
        options.Converters.Add(new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        return options;
    }

    /// <summary>Turns the serializer's path ($.tasks[3].title) into a JSON pointer (/tasks/3/title).</summary>
    public static string Pointer(string path) => PathSteps().Replace(path.TrimStart('$'), "/${step}");

    [GeneratedRegex(@"\.?\[?'?(?<step>[^.\[\]']+)'?\]?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex PathSteps();
}
