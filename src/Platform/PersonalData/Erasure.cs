using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Localities;

namespace Platform.PersonalData;

/// <summary>
/// Forgets one person, everywhere, and keeps the counts: set by set, in one transaction, beside which no completions are taken in. The database
/// lets it touch other communes' and vendors' rows of this person only, and only while the request is being worked on. Refuses where the
/// commune has nothing of the person.
/// </summary>
internal sealed class Erasure(PlatformDb db, PersonRequestDesk desk, Pseudonyms pseudonyms, TimeProvider clock)
{
    private const string Tombstones = "insert into erased_completions (vendor_id, id) select * from unnest({0}, {1}) on conflict do nothing";

    /// <summary>Erases, and answers the request with the receipt.</summary>
    internal async Task<RequestView> Run(LocalityEntry commune, Guid id, Caller by, CancellationToken cancellation)
    {
        var (name, cut) = db.Dialect.Erasure ?? throw new ProblemException(Problems.ErasureNotHere);
        await using var transaction = await db.BeginAlone("intake", cancellation);
        var (request, subject, found) = await desk.InHand(commune.Id, id, RequestKind.Erasure, cancellation);
        if (found is not { } learner || !await LiesIn(commune.Id, learner, cancellation))
            throw new ProblemException(Problems.NobodyHere);
        subject.LearnerId = learner; // what the policies go by
        await db.SaveChangesAsync(cancellation);

        var ghost = Guid.NewGuid(); // says not even when
        await db.Database.ExecuteSqlRawAsync(name, [$"{id}", $"{ghost}"], cancellation);
        var completions = await db.Database.SqlQueryRaw<ErasedRow>("select vendor_id as \"VendorId\", external_id as \"ExternalId\" from completions where learner_id = {0}", learner).ToListAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync(
            Tombstones, [completions.ConvertAll(c => c.VendorId).ToArray(), completions.ConvertAll(c => pseudonyms.OfErased(c.VendorId, c.ExternalId).Newest).ToArray()], cancellation);
        request.ErasedNames = await db.LearnerIdentities.Where(i => i.LearnerId == learner).ExecuteDeleteAsync(cancellation);
        request.ErasedCompletions = await db.Database.ExecuteSqlRawAsync(cut, [learner, ghost], cancellation);

        (request.State, request.AnsweredAt, request.AnsweredBy) = (RequestState.Done, clock.GetUtcNow(), by.Key);
        foreach (var other in await db.PersonRequestSubjects.Where(s => s.TenantId == commune.Id && s.LearnerId == learner).ToListAsync(cancellation))
            (other.LearnerId, other.Names) = (null, other.RequestId == id ? [] : other.Names);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return await desk.View(commune.Id, id, cancellation);
    }

    private async Task<bool> LiesIn(short commune, Guid learner, CancellationToken cancellation) =>
        await db.Learners.AnyAsync(l => l.Id == learner && l.TenantId == commune, cancellation)
        || await db.Completions.AnyAsync(c => c.LearnerId == learner && c.TenantId == commune, cancellation)
        || await db.Confirmations.AnyAsync(c => c.LearnerId == learner && c.TenantId == commune, cancellation);

    private sealed record ErasedRow(short VendorId, string ExternalId);
}
