using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Access.People;

/// <summary>
/// What only a person's account has: how the person is reached and proves who they are. What they may do is on the account, as a client's is.
/// Belongs to no tenant: a global table.
/// </summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Contact, Form.Encrypted, nameof(Person.Contact))]
[Personal(DataKind.Contact, Form.Keyed, nameof(Person.ContactHash))]
[Personal(DataKind.Place, Form.Plain, nameof(Person.ContactTenant))]
[Personal(DataKind.Credential, Form.Hashed, nameof(Person.PasswordHash))]
[Personal(DataKind.Credential, Form.Encrypted, nameof(Person.AuthenticatorKey))]
[Personal(DataKind.Moment, Form.Plain, nameof(Person.PasswordSetAt), nameof(Person.LockedUntil), nameof(Person.AuthenticatorSince), nameof(Person.LastSignInAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(Person.AccountId), nameof(Person.Failures), nameof(Person.LastStep))]
public sealed class Person
{
    public int AccountId { get; set; }

    /// <summary>E-mail address or telephone number, sealed under <see cref="ContactTenant"/>'s key.</summary>
    public byte[]? Contact { get; set; }

    /// <summary>The locality whose key that is; null for the installation's.</summary>
    public short? ContactTenant { get; set; }

    /// <summary>Its keyed hash, by which it is found.</summary>
    public string? ContactHash { get; set; }

    public string? PasswordHash { get; set; }

    public DateTimeOffset? PasswordSetAt { get; set; }

    /// <summary>Wrong attempts since the last right one or the last lock.</summary>
    public int Failures { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>The key of the authenticator app, encrypted.</summary>
    public string? AuthenticatorKey { get; set; }

    /// <summary>Since when the app's codes are asked for; null while the key is not confirmed.</summary>
    public DateTimeOffset? AuthenticatorSince { get; set; }

    /// <summary>The time step of the last code that was taken: neither it nor an earlier one is taken again.</summary>
    public long LastStep { get; set; }

    public DateTimeOffset? LastSignInAt { get; set; }

    public Account? Account { get; set; }
}

/// <summary>A code that stands in for a lost authenticator app, once; kept as a hash. A global table.</summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Credential, Form.Hashed, nameof(RecoveryCode.Hash))]
[Personal(DataKind.Technical, Form.Plain, nameof(RecoveryCode.AccountId))]
public sealed class RecoveryCode
{
    public int AccountId { get; set; }

    public required string Hash { get; set; }
}

/// <summary>A passkey (WebAuthn credential) of a person. A global table.</summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Credential, Form.Plain, nameof(Passkey.Id), nameof(Passkey.PublicKey))]
[Personal(DataKind.Device, Form.Plain, nameof(Passkey.Name), nameof(Passkey.Transports))]
[Personal(DataKind.Moment, Form.Plain, nameof(Passkey.CreatedAt), nameof(Passkey.LastUsedAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(Passkey.AccountId), nameof(Passkey.SignCount), nameof(Passkey.UserVerified), nameof(Passkey.BackupEligible), nameof(Passkey.BackedUp))]
public sealed class Passkey
{
    public required byte[] Id { get; set; }

    public int AccountId { get; set; }

    public required byte[] PublicKey { get; set; }

    /// <summary>What the person calls it: Điện thoại của tôi.</summary>
    public required string Name { get; set; }

    public required string Transports { get; set; }

    public long SignCount { get; set; }

    public bool UserVerified { get; set; }

    public bool BackupEligible { get; set; }

    public bool BackedUp { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>An identity at another provider that a person linked; what the provider calls the person is kept as a keyed hash. A global table.</summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Credential, Form.Keyed, nameof(ExternalIdentity.SubjectHash))]
[Personal(DataKind.Source, Form.Plain, nameof(ExternalIdentity.Provider))]
[Personal(DataKind.Moment, Form.Plain, nameof(ExternalIdentity.LinkedAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(ExternalIdentity.AccountId))]
public sealed class ExternalIdentity
{
    public required string Provider { get; set; }

    public required string SubjectHash { get; set; }

    public int AccountId { get; set; }

    public DateTimeOffset LinkedAt { get; set; }
}

internal sealed class PeopleMapping : IEntityTypeConfiguration<Person>, IEntityTypeConfiguration<RecoveryCode>, IEntityTypeConfiguration<Passkey>, IEntityTypeConfiguration<ExternalIdentity>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.HasKey(p => p.AccountId);
        builder.Property(p => p.AccountId).ValueGeneratedNever();
        builder.HasOne(p => p.Account).WithOne().HasForeignKey<Person>(p => p.AccountId);
        builder.Property(p => p.Contact).HasMaxLength(1_000);
        builder.HasOne<Localities.Locality>().WithMany().HasForeignKey(p => p.ContactTenant).OnDelete(DeleteBehavior.Restrict);
        builder.Property(p => p.ContactHash).HasMaxLength(64);
        builder.Property(p => p.PasswordHash).HasMaxLength(200);
        builder.Property(p => p.AuthenticatorKey).HasMaxLength(400);
        builder.HasIndex(p => p.ContactHash).IsUnique();
    }

    public void Configure(EntityTypeBuilder<RecoveryCode> builder)
    {
        builder.HasKey(c => new { c.AccountId, c.Hash });
        builder.Property(c => c.Hash).HasMaxLength(64);
        builder.HasOne<Person>().WithMany().HasForeignKey(c => c.AccountId);
    }

    public void Configure(EntityTypeBuilder<Passkey> builder)
    {
        builder.HasKey(k => k.Id);
        builder.Property(k => k.Id).HasMaxLength(800);
        builder.Property(k => k.Name).HasMaxLength(100);
        builder.Property(k => k.Transports).HasMaxLength(200);
        builder.HasOne<Person>().WithMany().HasForeignKey(k => k.AccountId);
    }

    public void Configure(EntityTypeBuilder<ExternalIdentity> builder)
    {
        builder.HasKey(e => new { e.Provider, e.SubjectHash });
        builder.Property(e => e.Provider).HasMaxLength(40);
        builder.Property(e => e.SubjectHash).HasMaxLength(64);
        builder.HasOne<Person>().WithMany().HasForeignKey(e => e.AccountId);
    }
}
