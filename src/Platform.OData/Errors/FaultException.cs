namespace Platform.OData.Errors;

/// <summary>
/// Ends a request with a numbered fault. <c>Target</c> names the part of the request that is at fault; the details
/// say in both languages what about it (the protocol library's own words are English in both).
/// </summary>
internal sealed class FaultException(ODataFault fault, string? target = null, string? vi = null, string? en = null)
    : Exception(en ?? fault.TitleEn)
{
    public ODataFault Fault { get; } = fault;
    public string? Target { get; } = target;

    /// <summary>Place of the mistake in the text of the target, counted in characters from 0.</summary>
    public int? Position { get; init; }

    /// <summary>What the provider or the database said; for the host's log, never for the client.</summary>
    public Exception? Cause { get; init; }

    /// <summary>What the client can do, where the fault's own remedy would not help.</summary>
    public (string Vi, string En)? Remedy { get; init; }

    public string In(bool english)
    {
        var (title, detail, remedy) = english
            ? (Fault.TitleEn, en, Remedy?.En ?? Fault.RemedyEn)
            : (Fault.TitleVi, vi ?? en, Remedy?.Vi ?? Fault.RemedyVi);
        return detail is null ? $"{title}. {remedy}" : $"{title}: {detail.TrimEnd('.')}{(detail.EndsWith('?') ? "" : ".")} {remedy}";
    }

    public static FaultException NotSupported(string part) =>
        new(ODataFaults.NotSupported, part, part, part);
}
