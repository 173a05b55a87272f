using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Http.Idempotency;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Tenants;

/// <summary>Routes of tenants: onboarding communes, suspending and resuming them. Operators, and province managers within their province.</summary>
public static class TenantsApi
{
    private const string Lines = "application/x-ndjson";

    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        var tenants = routes.MapGroup("/v1/tenants").WithTags("Tenants").Require(Scopes.Manage, Reach.Administration).Fails(401, 403);
        tenants.MapGet("", ListTenants).WithName(nameof(ListTenants)).Fails(400, 404);
        tenants.MapPost("", OnboardTenants).WithName(nameof(OnboardTenants)).SafeToRepeat()
            .Produces<OnboardingAnswer>(200, "application/json", Lines).Fails(400, 413, 415, 422);
        tenants.MapGet("{code}", GetTenant).WithName(nameof(GetTenant)).Fails(404);
        tenants.MapReorganisations();
        tenants.MapPut("{code}/state", SetTenantState).WithName(nameof(SetTenantState)).Fails(400, 404, 413, 415, 422);
    }

    /// <summary>The tenants within reach, in order of code.</summary>
    private static async Task<Ok<Page<TenantView>>> ListTenants(
        HttpContext http, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation,
        [Description("Two-digit code: only this province's.")] string? province = null,
        [Description("Active, ReadOnly or Closed.")] TenantState? state = null,
        [Description("Code of the last row of the previous page.")] string? after = null,
        [Description("Rows per page, 1–500.")] int limit = 100)
    {
        Paging.Check(limit);
        var caller = http.Features.Get<Caller>()!;
        var (nation, administered) = (caller.ReadsNation, caller.Administered.ToList());
        var of = province is null ? null : await directory.Find(province, cancellation);
        if (province is not null && (of is null || !caller.Standings.Any(s => s.Administers(of))))
            throw new ProblemException(Problems.UnknownLocality);
        var only = of?.ProvinceId;
        var rows = await db.Tenants.AsNoTracking().Include(t => t.Locality)
            .Where(t => (nation || administered.Contains(t.Locality!.ProvinceId)) && (only == null || t.Locality!.ProvinceId == only)
                && (state == null || t.State == state) && (after == null || t.Locality!.Code.CompareTo(after) > 0))
            .OrderBy(t => t.Locality!.Code).Take(limit + 1).ToListAsync(cancellation);
        return TypedResults.Ok(await Paging.Page(
            rows, limit, "/v1/tenants", t => t.Locality!.Code, t => Task.FromResult(TenantView.Of(t)), ("province", province), ("state", state?.ToString())));
    }

    /// <summary>One tenant with its state.</summary>
    private static async Task<Ok<TenantView>> GetTenant(string code, HttpContext http, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation) =>
        TypedResults.Ok(TenantView.Of(await Find(code, http, db, directory, cancellation)));

    /// <summary>Makes tenants of communes: some, all of a province, or all of the country.</summary>
    /// <remarks>
    /// Each gets the agencies that a commune usually has and an invitation, or a client, for its first admin; links and secrets are shown this once.
    /// A commune that is a tenant already is said to be, and nothing of it changes: sending again is safe. The communes of a province are made in one
    /// transaction. With <c>Accept: application/x-ndjson</c> each commune is a line, written once it is committed; should the rest fail, the last line
    /// is <c>problem</c>.
    /// </remarks>
    private static async Task OnboardTenants(OnboardTenants body, HttpContext http, Onboarding onboarding, LocalityDirectory directory)
    {
        var cancellation = http.RequestAborted;
        var communes = await body.Validate(http.Features.Get<Caller>()!, directory, cancellation);
        var rows = onboarding.Run(communes, body.Admin ?? FirstAdmin.Invitation, http, cancellation);
        http.Response.Headers.CacheControl = "no-store";
        if (!http.Request.GetTypedHeaders().Accept.Any(a => a.MediaType == Lines))
        {
            var items = await rows.ToListAsync(cancellation);
            var made = items.Count(i => i.Outcome == OnboardingOutcome.Onboarded);
            await http.Response.WriteAsJsonAsync(new OnboardingAnswer(made, items.Count - made, items), Json.Options, cancellation);
            return;
        }

        http.Response.ContentType = Lines;
        try
        {
            await foreach (var row in rows)
                await Line(row);
        }
        catch (Exception broken) when (http.Response.HasStarted && !cancellation.IsCancellationRequested)
        {
            if (!ProblemWriter.IsRefusal(broken))
                http.RequestServices.GetRequiredService<ILogger<Onboarding>>().LogError(broken, "Onboarding ended early");
            await Line(new { Problem = ProblemWriter.Body(http, broken) });
        }

        async Task Line(object row)
        {
            await JsonSerializer.SerializeAsync(http.Response.Body, row, row.GetType(), Json.Options, cancellation);
            await http.Response.Body.WriteAsync("\n"u8.ToArray(), cancellation);
        }
    }

    /// <summary>Suspends a tenant, for changes only or altogether, or lets it work again; within 10 s on every server.</summary>
    /// <remarks>
    /// <c>ReadOnly</c>: its people's changes are refused (PLT-2601). <c>Closed</c>: so is everything else of theirs but their own accounts (PLT-2602), and
    /// completions for it are rejected row by row (PLT-2604). Province and operators go on reading its figures. The database refuses too, at once.
    /// </remarks>
    private static async Task<Ok<TenantView>> SetTenantState(
        string code, SetTenantState body, HttpContext http, PlatformDb db, LocalityDirectory directory, TenantStates states, TimeProvider clock, CancellationToken cancellation)
    {
        var faults = new Faults();
        var (state, reason) = (faults.Value("/state", body.State), faults.Text("/reason", body.Reason, 500));
        faults.ThrowIfAny();
        var tenant = await Find(code, http, db, directory, cancellation);
        (tenant.State, tenant.StateReason, tenant.StateChangedAt, tenant.StateChangedBy) = (state, reason, clock.GetUtcNow(), http.Features.Get<Caller>()!.Key);
        await db.SaveChangesAsync(cancellation);
        await states.FindNow(cancellation);
        return TypedResults.Ok(TenantView.Of(tenant));
    }

    private static async Task<Tenant> Find(string code, HttpContext http, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation)
    {
        var locality = await directory.Find(code, cancellation);
        if (locality is null || !http.Features.Get<Caller>()!.Standings.Any(s => s.Administers(locality)))
            throw new ProblemException(Problems.UnknownLocality);
        return await db.Tenants.Include(t => t.Locality).SingleOrDefaultAsync(t => t.LocalityId == locality.Id, cancellation)
            ?? throw new ProblemException(Problems.NotOnboarded);
    }
}
