using System.Text.Json.Serialization;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>One completion as a vendor sends it.</summary>
/// <param name="Id">The vendor's own id of this completion, at most 100 characters; sending it again is answered as duplicate.</param>
/// <param name="Learner">Who completed.</param>
/// <param name="Locality">Five-digit code of the commune; left out, where the learner's latest completion is.</param>
/// <param name="Course">Code of the course.</param>
/// <param name="Audience">PublicSector, Students, Workers or Citizens; left out, what the learner's latest completion says.</param>
/// <param name="CompletedAt">When, with offset; not in the future.</param>
/// <param name="Score">0–100, at most two decimals; may be left out.</param>
/// <param name="Passed">False when the course was finished without passing; true when left out.</param>
/// <param name="Revision">2 or higher corrects what was stored under this id with a lower revision; 1 when left out.</param>
/// <param name="Reason">Why it is corrected, at most 200 characters; kept with this revision.</param>
/// <param name="LegalGround">
/// Căn cứ xử lý dữ liệu cá nhân của dòng này (Luật 91/2025/QH15): by which right it is sent. Left out, the batch's holds, and else what the vendor's registration says.
/// </param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CompletionContent(
    string? Id, LearnerContent? Learner, string? Locality, string? Course, Audience? Audience, DateTimeOffset? CompletedAt, decimal? Score, bool? Passed,
    int? Revision = null, string? Reason = null, LegalGround? LegalGround = null);

/// <summary>
/// Who learns: the vendor's own id, a 12-digit citizen number, or both. Only keyed pseudonyms of them are stored. The citizen number decides: an id that
/// came with one is that citizen's from then on, and with another number it is another person. Ids differ by case; «ế» is one letter however it is encoded.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LearnerContent(string? Id, string? CitizenId);

/// <summary>A row as the reader of some format found it: what could be read of it, and what could not.</summary>
/// <param name="Index">Its place among the rows sent, from 0; pointers begin with it.</param>
/// <param name="Id">The vendor's id as far as it could be read.</param>
/// <param name="Content">What it says; null when nothing of it could be read.</param>
/// <param name="Faults">What could not be read.</param>
public sealed record SentRow(int Index, string? Id, CompletionContent? Content, IReadOnlyList<FieldFault> Faults)
{
    /// <summary>Its line in the text, or its row in the sheet, from 1; null where rows have none.</summary>
    public int? Line { get; init; }

    /// <summary>Its id is made of fields that could not be read, and not missing by itself.</summary>
    internal bool IdFollows { get; init; }

    internal static SentRow Unreadable(int index, ProblemKind kind, Explanation? detail = null) => new(index, null, null, [new FieldFault($"/{index}", kind, detail)]);
}

/// <summary>On whose behalf rows are taken, and how.</summary>
/// <param name="Vendor">Who sends them.</param>
/// <param name="Atomic">All or none: one row that is rejected or in conflict withholds the others.</param>
/// <param name="DryRun">Answer as if, and write nothing.</param>
public sealed record IntakeOrder(Caller Vendor, bool Atomic = false, bool DryRun = false)
{
    /// <summary>What the whole batch rests on, for the rows that say nothing; null where it says nothing either.</summary>
    public LegalGround? Ground { get; init; }

    /// <summary>Who sent them from where; null for what is read from a file.</summary>
    public Actor? Sender { get; init; }

    /// <summary>
    /// Written in the transaction of the rows, so that it is kept exactly when they are: how far a file has been read. Called last, with
    /// every answer, also when no row is good; never in a dry run, of which nothing is committed.
    /// </summary>
    public Func<IReadOnlyList<RowAnswer>, CancellationToken, Task>? Alongside { get; init; }
}

/// <summary>What became of one row; speaks no language until it is written as <see cref="RowView"/>.</summary>
public sealed record RowAnswer(int Index, string? Id, RowOutcome Outcome, IReadOnlyList<FieldFault>? Faults = null)
{
    /// <summary>Its line in the text, or its row in the sheet, from 1; null where rows have none.</summary>
    public int? Line { get; init; }

    /// <summary>Code of the commune that has taken the place of the one that the row names.</summary>
    public string? MovedTo { get; init; }
}

/// <summary>How a batch was taken. The six counts add up to the rows sent.</summary>
/// <param name="Created">Rows stored now.</param>
/// <param name="Duplicates">Rows that were stored before with the same content.</param>
/// <param name="Corrected">Rows whose higher revision replaced what was stored.</param>
/// <param name="Conflicts">Rows whose id was stored before with other content; nothing was changed.</param>
/// <param name="Rejected">Rows that are not valid.</param>
/// <param name="Withheld">Good rows of an atomic batch that were not stored because others failed.</param>
/// <param name="RejectedRows">Where rejected rows and conflicts can be fetched again; null when there are none.</param>
/// <param name="Results">One answer per row in the order sent.</param>
public sealed record BatchAnswer(
    int Created, int Duplicates, int Corrected, int Conflicts, int Rejected, int Withheld, string? RejectedRows, IReadOnlyList<RowView> Results)
{
    internal static BatchAnswer Of(IReadOnlyList<RowAnswer> answers, string? rejectedRows, bool english)
    {
        var counts = new int[Enum.GetValues<RowOutcome>().Length];
        foreach (var answer in answers)
            counts[(int)answer.Outcome]++;
        return new BatchAnswer(
            counts[(int)RowOutcome.Created], counts[(int)RowOutcome.Duplicate], counts[(int)RowOutcome.Corrected], counts[(int)RowOutcome.Conflict],
            counts[(int)RowOutcome.Rejected], counts[(int)RowOutcome.Withheld], rejectedRows, [.. answers.Select(a => RowView.Of(a, english))]);
    }
}

/// <summary>The answer to one row.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Id">The vendor's id as sent.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Problems">Why it is a conflict, rejected or withheld: everything that is wrong with it, as far as could be told; left out for rows that were taken.</param>
/// <param name="Line">Its line in the table as sent, from 1 with the header; left out where rows have no lines of their own.</param>
/// <param name="MovedTo">Code of the commune that has taken the place of the one named, which a reorganisation has ended; left out otherwise.</param>
public sealed record RowView(
    int Index, string? Id, RowOutcome Outcome,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RowProblem>? Problems = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Line = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MovedTo = null)
{
    internal static RowView Of(RowAnswer answer, bool english) =>
        new(answer.Index, answer.Id, answer.Outcome, answer.Faults is null ? null : [.. answer.Faults.Select(f => RowProblem.Of(f, english))], answer.Line, answer.MovedTo);
}

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
    [JsonStringEnumMemberName("created")]
    Created,

    /// <summary>Stored before with the same content.</summary>
    [JsonStringEnumMemberName("duplicate")]
    Duplicate,

    /// <summary>Its higher revision replaced what was stored; the previous content is kept in the history.</summary>
    [JsonStringEnumMemberName("corrected")]
    Corrected,

    /// <summary>Its id was stored before with other content, told field by field, or with a higher revision.</summary>
    [JsonStringEnumMemberName("conflict")]
    Conflict,

    /// <summary>Not valid.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>Good, but not stored: the batch is atomic and another row failed.</summary>
    [JsonStringEnumMemberName("withheld")]
    Withheld,
}
