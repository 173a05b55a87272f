using Microsoft.AspNetCore.Authorization;
using Platform.Http;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Access;

/// <summary>What an endpoint needs of its caller. Declared once on a route group; an endpoint that declares nothing is refused to everybody.</summary>
public sealed record Requirement(string? Scope, Reach Reach)
{
    /// <summary>Requests that hold no tenant's data, such as a service's description, and need no caller.</summary>
    public Func<HttpContext, bool> IsOpen { get; init; } = _ => false;

    /// <summary>The one role whose grant opens it; null where any that carries the scope does.</summary>
    public Role? Only { get; init; }

    /// <summary>Only a person who signed in here, and no token, may call.</summary>
    public bool OfSession { get; init; }

    /// <summary>What the law demands of a locality, suspended or not.</summary>
    public bool DespiteSuspension { get; init; }
}

/// <summary>Which rows an endpoint touches.</summary>
public enum Reach
{
    /// <summary>Those of the locality in the route.</summary>
    RouteLocality,

    /// <summary>All that the caller may read.</summary>
    Everything,

    /// <summary>Those that a vendor's batch changes.</summary>
    Intake,

    /// <summary>Accounts and grants, within what the caller looks after.</summary>
    Administration,

    /// <summary>The tasks of the caller's own agencies.</summary>
    Agency,

    /// <summary>The caller's own account.</summary>
    Account,

    /// <summary>The audit log of what the caller audits.</summary>
    Audit,
}

/// <summary>
/// Stands between authentication and the handlers: finds the caller, checks what the endpoint requires, and enters the tenant scope
/// from route and credential. A foreign locality is answered exactly as a missing one.
/// </summary>
public static class TenantGate
{
    /// <summary>Declares an endpoint's requirement; without a scope, everybody who is signed in.</summary>
    public static T Require<T>(this T builder, string? scope, Reach reach)
        where T : IEndpointConventionBuilder => builder.RequireAuthorization().WithMetadata(new Requirement(scope, reach));

    /// <summary>Says that only operators may call, of all who carry the scope.</summary>
    public static T OfOperators<T>(this T builder)
        where T : IEndpointConventionBuilder => builder.Narrow(r => r with { Only = Role.Operator });

    /// <summary>Says that only a person who signed in here, and no token, may call.</summary>
    public static T OfSession<T>(this T builder)
        where T : IEndpointConventionBuilder => builder.Narrow(r => r with { OfSession = true });

