using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Npgsql;
using Platform.Access;
using Platform.CommandLine;
using Platform.Database;

namespace Platform.Tests.Isolation;

/// <summary>No GET writes: asked of a server whose database refuses to.</summary>
public sealed class ReadingTests(World world)
{
    [Fact]
    public async Task Every_GET_but_those_that_leave_an_audit_entry_is_answered_where_nothing_can_be_written()
    {
        var ground = await Ground.Of(world);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "Platform" });
        builder.LeaveWork();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var database = new DatabaseOptions
        {
            OwnerConnection = world.Instance.Database.OwnerConnection,
            ApplicationConnection = new NpgsqlConnectionStringBuilder(world.Instance.Database.ApplicationConnection) { Options = "-c default_transaction_read_only=on" }.ConnectionString,
        };
        await using var readOnly = Server.Build(builder, database, Secrets.InFolder(world.Folder));
        await readOnly.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(readOnly.Urls.First()) };

        var asked = 0;
        var failures = new ConcurrentQueue<string>();
        var addresses = (await Operation.All(world)).Where(o => o.Method == "GET" && !o.LeavesEntry && !Policy.SessionsOnly(o))
            .Select(o => (Address: o.At(ground[Place.Own].Code, w => ground[Place.Own].Ids.GetValueOrDefault(w, "khong-co")) + Policy.Query(o), o.Needs?.Scope, ForOperators: Policy.OnlyOperators.Contains(o.Name)))
            .Concat((await AnalyticsMatrixTests.Model(world)).Select(s => ($"/odata/{s.Name}?$top=3&$count=true", (string?)Scopes.Read, false)))
            .Append(("/odata/audit/Entries?$top=3", Scopes.Audit, false));
        foreach (var (address, scope, forOperators) in addresses)
        {
            foreach (var caller in ground.Callers.Values.Where(c => (scope is null || Policy.Carries[c.Role].Contains(scope)) && (!forOperators || c.Role == Role.Operator)))
            {
                var (status, text) = await MatrixTests.Ask(client, "GET", address, caller.Good, null);
                asked++;
                if (status >= 500 || (status >= 400 && status != 404))
                    failures.Enqueue($"{caller.Role} {address}: {status} {text[..Math.Min(200, text.Length)]}");
            }
        }

        Assert.True(asked > 100, $"{asked} asked");
        Assert.Empty(failures);

        // That nothing can be written there is seen from what does write.
        var (refused, _) = await MatrixTests.Ask(client, "POST", $"/v1/localities/{ground[Place.Own].Code}/villages", ground.Callers[Role.CommuneAdmin].Good, """{"kind":"Xóm","name":"Không ghi được"}""");
        Assert.Equal(500, refused);
        await readOnly.StopAsync(TestContext.Current.CancellationToken);
    }
}
