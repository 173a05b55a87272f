using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Platform.Database;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Tests.Tenancy;

/// <summary>The first belt alone: contexts of the superuser, whom no policy binds.</summary>
public sealed class QueryFilterTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_tenant_owned_entity_has_the_tenant_filter()
    {
        using var db = world.FiltersAlone(new TenantScope());
        var without = Owned(db).Where(e => e.GetDeclaredQueryFilters().All(f => f.Key != PlatformDb.Belt)).Select(e => e.DisplayName());
        Assert.True(Owned(db).Count() >= 15, "The model holds the tenant-owned entities.");
        Assert.Empty(without);
    }

    [Fact]
    public async Task Every_table_with_tenant_id_belongs_to_a_tenant_owned_entity()
    {
        await using var db = world.FiltersAlone(new TenantScope());
        var mapped = Owned(db).Select(e => e.GetTableName()).OfType<string>();
        Assert.Equal(await world.TenantTables(), mapped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_scope_of_one_tenant_sees_no_row_of_another_in_any_set()
    {
        var (_, hoaLac) = await world.Neighbours();
        var scope = new TenantScope();
        scope.EnterTenant(await world.Locality("09988"));
        await using var db = world.FiltersAlone(scope);
        foreach (var entity in Owned(db))
        {
            var seen = await Tenants(db, entity, filtered: true);
            Assert.True(seen is [var only] && only == hoaLac, $"{entity.DisplayName()} shows the tenants {string.Join(", ", seen)}.");
            Assert.True((await Tenants(db, entity, filtered: false)).Count > 1, $"{entity.DisplayName()} has rows of one tenant only, which proves nothing.");
        }
    }

    [Fact]
    public async Task An_empty_scope_sees_no_row_of_any_tenant()
    {
        await world.Neighbours();
        await using var db = world.FiltersAlone(new TenantScope());
        foreach (var entity in Owned(db))
            Assert.True((await Tenants(db, entity, filtered: true)).Count == 0, $"{entity.DisplayName()} shows rows to nobody in particular.");
    }

    [Fact]
    public async Task A_province_sees_its_own_and_its_communes_rows_and_no_person()
    {
        var directory = await Localities("19");
        var scope = new TenantScope();
        scope.EnterProvince(directory[0]);
        await using var db = world.FiltersAlone(scope);
        var reach = directory.Select(l => l.Id).ToHashSet();
        foreach (var entity in Owned(db))
        {
            var seen = await Tenants(db, entity, filtered: true);
            Assert.True(seen.TrueForAll(reach.Contains), $"{entity.DisplayName()} shows more than the province.");
            if (typeof(IPersonal).IsAssignableFrom(entity.ClrType))
                Assert.Empty(seen);
        }

        Assert.Contains((await world.Locality("05953")).Id, await db.Plans.Select(p => p.TenantId).ToListAsync(Cancellation));
        Assert.DoesNotContain((await world.Locality("09988")).Id, await db.Plans.Select(p => p.TenantId).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task The_nation_sees_every_tenants_figures_and_no_person()
    {
        var scope = new TenantScope();
        scope.EnterNation();
        await using var db = world.FiltersAlone(scope);
        Assert.False(await db.Completions.AnyAsync(Cancellation));
        Assert.False(await db.Learners.AnyAsync(Cancellation));
        Assert.True(await db.CompletionFacts.Select(f => f.TenantId).Distinct().CountAsync(Cancellation) >= 4);
    }

    [Fact]
    public async Task A_vendor_sees_its_own_completions_and_no_plan()
    {
        var scope = new TenantScope();
        scope.EnterIntake(1);
        await using var db = world.FiltersAlone(scope);
        Assert.Equal([1], await db.Completions.Select(c => c.VendorId).Distinct().ToListAsync(Cancellation));
        Assert.False(await db.Plans.AnyAsync(Cancellation));
        Assert.False(await db.Assignments.AnyAsync(Cancellation));
        Assert.False(await db.TargetProgress.AnyAsync(Cancellation));
    }

    [Fact]
    public async Task A_filter_also_binds_navigations()
    {
        var scope = new TenantScope();
        scope.EnterTenant(await world.Locality("05953"));
        await using var db = world.FiltersAlone(scope);
        var superior = await db.Plans.Include(p => p.Targets).Include(p => p.Tasks).SingleAsync(p => p.TenantId == scope.Superior, Cancellation);
        Assert.Equal(PlanStatus.Issued, superior.Status);
        Assert.Empty(superior.Targets);
        Assert.Empty(superior.Tasks);
    }

    [Fact]
    public async Task A_scope_is_entered_once()
    {
        var scope = new TenantScope();
        scope.EnterTenant(await world.Locality("05953"));
        var other = await world.Locality("09988");
        Assert.Throws<InvalidOperationException>(() => scope.EnterTenant(other));
        Assert.Throws<InvalidOperationException>(scope.EnterNation);
        Assert.Throws<InvalidOperationException>(() => scope.EnterIntake(1));
    }

    private async Task<List<LocalityEntry>> Localities(string province)
    {
        var directory = (LocalityDirectory)world.Instance.App.Services.GetService(typeof(LocalityDirectory))!;
        var entry = await world.Locality(province);
        return [entry, .. await directory.CommunesOf(entry.Id, Cancellation)];
    }

    private static IEnumerable<IEntityType> Owned(PlatformDb db) =>
        db.Model.GetEntityTypes().Where(e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType));

    private static async Task<List<short>> Tenants(PlatformDb db, IEntityType entity, bool filtered)
    {
        var set = (IQueryable<object>)typeof(DbContext).GetMethod(nameof(DbContext.Set), Type.EmptyTypes)!.MakeGenericMethod(entity.ClrType).Invoke(db, null)!;
        return await (filtered ? set : set.IgnoreQueryFilters()).Select(r => EF.Property<short>(r, nameof(ITenantOwned.TenantId))).Distinct().ToListAsync(Cancellation);
    }
}
