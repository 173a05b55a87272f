using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Platform.Access;
using Platform.Database;

namespace Platform.Http.Idempotency;

/// <summary>
/// Gives a POST that carries an <c>Idempotency-Key</c> the same answer however often it is sent: the same request by the same caller is
/// carried out once. Another request under the same key is refused, and so is the same one while it is still being carried out. Only what took
/// effect to its end is kept: after a refusal, a stream that broke off, or an answer too long to be kept to what is safe to repeat, the key may
/// be used again. The body has to be compared, so it is held in memory and bounded; longer streams of completions are sent without a key and protected by the rows' own ids.
/// </summary>
public static class IdempotencyGate
{
    /// <summary>The request's header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The header of an answer that was given before.</summary>
    public const string Replayed = "Idempotency-Replayed";

    private static readonly string[] KeptHeaders =
        ["Content-Type", "Content-Language", "Content-Disposition", "Cache-Control", "ETag", "Last-Modified", "Link", "Location", "Vary"];

    public static void AddIdempotency(this IServiceCollection services, byte[]? key, byte[]? formerKey)
    {
        services.AddSingleton(new RequestMarks(key, formerKey));
        services.AddOptions<IdempotencyOptions>().BindConfiguration("Idempotency").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<AnswerShelf>().AddHostedService<AnswerPurge>();
    }

    /// <summary>Says that repeating the operation is harmless, because its rows have ids of their own: after a crash it is carried out again.</summary>
    public static T SafeToRepeat<T>(this T builder)
        where T : IEndpointConventionBuilder => builder.WithMetadata(new Repeatable());

    /// <summary>Says that an answer which has begun ends without having done all: it is not kept, so that the same request may come again under its key.</summary>
    public static void EndsUnfinished(this HttpContext context) => context.Features.Set(new Unfinished());

    /// <summary>True for operations that the header applies to: every POST of the API that changes anything.</summary>
    public static bool Takes(string? method, IEnumerable<object> metadata) =>
        // A token is a credential: each request for one gets a fresh one, and none is kept. It declares no requirement, so it is not among these.
        HttpMethods.IsPost(method ?? "") && metadata.OfType<Requirement>().LastOrDefault() is { Scope: not Scopes.Read };

    /// <summary>Runs after the gate that finds the caller.</summary>
    public static void UseIdempotency(this WebApplication app) => app.Use((context, next) =>
        context.Request.Headers.TryGetValue(Header, out var sent) && context.GetEndpoint() is { } endpoint && Takes(context.Request.Method, endpoint.Metadata)
            ? Run(context, KeyOf(sent.ToString()), endpoint.Metadata.GetMetadata<Repeatable>() is not null, next)
            : next(context));

    private static async Task Run(HttpContext context, string key, bool repeatable, RequestDelegate next)
    {
        var options = context.RequestServices.GetRequiredService<IOptions<IdempotencyOptions>>().Value;
        var shelf = context.RequestServices.GetRequiredService<AnswerShelf>();
        var caller = context.Features.Get<Caller>()!.Id;
        var body = await Hold(context.Request, options.MaxRequestBytes, context.RequestAborted);
        var marks = context.RequestServices.GetRequiredService<RequestMarks>().Of(context.Request, body);

        var (claim, held) = await shelf.Claim(caller, key, marks, repeatable, context.RequestAborted);
        if (claim is not { } mine)
        {
            await AnswerAgain(context, shelf, held!, marks);
            return;
        }

        // The caller may leave: what was begun is finished and kept, so that its next try finds the answer. It ends when its claim lapses.
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(options.ClaimSeconds));
        using var done = new CancellationTokenSource();
        var renewal = Renew(() => shelf.Renew(caller, key, mine, done.Token), TimeSpan.FromSeconds(options.ClaimSeconds), time, done.Token);
        context.RequestAborted = time.Token;
        context.Request.Body = body;
        var carriedOut = false;
        var db = context.RequestServices.GetRequiredService<PlatformDb>();
        db.BeforeCommit = async cancellation =>
        {
            await AnswerShelf.Mark(db, caller, key, mine, cancellation);
            carriedOut = true;
        };

