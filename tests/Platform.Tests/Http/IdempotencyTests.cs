using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Access;
using Platform.Http;
using Platform.Http.Idempotency;
using Platform.Tests.CommandLine;
using Platform.Tests.Learning;
using Platform.Tests.Shape;

namespace Platform.Tests.Http;

/// <summary>A POST with an Idempotency-Key is carried out once, however often, wherever and however interrupted it is sent.</summary>
public sealed class IdempotencyTests(World world)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_request_under_the_same_key_is_carried_out_once_and_answered_the_same()
    {
        var (admin, path) = await Commune();
        var key = NewKey();
        using var first = await Post(admin, path, key, Agency("Công an xã"));
        using var second = await Post(admin, path, $"\"{key}\"", Agency("Công an xã"));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancellation), await second.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.False(first.Headers.Contains(IdempotencyGate.Replayed));
        Assert.Equal("true", Assert.Single(second.Headers.GetValues(IdempotencyGate.Replayed)));
        Assert.Single(await admin.Rows(path));
    }

    [Fact]
    public async Task Another_request_under_the_key_is_refused_and_changes_nothing()
    {
        var (admin, path) = await Commune();
        var key = NewKey();
        (await Post(admin, path, key, Agency("Công an xã"))).Dispose();
        await Post(admin, path, key, Agency("Trạm y tế")).Problem(Problems.KeyOfAnotherRequest);
        await Post(admin, path.Replace("agencies", "villages", StringComparison.Ordinal), key, Agency("Công an xã")).Problem(Problems.KeyOfAnotherRequest);
        Assert.Single(await admin.Rows(path));
    }

    [Fact]
    public async Task What_is_kept_of_a_request_cannot_be_guessed_without_the_installations_key()
    {
        var (admin, path) = await Commune();
        var key = NewKey();
        var (body, type) = (Agency("Công an xã"), "application/json; charset=utf-8");
        (await Post(admin, path, key, body)).Dispose();
        var kept = (byte[])(await world.Everything("select request from stored_answers where key = $1", key))[0][0]!;
        Assert.NotEqual(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"POST {path}\n{type}\n\n{body.ToJsonString()}")), kept);
        var marks = new RequestMarks(Convert.FromBase64String(await File.ReadAllTextAsync(Path.Combine(world.Folder, "token.key"), Cancellation)), null);
        var request = new Microsoft.AspNetCore.Http.DefaultHttpContext().Request;
        (request.Method, request.Path, request.ContentType) = ("POST", path, type);
        var sent = new MemoryStream();
        sent.Write(Encoding.UTF8.GetBytes(body.ToJsonString()));
        Assert.Equal(kept, Assert.Single(marks.Of(request, sent)));
        Assert.DoesNotContain(kept, new RequestMarks(new byte[32], null).Of(request, sent));
        Assert.True(RequestMarks.Fit(kept, new RequestMarks(new byte[32], Convert.FromBase64String(await File.ReadAllTextAsync(Path.Combine(world.Folder, "token.key"), Cancellation))).Of(request, sent)));
    }

    [Fact]
    public async Task A_key_belongs_to_its_caller()
    {
        var key = NewKey();
        var (one, other) = (await Batch.Start(world), await Batch.Start(world));
        var (row, foreign) = (new JsonArray(one.Row()), new JsonArray(other.Row()));
        using var first = await Post(one.Client, "/v1/completions", key, row);
        using var second = await Post(other.Client, "/v1/completions", key, foreign);
        Assert.Equal((1, 1), ((await first.Body(HttpStatusCode.OK))["created"]!.GetValue<int>(), (await second.Body(HttpStatusCode.OK))["created"]!.GetValue<int>()));
    }

    [Fact]
    public async Task After_a_refusal_the_key_may_be_used_for_the_corrected_request()
    {
        var (admin, path) = await Commune();
        var key = NewKey();
        await Post(admin, path, key, new JsonObject { ["name"] = "" }).Problem(Problems.Invalid);
        using var corrected = await Post(admin, path, key, Agency("Công an xã"));
        Assert.Equal(HttpStatusCode.Created, corrected.StatusCode);
    }

    [Fact]
    public async Task While_it_is_carried_out_the_same_request_has_to_wait_and_a_caller_that_left_finds_the_answer()
    {
        var (admin, path) = await Commune();
        var (key, body) = (NewKey(), Agency("Công an xã", "cong-an"));
        // Holds the agency's key in the database, so that the request cannot come to an end.
        await using var connection = new NpgsqlConnection(world.Superuser());
        await connection.OpenAsync(Cancellation);
        await using var hold = await connection.BeginTransactionAsync(Cancellation);
        await connection.Query(
            "insert into agencies (tenant_id, id, key, name, kind) select id, gen_random_uuid(), 'cong-an', 'x', 'Police' from localities where code = $1", path.Split('/')[3]);

        using var impatient = new CancellationTokenSource();
        var left = Post(admin, path, key, body, impatient.Token);
        await WaitFor(async () => (await world.Everything("select 1 from stored_answers where key = $1", key)).Count == 1);
        using var busy = await Post(admin, path, key, body);
        Assert.Equal(Problems.KeyInUse.Code, (await busy.Body(HttpStatusCode.Conflict)).Text("code"));
        Assert.NotNull(busy.Headers.RetryAfter);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await hold.RollbackAsync(Cancellation);

        await WaitFor(async () => (await world.Everything("select 1 from stored_answers where key = $1 and status is not null", key)).Count == 1);
        using var again = await Post(admin, path, key, body);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.True(again.Headers.Contains(IdempotencyGate.Replayed));
        Assert.Single(await admin.Rows(path));
    }

    [Fact]
    public async Task Eight_at_once_under_one_key_are_carried_out_once()
    {
        var (admin, path) = await Commune();
        var (key, body) = (NewKey(), Agency("Công an xã"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Post(admin, path, key, body)));
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, $"{a.StatusCode}"));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created && !a.Headers.Contains(IdempotencyGate.Replayed));
        Assert.Single(await admin.Rows(path));
    }

    [Fact]
    public async Task After_a_crash_before_anything_was_stored_the_claim_lapses_and_the_request_may_come_again()
    {
        var (admin, path) = await Commune();
        var key = NewKey();
        await Crash(admin, path, key, Agency("Công an xã", "cong-an"), carriedOut: false);
        await world.Everything("delete from agencies where key = 'cong-an' and tenant_id = (select id from localities where code = $1)", path.Split('/')[3]);
        using var again = await Post(admin, path, key, Agency("Công an xã", "cong-an"));
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.False(again.Headers.Contains(IdempotencyGate.Replayed));
    }

    [Fact]
    public async Task After_a_crash_between_storing_and_answering_it_is_not_carried_out_twice()
    {
        var (admin, path) = await Commune();
        var key = NewKey();
        await Crash(admin, path, key, Agency("Công an xã"), carriedOut: true);
        await Post(admin, path, key, Agency("Công an xã")).Problem(Problems.AnswerLost);
        Assert.Single(await admin.Rows(path));
    }

    [Fact]
    public async Task After_a_crash_completions_are_taken_again_because_their_rows_have_ids()
    {
        using var batch = await Batch.Start(world);
        var (key, rows) = (NewKey(), new JsonArray(batch.Row()));
        await Crash(batch.Client, "/v1/completions", key, rows, carriedOut: true);
        using var again = await Post(batch.Client, "/v1/completions", key, rows);
        Assert.Equal("duplicate", Batch.Outcomes(await again.Body(HttpStatusCode.OK)));
        using var replay = await Post(batch.Client, "/v1/completions", key, rows);
        Assert.True(replay.Headers.Contains(IdempotencyGate.Replayed));
    }

    [Fact]
    public async Task A_stream_that_broke_off_frees_its_key_so_that_the_rest_is_taken_when_it_is_sent_again()
    {
        using var batch = await Batch.Start(world);
        var rows = Enumerable.Range(0, 2_100).Select(i => batch.Row(learner: $"l{i % 50}")).ToArray();
        var (key, lines) = (NewKey(), Sending.Lines([.. rows]));
        StreamedAnswer broken;
        await using (await BrokenTable.Where(world, "completions", $"new.external_id = '{rows[2_050].Text("id")}'"))
            broken = await Stream(batch.Client, key, lines);
        Assert.Equal(Problems.Unavailable.Code, broken.Problem?.Text("code"));
        Assert.InRange(broken.Rows.Count, 1, 2_050); // the parts before the one that broke

        var again = await Stream(batch.Client, key, lines);
        Assert.Equal((broken.Rows.Count, 2_100m - broken.Rows.Count), (again.Summary?.Number("duplicates"), again.Summary?.Number("created")));
        var replayed = await Stream(batch.Client, key, lines);
        Assert.Equal(again.Summary!.ToJsonString(), replayed.Summary!.ToJsonString());
    }

    [Fact]
    public async Task What_takes_longer_than_a_claim_is_finished_and_kept_and_an_answer_too_long_to_be_kept_is_found_out_again()
    {
        var (admin, path) = await Commune();
        using var batch = await Batch.Start(world);
        using var run = Executable.Serve(world, ("Idempotency__ClaimSeconds", "5"), ("Idempotency__MaxAnswerBytes", "1024"));
        var address = new Uri(await run.Ready());
        using var admins = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { Authorization = admin.DefaultRequestHeaders.Authorization } };
        using var vendors = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { Authorization = batch.Client.DefaultRequestHeaders.Authorization } };
        var (key, agency) = (NewKey(), $"cham-{Guid.NewGuid():N}"[..20]);
        await using (await BrokenTable.Slow(world, "agencies", $"new.key = '{agency}'", seconds: 8))
        using (var slow = await Post(admins, path, key, Agency("Công an xã", agency)))
            Assert.Equal(HttpStatusCode.Created, slow.StatusCode);
        using (var again = await Post(admins, path, key, Agency("Công an xã", agency)))
            Assert.Equal((HttpStatusCode.Created, true), (again.StatusCode, again.Headers.Contains(IdempotencyGate.Replayed)));

        var rows = new JsonArray([.. Enumerable.Range(0, 40).Select(_ => batch.Row())]);
        using (var first = await Post(vendors, "/v1/completions", key, rows))
            Assert.Equal(40, (await first.Body(HttpStatusCode.OK))["created"]!.GetValue<int>());
        using (var again = await Post(vendors, "/v1/completions", key, rows))
            Assert.Equal(40, (await again.Body(HttpStatusCode.OK))["duplicates"]!.GetValue<int>());
    }

    [Fact]
    public async Task Whoever_comes_when_the_first_is_just_refused_is_carried_out()
    {
        var commune = await world.FreshCommune();
        var (id, secret) = await world.Register(Role.CommuneAdmin, commune.Code);
        using var admin = await world.SignedIn(id, secret);
        var key = NewKey();
        // The first holds a claim that is not seen yet; it is given up before the second can look at it.
        await using var first = new NpgsqlConnection(world.Superuser());
        await using var refusal = new NpgsqlConnection(world.Superuser());
        await first.OpenAsync(Cancellation);
        await refusal.OpenAsync(Cancellation);
        await using var claim = await first.BeginTransactionAsync(Cancellation);
        await first.Query("""
            insert into stored_answers (caller_id, key, request, claim, claimed_until, carried_out, expires_at)
            select id, $2, '\x00', gen_random_uuid(), now() + interval '1 hour', false, now() + interval '1 hour' from accounts where key = $1
            """, id, key);
        var second = Post(admin, $"/v1/localities/{commune.Code}/agencies", key, Agency("Công an xã"));
        await WaitFor(async () => (await world.Everything("select 1 from pg_stat_activity where $1 = any(pg_blocking_pids(pid))", first.ProcessID)).Count == 1);
        await using var removal = await refusal.BeginTransactionAsync(Cancellation);
        var held = refusal.Query("lock table stored_answers in access exclusive mode");
        await WaitFor(async () => (await world.Everything("select 1 where $1 = any(pg_blocking_pids($2))", first.ProcessID, refusal.ProcessID)).Count == 1);
        await claim.CommitAsync(Cancellation);
        await held;
        await refusal.Query("delete from stored_answers where key = $1", key);
        await removal.CommitAsync(Cancellation);
        using var answer = await second;
        await answer.Body(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_attempt_that_was_taken_over_cannot_commit()
    {
        var (admin, path) = await Commune();
        var key = NewKey();
        (await Post(admin, path, key, Agency("Công an xã"))).Dispose();
        var tenant = (await world.Locality(path.Split('/')[3])).Id;
        var refused = await Assert.ThrowsAsync<ProblemException>(() => world.InScope(scope => scope.EnterIntake(1), async db =>
        {
            db.BeforeCommit = cancellation => AnswerShelf.Mark(db, tenant, key, Guid.NewGuid(), cancellation);
            db.ImportMappings.Add(new Platform.Imports.SavedMapping { VendorId = 1, Name = $"never-{key}", Content = "{}" });
            return await db.SaveChangesAsync(Cancellation);
        }));
        Assert.Equal(Problems.KeyInUse, refused.Kind);
        Assert.Empty(await world.Everything("select 1 from import_mappings where name = $1", $"never-{key}"));
    }

    [Fact]
    public async Task A_secret_in_an_answer_is_given_again_and_lies_encrypted_meanwhile()
    {
        using var vendor = await world.NewClient(Role.Vendor, "05953");
        var (key, body) = (NewKey(), new JsonObject { ["url"] = "https://lms.example.vn/events" });
        using var first = await Post(vendor, "/v1/webhooks", key, body);
        using var second = await Post(vendor, "/v1/webhooks", key, body);
        var secret = (await first.Body(HttpStatusCode.Created)).Text("secret");
        Assert.Equal(secret, (await second.Body(HttpStatusCode.Created)).Text("secret"));
        var kept = (byte[])(await world.Everything("select body from stored_answers where key = $1", key))[0][0]!;
        Assert.DoesNotContain("whsec_", Encoding.Latin1.GetString(kept), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_none_and_a_body_too_large_for_one_are_refused()
    {
        using var batch = await Batch.Start(world);
        foreach (var key in (string[])["", "\"\"", "a,b", "a b", new string('k', 201)])
            await Post(batch.Client, "/v1/completions", key, new JsonArray(batch.Row())).Problem(Problems.BadParameter);
        var large = batch.Row();
        large["id"] = new string('x', 5 << 20);
        await Post(batch.Client, "/v1/completions", NewKey(), new JsonArray(large)).Problem(Problems.TooLargeForKey);
    }

    [Fact]
    public async Task After_a_day_the_key_is_free_and_the_answer_removed()
    {
        using var batch = await Batch.Start(world);
        var (key, rows) = (NewKey(), new JsonArray(batch.Row()));
        (await Post(batch.Client, "/v1/completions", key, rows)).Dispose();
        await world.Everything("update stored_answers set expires_at = now() - interval '1 second' where key = $1", key);
        using var anew = await Post(batch.Client, "/v1/completions", key, rows);
        Assert.Equal("duplicate", Batch.Outcomes(await anew.Body(HttpStatusCode.OK)));
        Assert.False(anew.Headers.Contains(IdempotencyGate.Replayed));

        await world.Everything("update stored_answers set expires_at = now() - interval '1 second' where key = $1", key);
        Assert.True(await world.Instance.App.Services.GetRequiredService<AnswerShelf>().Purge(Cancellation) > 0);
        Assert.Empty(await world.Everything("select 1 from stored_answers where key = $1", key));
    }

    [Fact]
    public void Every_POST_that_changes_anything_declares_the_header_and_no_other_operation_does()
    {
        var declared = new List<string>();
        var needed = new List<string>();
        foreach (var (path, methods) in JsonNode.Parse(Repository.Read("openapi/platform.v1.json"))!["paths"]!.AsObject())
            foreach (var (method, operation) in methods!.AsObject())
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{method} {path}");
                if (operation!["parameters"]?.AsArray().Any(p => (string?)p!["name"] == IdempotencyGate.Header) == true)
                    declared.Add(name);
                // At a door there is no caller yet whose key it could be.
                if (method == "post" && operation["security"] is not null && !path.StartsWith("/connect/", StringComparison.Ordinal))
                    needed.Add(name);
            }

        Assert.True(needed.Count > 8);
        Assert.Equal(needed, declared);
    }

    private static string NewKey() => Guid.NewGuid().ToString("N");

    private static JsonObject Agency(string name, string? key = null) => new() { ["name"] = name, ["kind"] = "Police", ["key"] = key };

    private async Task<(HttpClient Admin, string Path)> Commune()
    {
        var commune = await world.FreshCommune();
        return (await world.NewClient(Role.CommuneAdmin, commune.Code), $"/v1/localities/{commune.Code}/agencies");
    }

    // What a server leaves behind that dies after its claim; with or without having committed.
    private async Task Crash(HttpClient client, string path, string key, JsonNode body, bool carriedOut)
    {
        using var answer = await Post(client, path, key, body);
        Assert.True(answer.IsSuccessStatusCode);
        // Completions are not marked: their rows' ids make repeating them harmless.
        if (path != "/v1/completions")
            Assert.Equal(true, (await world.Everything("select carried_out from stored_answers where key = $1", key))[0][0]);
        await world.Everything(
            "update stored_answers set status = null, headers = null, body = null, carried_out = $2, claimed_until = now() - interval '1 second' where key = $1", key, carriedOut);
    }

    private static async Task WaitFor(Func<Task<bool>> happened)
    {
        for (var waits = 0; !await happened(); waits++)
        {
            Assert.True(waits < 600);
            await Task.Delay(50, Cancellation);
        }
    }

    private static async Task<StreamedAnswer> Stream(HttpClient client, string key, string lines)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/completions", UriKind.Relative)) { Content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson") };
        request.Headers.Add(IdempotencyGate.Header, key);
        using var answer = await client.SendAsync(request, Cancellation);
        return await StreamedAnswer.Of(answer);
    }

    private static async Task<HttpResponseMessage> Post(HttpClient client, string path, string key, JsonNode body, CancellationToken? cancellation = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation(IdempotencyGate.Header, key);
        return await client.SendAsync(request, cancellation ?? Cancellation);
    }
}
