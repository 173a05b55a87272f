using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Platform.Access.People;
using Platform.Database;
using Platform.Tenancy;

namespace Platform.Access;

/// <summary>Registers authentication, default-deny authorisation and the tenant scope.</summary>
public static class AccessSetup
{
    // Without a key there is no database either: the service only describes itself.
    public static void AddAccess(this IServiceCollection services, AccessOptions options, byte[]? tokenKey, byte[]? formerTokenKey, ContactKeys contacts)
    {
        services.AddAuthentication(CallerAuthentication.Name).AddScheme<AuthenticationSchemeOptions, CallerAuthentication>(CallerAuthentication.Name, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddDataProtection().SetApplicationName("Platform");
        if (tokenKey is not null)
        {
            services.AddSingleton(new KeyEncryption(tokenKey, formerTokenKey));
            services.AddOptions<KeyManagementOptions>().Configure<KeyEncryption, Contexts>((keys, encryption, contexts) =>
                (keys.XmlEncryptor, keys.XmlRepository) = (encryption, new KeyRing(contexts)));
        }

        services.AddSingleton(options).AddSingleton<Callers>().AddSingleton<AccessTokens>();
        services.AddOptions<PeopleOptions>().BindConfiguration("People").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(contacts).AddSingleton<Contacts>().AddSingleton<PasswordRules>().AddSingleton<Links>();
        services.AddScoped<SignInDesk>().AddScoped<SecondFactor>().AddScoped<Sessions>().AddScoped<Reception>();
        services.AddScoped<TenantScope>().AddScoped<ClientAuthentication>();
    }
}
