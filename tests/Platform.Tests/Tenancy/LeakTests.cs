using System.Net;
using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Tenancy;

namespace Platform.Tests.Tenancy;

/// <summary>How others have shown one tenant another's rows: what is pooled, what is cached, who runs without a tenant, codes that begin alike.</summary>
public sealed class LeakTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_context_that_is_handed_out_again_knows_nothing_of_the_tenant_before()
    {
        var pool = new Contexts(world.Instance.Database);
        var (one, other) = (await world.Locality("05953"), await world.Locality("09988"));
        PlatformDb used;
        await using (used = pool.Open(Scope(one)))
        {
            Assert.NotEmpty(await used.Agencies.ToListAsync(Cancellation));
            used.BeforeCommit = _ => throw new InvalidOperationException("The work of another.");
            used.Database.SetCommandTimeout(7);
            used.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            used.ChangeTracker.AutoDetectChangesEnabled = false;
            await used.Database.BeginTransactionAsync(Cancellation);
            used.Villages.Add(new Village { TenantId = one.Id, Id = Guid.CreateVersion7(), Kind = "Xóm", Name = "Dở dang" });
            await used.Database.ExecuteSqlAsync($"insert into villages (tenant_id, id, kind, name) values ({one.Id}, gen_random_uuid(), 'Xóm', 'Dở dang')", Cancellation);
        }

        await using var again = pool.Open(Scope(other));
        Assert.Same(used, again);
        Assert.Equal((other.Id, null, null), (again.Scope.Tenant!.Value, again.BeforeCommit, again.Database.CurrentTransaction));
        Assert.Empty(again.ChangeTracker.Entries());
        Assert.NotEqual(7, again.Database.GetCommandTimeout());
        Assert.Equal(QueryTrackingBehavior.TrackAll, again.ChangeTracker.QueryTrackingBehavior);
        Assert.True(again.ChangeTracker.AutoDetectChangesEnabled);
        Assert.Null(await again.Agencies.FindAsync([one.Id, (await SomeAgency(one.Id))], Cancellation));
        Assert.All(await again.Agencies.ToListAsync(Cancellation), a => Assert.Equal(other.Id, a.TenantId));
        Assert.Equal([other.Id], await again.Tasks.IgnoreQueryFilters().Select(t => t.TenantId).Distinct().ToListAsync(Cancellation));
        Assert.Equal(0, await again.SaveChangesAsync(Cancellation));
        Assert.Equal(0L, (await world.Everything("select count(*) from villages where name = 'Dở dang'"))[0][0]);
    }

    [Fact]
    public async Task Two_units_of_work_whose_commands_alternate_on_one_connection_see_their_own_rows()
    {
        // As behind a pooler that lends a connection for each transaction: the settings are local to it.
        var options = new DatabaseOptions
        {
            OwnerConnection = world.Instance.Database.OwnerConnection,
            ApplicationConnection = new Npgsql.NpgsqlConnectionStringBuilder(world.Instance.Database.ApplicationConnection) { MaxPoolSize = 1, NoResetOnClose = true, ApplicationName = "alternating" }.ConnectionString,
        };
        var pool = new Contexts(options);
        var (one, other) = (await world.Locality("05953"), await world.Locality("09988"));
        await using var first = pool.Open(Scope(one));
        await using var second = pool.Open(Scope(other));
        await using var nobody = pool.Open();
        var servers = new HashSet<int>();
        for (var turn = 0; turn < 8; turn++)
        {
            foreach (var (db, expected) in ((PlatformDb, short[])[])[(first, [one.Id]), (nobody, []), (second, [other.Id]), (nobody, [])])
            {
                await using var transaction = turn % 2 == 0 ? await db.Database.BeginTransactionAsync(Cancellation) : null;
                Assert.Equal(expected, await db.Tasks.IgnoreQueryFilters().Select(t => t.TenantId).Distinct().ToListAsync(Cancellation));
                servers.Add(await db.Database.SqlQueryRaw<int>("select pg_backend_pid() as \"Value\"").SingleAsync(Cancellation));
            }
        }

        Assert.Single(servers);
    }

    [Fact]
    public async Task Work_in_the_background_without_a_tenant_sees_and_saves_no_tenants_row()
    {
        await world.Neighbours();
        await using var work = world.Instance.App.Services.CreateAsyncScope();
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        foreach (var table in await world.TenantTables())
        {
#pragma warning disable EF1002 // names from the catalogue
            Assert.Equal(0, await db.Database.SqlQueryRaw<int>($"select count(*)::int as \"Value\" from {table}").SingleAsync(Cancellation));
#pragma warning restore EF1002
        }

        db.Agencies.Add(new Agency { TenantId = (await world.Locality("05953")).Id, Id = Guid.CreateVersion7(), Key = "nen", Name = "Việc nền", Kind = AgencyKind.Police });
        await Assert.ThrowsAsync<ForeignTenantException>(() => db.SaveChangesAsync(Cancellation));
    }

    [Fact]
    public async Task A_code_that_begins_like_the_callers_own_is_another_place()
    {
        using var province = await world.NewClient(Role.ProvinceViewer, "08");
        using var client = world.Anonymous();
        var alike = (await client.Rows("/v1/localities?province=01&level=Commune&limit=500")).Select(l => l.Text("code")!).Where(c => c.StartsWith("08", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(alike); // Hà Nội's communes whose codes begin with Tuyên Quang's
        foreach (var code in alike)
            await province.Send(HttpMethod.Get, $"/v1/localities/{code}/plans").Problem(Problems.UnknownLocality);
        Assert.Empty(await province.Rows("/odata/CompletionFacts?$filter=startswith(LocalityCode,'08') and ProvinceCode ne '08'"));

        using var commune = await world.As("khaSonAdmin");
        foreach (var code in (string[])["0595", "059530", "5953", "005953", "05953%20", "%2005953", "05953%00", "05953.0", "05953;", "０５９５３", "05953%0a"])
        {
            using var answer = await commune.Send(HttpMethod.Get, $"/v1/localities/{code}/plans");
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{code}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Tokens_that_are_known_already_open_for_their_own_caller_only()
    {
        var names = (string[])["khaSonAdmin", "hoaLacAdmin", "sampleVendor", "thaiNguyenViewer", "operator"];
        var tokens = new Dictionary<string, string>();
        foreach (var name in names)
            tokens[name] = await world.Token(name);
        using var client = world.Anonymous();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async turn =>
        {
            var name = names[turn % names.Length];
            Assert.Equal((HttpStatusCode.OK, world.Credentials(name).Id), await Me(client, tokens[name]));
        }));
        // Known ones are found by their whole text.
        foreach (var altered in (string[])[tokens["operator"][..^1], tokens["operator"] + "A", tokens["khaSonAdmin"][..^20] + tokens["operator"][^20..], tokens["operator"].ToUpperInvariant()])
            Assert.Equal(HttpStatusCode.Unauthorized, (await Me(client, altered)).Status);
    }

    [Fact]
    public async Task An_estimate_of_another_callers_question_changes_no_answer()
    {
        using var nation = await world.As("operator");
        using var one = await world.As("khaSonAdmin");
        using var other = await world.As("hoaLacAdmin");
        const string question = "/odata/Tasks?$count=true&$top=500&$orderby=LocalityCode&$select=LocalityCode&$filter=Ordinal ge 0";
        for (var turn = 0; turn < 2; turn++)
        {
            Assert.True((await nation.Rows(question)).Select(r => r.Text("LocalityCode")).Distinct().Count() > 1);
            Assert.Equal(["05953"], (await one.Rows(question)).Select(r => r.Text("LocalityCode")).Distinct());
            Assert.Equal(["09988"], (await other.Rows(question)).Select(r => r.Text("LocalityCode")).Distinct());
        }
    }

    private static async Task<(HttpStatusCode Status, string? Key)> Me(HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/me", UriKind.Relative)) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var answer = await client.SendAsync(request, Cancellation);
        return (answer.StatusCode, answer.StatusCode == HttpStatusCode.OK ? (await answer.Body(HttpStatusCode.OK)).Text("key") : null);
    }

    private async Task<Guid> SomeAgency(short tenant) => (Guid)(await world.Everything("select id from agencies where tenant_id = $1 limit 1", tenant))[0][0]!;

    private static TenantScope Scope(LocalityEntry locality)
    {
        var scope = new TenantScope();
        scope.EnterTenant(locality);
        return scope;
    }
}
