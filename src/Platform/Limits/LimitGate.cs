using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Platform.Access;
using Platform.Http;

namespace Platform.Limits;

/// <summary>
/// Refuses what is too much of one caller before anything is read or stored, with the number of seconds to wait, and tells on every answer that
/// was counted what is left (the IETF's RateLimit fields). Callers share nothing: what one asks for does not lessen what others may.
/// </summary>
public sealed class LimitGate : IDisposable
{
    // So much of a body costs as much as one small change.
    private const int BytesPerChange = 64 * 1024;

    // How long a send waits for its place before it is refused. Its body is read in vain then, so who comes again at once would cost more than what is taken.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly LimitOptions options;
    private readonly PartitionedRateLimiter<Caller> requests, sends;
    private readonly PartitionedRateLimiter<string> changes;

    public LimitGate(IOptions<LimitOptions> options)
    {
        this.options = options.Value;
        requests = AtOnce(this.options.RequestsAtOnce);
        sends = AtOnce(this.options.SendsAtOnce);
        changes = PartitionedRateLimiter.Create<string, string>(holder => RateLimitPartition.GetTokenBucketLimiter(
            holder, _ => Buckets.PerMinute(this.options.ChangesPerMinute, this.options.ChangeBurst)));
    }

    /// <summary>Lets a request pass, or refuses it.</summary>
    internal async Task Pass(HttpContext context, Caller caller, bool sendsRows, IntakeTurns turns, RequestDelegate next)
    {
        var patience = sendsRows ? Patience : TimeSpan.Zero;
        using var place = await Place(requests, context, caller, patience) ?? throw Refuse(context, Problems.TooManyAtOnce, TimeSpan.FromSeconds(1));
        using var send = sendsRows ? await Place(sends, context, caller, patience) ?? throw TooManySends(context) : null;
        if (sendsRows)
            await Rows(context, caller, turns);
        else if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            await Change(context, caller);
        await next(context);
    }

    private static async Task<RateLimitLease?> Place(PartitionedRateLimiter<Caller> places, HttpContext context, Caller caller, TimeSpan patience)
    {
        if (places.AttemptAcquire(caller) is { IsAcquired: true } free)
            return free;
        if (patience == TimeSpan.Zero)
            return null;
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        wait.CancelAfter(patience);
        try
        {
            return await places.AcquireAsync(caller, 1, wait.Token) is { IsAcquired: true } place ? place : null;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task Rows(HttpContext context, Caller caller, IntakeTurns turns)
    {
        TellRows(context, caller, turns);
        if (turns.Left(caller).Wait is not { Ticks: > 0 } wait)
            return;
        await Task.Delay(wait < Patience ? wait : Patience, context.RequestAborted);
        if (turns.Left(caller).Wait is { Ticks: > 0 } still)
            throw Refuse(context, Problems.TooMuch, still);
    }

    private ProblemException TooManySends(HttpContext context)
    {
        Tell(context, "sends", options.SendsAtOnce, options.SendsAtOnce, () => (0, 1));
        return Refuse(context, Problems.TooManyAtOnce, TimeSpan.FromSeconds(1), new Explanation($"Tối đa {options.SendsAtOnce} lượt gửi cùng lúc.", $"At most {options.SendsAtOnce} sends at once."));
    }

    private async Task Change(HttpContext context, Caller caller)
    {
        var cost = (int)Math.Min(options.ChangeBurst, 1 + ((context.Request.ContentLength ?? 0) / BytesPerChange));
        var holder = Holder(context, caller);
        using var paid = await changes.AcquireAsync(holder, cost, context.RequestAborted);
        var left = changes.GetStatistics(holder)?.CurrentAvailablePermits ?? 0;
        Tell(context, "changes", options.ChangeBurst, options.ChangesPerSecond, () => ((int)left, (options.ChangeBurst - left) / options.ChangesPerSecond));
        if (!paid.IsAcquired)
            throw Refuse(context, Problems.TooMuch, TimeSpan.FromSeconds((cost - left) / options.ChangesPerSecond));
    }

    private void TellRows(HttpContext context, Caller caller, IntakeTurns turns)
    {
        var weight = options.Weight(caller.Key);
        Tell(context, "rows", (int)(options.RowBurst * weight), options.RowsPerSecond * weight, () =>
        {
            var left = turns.Left(caller);
            return ((int)Math.Max(0, left.Rows), left.Full.TotalSeconds);
        });
    }

    // When the answer starts: by then it is known what the request has cost.
    private static void Tell(HttpContext context, string policy, int burst, double rate, Func<(int Left, double Seconds)> now) => context.Response.OnStarting(() =>
    {
        var (left, seconds) = now();
        context.Response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{policy}\";q={burst};w={Math.Max(1, (int)Math.Ceiling(burst / rate))}");
        context.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{policy}\";r={left};t={(int)Math.Ceiling(seconds)}");
        return Task.CompletedTask;
    });

    internal static ProblemException Refuse(HttpContext context, ProblemKind kind, TimeSpan wait, Explanation? limit = null)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.OnStarting(() =>
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        return new ProblemException(kind, new Explanation($"{limit?.Vi} Hãy gửi lại sau {seconds} giây.".Trim(), $"{limit?.En} Send it again in {seconds} seconds.".Trim()));
    }

    // The clients of one locality share what it may change; what belongs to none counts for its caller.
    private static string Holder(HttpContext context, Caller caller) =>
        context.Features.Get<RouteLocality>() is { } locality ? $"tenant:{locality.Id}" : $"caller:{caller.Id}";

    // Who waits is bounded by connections; only who brings rows does.
    private static PartitionedRateLimiter<Caller> AtOnce(int limit) => PartitionedRateLimiter.Create<Caller, string>(
        caller => RateLimitPartition.GetConcurrencyLimiter(caller.Key, _ => new ConcurrencyLimiterOptions { PermitLimit = limit, QueueLimit = int.MaxValue }));

    public void Dispose()
    {
        requests.Dispose();
        sends.Dispose();
        changes.Dispose();
    }
}

/// <summary>Registers the limits and says where they hold.</summary>
public static class Limiting
{
    public static void AddLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration("Limits").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LimitGate>().AddSingleton<IntakeTurns>().AddSingleton<SignInLimits>();
    }

    /// <summary>Says that a request brings completions: it is paid for by its rows, not as one change.</summary>
    public static T CostsRows<T>(this T builder)
        where T : IEndpointConventionBuilder => builder.WithMetadata(new RowCost());

    /// <summary>Runs after the gate that finds the caller; who needs no caller is not counted here.</summary>
    public static void UseLimits(this WebApplication app)
    {
        var gate = app.Services.GetRequiredService<LimitGate>();
        var turns = app.Services.GetRequiredService<IntakeTurns>();
        app.Use((context, next) => context.Features.Get<Caller>() is { } caller
            ? gate.Pass(context, caller, context.GetEndpoint()?.Metadata.GetMetadata<RowCost>() is not null, turns, next)
            : next(context));
    }

    private sealed record RowCost;
}
