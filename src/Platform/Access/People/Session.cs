using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Access.People;

/// <summary>One sign-in of a person, from then until they or somebody above end it, or it has been idle or gone on for too long. A global table.</summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Credential, Form.Hashed, nameof(Session.Hash))]
[Personal(DataKind.Device, Form.Plain, nameof(Session.Address), nameof(Session.UserAgent))]
[Personal(DataKind.Moment, Form.Plain, nameof(Session.SignedInAt), nameof(Session.LastSeenAt), nameof(Session.ExpiresAt), nameof(Session.EndedAt))]
[Personal(DataKind.Name, Form.Plain, nameof(Session.EndedBy))]
[Personal(DataKind.Technical, Form.Plain, nameof(Session.Id), nameof(Session.AccountId), nameof(Session.Method))]
public sealed class Session
{
    /// <summary>How many may be open at a time; the one seen last goes first.</summary>
    public const int Most = 50;

    public Guid Id { get; set; }

    public int AccountId { get; set; }

    public required string Hash { get; set; }

    public SignInMethod Method { get; set; }

    public DateTimeOffset SignedInAt { get; set; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset LastSeenAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The key of the account that ended it.</summary>
    public string? EndedBy { get; set; }

    public string? Address { get; set; }

    public string? UserAgent { get; set; }

    /// <summary>What a page must send in a header beside the cookie, which other sites' pages can neither read nor guess.</summary>
    public static string AntiforgeryToken(string secret) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), "antiforgery"u8));
}

/// <summary>How somebody proved who they are.</summary>
public enum SignInMethod
{
    /// <summary>A password alone.</summary>
    Password,

    /// <summary>A password and a code of an authenticator app.</summary>
    PasswordAndCode,

    /// <summary>A password and a recovery code.</summary>
    PasswordAndRecoveryCode,

    /// <summary>A passkey.</summary>
    Passkey,

    /// <summary>Another provider.</summary>
    External,
}

/// <summary>The session that a request came with.</summary>
internal sealed record OpenSession(Guid Id, string Antiforgery);

internal sealed class SessionMapping : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.Hash).HasMaxLength(100);
        builder.Property(s => s.EndedBy).HasMaxLength(80);
        builder.Property(s => s.Address).HasMaxLength(64);
        builder.Property(s => s.UserAgent).HasMaxLength(300);
        builder.HasOne<Person>().WithMany().HasForeignKey(s => s.AccountId);
    }
}
