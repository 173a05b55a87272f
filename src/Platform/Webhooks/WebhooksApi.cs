using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Access;
using Platform.Database;
using Platform.Http;

namespace Platform.Webhooks;

/// <summary>Routes by which a vendor looks after its webhooks: addresses, secrets, deliveries.</summary>
public static class WebhooksApi
{
    public static void AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration("Webhooks").PostConfigure(o => o.FillIn()).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WebhookSender>().AddSingleton<WebhookSecrets>().AddHostedService<WebhookDispatch>();
    }

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup("/v1/webhooks").WithTags("Webhooks").Require(Scopes.Complete, Reach.Intake).Fails(401, 403);
        webhooks.MapGet("", ListWebhooks).WithName(nameof(ListWebhooks));
        webhooks.MapPost("", CreateWebhook).WithName(nameof(CreateWebhook)).Fails(400, 409, 413, 415, 422);
        webhooks.MapGet("{id:guid}", GetWebhook).WithName(nameof(GetWebhook)).Fails(404);
        webhooks.MapPut("{id:guid}", ReplaceWebhook).WithName(nameof(ReplaceWebhook)).Fails(400, 404, 413, 415, 422);
        webhooks.MapDelete("{id:guid}", DeleteWebhook).WithName(nameof(DeleteWebhook)).Fails(404);
        webhooks.MapPost("{id:guid}/secrets", RenewWebhookSecret).WithName(nameof(RenewWebhookSecret)).Fails(404);
        webhooks.MapPost("{id:guid}/tests", TestWebhook).WithName(nameof(TestWebhook)).Fails(404, 409);
        webhooks.MapGet("{id:guid}/deliveries", ListDeliveries).WithName(nameof(ListDeliveries)).Fails(400, 404);
        webhooks.MapPost("{id:guid}/deliveries/{deliveryId:guid}/attempts", ResendDelivery).WithName(nameof(ResendDelivery)).Fails(404, 409);
    }

    /// <summary>The vendor's webhooks.</summary>
    private static async Task<Ok<Page<WebhookView>>> ListWebhooks(HttpContext http, PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(new Page<WebhookView>([.. (await Own(http, db).AsNoTracking().OrderBy(w => w.Id).ToListAsync(cancellation)).Select(WebhookView.Of)], null));

    /// <summary>Registers an address that is told of events.</summary>
    /// <remarks>
    /// Each message is a POST signed as Standard Webhooks says (headers webhook-id, webhook-timestamp, webhook-signature) with the secret that is
    /// answered here and never again. Answer 2xx quickly; anything else is tried again for about three days. A message may come twice: look at webhook-id.
    /// </remarks>
    private static async Task<Created<WebhookWithSecret>> CreateWebhook(
        HttpContext http, WebhookContent body, PlatformDb db, WebhookSecrets secrets, IHostEnvironment environment,
        IOptions<WebhookOptions> options, TimeProvider clock, CancellationToken cancellation)
    {
        var secret = WebhookSignature.NewSecret();
        var now = clock.GetUtcNow();
        var webhook = body.Validate(
            new Webhook { Id = Guid.CreateVersion7(now), VendorId = Vendor(http), Url = "", Secret = secrets.Protect(secret), CreatedAt = now },
            environment.IsDevelopment(), now);
        await using var transaction = await db.BeginAlone($"webhooks:{webhook.VendorId}", cancellation);
        if (await Own(http, db).CountAsync(cancellation) >= options.Value.PerVendor)
            throw new ProblemException(Problems.TooManyWebhooks, new Explanation($"Tối đa {options.Value.PerVendor}.", $"At most {options.Value.PerVendor}."));
        db.Webhooks.Add(webhook);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Created($"/v1/webhooks/{webhook.Id}", new WebhookWithSecret(WebhookView.Of(webhook), secret));
    }

    /// <summary>One webhook.</summary>
    private static async Task<Ok<WebhookView>> GetWebhook(Guid id, HttpContext http, PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(WebhookView.Of(await Find(http, db, id, cancellation)));

    /// <summary>Changes a webhook, or switches it off or on again.</summary>
    private static async Task<Ok<WebhookView>> ReplaceWebhook(
        Guid id, HttpContext http, WebhookContent body, PlatformDb db, IHostEnvironment environment, TimeProvider clock, CancellationToken cancellation)
    {
        var webhook = body.Validate(await Find(http, db, id, cancellation), environment.IsDevelopment(), clock.GetUtcNow());
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Ok(WebhookView.Of(webhook));
    }

    /// <summary>Removes a webhook and its deliveries.</summary>
    private static async Task<NoContent> DeleteWebhook(Guid id, HttpContext http, PlatformDb db, CancellationToken cancellation)
    {
        db.Webhooks.Remove(await Find(http, db, id, cancellation));
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Makes a new secret, shown this once. For a day, or as long as the operator has set, messages carry both signatures, so that the receiver can change over.</summary>
    private static async Task<Ok<WebhookWithSecret>> RenewWebhookSecret(
        Guid id, HttpContext http, PlatformDb db, WebhookSecrets secrets, IOptions<WebhookOptions> options, TimeProvider clock, CancellationToken cancellation)
    {
        var webhook = await Find(http, db, id, cancellation);
        var secret = WebhookSignature.NewSecret();
        (webhook.PreviousSecret, webhook.PreviousSecretUntil) = (webhook.Secret, clock.GetUtcNow().AddHours(options.Value.FormerSecretHours));
        webhook.Secret = secrets.Protect(secret);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Ok(new WebhookWithSecret(WebhookView.Of(webhook), secret));
    }

    /// <summary>Sends a message of the type webhook.test.</summary>
    private static async Task<Accepted<DeliveryView>> TestWebhook(Guid id, HttpContext http, PlatformDb db, TimeProvider clock, CancellationToken cancellation)
    {
        var webhook = await Enabled(http, db, id, cancellation);
        var delivery = WebhookOutbox.Add(db, [webhook], WebhookOutbox.Test, new { WebhookId = webhook.Id }, clock.GetUtcNow())[0];
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Accepted($"/v1/webhooks/{id}/deliveries", DeliveryView.Of(delivery));
    }

    /// <summary>What was and is to be delivered, latest first, with every attempt. Kept for 30 days, or as long as the operator has set.</summary>
    private static async Task<Ok<Page<DeliveryView>>> ListDeliveries(
        Guid id, HttpContext http, PlatformDb db, CancellationToken cancellation,
        [Description("Pending, Delivered or Failed.")] DeliveryStatus? status = null,
        [Description("Id of the last row of the previous page.")] Guid? before = null,
        [Description("Rows per page, 1–200."), Range(1, 200)] int limit = 50)
    {
        if (limit is < 1 or > 200)
            throw new ProblemException(Problems.BadParameter, null, [new FieldFault("limit", Problems.OutOfRange, new Explanation("Từ 1 đến 200.", "From 1 to 200."))]);
        var webhook = await Find(http, db, id, cancellation);
        var deliveries = await db.WebhookDeliveries.AsNoTracking().Include(d => d.Message)
            .Where(d => d.WebhookId == webhook.Id && (status == null || d.Status == status) && (before == null || d.Id < before))
            .OrderByDescending(d => d.Id).Take(limit + 1).ToListAsync(cancellation);
        var next = deliveries.Count > limit
            ? $"/v1/webhooks/{id}/deliveries" + QueryString.Create(new Dictionary<string, string?>
            {
                ["status"] = status?.ToString(),
                ["before"] = $"{deliveries[limit - 1].Id}",
                ["limit"] = $"{limit}",
            }.Where(p => p.Value is not null))
            : null;
        return TypedResults.Ok(new Page<DeliveryView>([.. deliveries.Take(limit).Select(DeliveryView.Of)], next));
    }

    /// <summary>Sends a delivery again now, whatever became of it; the message and its id stay the same.</summary>
    private static async Task<Accepted<DeliveryView>> ResendDelivery(
        Guid id, Guid deliveryId, HttpContext http, PlatformDb db, TimeProvider clock, CancellationToken cancellation)
    {
        var webhook = await Enabled(http, db, id, cancellation);
        var delivery = await db.WebhookDeliveries.Include(d => d.Message).SingleOrDefaultAsync(d => d.WebhookId == webhook.Id && d.Id == deliveryId, cancellation)
            ?? throw new ProblemException(Problems.UnknownDelivery);
        (delivery.Status, delivery.NextAttemptAt) = (DeliveryStatus.Pending, clock.GetUtcNow());
        delivery.Turn++;
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Accepted($"/v1/webhooks/{id}/deliveries", DeliveryView.Of(delivery));
    }

    private static short Vendor(HttpContext http) => http.Features.Get<Caller>()!.Vendor!.Value;

    private static IQueryable<Webhook> Own(HttpContext http, PlatformDb db)
    {
        var vendor = Vendor(http);
        return db.Webhooks.Where(w => w.VendorId == vendor);
    }

    private static async Task<Webhook> Find(HttpContext http, PlatformDb db, Guid id, CancellationToken cancellation) =>
        await Own(http, db).SingleOrDefaultAsync(w => w.Id == id, cancellation) ?? throw new ProblemException(Problems.UnknownWebhook);

    private static async Task<Webhook> Enabled(HttpContext http, PlatformDb db, Guid id, CancellationToken cancellation)
    {
        var webhook = await Find(http, db, id, cancellation);
        return webhook.DisabledAt is null ? webhook : throw new ProblemException(Problems.WebhookDisabled);
    }
}
