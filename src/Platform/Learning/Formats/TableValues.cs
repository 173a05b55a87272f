using System.Globalization;
using Platform.Access.People;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Plans;

namespace Platform.Learning.Formats;

/// <summary>What the texts of a table's cells mean in Vietnam: days before months, decimal commas, Vietnamese words. Pure.</summary>
internal static class TableValues
{
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    private static readonly string[] Moments =
    [
        .. from day in (string[])["d/M/yyyy", "d-M-yyyy", "d.M.yyyy", "yyyy-MM-dd"]
           from time in (string[])["", " H:mm", " H:mm:ss", "'T'HH:mm", "'T'HH:mm:ss", "'T'HH:mm:ss.FFFFFFF"]
           select day + time,
    ];

    // Folded: without marks, in lower case.
    private static readonly Dictionary<string, Audience> Audiences = new(StringComparer.Ordinal)
    {
        ["can bo"] = Plans.Audience.PublicSector,
        ["can bo cong chuc vien chuc"] = Plans.Audience.PublicSector,
        ["khu vuc cong"] = Plans.Audience.PublicSector,
        ["hoc sinh"] = Plans.Audience.Students,
        ["sinh vien"] = Plans.Audience.Students,
        ["hoc sinh sinh vien"] = Plans.Audience.Students,
        ["nguoi lao dong"] = Plans.Audience.Workers,
        ["nguoi dan"] = Plans.Audience.Citizens,
        ["nguoi dan truong thanh"] = Plans.Audience.Citizens,
        ["to cong nghe so cong dong"] = Plans.Audience.CommunityTeams,
        ["dai su so"] = Plans.Audience.DigitalAmbassadors,
        ["co so giao duc"] = Plans.Audience.Schools,
    };

    private static readonly Dictionary<string, LegalGround> Grounds = new(StringComparer.Ordinal)
    {
        ["dong y"] = LegalGround.Consent,
        ["su dong y"] = LegalGround.Consent,
        ["nghia vu phap ly"] = LegalGround.LegalObligation,
        ["theo quy dinh cua phap luat"] = LegalGround.LegalObligation,
        ["hoat dong cua co quan nha nuoc"] = LegalGround.PublicTask,
        ["thoa thuan"] = LegalGround.Contract,
        ["hop dong"] = LegalGround.Contract,
    };

    private static readonly Dictionary<string, bool> Answers = new(StringComparer.Ordinal)
    {
        ["true"] = true,
        ["1"] = true,
        ["x"] = true,
        ["y"] = true,
        ["yes"] = true,
        ["co"] = true,
        ["dat"] = true,
        ["dung"] = true,
        ["false"] = false,
        ["0"] = false,
        ["n"] = false,
        ["no"] = false,
        ["khong"] = false,
        ["khong dat"] = false,
        ["chua dat"] = false,
        ["sai"] = false,
    };

    internal static Audience? Audience(string? text)
    {
        if (text is null)
            return null;
        if (Enum.GetNames<Audience>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name)
            return Enum.Parse<Audience>(name);
        return Audiences.TryGetValue(VietnameseText.Fold(text), out var audience)
            ? audience
            : throw Wrong("/audience", Problems.UnknownWord, text, string.Join(", ", Enum.GetNames<Audience>()));
    }

    internal static LegalGround? Ground(string? text)
    {
        if (text is null)
            return null;
        if (Enum.GetNames<LegalGround>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name)
            return Enum.Parse<LegalGround>(name);
        return Grounds.TryGetValue(VietnameseText.Fold(text), out var ground)
            ? ground
            : throw Wrong("/legalGround", Problems.UnknownWord, text, string.Join(", ", Enum.GetNames<LegalGround>()));
    }

    /// <summary>A moment; without an offset it is Vietnam's time, without a time the day's beginning.</summary>
    internal static DateTimeOffset? Moment(string? text, string? format)
    {
        if (text is null)
            return null;
        var culture = CultureInfo.InvariantCulture;
        if (DateTime.TryParseExact(text, format is null ? Moments : [format], culture, DateTimeStyles.None, out var local))
            return local.Year > 1 && local.Kind == DateTimeKind.Unspecified ? new DateTimeOffset(local, Vietnam) : throw Wrong("/completedAt", Problems.WrongType, text, "dd/mm/yyyy");
        return DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK"], culture, DateTimeStyles.None, out var moment)
            ? moment
            : throw Wrong("/completedAt", Problems.WrongType, text, format ?? "dd/mm/yyyy, yyyy-mm-dd, yyyy-mm-ddThh:mm:ss+07:00");
    }

    /// <summary>A score brought from its scale to 0–100, with two decimals where it was brought.</summary>
    internal static decimal? Score(string? text, decimal? scale)
    {
        if (text is null)
            return null;
        var score = Number(text, "/score");
        return scale is { } best && best != 100 ? Math.Round(score * 100 / best, 2, MidpointRounding.AwayFromZero) : score;
    }

    internal static bool? Passed(string? text, decimal? minimum)
    {
        if (minimum is { } lowest)
            return text is null ? false : Number(text, "/passed") >= lowest;
        if (text is null)
            return null;
        return Answers.TryGetValue(VietnameseText.Fold(text), out var answer) ? answer : throw Wrong("/passed", Problems.WrongType, text, "true, false, Đạt, Không đạt");
    }

    internal static int? Whole(string? text) =>
        text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong("/revision", Problems.WrongType, text, "1, 2, 3 …");

    private static decimal Number(string text, string pointer)
    {
        var plain = text.Contains('.', StringComparison.Ordinal) ? text : text.Replace(',', '.');
        return decimal.TryParse(plain, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong(pointer, Problems.WrongType, text, "85, 85.5, 85,5");
    }

    /// <summary>An e-mail address or a phone number in its one way of writing; what is neither stays as it is.</summary>
    internal static string Contact(string text)
    {
        var digits = text.Where(char.IsAsciiDigit).ToArray();
        // Excel takes the zero in front away.
        var lacksZero = digits.Length == 9 && digits[0] is '3' or '5' or '7' or '8' or '9' && !text.Contains('@', StringComparison.Ordinal) && text[0] != '+';
        return Contacts.Normalize(lacksZero ? $"0{text}" : text) ?? text;
    }

    private static CellException Wrong(string pointer, ProblemKind kind, string text, string known)
    {
        var shown = text.Length > 40 ? text[..40] + "…" : text;
        return new CellException(pointer, kind, new Explanation($"«{shown}»; đọc được: {known}.", $"«{shown}»; can be read: {known}."));
    }
}

/// <summary>A cell that does not mean what its column says.</summary>
internal sealed class CellException(string pointer, ProblemKind kind, Explanation? detail) : Exception(kind.En)
{
    internal string Pointer { get; } = pointer;

    internal ProblemKind Kind { get; } = kind;

    internal Explanation? Detail { get; } = detail;
}
