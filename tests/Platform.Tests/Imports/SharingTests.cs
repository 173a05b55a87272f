using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Platform.Access;
using Platform.Http;
using Platform.Imports;
using Platform.Limits;
using Platform.Tests.Learning;

namespace Platform.Tests.Imports;

/// <summary>Vendors share the places where files are taken, and the folder where they wait.</summary>
public sealed class SharingTests(World world)
{
    private const string Csv = "text/csv";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_vendor_with_many_files_lets_another_go_first()
    {
        using var noisy = await Batch.Start(world);
        using var quiet = await Batch.Start(world);
        var sent = new List<string>();
        for (var i = 0; i < 12; i++)
            sent.Add(await noisy.Client.Import(Csv, Importing.Table(noisy.Commune, 6_000, $"n{i}")));
        Assert.Equal("Done", (await quiet.Client.Until(await quiet.Client.Import(Csv, Importing.Table(quiet.Commune, 10)), "Done")).Text("state"));
        var last = await noisy.Client.Read(sent[^1]);
        Assert.Equal("Waiting", last.Text("state"));
        foreach (var import in sent)
            (await noisy.Client.Send(HttpMethod.Put, $"{import}/cancellation")).Dispose();
    }

    [Fact]
    public async Task Who_has_sent_more_than_its_budget_leaves_its_places_to_others_until_it_may_go_on()
    {
        var commune = (await world.FreshCommune()).Code;
        var (id, secret) = await world.Register(Role.Vendor, commune);
        using var throttled = await world.SignedIn(id, secret);
        using var quiet = await Batch.Start(world);
        var limits = world.Instance.App.Services.GetRequiredService<IOptions<LimitOptions>>().Value;
        limits.Weights = new Dictionary<string, double>(limits.Weights) { [id] = 0.01 };
        var sent = new List<string>();
        for (var i = 0; i < 3; i++)
            sent.Add(await throttled.Import(Csv, Importing.Table(commune, 20_000, $"t{i}")));
        await quiet.Client.Until(await quiet.Client.Import(Csv, Importing.Table(quiet.Commune, 10)), "Done");
        foreach (var import in sent)
            Assert.NotEqual("Done", (await throttled.Read(import)).Text("state"));

        // Once it may send again it goes on where it was.
        limits.Weights = limits.Weights.Where(w => w.Key != id).ToDictionary();
        foreach (var import in sent)
            Assert.Equal((20_000m, 20_000m), (await throttled.Until(import, "Done")) is var done ? (done.Number("rows"), done.Number("created")) : default);
    }

    [Fact]
    public async Task A_run_leaves_its_place_after_a_while_when_another_vendor_waits_for_one()
    {
        var services = world.Instance.App.Services;
        var clock = new Ahead();
        var places = new ImportPlaces(services.GetRequiredService<IServiceScopeFactory>(), services.GetRequiredService<IntakeTurns>(), services.GetRequiredService<ImportOptions>(), clock);
        var (id, _) = await world.Register(Role.Vendor, "05953");
        var caller = (await services.GetRequiredService<Callers>().Find(id, Cancellation))!;
        // A lease that is free for this clock only, which is half a day ahead of the server's.
        var waiting = Guid.NewGuid();
        await world.Everything("insert into import_leases (import_id, vendor_id, until, attempts) values ($1, 31999, now() + interval '1 hour', 0)", waiting);
        var (young, slow) = (places.Begin(new ImportLease { VendorId = caller.Vendor!.Value }, TimeSpan.Zero), places.Begin(new ImportLease { VendorId = caller.Vendor!.Value }, TimeSpan.FromSeconds(10)));
        Assert.False(await young.IsOver(caller, Cancellation));
        clock.Passed = TimeSpan.FromSeconds(5);
        Assert.Equal((true, false), (await young.IsOver(caller, Cancellation), await slow.IsOver(caller, Cancellation)));
        clock.Passed = TimeSpan.FromSeconds(60);
        Assert.True(await slow.IsOver(caller, Cancellation));
        await world.Everything("delete from import_leases where import_id = $1", waiting);
    }

    [Fact]
    public async Task A_vendor_may_have_so_many_files_waiting_and_is_told_what_to_do()
    {
        using var batch = await Batch.Start(world);
        using var other = await batch.OtherVendor();
        var vendor = await VendorOf(batch);
        await world.Everything("insert into import_leases (import_id, vendor_id, until, attempts) select gen_random_uuid(), $1, '9999-01-01Z', 0 from generate_series(1, 100)", vendor);
        using (var refused = await batch.Client.SendFile(Csv, Encoding.UTF8.GetBytes(Importing.Table(batch.Commune, 1))))
        {
            Assert.Equal(Problems.TooManyFilesWaiting.Code, (await refused.Body(HttpStatusCode.TooManyRequests)).Text("code"));
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        await other.Client.Import(Csv, Importing.Table(other.Commune, 1, "other"));
        await world.Everything("delete from import_leases where import_id = (select import_id from import_leases where vendor_id = $1 limit 1)", vendor);
        await batch.Client.Until(await batch.Client.Import(Csv, Importing.Table(batch.Commune, 1)), "Done");
        await world.Everything("delete from import_leases where vendor_id = $1", vendor);
    }

    [Fact]
    public async Task What_a_vendor_has_waiting_is_counted_in_bytes_however_their_length_is_declared()
    {
        using var batch = await Batch.Start(world);
        var (vendor, waiting) = (await VendorOf(batch), Guid.NewGuid());
        var options = world.Instance.App.Services.GetRequiredService<ImportOptions>();
        await world.Everything("insert into import_leases (import_id, vendor_id, until, attempts) values ($1, $2, '9999-01-01Z', 0)", waiting, vendor);
        var path = Path.Combine(options.Folder, $"{waiting}.sealed");
        Directory.CreateDirectory(options.Folder);
        var most = options.WaitingBytes;
        options.WaitingBytes = 32 << 20; // more than other tests' vendors send
        await using (var file = new FileStream(path, FileMode.CreateNew))
            file.SetLength(options.WaitingBytes - 1_000); // a hole: it takes no room
        using (var chunked = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/imports?name=large.csv", UriKind.Relative)) { Content = new StringContent(Importing.Table(batch.Commune, 5_000), Encoding.UTF8, Csv) })
        {
            chunked.Headers.TransferEncodingChunked = true;
            await batch.Client.SendAsync(chunked, Cancellation).Problem(Problems.TooManyFilesWaiting);
        }

        Assert.Empty(await batch.Client.Rows("/v1/imports"));
        await batch.Client.Until(await batch.Client.Import(Csv, Importing.Table(batch.Commune, 1)), "Done");
        options.WaitingBytes = most;
        await world.Everything("delete from import_leases where import_id = $1", waiting);
        File.Delete(path);
    }

    private async Task<object> VendorOf(Batch batch)
    {
        var row = batch.Row();
        await batch.Store(row);
        return (await world.Everything("select vendor_id from completions where external_id = $1", row.Text("id")!))[0][0]!;
    }

    private sealed class Ahead : TimeProvider
    {
        internal TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddHours(12);
    }
}
