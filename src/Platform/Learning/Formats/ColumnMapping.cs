using System.Text.Json.Serialization;
using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>How the columns of a platform's own table become completions.</summary>
/// <param name="Fields">
/// From the names of our fields (id, learner.id, learner.citizenId, locality, course, audience, completedAt, score, passed, revision, reason, legalGround)
/// to where each comes from. Columns that no field names are read over and kept nowhere.
/// </param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ColumnMapping(IReadOnlyDictionary<string, FieldSource> Fields)
{
    /// <summary>The mapping with what is said for the rows that do not say it themselves.</summary>
    internal ColumnMapping With(WholeFile file)
    {
        var fields = Fields.ToDictionary();
        foreach (var (name, value) in file.Values.Where(v => v.Value is not null))
            fields[name] = fields.TryGetValue(name, out var source) && source.Constant is null ? source with { Otherwise = value, Optional = true } : new FieldSource { Constant = value };
        if (file.Scale is { } scale && fields.TryGetValue("score", out var score))
            fields["score"] = score with { Scale = scale };
        return new ColumnMapping(fields);
    }

    /// <summary>The fields without which no row is a completion, and which have no source.</summary>
    internal IEnumerable<string> Missing =>
        ((string[])["id", "locality", "course", "audience", "completedAt"]).Where(f => !Fields.ContainsKey(f)).Concat(Fields.Keys.Any(f => f.StartsWith("learner.", StringComparison.Ordinal)) ? [] : ["learner.id"]);

    /// <summary>The values that it gives itself, with their pointers.</summary>
    internal IEnumerable<(string Field, string Value, string At)> Known(string pointer)
    {
        foreach (var (name, source) in Fields.Where(f => f.Value is not null))
        {
            foreach (var (part, value) in new[] { ("constant", source.Constant), ("otherwise", source.Otherwise) })
                if (value is { Length: > 0 })
                    yield return (name, value, $"{pointer}/{name}/{part}");
            foreach (var (word, meaning) in source.Values ?? new Dictionary<string, string>())
                if (meaning is { Length: > 0 })
                    yield return (name, meaning, $"{pointer}/{name}/values/{Json.Escape(word)}");
        }
    }

    /// <summary>What is wrong with it.</summary>
    internal void Check(string pointer, Faults faults)
    {
        foreach (var (name, source) in Fields)
        {
            var at = $"{pointer}/{Json.Escape(name)}";
            if (!TableColumns.IsField(name))
                faults.Add(at, Problems.UnknownColumn, new Explanation($"Các trường: {TableColumns.FieldNames}.", $"The fields: {TableColumns.FieldNames}."));
            else if (source is null)
                faults.Add(at, Problems.Required);
            else
                source.Check(at, name, faults);
        }

        // A completion's id is stored as it is; a learner's name, e-mail or phone must not get there.
        var personal = new[] { "learner.id", "learner.citizenId" }.SelectMany(f => Fields.GetValueOrDefault(f)?.Named ?? []).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (Fields.GetValueOrDefault("id") is { Pseudonym: not true } id && (id.Named.Any(personal.Contains) || id.Braces().Any(b => b.Name.StartsWith("=learner", StringComparison.Ordinal))))
            faults.Add($"{pointer}/id", Problems.PersonalId);
    }
}

/// <summary>What is said of a file when it is sent, for the rows that do not say it themselves.</summary>
/// <param name="Values">Our fields and the one value of each; null where nothing is said.</param>
/// <param name="Scale">The best score of the table.</param>
internal sealed record WholeFile(IReadOnlyDictionary<string, string?> Values, decimal? Scale)
{
    internal bool SaysNothing => Scale is null && Values.Values.All(v => v is null);
}

