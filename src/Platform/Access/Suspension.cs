using System.Data.Common;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Access;

/// <summary>
/// What a suspended locality's own people may still do: their grants there do not count, for changes or at all. Their own account stays theirs,
/// and province and operators go on reading. What the law demands of a locality, its people do all the same.
/// </summary>
internal static class Suspension
{
    /// <summary>Whether a request with this requirement changes anything.</summary>
    internal static bool Writes(Requirement requirement, string method) =>
        requirement.Scope is not (Scopes.Read or Scopes.OwnTasks or Scopes.Audit) && !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    /// <summary>The caller with the grants that count now; refused where none of them allows what a suspended one would.</summary>
    internal static async ValueTask<Caller> Apply(HttpContext context, Caller caller, Requirement requirement, LocalityEntry? locality)
    {
        var suspended = await States(context).Find(context.RequestAborted);
        if (suspended.IsEmpty || requirement.DespiteSuspension || requirement.Reach is Reach.Account or Reach.Intake)
            return caller;
        var writes = Writes(requirement, context.Request.Method);
        var left = caller with { Standings = [.. caller.Standings.Where(s => !s.IsSuspended(suspended, writes))] };
        if (left.Standings.Count == caller.Standings.Count)
            return caller;
        if (caller.Standings.FirstOrDefault(s => s.Allows(requirement, locality)) is { } refused && !left.Standings.Any(s => s.Allows(requirement, locality)))
            throw Refusal(suspended, refused.Tenant!.Value);
        context.Features.Set(left);
        return left;
    }

    /// <summary>Runs the rest of a request; what the database refused because the locality was suspended a moment ago is answered as that.</summary>
    internal static async Task Watch(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception failure) when (context.Features.Get<RouteLocality>() is not null && failure.GetBaseException() is DbException refusal
            && context.RequestServices.GetRequiredService<DatabaseOptions>().Dialect.IsRefusal(refusal))
        {
            var (suspended, locality) = (await States(context).FindNow(context.RequestAborted), context.Features.Get<RouteLocality>()!);
            if (suspended.Refuses(locality.Id, writes: true))
                throw Refusal(suspended, locality.Id);
            throw;
        }
    }

    private static ProblemException Refusal(SuspendedTenants suspended, short tenant) =>
        new(suspended.IsClosed(tenant) ? Problems.TenantClosed : Problems.TenantReadOnly);

    private static TenantStates States(HttpContext context) => context.RequestServices.GetRequiredService<TenantStates>();
}