    /// <summary>Runs the gate for every endpoint with a requirement; comes after authentication and authorisation.</summary>
    public static void UseTenantGate(this WebApplication app) => app.Use(async (context, next) =>
    {
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<Requirement>() is { } requirement)
        {
            if (!requirement.IsOpen(context))
                await Enter(context, requirement);
        }
        else if (metadata is not null && metadata.GetMetadata<IAllowAnonymous>() is null)
        {
            throw new ProblemException(Problems.NotAllowed);
        }

        await Suspension.Watch(context, next);
    });

    /// <summary>Says that the law demands it of a locality's people, suspended or not.</summary>
    public static T DespiteSuspension<T>(this T builder)
        where T : IEndpointConventionBuilder => builder.Narrow(r => r with { DespiteSuspension = true });

    // The last declaration counts, and a group's stands before what its endpoints say.
    private static T Narrow<T>(this T builder, Func<Requirement, Requirement> narrower)
        where T : IEndpointConventionBuilder
    {
        builder.Finally(endpoint => endpoint.Metadata.Add(narrower(endpoint.Metadata.OfType<Requirement>().Last())));
        return builder;
    }

    private static async Task Enter(HttpContext context, Requirement requirement)
    {
        var caller = context.Features.Get<Caller>() ?? throw new ProblemException(Problems.NotSignedIn);
        People.Sessions.RefuseForgery(context);
        if (requirement.Scope is { } needed && !(context.User.HasClaim("scope", needed) && caller.Scopes.Contains(needed)))
        {
            context.Features.Set(new MissingScope(needed));
            throw new ProblemException(Problems.NotAllowed, new Explanation($"Cần phạm vi «{needed}».", $"The scope «{needed}» is needed."));
        }

        if (requirement.OfSession && context.Features.Get<People.OpenSession>() is null)
            throw new ProblemException(Problems.SessionNeeded);
        if (requirement.Only is { } only && !caller.Standings.Any(s => s.Role == only))
            throw new ProblemException(Problems.NotAllowed);
        var scope = context.RequestServices.GetRequiredService<TenantScope>();
        var directory = context.RequestServices.GetRequiredService<LocalityDirectory>();
        scope.Actor = new Actor(caller.Key, context.Connection.RemoteIpAddress?.ToString(), context.TraceIdentifier);
        if (requirement.Reach != Reach.RouteLocality)
            caller = await Suspension.Apply(context, caller, requirement, null);
        switch (requirement.Reach)
        {
            case Reach.Intake:
                scope.EnterIntake(caller.Vendor ?? throw new ProblemException(Problems.NotAllowed));
                break;
            case Reach.Everything:
                await EnterAllReadable(scope, caller, directory, context.RequestAborted);
                break;
            case Reach.Audit:
                await EnterAudit(scope, caller, directory, context.RequestAborted);
                break;
            case Reach.Agency:
                await EnterAgencies(scope, caller, directory, context.RequestAborted);
                break;
            case Reach.Administration or Reach.Account:
                scope.EnterAccount(caller.Id);
                break;
            default:
                await EnterRouteLocality(context, scope, caller, directory, requirement);
                break;
        }
    }

    private static async Task EnterRouteLocality(HttpContext context, TenantScope scope, Caller caller, LocalityDirectory directory, Requirement requirement)
    {
        var code = (string?)context.GetRouteValue("code") ?? "";
        var locality = await directory.Find(code, context.RequestAborted);
        if (locality is null || !caller.Standings.Any(s => s.Allows(requirement, locality)))
            throw UnknownLocality(code);
        caller = await Suspension.Apply(context, caller, requirement, locality);
        context.Features.Set(new RouteLocality(locality));
        // A province's figures are made of its communes' rows, so its manager reads it as a viewer does.
        if (caller.Manages(locality) && (requirement.Scope == Scopes.Write || locality.Level == LocalityLevel.Commune))
            scope.EnterTenant(locality);
        else if (caller.ReadsNation)
            scope.EnterNation();
        else
            scope.EnterProvince(await directory.Get(locality.ProvinceId, context.RequestAborted), locality);
    }

    // Everything that any of the grants lets the caller read, not what the first of them does.
    private static async Task EnterAllReadable(TenantScope scope, Caller caller, LocalityDirectory directory, CancellationToken cancellation)
    {
        if (caller.ReadsNation)
        {
            scope.EnterNation();
            return;
        }

        var (provinces, communes) = (new List<LocalityEntry>(), new List<LocalityEntry>());
        foreach (var id in caller.Provinces)
            provinces.Add(await directory.Get(id, cancellation));
        foreach (var id in caller.Communes)
            communes.Add(await directory.Get(id, cancellation));
        communes.RemoveAll(c => provinces.Exists(p => p.Id == c.ProvinceId));
        if ((provinces.Count, communes.Count) is (1, 0))
        {
            scope.EnterProvince(provinces[0]);
        }
        else if ((provinces.Count, communes.Count) is (0, 1))
        {
            scope.EnterTenant(communes[0]);
        }
        else if (provinces.Count + communes.Count > 0)
        {
            var within = new List<LocalityEntry>([.. provinces, .. communes]);
            foreach (var province in provinces)
                within.AddRange(await directory.CommunesOf(province.Id, cancellation));
            scope.EnterSeveral(provinces, communes, within);
        }
        else
        {
            throw new ProblemException(Problems.NotAllowed);
        }
    }

    private static async Task EnterAudit(TenantScope scope, Caller caller, LocalityDirectory directory, CancellationToken cancellation)
    {
        var standings = caller.Standings.Where(s => s.Role == Role.Auditor).ToList();
        if (standings.Exists(s => s.Tenant is null))
        {
            scope.EnterAudit();
            return;
        }

        var audited = new HashSet<short>();
        foreach (var tenant in standings.Select(s => s.Tenant).OfType<short>())
        {
            audited.Add(tenant);
            if ((await directory.Get(tenant, cancellation)).Level == LocalityLevel.Province)
                audited.UnionWith((await directory.CommunesOf(tenant, cancellation)).Select(c => c.Id));
        }

        scope.EnterAudit(audited);
    }

    private static async Task EnterAgencies(TenantScope scope, Caller caller, LocalityDirectory directory, CancellationToken cancellation)
    {
        var localities = new List<LocalityEntry>();
        foreach (var tenant in caller.Standings.Where(s => s.Agency is not null).Select(s => s.Tenant).OfType<short>().Distinct())
            localities.Add(await directory.Get(tenant, cancellation));
        scope.EnterSeveral([], localities, localities);
    }

    private static ProblemException UnknownLocality(string code) => new(
        Problems.UnknownLocality,
        new Explanation($"Mã «{code}» không có hoặc không thuộc phạm vi của bạn.", $"The code «{code}» does not exist or is not within your reach."));
}

/// <summary>The locality of the route, already checked by <see cref="TenantGate"/>; handlers take it as a parameter.</summary>
public sealed record RouteLocality(LocalityEntry Entry)
{
    /// <summary>The tenant id.</summary>
    public short Id => Entry.Id;

    /// <summary>Binds from the gate's finding.</summary>
    public static ValueTask<RouteLocality?> BindAsync(HttpContext context) => ValueTask.FromResult(context.Features.Get<RouteLocality>());
}
