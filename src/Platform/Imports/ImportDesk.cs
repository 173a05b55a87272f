using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Learning.Formats;

namespace Platform.Imports;

/// <summary>
/// Receives files and their vendors' wishes: pause, resume, cancel. A file is accepted once it is whole on disk and its first row could be
/// read; the right to work on it, its lease, decides which wish meets which run.
/// </summary>
internal sealed class ImportDesk(PlatformDb db, ImportFolder folder, ImportRun run, ImportRunner runner, Pseudonyms pseudonyms, TimeProvider clock)
{
    // One after another: the texts of a workbook may take 64 MB.
    private static readonly SemaphoreSlim Probing = new(1, 1);

    // What an import is told in its address.
    private static readonly string[] Said = ["name", "mapping", "locality", "course", "audience", "completedAt", "revision", "reason", "scale", "legalGround", "dryRun"];

    internal async Task<Import> Receive(
        HttpContext http, Caller vendor, string? name, string? mappingName, WholeFile said, LegalGround? ground, bool dryRun, CancellationToken cancellation)
    {
        var (content, type, sentName) = await Content(http.Request, cancellation);
        var fileName = Path.GetFileName(name ?? sentName ?? "");
        var format = RowFormats.Of(type) ?? RowFormats.OfName(fileName) ?? throw new ProblemException(Problems.UnsupportedMediaType, Path.GetExtension(fileName).ToLowerInvariant() is ".xls" or ".xlsm" or ".ods"
                ? new Explanation("Hãy lưu tệp dạng .xlsx.", "Save the file as .xlsx.") : RowFormats.Known(RowFormats.Csv, RowFormats.Workbook, RowFormats.Lines, "application/json"));
        if (fileName.Length > 200 || !Faults.IsText(fileName))
            throw new ProblemException(Problems.BadParameter, null, [new FieldFault("name", Problems.TooLong)]);
        var mapping = await Mapping(format, mappingName, said, cancellation);

        var now = clock.GetUtcNow();
        var import = new Import
        {
            Id = Guid.CreateVersion7(now),
            VendorId = vendor.Vendor!.Value,
            AccountKey = vendor.Key,
            FileName = fileName.Length > 0 ? fileName : $"import.{RowFormats.Extension(format)}",
            Format = format,
            MappingName = mappingName,
            LegalGround = ground,
            DryRun = dryRun,
            Mapping = mapping is null ? null : JsonSerializer.Serialize(mapping, Json.Options),
            CreatedAt = now,
        };
        import.Size = await folder.Store(import.Id, content, cancellation);
        try
        {
            if (format == RowFormat.Workbook)
                await ProbeAlone(import, mapping, cancellation);
            else
                await Probe(import, mapping, cancellation);
        }
        catch
        {
            folder.Remove(import.Id);
            throw;
        }

        // Whether it was saved is not known when this fails; a file that no import needs is swept.
        db.Imports.Add(import);
        db.ImportLeases.Add(new ImportLease { ImportId = import.Id, VendorId = import.VendorId, Until = now });
        await db.SaveChangesAsync(cancellation);
        runner.Wake();
        return import;
    }

    private async Task Probe(Import import, ColumnMapping? mapping, CancellationToken cancellation)
    {
        await using var file = folder.Open(import.Id);
        var reader = ImportRun.Reader(import.Format, file, new HiddenIds(pseudonyms, import.AccountKey), mapping);
        if ((await reader.Next(1, cancellation)).Count == 0)
            throw new ProblemException(Problems.NoRows);
        if (reader is WorkbookRows workbook)
            import.Size = workbook.Size;
        import.UnreadColumns = reader.UnreadColumns;
    }

    private async Task ProbeAlone(Import import, ColumnMapping? mapping, CancellationToken cancellation)
    {
        await Probing.WaitAsync(cancellation);
        try
        {
            await Probe(import, mapping, cancellation);
        }
        finally
        {
            Probing.Release();
        }
    }

    internal Task<Import> Pause(Guid id, CancellationToken cancellation) => Change(id, ImportLease.Never, import =>
    {
        import.State = import.State is ImportState.Waiting or ImportState.Running or ImportState.Paused ? ImportState.Paused : throw new ProblemException(Problems.ImportEnded);
        return Task.CompletedTask;
    }, cancellation);

