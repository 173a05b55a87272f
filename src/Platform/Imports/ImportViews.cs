using System.Text.Json.Serialization;
using Platform.Database;
using Platform.Http;
using Platform.Learning.Formats;

namespace Platform.Imports;

/// <summary>An import.</summary>
/// <param name="Id">Its id.</param>
/// <param name="FileName">The file's name as sent.</param>
/// <param name="Format">ndjson, csv, xlsx or json.</param>
/// <param name="Mapping">The mapping that it was sent with.</param>
/// <param name="State">Waiting, Running, Paused, Done, Cancelled or Failed.</param>
/// <param name="Percent">How much of the file was read; null where a workbook does not say how long it is.</param>
/// <param name="Rows">Rows answered.</param>
/// <param name="Created">Rows stored.</param>
/// <param name="Duplicates">Rows that were stored before with the same content.</param>
/// <param name="Corrected">Rows whose higher revision replaced what was stored.</param>
/// <param name="Conflicts">Rows whose id was stored before with other content.</param>
/// <param name="Rejected">Rows that are not valid.</param>
/// <param name="RowsPerSecond">Over the time spent on its rows; null before the first.</param>
/// <param name="CreatedAt">When it was sent.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Problem">Why it failed.</param>
/// <param name="RejectedRows">Where rejected rows and conflicts can be fetched; null when there are none.</param>
/// <param name="LegalGround">By which right its rows are sent that do not say so themselves; null where the vendor's registration says it.</param>
/// <param name="DryRun">True when the rows are only answered and none is stored.</param>
public sealed record ImportView(
    Guid Id, string FileName, RowFormat Format, string? Mapping, ImportState State, decimal? Percent, int Rows, int Created, int Duplicates, int Corrected,
    int Conflicts, int Rejected, int? RowsPerSecond, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, ImportProblem? Problem, string? RejectedRows,
    LegalGround? LegalGround, bool DryRun)
{
    internal static ImportView Of(Import i, bool english) => new(
        i.Id, i.FileName, i.Format, i.MappingName, i.State, PercentOf(i), i.Rows, i.Created, i.Duplicates, i.Corrected, i.Conflicts, i.Rejected,
        i.WorkedMilliseconds == 0 ? null : (int)Math.Min(int.MaxValue, i.Rows * 1000L / i.WorkedMilliseconds), i.CreatedAt, i.EndedAt, ImportProblem.Of(i, english),
        i.Conflicts + i.Rejected > 0 ? $"/v1/imports/{i.Id}/rejected" : null, i.LegalGround, i.DryRun);

    private static decimal? PercentOf(Import i) =>
        i.State == ImportState.Done ? 100 : i.Size is { } size and > 0 ? Math.Round(Math.Min(100, 100m * i.Position / size), 1) : null;
}

/// <summary>Why an import failed.</summary>
public sealed record ImportProblem(string Code, string Title, string? Detail)
{
    internal static ImportProblem? Of(Import i, bool english) => i.FailureCode is null ? null : new(
        i.FailureCode, Problems.All.First(p => p.Code == i.FailureCode).Title(english), english ? i.FailureDetailEn : i.FailureDetailVi);
}

/// <summary>What became of an import's rows.</summary>
/// <param name="Import">How it stands.</param>
/// <param name="UnreadColumns">Columns of the table that the mapping does not name; they are read over and kept nowhere.</param>
/// <param name="Reasons">Why rows were not taken, the commonest first.</param>
public sealed record ImportReport(ImportView Import, IReadOnlyList<string> UnreadColumns, IReadOnlyList<ReasonView> Reasons)
{
    internal static ImportReport Of(Import import, bool english) => new(
        ImportView.Of(import, english), import.UnreadColumns,
        [.. ImportReason.Read(import.Reasons).OrderByDescending(r => r.Rows).ThenBy(r => r.Code, StringComparer.Ordinal)
            .Select(r => new ReasonView(r.Code, Problems.All.First(p => p.Code == r.Code).Title(english), r.Rows, r.First))]);
}

/// <summary>One reason for which rows were not taken.</summary>
/// <param name="Code">The number of the problem.</param>
/// <param name="Title">What it is.</param>
/// <param name="Rows">How many rows; one with several faults is counted under each.</param>
/// <param name="First">Where the first ten are.</param>
public sealed record ReasonView(string Code, string Title, int Rows, IReadOnlyList<ReasonPlace> First);

/// <summary>Where a fault is.</summary>
/// <param name="Pointer">The row from 0, then the field.</param>
/// <param name="Line">The line of the table, or the row of the sheet as Excel counts it, from 1; left out where rows have none.</param>
public sealed record ReasonPlace(string Pointer, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Line);
