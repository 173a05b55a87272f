using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;
using Platform.OData.Model;

namespace Platform.OData.Writing;

/// <summary>
/// JSON as bytes in a rented buffer, in OData's spelling of values: text as it is but for quotes, backslashes and
/// control characters, and 64-bit numbers as text where the client asked for it.
/// </summary>
internal sealed class JsonText(bool bigNumbersAsText) : IDisposable
{
    private const int Enough = 16 * 1024;

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(2 * Enough);
    private int length;

    /// <summary>Whether it is time to send what is there.</summary>
    public bool IsFull => length >= Enough;

    /// <summary>A copy of what is there.</summary>
    public byte[] Bytes => buffer[..length];

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    public async ValueTask Send(Stream target, CancellationToken cancel)
    {
        await target.WriteAsync(buffer.AsMemory(0, length), cancel);
        length = 0;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        length += bytes.Length;
    }

    public void Raw(byte one)
    {
        Room(1)[0] = one;
        length++;
    }

    /// <summary>Text between quotes.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        Raw((byte)'"');
        for (var at = text.IndexOfAny(Escaped); at >= 0; at = text.IndexOfAny(Escaped))
        {
            Plain(text[..at]);
            Escape(text[at]);
            text = text[(at + 1)..];
        }
        Plain(text);
        Raw((byte)'"');
    }

    /// <summary>A primitive value.</summary>
    public void Value(object? value)
    {
        switch (value)
        {
            case null:
                Raw("null"u8);
                break;
            case string text:
                Text(text);
                break;
            case bool flag:
                Raw(flag ? "true"u8 : "false"u8);
                break;
            case int number:
                Number(number);
                break;
            case short number:
                Number((int)number);
                break;
            case long number:
                Big(number);
                break;
            case decimal number:
                Big(number);
                break;
            case Guid guid:
                Quoted(guid, "D");
                break;
            case DateOnly date:
                Quoted(date, "yyyy-MM-dd");
                break;
            case double number:
                Double(number);
                break;
            case TimeOnly time:
                Text(EdmTypes.ToWire(time)!.ToString()!);
                break;
            case DateTime or DateTimeOffset:
                Text(XmlConvert.ToString((DateTimeOffset)EdmTypes.ToWire(value)!));
                break;
            default:
                throw new InvalidOperationException($"{value.GetType()} has no form on the wire.");
        }
    }

    private void Big<T>(T number)
        where T : IUtf8SpanFormattable
    {
        if (bigNumbersAsText)
            Quoted(number, "");
        else
            Number(number);
    }

    private void Number<T>(T number, string format = "")
        where T : IUtf8SpanFormattable
    {
        number.TryFormat(Room(64), out var written, format, CultureInfo.InvariantCulture);
        length += written;
    }

    private void Quoted<T>(T value, string format)
        where T : IUtf8SpanFormattable
    {
        Raw((byte)'"');
        Number(value, format);
        Raw((byte)'"');
    }

    private void Double(double number)
    {
        if (!double.IsFinite(number))
        {
            Text(XmlConvert.ToString(number));
            return;
        }
        var text = XmlConvert.ToString(number);
        Plain(text);
        if (text.AsSpan().IndexOfAny('e', 'E', '.') < 0)
            Raw(".0"u8);
    }

    private void Plain(ReadOnlySpan<char> text)
    {
        length += Encoding.UTF8.GetBytes(text, Room(3 * text.Length));
    }

    private void Escape(char character)
    {
        switch (character)
        {
            case '"':
                Raw("\\\""u8);
                break;
            case '\\':
                Raw("\\\\"u8);
                break;
            case '\n':
                Raw("\\n"u8);
                break;
            case '\r':
                Raw("\\r"u8);
                break;
            case '\t':
                Raw("\\t"u8);
                break;
            case '\b':
                Raw("\\b"u8);
                break;
            case '\f':
                Raw("\\f"u8);
                break;
            default:
                Raw("\\u"u8);
                Number((int)character, "x4");
                break;
        }
    }

    private Span<byte> Room(int bytes)
    {
        if (buffer.Length - length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * buffer.Length, length + bytes));
            buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        return buffer.AsSpan(length);
    }
}
