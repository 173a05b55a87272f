using System.Text;

namespace Platform.OData.Parsing;

/// <summary>
/// A request with its literals taken out: what is left, the shape, is the same for all requests that differ in values
/// only. Taken out are text in quotes and GUIDs, in keys, <c>$filter</c> and <c>$apply</c>; everything else may decide what
/// the statement looks like and belongs to the shape.
/// </summary>
internal sealed class RequestShape
{
    private const char Gap = '\u0001';
    private const int GuidLength = 36;

    private static readonly string Stem = "x" + Guid.NewGuid().ToString("N");

    private readonly List<object> literals = [];
    private readonly string resource;
    private readonly QueryOptions options;

    private RequestShape(string resource, QueryOptions options, string terms)
    {
        (this.resource, this.options) = (resource, options);
        var text = new StringBuilder().Append(terms).Append('\n');
        Read(resource, text, takesOut: !resource.Contains('%', StringComparison.Ordinal));
        foreach (var (name, value) in options.All)
        {
            if (name == "$format")
                continue;
            text.Append('\n').Append(name).Append('=');
            Read(value, text, takesOut: name is "$filter" or "$apply");
        }
        Text = text.ToString();
    }

    /// <summary>The shape.</summary>
    public string Text { get; }

    /// <summary>The shape and the literals: this one request.</summary>
    public string Exact => $"{Text}\n{string.Join('\n', literals)}";

    /// <summary>The literals in the order in which they stand: strings and GUIDs.</summary>
    public IReadOnlyList<object> Literals => literals;

    /// <param name="resource">The path below the service root, as it was sent.</param>
    /// <param name="options">The query options.</param>
    /// <param name="terms">What else decides what the answer is made of.</param>
    public static RequestShape Of(string resource, QueryOptions options, string terms) => new(resource, options, terms);

    /// <summary>The stand-in for the literal with this number, by which it is found again in what is made of the request.</summary>
    public static object StandIn(int number, Type type) =>
        type == typeof(string) ? $"{Stem}{number}" : new Guid(number, 0x4f44, 0x6174, [.. Stem.AsSpan(1, 8).ToString().Select(c => (byte)c)]);

    /// <summary>The same request with stand-ins for its literals.</summary>
    public (string Resource, QueryOptions Options) WithStandIns()
    {
        var number = 0;
        var path = Replace(resource, takesOut: !resource.Contains('%', StringComparison.Ordinal), ref number);
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in options.All)
            if (name != "$format")
                changed[name] = Replace(value, takesOut: name is "$filter" or "$apply", ref number);
        return (path, options.With(changed));
    }

    private void Read(string text, StringBuilder shape, bool takesOut)
    {
        var from = 0;
        for (var at = 0; takesOut && Next(text, ref at, out var length); at += length, from = at)
        {
            shape.Append(text, from, at - from).Append(Gap).Append(text[at] == '\'' ? 't' : 'g');
            literals.Add(text[at] == '\'' ? text[(at + 1)..(at + length - 1)].Replace("''", "'", StringComparison.Ordinal) : Guid.Parse(text.AsSpan(at, length)));
        }
        shape.Append(text, from, text.Length - from);
    }

    private static string Replace(string text, bool takesOut, ref int number)
    {
        var replaced = new StringBuilder();
        var from = 0;
        for (var at = 0; takesOut && Next(text, ref at, out var length); at += length, from = at)
            replaced.Append(text, from, at - from)
                .Append(text[at] == '\'' ? $"'{StandIn(number++, typeof(string))}'" : $"{StandIn(number++, typeof(Guid))}");
        return replaced.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>The next literal from a place on; a quote after a letter belongs to a typed literal, which stays.</summary>
    private static bool Next(string text, ref int at, out int length)
    {
        for (; at < text.Length; at++)
        {
            var isStart = at == 0 || !IsWord(text[at - 1]);
            if (text[at] == '\'')
            {
                var end = at + 1;
                while (end < text.Length && (text[end] != '\'' || (end + 1 < text.Length && text[end + 1] == '\'')))
                    end += text[end] == '\'' ? 2 : 1;
                if (end >= text.Length)
                    break;
                length = end + 1 - at;
                if (isStart)
                    return true;
                at = end;
            }
            else if (isStart && char.IsAsciiHexDigit(text[at]) && text.Length - at >= GuidLength && Guid.TryParseExact(text.AsSpan(at, GuidLength), "D", out _)
                && (text.Length - at == GuidLength || !IsWord(text[at + GuidLength])))
            {
                length = GuidLength;
                return true;
            }
        }
        length = 0;
        return false;
    }

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character is '_' or '-' or '.' or '%';
}
