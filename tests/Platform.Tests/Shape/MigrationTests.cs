using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Platform.Database;
using Platform.Tenancy;

namespace Platform.Tests.Shape;

public sealed class MigrationTests
{
    [Theory]
    [InlineData(DatabaseProvider.PostgreSql)]
    [InlineData(DatabaseProvider.SqlServer)]
    public void The_model_has_no_changes_that_its_migrations_lack(DatabaseProvider provider)
    {
        using var db = DesignTime.Offline(provider);
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Single(db.Database.GetMigrations());
    }

    [Theory]
    [InlineData(DatabaseProvider.PostgreSql, "enable row level security")]
    [InlineData(DatabaseProvider.SqlServer, "add filter predicate")]
    public void The_script_creates_every_table_and_protects_every_tenants_rows(DatabaseProvider provider, string protection)
    {
        using var db = DesignTime.Offline(provider);
        var script = Migration.Script(provider, "platform_app");
        foreach (var entity in db.GetService<IDesignTimeModel>().Model.GetEntityTypes().Where(e => e.GetTableName() is not null && !e.IsMappedToJson()))
        {
            var table = entity.GetTableName()!;
            Assert.Contains(provider == DatabaseProvider.SqlServer ? $"CREATE TABLE [{table}]" : $"CREATE TABLE {table} (", script, StringComparison.Ordinal);
            if (typeof(ITenantOwned).IsAssignableFrom(entity.ClrType))
                Assert.Contains(script.Split('\n'), line => line.Contains(protection, StringComparison.Ordinal) && line.Contains(table, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(DatabaseProvider.PostgreSql)]
    [InlineData(DatabaseProvider.SqlServer)]
    public void Keys_and_foreign_keys_between_tenants_rows_carry_the_tenant(DatabaseProvider provider)
    {
        using var db = DesignTime.Offline(provider);
        var owned = db.Model.GetEntityTypes().Where(e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType) && !typeof(IPersonal).IsAssignableFrom(e.ClrType)).ToList();
        Assert.NotEmpty(owned);
        Assert.All(owned, e => Assert.Equal(nameof(ITenantOwned.TenantId), e.FindPrimaryKey()!.Properties[0].Name));
        Assert.All(
            owned.SelectMany(e => e.GetForeignKeys()).Where(f => typeof(ITenantOwned).IsAssignableFrom(f.PrincipalEntityType.ClrType)),
            f => Assert.EndsWith("TenantId", f.Properties[0].Name, StringComparison.Ordinal));
    }
}
