using System.ComponentModel.DataAnnotations;

namespace Platform.Webhooks;

/// <summary>How webhooks are delivered. Configuration section <c>Webhooks</c>; checked at start.</summary>
public sealed class WebhookOptions : IValidatableObject
{
    /// <summary>Seconds to wait after the first, second … failed attempt; after the last one the delivery is given up. Default 5 s to 24 h, ten attempts.</summary>
    [MinLength(1), MaxLength(30)]
    public int[] RetryAfterSeconds { get; set; } = [];

    /// <summary>How far each wait is moved at random, as a share of it. Default 0.2; 0–0.5.</summary>
    [Range(0, 0.5)]
    public double Jitter { get; set; } = 0.2;

    /// <summary>How long an address has to answer. Default 15; 1–60.</summary>
    [Range(1, 60)]
    public int TimeoutSeconds { get; set; } = 15;

    /// <summary>How often a server looks for what is due. Default 1000; 50–60000.</summary>
    [Range(50, 60_000)]
    public int PollMilliseconds { get; set; } = 1_000;

    /// <summary>How many addresses one server calls at once. Default 16; 0–256. With 0 it only keeps messages for other servers to deliver.</summary>
    [Range(0, 256)]
    public int Parallel { get; set; } = 16;

    /// <summary>A webhook to which nothing could be delivered for so long is switched off. Default 120; 1–720.</summary>
    [Range(1, 720)]
    public int DisableAfterHours { get; set; } = 120;

    /// <summary>How long the former secret still signs after a new one was made. Default 24; 0–168.</summary>
    [Range(0, 168)]
    public int FormerSecretHours { get; set; } = 24;

    /// <summary>How long messages and their deliveries are kept. Default 30; 7–365.</summary>
    [Range(7, 365)]
    public int KeepDays { get; set; } = 30;

    /// <summary>How many webhooks one vendor may have. Default 20; 1–200.</summary>
    [Range(1, 200)]
    public int PerVendor { get; set; } = 20;

    // Configuration adds to an array that is there, so the default is filled in afterwards.
    internal void FillIn()
    {
        if (RetryAfterSeconds.Length == 0)
            RetryAfterSeconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RetryAfterSeconds.Any(s => s is < 1 or > 604_800))
            yield return new ValidationResult("Webhooks:RetryAfterSeconds must each be 1–604800.");
    }
}
