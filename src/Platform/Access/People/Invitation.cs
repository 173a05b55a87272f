using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Localities;

namespace Platform.Access.People;

/// <summary>
/// Leave for whoever holds its link to become a person with one grant, once, within a time. The grant is given in the inviter's name when the
/// link is used: an inviter who may not give it any more has invited nobody. A global table.
/// </summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Contact, Form.Encrypted, nameof(Invitation.Contact))]
[Personal(DataKind.Credential, Form.Hashed, nameof(Invitation.Hash))]
[Personal(DataKind.Role, Form.Plain, nameof(Invitation.Role), nameof(Invitation.LocalityId), nameof(Invitation.AgencyId), nameof(Invitation.ValidTo))]
[Personal(DataKind.Moment, Form.Plain, nameof(Invitation.InvitedAt), nameof(Invitation.ExpiresAt), nameof(Invitation.WithdrawnAt), nameof(Invitation.AcceptedAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(Invitation.Id), nameof(Invitation.InvitedBy))]
public sealed class Invitation
{
    public Guid Id { get; set; }

    public required string Hash { get; set; }

    /// <summary>The invited person's contact, sealed under the key of <see cref="LocalityId"/>; the installation's for the nation.</summary>
    public byte[]? Contact { get; set; }

    public Role Role { get; set; }

    /// <summary>Where the grant will hold; null for the nation.</summary>
    public short? LocalityId { get; set; }

    // No foreign key: an invitation holds no agency back; whether it is still there, the grant finds out.
    public Guid? AgencyId { get; set; }

    /// <summary>When the grant will end; null when it will not.</summary>
    public DateTimeOffset? ValidTo { get; set; }

    /// <summary>The account that invited.</summary>
    public int InvitedBy { get; set; }

    public DateTimeOffset InvitedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? WithdrawnAt { get; set; }

    public DateTimeOffset? AcceptedAt { get; set; }

    public Account? Inviter { get; set; }
}

/// <summary>Leave to set a new password by a link, once, within a time; given by somebody who stands above. A global table.</summary>
[PersonalRecords(Concerned.Staff, Purpose.SignIn, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Credential, Form.Hashed, nameof(PasswordReset.Hash))]
[Personal(DataKind.Name, Form.Plain, nameof(PasswordReset.IssuedBy))]
[Personal(DataKind.Moment, Form.Plain, nameof(PasswordReset.IssuedAt), nameof(PasswordReset.ExpiresAt), nameof(PasswordReset.UsedAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(PasswordReset.Id), nameof(PasswordReset.AccountId))]
public sealed class PasswordReset
{
    public Guid Id { get; set; }

    public required string Hash { get; set; }

    public int AccountId { get; set; }

    /// <summary>The key of the account that gave it.</summary>
    public required string IssuedBy { get; set; }

    public DateTimeOffset IssuedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class InvitationMapping : IEntityTypeConfiguration<Invitation>, IEntityTypeConfiguration<PasswordReset>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.HasKey(i => i.Id);
        builder.Property(i => i.Id).ValueGeneratedNever();
        builder.Property(i => i.Hash).HasMaxLength(100);
        builder.Property(i => i.Contact).HasMaxLength(1_000);
        builder.HasOne(i => i.Inviter).WithMany().HasForeignKey(i => i.InvitedBy).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Locality>().WithMany().HasForeignKey(i => i.LocalityId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<PasswordReset> builder)
    {
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Hash).HasMaxLength(100);
        builder.Property(r => r.IssuedBy).HasMaxLength(80);
        builder.HasOne<Person>().WithMany().HasForeignKey(r => r.AccountId);
    }
}
