using System.ComponentModel.DataAnnotations;

namespace Platform.Http.Idempotency;

/// <summary>How answers to requests with an <c>Idempotency-Key</c> are kept. Configuration section <c>Idempotency</c>; checked at start.</summary>
public sealed class IdempotencyOptions
{
    /// <summary>The longest key.</summary>
    public const int MaxKeyLength = 200;

    /// <summary>How long an answer is kept. Default 24; 1–168.</summary>
    [Range(1, 168)]
    public int KeepHours { get; set; } = 24;

    /// <summary>How long after the last sign of life of one attempt another may take over. Default 60; 5–600.</summary>
    [Range(5, 600)]
    public int ClaimSeconds { get; set; } = 60;

    /// <summary>The largest body of a request with a key; it has to be held in memory to be compared. Default 4 MiB; 1 KiB–16 MiB.</summary>
    [Range(1 << 10, 16 << 20)]
    public int MaxRequestBytes { get; set; } = 4 << 20;

    /// <summary>The largest answer that is kept, before compression. Default 4 MiB; 1 KiB–16 MiB.</summary>
    [Range(1 << 10, 16 << 20)]
    public int MaxAnswerBytes { get; set; } = 4 << 20;

    /// <summary>How often a server removes what is too old. Default 600; 1–3600.</summary>
    [Range(1, 3_600)]
    public int PurgeSeconds { get; set; } = 600;
}
