using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Http.Idempotency;
using Platform.Localities;

namespace Platform.Tenants;

/// <summary>Routes of deletions: an operator deletes a closed tenant and gets a signed receipt, which can be fetched again. Operators alone.</summary>
public static class DeletionsApi
{
    public static void MapDeletions(this IEndpointRouteBuilder routes)
    {
        var deletions = routes.MapGroup("/v1/tenants/{code}/deletions").WithTags("Tenants").Require(Scopes.Manage, Reach.Administration).OfOperators().Fails(401, 403, 404);
        deletions.MapGet("", ListTenantDeletions).WithName(nameof(ListTenantDeletions));
        deletions.MapPost("", DeleteTenant).WithName(nameof(DeleteTenant)).SafeToRepeat()
            .Produces<DeletionView>(200).Produces<DeletionView>(201).Fails(400, 409, 413, 415, 422, 501);
    }

    /// <summary>The receipts of a locality's deletions, the newest first.</summary>
    private static async Task<Ok<Page<DeletionView>>> ListTenantDeletions(
        string code, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation)
    {
        var locality = await Find(code, directory, cancellation);
        var kept = await db.TenantDeletions.AsNoTracking().Where(d => d.LocalityId == locality.Id).OrderByDescending(d => d.DeletedAt).ToListAsync(cancellation);
        return TypedResults.Ok(new Page<DeletionView>(kept.ConvertAll(DeletionView.Of), null));
    }

    /// <summary>Deletes a tenant with everything that belongs to it, and answers with a signed receipt.</summary>
    /// <remarks>
    /// The tenant must be <c>Closed</c>, the code is said twice, and a reason is given. All or nothing, in one transaction, beside which no completions are
    /// taken in. Completions go with their history, learners of whom nothing is left go with their names, and who has completions in other communes
    /// is counted there; the province's figures follow. The locality stays, as one that was never onboarded: completions sent for it later are taken.
    /// The audit log stays as it is. Take the archive before: what is deleted is gone.
    /// </remarks>
    private static async Task<IResult> DeleteTenant(
        string code, DeleteTenant body, HttpContext http, LocalityDirectory directory, TenantRemoval removal, CancellationToken cancellation,
        [Description("True: tells what would be deleted, and deletes nothing.")] bool dryRun = false)
    {
        var locality = await Find(code, directory, cancellation);
        var view = await removal.Run(locality, body.Validate(locality), dryRun, http.Features.Get<Caller>()!, cancellation);
        return dryRun ? TypedResults.Ok(view) : TypedResults.Created($"/v1/tenants/{code}/deletions", view);
    }

    private static async Task<LocalityEntry> Find(string code, LocalityDirectory directory, CancellationToken cancellation) =>
        await directory.Find(code, cancellation) ?? throw new ProblemException(Problems.UnknownLocality);
}

/// <summary>A tenant to be deleted.</summary>
/// <param name="Code">The locality's code once more.</param>
/// <param name="Reason">Why; at most 500 characters. It is in the receipt.</param>
public sealed record DeleteTenant(string? Code, string? Reason)
{
    internal string Validate(LocalityEntry locality)
    {
        var faults = new Faults();
        var (code, reason) = (faults.Text("/code", Code, 5), faults.Text("/reason", Reason, 500));
        if (code.Length > 0 && code != locality.Code)
            faults.Add("/code", Problems.CodeNotRepeated);
        faults.ThrowIfAny();
        return reason;
    }
}
