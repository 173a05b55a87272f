using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;
using Platform.Http;

namespace Platform.Access;

/// <summary>
/// By which right a vendor's completions are sent, from a moment on, unless a batch or row says another: so that a table of hundreds of millions
/// of rows need not repeat it. Added to and never changed. A global table.
/// </summary>
[PersonalRecords(Concerned.Actors, Purpose.Accountability, LegalGround.PublicTask, Keeping.Account)]
[Personal(DataKind.Name, Form.Plain, nameof(VendorGround.DeclaredBy))]
[Personal(DataKind.Moment, Form.Plain, nameof(VendorGround.ValidFrom))]
[Personal(DataKind.Technical, Form.Plain, nameof(VendorGround.AccountId), nameof(VendorGround.Ground))]
public sealed class VendorGround
{
    public int AccountId { get; set; }

    public DateTimeOffset ValidFrom { get; set; }

    public LegalGround Ground { get; set; }

    /// <summary>The key of the account that declared it.</summary>
    public required string DeclaredBy { get; set; }

    /// <summary>Refuses a number that stands for no ground; the framework takes any.</summary>
    internal static LegalGround? Known(LegalGround? asked) => asked is { } ground && !Enum.IsDefined(ground)
        ? throw new ProblemException(Problems.BadParameter, null, [new FieldFault("legalGround", Problems.UnknownWord, Words)])
        : asked;

    internal static Explanation Words { get; } = new($"Một trong: {string.Join(", ", Enum.GetNames<LegalGround>())}.", $"One of: {string.Join(", ", Enum.GetNames<LegalGround>())}.");

    /// <summary>What held at a moment, of one vendor's declarations.</summary>
    internal static LegalGround? At(IEnumerable<VendorGround> declared, DateTimeOffset moment) =>
        declared.Where(g => g.ValidFrom <= moment).MaxBy(g => g.ValidFrom)?.Ground;
}

internal sealed class VendorGroundMapping : IEntityTypeConfiguration<VendorGround>
{
    public void Configure(EntityTypeBuilder<VendorGround> builder)
    {
        builder.HasKey(g => new { g.AccountId, g.ValidFrom });
        builder.Property(g => g.DeclaredBy).HasMaxLength(80);
        builder.HasOne<Account>().WithMany(a => a.Grounds).HasForeignKey(g => g.AccountId);
    }
}
