using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Audit;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Learning.Formats;

namespace Platform.Imports;

/// <summary>Routes of background imports.</summary>
public static class ImportsApi
{
    public static void AddImports(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(ImportOptions.From(configuration)).AddSingleton<ImportFolder>().AddSingleton<ImportRoom>().AddSingleton<ImportPlaces>().AddSingleton<ImportRun>();
        services.AddSingleton<ImportRunner>().AddHostedService(provider => provider.GetRequiredService<ImportRunner>());
        services.AddScoped<ImportDesk>();
    }

    public static void MapImports(this IEndpointRouteBuilder routes)
    {
        var imports = routes.MapGroup("/v1/imports").WithTags("Imports").Require(Scopes.Complete, Reach.Intake).Fails(401, 403);
        imports.MapPost("", CreateImport).WithName(nameof(CreateImport))
            .Accepts<IReadOnlyList<CompletionContent>>("application/json", RowFormats.Lines, RowFormats.Csv, RowFormats.Workbook, "application/octet-stream", "multipart/form-data")
            .WithMetadata(new BodyLimit(http => http.RequestServices.GetRequiredService<ImportOptions>().FileBytes))
            .Fails(400, 413, 415, 422, 507);
        imports.MapGet("", ListImports).WithName(nameof(ListImports)).Fails(400);
        imports.MapGet("{id:guid}", GetImport).WithName(nameof(GetImport)).Fails(404);
        imports.MapGet("{id:guid}/report", GetImportReport).WithName(nameof(GetImportReport)).Fails(404);
        imports.MapGet("{id:guid}/rejected", ListRejectedOfImport).WithName(nameof(ListRejectedOfImport)).ReadsPeople()
            .Produces(200, contentType: RowFormats.Csv).Produces(200, contentType: RowFormats.Lines).Produces(200, contentType: RowFormats.Workbook).Fails(404);
        imports.MapPut("{id:guid}/pause", PauseImport).WithName(nameof(PauseImport)).Fails(404, 409);
        imports.MapDelete("{id:guid}/pause", ResumeImport).WithName(nameof(ResumeImport)).Fails(404, 409);
        imports.MapPut("{id:guid}/cancellation", CancelImport).WithName(nameof(CancelImport)).Fails(404, 409);
        routes.MapImportMappings();
    }

    /// <summary>Takes a file and imports it in the background.</summary>
    /// <remarks>
    /// CSV, NDJSON, XLSX (the first sheet that is not hidden) or a JSON array, as the body or as the file of a multipart form; also with Content-Encoding gzip or br. The file is
    /// kept encrypted until the import ends. The header of a table is looked for in its first ten rows. With an <c>Idempotency-Key</c> the body may have
    /// 4 MiB; a larger file is sent without: its completions' ids keep it from being counted twice. Values given here, beside a mapping, hold for the rows of a table that do not say it themselves. Its end is told by the webhook event <c>import.finished</c>.
    /// Files of several vendors take turns. One vendor may have so many files, and so many bytes of them, waiting (429, PLT-5087, beyond that): wait until one ends, or cancel one.
    /// </remarks>
    private static async Task<Accepted<ImportView>> CreateImport(
        HttpContext http, ImportDesk desk, ImportRoom room, PlatformDb db, CancellationToken cancellation,
        [Description("The file's name; tells the format where the content type does not.")] string? name = null,
        [Description("A mapping of columns: one of one's own or a preset. For CSV and XLSX.")] string? mapping = null,
        [Description("The commune of the rows that do not say one.")] string? locality = null,
        [Description("The course of the rows that do not say one.")] string? course = null,
        [Description("The audience of the rows that do not say one.")] string? audience = null,
        [Description("The day of the rows that do not say one.")] string? completedAt = null,
        [Description("2 or higher: the rows that do not say one correct what was stored under their ids with a lower revision.")] string? revision = null,
        [Description("Why the rows are corrected, at most 200 characters.")] string? reason = null,
        [Description("The best score of the table (10, 100); scores are brought to 0–100. In the place of the mapping's own.")] decimal? scale = null,
        [Description("Căn cứ xử lý: by which right the rows that do not say so themselves are sent (Luật 91/2025/QH15). Left out, what the vendor's registration says.")] LegalGround? legalGround = null,
        [Description("Answers every row as if it were taken, counted in the report, and stores none: to try a mapping. An id that comes twice, further apart than one part of the file, is answered as new both times.")] bool dryRun = false)
    {
        var vendor = http.Features.Get<Caller>()!;
        using var arrival = await room.Enter(http, db, vendor.Vendor!.Value, cancellation);
        var constants = new Dictionary<string, string?> { ["locality"] = locality, ["course"] = course, ["audience"] = audience, ["completedAt"] = completedAt, ["revision"] = revision, ["reason"] = reason };
        var import = await desk.Receive(http, vendor, name, mapping, new WholeFile(constants, scale), VendorGround.Known(legalGround), dryRun, cancellation);
        return TypedResults.Accepted($"/v1/imports/{import.Id}", ImportView.Of(import, http.PrefersEnglish()));
    }

