using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Access.People;

/// <summary>What was done to a person's account by somebody else.</summary>
public enum NoticeKind
{
    /// <summary>The authenticator app and the recovery codes were removed.</summary>
    SecondFactorRemoved,

    /// <summary>The account was ended.</summary>
    Ended,
}

/// <summary>
/// That somebody above did something to a person's account, for the person to see; kept, so that nobody does it unseen. A global table.
/// </summary>
[PersonalRecords(Concerned.Staff, Purpose.Accountability, LegalGround.Contract, Keeping.Account)]
[Personal(DataKind.Name, Form.Plain, nameof(AccountNotice.By))]
[Personal(DataKind.Moment, Form.Plain, nameof(AccountNotice.At))]
[Personal(DataKind.Technical, Form.Plain, nameof(AccountNotice.Id), nameof(AccountNotice.AccountId), nameof(AccountNotice.Kind))]
public sealed class AccountNotice
{
    public Guid Id { get; set; }

    public int AccountId { get; set; }

    public NoticeKind Kind { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>The key of the account that did it.</summary>
    public required string By { get; set; }
}

internal sealed class AccountNoticeMapping : IEntityTypeConfiguration<AccountNotice>
{
    public void Configure(EntityTypeBuilder<AccountNotice> builder)
    {
        builder.HasKey(n => n.Id);
        builder.Property(n => n.Id).ValueGeneratedNever();
        builder.Property(n => n.By).HasMaxLength(80);
        builder.HasOne<Person>().WithMany().HasForeignKey(n => n.AccountId);
    }
}