/// <summary>Where one field comes from: one of columns, template and constant.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FieldSource
{
    /// <summary>Columns by name; the first that is not empty counts.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>
    /// A text with columns in braces, and other fields behind an equals sign: {=course}-{Student ID}. {=learner} is the learner's id, or the citizen
    /// number where there is none. A row in which one of them is empty is rejected.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>The same value for every row.</summary>
    public string? Constant { get; init; }

    /// <summary>Words of the source and what they mean here; a word that is not listed stays as it is.</summary>
    public IReadOnlyDictionary<string, string>? Values { get; init; }

    /// <summary>Words of the source that say that nothing was completed; their rows are rejected.</summary>
    public IReadOnlyList<string>? Refused { get; init; }

    /// <summary>For completedAt: how the source writes days, such as MM/dd/yyyy; otherwise dd/MM/yyyy and ISO 8601 are read.</summary>
    public string? Format { get; init; }

    /// <summary>For score: the best score of the source (1, 10, 100); scores are brought to 0–100.</summary>
    public decimal? Scale { get; init; }

    /// <summary>For passed: the lowest number of the source that passes.</summary>
    public decimal? Minimum { get; init; }

    /// <summary>What holds for the rows in which the source is empty.</summary>
    public string? Otherwise { get; init; }

    /// <summary>The file may lack its columns.</summary>
    public bool? Optional { get; init; }

    /// <summary>For id: keep only a keyed pseudonym of it, because it is made of what identifies a person.</summary>
    public bool? Pseudonym { get; init; }

    /// <summary>For learner.id: an e-mail address or a phone number, which are the same person however they are written.</summary>
    public bool? Contact { get; init; }

    private const int LongestTemplate = 500;

    /// <summary>True for a best score that scores can be brought from.</summary>
    internal static bool IsScale(decimal? scale) => scale is null or (> 0 and <= 1_000_000);

    /// <summary>What a template calls whatever tells the learner.</summary>
    internal const string Learner = "learner";

    /// <summary>Every column it reads.</summary>
    internal IEnumerable<string> Named => Columns ?? Braces().Select(b => b.Name).Where(n => !n.StartsWith('='));

    /// <summary>The parts of the template: text before a column, and the column.</summary>
    internal IEnumerable<(string Before, string Name)> Braces()
    {
        for (var at = 0; Template is not null && Template.IndexOf('{', at) is var open and >= 0 && Template.IndexOf('}', open) is var close and >= 0; at = close + 1)
            yield return (Template[at..open], Template[(open + 1)..close]);
    }

    internal void Check(string at, string field, Faults faults)
    {
        if (new object?[] { Columns, Template, Constant }.Count(s => s is not null) != 1)
            faults.Add(at, Problems.OneSource);
        if (Columns is { Count: 0 } || Columns?.Any(string.IsNullOrWhiteSpace) == true)
            faults.Add($"{at}/columns", Problems.Required);
        if (Template is not null && !Braces().Any())
            faults.Add($"{at}/template", Problems.Required, new Explanation("Cần ít nhất một {cột}.", "At least one {column} is needed."));
        foreach (var (_, other) in Braces().Where(b => b.Name.StartsWith('=')))
            if ((!TableColumns.IsField(other[1..]) && other[1..] != Learner) || other[1..] == field)
                faults.Add($"{at}/template", Problems.UnknownColumn, new Explanation($"«{other}»", $"«{other}»"));
        if (Refused?.Any(w => string.IsNullOrWhiteSpace(w)) == true)
            faults.Add($"{at}/refused", Problems.Required);
        if (!IsScale(Scale))
            faults.Add($"{at}/scale", Problems.OutOfRange, new Explanation("Số lớn hơn 0, tối đa 1.000.000.", "A number above 0, at most 1,000,000."));
        if (Template?.Length > LongestTemplate)
            faults.Add($"{at}/template", Problems.TooLong, new Explanation($"Tối đa {LongestTemplate} ký tự.", $"At most {LongestTemplate} characters."));
        if (Format is not null && !TableValues.IsDayFormat(Format))
            faults.Add($"{at}/format", Problems.WrongType, new Explanation("Cần dd, MM và yyyy, như MM/dd/yyyy hoặc dd.MM.yyyy HH:mm.", "dd, MM and yyyy are needed, such as MM/dd/yyyy or dd.MM.yyyy HH:mm."));
        foreach (var (part, value) in new[] { ("constant", Constant), ("otherwise", Otherwise) })
            if (value is not null && TableValues.Mistake(field, value, this) is { } wrong)
                faults.Add($"{at}/{part}", wrong.Kind, wrong.Detail);
        foreach (var (word, meaning) in Values ?? new Dictionary<string, string>())
            if (meaning is null)
                faults.Add($"{at}/values/{Json.Escape(word)}", Problems.Required);
            else if (TableValues.Mistake(field, meaning, this) is { } mistaken)
                faults.Add($"{at}/values/{Json.Escape(word)}", mistaken.Kind, mistaken.Detail);
        foreach (var (part, belongs, isSet) in new[]
            { ("format", "completedAt", Format is not null), ("scale", "score", Scale is not null), ("minimum", "passed", Minimum is not null), ("pseudonym", "id", Pseudonym is not null), ("contact", "learner.id", Contact is not null) })
            if (isSet && field != belongs)
                faults.Add($"{at}/{part}", Problems.UnknownMember, new Explanation($"Chỉ dùng cho «{belongs}».", $"Only for «{belongs}»."));
    }
}
