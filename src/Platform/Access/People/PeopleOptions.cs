using System.ComponentModel.DataAnnotations;

namespace Platform.Access.People;

/// <summary>How people sign in. Configuration section <c>People</c>; checked at start.</summary>
public sealed class PeopleOptions : IValidatableObject
{
    /// <summary>Wrong passwords or codes in a row after which an account is locked for a while. Default 10; 3–100.</summary>
    [Range(3, 100)]
    public int Attempts { get; set; } = 10;

    /// <summary>How long it is locked, in minutes; passkeys work meanwhile. Default 15; 1–1440.</summary>
    [Range(1, 1_440)]
    public int LockMinutes { get; set; } = 15;

    /// <summary>Minutes without a request after which a session ends. Default 60; 5–10080.</summary>
    [Range(5, 10_080)]
    public int IdleMinutes { get; set; } = 60;

    /// <summary>Minutes after which a session ends in any case. Default 720; 10–43200.</summary>
    [Range(10, 43_200)]
    public int SessionMinutes { get; set; } = 720;

    /// <summary>Days for which ended sessions are kept on record. Default 90; 1–3650.</summary>
    [Range(1, 3_650)]
    public int KeptDays { get; set; } = 90;

    /// <summary>The fewest characters of a password. Default 12; 8–64.</summary>
    [Range(8, 64)]
    public int PasswordLength { get; set; } = 12;

    /// <summary>
    /// A file of passwords known from breaches: SHA-1 in hex, one a line, in order, each perhaps with a colon and a count, as Have I Been Pwned
    /// publishes them. Default: none; a short list of the commonest is built in.
    /// </summary>
    public string? BreachedPasswords { get; set; }

    /// <summary>Hours for which a link to a new password works. Default 24; 1–168.</summary>
    [Range(1, 168)]
    public int ResetHours { get; set; } = 24;

    /// <summary>The page that takes the links of invitations and new passwords, after its <c>#</c>. Default: /admin/ of the public address.</summary>
    public Uri? LinkPage { get; set; }

    /// <summary>The path here that a browser which was at another provider is sent to. Default: /v1/me.</summary>
    [RegularExpression("^/([^/\\\\].*)?$", MatchTimeoutInMilliseconds = 1_000)]
    public string ExternalReturn { get; set; } = "/v1/me";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IdleMinutes > SessionMinutes)
            yield return new ValidationResult("People:IdleMinutes must not exceed People:SessionMinutes.");
        if (BreachedPasswords is { Length: > 0 } file && !File.Exists(file))
            yield return new ValidationResult($"People:BreachedPasswords {file} is not there.");
    }
}
