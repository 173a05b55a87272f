using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Tenants;

/// <summary>
/// Deletes a closed tenant in one transaction, beside which no completions are taken in: every row of it, its completions with their history, the
/// learners of whom nothing is left, and the grants within it. Who has completions elsewhere is counted there. The locality itself stays, as a
/// fact, and so does the audit log, which only ever grows. Refuses while other localities refer to its rows.
/// </summary>
internal sealed class TenantRemoval(PlatformDb db, LearnerRecount recount, ArchiveKeys keys, TenantStates states, TimeProvider clock)
{
    // Rows that say of a learner what no other commune says.
    private static readonly string[] OfPeople = ["completion_versions", "completions", "confirmations"];

    /// <summary>Deletes, and keeps the signed receipt; or tells what would be deleted, and takes everything back.</summary>
    internal async Task<DeletionView> Run(LocalityEntry locality, string reason, bool dryRun, Caller caller, CancellationToken cancellation)
    {
        var scope = new TenantScope { Actor = db.Scope.Actor };
        scope.EnterRemoval(caller.Id, locality);
        await using var within = db.Beside(scope);
        within.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        _ = within.Dialect.TellTimesInUtc; // an engine that cannot says so
        await using var turn = await recount.Begin(within, cancellation);
        await within.BeAlone("tenants", cancellation);
        var tenant = await within.Tenants.SingleOrDefaultAsync(t => t.LocalityId == locality.Id, cancellation) ?? throw new ProblemException(Problems.NotOnboarded);
        if (tenant.State != TenantState.Closed)
            throw new ProblemException(Problems.TenantNotClosed);
        var rows = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var elsewhere = await People(within, turn, locality.Id, rows, cancellation);
        foreach (var table in ArchiveTable.Owned(within).Reverse().Except(OfPeople).Except([ArchiveTable.Learners]).Prepend("grants"))
            rows[table] = await Remove(within, table, locality.Id, cancellation);
        var now = clock.GetUtcNow();
        await within.Invitations.Where(i => i.LocalityId == locality.Id && i.AcceptedAt == null && i.WithdrawnAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(i => i.WithdrawnAt, now), cancellation);
        var receipt = new DeletionReceipt(Guid.CreateVersion7(now), locality.Code, $"{locality.Kind} {locality.Name}", now, caller.Key, reason, rows, elsewhere);
        if (dryRun)
            return new DeletionView(true, receipt, null, null, null);

        var text = JsonSerializer.Serialize(receipt, Json.Options);
        var deletion = new TenantDeletion
        {
            Id = receipt.Id,
            LocalityId = locality.Id,
            DeletedAt = now,
            Receipt = text,
            Signature = await keys.Sign(Encoding.UTF8.GetBytes(text), cancellation),
        };
        within.TenantDeletions.Add(deletion);
        within.Tenants.Remove(await within.Tenants.SingleAsync(t => t.LocalityId == locality.Id, cancellation));
        await within.SaveChangesAsync(cancellation);
        await turn.Commit(cancellation);
        await states.FindNow(cancellation);
        return DeletionView.Of(deletion);
    }

    // Learners who have something in another commune go there; nobody is left whom nothing speaks of.
    private static async Task<int> People(PlatformDb within, LearnerRecount.Turn turn, short tenant, SortedDictionary<string, int> rows, CancellationToken cancellation)
    {
        var learners = await within.Database.SqlQueryRaw<Guid>("""
            select id as "Value" from learners where tenant_id = {0} union select learner_id from completions where tenant_id = {0}
            union select learner_id from confirmations where tenant_id = {0}
            """, tenant).ToArrayAsync(cancellation);
        // With a completion goes what it said before, wherever it lay then.
        rows["completion_versions"] = await within.Database.ExecuteSqlRawAsync("""
            delete from completion_versions where tenant_id = {0} or exists (
              select 1 from completions c where c.vendor_id = completion_versions.vendor_id and c.external_id = completion_versions.external_id and c.tenant_id = {0})
            """, [tenant], cancellation);
        rows["completions"] = await Remove(within, "completions", tenant, cancellation);
        rows["confirmations"] = await Remove(within, "confirmations", tenant, cancellation);
        var nowhere = await turn.Gone(learners, cancellation);
        (rows[ArchiveTable.Learners], rows[ArchiveTable.Names]) = (0, 0);
        foreach (var part in nowhere.Chunk(LearnerRecount.Part))
        {
            rows[ArchiveTable.Names] += await within.LearnerIdentities.Where(i => part.Contains(i.LearnerId)).ExecuteDeleteAsync(cancellation);
            rows[ArchiveTable.Learners] += await within.Learners.Where(l => part.Contains(l.Id)).ExecuteDeleteAsync(cancellation);
        }

        return learners.Length - nowhere.Count;
    }

    private static async Task<int> Remove(PlatformDb within, string table, short tenant, CancellationToken cancellation)
    {
        var statement = $"delete from {table} where tenant_id = {{0}}";
        try
        {
            return await within.Database.ExecuteSqlRawAsync(statement, [tenant], cancellation);
        }
        catch (DbException e) when (within.Dialect.IsDangling(e))
        {
            throw new ProblemException(Problems.TenantReferredTo, new Explanation($"Bảng {table}.", $"The table {table}."));
        }
    }
}

/// <summary>What is deleted, by whom and why.</summary>
/// <param name="Id">The receipt's number.</param>
/// <param name="Locality">Code of the locality.</param>
/// <param name="Name">Its kind and name.</param>
/// <param name="DeletedAt">When.</param>
/// <param name="DeletedBy">The key of the account that deleted it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Rows">Rows deleted, by table.</param>
/// <param name="LearnersElsewhere">Learners who had something here and have something in other communes: they are counted by that alone now.</param>
public sealed record DeletionReceipt(
    Guid Id, string Locality, string Name, DateTimeOffset DeletedAt, string DeletedBy, string Reason, IReadOnlyDictionary<string, int> Rows, int LearnersElsewhere);

/// <summary>A receipt with its signature.</summary>
/// <param name="DryRun">True where nothing was deleted.</param>
/// <param name="Receipt">What was deleted, or would be.</param>
/// <param name="Signed">The receipt as the text that is signed; null for a dry run, as are the next two.</param>
/// <param name="Digest">SHA-256 of that text's UTF-8, in hexadecimal digits.</param>
/// <param name="Signature">ECDSA (P-256, SHA-256, DER) over that text's UTF-8 by the key at <c>/v1/tenants/archive-key</c>, in base64.</param>
public sealed record DeletionView(bool DryRun, DeletionReceipt Receipt, string? Signed, string? Digest, string? Signature)
{
    internal static DeletionView Of(TenantDeletion deletion) => new(
        false, JsonSerializer.Deserialize<DeletionReceipt>(deletion.Receipt, Json.Options)!, deletion.Receipt,
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(deletion.Receipt))), Convert.ToBase64String(deletion.Signature));
}
