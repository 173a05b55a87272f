using System.Text.Json.Nodes;

namespace Platform.Http;

/// <summary>
/// One kind of failure that clients can rely on: a number that is never reused, the HTTP status, and what to say in both languages.
/// The catalogue is served at <c>/problems</c>; a problem's <c>type</c> is its address there.
/// </summary>
public sealed record ProblemKind(string Code, int Status, string Vi, string En)
{
    /// <summary>The address of its description.</summary>
    public string Type => $"/problems/{Code}";

    /// <summary>The title in the caller's language.</summary>
    public string Title(bool english) => english ? En : Vi;
}

/// <summary>A failure to be answered as RFC 9457 problem. Thrown by rooms, written by <see cref="ProblemWriter"/>.</summary>
public sealed class ProblemException(ProblemKind kind, Explanation? detail = null, IReadOnlyList<FieldFault>? faults = null, Exception? cause = null)
    : Exception(kind.En, cause)
{
    /// <summary>What failed.</summary>
    public ProblemKind Kind { get; } = kind;

    /// <summary>This occurrence, in both languages.</summary>
    public Explanation? Detail { get; } = detail;

    /// <summary>The fields at fault.</summary>
    public IReadOnlyList<FieldFault> Faults { get; } = faults ?? [];
}

/// <summary>How problems under a prefix are written where its clients read another form than RFC 9457; registered by the room that serves the prefix.</summary>
/// <param name="Prefix">Where the service is.</param>
/// <param name="Write">Writes the problem, whose members are those of the RFC, as the whole answer.</param>
public sealed record ProblemForm(PathString Prefix, Func<HttpContext, JsonObject, Task> Write);

/// <summary>One sentence in Vietnamese and in English.</summary>
public sealed record Explanation(string Vi, string En)
{
    /// <summary>The sentence in the caller's language.</summary>
    public string In(bool english) => english ? En : Vi;
}

/// <summary>One field at fault: a JSON pointer into the body, or the name of a query parameter.</summary>
public sealed record FieldFault(string Pointer, ProblemKind Kind, Explanation? Detail = null);
