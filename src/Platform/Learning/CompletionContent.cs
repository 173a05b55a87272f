using System.Text.Json.Serialization;
using Platform.Http;
using Platform.Plans;

namespace Platform.Learning;

/// <summary>One completion as a vendor sends it.</summary>
/// <param name="Id">The vendor's own id of this completion, at most 100 characters; sending it again is answered as duplicate.</param>
/// <param name="Learner">Who completed.</param>
/// <param name="Locality">Five-digit code of the commune.</param>
/// <param name="Course">Code of the course.</param>
/// <param name="Audience">PublicSector, Students, Workers or Citizens.</param>
/// <param name="CompletedAt">When, with offset; not in the future.</param>
/// <param name="Score">0–100, at most two decimals; may be left out.</param>
/// <param name="Passed">False when the course was finished without passing; true when left out.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CompletionContent(
    string? Id, LearnerContent? Learner, string? Locality, string? Course, Audience? Audience, DateTimeOffset? CompletedAt, decimal? Score, bool? Passed);

/// <summary>Who learns: the vendor's own id, a 12-digit citizen number, or both. Only keyed pseudonyms of them are stored.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LearnerContent(string? Id, string? CitizenId);

/// <summary>How a batch was taken. The four counts add up to the rows sent.</summary>
/// <param name="Created">Rows stored now.</param>
/// <param name="Duplicates">Rows that were stored before with the same content.</param>
/// <param name="Conflicts">Rows whose id was stored before with other content; nothing was changed.</param>
/// <param name="Rejected">Rows that are not valid.</param>
/// <param name="Results">One answer per row in the order sent.</param>
public sealed record BatchAnswer(int Created, int Duplicates, int Conflicts, int Rejected, IReadOnlyList<RowAnswer> Results);

/// <summary>The answer to one row.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Id">The vendor's id as sent.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Problem">Why it is a conflict or rejected.</param>
public sealed record RowAnswer(int Index, string? Id, RowOutcome Outcome, RowProblem? Problem);

/// <summary>A numbered reason with the JSON pointer of the field at fault.</summary>
public sealed record RowProblem(string Code, string Title, string? Detail, string? Pointer)
{
    internal static RowProblem Of(FieldFault fault, bool english) =>
        new(fault.Kind.Code, fault.Kind.Title(english), fault.Detail?.In(english), fault.Pointer);
}

/// <summary>What became of a row.</summary>
public enum RowOutcome
{
    /// <summary>Stored now.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("created")]
    Created,

    /// <summary>Stored before with the same content.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("duplicate")]
    Duplicate,

    /// <summary>Its id was stored before with other content.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("conflict")]
    Conflict,

    /// <summary>Not valid.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("rejected")]
    Rejected,
}
