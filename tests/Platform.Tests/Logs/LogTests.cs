using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Platform.Access;
using Platform.CommandLine;
using Platform.Database;
using Platform.Http;
using Platform.Tests.Access;
using Platform.Tests.Imports;
using Platform.Tests.Learning;

namespace Platform.Tests.Logs;

/// <summary>
/// A server that logs everything it can, with the database told to show values in its faults, is sent marked persons and secrets every way
/// there is. Nothing of them may be in any log, the database's own included.
/// </summary>
[Collection("Deliveries")] // its server takes deliveries too, and makes none to this machine
public sealed class LogTests(World world)
{
    private static readonly string[] Categories =
        ["Default", "Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Server.Kestrel.BadRequests", "Microsoft.AspNetCore.DataProtection", "Microsoft.EntityFrameworkCore", "Npgsql", "Microsoft.Extensions.Hosting.Internal.Host"];

    private readonly string token = $"{Guid.NewGuid():N}"[..10];
    private readonly List<string> secrets = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task At_every_level_and_in_every_fault_no_log_names_a_person_or_shows_a_secret()
    {
        var lines = new LogLines();
        var (citizen, phone) = (Hidden($"079{Random.Shared.NextInt64(1_000_000_000):D9}"), $"09{Random.Shared.Next(100_000_000):D8}");
        Hidden(phone[1..]); // with 0 or with +84 in front
        Hidden(token); // in every name, address, id and password below
        await using (var server = await Start(lines))
        {
            var address = server.Urls.First();
            var commune = (await world.FreshCommune()).Code;
            await Push(address, commune, citizen, phone);
            await ComeAndGo(address, commune, phone);
            await AskAboutThemselves(address, commune, citizen, phone);
            await Break(address, phone);
        }

        var all = lines.All;
        Assert.Contains(all, l => l.Contains("/v1/completions", StringComparison.Ordinal)); // it did log
        Assert.Contains(all, l => l.Contains("23505", StringComparison.Ordinal)); // and the fault, too
        foreach (var secret in secrets)
            Assert.All(all, line => Assert.False(line.Contains(secret, StringComparison.OrdinalIgnoreCase), $"«{secret}» is in: {line[..Math.Min(2_000, line.Length)]}"));
        foreach (var file in Directory.EnumerateFiles(world.Folder, "*.log", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            var text = await reader.ReadToEndAsync(Cancellation);
            Assert.All(secrets, secret => Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"«{secret}» is in {file}"));
        }
    }

    private string Hidden(string secret)
    {
        secrets.Add(secret);
        return secret;
    }

