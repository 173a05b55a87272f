using Platform.Database;
using Platform.Learning.Formats;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>One vendor's rows of one request or import on their way into the inbox.</summary>
/// <param name="Id">What their rejected rows are kept under.</param>
/// <param name="Order">On whose behalf and how.</param>
/// <param name="Format">The format they came in.</param>
internal sealed record IntakeJob(Guid Id, IntakeOrder Order, RowFormat Format);

/// <summary>
/// The one way of rows of every format into the inbox: chunk by chunk, each in a unit of work of its own, so that memory does not grow with
/// what came before. Keeps what was rejected and counts what became of the rows.
/// </summary>
internal sealed class Intake(IServiceScopeFactory scopes, IntakeCounts counts)
{
    /// <summary>Takes a chunk. <paramref name="alongside"/> is saved in the transaction of its rows, and then so are its rejected rows.</summary>
    internal async Task<RowAnswer[]> Take(
        IntakeJob job, int ordinal, List<ReadRow> rows, TableHead? head, CancellationToken cancellation,
        Func<PlatformDb, IReadOnlyList<RowAnswer>, CancellationToken, Task>? alongside = null)
    {
        var vendor = job.Order.Vendor.Vendor!.Value;
        await using var work = scopes.CreateAsyncScope();
        work.ServiceProvider.GetRequiredService<TenantScope>().EnterIntake(vendor);
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        var rejected = work.ServiceProvider.GetRequiredService<RejectedRows>();
        var order = alongside is null ? job.Order : job.Order with { Alongside = Save };

        var answers = await work.ServiceProvider.GetRequiredService<CompletionInbox>().Take(order, [.. rows.Select(r => r.Row)], cancellation);
        if (order.DryRun)
            return answers;
        db.ChangeTracker.Clear(); // a withheld batch leaves behind what must not be saved
        if (alongside is null && rejected.Keep(job.Id, ordinal, job.Format, head, rows, answers))
            await db.SaveChangesAsync(cancellation);
        counts.Add(vendor, answers);
        return answers;

        async Task Save(IReadOnlyList<RowAnswer> given, CancellationToken stop)
        {
            db.ChangeTracker.Clear(); // the transaction may be a second attempt
            rejected.Keep(job.Id, ordinal, job.Format, head, rows, given);
            await alongside!(db, given, stop);
            await db.SaveChangesAsync(stop);
        }
    }
}
