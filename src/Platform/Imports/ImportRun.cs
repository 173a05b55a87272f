using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Learning.Formats;
using Platform.Limits;
using Platform.Tenancy;
using Platform.Webhooks;

namespace Platform.Imports;

/// <summary>
/// Takes one import's rows, part by part, for as long as it holds the lease. The lease is renewed and the position moved in the transaction of
/// each part: a run that lost its lease commits nothing more.
/// </summary>
internal sealed class ImportRun(
    IServiceScopeFactory scopes, Intake intake, ImportFolder folder, ImportOptions options, IntakeOptions intakeOptions, Pseudonyms pseudonyms, Callers callers,
    ImportPlaces places, IntakeTurns turns, TimeProvider clock, ILogger<ImportRun> log)
{
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromSeconds(5);

    /// <summary>Goes on where the import was, until its end or until it is somebody else's.</summary>
    internal async Task Continue(ImportLease lease, CancellationToken cancellation)
    {
        try
        {
            var import = await Begin(lease, cancellation);
            var whole = false;
            using (var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                var renewal = Renew(lease, end.Token);
                try
                {
                    whole = await TakeRows(lease, import, cancellation);
                }
                finally
                {
                    await end.CancelAsync();
                    await renewal;
                }
            }

            if (whole)
                await End(lease, ImportState.Done, null, cancellation);
            else
                await Release(lease);
        }
        catch (LeaseLostException)
        {
            // Paused, cancelled, or taken over: whoever did it goes on.
        }
        catch (Exception failure) when (failure is ProblemException { Kind.Status: 503 } or TimeoutException || failure.AsDatabase() is { IsTransient: true })
        {
            log.LogWarning("Import {Import} waits: {Reason}", lease.ImportId, failure.GetBaseException().Message);
            await Postpone(lease, isAttempt: failure is ProblemException);
        }
        catch (Exception failure) when (failure is ProblemException or JsonException or InvalidDataException or System.Security.Cryptography.CryptographicException)
        {
            await End(lease, ImportState.Failed, failure, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Release(lease);
            throw;
        }
        catch (Exception failure) when (failure is not (DbException or DbUpdateException or IOException or TimeoutException or InvalidOperationException or UnauthorizedAccessException or OperationCanceledException))
        {
            // Whoever tried again would meet it again; what the database or the disk says now may pass.
            log.LogError(failure, "Import {Import} cannot be read", lease.ImportId);
            await End(lease, ImportState.Failed, new ProblemException(Problems.Unexpected), cancellation);
        }
    }

    // False when others wait for its place before the end.
    private async Task<bool> TakeRows(ImportLease lease, Import import, CancellationToken cancellation)
    {
        var claimed = Stopwatch.GetTimestamp();
        if (!folder.Has(import.Id))
            throw new ProblemException(Problems.ImportFileLost);
        await using var file = folder.Open(import.Id);
        var hidden = new HiddenIds(pseudonyms, import.AccountKey);
        var reader = Reader(import.Format, file, hidden, MappingOf(import));
        await reader.Resume(import.Position, import.Rows, cancellation);
        var (part, stay) = (import.Parts, places.Begin(lease, Stopwatch.GetElapsedTime(claimed)));
        while (await reader.Next(turns.Piece(import.AccountKey, intakeOptions.ChunkRows), cancellation) is { Count: > 0 } rows)
        {
            var began = Stopwatch.GetTimestamp();
            var vendor = await callers.Find(import.AccountKey, cancellation) ?? throw new ProblemException(Problems.NotAllowed);
            if (await stay.IsOver(vendor, cancellation))
                return false;
            var job = new IntakeJob(import.Id, new IntakeOrder(vendor) { Ground = import.LegalGround, DryRun = import.DryRun }, import.Format);
            await intake.TakeChunk(new IntakePart(job, part++, await Settled(lease, hidden, rows, cancellation), reader.Head), async (db, answers, stop) =>
            {
                await Hold(db, lease, progress: true, stop);
                var row = await db.Imports.SingleAsync(i => i.Id == lease.ImportId, stop);
                (row.Position, row.Parts) = (reader.Position, part);
                row.WorkedMilliseconds += (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                row.Count(answers);
            }, cancellation);
        }

        return true;
    }

    /// <summary>Ends an import that brought down whoever worked on it.</summary>
    internal Task GiveUp(ImportLease lease, CancellationToken cancellation) => End(lease, ImportState.Failed, new ProblemException(Problems.Unexpected), cancellation);

    /// <summary>The reader of a file, with the columns that its mapping names.</summary>
    internal static RowReader Reader(RowFormat format, Stream file, HiddenIds hidden, ColumnMapping? mapping)
    {
        return format == RowFormat.Workbook ? new WorkbookRows(file, Recognise) : RowFormats.Reader(format, file, Recognise);

        TableColumns Recognise(IReadOnlyList<string> header) => mapping is null ? TableColumns.Of(header) : TableColumns.Of(header, mapping, hidden.Hide);
    }

    /// <summary>Records how an import ended, tells its vendor, and lets the file go.</summary>
    internal async Task End(PlatformDb db, Guid id, ImportState state, Exception? failure, CancellationToken cancellation)
    {
        var import = await db.Imports.SingleAsync(i => i.Id == id, cancellation);
        (import.State, import.EndedAt) = (state, clock.GetUtcNow());
        if (failure is not null)
        {
            var known = failure as ProblemException ?? new ProblemException(failure is JsonException ? Problems.MalformedBody : Problems.NotAWorkbook);
            var details = known.Faults.Select(f => (Vi: $"{f.Pointer} {f.Kind.Vi} {f.Detail?.Vi}".Trim(), En: $"{f.Pointer} {f.Kind.En} {f.Detail?.En}".Trim())).ToList();
            import.FailureCode = known.Kind.Code;
            import.FailureDetailVi = Short(known.Detail?.Vi ?? string.Join("; ", details.Select(d => d.Vi)));
            import.FailureDetailEn = Short(known.Detail?.En ?? string.Join("; ", details.Select(d => d.En)));
        }

        await WebhookOutbox.Add(db, import.VendorId, WebhookOutbox.ImportFinished, ImportView.Of(import, english: true), import.EndedAt.Value, cancellation);
        await db.SaveChangesAsync(cancellation);

        static string? Short(string text) => text.Length == 0 ? null : text.Length > 1000 ? text[..1000] : text;
    }

    private static ColumnMapping? MappingOf(Import import) =>
        import.Mapping is null ? null : JsonSerializer.Deserialize<ColumnMapping>(import.Mapping, Json.Options);

    private async Task<Import> Begin(ImportLease lease, CancellationToken cancellation)
    {
        await using var work = Scope(lease, out var db);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Hold(db, lease, progress: false, cancellation); // the lease first, as those who pause and cancel do
        var import = await db.Imports.SingleOrDefaultAsync(i => i.Id == lease.ImportId, cancellation) ?? throw new LeaseLostException();
        import.State = ImportState.Running;
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return import;
    }

    private async Task<List<ReadRow>> Settled(ImportLease lease, HiddenIds hidden, List<ReadRow> rows, CancellationToken cancellation)
    {
        await using var work = Scope(lease, out var db);
        return await hidden.Settle(rows, db, cancellation);
    }

    private async Task Hold(PlatformDb db, ImportLease lease, bool progress, CancellationToken cancellation)
    {
        var until = clock.GetUtcNow().AddSeconds(options.LeaseSeconds);
        var held = await db.ImportLeases.Where(l => l.ImportId == lease.ImportId && l.Holder == lease.Holder)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.Until, until).SetProperty(l => l.Attempts, l => progress ? 0 : l.Attempts), cancellation);
        if (held != 1)
            throw new LeaseLostException();
    }

    private async Task End(ImportLease lease, ImportState state, Exception? failure, CancellationToken cancellation)
    {
        await using (var work = Scope(lease, out var db))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            if (await db.ImportLeases.Where(l => l.ImportId == lease.ImportId && l.Holder == lease.Holder).ExecuteDeleteAsync(cancellation) != 1)
                return;
            await End(db, lease.ImportId, state, failure, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        folder.Remove(lease.ImportId);
    }

    // So that another server, or this one when it is back, need not wait.
    private async Task Release(ImportLease lease)
    {
        await using var work = Scope(lease, out var db);
        var now = clock.GetUtcNow();
        await db.ImportLeases.Where(l => l.ImportId == lease.ImportId && l.Holder == lease.Holder)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.Until, now).SetProperty(l => l.Attempts, 0), CancellationToken.None);
    }

    // That the database was away or too slow says nothing about the file, and is no attempt at it; rows that others write all the while are one.
    private async Task Postpone(ImportLease lease, bool isAttempt)
    {
        await using var work = Scope(lease, out var db);
        var (until, back) = (clock.GetUtcNow() + (BeforeAgain * lease.Attempts), isAttempt ? 0 : 1);
        await db.ImportLeases.Where(l => l.ImportId == lease.ImportId && l.Holder == lease.Holder)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.Until, until).SetProperty(l => l.Holder, (Guid?)null).SetProperty(l => l.Attempts, l => l.Attempts > back ? l.Attempts - back : 0), CancellationToken.None);
    }

    // For as long as rows wait for their turn, this server still works on them.
    private async Task Renew(ImportLease lease, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.LeaseSeconds / 3.0), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                await using var work = Scope(lease, out var db);
                await Try(() => Hold(db, lease, progress: false, stop));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or LeaseLostException)
        {
            // Done with it, or somebody else is to decide: the next part finds out.
        }

        async Task Try(Func<Task> hold)
        {
            try
            {
                await hold();
            }
            catch (Exception failure) when (failure is DbException or InvalidOperationException or TimeoutException)
            {
                log.LogWarning("The lease of import {Import} could not be renewed yet: {Reason}", lease.ImportId, failure.GetBaseException().Message);
            }
        }
    }

    private AsyncServiceScope Scope(ImportLease lease, out PlatformDb db)
    {
        var work = scopes.CreateAsyncScope();
        work.ServiceProvider.GetRequiredService<TenantScope>().EnterIntake(lease.VendorId);
        db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        return work;
    }
}

/// <summary>Somebody else may now decide about the import; what was begun is taken back.</summary>
internal sealed class LeaseLostException : Exception;
