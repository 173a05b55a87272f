using System.Text.RegularExpressions;
using Platform.OData.Errors;

namespace Platform.OData.Parsing;

/// <summary>
/// What the protocol library's messages mean: which numbered fault, and in Vietnamese, for those that people meet. The library
/// has them in English only; one that is not known here keeps its English words under the number for a wrong URL.
/// </summary>
internal static class ParserMessages
{
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

    public static FaultException Fault(string part, string message, int position)
    {
        message = Words.Spoken(message);
        foreach (var (pattern, fault, vi) in Known)
            if (pattern.Match(message) is { Success: true } match)
                return new FaultException(fault, part, $"{part}: {match.Result(vi)}", $"{part}: {message}") { Position = position };
        return new FaultException(ODataFaults.BadUrl, part, $"{part}: {message}", $"{part}: {message}") { Position = position };
    }

    private static (Regex, ODataFault, string) Message(string pattern, string vi, ODataFault? fault = null) =>
        (new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(1)), fault ?? ODataFaults.BadUrl, vi);
}
