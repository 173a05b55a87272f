using System.Net;
using System.Text.Json.Serialization;
using Platform.Http;

namespace Platform.Webhooks;

/// <summary>A webhook as its vendor describes it.</summary>
/// <param name="Url">Where events are posted; https.</param>
/// <param name="Events">Which events; all of them when left out.</param>
/// <param name="Description">For the vendor's own use.</param>
/// <param name="Enabled">False to stop the calls; what happens meanwhile is not told later. True when left out.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record WebhookContent(string? Url, IReadOnlyList<string?>? Events, string? Description, bool? Enabled)
{
    /// <summary>Reads it into a webhook. Outside Development the address must be https and lie in the open internet.</summary>
    internal Webhook Validate(Webhook webhook, bool development, DateTimeOffset now)
    {
        var faults = new Faults();
        webhook.Url = faults.Text("/url", Url, 500);
        webhook.Description = faults.Optional("/description", Description, 200);
        if (webhook.Url.Length > 0 && !MayCall(webhook.Url, development))
            faults.Add("/url", Problems.WebhookAddressRefused);
        foreach (var (name, at, _) in faults.Each("/events", Events))
            if (!WebhookOutbox.Events.Contains(name, StringComparer.Ordinal))
                faults.Add(at, Problems.UnknownWord, new Explanation($"Một trong: {string.Join(", ", WebhookOutbox.Events)}.", $"One of: {string.Join(", ", WebhookOutbox.Events)}."));
        faults.ThrowIfAny();

        webhook.Events = Events is null or { Count: 0 } ? [.. WebhookOutbox.Events] : [.. Events.Select(e => e!).Distinct(StringComparer.Ordinal)];
        if (Enabled ?? true)
            (webhook.DisabledAt, webhook.DisabledBecause, webhook.FailingSince) = (null, null, null);
        else
            (webhook.DisabledAt, webhook.DisabledBecause) = (webhook.DisabledAt ?? now, DisabledBecause.Vendor);
        return webhook;
    }

    private static bool MayCall(string url, bool development) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (development && uri.Scheme == Uri.UriSchemeHttp))
        && (development || !IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) || PublicAddress.Is(address));
}

/// <summary>A webhook.</summary>
/// <param name="Id">The platform's id of it.</param>
/// <param name="Url">Where events are posted.</param>
/// <param name="Events">Which events.</param>
/// <param name="Description">For the vendor's own use.</param>
/// <param name="Enabled">False while it is not called.</param>
/// <param name="DisabledBecause">Vendor, Failing or Gone; null while it is called.</param>
/// <param name="FailingSince">The first failure since anything was delivered.</param>
/// <param name="CreatedAt">When it was registered.</param>
public sealed record WebhookView(
    Guid Id, string Url, IReadOnlyList<string> Events, string? Description, bool Enabled, DisabledBecause? DisabledBecause,
    DateTimeOffset? FailingSince, DateTimeOffset CreatedAt)
{
    internal static WebhookView Of(Webhook w) =>
        new(w.Id, w.Url, w.Events, w.Description, w.DisabledAt is null, w.DisabledBecause, w.FailingSince, w.CreatedAt);
}

/// <summary>A webhook with the secret that signs its messages, which is shown this once.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Secret">whsec_ and base64, as the libraries of Standard Webhooks take it.</param>
public sealed record WebhookWithSecret(WebhookView Webhook, string Secret);

/// <summary>One message on its way to one webhook.</summary>
/// <param name="Id">The platform's id of the delivery.</param>
/// <param name="MessageId">The header webhook-id; the same for every attempt.</param>
/// <param name="Type">The event.</param>
/// <param name="Status">Pending, Delivered or Failed.</param>
/// <param name="CreatedAt">When it happened.</param>
/// <param name="NextAttemptAt">When it is tried next; null when it is not.</param>
/// <param name="Attempts">Every try, in order.</param>
public sealed record DeliveryView(
    Guid Id, string MessageId, string Type, DeliveryStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? NextAttemptAt, IReadOnlyList<AttemptView> Attempts)
{
    internal static DeliveryView Of(WebhookDelivery d) => new(
        d.Id, $"msg_{d.MessageId:N}", d.Message!.Type, d.Status, d.Message.CreatedAt, d.NextAttemptAt,
        [.. d.Attempts.Select(a => new AttemptView(a.At, a.Status, a.Error, a.Milliseconds))]);
}

/// <summary>One try.</summary>
/// <param name="At">When.</param>
/// <param name="Status">The HTTP status answered; null when there was none.</param>
/// <param name="Error">Why there was none: Timeout, NameResolutionError, ConnectionError, SecureConnectionError, AddressNotPublic …</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record AttemptView(DateTimeOffset At, int? Status, string? Error, int Milliseconds);
