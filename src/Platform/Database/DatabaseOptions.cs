using Microsoft.EntityFrameworkCore;

namespace Platform.Database;

/// <summary>Where the database is. Configuration section <c>Database</c>; connection strings under <c>ConnectionStrings</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>PostgreSql (default) or SqlServer.</summary>
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.PostgreSql;

    /// <summary>The role (or user) that <c>serve</c> runs under; <c>migrate</c> gives it its rights. Default platform_app.</summary>
    public string ApplicationRole { get; set; } = "platform_app";

    /// <summary>ConnectionStrings:Application, used by serve.</summary>
    public string? ApplicationConnection { get; set; }

    /// <summary>ConnectionStrings:Owner, used by migrate.</summary>
    public string? OwnerConnection { get; set; }

    /// <summary>The engine's differences.</summary>
    public Dialect Dialect => field ??= Dialect.Of(Provider);

    /// <summary>A context under the owner, whom nobody serves under: to migrate, and to make the first accounts.</summary>
    /// <param name="scope">What it may see where row-level security binds the owner, too; nothing by default.</param>
    public PlatformDb OpenAsOwner(Tenancy.TenantScope? scope = null)
    {
        var builder = new DbContextOptionsBuilder().AddInterceptors(Dialect.Scoping);
        Dialect.Configure(builder, OwnerConnection ?? throw new InvalidOperationException("ConnectionStrings:Owner is not configured: this needs the owner of the database."));
        return Dialect.Create(builder.Options, scope ?? new Tenancy.TenantScope());
    }

    /// <summary>Reads the options; environment variables such as ConnectionStrings__Application override files.</summary>
    public static DatabaseOptions From(IConfiguration configuration)
    {
        var options = new DatabaseOptions();
        configuration.GetSection("Database").Bind(options);
        options.ApplicationConnection = configuration.GetConnectionString("Application");
        options.OwnerConnection = configuration.GetConnectionString("Owner");
        return options;
    }
}