    internal async Task<Import> Resume(Guid id, CancellationToken cancellation)
    {
        var import = await Change(id, clock.GetUtcNow(), import =>
        {
            import.State = import.State switch
            {
                ImportState.Paused => ImportState.Waiting,
                ImportState.Waiting or ImportState.Running => throw new ProblemException(Problems.ImportNotPaused),
                _ => throw new ProblemException(Problems.ImportEnded),
            };
            return Task.CompletedTask;
        }, cancellation);
        runner.Wake();
        return import;
    }

    internal async Task<Import> Cancel(Guid id, CancellationToken cancellation)
    {
        var import = await Change(id, null, async import =>
        {
            if (import.HasEnded)
                throw new ProblemException(Problems.ImportEnded);
            await run.End(db, id, ImportState.Cancelled, null, cancellation);
        }, cancellation);
        folder.Remove(id);
        return import;
    }

    // The lease first, as a run does: who has it changed decides, and nobody waits for the other in a circle.
    private async Task<Import> Change(Guid id, DateTimeOffset? until, Func<Import, Task> change, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var lease = db.ImportLeases.Where(l => l.ImportId == id && l.VendorId == db.Scope.Vendor);
        if (until is { } free)
            await lease.ExecuteUpdateAsync(s => s.SetProperty(l => l.Holder, (Guid?)null).SetProperty(l => l.Until, free).SetProperty(l => l.Attempts, 0), cancellation);
        else
            await lease.ExecuteDeleteAsync(cancellation);
        var import = await db.Imports.SingleOrDefaultAsync(i => i.Id == id, cancellation) ?? throw new ProblemException(Problems.UnknownImport);
        await change(import);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return import;
    }

    private async Task<ColumnMapping?> Mapping(RowFormat format, string? name, WholeFile file, CancellationToken cancellation)
    {
        if (name is null && file.SaysNothing)
            return null;
        if (format is not (RowFormat.Csv or RowFormat.Workbook))
            throw new ProblemException(Problems.MappingNeedsTable);
        if (name is null)
            throw new ProblemException(Problems.BadParameter, new Explanation("Giá trị cho cả tệp cần một mapping.", "Values for the whole file need a mapping."), [new FieldFault("mapping", Problems.Required)]);
        var mapping = (await ImportMappings.Find(db, name, cancellation)).With(file);
        var faults = new Faults();
        foreach (var field in mapping.Missing)
            faults.Add(file.Values.ContainsKey(field) ? field : $"/fields/{field}", Problems.Required);
        if (file.Scale is not null && (!FieldSource.IsScale(file.Scale) || !mapping.Fields.ContainsKey("score")))
            faults.Add("scale", Problems.OutOfRange, new Explanation("Số lớn hơn 0, tối đa 1.000.000, cho ánh xạ có điểm.", "A number above 0, at most 1,000,000, for a mapping with a score."));
        // What holds for every row is refused at once, and not row by row.
        foreach (var (field, value) in file.Values.Where(v => v.Value is not null))
            if (await ImportMappings.Mistake(db, field, value!, mapping.Fields[field], cancellation) is { } wrong)
                faults.Add(field, wrong.Kind, wrong.Detail);
        faults.ThrowIfAny();
        return mapping;
    }

    private static async Task<(Stream Content, string? Type, string? Name)> Content(HttpRequest request, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return (request.Body, request.ContentType, null);
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 100)
            throw new ProblemException(Problems.BadParameter);
        var parts = new MultipartReader(boundary, request.Body);
        try
        {
            while (await parts.ReadNextSectionAsync(cancellation) is { } part)
            {
                if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition))
                    continue;
                if (disposition.FileNameStar.HasValue || disposition.FileName.HasValue)
                    return (part.Body, part.ContentType, HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value);
                if (HeaderUtilities.RemoveQuotes(disposition.Name).Value is { } field && Said.Contains(field))
                    throw new ProblemException(Problems.BadParameter, new Explanation($"Đặt trong địa chỉ: ?{field}=…", $"Belongs into the address: ?{field}=…"), [new FieldFault(field, Problems.BadParameter)]);
            }
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            // The form is not one, or ends within a part.
            throw new ProblemException(Problems.BadParameter);
        }

        throw new ProblemException(Problems.ImportWithoutFile);
    }
}
