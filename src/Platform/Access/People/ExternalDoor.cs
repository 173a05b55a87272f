using System.Data.Common;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Database;
using Platform.Http;
using Platform.Tenancy;

namespace Platform.Access.People;

/// <summary>
/// Signs in who another provider knows, and links that identity to the account that is signed in. Nobody becomes a person this way: an identity
/// that nobody linked opens nothing, whatever e-mail address the provider tells.
/// </summary>
public sealed class ExternalDoor(PlatformDb db, Contacts contacts, Sessions sessions, IOptions<PeopleOptions> options, TimeProvider clock)
{
    private const string Linking = "account";

    /// <summary>Sends nobody anywhere yet: says where the browser is to go.</summary>
    internal async Task<Uri> Begin(HttpContext http, ExternalProvider provider, Caller? link)
    {
        var properties = new AuthenticationProperties { RedirectUri = options.Value.ExternalReturn };
        if (link is not null)
            properties.Items[Linking] = link.Key;
        await http.ChallengeAsync(provider.Scheme, properties);
        http.Response.Headers.CacheControl = "no-store";
        return http.Features.GetRequiredFeature<Departure>().Address;
    }

    /// <summary>The browser is back with what the provider says.</summary>
    private async Task Arrive(TicketReceivedContext back, ExternalProvider provider)
    {
        back.HandleResponse();
        var (http, cancellation) = (back.HttpContext, back.HttpContext.RequestAborted);
        var subject = back.Principal!.FindFirstValue(ClaimTypes.NameIdentifier)!;
        if (back.Properties!.Items.TryGetValue(Linking, out var key))
            await Link(http, provider, subject, key!, cancellation);
        else
            await SignIn(http, provider, subject, cancellation);
        http.Response.Redirect(options.Value.ExternalReturn);
    }

    private async Task SignIn(HttpContext http, ExternalProvider provider, string subject, CancellationToken cancellation)
    {
        var hashes = contacts.HashesOf(provider.Name, subject);
        var account = await db.ExternalIdentities.Where(e => e.Provider == provider.Name && hashes.Contains(e.SubjectHash))
            .Join(db.Accounts, e => e.AccountId, a => a.Id, (e, a) => a).SingleOrDefaultAsync(a => a.EndedAt == null, cancellation)
            ?? throw new ProblemException(Problems.IdentityNotLinked);
        var now = clock.GetUtcNow();
        await db.People.Where(p => p.AccountId == account.Id).ExecuteUpdateAsync(set => set.SetProperty(p => p.LastSignInAt, now), cancellation);
        await sessions.Open(http, account, SignInMethod.External, cancellation);
    }

    // The account that began is still the one that is signed in in this browser.
    private async Task Link(HttpContext http, ExternalProvider provider, string subject, string key, CancellationToken cancellation)
    {
        await http.AuthenticateAsync(CallerAuthentication.Name);
        if (http.Features.Get<Caller>() is not { } caller || http.Features.Get<OpenSession>() is null || caller.Key != key)
            throw new ProblemException(Problems.ExternalFailed);
        var hashes = contacts.HashesOf(provider.Name, subject);
        if (await db.ExternalIdentities.Where(e => e.Provider == provider.Name && hashes.Contains(e.SubjectHash)).Select(e => (int?)e.AccountId).FirstOrDefaultAsync(cancellation) is { } holder)
        {
            if (holder != caller.Id)
                throw new ProblemException(Problems.IdentityLinkedElsewhere);
            return;
        }

        var scope = new TenantScope();
        scope.EnterAccount(caller.Id);
        await using var own = db.Beside(scope);
        own.ExternalIdentities.Add(new ExternalIdentity { Provider = provider.Name, SubjectHash = hashes[0], AccountId = caller.Id, LinkedAt = clock.GetUtcNow() });
        try
        {
            await own.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (e.InnerException is DbException met && own.Dialect.IsCollision(met))
        {
            throw new ProblemException(Problems.IdentityLinkedElsewhere);
        }
    }

    /// <summary>Sets the framework's handler up for a provider.</summary>
    internal static void Configure(OAuthOptions oauth, ExternalProvider provider)
    {
        (oauth.ClientId, oauth.ClientSecret, oauth.UsePkce) = (provider.ClientId, provider.ClientSecret!, true);
        (oauth.AuthorizationEndpoint, oauth.TokenEndpoint) = (provider.AuthorizationEndpoint!.ToString(), provider.TokenEndpoint!.ToString());
        (oauth.UserInformationEndpoint, oauth.CallbackPath) = (provider.UserInformationEndpoint!.ToString(), provider.CallbackPath);
        (oauth.CorrelationCookie.SameSite, oauth.CorrelationCookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
        foreach (var scope in provider.Scopes.DefaultIfEmpty("openid"))
            oauth.Scope.Add(scope);
        oauth.Events = new OAuthEvents
        {
            OnRedirectToAuthorizationEndpoint = context =>
            {
                context.HttpContext.Features.Set(new Departure(new Uri(context.RedirectUri)));
                return Task.CompletedTask;
            },
            OnCreatingTicket = context => ReadSubject(context, provider),
            OnTicketReceived = context => context.HttpContext.RequestServices.GetRequiredService<ExternalDoor>().Arrive(context, provider),
            OnRemoteFailure = _ => throw new ProblemException(Problems.ExternalFailed),
        };
    }

    private static async Task ReadSubject(OAuthCreatingTicketContext context, ExternalProvider provider)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, context.Options.UserInformationEndpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", context.AccessToken);
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await context.Backchannel.SendAsync(request, context.HttpContext.RequestAborted);
        answer.EnsureSuccessStatusCode();
        using var user = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(context.HttpContext.RequestAborted), cancellationToken: context.HttpContext.RequestAborted);
        var subject = user.RootElement.GetProperty(provider.SubjectField) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } named ? named.ToString() : "";
        if (subject.Length == 0)
            throw new InvalidOperationException("The provider named nobody.");
        context.Identity!.AddClaim(new Claim(ClaimTypes.NameIdentifier, subject));
    }

    private sealed record Departure(Uri Address);
}
