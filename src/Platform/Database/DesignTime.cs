using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Platform.Tenancy;

namespace Platform.Database;

/// <summary>Lets <c>dotnet ef</c> make migrations without a database: <c>--context PostgreSqlDb</c> or <c>--context SqlServerDb</c>.</summary>
internal sealed class DesignTime : IDesignTimeDbContextFactory<PostgreSqlDb>, IDesignTimeDbContextFactory<SqlServerDb>
{
    PostgreSqlDb IDesignTimeDbContextFactory<PostgreSqlDb>.CreateDbContext(string[] args) =>
        (PostgreSqlDb)Offline(DatabaseProvider.PostgreSql);

    SqlServerDb IDesignTimeDbContextFactory<SqlServerDb>.CreateDbContext(string[] args) =>
        (SqlServerDb)Offline(DatabaseProvider.SqlServer);

    /// <summary>A context that knows the model and can write scripts, and connects to nothing.</summary>
    internal static PlatformDb Offline(DatabaseProvider provider)
    {
        var dialect = Dialect.Of(provider);
        var options = new DbContextOptionsBuilder();
        dialect.Configure(options, "Server=offline;Database=offline");
        return dialect.Create(options.Options, new TenantScope());
    }
}
