using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Platform.OData;

/// <summary>Limits and keys of the service. Validated when the endpoints are mapped.</summary>
public sealed class ODataOptions
{
    /// <summary>Most entities in one answer; more are reached by the next link. Default 1,000; 1 to 100,000.</summary>
    public int MaxPageSize { get; set; } = 1_000;

    /// <summary>Largest <c>$top</c> accepted. Default 1,000,000; at least 1.</summary>
    public int MaxTop { get; set; } = 1_000_000;

    /// <summary>Deepest nesting of <c>$expand</c>, also what <c>$levels=max</c> means. Default 4; 1 to 12.</summary>
    public int MaxExpansionDepth { get; set; } = 4;

    /// <summary>Most navigations expanded in one request. Default 20; 1 to 200.</summary>
    public int MaxExpansionCount { get; set; } = 20;

    /// <summary>Most members of one expanded collection; more are reached by a next link beside it. The database then
    /// has to number the members of every collection. Default 0: whole collections are sent; 0 to 100,000.</summary>
    public int MaxExpandedItems { get; set; }

    /// <summary>Most nodes of all expressions of a request together. Default 400; 10 to 2,000.</summary>
    public int MaxNodeCount { get; set; } = 400;

    /// <summary>Deepest nesting of <c>any</c> and <c>all</c>. Default 3; 1 to 10.</summary>
    public int MaxAnyAllDepth { get; set; } = 3;

    /// <summary>Most rows that a statement may be expected to go through, where the host can estimate them
    /// (<see cref="IODataSource.EstimateRows"/>). Default 50,000,000; 0 (no limit) to 1,000,000,000,000.</summary>
    public long MaxEstimatedRows { get; set; } = 50_000_000;

    /// <summary>Most parts of one batch. Default 100; 1 to 1,000.</summary>
    public int MaxBatchParts { get; set; } = 100;

    /// <summary>Largest body of a batch, or of options posted to <c>$query</c>, in bytes. Default 1,048,576; 1,024 to 64 Mi.</summary>
    public int MaxBatchBytes { get; set; } = 1024 * 1024;

    /// <summary>Figures about people above zero and below this are null, if the model declares them as such with
    /// <see cref="EntitySetBuilder{T}.CountsPeople"/>. Default 0: everything is shown; 0 to 1,000.</summary>
    public int SuppressBelow { get; set; }

    /// <summary>Most shapes of requests whose plans are kept; the one that was not asked for the longest goes first.
    /// Default 500; 0 to 100,000.</summary>
    public int MaxPlans { get; set; } = 500;

    /// <summary>Time after which a running statement is cancelled. Default 30 seconds; 1 second to 10 minutes.</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a delta link is answered after it was given; then 410, and the client reads anew. The host has to know for as long what
    /// was removed (<see cref="IODataSource.Removed"/>). Default 30 days; 1 hour to 3,650 days. A link lives no longer than was said when it was given.</summary>
    public TimeSpan DeltaLinkLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>What time it is: for <c>now()</c>, and the age of delta links. Default: the system's clock.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Key that signs <c>$skiptoken</c>. Default: random per process; give all instances of a deployment the
    /// same one so that a next link outlives a restart. At least 32 bytes.</summary>
    public byte[] SigningKey { get; set; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>Names the caller, so that one caller's next link is refused to another. Default: the user's name.</summary>
    public Func<HttpContext, string?> Caller { get; set; } = context => context.User.Identity?.Name;

    /// <summary>Answers, in the host's own way, what went wrong in one part of a batch for a reason that is none of this service's.
    /// Default: none; the failure ends the whole batch.</summary>
    public Func<HttpContext, Exception, Task>? PartFailed { get; set; }

    internal void Validate()
    {
        InRange(MaxPageSize, 1, 100_000, nameof(MaxPageSize));
        InRange(MaxTop, 1, int.MaxValue, nameof(MaxTop));
        InRange(MaxExpansionDepth, 1, 12, nameof(MaxExpansionDepth));
        InRange(MaxExpansionCount, 1, 200, nameof(MaxExpansionCount));
        InRange(MaxExpandedItems, 0, 100_000, nameof(MaxExpandedItems));
        InRange(MaxNodeCount, 10, 2_000, nameof(MaxNodeCount));
        InRange(MaxAnyAllDepth, 1, 10, nameof(MaxAnyAllDepth));
        InRange(MaxEstimatedRows, 0, 1_000_000_000_000, nameof(MaxEstimatedRows));
        InRange(MaxBatchParts, 1, 1_000, nameof(MaxBatchParts));
        InRange(MaxBatchBytes, 1_024, 64 * 1024 * 1024, nameof(MaxBatchBytes));
        InRange(SuppressBelow, 0, 1_000, nameof(SuppressBelow));
        InRange(MaxPlans, 0, 100_000, nameof(MaxPlans));
        InRange(StatementTimeout.TotalSeconds, 1, 600, nameof(StatementTimeout));
        InRange(DeltaLinkLifetime.TotalHours, 1, 3_650 * 24, nameof(DeltaLinkLifetime));
        InRange(SigningKey.Length, 32, 1_024, nameof(SigningKey));
    }

    private static void InRange(double value, double least, double most, string name)
    {
        if (!(value >= least && value <= most))
            throw new InvalidOperationException($"ODataOptions.{name} is {value}; it must lie between {least} and {most}.");
    }
}
