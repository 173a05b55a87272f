using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Platform.Access.People;
using Platform.Database;
using Platform.Tenancy;

namespace Platform.Access;

/// <summary>Registers authentication, default-deny authorisation and the tenant scope.</summary>
public static class AccessSetup
{
    // Without a key there is no database either: the service only describes itself.
    public static void AddAccess(this IServiceCollection services, AccessOptions options, byte[]? tokenKey, byte[]? formerTokenKey, ContactKeys contacts, IReadOnlyList<ExternalProvider> providers)
    {
        var schemes = services.AddAuthentication(CallerAuthentication.Name).AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.Name, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddDataProtection().SetApplicationName("Platform");
        if (tokenKey is not null)
        {
            services.AddSingleton(new KeyEncryption(tokenKey, formerTokenKey));
            services.AddOptions<KeyManagementOptions>().Configure<KeyEncryption, Contexts>((keys, encryption, contexts) =>
                (keys.XmlEncryptor, keys.XmlRepository) = (encryption, new KeyRing(contexts)));
        }

        services.AddSingleton(options).AddSingleton<Callers>().AddSingleton<AccessTokens>();
        foreach (var provider in providers)
            schemes.AddOAuth(provider.Scheme, oauth => ExternalDoor.Configure(oauth, provider));
        services.AddSingleton(new ExternalProviders(providers)).AddScoped<ExternalDoor>();
        AddPasskeys(services, options);
        services.AddOptions<PeopleOptions>().BindConfiguration("People").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(contacts).AddSingleton<Contacts>().AddSingleton<PasswordRules>().AddSingleton<Links>();
        services.AddScoped<SignInDesk>().AddScoped<SecondFactor>().AddScoped<Sessions>().AddScoped<Reception>().AddScoped<Farewell>();
        services.AddSingleton<TenantStates>().AddScoped<TenantScope>().AddScoped<ClientAuthentication>();
    }

    /// <summary>Maps sign-in and tokens, the caller's own view, people, clients and grants.</summary>
    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        routes.MapDiscovery();
        routes.MapTokens();
        routes.MapMe();
        routes.MapPeopleRoutes();
        routes.MapClients();
        routes.MapGrants();
        routes.MapPersonalAccessTokens();
    }

    // Identity's ceremonies; the parts of it that keep accounts are not used.
    private static void AddPasskeys(IServiceCollection services, AccessOptions options)
    {
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            (passkeys.ServerDomain, passkeys.UserVerificationRequirement, passkeys.ResidentKeyRequirement) = (options.PublicAddress?.Host, "required", "required");
            passkeys.ValidateOrigin = asked => ValueTask.FromResult(!asked.CrossOrigin && asked.TopOrigin is null
                && asked.Origin == new Uri(Discovery.Issuer(asked.HttpContext)).GetLeftPart(UriPartial.Authority));
        });
        services.AddScoped<IUserStore<Person>, PersonStore>().AddScoped<PasskeyHandler<Person>>().AddScoped<PasskeyDesk>();
        services.AddScoped<UserManager<Person>>().AddSingleton<IPasswordHasher<Person>, PasswordHasher<Person>>();
        services.AddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>().AddSingleton<IdentityErrorDescriber>();
    }
}
