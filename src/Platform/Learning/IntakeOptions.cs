using Microsoft.EntityFrameworkCore;
using Npgsql;
using Platform.Database;
using Platform.Limits;

namespace Platform.Learning;

/// <summary>How completions are taken in. Configuration section <c>Intake</c>.</summary>
public sealed class IntakeOptions
{
    /// <summary>
    /// <c>Sets</c>: set by set, on PostgreSQL only; many batches run side by side. <c>Portable</c>: through the context, on every engine;
    /// batches take turns. Default: Sets on PostgreSQL, Portable on SQL Server.
    /// </summary>
    public IntakeStore? Store { get; set; }

    /// <summary>
    /// Batches that are written at once; more wait, so that vendors leave connections and processors to others. 1–64. Default: processors + 4, at
    /// least 8: more than the slots that <c>Limits</c> gives by default, so that whoever was given one does not wait again.
    /// </summary>
    public int BatchesAtOnce { get; set; } = Math.Clamp(Environment.ProcessorCount + 4, 8, 64);

    /// <summary>Rows of a stream that are stored in one transaction. Default 2,000; 1–10,000.</summary>
    public int ChunkRows { get; set; } = 2_000;

    /// <summary>The longest stream in bytes, as sent and when decompressed. Default 8 GiB.</summary>
    public long StreamBytes { get; set; } = 8L << 30;

    /// <summary>How long rejected rows can be fetched again, in days. Default 14; 1–90.</summary>
    public int RejectedDays { get; set; } = 14;

    /// <summary>Answers of one stream that wait on disk while the sender reads none of them, in bytes. Default 1 GiB; then the stream waits.</summary>
    public long WaitingAnswerBytes { get; set; } = 1L << 30;

    /// <summary>Reads and checks the section.</summary>
    public static IntakeOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Intake").Get<IntakeOptions>() ?? new IntakeOptions();
        if (options.BatchesAtOnce is < 1 or > 64)
            throw new InvalidOperationException("Intake: BatchesAtOnce must be 1–64.");
        if (options.ChunkRows is < 1 or > CompletionInbox.MaxRows || options.StreamBytes < 1 || options.RejectedDays is < 1 or > 90 || options.WaitingAnswerBytes < 0)
            throw new InvalidOperationException("Intake: ChunkRows must be 1–10000, RejectedDays 1–90, StreamBytes and WaitingAnswerBytes positive.");
        return options;
    }

    /// <summary>Whoever writes a batch holds one of its places.</summary>
    internal SemaphoreSlim Places => LazyInitializer.EnsureInitialized(ref field, () => new SemaphoreSlim(BatchesAtOnce));

    /// <summary>Opens the store for one transaction, which gives way to others as its turn does; at full pace when it has none.</summary>
    internal IIntakeStore Open(PlatformDb db, Pace? pace = null) => Store != IntakeStore.Portable && db.Database.GetDbConnection() is NpgsqlConnection
        ? new SetIntakeStore(db, pace ?? Pace.Full)
        : new PortableIntakeStore(db);
}

/// <summary>The ways to store completions.</summary>
public enum IntakeStore
{
    /// <summary>Set by set, on PostgreSQL.</summary>
    Sets,

    /// <summary>Through the context, on every engine.</summary>
    Portable,
}
