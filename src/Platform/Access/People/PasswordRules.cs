using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Platform.Http;
using Platform.Localities;

namespace Platform.Access.People;

/// <summary>
/// What a password must be: long, and neither common nor known from a breach. No rule of composition: those make passwords that are
/// forgotten by people and guessed by machines. Hashed as Identity does, in one Unicode form, as keyboards type Vietnamese in several.
/// </summary>
public sealed class PasswordRules(IOptions<PeopleOptions> options)
{
    /// <summary>The longest that is read, in UTF-16 units.</summary>
    public const int Longest = 200;

    // Without diacritics, as most type them; longer words before what they begin with.
    private static readonly string[] Common =
    [
        "binhdanhocvuso", "daihocquocgia", "hoangsatruongsa", "chuyendoiso", "toiyeuvietnam", "vietnamvodich", "yeuvietnam", "thainguyen", "khongcomatkhau",
        "khongbiet", "anhyeuem", "emyeuanh", "yeuemmaimai", "mainhoem", "giadinhtoi", "giadinh", "motconvit", "concobebe", "matkhaumoi", "matkhau", "matma",
        "quantrivien", "quantri", "hanoi", "saigon", "hochiminh", "danang", "haiphong", "vietnam", "tinhthanh", "tinhyeu", "hanhphuc", "conyeu", "bocon", "mecon",
        "motnamba", "motlantrondoi", "thanhpho", "ubnd", "uyban", "phuong", "tructuyen", "congan", "password", "passw0rd", "p4ssword", "p4ssw0rd", "pass", "welcome", "letmein", "iloveyou", "football",
        "princess", "sunshine", "superman", "whatever", "trustno", "changeme", "dragon", "monkey", "master", "qwertyuiop", "qwerty", "asdfghjkl", "asdfgh", "zxcvbnm",
        "zxcvbn", "1qaz2wsx3edc", "1qaz2wsx", "1q2w3e4r5t6y", "1q2w3e4r5t", "1q2w3e4r", "zaq12wsx", "qazwsxedc", "qazwsx", "abcdefghijkl", "abcdef", "abcd", "abc", "administrator", "admin", "platform",
        "user", "test", "demo", "login", "secret", "hello", "google", "facebook", "zalo", "1234567890", "123456789", "12345678", "1234567", "123456", "12345", "1234", "123",
        "0987654321", "987654321", "87654321", "654321", "54321", "4321", "321", "0123456789", "0123456", "147258369", "159753", "112233", "121212", "123123", "000", "111", "222", "333", "444", "555", "666",
        "777", "888", "999", "aaa", "zzz", "qqq", "xxx", "2024", "2025", "2026", "2027",
    ];

    private readonly Person nobody = new();
    private readonly PasswordHasher<Person> hasher = new();
    private readonly Lazy<string> decoy = new(() => new PasswordHasher<Person>().HashPassword(new Person(), ClientSecret.New()));

    /// <summary>Notes what is wrong with a new password; returns it in the form that is hashed.</summary>
    internal string Check(Faults faults, string pointer, string? password, params string?[] known)
    {
        if (string.IsNullOrEmpty(password))
        {
            faults.Add(pointer, Problems.Required);
            return "";
        }

        if (password.Length > Longest)
        {
            faults.Add(pointer, Problems.TooLong, new Explanation($"Tối đa {Longest} ký tự.", $"At most {Longest} characters."));
            return "";
        }

        if (!Faults.IsText(password))
        {
            faults.Add(pointer, Problems.NotText);
            return "";
        }

        var (text, least) = (password.Normalize(NormalizationForm.FormKC), options.Value.PasswordLength);
        if (new StringInfo(text).LengthInTextElements < least)
            faults.Add(pointer, Problems.ShortPassword, new Explanation($"Tối thiểu {least} ký tự.", $"At least {least} characters."));
        else if (IsCommon(text, known) || (options.Value.BreachedPasswords is { Length: > 0 } file && BreachedList.Holds(file, password)))
            faults.Add(pointer, Problems.CommonPassword);
        return text;
    }

    /// <summary>The hash to be stored.</summary>
    internal string HashOf(string password) => hasher.HashPassword(nobody, password);

    /// <summary>Whether a password is right; of nobody's hash the same work is made as of somebody's.</summary>
    internal bool IsRight(string password, string? hash) =>
        hasher.VerifyHashedPassword(nobody, hash ?? decoy.Value, password.Normalize(NormalizationForm.FormKC)) != PasswordVerificationResult.Failed && hash is not null;

    // A password of common words and the person's own names, one after another, is guessed as quickly as one of them.
    private static bool IsCommon(string password, string?[] known)
    {
        var rest = VietnameseText.Fold(password.Replace('@', 'a').Replace('$', 's')).Replace(" ", "", StringComparison.Ordinal);
        var own = known.OfType<string>().SelectMany(k => VietnameseText.Fold(k).Split(' ')).Where(w => w.Length > 2);
        foreach (var word in own.OrderByDescending(w => w.Length).Concat(Common))
            rest = rest.Replace(word, "", StringComparison.Ordinal);
        return rest.Distinct().Count() < 4;
    }
}

/// <summary>Looks a password up in a file of SHA-1 hashes in order, by halves: the file may be of any size and is never read as a whole.</summary>
internal static class BreachedList
{
    private const int HashLength = 40;

    internal static bool Holds(string file, string password)
    {
        // SHA-1 is the list's form; it protects nothing here.
#pragma warning disable CA5350
        var sought = Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(password)));
#pragma warning restore CA5350
        using var list = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 256);
        var (low, high) = (0L, list.Length);
        // The first line that begins at or after low, and before high, is looked for; each step leaves half of the bytes.
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var start = LineAfter(list, middle);
            if (start >= high)
            {
                // At most two lines are left.
                for (var at = low; at < high;)
                {
                    (var hash, at) = LineFrom(list, at);
                    if (hash.Equals(sought, StringComparison.OrdinalIgnoreCase))
                        return true;
                }

                return false;
            }

            var (found, next) = LineFrom(list, start);
            switch (string.Compare(found, sought, StringComparison.OrdinalIgnoreCase))
            {
                case 0:
                    return true;
                case < 0:
                    low = next;
                    break;
                default:
                    high = start;
                    break;
            }
        }

        return false;
    }

    // Where the first line begins that begins after a position, unless the position is where one begins.
    private static long LineAfter(FileStream list, long position)
    {
        if (position == 0)
            return 0;
        list.Position = position - 1;
        int read;
        while ((read = list.ReadByte()) is not (-1 or '\n'))
        {
        }

        return list.Position;
    }

    private static (string Hash, long Next) LineFrom(FileStream list, long position)
    {
        list.Position = position;
        var hash = new StringBuilder(HashLength);
        int read;
        while ((read = list.ReadByte()) is not (-1 or '\n'))
            if (hash.Length < HashLength)
                hash.Append((char)read);
        return (hash.ToString().TrimEnd('\r'), list.Position);
    }
}
