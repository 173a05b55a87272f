using System.Net;
using System.Net.Sockets;
using Platform.Analytics;
using Platform.Database;
using Platform.Http;
using Platform.SampleData;
using Platform.VendorPage;

namespace Platform.CommandLine;

/// <summary>
/// The whole product on one machine with nothing to set up: embedded PostgreSQL, schema, localities, sample data, server. What
/// <c>serve</c> runs in Development and what the tests run. Stops everything it started.
/// </summary>
internal sealed class DevelopmentInstance : IAsyncDisposable
{
    private readonly DevelopmentDatabase database;

    private DevelopmentInstance(DevelopmentDatabase database, WebApplication app, string address, string credentials) =>
        (this.database, App, Address, CredentialsFile) = (database, app, address, credentials);

    internal WebApplication App { get; }

    internal string Address { get; }

    internal string CredentialsFile { get; }

    internal DatabaseOptions Database => database.Options;

    internal string SuperuserConnection => database.SuperuserConnection;

    internal static async Task<DevelopmentInstance> Start(string dataFolder, string urls, Action<string> say, CancellationToken cancellation)
    {
        RefuseTakenPort(urls);
        Directory.CreateDirectory(dataFolder);
        var database = await DevelopmentDatabase.Start(dataFolder, say, cancellation);
        WebApplication? app = null;
        try
        {
            say($"Started {database.Description}");
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions
            {
                EnvironmentName = Environments.Development,
                ContentRootPath = AppContext.BaseDirectory,
                ApplicationName = typeof(DevelopmentInstance).Assembly.GetName().Name,
            });
            builder.WebHost.UseUrls(urls);
            builder.Configuration["Imports:Folder"] ??= Path.Combine(dataFolder, "imports");
            app = Server.Build(builder, database.Options, Secrets.InFolder(dataFolder));
            if (!await StartCheck.IsMigrated(app.Services, cancellation))
                await new Migration(database.Options).Apply(say, cancellation);
            await StartCheck.Run(app.Services, cancellation);
            var sample = new SampleLoader(app.Services);
            if (!await sample.HasData(cancellation))
                await sample.Load(say, cancellation);
            await app.StartAsync(cancellation);
            var address = app.Urls.First().TrimEnd('/');
            var credentials = await SampleCredentials.Write(app.Services, dataFolder, address, cancellation);
            return new DevelopmentInstance(database, app, address, credentials);
        }
        catch
        {
            if (app is not null)
                await app.DisposeAsync();
            await database.DisposeAsync();
            throw;
        }
    }

    // Said before the database is touched: a second start on the same port is the commonest mistake.
    private static void RefuseTakenPort(string urls)
    {
        foreach (var address in urls.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(BindingAddress.Parse).Where(a => a.Port > 0))
        {
            try
            {
                using var probe = new TcpListener(address.Host == "127.0.0.1" ? IPAddress.Loopback : IPAddress.Any, address.Port);
                probe.Start();
            }
            catch (SocketException taken)
            {
                throw new InvalidOperationException($"Port {address.Port} is in use. Stop what listens there, or choose another: --urls http://127.0.0.1:8081", taken);
            }
        }
    }

    /// <summary>The start-up message.</summary>
    internal string Welcome() => $"""

        Platform is ready: {Address}
          API               {Address}/v1/localities?province=19&search=kha%20son
          Documentation     {Address}{Documentation.Page}
          OData             {Address}{AnalyticsApi.Prefix}/$metadata
          Questions         {Address}{QuestionPage.Address}
          Vendors           {Address}{VendorExamples.Address}
          Credentials       {CredentialsFile}
          Press Ctrl-C to stop.
        """;

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        await database.DisposeAsync();
    }
}
