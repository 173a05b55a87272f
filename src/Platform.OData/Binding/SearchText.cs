using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using Microsoft.OData.UriParser;
using Platform.OData.Errors;
using Platform.OData.Rows;

namespace Platform.OData.Binding;

/// <summary>
/// Binds <c>$search</c>: each term must occur in the set's folded text, as whole words in the order in which they were
/// written; in Vietnamese every syllable is a word, so "AI" does not find "báo". Terms are folded here the way the host folds
/// its text: Unicode decomposition, no marks, lower case, đ as d, one blank for whatever is no letter or digit; so
/// "ngok bay" finds "Ngọk Bay" and "53/KH-UBND" finds "53 kh ubnd".
/// </summary>
internal static class SearchText
{
    public static Expression Bind(BindingContext context, SingleValueNode node, Expression text)
    {
        context.CountNode();
        return node switch
        {
            SearchTermNode term => Expression.Call(
                Framed(text), typeof(string).GetMethod(nameof(string.Contains), [typeof(string)])!, Captured.Value($" {Fold(term.Text)} ")),
            UnaryOperatorNode { OperatorKind: UnaryOperatorKind.Not } not => Expression.Not(Bind(context, not.Operand, text)),
            BinaryOperatorNode { OperatorKind: BinaryOperatorKind.And } and =>
                Expression.AndAlso(Bind(context, and.Left, text), Bind(context, and.Right, text)),
            BinaryOperatorNode { OperatorKind: BinaryOperatorKind.Or } or =>
                Expression.OrElse(Bind(context, or.Left, text), Bind(context, or.Right, text)),
            _ => throw FaultException.NotSupported("$search " + node.Kind),
        };
    }

    // Blanks around the text as between its words make one test of beginning, middle and end, in any database.
    private static BinaryExpression Framed(Expression text) => Expression.Add(Expression.Add(Blank, text, Concat), Blank, Concat);

    private static ConstantExpression Blank => Expression.Constant(" ");

    private static readonly System.Reflection.MethodInfo Concat = typeof(string).GetMethod(nameof(string.Concat), [typeof(string), typeof(string)])!;

    internal static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var character in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(character) == UnicodeCategory.NonSpacingMark)
                continue;
            if (char.IsLetterOrDigit(character))
                folded.Append(character is 'đ' or 'Đ' ? 'd' : char.ToLowerInvariant(character));
            else if (folded.Length > 0 && folded[^1] != ' ')
                folded.Append(' ');
        }
        var words = folded.ToString().TrimEnd();
        return (words.Length == 0 ? text : words).Normalize(NormalizationForm.FormC);
    }
}
