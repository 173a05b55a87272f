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
    internal static void AddAccess(this IServiceCollection services, AccessOptions options, KeyProtection protection, ContactKeys contacts, IReadOnlyList<ExternalProvider> providers)
    {
        var schemes = services.AddAuthentication(CallerAuthentication.Name).AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.Name, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        AddKeys(services, protection);

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

    // Keys written before a certificate was configured are still read under the installation's key.
    private static void AddKeys(IServiceCollection services, KeyProtection protection)
    {
        var keys = services.AddDataProtection().SetApplicationName("Platform");
        if (protection.TokenKey is not { } tokenKey)
            return;
        services.AddSingleton(new KeyEncryption(tokenKey, protection.FormerTokenKey));
        services.AddOptions<KeyManagementOptions>().Configure<Contexts>((options, contexts) => options.XmlRepository = new KeyRing(contexts));
        if (protection.FormerCertificate is { } former)
            keys.UnprotectKeysWithAnyCertificate(former);
        if (protection.Certificate is { } certificate)
            keys.ProtectKeysWithCertificate(certificate);
        else
            services.AddOptions<KeyManagementOptions>().Configure<KeyEncryption>((options, encryption) => options.XmlEncryptor = encryption);
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
