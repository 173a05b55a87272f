using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Platform.Http;

/// <summary>How the REST API writes and reads JSON: camelCase, code words for enums, Vietnamese letters as they are.</summary>
public static class Json
{
    // In linear time instead of with a time limit, which a busy machine exceeds without any fault of the text.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    private static readonly Regex TargetType = new(@"converted to (System\.Nullable`1\[)?(?<type>(Platform|System)(\.\w+)+)", Linear);
    private static readonly Regex Container = new(@"contained in type '(?<type>Platform[\w.+]+)'", Linear);
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
        options.AllowDuplicateProperties = false; // which of two was meant?
        return options;
    }

    /// <summary>The same for bodies as they are sent: a member that is none is refused, because a misspelt one would be passed over.</summary>
    public static void ConfigureBodies(JsonSerializerOptions options) => Configure(options).UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;

    /// <summary>A name as a step of a JSON pointer.</summary>
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Turns the serializer's path ($.tasks[3].title) into a JSON pointer (/tasks/3/title).</summary>
    public static string Pointer(string path) => PathSteps.Replace(path.TrimStart('$'), "/${step}");

    /// <summary>What can be read where a value could not be; null when that is more than a word can say.</summary>
    public static Explanation? Expected(JsonException json) => MemberOf(json) is { } type ? Expected(type) : null;

    /// <summary>What can be read as a type; null when that is more than a word can say.</summary>
    public static Explanation? Expected(Type wanted) => wanted switch
    {
        { IsEnum: true } words => Listed("Một trong", "One of", Enum.GetValues(words).Cast<object>().Select(word => JsonSerializer.Serialize(word, words, Options).Trim('"'))),
        { } type when type == typeof(DateTimeOffset) => new Explanation("Thời điểm kèm múi giờ, như 2026-03-01T08:00:00+07:00.", "A moment with its offset, such as 2026-03-01T08:00:00+07:00."),
        { } type when type == typeof(DateOnly) => new Explanation("Ngày, như 2026-03-01.", "A day, such as 2026-03-01."),
        { } type when type == typeof(string) => new Explanation("Chuỗi trong dấu nháy kép.", "A text in double quotes."),
        { } type when type == typeof(bool) => new Explanation("true hoặc false.", "true or false."),
        { } type when type == typeof(int) || type == typeof(long) || type == typeof(short) => new Explanation("Số nguyên, không có dấu nháy.", "A whole number without quotes."),
        { IsClass: true } type when type.Assembly == typeof(Json).Assembly && Options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Object => Listed("Một đối tượng có", "An object with", NamesOf(type)),
        { } type when type == typeof(decimal) || type == typeof(double) => new Explanation("Số, không có dấu nháy, như 85.5.", "A number without quotes, such as 85.5."),
        _ => null,
    };

    /// <summary>What is said of a name that an object has twice.</summary>
    public static Explanation NameRepeated { get; } = new("Tên này có nhiều lần trong cùng một đối tượng.", "The object has this name more than once.");

    /// <summary>The members that an object may have, where the serializer met another.</summary>
    public static Explanation? Members(JsonException json) =>
        Container.Match(json.Message) is { Success: true } match && typeof(Json).Assembly.GetType(match.Groups["type"].Value) is { } type
            ? Listed("Có", "There are", NamesOf(type)) : null;

    private static IEnumerable<string> NamesOf(Type type) => Options.GetTypeInfo(type).Properties.Select(p => p.Name);

    private static Explanation Listed(string vi, string en, IEnumerable<string> words)
    {
        var list = string.Join(", ", words);
        return new Explanation($"{vi}: {list}.", $"{en}: {list}.");
    }

    /// <summary>True when a value was to be one of an enum's words.</summary>
    public static bool IsWord(JsonException json) => MemberOf(json) is { IsEnum: true };

    // The serializer names the type that it could not read, or the record that the member belongs to.
    private static Type? MemberOf(JsonException json)
    {
        if (TargetType.Match(json.Message) is not { Success: true } match)
            return null;
        var name = match.Groups["type"].Value;
        var named = typeof(Json).Assembly.GetType(name) ?? typeof(string).Assembly.GetType(name);
        var step = json.Path?[(json.Path.LastIndexOf('.') + 1)..];
        var member = named is { IsEnum: false } && named.Assembly == typeof(Json).Assembly
            ? named.GetProperties().FirstOrDefault(p => p.Name.Equals(step, StringComparison.OrdinalIgnoreCase))?.PropertyType
            : named;
        return member is null ? null : Nullable.GetUnderlyingType(member) ?? member;
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
