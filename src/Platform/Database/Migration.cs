using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Platform.Localities;

namespace Platform.Database;

/// <summary>
/// Brings a database to the present schema, as its owner: EF migrations, then views, row-level security and the application role's
/// rights, then the official list of localities. Repeatable; does nothing where nothing changed.
/// </summary>
public sealed class Migration(DatabaseOptions options)
{
    /// <summary>Applies what is missing and says what it did.</summary>
    public async Task Apply(Action<string> say, CancellationToken cancellation)
    {
        await using var db = options.OpenAsOwner();
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellation)).ToList();
        if (pending.Count > 0)
        {
            await RunAll(db, options.Dialect.DropObjects(), cancellation);
            await db.Database.MigrateAsync(cancellation);
            say($"Migrated: {string.Join(", ", pending)}");
        }

        await RunAll(db, options.Dialect.DropObjects(), cancellation);
        await RunAll(db, options.Dialect.CreateObjects(Model(db), options.ApplicationRole), cancellation);
        await new LocalityRegister(db).Load(say, cancellation);
    }

    /// <summary>The whole schema as one repeatable script, for operators who do not let programs change schemas.</summary>
    public static string Script(DatabaseProvider provider, string applicationRole)
    {
        using var db = DesignTime.Offline(provider);
        return new StringBuilder()
            .AppendLine(db.Dialect.DropObjects())
            .Append(provider == DatabaseProvider.SqlServer ? "go\n" : "")
            .AppendLine(db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent))
            .AppendLine(db.Dialect.CreateObjects(Model(db), applicationRole))
            .ToString().ReplaceLineEndings("\n");
    }

    private static IModel Model(PlatformDb db) => db.GetService<IDesignTimeModel>().Model;

    // SQL Server's scripts come in batches parted by a line «go».
    private static async Task RunAll(PlatformDb db, string script, CancellationToken cancellation)
    {
        foreach (var batch in script.ReplaceLineEndings("\n").Split("\ngo\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            await db.Database.OpenConnectionAsync(cancellation);
            command.CommandText = batch;
            await command.ExecuteNonQueryAsync(cancellation);
            await db.Database.CloseConnectionAsync();
        }
    }
}
