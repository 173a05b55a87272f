using System.ComponentModel.DataAnnotations;

namespace Platform.Limits;

/// <summary>How much one caller may ask of a server. Configuration section <c>Limits</c>; checked at start. Each server counts for itself.</summary>
public sealed class LimitOptions : IValidatableObject
{
    /// <summary>Completions per minute that one vendor may send in the long run, whatever their format. Default 1200000; 1–1000000000.</summary>
    [Range(1, 1_000_000_000)]
    public int RowsPerMinute { get; set; } = 1_200_000;

    /// <summary>Completions that a vendor who was quiet may send at once. Default 60000; 1–100000000.</summary>
    [Range(1, 100_000_000)]
    public int RowBurst { get; set; } = 60_000;

    /// <summary>Sends of one vendor that are worked on at once; one more waits five seconds for its place, and is then refused. Files to import are counted by <c>Imports</c>. Default 16; 1–1000.</summary>
    [Range(1, 1_000)]
    public int SendsAtOnce { get; set; } = 16;

    /// <summary>Batches that this server stores at once. 0: one more than it has processors. Default 0; 0–256.</summary>
    [Range(0, 256)]
    public int IntakeSlots { get; set; }

    /// <summary>How many of them one vendor may hold, so that another finds one free; of batches of many rows no more are read, either. 0: as many as there are processors, but not all. Default 0; 0–256.</summary>
    [Range(0, 256)]
    public int SlotsPerVendor { get; set; }

    /// <summary>Changes (POST, PUT, PATCH, DELETE) per minute of one locality, or of one vendor besides its completions; a large body counts more. Default 6000; 1–1000000.</summary>
    [Range(1, 1_000_000)]
    public int ChangesPerMinute { get; set; } = 6_000;

    /// <summary>Changes that who was quiet may make at once. Default 6000; 1–1000000.</summary>
    [Range(1, 1_000_000)]
    public int ChangeBurst { get; set; } = 6_000;

    /// <summary>Requests of one client that are worked on at once. Default 100; 1–10000.</summary>
    [Range(1, 10_000)]
    public int RequestsAtOnce { get; set; } = 100;

    /// <summary>Tokens that one client, from one address, may ask for per minute. Default 600; 1–100000.</summary>
    [Range(1, 100_000)]
    public int TokensPerMinute { get; set; } = 600;

    /// <summary>Tokens that may be asked for from one address per minute, whoever asks. Default 3000; 1–1000000.</summary>
    [Range(1, 1_000_000)]
    public int TokensPerMinuteAndAddress { get; set; } = 3_000;

    /// <summary>Sign-ins of one person, from one address, per minute; wrong ones too. Default 20; 1–100000.</summary>
    [Range(1, 100_000)]
    public int SignInsPerMinute { get; set; } = 20;

    /// <summary>Sign-ins of people from one address per minute, whoever signs in. Default 300; 1–1000000.</summary>
    [Range(1, 1_000_000)]
    public int SignInsPerMinuteAndAddress { get; set; } = 300;

    /// <summary>How much more than others a client may ask for: client id → factor for its rows and its share of the slots. 0.01–100.</summary>
    public Dictionary<string, double> Weights { get; set; } = [];

    internal double RowsPerSecond => RowsPerMinute / 60.0;

    internal double ChangesPerSecond => ChangesPerMinute / 60.0;

    internal int Slots => IntakeSlots > 0 ? IntakeSlots : Environment.ProcessorCount + 1;

    internal int VendorSlots => Math.Max(1, Math.Min(SlotsPerVendor > 0 ? SlotsPerVendor : Environment.ProcessorCount, Slots - 1));

    internal double Weight(string clientId) => Weights.GetValueOrDefault(clientId, 1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Weights.Any(w => w.Value is < 0.01 or > 100))
            yield return new ValidationResult("Limits:Weights must each be 0.01–100.");
    }
}
