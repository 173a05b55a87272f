using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;

namespace Platform.Webhooks;

/// <summary>
/// Where a room leaves what vendors are to be told. Nothing is sent here: the message is saved with the rows of the caller, in the caller's
/// transaction, and delivered in the background once that is committed; so nothing is told that did not happen, and nothing that happened is forgotten.
/// </summary>
public static class WebhookOutbox
{
    /// <summary>An import has ended, however it ended.</summary>
    public const string ImportFinished = "import.finished";

    /// <summary>Asked for by the vendor to try its receiver; goes to one webhook, whatever that is registered for.</summary>
    internal const string Test = "webhook.test";

    /// <summary>The events a webhook may be registered for.</summary>
    public static IReadOnlyList<string> Events { get; } = [ImportFinished];

    /// <summary>
    /// Adds a message for every webhook of the vendor that is registered for the event. The caller saves. The payload holds no personal data:
    /// it leaves the platform.
    /// </summary>
    public static async Task Add(PlatformDb db, short vendor, string type, object payload, DateTimeOffset now, CancellationToken cancellation)
    {
        var webhooks = await db.Webhooks.Where(w => w.VendorId == vendor && w.DisabledAt == null).ToListAsync(cancellation);
        Add(db, webhooks.Where(w => w.Events.Contains(type, StringComparer.Ordinal)), type, payload, now);
    }

    internal static IReadOnlyList<WebhookDelivery> Add(PlatformDb db, IEnumerable<Webhook> webhooks, string type, object payload, DateTimeOffset now)
    {
        var body = JsonSerializer.Serialize(new WebhookBody(type, now, payload), Json.Options);
        var message = new WebhookMessage { Id = Guid.CreateVersion7(now), Type = type, Payload = body, CreatedAt = now };
        var deliveries = webhooks.Select(w => new WebhookDelivery
        {
            Id = Guid.CreateVersion7(now),
            Webhook = w,
            WebhookId = w.Id,
            Message = message,
            NextAttemptAt = now,
        }).ToList();
        db.WebhookDeliveries.AddRange(deliveries);
        return deliveries;
    }

    private sealed record WebhookBody(string Type, DateTimeOffset Timestamp, object Data);
}
