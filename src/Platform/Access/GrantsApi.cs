using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Localities;

namespace Platform.Access;

/// <summary>Routes of the grants. Nobody grants beyond their own reach: the room refuses it, and so does the database.</summary>
public static class GrantsApi
{
    public static void MapGrants(this IEndpointRouteBuilder routes)
    {
        var grants = routes.MapGroup("/v1/grants").WithTags("Access").Require(Scopes.Manage, Reach.Administration).Fails(401, 403);
        grants.MapGet("", ListGrants).WithName(nameof(ListGrants)).Fails(400, 404);
        grants.MapPost("", CreateGrant).WithName(nameof(CreateGrant)).Fails(400, 413, 415, 422);
        grants.MapGet("{grant:int}", GetGrant).WithName(nameof(GetGrant)).Fails(404);
        grants.MapDelete("{grant:int}", EndGrant).WithName(nameof(EndGrant)).Fails(404);
    }

    /// <summary>The grants within reach, oldest first: who, which role, where, from when to when, by whose leave.</summary>
    private static async Task<Ok<Page<GrantView>>> ListGrants(
        HttpContext http, PlatformDb db, LocalityDirectory directory, TimeProvider clock, CancellationToken cancellation,
        [Description("Only those of this account.")] string? holder = null,
        [Description("Only those for this locality.")] string? locality = null,
        [Description("Also those that are over.")] bool ended = false,
        [Description("Number of the last row of the previous page.")] int after = 0,
        [Description("Rows per page, 1–500.")] int limit = 100)
    {
        Paging.Check(limit, ("holder", holder));
        var now = clock.GetUtcNow();
        var place = locality is null ? null : await directory.Find(locality, cancellation) ?? throw new ProblemException(Problems.UnknownLocality);
        var grants = await Within(db, http).Where(g => g.Id > after)
            .Where(g => (holder == null || g.Account!.Key == holder) && (place == null || g.TenantId == place.Id) && (ended || g.ValidTo == null || g.ValidTo > now))
            .OrderBy(g => g.Id).Take(limit + 1).ToListAsync(cancellation);
        return TypedResults.Ok(await Paging.Page(
            grants, limit, "/v1/grants", g => g.Id.ToString(CultureInfo.InvariantCulture), g => GrantView.Of(g, directory, cancellation),
            ("holder", holder), ("locality", locality), ("ended", ended ? "true" : null)));
    }

    /// <summary>One grant.</summary>
    private static async Task<Ok<GrantView>> GetGrant(int grant, HttpContext http, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation) =>
        TypedResults.Ok(await GrantView.Of(await Find(grant, http, db, cancellation), directory, cancellation));

    /// <summary>Gives an account a role at a locality, or in the nation where the locality is left out.</summary>
    private static async Task<Created<GrantView>> CreateGrant(
        CreateGrant body, HttpContext http, PlatformDb db, LocalityDirectory directory, Callers callers, TimeProvider clock, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        var grant = await body.Validate(caller, db, directory, clock.GetUtcNow(), cancellation);
        db.Grants.Add(grant);
        await db.SaveChangesAsync(cancellation);
        callers.Forget(grant.Account!.Key);
        return TypedResults.Created($"/v1/grants/{grant.Id}", await GrantView.Of(grant, directory, cancellation));
    }

    /// <summary>Ends a grant; within 10 s it allows nothing on any server. It stays in the list of ended ones. Ending it again changes nothing.</summary>
    private static async Task<NoContent> EndGrant(int grant, HttpContext http, PlatformDb db, Callers callers, TimeProvider clock, CancellationToken cancellation)
    {
        var found = await Find(grant, http, db, cancellation);
        var (now, by) = (clock.GetUtcNow(), http.Features.Get<Caller>()!.Key);
        await db.Grants.Where(g => g.Id == grant && (g.ValidTo == null || g.ValidTo > now))
            .ExecuteUpdateAsync(set => set.SetProperty(g => g.ValidTo, now).SetProperty(g => g.EndedBy, by), cancellation);
        callers.Forget(found.Account!.Key);
        return TypedResults.NoContent();
    }

    private static IQueryable<Grant> Within(PlatformDb db, HttpContext http)
    {
        var caller = http.Features.Get<Caller>()!;
        var (nation, provinces) = (caller.ReadsNation, caller.Administered.ToList());
        return db.Grants.AsNoTracking().Include(g => g.Account)
            .Where(g => nation || (g.Role != Role.Operator && db.Localities.Any(l => l.Id == g.TenantId && provinces.Contains(l.ProvinceId))));
    }

    private static async Task<Grant> Find(int grant, HttpContext http, PlatformDb db, CancellationToken cancellation) =>
        await Within(db, http).SingleOrDefaultAsync(g => g.Id == grant, cancellation) ?? throw new ProblemException(Problems.UnknownGrant);
}

