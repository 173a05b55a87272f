using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Learning.Formats;
using Platform.Tenancy;

namespace Platform.Imports;

/// <summary>How an import stands.</summary>
public enum ImportState
{
    /// <summary>Waits for its turn.</summary>
    Waiting,

    /// <summary>Rows are being taken.</summary>
    Running,

    /// <summary>Its vendor stopped it; it goes on where it was.</summary>
    Paused,

    /// <summary>Read to its end; single rows may have been rejected.</summary>
    Done,

    /// <summary>Its vendor ended it; what was taken before stays.</summary>
    Cancelled,

    /// <summary>The rest of the file could not be read; what was taken before stays.</summary>
    Failed,
}

/// <summary>
/// A file of completions that is taken in the background. How far it was read changes in the transaction of the rows that were read, so that
/// whoever goes on after a crash takes every row once.
/// </summary>
public sealed class Import : IVendorOwned, IBookkeeping
{
    public Guid Id { get; set; }

    public short VendorId { get; set; }

    /// <summary>The account that sent it: its grants hold, as they stand when a row is taken.</summary>
    public required string AccountKey { get; set; }

    public required string FileName { get; set; }

    public RowFormat Format { get; set; }

    /// <summary>The name of the mapping that it was sent with.</summary>
    public string? MappingName { get; set; }

    /// <summary>The mapping as it was then, with the values for the whole file; JSON.</summary>
    public string? Mapping { get; set; }

    /// <summary>Columns of its table that no field is read from.</summary>
    public List<string> UnreadColumns { get; set; } = [];

    /// <summary>By which right its rows are sent that do not say so themselves.</summary>
    public LegalGround? LegalGround { get; set; }

    /// <summary>True when its rows are answered and nothing of them is stored.</summary>
    public bool DryRun { get; set; }

    public ImportState State { get; set; }

    /// <summary>How much there is to read, in the measure of <see cref="Position"/>; null where a workbook does not say.</summary>
    public long? Size { get; set; }

    /// <summary>Where the next row begins: bytes, or rows of a workbook.</summary>
    public long Position { get; set; }

    /// <summary>Parts that were committed.</summary>
    public int Parts { get; set; }

    public int Rows { get; set; }

    public int Created { get; set; }

    public int Duplicates { get; set; }

    public int Corrected { get; set; }

    public int Conflicts { get; set; }

    public int Rejected { get; set; }

    /// <summary>Time spent on taking rows.</summary>
    public long WorkedMilliseconds { get; set; }

    /// <summary>Why rows were not taken, with the first of each; JSON.</summary>
    public string Reasons { get; set; } = "[]";

    /// <summary>The number of the problem for which it failed.</summary>
    public string? FailureCode { get; set; }

    public string? FailureDetailVi { get; set; }

    public string? FailureDetailEn { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>True when nothing will be taken any more.</summary>
    public bool HasEnded => State is ImportState.Done or ImportState.Cancelled or ImportState.Failed;

    /// <summary>Counts a part's answers.</summary>
    internal void Count(IReadOnlyList<RowAnswer> answers)
    {
        var reasons = ImportReason.Read(Reasons);
        foreach (var answer in answers)
        {
            Rows++;
            switch (answer.Outcome)
            {
                case RowOutcome.Created:
                    Created++;
                    break;
                case RowOutcome.Duplicate:
                    Duplicates++;
                    break;
                case RowOutcome.Corrected:
                    Corrected++;
                    break;
                case RowOutcome.Conflict:
                    Conflicts++;
                    break;
                default:
                    Rejected++;
                    break;
            }

            foreach (var fault in answer.Faults?.DistinctBy(f => f.Kind) ?? [])
                ImportReason.Note(reasons, fault, answer);
        }

        Reasons = JsonSerializer.Serialize(reasons, Json.Options);
    }
}

/// <summary>Rows that were not taken for one reason, and where the first of them are. Nothing of what they hold.</summary>
internal sealed record ImportReason(string Code, int Rows, List<ReasonPlace> First)
{
    private const int Firsts = 10;

    internal static List<ImportReason> Read(string json) => JsonSerializer.Deserialize<List<ImportReason>>(json, Json.Options)!;

    internal static void Note(List<ImportReason> reasons, FieldFault fault, RowAnswer answer)
    {
        var at = reasons.FindIndex(r => r.Code == fault.Kind.Code);
        if (at < 0)
        {
            at = reasons.Count;
            reasons.Add(new ImportReason(fault.Kind.Code, 0, []));
        }

        if (reasons[at].First.Count < Firsts)
            reasons[at].First.Add(new ReasonPlace(fault.Pointer.Length > 0 ? fault.Pointer : $"/{answer.Index}", answer.Line));
        reasons[at] = reasons[at] with { Rows = reasons[at].Rows + 1 };
    }
}

/// <summary>
/// The right to work on an import, for one server at a time and for a limited time; it lasts as long as the file is needed. A global table,
/// because servers look for work of every vendor; it holds nothing but ids.
/// </summary>
public sealed class ImportLease : IBookkeeping
{
    /// <summary>Until when a paused import is left alone.</summary>
    internal static readonly DateTimeOffset Never = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Guid ImportId { get; set; }

    public short VendorId { get; set; }

    /// <summary>The run that works on it.</summary>
    public Guid? Holder { get; set; }

    /// <summary>When somebody else may take it.</summary>
    public DateTimeOffset Until { get; set; }

    /// <summary>Times that it was taken since rows were last committed.</summary>
    public int Attempts { get; set; }
}

internal sealed class ImportEntities : IEntityTypeConfiguration<Import>, IEntityTypeConfiguration<ImportLease>, IEntityTypeConfiguration<SavedMapping>
{
    public void Configure(EntityTypeBuilder<Import> builder)
    {
        builder.HasKey(i => new { i.VendorId, i.Id });
        builder.Property(i => i.AccountKey).HasMaxLength(80);
        builder.Property(i => i.FileName).HasMaxLength(200);
        builder.Property(i => i.MappingName).HasMaxLength(60);
        builder.Property(i => i.FailureCode).HasMaxLength(8);
        builder.Property(i => i.FailureDetailVi).HasMaxLength(1000);
        builder.Property(i => i.FailureDetailEn).HasMaxLength(1000);
    }

    public void Configure(EntityTypeBuilder<ImportLease> builder)
    {
        builder.HasKey(l => l.ImportId);
        builder.Property(l => l.ImportId).ValueGeneratedNever();
        builder.HasIndex(l => l.Until);
    }

    public void Configure(EntityTypeBuilder<SavedMapping> builder)
    {
        builder.ToTable("import_mappings");
        builder.HasKey(m => new { m.VendorId, m.Name });
        builder.Property(m => m.Name).HasMaxLength(60);
    }
}
