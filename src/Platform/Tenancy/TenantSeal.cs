using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Database;

namespace Platform.Tenancy;

/// <summary>
/// A locality's own key, encrypted by the installation's key ring. What is sealed under it can be read while this row is there; when the row
/// goes, it is unreadable everywhere, backups of other tables included.
/// </summary>
[PersonalRecords(Concerned.Requesters, Purpose.Requests, LegalGround.LegalObligation, Keeping.ForGood)]
[Personal(DataKind.Credential, Form.Encrypted, nameof(TenantKey.Wrapped))]
[Personal(DataKind.Place, Form.Plain, nameof(TenantKey.TenantId))]
[Personal(DataKind.Moment, Form.Plain, nameof(TenantKey.CreatedAt))]
[Personal(DataKind.Technical, Form.Plain, nameof(TenantKey.Id))]
public sealed class TenantKey : IPersonal, IDespiteSuspension
{
    public short TenantId { get; set; }

    public Guid Id { get; set; }

    /// <summary>32 bytes, encrypted.</summary>
    public required byte[] Wrapped { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>
/// Seals texts under the newest key of the tenant in scope (AES-256-GCM). Each sealed text names its key, and is bound to tenant and key. Keys
/// are not held in memory: removing one takes effect at once on every server.
/// </summary>
internal sealed class TenantSeal(PlatformDb db, IDataProtectionProvider protection, TimeProvider clock)
{
    private const int IdSize = 16, NonceSize = 12, TagSize = 16, KeySize = 32, BodyAt = IdSize + NonceSize;

    private readonly IDataProtector ring = protection.CreateProtector("Platform.TenantKeys");

    /// <summary>The text, sealed; a first key is made when there is none. The caller saves.</summary>
    internal async Task<byte[]> Seal(short tenant, string text, CancellationToken cancellation)
    {
        var row = db.Set<TenantKey>().Local.Where(k => k.TenantId == tenant).MaxBy(k => k.CreatedAt)
            ?? await db.Set<TenantKey>().Where(k => k.TenantId == tenant).OrderByDescending(k => k.CreatedAt).FirstOrDefaultAsync(cancellation);
        row ??= Make(tenant);
        var plain = Encoding.UTF8.GetBytes(text);
        var whole = new byte[IdSize + NonceSize + plain.Length + TagSize];
        row.Id.TryWriteBytes(whole);
        RandomNumberGenerator.Fill(whole.AsSpan(IdSize, NonceSize));
        using var aes = new AesGcm(Ring(tenant).Unprotect(row.Wrapped), TagSize);
        aes.Encrypt(whole.AsSpan(IdSize, NonceSize), plain, whole.AsSpan(BodyAt, plain.Length), whole.AsSpan(BodyAt + plain.Length), whole.AsSpan(0, IdSize));
        return whole;
    }

    /// <summary>The text; null when its key is gone.</summary>
    internal async Task<string?> Open(short tenant, byte[]? whole, CancellationToken cancellation)
    {
        if (whole is null)
            return null;
        var id = new Guid(whole.AsSpan(0, IdSize));
        if (await db.Set<TenantKey>().AsNoTracking().SingleOrDefaultAsync(k => k.TenantId == tenant && k.Id == id, cancellation) is not { } row)
            return null;
        var plain = new byte[whole.Length - BodyAt - TagSize];
        using var aes = new AesGcm(Ring(tenant).Unprotect(row.Wrapped), TagSize);
        aes.Decrypt(whole.AsSpan(IdSize, NonceSize), whole.AsSpan(BodyAt, plain.Length), whole.AsSpan(BodyAt + plain.Length), plain, whole.AsSpan(0, IdSize));
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>The same sealed again under the newest key; as it was where its own key is gone.</summary>
    internal async Task<byte[]?> Again(short tenant, byte[]? whole, CancellationToken cancellation) =>
        await Open(tenant, whole, cancellation) is { } text ? await Seal(tenant, text, cancellation) : whole;

    /// <summary>Makes the key under which everything is sealed from now on, and saves it.</summary>
    internal async Task Renew(short tenant, CancellationToken cancellation)
    {
        Make(tenant);
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Removes keys: all, so that nothing of the tenant's is readable any more, or all but the newest so many.</summary>
    internal async Task<int> Forget(short tenant, int butNewest, CancellationToken cancellation)
    {
        var kept = await db.Set<TenantKey>().Where(k => k.TenantId == tenant).OrderByDescending(k => k.CreatedAt).ThenByDescending(k => k.Id).Take(butNewest).Select(k => k.Id).ToListAsync(cancellation);
        return await db.Set<TenantKey>().Where(k => k.TenantId == tenant && !kept.Contains(k.Id)).ExecuteDeleteAsync(cancellation);
    }

    private TenantKey Make(short tenant)
    {
        var key = new TenantKey
        {
            TenantId = tenant,
            Id = Guid.CreateVersion7(),
            Wrapped = Ring(tenant).Protect(RandomNumberGenerator.GetBytes(KeySize)),
            CreatedAt = clock.GetUtcNow(),
        };
        db.Add(key);
        return key;
    }

    private IDataProtector Ring(short tenant) => ring.CreateProtector($"{tenant}");
}

internal sealed class TenantKeyMapping : IEntityTypeConfiguration<TenantKey>
{
    public void Configure(EntityTypeBuilder<TenantKey> builder)
    {
        builder.ToTable("TenantKeys");
        builder.HasKey(k => new { k.TenantId, k.Id });
        builder.Property(k => k.Id).ValueGeneratedNever();
        builder.Property(k => k.Wrapped).HasMaxLength(400);
        builder.HasOne<Localities.Locality>().WithMany().HasForeignKey(k => k.TenantId).OnDelete(DeleteBehavior.Restrict);
    }
}
