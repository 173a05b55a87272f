using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Platform.Tenancy;

namespace Platform.Database;

/// <summary>
/// The server's contexts, under the application role. What a context is made of costs more than most questions, so contexts are handed out
/// again and again; each is given its scope as it is handed out, and nothing of the unit of work before is left in it.
/// </summary>
public sealed class Contexts(DatabaseOptions database)
{
    private readonly Func<PlatformDb> pool = database.Dialect.Pool(options =>
    {
        options.AddInterceptors(new TenantGuard(), database.Dialect.Scoping, new CommitWatch());
        database.Dialect.Configure(options, database.ApplicationConnection
            ?? throw new InvalidOperationException("ConnectionStrings:Application is not configured."));
    });

    /// <summary>A context for one unit of work; disposing of it gives it back.</summary>
    public PlatformDb Open(TenantScope scope) => pool().For(scope);

    /// <summary>A context that sees global tables only.</summary>
    public PlatformDb Open() => Open(new TenantScope());

    internal static Func<PlatformDb> Pool<T>(Action<DbContextOptionsBuilder> configure)
        where T : PlatformDb
    {
        var options = new DbContextOptionsBuilder<T>();
        configure(options);
        return new PooledDbContextFactory<T>(options.Options).CreateDbContext;
    }
}

/// <summary>Registers the database.</summary>
public static class DatabaseSetup
{
    /// <summary>A unit of work gets one context, with the scope that the gate enters.</summary>
    public static void AddDatabase(this IServiceCollection services, DatabaseOptions database)
    {
        services.AddSingleton(database).AddSingleton<Contexts>();
        services.AddScoped<PlatformDb>(provider => provider.GetRequiredService<Contexts>().Open(provider.GetRequiredService<TenantScope>()));
    }
}
