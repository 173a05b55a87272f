using Microsoft.Extensions.DependencyInjection;
using Platform.Database;
using Platform.Learning;
using Platform.Localities;
using Platform.Plans;
using Platform.Rollup;
using Platform.Tenancy;

namespace Platform.Tests.Tenancy;

/// <summary>The second belt: the context refuses before the database is asked.</summary>
public sealed class WriteRefusalTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Adding_a_row_to_another_tenant_is_refused() => Refused((db, foreign) => db.Agencies.Add(New(foreign)));

    [Fact]
    public Task Changing_a_row_of_another_tenant_is_refused() => Refused((db, foreign) => db.Agencies.Update(New(foreign)));

    [Fact]
    public Task Deleting_a_row_of_another_tenant_is_refused() => Refused((db, foreign) => db.Agencies.Remove(New(foreign)));

    [Fact]
    public Task Giving_a_learner_to_another_tenant_is_refused() => Refused((db, foreign) =>
    {
        var learner = Learner(db.Scope.Tenant!.Value);
        db.Learners.Attach(learner);
        learner.TenantId = foreign;
    });

    [Fact]
    public Task Taking_a_learner_from_another_tenant_is_refused() => Refused((db, foreign) =>
    {
        var learner = Learner(foreign);
        db.Learners.Attach(learner);
        learner.TenantId = db.Scope.Tenant!.Value;
    });

    [Fact]
    public async Task Nothing_is_saved_when_one_row_of_many_is_foreign()
    {
        var (own, foreign) = ((await world.Locality("05953")).Id, (await world.Locality("09988")).Id);
        var mine = New(own);
        await Refused((db, other) => db.Agencies.AddRange(mine, New(other)));
        Assert.Equal(0L, (await world.Everything("select count(*) from agencies where tenant_id in ($1, $2) and id = $3", own, foreign, mine.Id))[0][0]);
    }

    [Fact]
    public async Task A_scope_that_only_reads_saves_nothing()
    {
        var province = await world.Locality("19");
        foreach (var enter in (Action<TenantScope>[])[_ => { }, s => s.EnterNation(), s => s.EnterProvince(province, province), s => s.EnterProvince(province)])
            await Assert.ThrowsAsync<ForeignTenantException>(() => world.InScope(enter, db =>
            {
                db.Agencies.Add(New(province.Id));
                return db.SaveChangesAsync(Cancellation);
            }));
    }

    [Fact]
    public async Task A_vendor_changes_figures_and_learners_but_no_plan()
    {
        var tenant = (await world.Locality("05953")).Id;
        await Assert.ThrowsAsync<ForeignTenantException>(() => world.InScope(s => s.EnterIntake(1), db =>
        {
            db.Populations.Add(new Population { TenantId = tenant, Code = "Adults", Year = 2099, People = 1, Source = "vendor" });
            return db.SaveChangesAsync(Cancellation);
        }));
        var scope = new TenantScope();
        scope.EnterIntake(1);
        Assert.True(scope.MayWrite(Learner(tenant)));
        Assert.False(scope.MayWrite(New(tenant)));
    }

    [Fact]
    public async Task Saving_without_a_task_is_refused_too()
    {
        var foreign = (await world.Locality("09988")).Id;
        var own = await world.Locality("05953");
        await using var work = world.Instance.App.Services.CreateAsyncScope();
        work.ServiceProvider.GetRequiredService<TenantScope>().EnterTenant(own);
        await using var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        db.Agencies.Add(New(foreign));
#pragma warning disable xUnit1051, CA1849, MA0042, VSTHRD103 // the point of the test: the synchronous way is guarded too
        Assert.Throws<ForeignTenantException>(() => db.SaveChanges());
#pragma warning restore xUnit1051, CA1849, MA0042, VSTHRD103
    }

    private async Task Refused(Action<PlatformDb, short> change)
    {
        var (own, foreign) = (await world.Locality("05953"), await world.Locality("09988"));
        await Assert.ThrowsAsync<ForeignTenantException>(() => world.InScope(s => s.EnterTenant(own), db =>
        {
            change(db, foreign.Id);
            return db.SaveChangesAsync(Cancellation);
        }));
    }

    private static Agency New(short tenant) => new() { TenantId = tenant, Id = Guid.CreateVersion7(), Key = $"k-{Guid.NewGuid():N}", Name = "Kẻ lạ", Kind = AgencyKind.Police };

    private static Learner Learner(short tenant) => new()
    {
        Id = Guid.NewGuid(),
        TenantId = tenant,
        Audience = Audience.Citizens,
        FirstAt = DateTimeOffset.UtcNow,
        LatestAt = DateTimeOffset.UtcNow,
        FirstCourseId = 1,
    };
}
