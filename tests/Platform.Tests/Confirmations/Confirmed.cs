using Npgsql;
using Platform.CommandLine;
using Platform.Tests.Learning;

namespace Platform.Tests.Confirmations;

/// <summary>What tests ask about confirmed learners.</summary>
internal static class Confirmed
{
    /// <summary>Confirmed learners of a commune by month and audience, without cells that are zero.</summary>
    internal static async Task<List<string>> ConfirmedIn(this World world, string commune)
    {
        using var viewer = await world.As("operator");
        return [.. (await viewer.Rows($"/odata/ConfirmationFacts?$filter=LocalityCode eq '{commune}' and Confirmed ne 0&$orderby=Month,Audience"))
            .Select(f => $"{f.Text("Month")![..7]} {f.Text("Audience")}: {f.Text("Confirmed")}")];
    }

    /// <summary>What verify says of these communes, and of how any learner is judged.</summary>
    internal static Task<List<string>> Differences(this World world, params string[] communes) => world.Differences(d =>
        d.StartsWith("confirmation ", StringComparison.Ordinal) || d.StartsWith("judgement ", StringComparison.Ordinal) || communes.Any(c => d.Contains($" {c} ", StringComparison.Ordinal)));

    /// <summary>What verify says of some things.</summary>
    internal static async Task<List<string>> Differences(this World world, Func<string, bool> concerned)
    {
        var found = new List<string>();
        await Verification.Run(world.Superuser(), found.Add, TestContext.Current.CancellationToken);
        return [.. found.Where(concerned).Order(StringComparer.Ordinal)];
    }

    /// <summary>What verify says of a commune whose rows these statements ($1: the commune) change. Nobody else sees the change, which is taken back.</summary>
    internal static async Task<List<string>> DifferencesAfter(this World world, string commune, params string[] changes)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tenant = (await world.Locality(commune)).Id;
        await using var connection = new NpgsqlConnection(world.Superuser());
        await connection.OpenAsync(cancellation);
        await using var taken = await connection.BeginTransactionAsync(cancellation);
        foreach (var change in changes)
            await connection.Query(change, tenant);
        var found = new List<string>();
        await Verification.Run(connection, found.Add, cancellation);
        return [.. found.Where(d => d.Contains($" {commune} ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    /// <summary>A row of a course in a month of 2026.</summary>
    internal static System.Text.Json.Nodes.JsonObject Took(
        this Batch batch, string course, int month, string? learner = null, string? citizen = null, string audience = "Citizens", string? commune = null, decimal? score = 85, bool passed = true) =>
        batch.Row(learner, citizen, $"2026-{month:D2}-10T08:00:00+07:00", r =>
            (r["course"], r["audience"], r["locality"], r["score"], r["passed"]) = (course, audience, commune ?? batch.Commune, score, passed));
}