    private async Task<WebApplication> Start(LogLines lines)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "Platform" });
        foreach (var category in Categories)
            builder.Configuration[$"Logging:LogLevel:{category}"] = "Trace";
        builder.Configuration["Imports:Folder"] = Path.Combine(world.Folder, "imports");
        builder.Logging.ClearProviders().AddProvider(lines);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var connection = new NpgsqlConnectionStringBuilder(world.Instance.Database.ApplicationConnection) { IncludeErrorDetail = true, LogParameters = true, IncludeFailedBatchedCommand = true };
        var server = Server.Build(builder, new DatabaseOptions { ApplicationConnection = connection.ConnectionString }, Secrets.InFolder(world.Folder));
        await server.StartAsync(Cancellation);
        return server;
    }

    private async Task Push(string address, string commune, string citizen, string phone)
    {
        var (id, secret) = await world.Register(Role.Vendor, commune);
        await Refused(address, id, Hidden($"sai-{token}"));
        using var vendor = await Newcomers.SignedIn(address, id, Hidden(secret));
        Hidden(vendor.DefaultRequestHeaders.Authorization!.Parameter!);
        using var batch = new Batch(world, vendor, commune);
        JsonObject[] rows =
        [
            batch.Row($"hv-{token}", citizen), batch.Row($"hv-{token}", citizen, change: r => r["course"] = $"K-{token}"), batch.Row($"hv-{token}", $"{citizen}9"),
            batch.Row($"hv-{token}", change: r => r["audience"] = token), batch.Row($"hv-{token}", change: r => r["learner"]!["name"] = $"Trần Thị {token}"),
        ];
        var answer = await batch.Push(rows);
        Assert.Equal(("1", "4"), (answer.Text("created"), answer.Text("rejected")));
        await batch.Push("?dryRun=true", rows[0]);
        await vendor.Send(HttpMethod.Post, "/v1/completions", $"[{{\"id\":\"a\",\"learner\":{{\"citizenId\":\"{citizen}\" {token}").Problem(Problems.MalformedBody);
        await vendor.Stream(Sending.Lines(rows) + $"{{\"learner\": {citizen} {token}\n");
        using (var sent = await vendor.Post("/v1/completions", "text/csv", Table(commune, citizen)))
            Assert.Equal("1", (await sent.Body(HttpStatusCode.OK)).Text("rejected"));
        await vendor.Until(await vendor.Import("text/csv", Table(commune, citizen), $"?name={token}.csv"), "Done");
        await vendor.Until(await vendor.Import("application/x-ndjson", Sending.Lines(rows)), "Done");
        await vendor.Rows($"/v1/completions?id=lms-{token}");
        await vendor.Send(HttpMethod.Get, $"/v1/completions?limit={phone}").Problem(Problems.BadParameter);
        using var hook = await vendor.Send(HttpMethod.Post, "/v1/webhooks", new { url = $"https://{Guid.NewGuid():N}.invalid/x?key={token}", description = "x" });
        Hidden((await hook.Body(HttpStatusCode.Created)).Text("secret")!);
    }

    private string Table(string commune, string citizen) =>
        $"id,learner.id,learner.citizenId,locality,course,audience,completedAt\nt-1,hv-{token},{citizen},{commune},KNS-CD-01,Citizens,hôm {token}\n";

    private static async Task Refused(string address, string id, string secret)
    {
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = id, ["client_secret"] = secret });
        using var answer = await client.PostAsync(new Uri("/connect/token", UriKind.Relative), form, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private async Task ComeAndGo(string address, string commune, string phone)
    {
        var admin = await world.NewPerson(Role.CommuneAdmin, commune);
        using var browser = new Browser(address);
        await browser.TrySignIn($"{token}@example.vn", $"nhầm {token}").Problem(Problems.SignInRefused);
        await browser.SignIn(admin, Hidden(NewPeople.Password));
        foreach (Cookie cookie in browser.Cookies.GetAllCookies())
            Hidden(cookie.Value);
        foreach (var contact in (string[])[$"{token}@example.vn", phone])
        {
            using var sent = await browser.Client.Send(HttpMethod.Post, "/v1/invitations", new { contact, role = "CommuneAdmin", locality = commune });
            var link = Hidden((await sent.Body(HttpStatusCode.Created)).Text("token")!);
            using var guest = new Browser(address);
            await guest.Client.Send(HttpMethod.Post, "/v1/invitations/acceptance", new { token = link, name = $"Trần Thị {token}", password = token }).Problem(Problems.Invalid);
            using (var admitted = await guest.Client.Send(HttpMethod.Post, "/v1/invitations/acceptance", new { token = link, name = $"Trần Thị {token}", password = $"mùa xuân trên bản {token}" }))
                await admitted.Body(HttpStatusCode.Created);
            await guest.SignIn(contact, $"mùa xuân trên bản {token}");
            using var made = await guest.Client.Send(HttpMethod.Post, "/v1/personal-access-tokens", new { name = token, expiresAt = DateTimeOffset.UtcNow.AddDays(1) });
            using var excel = new HttpClient { BaseAddress = new Uri(address) };
            var password = Hidden((await made.Body(HttpStatusCode.Created)).Text("token")!);
            excel.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Hidden(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{token}:{password}"))));
            await excel.Rows($"/odata/Communes?$top=1&$filter=contains(Name,'{token}')");
        }
    }

    private async Task AskAboutThemselves(string address, string commune, string citizen, string phone)
    {
        var (id, secret) = await world.Register(Role.CommuneAdmin, commune);
        using var requests = new PersonalData.Requests(await Newcomers.SignedIn(address, id, Hidden(secret)), commune);
        await requests.Record("Access", PersonalData.Requests.Citizen(citizen), $"Gọi {phone}, Trần Thị {token}");
        await requests.Admin.Send(HttpMethod.Post, requests.Path, new { kind = "Access", person = new { citizenNumber = $"{citizen}0" }, channel = "Post" }).Problem(Problems.Invalid);
        var export = await requests.Begin("Access", PersonalData.Requests.Citizen(citizen));
        await requests.Admin.Read($"{requests.Path}/{export}/export");
        await requests.Step(await requests.Begin("Erasure", PersonalData.Requests.Citizen(citizen)), "erasure");
    }

    // A row that another holds makes a fault whose message the database would fill with the key; a broken request shows its header.
    private async Task Break(string address, string phone)
    {
        var (id, secret) = await world.Register(Role.Operator, [null]);
        using var platform = await Newcomers.SignedIn(address, id, Hidden(secret));
        await platform.Rows($"/v1/grants?holder={token}@example.vn");
        await using var connection = new NpgsqlConnection(world.Superuser());
        await connection.OpenAsync(Cancellation);
        await using (var hold = await connection.BeginTransactionAsync(Cancellation))
        {
            await connection.Query("insert into accounts (kind, key, name, created_at, created_by) values ('Client', $1, 'x', now(), 'test')", phone);
            var sent = platform.Send(HttpMethod.Post, "/v1/clients", new { clientId = phone, name = "x" });
            while ((await world.Everything("select 1 from pg_stat_activity where $1 = any(pg_blocking_pids(pid))", connection.ProcessID)).Count == 0)
                await Task.Delay(20, Cancellation);
            await hold.CommitAsync(Cancellation);
            await sent.Problem(Problems.Met);
        }

        await world.Everything("delete from accounts where key = $1", phone);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(address).Port, Cancellation);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"GET /v1/me?x={token} HTTP/1.1\r\nHost: x\r\nAuthorization {token}\u0001\r\n\r\n"), Cancellation);
        using var reader = new StreamReader(stream);
        Assert.Contains("400", await reader.ReadLineAsync(Cancellation), StringComparison.Ordinal);
    }
}
