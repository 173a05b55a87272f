using Microsoft.AspNetCore.Authorization;
using Platform.Http;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Access;

/// <summary>What an endpoint needs of its caller. Declared once on a route group; an endpoint that declares nothing is refused to everybody.</summary>
public sealed record Requirement(string Scope, Reach Reach)
{
    /// <summary>Requests that hold no tenant's data, such as a service's description, and need no caller.</summary>
    public Func<HttpContext, bool> IsOpen { get; init; } = _ => false;
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
}

/// <summary>
/// Stands between authentication and the handlers: finds the caller, checks what the endpoint requires, and enters the tenant scope
/// from route and credential. A foreign locality is answered exactly as a missing one.
/// </summary>
public static class TenantGate
{
    /// <summary>Declares an endpoint's requirement.</summary>
    public static T Require<T>(this T builder, string scope, Reach reach)
        where T : IEndpointConventionBuilder => builder.RequireAuthorization().WithMetadata(new Requirement(scope, reach));

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

        await next(context);
    });

    private static async Task Enter(HttpContext context, Requirement requirement)
    {
        var caller = context.Features.Get<Caller>() ?? throw new ProblemException(Problems.NotSignedIn);
        if (!context.User.HasClaim("scope", requirement.Scope) || !caller.Scopes.Contains(requirement.Scope))
        {
            context.Features.Set(new MissingScope(requirement.Scope));
            throw new ProblemException(Problems.NotAllowed, new Explanation($"Cần phạm vi «{requirement.Scope}».", $"The scope «{requirement.Scope}» is needed."));
        }

        var scope = context.RequestServices.GetRequiredService<TenantScope>();
        var directory = context.RequestServices.GetRequiredService<LocalityDirectory>();
        switch (requirement.Reach)
        {
            case Reach.Intake:
                scope.EnterIntake(caller.Vendor ?? throw new ProblemException(Problems.NotAllowed));
                break;
            case Reach.Everything:
                await EnterAllReadable(scope, caller, directory, context.RequestAborted);
                break;
            default:
                await EnterRouteLocality(context, scope, caller, directory, requirement.Scope == Scopes.Write);
                break;
        }
    }

    private static async Task EnterRouteLocality(HttpContext context, TenantScope scope, Caller caller, LocalityDirectory directory, bool write)
    {
        var code = (string?)context.GetRouteValue("code") ?? "";
        var locality = await directory.Find(code, context.RequestAborted);
        if (locality is null || !(write ? caller.Manages(locality) : caller.Reads(locality)))
            throw UnknownLocality(code);
        context.Features.Set(new RouteLocality(locality));
        // A province's figures are made of its communes' rows, so its manager reads it as a viewer does.
        if (caller.Manages(locality) && (write || locality.Level == LocalityLevel.Commune))
            scope.EnterTenant(locality);
        else if (caller.ReadsNation)
            scope.EnterNation();
        else
            scope.EnterProvince(await directory.Get(locality.ProvinceId, context.RequestAborted), locality);
    }

    /// <summary>Enters all that the caller may read; used by OData too.</summary>
    private static async Task EnterAllReadable(TenantScope scope, Caller caller, LocalityDirectory directory, CancellationToken cancellation)
    {
        if (caller.ReadsNation)
            scope.EnterNation();
        else if (caller.ProvinceRead is { } provinceId)
            scope.EnterProvince(await directory.Get(provinceId, cancellation));
        else if (caller.Commune is { } communeId)
            scope.EnterTenant(await directory.Get(communeId, cancellation));
        else
            throw new ProblemException(Problems.NotAllowed);
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
