namespace Platform.OData.Parsing;

/// <summary>Takes option text apart where the grammar separates, never within parentheses or quotes.</summary>
internal static class Splitting
{
    public static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (start, depth, quote) = (0, 0, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            if (quote != '\0')
                quote = text[i] == quote ? '\0' : quote;
            else if (text[i] is '\'' or '"')
                quote = text[i];
            else if (text[i] == '(')
                depth++;
            else if (text[i] == ')')
                depth--;
            else if (text[i] == separator && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }
        parts.Add(text[start..]);
        return parts;
    }

    /// <summary>Where the parenthesis that opens here is closed; -1 if nowhere.</summary>
    public static int Closing(string text, int open)
    {
        var (depth, quote) = (0, '\0');
        for (var i = open; i < text.Length; i++)
        {
            if (quote != '\0')
                quote = text[i] == quote ? '\0' : quote;
            else if (text[i] is '\'' or '"')
                quote = text[i];
            else if (text[i] == '(')
                depth++;
            else if (text[i] == ')' && --depth == 0)
                return i;
        }
        return -1;
    }

    /// <summary>Name and argument text of <c>name(…)</c>; no arguments when the text is not a call.</summary>
    public static (string Name, string? Arguments) Call(string text)
    {
        var trimmed = text.Trim();
        var open = trimmed.IndexOf('(', StringComparison.Ordinal);
        return open < 0 || trimmed[^1] != ')'
            ? (trimmed[..(open < 0 ? trimmed.Length : open)].Trim().ToLowerInvariant(), null)
            : (trimmed[..open].Trim().ToLowerInvariant(), trimmed[(open + 1)..^1]);
    }
}
