using System.CommandLine;
using Platform.Access;
using Platform.Audit;
using Platform.Database;
using Platform.Database.Embedded;
using Platform.SampleData;
using Platform.Tenancy;

namespace Platform.CommandLine;

/// <summary>The verbs of the one executable. Without a verb it serves.</summary>
internal static class Verbs
{
    internal static async Task<int> Run(string[] args)
    {
        var urls = new Option<string>("--urls") { Description = "Where to listen.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var data = new Option<string?>("--data") { Description = "Data folder of Development (also PLATFORM_DATA). Default: .data in the repository." };
        var script = new Option<bool>("--script") { Description = "Print the whole repeatable SQL script instead of running it." };
        var provider = new Option<DatabaseProvider?>("--provider") { Description = "With --script: PostgreSql or SqlServer." };
        var output = new Option<string?>("--output") { Description = "The file to write. Default: openapi/platform.v1.json in the repository." };

        var serve = new Command("serve", "Serve the API. In Development it brings its own PostgreSQL and sample data; elsewhere it needs a migrated database.") { urls, data };
        serve.SetAction((parsed, cancellation) => Guarded(() => Serve(parsed.GetValue(urls)!, DataFolder(parsed.GetValue(data)), cancellation)));
        var migrate = new Command("migrate", "Bring the database to the present schema, as its owner (ConnectionStrings:Owner).") { script, provider };
        migrate.SetAction((parsed, cancellation) => Guarded(() => Migrate(parsed.GetValue(script), parsed.GetValue(provider), cancellation)));
        var openapi = new Command("openapi", "Write the OpenAPI contract and, beside it, the OData metadata.") { output };
        openapi.SetAction((parsed, cancellation) => Guarded(() => OpenApi(parsed.GetValue(output) ?? Path.Combine(Repository() ?? ".", "openapi", "platform.v1.json"), cancellation)));
        var sample = new Command("sample", "Load the sample data into an empty, migrated database (ConnectionStrings:Application).") { data };
        sample.SetAction((parsed, cancellation) => Guarded(() => Sample(DataFolder(parsed.GetValue(data)), cancellation)));
        var id = new Argument<string>("client-id") { Description = "Its client_id, or the person's account key." };
        var person = new Option<bool>("--person") { Description = "A person instead of a client: prints a token for the first password, once." };
        var firstOperator = new Command("operator", "Register a client that operates the platform, as the owner of the database (ConnectionStrings:Owner), and print its secret once.") { id, person };
        firstOperator.SetAction((parsed, cancellation) => Guarded(() => (parsed.GetValue(person) ? FirstAccounts.AddPerson : (Func<DatabaseOptions, string, Action<string>, CancellationToken, Task>)FirstAccounts.AddOperator)(
            DatabaseOptions.From(Builder().Configuration), parsed.GetValue(id)!, Console.WriteLine, cancellation)));

        var verify = new Command("verify", "Count every figure again from the completions and name each difference; ends with 1 if there is any (ConnectionStrings:Verification; in Development the running server of the data folder).") { data };
        verify.SetAction((parsed, cancellation) => Guarded(() => Verify(DataFolder(parsed.GetValue(data)), cancellation)));

        var before = new Option<DateOnly>("--before") { Description = "Entries sealed before this day (UTC) are removed.", Required = true };
        var verifyAudit = new Command("verify", "Work every seal of the audit log out again; ends with 1 if one does not fit (ConnectionStrings:Application).");
        verifyAudit.SetAction((_, cancellation) => Guarded(() => VerifyAudit(cancellation)));
        var purgeAudit = new Command("purge", "Remove entries whose time of retention is over, as the owner (ConnectionStrings:Owner); their seals stay.") { before };
        purgeAudit.SetAction((parsed, cancellation) => Guarded(() => PurgeAudit(parsed.GetValue(before), cancellation)));
        var audit = new Command("audit", "The audit log.") { verifyAudit, purgeAudit };

        var root = new RootCommand("Platform: kế hoạch, chỉ tiêu, phân công và số liệu Bình dân học vụ số của mọi xã, phường.") { serve, migrate, openapi, sample, firstOperator, verify, audit };
        root.Options.Add(urls);
        root.Options.Add(data);
        root.SetAction((parsed, cancellation) => Guarded(() => Serve(parsed.GetValue(urls)!, DataFolder(parsed.GetValue(data)), cancellation)));
        // Longer than the host gives what is under way: two seconds, as is usual, would cut it off.
        return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
    }

    private static async Task Serve(string urls, string dataFolder, CancellationToken cancellation)
    {
        if (urls.Length == 0 || !urls.Split(';').All(u => Uri.TryCreate(u, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new InvalidOperationException($"--urls «{urls}» is no address such as http://127.0.0.1:8080.");
        if (IsDevelopment)
        {
            await using var instance = await DevelopmentInstance.Start(dataFolder, urls, Console.WriteLine, cancellation);
            Console.WriteLine(instance.Welcome());
            await instance.App.WaitForShutdownAsync(cancellation);
            return;
        }

        var builder = Builder();
        builder.WebHost.UseUrls(urls);
        var secrets = Secrets.From(builder.Configuration);
        await using var app = Server.Build(builder, DatabaseOptions.From(builder.Configuration), secrets);
        StartCheck.RefuseWeakness(secrets.FindWeakness() ?? app.Services.GetRequiredService<AccessOptions>().FindWeakness());
        await StartCheck.Run(app.Services, cancellation);
        await app.StartAsync(cancellation);
        Console.WriteLine($"Platform is ready: {app.Urls.First().TrimEnd('/')}");
        await app.WaitForShutdownAsync(cancellation);
    }

    private static async Task Migrate(bool script, DatabaseProvider? provider, CancellationToken cancellation)
    {
        var options = DatabaseOptions.From(Builder().Configuration);
        if (script)
            Console.Write(Migration.Script(provider ?? options.Provider, options.ApplicationRole));
        else
            await new Migration(options).Apply(Console.WriteLine, cancellation);
    }

    private static async Task Verify(string dataFolder, CancellationToken cancellation)
    {
        var configuration = Builder().Configuration;
        if (DatabaseOptions.From(configuration).Provider != DatabaseProvider.PostgreSql)
            throw new InvalidOperationException("verify is written for PostgreSQL.");
        var connection = configuration.GetConnectionString("Verification") ?? (IsDevelopment
            ? await DevelopmentDatabase.Running(dataFolder, cancellation) ?? throw new InvalidOperationException($"No server runs in {dataFolder}: start it first, or name its --data.")
            : throw new InvalidOperationException("ConnectionStrings:Verification is not configured: verify reads every row, as a role with BYPASSRLS that may only read."));
        if (await Verification.Run(connection, Console.WriteLine, cancellation) is var differences && differences > 0)
            throw new InvalidOperationException($"{differences:N0} figures differ from what the completions say.");
        Console.WriteLine("Every figure equals what the completions say.");
    }

    private static async Task VerifyAudit(CancellationToken cancellation)
    {
        await using var db = new Contexts(DatabaseOptions.From(Builder().Configuration)).Open(WholeAudit());
        if (await db.Verify(Console.WriteLine, cancellation) is var faults && faults > 0)
            throw new InvalidOperationException($"{faults:N0} faults: the audit log is not as it was sealed.");
        Console.WriteLine("The audit log is as it was sealed.");
    }

    private static async Task PurgeAudit(DateOnly before, CancellationToken cancellation)
    {
        await using var db = DatabaseOptions.From(Builder().Configuration).OpenAsOwner(WholeAudit());
        Console.WriteLine($"Removed {await db.Purge(new DateTimeOffset(before, TimeOnly.MinValue, TimeSpan.Zero), TimeProvider.System, cancellation):N0} entries.");
    }

    private static TenantScope WholeAudit()
    {
        var scope = new TenantScope();
        scope.EnterAudit();
        return scope;
    }

    private static async Task OpenApi(string output, CancellationToken cancellation)
    {
        var metadata = Path.Combine(Path.GetDirectoryName(output) ?? ".", "analytics.csdl.xml");
        await File.WriteAllTextAsync(output, await Contract(cancellation), cancellation);
        await File.WriteAllTextAsync(metadata, Analytics.AnalyticsModel.Contract(), cancellation);
        Console.WriteLine($"Wrote {output} and {metadata}");
    }

    /// <summary>The OpenAPI document, made without a database.</summary>
    internal static async Task<string> Contract(CancellationToken cancellation)
    {
        var builder = Builder();
        builder.Logging.ClearProviders(); // work in the background finds no database, and need not say so
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var database = new DatabaseOptions { ApplicationConnection = "Host=nowhere" };
        await using var app = Server.Build(builder, database, new Secrets(new byte[32], new byte[32], null));
        await app.StartAsync(cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        return (await client.GetStringAsync(new Uri("/openapi/platform.v1.json", UriKind.Relative), cancellation)).ReplaceLineEndings("\n") + "\n";
    }

    private static async Task Sample(string dataFolder, CancellationToken cancellation)
    {
        var builder = Builder();
        await using var app = Server.Build(builder, DatabaseOptions.From(builder.Configuration), Secrets.From(builder.Configuration));
        var sample = new SampleLoader(app.Services);
        if (await sample.HasData(cancellation))
            throw new InvalidOperationException("The database already holds data; sample data goes into an empty one only.");
        await sample.Load(Console.WriteLine, cancellation);
        Directory.CreateDirectory(dataFolder);
        Console.WriteLine(await SampleCredentials.Write(app.Services, dataFolder, "http://127.0.0.1:8080", cancellation));
    }

    // Settings lie beside the executable, wherever it is started from.
    private static WebApplicationBuilder Builder() =>
        WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });

    // Expected refusals are one clear line, not a stack trace.
    private static async Task<int> Guarded(Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or EmbeddedPostgresException or IOException or System.Data.Common.DbException
            or Microsoft.Extensions.Options.OptionsValidationException)
        {
            await Console.Error.WriteLineAsync($"platform: {e.Message}");
            return 1;
        }
    }

    private static bool IsDevelopment =>
        string.Equals(
            Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT"),
            Environments.Development, StringComparison.OrdinalIgnoreCase);

    private static string DataFolder(string? option)
    {
        var folder = option ?? Environment.GetEnvironmentVariable("PLATFORM_DATA");
        return Path.GetFullPath(string.IsNullOrWhiteSpace(folder) ? Path.Combine(Repository() ?? ".", ".data") : folder);
    }

    private static string? Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
                return folder.FullName;
        return null;
    }
}
