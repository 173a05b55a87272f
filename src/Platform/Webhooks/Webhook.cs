using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Webhooks;

/// <summary>An address of a vendor that is told of events. A global table: vendors belong to no locality.</summary>
public sealed class Webhook
{
    public Guid Id { get; set; }

    public short VendorId { get; set; }

    public required string Url { get; set; }

    public string? Description { get; set; }

    public List<string> Events { get; set; } = [];

    /// <summary>Encrypted; it has to be known again to sign with it.</summary>
    public required byte[] Secret { get; set; }

    /// <summary>Signs too until <see cref="PreviousSecretUntil"/>, so that a receiver can change over without losing a message.</summary>
    public byte[]? PreviousSecret { get; set; }

    public DateTimeOffset? PreviousSecretUntil { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>The first failure since anything was delivered.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    public DisabledBecause? DisabledBecause { get; set; }
}

/// <summary>Why a webhook is not called.</summary>
public enum DisabledBecause
{
    /// <summary>Its vendor switched it off.</summary>
    Vendor,

    /// <summary>Nothing was delivered for too long.</summary>
    Failing,

    /// <summary>Its address answered 410 Gone.</summary>
    Gone,
}

/// <summary>What is to be told, written in the transaction of what happened.</summary>
public sealed class WebhookMessage : IBookkeeping
{
    public Guid Id { get; set; }

    public required string Type { get; set; }

    /// <summary>The body exactly as it is signed and sent.</summary>
    public required string Payload { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>One message on its way to one webhook.</summary>
public sealed class WebhookDelivery : IBookkeeping
{
    public Guid Id { get; set; }

    public Guid WebhookId { get; set; }

    public Webhook? Webhook { get; set; }

    public Guid MessageId { get; set; }

    public WebhookMessage? Message { get; set; }

    public DeliveryStatus Status { get; set; }

    /// <summary>When a server may try next; null when nobody will. While one tries, the time at which another may take over.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>Counts who took it, so that of two servers one gets it.</summary>
    public int Turn { get; set; }

    public List<WebhookAttempt> Attempts { get; set; } = [];

    /// <summary>Takes in how an attempt ended: done, again later, or given up. Pure but for the rows themselves.</summary>
    internal void Settle(WebhookAttempt attempt, WebhookOptions options, double jitter)
    {
        Attempts.Add(attempt);
        NextAttemptAt = null;
        if (attempt.Succeeded)
        {
            Status = DeliveryStatus.Delivered;
            Webhook!.FailingSince = null;
            return;
        }

        Webhook!.FailingSince ??= attempt.At;
        if (attempt.Status == 410)
            (Webhook.DisabledAt, Webhook.DisabledBecause) = (attempt.At, Webhooks.DisabledBecause.Gone);
        else if (attempt.At - Webhook.FailingSince >= TimeSpan.FromHours(options.DisableAfterHours))
            (Webhook.DisabledAt, Webhook.DisabledBecause) = (attempt.At, Webhooks.DisabledBecause.Failing);

        var retry = Attempts.Count - 1;
        if (attempt.Status == 410 || retry >= options.RetryAfterSeconds.Length)
            Status = DeliveryStatus.Failed;
        else
            NextAttemptAt = attempt.At.AddSeconds(options.RetryAfterSeconds[retry] * (1 + (options.Jitter * ((2 * jitter) - 1))));
    }
}

/// <summary>Where a delivery stands.</summary>
public enum DeliveryStatus
{
    /// <summary>Still to be tried.</summary>
    Pending,

    /// <summary>The address answered 2xx.</summary>
    Delivered,

    /// <summary>Given up; it can be sent again by hand.</summary>
    Failed,
}

/// <summary>One try.</summary>
public sealed class WebhookAttempt
{
    public DateTimeOffset At { get; set; }

    /// <summary>The HTTP status answered; null when there was none.</summary>
    public int? Status { get; set; }

    /// <summary>Why there was no answer, in one word.</summary>
    public string? Error { get; set; }

    public int Milliseconds { get; set; }

    internal bool Succeeded => Status is >= 200 and < 300;
}

internal sealed class WebhookMapping :
    IEntityTypeConfiguration<Webhook>, IEntityTypeConfiguration<WebhookMessage>, IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.HasKey(w => w.Id);
        builder.Property(w => w.Id).ValueGeneratedNever();
        builder.Property(w => w.Url).HasMaxLength(500);
        builder.Property(w => w.Description).HasMaxLength(200);
        builder.Property(w => w.Secret).HasMaxLength(400);
        builder.Property(w => w.PreviousSecret).HasMaxLength(400);
        builder.HasIndex(w => w.VendorId);
    }

    public void Configure(EntityTypeBuilder<WebhookMessage> builder)
    {
        builder.HasKey(m => m.Id);
        builder.Property(m => m.Id).ValueGeneratedNever();
        builder.Property(m => m.Type).HasMaxLength(60);
        builder.HasIndex(m => m.CreatedAt);
    }

    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.HasKey(d => d.Id);
        builder.Property(d => d.Id).ValueGeneratedNever();
        builder.Property(d => d.Turn).IsConcurrencyToken();
        builder.HasOne(d => d.Webhook).WithMany().HasForeignKey(d => d.WebhookId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne(d => d.Message).WithMany().HasForeignKey(d => d.MessageId).OnDelete(DeleteBehavior.Cascade);
        builder.OwnsMany(d => d.Attempts, attempts => attempts.ToJson());
        builder.HasIndex(d => d.NextAttemptAt);
        builder.HasIndex(d => new { d.WebhookId, d.Id });
    }
}
