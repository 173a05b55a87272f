using System.Collections.Concurrent;
using Platform.Database;
using Platform.Learning.Formats;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>One vendor's rows of one request or import on their way into the inbox.</summary>
/// <param name="Id">What their rejected rows are kept under.</param>
/// <param name="Order">On whose behalf and how.</param>
/// <param name="Format">The format they came in.</param>
internal sealed record IntakeJob(Guid Id, IntakeOrder Order, RowFormat Format);

/// <summary>Some of them that are stored in one transaction, perhaps with others.</summary>
internal sealed record IntakePart(IntakeJob Job, int Ordinal, List<ReadRow> Rows, TableHead? Head);

/// <summary>
/// The one way of rows of every format into the inbox: chunk by chunk, each in a unit of work of its own, so that memory does not grow with
/// what came before. Keeps what was rejected and counts what became of the rows.
/// </summary>
internal sealed class Intake(IServiceScopeFactory scopes, IntakeCounts counts)
{
    // More rows are worth a transaction of their own.
    private const int Few = 100;

    private readonly ConcurrentDictionary<string, Gathering> gatherings = new(StringComparer.Ordinal);

    /// <summary>Takes what one request sent as a whole; few rows are stored together with those of other requests of the same client.</summary>
    internal Task<RowAnswer[]> Take(IntakePart part, CancellationToken cancellation) =>
        part.Rows.Count is 0 or > Few || part.Job.Order is { Atomic: true } or { DryRun: true } ? TakeChunk(part, null, cancellation)
            : gatherings.GetOrAdd(part.Job.Order.Vendor.Key, _ => new Gathering(Store)).Add(part).WaitAsync(cancellation);

    /// <summary>
    /// Takes a chunk. <paramref name="alongside"/> is saved in the transaction of its rows, and then so are its rejected rows; of a dry run only these two are saved.
    /// </summary>
    internal Task<RowAnswer[]> TakeChunk(IntakePart part, Func<PlatformDb, IReadOnlyList<RowAnswer>, CancellationToken, Task>? alongside, CancellationToken cancellation) =>
        Store([part], alongside, cancellation);

    // What is stored together comes from one client, perhaps from several of its machines.
    private static Actor Senders(IReadOnlyList<IntakePart> parts)
    {
        var senders = parts.Select(p => p.Job.Order.Sender).OfType<Actor>().ToList();
        return new Actor(
            parts[0].Job.Order.Vendor.Key, string.Join(',', senders.Select(s => s.Address).Distinct().Take(3)), string.Join(',', senders.Select(s => s.Request).Distinct().Take(2)));
    }

    // A row's own word goes before its batch's.
    private static SentRow Grounded(SentRow row, LegalGround? batch) =>
        batch is null || row.Content is not { LegalGround: null } content ? row : row with { Content = content with { LegalGround = batch } };

    // What was gathered is stored even when one of its senders has left: it is answered to the others.
    private Task<RowAnswer[]> Store(IReadOnlyList<IntakePart> parts) => Store(parts, null, CancellationToken.None);

    private async Task<RowAnswer[]> Store(
        IReadOnlyList<IntakePart> parts, Func<PlatformDb, IReadOnlyList<RowAnswer>, CancellationToken, Task>? alongside, CancellationToken cancellation)
    {
        var order = parts[^1].Job.Order;
        var vendor = order.Vendor.Vendor!.Value;
        await using var work = scopes.CreateAsyncScope();
        var scope = work.ServiceProvider.GetRequiredService<TenantScope>();
        scope.EnterIntake(vendor);
        scope.Actor = Senders(parts);
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        var rejected = work.ServiceProvider.GetRequiredService<RejectedRows>();
        // A batch that fails as a whole stores nothing, so what is told of it is saved afterwards.
        var together = alongside is not null || order is { Atomic: false, DryRun: false };
        if (together)
            order = order with { Alongside = Save };

        var answers = await work.ServiceProvider.GetRequiredService<CompletionInbox>().Take(order, [.. parts.SelectMany(p => p.Rows.Select(r => Grounded(r.Row, p.Job.Order.Ground)))], cancellation);
        if (order.DryRun)
        {
            if (alongside is not null)
                await Tell(answers);
            return answers;
        }

        db.ChangeTracker.Clear(); // a withheld batch leaves behind what must not be saved
        if (!together && Keep(answers))
            await db.SaveChangesAsync(cancellation);
        counts.Add(vendor, answers);
        return answers;

        async Task Save(IReadOnlyList<RowAnswer> given, CancellationToken stop)
        {
            db.ChangeTracker.Clear(); // the transaction may be a second attempt
            var any = Keep(given as RowAnswer[] ?? [.. given]);
            if (alongside is not null)
                await alongside(db, given, stop);
            if (!any && alongside is null)
                return;
            try
            {
                await db.SaveChangesAsync(stop);
            }
            catch
            {
                db.ChangeTracker.Clear(); // the next attempt must not save it before its turn
                throw;
            }
        }

        // Nothing of the rows is written, so what is told of them has a transaction of its own.
        async Task Tell(RowAnswer[] given)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            await Save(given, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        bool Keep(RowAnswer[] given)
        {
            var (from, any) = (0, false);
            foreach (var (job, ordinal, rows, head) in parts)
            {
                any |= rejected.Keep(job.Id, ordinal, job.Format, head, rows, new ArraySegment<RowAnswer>(given, from, rows.Count));
                from += rows.Count;
            }

            return any;
        }
    }
}
