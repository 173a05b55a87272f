using System.Data.Common;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Platform.OData.Execution;

/// <summary>
/// Which numbered fault a failure of the provider or the database is. Before the first row, whatever the provider throws is about the
/// query and would be thrown again: it is never the host's mistake nor a reason to try later. Once rows have begun, what is not known here is
/// the host's to report.
/// </summary>
internal static class RunningFaults
{
    public static ODataFault? Of(Exception error, bool hasBegun) => error switch
    {
        OperationCanceledException => null,
        DbException database => Of(database),
        TimeoutException => ODataFaults.TooSlow,
        // Providers compute beforehand what is constant in an expression.
        DivideByZeroException or OverflowException or ArgumentOutOfRangeException or FormatException or RegexParseException => ODataFaults.BadData,
        { InnerException: { } inner } when Of(inner, hasBegun: true) is { } known => known,
        ObjectDisposedException => null,
        InvalidOperationException or ArgumentException or NotSupportedException or NotImplementedException or InvalidCastException or NullReferenceException
            or KeyNotFoundException or IndexOutOfRangeException or UnreachableException when !hasBegun => ODataFaults.NotTranslatable,
        _ => null,
    };

    /// <summary>
    /// By class of SQLSTATE: 22 the data, 57014 a cancelled statement; 08, 53, 57 and 58 a database that is away or out of means. A statement
    /// that the database does not accept would not be accepted later either; that the server may not read a table is not the client's concern.
    /// </summary>
    private static ODataFault? Of(DbException error) => error.SqlState switch
    {
        "57014" => ODataFaults.TooSlow,
        "42501" => null,
        ['2', '2', ..] => ODataFaults.BadData,
        null or ['0', '8', ..] or ['5', '3' or '7' or '8', ..] => ODataFaults.Unavailable,
        _ => error.IsTransient ? ODataFaults.Unavailable : ODataFaults.NotTranslatable,
    };
}
