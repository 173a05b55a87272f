using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Platform.CommandLine;
using Platform.Database;
using Platform.SampleData;

namespace Platform.Tests.Database;

/// <summary>
/// The main job on SQL Server. Runs where PLATFORM_TEST_SQLSERVER_OWNER and PLATFORM_TEST_SQLSERVER name an empty database, as its
/// owner and as a user of the role platform_app; is skipped, visibly, elsewhere.
/// </summary>
public sealed class SqlServerTests
{
    [Fact]
    public async Task The_main_job_runs_on_SQL_Server_where_a_connection_string_is_given()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (owner, application) = (Environment.GetEnvironmentVariable("PLATFORM_TEST_SQLSERVER_OWNER"), Environment.GetEnvironmentVariable("PLATFORM_TEST_SQLSERVER"));
        Assert.SkipWhen(owner is null || application is null, "No SQL Server here: set PLATFORM_TEST_SQLSERVER_OWNER and PLATFORM_TEST_SQLSERVER to run this.");

        var database = new DatabaseOptions { Provider = DatabaseProvider.SqlServer, OwnerConnection = owner, ApplicationConnection = application };
        await new Migration(database).Apply(_ => { }, cancellation);
        var folder = Directory.CreateTempSubdirectory("platform-sqlserver-").FullName;
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = Server.Build(builder, database, Secrets.InFolder(folder));
        await StartCheck.Run(app.Services, cancellation);
        var sample = new SampleLoader(app.Services);
        if (!await sample.HasData(cancellation))
            await sample.Load(_ => { }, cancellation);
        await app.StartAsync(cancellation);
        await SampleCredentials.Write(app.Services, folder, app.Urls.First(), cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var credentials = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, SampleCredentials.FileName), cancellation))!["clients"]!["thaiNguyenViewer"]!;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = (string)credentials["clientId"]!,
            ["client_secret"] = (string)credentials["clientSecret"]!,
        });
        using var token = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form, cancellation);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (string)(await token.Content.ReadFromJsonAsync<JsonObject>(cancellation))!["access_token"]!);

        var progress = await client.GetFromJsonAsync<JsonObject>("/odata/TargetProgress?$filter=LocalityCode eq '05953'&$count=true", cancellation);
        Assert.Equal(9, (int)progress!["@odata.count"]!);
        var foreign = await client.GetFromJsonAsync<JsonObject>("/odata/Plans?$filter=ProvinceCode ne '19'&$count=true", cancellation);
        Assert.Equal(0, (int)foreign!["@odata.count"]!);
        Directory.Delete(folder, recursive: true);
    }
}
