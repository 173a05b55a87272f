namespace Platform.Learning;

/// <summary>Registers what takes completions in.</summary>
public static class IntakeSetup
{
    public static void AddIntake(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(IntakeOptions.From(configuration));
        services.AddSingleton<IntakeCounts>().AddHostedService(provider => provider.GetRequiredService<IntakeCounts>());
        services.AddSingleton<Intake>().AddScoped<RejectedRows>();
    }
}
