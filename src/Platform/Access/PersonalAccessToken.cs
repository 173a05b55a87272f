using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Access;

/// <summary>
/// A token that somebody makes for a program that cannot ask for one, such as Excel: long-lived, so it is scoped, ends by itself, says when it
/// was last used, and is kept as a hash only. Sent as the password of HTTP Basic on /odata, or as Bearer. A global table.
/// </summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Credential, Form.Hashed, nameof(PersonalAccessToken.Hash))]
[Personal(DataKind.Name, Form.Plain, nameof(PersonalAccessToken.Name))]
[Personal(DataKind.Role, Form.Plain, nameof(PersonalAccessToken.Scopes))]
[Personal(DataKind.Moment, Form.Plain, nameof(PersonalAccessToken.CreatedAt), nameof(PersonalAccessToken.ExpiresAt), nameof(PersonalAccessToken.LastUsedAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(PersonalAccessToken.Id), nameof(PersonalAccessToken.AccountId))]
public sealed class PersonalAccessToken
{
    /// <summary>How many may live at a time.</summary>
    public const int Most = 20;

    /// <summary>The longest that one may live.</summary>
    public const int MostDays = 366;

    private const string Prefix = "pat_";

    public Guid Id { get; set; }

    public int AccountId { get; set; }

    public required string Name { get; set; }

    public required string Hash { get; set; }

    /// <summary>What it may be used for, parted by spaces.</summary>
    public required string Scopes { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public Account? Account { get; set; }

    /// <summary>What its owner is shown, once.</summary>
    public static string Text(Guid id, string secret) => $"{Prefix}{id:N}_{secret}";

    /// <summary>Its number and secret; null when the text is no such token.</summary>
    public static (Guid Id, string Secret)? Parse(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length > Prefix.Length + 33 && text[Prefix.Length + 32] == '_'
            && Guid.TryParseExact(text.AsSpan(Prefix.Length, 32), "N", out var id)
            ? (id, text[(Prefix.Length + 33)..])
            : null;
}

internal sealed class PersonalAccessTokenMapping : IEntityTypeConfiguration<PersonalAccessToken>
{
    public void Configure(EntityTypeBuilder<PersonalAccessToken> builder)
    {
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Name).HasMaxLength(100);
        builder.Property(t => t.Hash).HasMaxLength(100);
        builder.Property(t => t.Scopes).HasMaxLength(400);
        builder.HasOne(t => t.Account).WithMany().HasForeignKey(t => t.AccountId);
    }
}
