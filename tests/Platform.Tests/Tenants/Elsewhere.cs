using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Npgsql;
using Platform.Access;
using Platform.CommandLine;
using Platform.Database;

namespace Platform.Tests.Tenants;

/// <summary>
/// Another installation: a database, keys and a server of its own, with the world's courses and rules under other numbers, an operator, and a
/// vendor that the world has, too.
/// </summary>
internal sealed class Elsewhere : IAsyncDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"platform-elsewhere-{Guid.NewGuid():N}");
    private readonly string name = $"elsewhere_{Guid.NewGuid():N}"[..20];
    private readonly Dictionary<string, string> secrets = [];
    private readonly World world;
    private readonly DatabaseOptions database;
    private WebApplication? app;

    private Elsewhere(World world)
    {
        this.world = world;
        database = new DatabaseOptions
        {
            ApplicationRole = world.Instance.Database.ApplicationRole,
            OwnerConnection = Here(world.Instance.Database.OwnerConnection!),
            ApplicationConnection = Here(world.Instance.Database.ApplicationConnection!),
        };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>How its superuser connects.</summary>
    internal string Superuser => Here(world.Superuser());

    internal static async Task<Elsewhere> Build(World world)
    {
        var made = new Elsewhere(world);
        Directory.CreateDirectory(made.folder);
        await world.Everything($"create database {made.name} owner platform_owner");
        await world.Everything($"revoke all on database {made.name} from public");
        await world.Everything($"grant connect on database {made.name} to platform_app");
        await new Migration(made.database).Apply(_ => { }, Cancellation);
        string[] tables = ["courses", "framework_units", "framework_rules", "framework_rule_courses", "recomputations"];
        var all = (await world.Everything($"select {string.Join(", ", tables.Select(table => $"(select coalesce(jsonb_agg(t), '[]')::text from {table} t)"))}"))[0]; // of one moment
        foreach (var (table, rows) in tables.Zip(all.Cast<string>()))
        {
            await made.Everything($"insert into {table} select * from jsonb_populate_recordset(null::{table}, $1::jsonb)", table switch
            {
                "courses" => Moved(rows, "id"),
                "framework_rule_courses" => Moved(rows, "course_id"),
                _ => rows,
            });
        }

        return made;
    }

    /// <summary>Starts its server, which trusts a key and knows earlier pseudonym keys.</summary>
    internal async Task Serve(string? trusted, params byte[][] earlier)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "Platform" });
        builder.Configuration["Webhooks:Parallel"] = builder.Configuration["Imports:AtOnce"] = builder.Configuration["Audit:SealSeconds"] = "0";
        builder.Configuration["Imports:Folder"] = Path.Combine(folder, "imports");
        if (trusted is not null)
            builder.Configuration["Archives:TrustedKeys:0"] = trusted;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (app is not null)
            await app.DisposeAsync();
        app = Server.Build(builder, database, Secrets.InFolder(folder) with { EarlierPseudonymKeys = earlier });
        await app.StartAsync(Cancellation);
    }

    /// <summary>Signs a client in, registered with one grant when it is first asked for.</summary>
    internal async Task<HttpClient> Client(string id, Role role, string? locality = null)
    {
        if (!secrets.TryGetValue(id, out var secret))
        {
            secrets.Add(id, secret = ClientSecret.New());
            var place = locality is null ? null : (short?)(await Everything("select id from localities where code = $1", locality))[0][0];
            await using var db = database.OpenAsOwner();
            db.Accounts.Add(new Account
            {
                Key = id,
                Name = id,
                CreatedBy = "test",
                CreatedAt = DateTimeOffset.UtcNow,
                Secrets = { new ClientSecret { Hash = ClientSecret.HashOf(secret), CreatedAt = DateTimeOffset.UtcNow } },
                VendorId = role == Role.Vendor ? (short)3 : null,
                Grants = { new Grant { Role = role, TenantId = place, ValidFrom = DateTimeOffset.UtcNow.AddMinutes(-1), GrantedBy = "test" } },
            });
            await db.SaveChangesAsync(Cancellation);
        }

        return await Newcomers.SignedIn(app!.Urls.First(), id, secret);
    }

    internal async Task<List<object?[]>> Everything(string sql, params object[] values)
    {
        await using var connection = new NpgsqlConnection(Superuser);
        await connection.OpenAsync(Cancellation);
        return await connection.Query(sql, values);
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        await world.Everything($"drop database {name} with (force)");
        Directory.Delete(folder, recursive: true);
    }

    private string Here(string connection) => new NpgsqlConnectionStringBuilder(connection) { Database = name, MaxPoolSize = 10 }.ConnectionString;

    // The same courses, under numbers of its own.
    private static string Moved(string rows, string column)
    {
        var moved = System.Text.Json.Nodes.JsonNode.Parse(rows)!.AsArray();
        foreach (var row in moved)
            row![column] = row[column]!.GetValue<int>() + 1000;
        return moved.ToJsonString();
    }
}
