using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Npgsql;
using Platform.CommandLine;
using Platform.Database;

namespace Platform.Tests.Access;

/// <summary>The keys in the database, encrypted by a certificate; on a database of the test's own, because every server reads the keys of its database.</summary>
public sealed class KeyCertificateTests(World world)
{
    private readonly string folder = Directory.CreateTempSubdirectory("platform-certificates-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_are_written_under_the_certificate_and_read_under_it_or_as_the_former_one_only()
    {
        var name = $"keys_{Guid.NewGuid():N}";
        await world.Everything($"create database {name} owner platform_owner");
        try
        {
            var database = new DatabaseOptions { OwnerConnection = At(world.Instance.Database.OwnerConnection!), ApplicationConnection = At(world.Instance.Database.ApplicationConnection!) };
            await new Migration(database).Apply(_ => { }, Cancellation);
            var said = new List<string>();
            await FirstAccounts.AddOperator(database, "van-hanh", said.Add, Cancellation);
            var secret = said[1].Split(' ')[^1];
            var (first, second) = (Certificate("first"), Certificate("second"));

            string token;
            await using (var server = await Start(database, ("KeyCertificateFile", first), ("KeyCertificatePassword", "first")))
            {
                using var client = await Newcomers.SignedIn(server.Urls.First(), "van-hanh", secret);
                token = client.DefaultRequestHeaders.Authorization!.Parameter!;
            }

            await using (var connection = new NpgsqlConnection(At(world.Superuser())))
            {
                await connection.OpenAsync(Cancellation);
                var xml = (string)Assert.Single(await connection.Query("select xml::text from protection_keys"))[0]!;
                Assert.Contains("EncryptedData", xml, StringComparison.Ordinal);
                Assert.DoesNotContain("encryptedKey>", xml, StringComparison.Ordinal);
            }

            File.WriteAllText(Path.Combine(folder, "password"), "second\n");
            await using (var server = await Start(database, ("KeyCertificateFile", second), ("KeyCertificatePasswordFile", Path.Combine(folder, "password")), ("FormerKeyCertificateFile", first), ("FormerKeyCertificatePassword", "first")))
            {
                using var client = new HttpClient { BaseAddress = new Uri(server.Urls.First()) };
                client.DefaultRequestHeaders.Authorization = new("Bearer", token);
                Assert.Equal("van-hanh", (await client.Read("/v1/me")).Text("key"));
            }

            foreach (var settings in (IEnumerable<(string, string)[]>)[[], [("KeyCertificateFile", second), ("KeyCertificatePassword", "second")]])
                Assert.StartsWith("Refused to start", (await Assert.ThrowsAsync<InvalidOperationException>(() => Start(database, settings))).Message, StringComparison.Ordinal);
            foreach (var (file, password) in new[] { (first, "wrong"), (Path.Combine(folder, "password"), "x"), (Path.Combine(folder, "none"), "x") })
                Assert.Contains("Secrets:KeyCertificateFile", (await Assert.ThrowsAsync<InvalidOperationException>(() => Start(database, ("KeyCertificateFile", file), ("KeyCertificatePassword", password)))).Message, StringComparison.Ordinal);
        }
        finally
        {
            await world.Everything($"drop database {name} with (force)");
            Directory.Delete(folder, recursive: true);
        }

        string At(string connection) => new NpgsqlConnectionStringBuilder(connection) { Database = name, MaxPoolSize = 5 }.ConnectionString;
    }

    private async Task<WebApplication> Start(DatabaseOptions database, params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "Platform" });
        foreach (var key in (string[])["PseudonymKey", "PagingKey", "TokenKey"])
            builder.Configuration[$"Secrets:{key}File"] = Path.Combine(world.Folder, key switch { "PseudonymKey" => "pseudonym.key", "PagingKey" => "paging.key", _ => "token.key" });
        builder.LeaveWork();
        foreach (var (name, value) in settings)
            builder.Configuration[$"Secrets:{name}"] = value;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = Server.Build(builder, database, Secrets.From(builder.Configuration));
        try
        {
            await StartCheck.Run(server.Services, Cancellation);
            await server.StartAsync(Cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private string Certificate(string name)
    {
        using var key = RSA.Create(2048);
        using var made = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        var file = Path.Combine(folder, $"{name}.pfx");
        File.WriteAllBytes(file, made.Export(X509ContentType.Pkcs12, name));
        return file;
    }
}
