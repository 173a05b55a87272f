using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Access;

/// <summary>Who an account stands for.</summary>
public enum AccountKind
{
    /// <summary>A machine that signs in with OAuth client credentials.</summary>
    Client,

    /// <summary>A person that signs in with a password, a passkey or at another provider.</summary>
    Person,
}

/// <summary>A machine or person that may hold grants. A global table.</summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Name, Form.Plain, nameof(Account.Name), nameof(Account.Key), nameof(Account.CreatedBy), nameof(Account.EndedBy))]
[Personal(DataKind.Place, Form.Plain, nameof(Account.ProvinceId))]
[Personal(DataKind.Source, Form.Plain, nameof(Account.VendorId))]
[Personal(DataKind.Moment, Form.Plain, nameof(Account.CreatedAt), nameof(Account.EndedAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(Account.Id), nameof(Account.Kind))]
public sealed class Account
{
    public int Id { get; set; }

    public AccountKind Kind { get; set; }

    /// <summary>What it calls itself when it signs in: a client's client_id; a person's is made by the platform.</summary>
    public required string Key { get; set; }

    public required string Name { get; set; }

    /// <summary>The province whose managers look after it; null when only the nation's operators do.</summary>
    public short? ProvinceId { get; set; }

    /// <summary>Set for LMS vendors: the number their completions carry.</summary>
    public short? VendorId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>The key of the account that made it.</summary>
    public required string CreatedBy { get; set; }

    /// <summary>Since when it opens nothing any more; the row stays for those that name it.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The key of the account that ended it.</summary>
    public string? EndedBy { get; set; }

    public List<Grant> Grants { get; } = [];

    public List<ClientSecret> Secrets { get; } = [];

    /// <summary>Of a vendor: by which right it sends what it sends.</summary>
    public List<VendorGround> Grounds { get; } = [];
}

/// <summary>An access token that was revoked before its end. A global table; rows are of no use after <see cref="ExpiresAt"/>.</summary>
public sealed class RevokedToken
{
    public Guid Id { get; set; }

    public int AccountId { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}

internal sealed class AccountMapping : IEntityTypeConfiguration<Account>, IEntityTypeConfiguration<ClientSecret>, IEntityTypeConfiguration<RevokedToken>
{
    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.HasKey(a => a.Id);
        builder.Property(a => a.Key).HasMaxLength(80);
        builder.Property(a => a.Name).HasMaxLength(200);
        builder.Property(a => a.CreatedBy).HasMaxLength(80);
        builder.Property(a => a.EndedBy).HasMaxLength(80);
        builder.HasOne<Localities.Locality>().WithMany().HasForeignKey(a => a.ProvinceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(a => a.Key).IsUnique();
        builder.HasIndex(a => a.VendorId).IsUnique();
        builder.HasMany(a => a.Grants).WithOne(g => g.Account).HasForeignKey(g => g.AccountId);
        builder.HasMany(a => a.Secrets).WithOne().HasForeignKey(s => s.AccountId);
    }

    public void Configure(EntityTypeBuilder<ClientSecret> builder)
    {
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.Hash).HasMaxLength(100);
    }

    public void Configure(EntityTypeBuilder<RevokedToken> builder)
    {
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.HasOne<Account>().WithMany().HasForeignKey(t => t.AccountId);
    }
}
