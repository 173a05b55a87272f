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

    internal static Audience? Audience(string? text, FieldSource? source)
    {
        if (text is null)
            return null;
        if (Enum.GetNames<Audience>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name)
            return Enum.Parse<Audience>(name);
        return Audiences.TryGetValue(VietnameseText.Fold(text), out var audience)
            ? audience
            : throw Wrong(Problems.UnknownWord, text, source, $"Cán bộ, Học sinh, Sinh viên, Người lao động, Người dân, {string.Join(", ", Enum.GetNames<Audience>())}");
    }

    internal static LegalGround? Ground(string? text, FieldSource? source)
    {
        if (text is null)
            return null;
        if (Enum.GetNames<LegalGround>().FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name)
            return Enum.Parse<LegalGround>(name);
        return Grounds.TryGetValue(VietnameseText.Fold(text), out var ground)
            ? ground
            : throw Wrong(Problems.UnknownWord, text, source, $"Đồng ý, Nghĩa vụ pháp lý, Hợp đồng, {string.Join(", ", Enum.GetNames<LegalGround>())}");
    }

    /// <summary>A moment; without an offset it is Vietnam's time, without a time the day's beginning.</summary>
    internal static DateTimeOffset? Moment(string? text, FieldSource? source)
    {
        if (text is null)
            return null;
        var (culture, format) = (CultureInfo.InvariantCulture, source?.Format);
        if (DateTime.TryParseExact(text, format is null ? Moments : [format, Short(format)], culture, DateTimeStyles.None, out var local))
            return local.Year > 1 && local.Kind == DateTimeKind.Unspecified ? new DateTimeOffset(local, VietnamTime.Offset) : throw Wrong(Problems.WrongType, text, source, "dd/mm/yyyy");
        return DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK"], culture, DateTimeStyles.None, out var moment)
            ? moment
            : throw (format is null && text.Split('/', '-', '.') is [{ Length: <= 2 } day, { Length: <= 2 } month, { Length: 4 } year] && new[] { day, month, year }.All(p => int.TryParse(p, NumberStyles.None, culture, out _))
                ? new CellException(null, Problems.WrongType, new Explanation($"Không có ngày «{text}»; ngày viết trước tháng.", $"There is no day «{text}»; days come before months."))
                : Wrong(Problems.WrongType, text, source, format ?? "dd/mm/yyyy, yyyy-mm-dd, yyyy-mm-ddThh:mm:ss+07:00"));
    }

    // 2/1/2026 is written as 02/01/2026 is.
    private static string Short(string format) => format.Replace("MM", "M", StringComparison.Ordinal).Replace("dd", "d", StringComparison.Ordinal).Replace("HH", "H", StringComparison.Ordinal);

    /// <summary>True for a way of writing days from which the day can be read again.</summary>
    internal static bool IsDayFormat(string format)
    {
        var day = new DateTime(2026, 3, 9, 8, 5, 7, DateTimeKind.Unspecified);
        try
        {
            return format.Length > 1 && DateTime.TryParseExact(
                day.ToString(format, CultureInfo.InvariantCulture), format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) && read.Date == day.Date;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>A score brought from its scale to 0–100, with two decimals where it was brought.</summary>
    internal static decimal? Score(string? text, FieldSource? source)
    {
        if (text is null)
            return null;
        if (text.EndsWith('%'))
            return Number(text[..^1].TrimEnd(), source);
        var score = Number(text, source);
        if (source?.Scale is not { } best || best == 100)
            return score;
        if (score < 0 || score > best)
            throw new CellException(null, Problems.OutOfRange, new Explanation($"«{text}»; thang điểm từ 0 đến {best}.", $"«{text}»; the scale is from 0 to {best}."));
        return Math.Round(score * 100 / best, 2, MidpointRounding.AwayFromZero);
    }

    internal static bool? Passed(string? text, FieldSource? source)
    {
        if (source?.Minimum is { } lowest)
            return text is null ? false : Number(text, source) >= lowest;
        if (text is null)
            return null;
        return Answers.TryGetValue(VietnameseText.Fold(text), out var answer) ? answer : throw Wrong(Problems.WrongType, text, source, "true, false, Đạt, Không đạt");
    }

    internal static int? Whole(string? text, FieldSource? source) =>
        text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= short.MaxValue ? number
        : throw Wrong(Problems.WrongType, text, source, $"1, 2, 3 … {short.MaxValue}");

    /// <summary>Why no row's field can have this text; null when one can, or the text stands for nothing.</summary>
    internal static CellException? Mistake(string field, string text, FieldSource source)
    {
        if (text.Length == 0)
            return null;
        if (field == "reason" && CompletionReading.CheckReason(text) is { } wrongReason)
            return new CellException(null, wrongReason, null);
        try
        {
            _ = field switch
            {
                "audience" => Audience(text, null),
                "completedAt" => Moment(text, source),
                "score" => Score(text, source) is < 0 or > 100 ? throw Wrong(Problems.OutOfRange, text, null, "0–100") : null,
                "passed" => Passed(text, source),
                "revision" => Whole(text, null),
                "legalGround" => Ground(text, null),
                _ => (object?)null,
            };
            return null;
        }
        catch (CellException wrong)
        {
            return wrong;
        }
    }

    private static decimal Number(string text, FieldSource? source)
    {
        var plain = text.Contains('.', StringComparison.Ordinal) ? text : text.Replace(',', '.');
        return decimal.TryParse(plain, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong(Problems.WrongType, text, source, "85, 85.5, 85,5");
    }

    /// <summary>An e-mail address or a phone number in its one way of writing.</summary>
    internal static string Contact(string text)
    {
        var digits = text.Where(char.IsAsciiDigit).ToArray();
        // Excel takes the zero in front away.
        var lacksZero = digits.Length == 9 && digits[0] is '3' or '5' or '7' or '8' or '9' && !text.Contains('@', StringComparison.Ordinal) && text[0] != '+';
        return Contacts.Normalize(lacksZero ? $"0{text}" : text)
            ?? throw new CellException(null, Problems.NotAContact, new Explanation($"«{text}»; đọc được: ten@vidu.vn, 0912 345 678, +84 912 345 678.", $"«{text}»; can be read: ten@vidu.vn, 0912 345 678, +84 912 345 678."));
    }

    // The words of the mapping are read as well.
    private static CellException Wrong(ProblemKind kind, string text, FieldSource? source, string known)
    {
        var shown = text.Length > 40 ? text[..40] + "…" : text;
        known = source?.Values is { Count: > 0 } words ? $"{string.Join(", ", words.Keys)}, {known}" : known;
        return new CellException(null, kind, new Explanation($"«{shown}»; đọc được: {known}.", $"«{shown}»; can be read: {known}."));
    }
}

/// <summary>A cell that does not mean what its column says, or, where a field is named, a field that the one being read is made of.</summary>
internal sealed class CellException(string? field, ProblemKind kind, Explanation? detail) : Exception(kind.En)
{
    internal string? Field { get; } = field;

    internal ProblemKind Kind { get; } = kind;

    internal Explanation? Detail { get; } = detail;
}
