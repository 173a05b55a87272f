using System.Globalization;
using System.Text;

namespace Platform.Localities;

/// <summary>
/// How Vietnamese text is stored and compared. Stored text is NFC. Two spellings of a name are the same when they differ only
/// in case or in where the tone mark stands (Hòa / Hoà); search also ignores all diacritics (ngok bay finds Ngọk Bay).
/// </summary>
public static class VietnameseText
{
    /// <summary>The stored form: NFC, trimmed, single blanks.</summary>
    public static string Clean(string text) =>
        string.Join(' ', Normal(text, NormalizationForm.FormC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Folds to lower-case letters without any mark, words separated by one blank; the form that search compares.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in Normal(text, NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
                continue;
            var lower = char.ToLowerInvariant(c);
            if (lower == 'đ')
                folded.Append('d');
            else if (char.IsLetterOrDigit(lower))
                folded.Append(lower);
            else if (folded.Length > 0 && folded[^1] != ' ')
                folded.Append(' ');
        }

        return folded.ToString().TrimEnd().Normalize(NormalizationForm.FormC);
    }

    /// <summary>An ASCII name made of the folded text: «Công an xã» → cong-an-xa; the beginning of it where that is longer than may be.</summary>
    public static string Slug(string text, int longest = int.MaxValue) =>
        Fold(text).Replace(' ', '-') is var slug && slug.Length > longest ? slug[..longest].TrimEnd('-') : slug;

    /// <summary>True when two names differ at most in Unicode form, case and tone-mark placement.</summary>
    public static bool SameName(string one, string other) =>
        string.Equals(WithoutTonePlacement(one), WithoutTonePlacement(other), StringComparison.Ordinal);

    // U+FFFE is no character, and cannot be brought into any form.
    private static string Normal(string text, NormalizationForm form) => text.Replace('\uFFFE', '\uFFFD').Normalize(form);

    // The tone marks of each word are moved behind it, so that where they stood no longer counts.
    private static string WithoutTonePlacement(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (var word in Clean(name).Split(' '))
        {
            var tones = new StringBuilder();
            foreach (var c in word.ToLowerInvariant().Normalize(NormalizationForm.FormD))
                (c is '\u0300' or '\u0301' or '\u0303' or '\u0309' or '\u0323' ? tones : result).Append(c);
            result.Append(tones).Append(' ');
        }

        return result.ToString();
    }
}
