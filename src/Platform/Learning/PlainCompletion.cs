using System.Text;
using System.Text.Json;
using Platform.Database;
using Platform.Http;
using Platform.Plans;

namespace Platform.Learning;

/// <summary>
/// Reads a completion as nearly all are written: each member once, by its name, with a value of its type. It asks for less memory than the serializer,
/// whose collection holds up everybody's rows. Whatever else is written, the serializer reads, or says why it cannot.
/// </summary>
internal static class PlainCompletion
{
    private const int NotPlain = -1;

    private static readonly MomentConverter Moments = new();

    private static readonly byte[][] Members = [.. ((string[])
    [
        "id", "learner", "locality", "course", "audience", "completedAt", "score", "passed", "revision", "reason", "legalGround",
    ]).Select(Encoding.UTF8.GetBytes)];

    private static readonly byte[][] LearnerMembers = ["id"u8.ToArray(), "citizenId"u8.ToArray()];

    /// <summary>The completion; null when it is written in another way. Throws as the reader does where the text is no JSON.</summary>
    internal static CompletionContent? Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        string? id = null, locality = null, course = null, reason = null;
        LearnerContent? learner = null;
        Audience? audience = null;
        DateTimeOffset? completedAt = null;
        decimal? score = null;
        bool? passed = null;
        int? revision = null;
        LegalGround? ground = null;
        for (var seen = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
        {
            var member = Next(ref reader, Members, ref seen);
            var isRead = member switch
            {
                0 => Text(ref reader, out id),
                1 => Learner(ref reader, out learner),
                2 => Text(ref reader, out locality),
                3 => Text(ref reader, out course),
                4 => Word(ref reader, out audience),
                5 => Moment(ref reader, out completedAt),
                6 => Number(ref reader, out score),
                7 => Truth(ref reader, out passed),
                8 => Whole(ref reader, out revision),
                9 => Text(ref reader, out reason),
                10 => Word(ref reader, out ground),
                _ => false,
            };
            if (!isRead)
                return null;
        }

        return reader.TokenType == JsonTokenType.EndObject && !reader.Read()
            ? new CompletionContent(id, learner, locality, course, audience, completedAt, score, passed, revision, reason, ground)
            : null;
    }

    private static bool Learner(ref Utf8JsonReader reader, out LearnerContent? learner)
    {
        learner = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            return reader.TokenType == JsonTokenType.Null;
        string? id = null, citizen = null;
        for (var seen = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
        {
            var member = Next(ref reader, LearnerMembers, ref seen);
            if (member == NotPlain || !(member == 0 ? Text(ref reader, out id) : Text(ref reader, out citizen)))
                return false;
        }

        learner = new LearnerContent(id, citizen);
        return true;
    }

    // Goes on to the member's value.
    private static int Next(ref Utf8JsonReader reader, byte[][] members, ref int seen)
    {
        for (var i = 0; i < members.Length; i++)
        {
            if (!reader.ValueTextEquals(members[i]))
                continue;
            var isNew = (seen & (1 << i)) == 0;
            seen |= 1 << i;
            return isNew && reader.Read() ? i : NotPlain;
        }

        return NotPlain;
    }

    private static bool Text(ref Utf8JsonReader reader, out string? text)
    {
        text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return reader.TokenType is JsonTokenType.String or JsonTokenType.Null;
    }

    private static bool Word<T>(ref Utf8JsonReader reader, out T? word)
        where T : struct, Enum
    {
        word = null;
        if (reader.TokenType != JsonTokenType.String)
            return reader.TokenType == JsonTokenType.Null;
        foreach (var (text, value) in Words<T>.All)
        {
            if (reader.ValueTextEquals(text))
            {
                word = value;
                return true;
            }
        }

        return false;
    }

    private static bool Moment(ref Utf8JsonReader reader, out DateTimeOffset? moment)
    {
        moment = reader.TokenType == JsonTokenType.String ? Moments.Read(ref reader, typeof(DateTimeOffset), Json.Options) : null;
        return reader.TokenType is JsonTokenType.String or JsonTokenType.Null;
    }

    private static bool Number(ref Utf8JsonReader reader, out decimal? number)
    {
        number = reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var value) ? value : null;
        return number is not null || reader.TokenType == JsonTokenType.Null;
    }

    private static bool Whole(ref Utf8JsonReader reader, out int? number)
    {
        number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value) ? value : null;
        return number is not null || reader.TokenType == JsonTokenType.Null;
    }

    private static bool Truth(ref Utf8JsonReader reader, out bool? truth)
    {
        truth = reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : null;
        return truth is not null || reader.TokenType == JsonTokenType.Null;
    }

    private static class Words<T>
        where T : struct, Enum
    {
        internal static readonly (byte[] Text, T Value)[] All = [.. Enum.GetValues<T>().Select(v => (Encoding.UTF8.GetBytes(v.ToString()), v))];
    }
}
