using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Limits;

namespace Platform.Access.People;

/// <summary>Routes of other providers' identities: signing in with one, and linking one's own.</summary>
public static class ExternalApi
{
    public static void MapExternal(this IEndpointRouteBuilder routes)
    {
        var open = routes.MapGroup("/v1/sign-in/external").WithTags("People").AllowAnonymous();
        open.MapGet("", ListProviders).WithName(nameof(ListProviders));
        open.MapPost("{provider}", SignInElsewhere).WithName(nameof(SignInElsewhere)).Fails(404, 429);
        // The framework's handler answers here before any endpoint does, where the provider is configured.
        open.MapGet("{provider}/callback", (string provider) => Find(new ExternalProviders([]), provider)).ExcludeFromDescription();
        var own = routes.MapGroup("/v1/me/external-identities").WithTags("People").Require(null, Reach.Account).Fails(401, 403);
        own.MapGet("", ListExternalIdentities).WithName(nameof(ListExternalIdentities)).OfSession();
        own.MapPost("{provider}", LinkExternalIdentity).WithName(nameof(LinkExternalIdentity)).OfSession().Fails(404);
        own.MapDelete("{provider}", UnlinkExternalIdentity).WithName(nameof(UnlinkExternalIdentity)).OfSession().Fails(404);
    }

    /// <summary>The other providers that people may sign in at; none unless the installation names some.</summary>
    private static Ok<Page<ProviderView>> ListProviders(ExternalProviders providers) =>
        TypedResults.Ok(new Page<ProviderView>([.. providers.All.Select(p => new ProviderView(p.Name, p.Title ?? p.Name))], null));

    /// <summary>Begins a sign-in at another provider: the page sends the browser to the address in the answer.</summary>
    /// <remarks>The browser comes back signed in, or with a problem: PLT-2720 when nobody linked that identity to an account here.</remarks>
    private static async Task<Ok<DepartureView>> SignInElsewhere(string provider, HttpContext http, ExternalProviders providers, ExternalDoor door, SignInLimits limits)
    {
        if (limits.WaitAtDoor(http.Connection.RemoteIpAddress) is { } seconds)
            throw LimitGate.Refuse(http, Problems.TooMuch, TimeSpan.FromSeconds(seconds));
        return TypedResults.Ok(new DepartureView(await door.Begin(http, Find(providers, provider), null)));
    }

    /// <summary>The caller's identities at other providers.</summary>
    private static async Task<Ok<Page<ExternalIdentityView>>> ListExternalIdentities(HttpContext http, PlatformDb db, CancellationToken cancellation)
    {
        var own = http.Features.Get<Caller>()!.Id;
        var linked = await db.ExternalIdentities.AsNoTracking().Where(e => e.AccountId == own).OrderBy(e => e.LinkedAt).ToListAsync(cancellation);
        return TypedResults.Ok(new Page<ExternalIdentityView>([.. linked.Select(e => new ExternalIdentityView(e.Provider, e.LinkedAt))], null));
    }

    /// <summary>Begins to link an identity at another provider to the caller's account: the page sends the browser to the address in the answer.</summary>
    private static async Task<Ok<DepartureView>> LinkExternalIdentity(string provider, HttpContext http, ExternalProviders providers, ExternalDoor door) =>
        TypedResults.Ok(new DepartureView(await door.Begin(http, Find(providers, provider), http.Features.Get<Caller>())));

    /// <summary>Unlinks the caller's identities at a provider.</summary>
    private static async Task<NoContent> UnlinkExternalIdentity(string provider, HttpContext http, PlatformDb db, CancellationToken cancellation)
    {
        var own = http.Features.Get<Caller>()!.Id;
        return await db.ExternalIdentities.Where(e => e.AccountId == own && e.Provider == provider).ExecuteDeleteAsync(cancellation) > 0
            ? TypedResults.NoContent()
            : throw new ProblemException(Problems.UnknownProvider);
    }

    private static ExternalProvider Find(ExternalProviders providers, string name) =>
        providers.All.FirstOrDefault(p => p.Name == name) ?? throw new ProblemException(Problems.UnknownProvider);
}

/// <summary>Another provider.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="Title">What people call it.</param>
public sealed record ProviderView(string Name, string Title);

/// <summary>Where the browser is to go.</summary>
public sealed record DepartureView(Uri Address);

/// <summary>An identity at another provider.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="LinkedAt">Since when.</param>
public sealed record ExternalIdentityView(string Provider, DateTimeOffset LinkedAt);
