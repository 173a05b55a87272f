using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.Database;

/// <summary>Healthy while the application role can ask the database something.</summary>
internal sealed class DatabaseHealth(PlatformDb db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await db.Database.CanConnectAsync(cancellationToken) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The database does not answer.");
}
