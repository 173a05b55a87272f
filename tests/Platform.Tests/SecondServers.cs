using Microsoft.AspNetCore.Builder;

namespace Platform.Tests;

/// <summary>Servers beside the tests' own, on its database.</summary>
internal static class SecondServers
{
    /// <summary>Leaves files, deliveries and seals to the first one: this one has neither its folder nor its settings, and would end them as failed.</summary>
    internal static void LeaveWork(this WebApplicationBuilder builder) =>
        builder.Configuration["Webhooks:Parallel"] = builder.Configuration["Imports:AtOnce"] = builder.Configuration["Audit:SealSeconds"] = "0";
}
