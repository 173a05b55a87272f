using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.PersonalData;

/// <summary>
/// Gives a locality a new key and seals everything of it that is sealed under the new one: what was written down of people's requests, and the
/// contacts of those invited there. The key before stays until the next rotation, for what others were sealing meanwhile; older ones go.
/// </summary>
internal sealed class KeyRotation(PlatformDb db, TenantSeal seal, TimeProvider clock)
{
    private const int Kept = 2;

    /// <summary>Rotates, in one transaction.</summary>
    internal async Task<KeyRotationView> Run(LocalityEntry locality, CancellationToken cancellation)
    {
        var tenant = locality.Id;
        await using var transaction = await db.BeginAlone($"tenant-keys:{tenant}", cancellation);
        await seal.Renew(tenant, cancellation);
        var subjects = await db.PersonRequestSubjects.Where(s => s.TenantId == tenant && (s.Note != null || s.Reason != null)).ToListAsync(cancellation);
        foreach (var subject in subjects)
            (subject.Note, subject.Reason) = (await seal.Again(tenant, subject.Note, cancellation), await seal.Again(tenant, subject.Reason, cancellation));
        var people = await db.People.Where(p => p.ContactTenant == tenant && p.Contact != null).ToListAsync(cancellation);
        foreach (var person in people)
            person.Contact = await seal.Again(tenant, person.Contact, cancellation);
        var invitations = await db.Invitations.Where(i => i.LocalityId == tenant && i.Contact != null).ToListAsync(cancellation);
        foreach (var invitation in invitations)
            invitation.Contact = await seal.Again(tenant, invitation.Contact, cancellation);
        await db.SaveChangesAsync(cancellation);
        await seal.Forget(tenant, Kept, cancellation);
        await transaction.CommitAsync(cancellation);
        return new KeyRotationView(clock.GetUtcNow(), subjects.Count + people.Count + invitations.Count);
    }
}

/// <summary>A locality's new key.</summary>
/// <param name="RotatedAt">When it was made (UTC).</param>
/// <param name="Rows">How many rows were sealed under it.</param>
public sealed record KeyRotationView(DateTimeOffset RotatedAt, int Rows);