        var onward = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        await using var capture = new AnswerCapture(onward.Stream, options.MaxAnswerBytes);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(capture, onward));
        try
        {
            await next(context);
            await context.Response.BodyWriter.FlushAsync(time.Token);
        }
        catch (Exception failure)
        {
            await Free(shelf, caller, key, mine, carriedOut: false);
            if (failure is OperationCanceledException && time.IsCancellationRequested)
                throw new ProblemException(Problems.Unavailable, null, null, failure); // not even the claim could be renewed
            throw;
        }
        finally
        {
            context.Features.Set(onward);
            await done.CancelAsync();
            await renewal;
        }

        var tookEffect = carriedOut || (context.Response.StatusCode < 400 && context.Features.Get<Unfinished>() is null);
        if (tookEffect && repeatable && capture.Overflowed)
        {
            await Free(shelf, caller, key, mine, carriedOut: true); // too long to be kept, but not to be found out again
        }
        else if (tookEffect)
        {
            var headers = KeptHeaders.Where(context.Response.Headers.ContainsKey).ToDictionary(h => h, h => context.Response.Headers[h].ToString());
            await shelf.Keep(caller, key, mine, context.Response.StatusCode, headers, capture.Overflowed ? null : capture.Held, CancellationToken.None);
        }
        else
        {
            await Free(shelf, caller, key, mine, carriedOut: false);
        }

        if (!capture.Overflowed && capture.Held.Length > 0)
            await onward.Stream.WriteAsync(capture.Held, CancellationToken.None);
    }

    // For as long as the request is carried out nobody may take over.
    private static async Task Renew(Func<Task<bool>> renew, TimeSpan claim, CancellationTokenSource time, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(claim / 3, done);
                var since = Stopwatch.GetTimestamp();
                var left = await renew() ? claim - Stopwatch.GetElapsedTime(since) : TimeSpan.Zero; // somebody else may have taken over
                time.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                if (left <= TimeSpan.Zero)
                    return;
            }
            catch (Exception e) when (e is OperationCanceledException or DbException or InvalidOperationException or TimeoutException)
            {
                // Done; or the database is away, and the request with it once the claim has lapsed.
            }
        }
    }

    // Where the database is away too, the claim lapses by itself; what there is to say is said.
    private static async Task Free(AnswerShelf shelf, int caller, string key, Guid claim, bool carriedOut)
    {
        try
        {
            await shelf.Release(caller, key, claim, carriedOut, CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException)
        {
        }
    }

    private static async Task AnswerAgain(HttpContext context, AnswerShelf shelf, StoredAnswer held, IReadOnlyList<byte[]> marks)
    {
        if (!RequestMarks.Fit(held.Request, marks))
            throw new ProblemException(Problems.KeyOfAnotherRequest);
        if (held.Status is null && !(held.CarriedOut && held.ClaimedUntil <= context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()))
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.RetryAfter = "1";
                return Task.CompletedTask;
            });
            throw new ProblemException(Problems.KeyInUse);
        }

        if (held.Status is not { } status || shelf.Read(held) is not { } answer)
            throw new ProblemException(Problems.AnswerLost);
        context.Response.StatusCode = status;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        context.Response.Headers[Replayed] = "true";
        if (answer.Body.Length > 0)
            await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    // The draft standard writes the key as a quoted string; many clients send it bare.
    private static string KeyOf(string sent)
    {
        var key = sent.Length > 1 && sent[0] == '"' && sent[^1] == '"' ? sent[1..^1] : sent;
        return key.Length is > 0 and <= IdempotencyOptions.MaxKeyLength && key.All(c => c is > ' ' and < '\x7f' and not '"' and not ',')
            ? key
            : throw new ProblemException(Problems.BadParameter, null, [new FieldFault(Header, Problems.OutOfRange, new Explanation(
                $"Từ 1 đến {IdempotencyOptions.MaxKeyLength} ký tự ASCII không có khoảng trắng.", $"1 to {IdempotencyOptions.MaxKeyLength} ASCII characters without spaces."))]);
    }

    // In memory, never on disk: it may hold citizen numbers.
    private static async Task<MemoryStream> Hold(HttpRequest request, int limit, CancellationToken cancellation)
    {
        if (request.ContentLength > limit)
            throw TooLarge(limit);
        var body = new MemoryStream((int)(request.ContentLength ?? 0));
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellation)) > 0)
        {
            if (body.Length + read > limit)
                throw TooLarge(limit);
            body.Write(chunk.AsSpan(0, read));
        }

        body.Position = 0;
        return body;
    }

    private static ProblemException TooLarge(int limit) => new(Problems.TooLargeForKey, new Explanation(
        string.Create(CultureInfo.InvariantCulture, $"Tối đa {limit} byte; hãy gửi lại không kèm {Header}: mỗi lượt hoàn thành đã có mã riêng."),
        string.Create(CultureInfo.InvariantCulture, $"At most {limit} bytes; send it again without {Header}: each completion has an id of its own.")));

    private sealed record Repeatable;

    private sealed record Unfinished;
}
