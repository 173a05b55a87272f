using System.Text.RegularExpressions;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// What the protocol library's messages mean: which numbered fault, and in Vietnamese, for those that people meet. The library
/// has them in English only; of one that is not known here, only what it quotes of the URL is said in Vietnamese.
/// </summary>
internal static class ParserMessages
{
    private static readonly Regex Quote = new("'(?<word>[^']{1,60})'", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    // A blank where the sign of an offset belongs: in a URL, a plus sign that is not encoded is a blank.
    private static readonly Regex LostPlus = new(@"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)? \d{2}:\d{2}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private static readonly (Regex Pattern, ODataFault Fault, string Vi)[] Known =
    [
        Message("Found operand types '(?:Edm\\.)?(.*?)' and '(?:Edm\\.)?(.*?)' for operator kind '(.*?)'", "phép $3 không so được $1 với $2", ODataFaults.TypeMismatch),
        Message("Found operand type '(?:Edm\\.)?(.*?)' for operator kind '(.*?)'", "phép $2 không dùng được với $1", ODataFaults.TypeMismatch),
        Message("No function signature for the function with name '(.*?)' matches the specified arguments\\. The function signatures considered are: (.*?)\\.?$",
            "hàm $1 không nhận các đối số này; dạng đúng: $2", ODataFaults.TypeMismatch),
        Message("The \\$filter expression must evaluate to a single boolean value|Logical operator|expression must evaluate to a boolean", "điều kiện không cho giá trị đúng/sai", ODataFaults.TypeMismatch),
        Message("Cannot convert a value of type|Type verification failed|cannot be converted to the expected|A type '.*' cannot be cast", "giá trị không đúng kiểu", ODataFaults.TypeMismatch),
        Message("grouping expression '(.*?)' must evaluate to a property access value", "“$1” không có trong kết quả của bước trước", ODataFaults.UnknownProperty),
        Message("Cannot convert the literal '(.*?)' to the expected type '(?:Edm\\.)?(.*?)'", "“$1” không phải giá trị kiểu $2", ODataFaults.TypeMismatch),
        Message("The right operand for the IN operation", "sau in cần một danh sách giá trị trong ngoặc"),
        Message("'(.*?)' is not a valid count option", "$$count là true hoặc false, không phải “$1”"),
        Message("Property '(.*?)' on type '.*' is not a navigation property", "$1 không phải liên kết tới thực thể khác nên không $$expand được"),
        Message("Only properties specified in \\$expand can be traversed.*Selected item was '(.*?)'|(?:path with multiple navigation properties|bad complex property path) in a select clause|Inner or start path segments must be navigation",
            "$$select không đi qua liên kết: viết $$expand=TênLiênKết($$select=TênThuộcTính)"),
        Message("Found a path traversing multiple navigation properties", "mỗi mục của $$expand đi qua một liên kết; liên kết tiếp theo viết trong ngoặc: A($$expand=B)"),
        Message("The \\$orderby expression must evaluate to a single value", "$$orderby cần một giá trị đơn; với tập hợp hãy dùng TênLiênKết/$$count"),
        Message("[Ll]evels? option on navigation property '(.*?)'", "$$levels chỉ dùng cho liên kết về cùng loại thực thể, $1 dẫn tới loại khác", ODataFaults.TypeMismatch),
        Message("Levels option must be a non-negative integer or 'max', it is set to '(.*?)'", "$$levels là số nguyên không âm hoặc max, không phải “$1”"),
        Message("Missing (?:expand|select) option on (?:navigation )?property '(.*?)'", "trong ngoặc sau $1 chưa có tùy chọn nào"),
        Message("^'as' expected", "thiếu “as Tên”: kết quả tính cần có tên"),
        Message("^'with' expected", "thiếu “with” và cách gộp (sum, average, min, max, countdistinct)"),
        Message("aggregate expression '(.*?)' operation does not support value type '(?:Edm\\.)?(.*?)'", "không gộp được “$1” với giá trị kiểu $2", ODataFaults.TypeMismatch),
        Message("aggregate expression '(.*?)' must evaluate to a single value", "“$1” không phải giá trị đơn"),
        Message("A digit was expected", "cần một chữ số"),
        Message("An identifier was expected", "cần một tên"),
        Message("key property '(.*?)' was found twice", "khóa $1 có hai lần"),
        Message("(?:operand|argument).*is not a single value", "cần một giá trị đơn, không phải tập hợp", ODataFaults.TypeMismatch),
        Message("An unknown function with name '(.*?)' was found", "không có hàm $1"),
        Message("There is an unterminated (?:string )?literal at position", "chuỗi chưa đóng nháy đơn"),
        Message("character '(.*?)' is not valid at position", "ký tự “$1” không dùng được ở đây"),
        Message("'\\)' or ',' expected|'\\)' or operator expected|[Cc]lose ?parenthesis|unbalanced|Missing '\\)'", "thiếu dấu “)” hoặc dấu “,”"),
        Message("'\\(' expected|[Oo]pen ?parenthesis", "thiếu dấu “(”"),
        Message("Expression expected", "thiếu biểu thức"),
        Message("Unrecognized '(?:Edm\\.)?(.*?)' literal '(.*?)'", "“$2” không phải giá trị kiểu $1"),
        Message("The parent value for a property access of a property '(.*?)' is not a single value", "$1 thuộc một tập hợp: dùng any hoặc all"),
        Message("The Any/All query expression", "any và all chỉ dùng cho tập hợp"),
        Message("Invalid value '(.*?)' for (\\$\\w+) query option found\\. .*integer", "$2 cần số nguyên không âm, không phải “$1”"),
        Message("Invalid value '(.*?)' for (\\$\\w+) query option found", "giá trị “$1” không dùng được cho $2"),
        Message("Term '(.*?)' is not valid in a \\$select or \\$expand", "“$1” không dùng được trong $$select hay $$expand"),
        Message("The key value \\((.*?)\\) from request is not valid|[Kk]ey.*(?:does not match|is not valid|count)|Bad Request: (?:the )?key", "khóa không đúng dạng"),
        Message("Bad Request - Error in query syntax|Error in query syntax", "sai cú pháp"),
        Message("Syntax error", "sai cú pháp"),
    ];

    /// <param name="part">The option, or what else was read.</param>
    /// <param name="text">Its text.</param>
    /// <param name="message">What the library says about it.</param>
    /// <param name="position">Where the mistake is.</param>
    public static FaultException Fault(string part, string text, string message, int position)
    {
        if (LostPlus.Match(text) is { Success: true } lost)
            return new FaultException(
                ODataFaults.BadUrl, part,
                $"{part}: “{lost.Value}” có dấu cách ở chỗ của dấu “+”; trong địa chỉ, dấu “+” phải viết là %2B",
                $"{part}: “{lost.Value}” has a blank where “+” belongs; in a URL, “+” must be written %2B")
            { Position = lost.Index + lost.Value.IndexOf(' ', StringComparison.Ordinal) };
        message = Words.Spoken(message);
        foreach (var (pattern, fault, vi) in Known)
            if (pattern.Match(message) is { Success: true } match)
                return new FaultException(fault, part, $"{part}: {match.Result(vi)}", $"{part}: {message}") { Position = position };
        var near = Quote.Match(message) is { Success: true } quoted && text.Contains(quoted.Groups["word"].Value, StringComparison.Ordinal) ? $", gần “{quoted.Groups["word"].Value}”" : "";
        return new FaultException(ODataFaults.BadUrl, part, $"{part}: không đọc được{near}", $"{part}: {message}") { Position = position };
    }

    private static (Regex, ODataFault, string) Message(string pattern, string vi, ODataFault? fault = null) =>
        (new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1)), fault ?? ODataFaults.BadUrl, vi);
}
