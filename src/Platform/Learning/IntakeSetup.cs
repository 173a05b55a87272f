namespace Platform.Learning;

/// <summary>Registers what takes completions in.</summary>
public static class IntakeSetup
{
    public static void AddIntake(this IServiceCollection services, IConfiguration configuration, Pseudonyms pseudonyms)
    {
        services.AddSingleton(IntakeOptions.From(configuration));
        services.AddSingleton<IntakeCounts>().AddHostedService(provider => provider.GetRequiredService<IntakeCounts>());
        services.AddSingleton(pseudonyms).AddSingleton<CourseDirectory>().AddScoped<CompletionInbox>();
        services.AddSingleton<Intake>().AddSingleton<LearnerRecount>().AddScoped<RejectedRows>();
    }
}
