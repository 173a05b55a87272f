using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Http.Idempotency;

/// <summary>
/// What a caller's <c>Idempotency-Key</c> stands for: first a claim by the request that is being carried out, then its answer.
/// A global table, keyed by caller.
/// </summary>
[PersonalRecords(Concerned.Actors, Purpose.Repetition, LegalGround.PublicTask, Keeping.StoredAnswer)]
[Personal(DataKind.AsSent, Form.Encrypted, nameof(StoredAnswer.Body))]
[Personal(DataKind.AsSent, Form.Keyed, nameof(StoredAnswer.Request))]
[Personal(DataKind.Technical, Form.Plain, nameof(StoredAnswer.CallerId), nameof(StoredAnswer.Key), nameof(StoredAnswer.Claim), nameof(StoredAnswer.ClaimedUntil), nameof(StoredAnswer.CarriedOut), nameof(StoredAnswer.Status), nameof(StoredAnswer.Headers), nameof(StoredAnswer.ExpiresAt))]
public sealed class StoredAnswer : IBookkeeping
{
    public int CallerId { get; set; }

    public required string Key { get; set; }

    /// <summary>A keyed hash of method, address, content type and body (<see cref="RequestMarks"/>).</summary>
    public required byte[] Request { get; set; }

    /// <summary>Which attempt holds the key; a later one takes over only when this one's time is up.</summary>
    public Guid Claim { get; set; }

    public DateTimeOffset ClaimedUntil { get; set; }

    /// <summary>Set in the very transaction that changes anything, so that after a crash it is known whether the request took effect.</summary>
    public bool CarriedOut { get; set; }

    /// <summary>The HTTP status answered; null while there is no answer.</summary>
    public short? Status { get; set; }

    /// <summary>The headers that matter, as JSON.</summary>
    public string? Headers { get; set; }

    /// <summary>Compressed and encrypted, because answers may hold secrets; null when the answer was too large to keep.</summary>
    public byte[]? Body { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}

internal sealed class StoredAnswerMapping : IEntityTypeConfiguration<StoredAnswer>
{
    public void Configure(EntityTypeBuilder<StoredAnswer> builder)
    {
        builder.HasKey(a => new { a.CallerId, a.Key });
        builder.Property(a => a.Key).HasMaxLength(IdempotencyOptions.MaxKeyLength);
        builder.Property(a => a.Request).HasMaxLength(32);
        builder.Property(a => a.Headers).HasMaxLength(4000);
        builder.HasIndex(a => a.ExpiresAt);
    }
}
