using Platform.Localities;

namespace Platform.Http;

/// <summary>
/// Collects the fields at fault of one request body, each with its JSON pointer, so that the caller learns all of them at once.
/// The checks return the cleaned value, so that reading and validating is one step.
/// </summary>
public sealed class Faults
{
    private readonly List<FieldFault> found = [];

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<FieldFault> Found => found;

    /// <summary>Notes a fault.</summary>
    public void Add(string pointer, ProblemKind kind, Explanation? detail = null) => found.Add(new FieldFault(pointer, kind, detail));

    /// <summary>A text that must be there.</summary>
    public string Text(string pointer, string? value, int max)
    {
        if (Optional(pointer, value, max) is { } text)
            return text;
        Add(pointer, Problems.Required);
        return "";
    }

    /// <summary>A text that may be missing; blank counts as missing.</summary>
    public string? Optional(string pointer, string? value, int max)
    {
        if (string.IsNullOrWhiteSpace(value))
            return null;
        if (!IsText(value))
        {
            Add(pointer, Problems.NotText);
            return null;
        }

        var text = VietnameseText.Clean(value);
        if (text.Length > max)
            Add(pointer, Problems.TooLong, new Explanation($"Tối đa {max} ký tự.", $"At most {max} characters."));
        return text;
    }

    /// <summary>The elements of a list with their pointers; an element that is null is a fault.</summary>
    public IEnumerable<(T Item, string At, int Index)> Each<T>(string pointer, IReadOnlyList<T?>? list)
        where T : class
    {
        for (var i = 0; i < (list?.Count ?? 0); i++)
        {
            if (list![i] is { } item)
                yield return (item, $"{pointer}/{i}", i);
            else
                Add($"{pointer}/{i}", Problems.Required);
        }
    }

    /// <summary>A value that must be there.</summary>
    public T Value<T>(string pointer, T? value)
        where T : struct
    {
        if (value is null)
            Add(pointer, Problems.Required);
        return value ?? default;
    }

    /// <summary>A number within bounds.</summary>
    public T Within<T>(string pointer, T? value, T min, T max)
        where T : struct, IComparable<T>
    {
        var number = Value(pointer, value);
        if (value is not null && (number.CompareTo(min) < 0 || number.CompareTo(max) > 0))
            Add(pointer, Problems.OutOfRange, new Explanation($"Từ {min} đến {max}.", $"From {min} to {max}."));
        return number;
    }

    /// <summary>Refuses the request when anything was found.</summary>
    public void ThrowIfAny()
    {
        if (found.Count > 0)
            throw new ProblemException(Problems.Invalid, null, found);
    }

    /// <summary>True when the text can be stored: no control characters, no half surrogate pairs.</summary>
    public static bool IsText(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if ((char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || c >= '\uFFFE')
                return false;
            if (char.IsSurrogate(c) && !(char.IsHighSurrogate(c) && i + 1 < value.Length && char.IsLowSurrogate(value[++i])))
                return false;
        }

        return true;
    }
}

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Next">The address of the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
