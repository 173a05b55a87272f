using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Access;

/// <summary>Routes by which everybody sees what they may do, and why: the very decisions that the gate takes.</summary>
public static class MeApi
{
    public static void MapMe(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1").WithTags("Access").Require(null, Reach.Account).Fails(401);
        own.MapGet("me", GetMe).WithName(nameof(GetMe));
        own.MapGet("access/explain", ExplainAccess).WithName(nameof(ExplainAccess)).Fails(400, 404);
    }

    /// <summary>Who is calling: name, grants that hold now, and the scopes of the token that was shown; a session has all that were granted.</summary>
    private static async Task<Ok<MeView>> GetMe(HttpContext http, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation)
    {
        var caller = http.Features.Get<Caller>()!;
        return TypedResults.Ok(new MeView(
            caller.Key, caller.Name, caller.Kind, caller.Vendor, await Grants(caller.Standings, db, directory, cancellation),
            [.. http.User.FindAll("scope").Select(c => c.Value).Order(StringComparer.Ordinal)], [.. caller.Scopes]));
    }

    /// <summary>Whether the caller may run an operation, by which grant, or why not.</summary>
    /// <remarks>Operations are named by their operationId. Without a locality: whether it is allowed anywhere.</remarks>
    private static async Task<Ok<AccessExplanation>> ExplainAccess(
        HttpContext http, EndpointDataSource endpoints, LocalityDirectory directory, TenantStates states,
        [Description("operationId: IssuePlan.")] string operation, CancellationToken cancellation,
        [Description("Code of a province or commune.")] string? locality = null)
    {
        var endpoint = endpoints.Endpoints.FirstOrDefault(e => e.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == operation)
            ?? throw new ProblemException(Problems.UnknownOperation);
        var place = locality is null ? null : await directory.Find(locality, cancellation) ?? throw new ProblemException(Problems.UnknownLocality);
        var requirement = endpoint.Metadata.GetMetadata<Requirement>();
        if (requirement is null)
            return Answer(true, null, [], "Ai cũng được làm.", "Everybody may.");

        var caller = http.Features.Get<Caller>()!;
        var by = caller.Standings.Where(s => s.Allows(requirement, place)).ToList();
        var suspended = await states.Find(cancellation);
        var writes = Suspension.Writes(requirement, endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? HttpMethods.Get);
        if (by.Count > 0 && !requirement.DespiteSuspension && by.TrueForAll(s => s.IsSuspended(suspended, writes)))
            return Answer(false, requirement.Scope, [], "Được cấp quyền, nhưng địa phương đang tạm ngừng.", "Granted, but the locality is suspended.");
        if (requirement.OfSession && http.Features.Get<People.OpenSession>() is null)
            return Answer(false, requirement.Scope, [], "Chỉ người đã đăng nhập, không dùng mã truy cập.", "Only for a person who has signed in, not for a token.");
        if (requirement.Only is { } only && by.Count == 0)
            return Answer(false, requirement.Scope, [], $"Chỉ dành cho vai trò «{only}».", $"Only for the role «{only}».");
        var scope = requirement.Scope;
        var held = scope is null || caller.Scopes.Contains(scope);
        var shown = scope is null || http.User.HasClaim("scope", scope);
        return (held, shown, by.Count > 0 || scope is null) switch
        {
            (true, true, true) => Answer(true, scope, by, "Được phép theo các quyền nêu ở đây.", "Allowed by the grants named here."),
            (true, false, true) => Answer(false, scope, by, $"Được cấp quyền, nhưng mã truy cập không mang phạm vi «{scope}».", $"Granted, but the token does not carry the scope «{scope}»."),
            (true, _, _) => Answer(false, scope, [], "Không có quyền nào được cấp cho địa phương này.", "No grant holds for this locality."),
            _ => Answer(false, scope, [], $"Không vai trò nào được cấp mang phạm vi «{scope}».", $"No role that was granted carries the scope «{scope}»."),
        };

        Ok<AccessExplanation> Answer(bool allowed, string? needed, List<Standing> standings, string vi, string en) => TypedResults.Ok(new AccessExplanation(
            operation, place?.Code, allowed, needed, new Explanation(vi, en).In(http.PrefersEnglish()), [.. standings.Select(s => s.Grant).Order()]));
    }

    private static async Task<IReadOnlyList<GrantView>> Grants(IReadOnlyList<Standing> standings, PlatformDb db, LocalityDirectory directory, CancellationToken cancellation)
    {
        var ids = standings.Select(s => s.Grant).ToList();
        var views = new List<GrantView>();
        foreach (var grant in await db.Grants.AsNoTracking().Include(g => g.Account).Where(g => ids.Contains(g.Id)).OrderBy(g => g.Id).ToListAsync(cancellation))
            views.Add(await GrantView.Of(grant, directory, cancellation));
        return views;
    }
}

/// <summary>The caller.</summary>
/// <param name="Key">The account's key: a client_id, or a person's.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Whether it is a machine's or a person's.</param>
/// <param name="Vendor">The number its completions carry; null when it is no vendor.</param>
/// <param name="Grants">The grants that hold now.</param>
/// <param name="Scopes">The scopes of the token that was shown.</param>
/// <param name="GrantedScopes">All scopes that its tokens may carry.</param>
public sealed record MeView(
    string Key, string Name, AccountKind Kind, short? Vendor, IReadOnlyList<GrantView> Grants, IReadOnlyList<string> Scopes, IReadOnlyList<string> GrantedScopes);

/// <summary>Whether an operation is allowed, and why.</summary>
/// <param name="Operation">Its operationId.</param>
/// <param name="Locality">The locality asked about.</param>
/// <param name="Allowed">The answer.</param>
/// <param name="Scope">The scope it needs; null when none.</param>
/// <param name="Reason">The reason, in Vietnamese or English by Accept-Language.</param>
/// <param name="Grants">Numbers of the grants that allow it.</param>
public sealed record AccessExplanation(string Operation, string? Locality, bool Allowed, string? Scope, string Reason, IReadOnlyList<int> Grants);
