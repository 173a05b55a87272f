using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Platform.Tenancy;

namespace Platform.Access;

/// <summary>Registers authentication, default-deny authorisation and the tenant scope.</summary>
public static class AccessSetup
{
    public static void AddAccess(this IServiceCollection services, string? keyFolder)
    {
        services.AddAuthentication(TokenApi.Scheme).AddBearerToken(TokenApi.Scheme);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        var keys = services.AddDataProtection().SetApplicationName("Platform");
        if (keyFolder is not null)
            keys.PersistKeysToFileSystem(Directory.CreateDirectory(keyFolder));
        services.AddSingleton<Callers>();
        services.AddScoped<TenantScope>();
    }
}
