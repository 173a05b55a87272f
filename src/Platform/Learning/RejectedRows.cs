using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Http;
using Platform.Learning.Formats;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>One row that was rejected or in conflict, as it came, and why.</summary>
internal sealed record RejectedRow(string Raw, int? Line, IReadOnlyList<RejectedField> Fields)
{
    /// <summary>The member of a JSON row that says why; ignored when it is sent back.</summary>
    internal const string Mark = "problems";

    private static readonly Explanation CodeColumn = new("Mã lỗi", "Problem"), ReasonColumn = new("Lỗi", "Reason");

    internal string Codes => string.Join(", ", Fields.Select(f => f.Code).Distinct());

    /// <summary>The columns of a table that say why.</summary>
    internal static string[] Columns(bool english) => [CodeColumn.In(english), ReasonColumn.In(english)];

    /// <summary>True for these columns; they are ignored when they are sent back.</summary>
    internal static bool IsColumn(string name) => name.Trim() is var bare && (bare == CodeColumn.Vi || bare == CodeColumn.En || bare == ReasonColumn.Vi || bare == ReasonColumn.En);

    internal string Reason(bool english)
    {
        var reasons = string.Join("; ", Fields.Select(f => f.Reason(english)));
        return Line is null ? reasons : $"{(english ? "Line" : "Dòng")} {Line}: {reasons}";
    }
}

/// <summary>One fault of a rejected row; with the table's own name of the field where it has one.</summary>
internal sealed record RejectedField(string Code, string Pointer, string? Column, Explanation Title, Explanation? Detail)
{
    internal string Reason(bool english) =>
        (Column is null ? "" : $"{Column}: ") + Title.In(english) + (Detail is null ? "" : $" – {Detail.In(english).TrimEnd('.')}");
}

/// <summary>Rejected rows of one chunk, compressed and sealed: rows may hold citizen numbers, which lie nowhere in clear.</summary>
[PersonalRecords(Concerned.Learners, Purpose.Mending, LegalGround.PublicTask, Keeping.RejectedRows)]
[Personal(DataKind.Source, Form.Plain, nameof(RejectedBlock.VendorId))]
[Personal(DataKind.AsSent, Form.Encrypted, nameof(RejectedBlock.Sealed))]
[Personal(DataKind.Moment, Form.Plain, nameof(RejectedBlock.ReceivedAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(RejectedBlock.IntakeId), nameof(RejectedBlock.Ordinal))]
public sealed class RejectedBlock : IVendorOwned, IBookkeeping
{
    public short VendorId { get; set; }

    /// <summary>The request or import that they came with.</summary>
    public Guid IntakeId { get; set; }

    public int Ordinal { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    public required byte[] Sealed { get; set; }
}

/// <summary>
/// Keeps the rows that were not taken, so that their vendor can fetch them in the format they came in, mend them and send them again.
/// For a limited time, and under the keys that protect access tokens.
/// </summary>
public sealed class RejectedRows(PlatformDb db, IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly IDataProtector protector = protection.CreateProtector("Platform.RejectedRows");

    /// <summary>Adds what a chunk did not take; the caller saves. True when there was any.</summary>
    internal bool Keep(Guid intake, int ordinal, RowFormat format, TableHead? head, IReadOnlyList<ReadRow> rows, IReadOnlyList<RowAnswer> answers)
    {
        var refused = new List<RejectedRow>(); // what was erased is not kept again
        for (var i = 0; i < answers.Count; i++)
            if (answers[i] is { Outcome: RowOutcome.Rejected or RowOutcome.Conflict, Faults: { } faults } answer && !faults.Any(f => f.Kind == Problems.CompletionErased))
                refused.Add(new RejectedRow(Encoding.UTF8.GetString(rows[i].Raw.Span), answer.Line, [.. faults.Select(f => new RejectedField(
                    f.Kind.Code, f.Pointer, head?.ColumnOf(f.Pointer), new Explanation(f.Kind.Vi, f.Kind.En), f.Detail))]));
        if (refused.Count == 0)
            return false;
        db.Set<RejectedBlock>().Add(new RejectedBlock
        {
            VendorId = db.Scope.Vendor!.Value,
            IntakeId = intake,
            Ordinal = ordinal,
            ReceivedAt = clock.GetUtcNow(),
            Sealed = Seal(new Block(format, head?.Names, head?.Separator ?? ',', refused)),
        });
        return true;
    }

    /// <summary>Writes an intake's rejected rows; refuses when there are none.</summary>
    internal async Task Write(Guid intake, HttpContext http)
    {
        var english = http.PrefersEnglish();
        RejectedText? text = null;
        await foreach (var kept in db.Set<RejectedBlock>().AsNoTracking().Where(b => b.IntakeId == intake).OrderBy(b => b.Ordinal).AsAsyncEnumerable().WithCancellation(http.RequestAborted))
        {
            var block = Open(kept.Sealed);
            if (text is null)
            {
                http.Response.ContentType = RowFormats.MediaType(block.Format);
                http.Response.Headers.ContentDisposition = $"attachment; filename=\"rejected-{intake}.{RowFormats.Extension(block.Format)}\"";
                http.Response.Headers.CacheControl = "no-store";
                text = RejectedText.In(block.Format, http.Response.Body, english, block.Head, block.Separator);
                await text.Begin();
            }

            await text.Write(block.Rows);
        }

        await (text ?? throw new ProblemException(Problems.NothingRejected)).DisposeAsync();
    }

    /// <summary>Removes what was kept long enough.</summary>
    internal Task<int> Purge(int days, CancellationToken cancellation)
    {
        var before = clock.GetUtcNow().AddDays(-days);
        return db.Set<RejectedBlock>().Where(b => b.ReceivedAt < before).ExecuteDeleteAsync(cancellation);
    }

    private byte[] Seal(Block block)
    {
        using var buffer = new MemoryStream();
        using (var folded = new BrotliStream(buffer, CompressionLevel.Fastest))
            JsonSerializer.Serialize(folded, block, Json.Options);
        return protector.Protect(buffer.ToArray());
    }

    private Block Open(byte[] kept)
    {
        using var unfolded = new BrotliStream(new MemoryStream(protector.Unprotect(kept)), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<Block>(unfolded, Json.Options)!;
    }

    private sealed record Block(RowFormat Format, IReadOnlyList<string>? Head, char Separator, List<RejectedRow> Rows);
}

internal sealed class RejectedMapping : IEntityTypeConfiguration<RejectedBlock>
{
    public void Configure(EntityTypeBuilder<RejectedBlock> builder)
    {
        builder.ToTable("rejected_rows");
        builder.HasKey(b => new { b.VendorId, b.IntakeId, b.Ordinal });
        builder.HasIndex(b => b.ReceivedAt);
    }
}