    /// <summary>The vendor's imports, the latest first.</summary>
    private static async Task<Ok<Page<ImportView>>> ListImports(
        HttpContext http, PlatformDb db, CancellationToken cancellation,
        [Description("Only imports in this state.")] ImportState? state = null,
        [Description("Sent on this day in Vietnam or later.")] DateOnly? createdFrom = null,
        [Description("Sent on this day in Vietnam or earlier.")] DateOnly? createdTo = null,
        [Description("Only those sent with this mapping.")] string? mapping = null,
        [Description("Only those whose file's name holds this, in capitals or not.")] string? name = null,
        [Description("From the previous page's next.")] Guid? before = null,
        [Description("1–200.")] int limit = 50)
    {
        if (limit is < 1 or > 200)
            throw new ProblemException(Problems.BadParameter, null, [new FieldFault("limit", Problems.OutOfRange)]);
        Days.Check("createdFrom", createdFrom, "createdTo", createdTo);
        Paging.Check(limit, ("mapping", mapping), ("name", name));
        var (since, until, part) = (Days.Begin(createdFrom), Days.End(createdTo), name?.ToLowerInvariant());
        var rows = await db.Imports.AsNoTracking()
            .Where(i => (state == null || i.State == state) && (since == null || i.CreatedAt >= since) && (until == null || i.CreatedAt < until)
                && (mapping == null || i.MappingName == mapping) && (part == null || i.FileName.ToLower().Contains(part)) && (before == null || i.Id.CompareTo(before.Value) < 0))
            .OrderByDescending(i => i.Id).Take(limit + 1).ToListAsync(cancellation);
        (string Name, string? Value)[] asked =
            [("state", state?.ToString()), ("createdFrom", $"{createdFrom:yyyy-MM-dd}"), ("createdTo", $"{createdTo:yyyy-MM-dd}"), ("mapping", mapping), ("name", name)];
        var next = rows.Count <= limit ? null : $"/v1/imports?before={rows[limit - 1].Id}&limit={limit}"
            + string.Concat(asked.Where(a => !string.IsNullOrEmpty(a.Value)).Select(a => $"&{a.Name}={Uri.EscapeDataString(a.Value!)}"));
        return TypedResults.Ok(new Page<ImportView>([.. rows.Take(limit).Select(i => ImportView.Of(i, http.PrefersEnglish()))], next));
    }

    /// <summary>How an import stands.</summary>
    private static async Task<Ok<ImportView>> GetImport(Guid id, HttpContext http, PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(ImportView.Of(await Find(db, id, cancellation), http.PrefersEnglish()));

    /// <summary>What became of an import's rows: counts, and why rows were not taken.</summary>
    private static async Task<Ok<ImportReport>> GetImportReport(Guid id, HttpContext http, PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(ImportReport.Of(await Find(db, id, cancellation), http.PrefersEnglish()));

    /// <summary>The rows of an import that were rejected or in conflict, in the format they came in, each with why: mend them and send them again.</summary>
    private static async Task ListRejectedOfImport(Guid id, HttpContext http, PlatformDb db, RejectedRows rejected, CancellationToken cancellation)
    {
        await Find(db, id, cancellation);
        await rejected.Write(id, http);
    }

    /// <summary>Pauses an import after the rows that are being stored.</summary>
    private static async Task<Ok<ImportView>> PauseImport(Guid id, HttpContext http, ImportDesk desk, CancellationToken cancellation) =>
        TypedResults.Ok(ImportView.Of(await desk.Pause(id, cancellation), http.PrefersEnglish()));

    /// <summary>Lets a paused import go on where it was.</summary>
    private static async Task<Ok<ImportView>> ResumeImport(Guid id, HttpContext http, ImportDesk desk, CancellationToken cancellation) =>
        TypedResults.Ok(ImportView.Of(await desk.Resume(id, cancellation), http.PrefersEnglish()));

    /// <summary>Ends an import; rows that were stored stay.</summary>
    private static async Task<Ok<ImportView>> CancelImport(Guid id, HttpContext http, ImportDesk desk, CancellationToken cancellation) =>
        TypedResults.Ok(ImportView.Of(await desk.Cancel(id, cancellation), http.PrefersEnglish()));

    private static async Task<Import> Find(PlatformDb db, Guid id, CancellationToken cancellation) =>
        await db.Imports.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, cancellation) ?? throw new ProblemException(Problems.UnknownImport);
}
