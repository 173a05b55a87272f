using System.Text.Json;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>The elements of one JSON array, read one after another. Broken JSON throws with its line and byte.</summary>
internal sealed class JsonArrayRows(Stream body) : WindowRows(body)
{
    private JsonReaderState state;
    private bool opened;

    // What stands in the middle of an array is JSON only together with what came before.
    internal override async Task Resume(long position, int index, CancellationToken cancellation)
    {
        while (Index < index && (await Next(Math.Min(1_000, index - Index), cancellation)).Count > 0) { }
    }

    /// <summary>How many elements an array has; throws as reading them would.</summary>
    internal static int Count(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text.StartsWith("\uFEFF"u8) ? text[3..] : text);
        var count = 0;
        if (reader.Read() && reader.TokenType != JsonTokenType.StartArray)
            throw new ProblemException(Problems.NotAnArray);
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            var from = reader.TokenStartIndex;
            reader.Skip();
            if (reader.BytesConsumed - from > LongestRow)
                throw new ProblemException(Problems.RowTooLong, new Explanation($"Dòng {count}.", $"Row {count}."));
        }

        while (reader.Read()) { }

        return count;
    }

    private protected override bool TryRead(List<ReadRow> rows)
    {
        var reader = new Utf8JsonReader(Window.Rest, Window.Ended, state);
        if (!reader.Read())
        {
            Go(reader); // over blanks, however many there are; a comma waits for what it stands before
            if (Window.Rest.Length > LongestRow && Window.Rest[0] == ',' && !Window.Rest[1..].ContainsAnyExcept(" \t\r\n"u8))
                Window.KeepFirst();
            Done = Window.Ended;
            return Window.Rest.Length <= LongestRow ? false : throw TooLong();
        }

        if (!opened)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new ProblemException(Problems.NotAnArray);
            opened = true;
        }
        else if (reader.TokenType != JsonTokenType.EndArray)
        {
            var from = (int)reader.TokenStartIndex;
            if (!reader.TrySkip())
                return Window.Rest.Length - from <= LongestRow ? false : throw TooLong();
            var raw = Window.Rest[from..(int)reader.BytesConsumed];
            if (CompletionJson.Read(Index, raw) is { } row)
            {
                rows.Add(new ReadRow(row, raw.ToArray()));
                Index++;
            }
        }

        Go(reader);
        return true;
    }

    private void Go(Utf8JsonReader reader)
    {
        state = reader.CurrentState;
        Window.Advance((int)reader.BytesConsumed);
    }

    private ProblemException TooLong() => new(Problems.RowTooLong, new Explanation($"Dòng {Index}.", $"Row {Index}."));
}
