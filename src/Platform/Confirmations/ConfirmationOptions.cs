namespace Platform.Confirmations;

/// <summary>How learners are judged again when a rule changes. Configuration section <c>Confirmations</c>.</summary>
public sealed class ConfirmationOptions
{
    /// <summary>Learners that are judged again in one transaction. Default 1,000; 1–5,000.</summary>
    public int ChunkLearners { get; set; } = 1_000;

    /// <summary>Seconds after which another server goes on with a recomputation whose server gave no sign of life. Default 30; 2–600.</summary>
    public int LeaseSeconds { get; set; } = 30;

    /// <summary>False leaves recomputing to other servers. Default true.</summary>
    public bool Recompute { get; set; } = true;

    /// <summary>Learners that a dry run of a rule examines at most, those who came last. Default 200,000; 1–5,000,000.</summary>
    public int TrialLearners { get; set; } = 200_000;

    /// <summary>Reads and checks the section.</summary>
    public static ConfirmationOptions From(IConfiguration configuration)
    {
        var options = configuration.GetSection("Confirmations").Get<ConfirmationOptions>() ?? new ConfirmationOptions();
        if (options.ChunkLearners is < 1 or > 5_000 || options.LeaseSeconds is < 2 or > 600 || options.TrialLearners is < 1 or > 5_000_000)
            throw new InvalidOperationException("Confirmations: ChunkLearners must be 1–5000, LeaseSeconds 2–600, TrialLearners 1–5000000.");
        return options;
    }
}

/// <summary>Registers what confirms learners.</summary>
public static class ConfirmationSetup
{
    public static void AddConfirmations(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(ConfirmationOptions.From(configuration)).AddSingleton<RuleBook>().AddSingleton<Rejudgement>().AddSingleton<RecordedConfirmations>();
        services.AddSingleton<RecomputationRunner>().AddHostedService(provider => provider.GetRequiredService<RecomputationRunner>());
    }
}