/// <summary>A grant to be given.</summary>
/// <param name="Holder">The account's key: a client_id, or a person's. A province manager gives to accounts of the own province and to those that hold or held a grant in it; the first grant of others is an operator's to give.</param>
/// <param name="Role">What it allows.</param>
/// <param name="Locality">Code of the province or commune; left out for the nation.</param>
/// <param name="Agency">Key of the agency of that locality, for an AgencyOfficer.</param>
/// <param name="ValidFrom">When it begins; left out, now.</param>
/// <param name="ValidTo">When it ends; left out, when it is withdrawn.</param>
public sealed record CreateGrant(string? Holder, Role? Role, string? Locality, string? Agency, DateTimeOffset? ValidFrom, DateTimeOffset? ValidTo)
{
    internal async Task<Grant> Validate(Caller caller, PlatformDb db, LocalityDirectory directory, DateTimeOffset now, CancellationToken cancellation)
    {
        var faults = new Faults();
        var (key, role) = (faults.Text("/holder", Holder, 80), faults.Value("/role", Role));
        // Beyond the caller's reach is the same as not there.
        var (nation, provinces) = (caller.ReadsNation, caller.Administered.ToList());
        var holder = await db.Accounts.SingleOrDefaultAsync(a => a.Key == key && (nation || provinces.Contains(a.ProvinceId!.Value)
            || a.Grants.Any(g => db.Localities.Any(l => l.Id == g.TenantId && provinces.Contains(l.ProvinceId)))), cancellation);
        if (holder is null && key.Length > 0)
            faults.Add("/holder", Problems.UnknownHolder);
        var place = Locality is null ? null : await directory.Find(Locality, cancellation);
        if (Locality is not null && place is null)
            faults.Add("/locality", Problems.UnknownLocality);
        else if (!caller.Standings.Any(s => s.Administers(role == Access.Role.Operator ? null : place)))
            faults.Add(role == Access.Role.Operator ? "/role" : "/locality", Problems.BeyondReach);
        else if (Role is not null && !Grant.Fits(role, place?.Level))
            faults.Add("/locality", Problems.RoleDoesNotFit, new Explanation($"{role}.", $"{role}."));
        if (role == Access.Role.Vendor && holder is { VendorId: null })
            faults.Add("/holder", Problems.RoleDoesNotFit, new Explanation("Ứng dụng này không đăng ký là nhà cung cấp.", "This client is not registered as a vendor."));
        var (from, to) = (ValidFrom?.ToUniversalTime() ?? now, ValidTo?.ToUniversalTime());
        if (to <= from || to <= now)
            faults.Add("/validTo", Problems.WrongMoment, new Explanation("Phải sau khi bắt đầu và ở tương lai.", "It must lie after the beginning and in the future."));
        var agency = await GrantedAgency.Find(faults, role, Agency, place, db, cancellation);
        faults.ThrowIfAny();
        return new Grant { Account = holder, Role = role, TenantId = place?.Id, AgencyId = agency, ValidFrom = from, ValidTo = to, GrantedBy = caller.Key };
    }
}

/// <summary>The agency that a grant or an invitation names.</summary>
internal static class GrantedAgency
{
    internal static async Task<Guid?> Find(Faults faults, Role role, string? agency, LocalityEntry? place, PlatformDb db, CancellationToken cancellation)
    {
        if (role != Role.AgencyOfficer)
        {
            if (agency is not null)
                faults.Add("/agency", Problems.RoleDoesNotFit, new Explanation("Chỉ dành cho AgencyOfficer.", "For an AgencyOfficer only."));
            return null;
        }

        var key = faults.Text("/agency", agency, 80);
        if (key.Length == 0 || place is null || faults.Found.Count > 0)
            return null;
        // The scope of administration reads no tenant's rows: the agency is looked up in a unit of work of its locality.
        var scope = new Tenancy.TenantScope();
        scope.EnterSeveral([], [place], [place]);
        await using var within = db.Beside(scope);
        var found = await within.Agencies.Where(a => a.TenantId == place.Id && a.Key == key).Select(a => (Guid?)a.Id).SingleOrDefaultAsync(cancellation);
        if (found is null)
            faults.Add("/agency", Problems.UnknownAgency);
        return found;
    }
}

/// <summary>A grant.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Holder">The account's key.</param>
/// <param name="HolderName">The account's name.</param>
/// <param name="Role">What it allows.</param>
/// <param name="Locality">Where: the code of a province or commune; null for the nation.</param>
/// <param name="LocalityName">The name of that place.</param>
/// <param name="AgencyId">The agency of an AgencyOfficer.</param>
/// <param name="ValidFrom">From when.</param>
/// <param name="ValidTo">To when; null while it has no end.</param>
/// <param name="GrantedBy">By whose leave.</param>
/// <param name="EndedBy">Who withdrew it.</param>
public sealed record GrantView(
    int Id, string Holder, string HolderName, Role Role, string? Locality, string? LocalityName, Guid? AgencyId, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo,
    string GrantedBy, string? EndedBy)
{
    internal static async Task<GrantView> Of(Grant grant, LocalityDirectory directory, CancellationToken cancellation)
    {
        var place = grant.TenantId is { } id ? await directory.Get(id, cancellation) : null;
        return new GrantView(
            grant.Id, grant.Account!.Key, grant.Account.Name, grant.Role, place?.Code, place?.Name, grant.AgencyId, grant.ValidFrom, grant.ValidTo, grant.GrantedBy, grant.EndedBy);
    }
}
