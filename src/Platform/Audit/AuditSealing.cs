using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Platform.Database;
using Platform.Tenancy;

namespace Platform.Audit;

/// <summary>Configuration section <c>Audit</c>.</summary>
public sealed class AuditOptions
{
    /// <summary>Seconds between two sealings; 0 leaves sealing to other servers.</summary>
    [Range(0, 3600)]
    public double SealSeconds { get; set; } = 2;
}

/// <summary>Seals the log in the background; any number of servers may do it on one database.</summary>
internal sealed class AuditSealing(Contexts contexts, IOptions<AuditOptions> options, TimeProvider clock, ILogger<AuditSealing> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.SealSeconds == 0)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.SealSeconds), clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
                var scope = new TenantScope();
                scope.EnterAudit();
                await using var db = contexts.Open(scope);
                await db.Seal(clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                log.LogWarning("The audit log waits to be sealed: {Message}", e.Message);
            }
        }
    }
}

/// <summary>Registers the log, and says which endpoints read a person's record.</summary>
public static class Auditing
{
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddOptions<AuditOptions>().BindConfiguration("Audit").ValidateDataAnnotations().ValidateOnStart();
        services.AddHostedService<AuditSealing>();
    }

    /// <summary>Says that an endpoint gives records of people: each request is noted before it is answered.</summary>
    public static T ReadsPeople<T>(this T builder)
        where T : IEndpointConventionBuilder => builder.WithMetadata(new PersonalRecords());

    /// <summary>Runs behind the gate that enters the scope.</summary>
    public static void UseAudit(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata is { } metadata && metadata.GetMetadata<PersonalRecords>() is not null)
        {
            var subject = metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "unknown";
            var key = (string?)context.GetRouteValue("id") ?? context.Request.Query["id"].ToString();
            await context.RequestServices.GetRequiredService<PlatformDb>().Note(
                AuditAction.Read, subject, key.Length > 200 ? key[..200] : key, new { asked = $"{context.Request.QueryString}" }, context.RequestAborted);
            context.Response.Headers.CacheControl = "no-store";
        }

        await next(context);
    });

    private sealed record PersonalRecords;
}
