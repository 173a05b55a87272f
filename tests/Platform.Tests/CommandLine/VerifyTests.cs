using Platform.CommandLine;
using Platform.Tests.Confirmations;
using Platform.Tests.Learning;

namespace Platform.Tests.CommandLine;

/// <summary>The verb verify finds what was changed by hand, and nothing else.</summary>
public sealed class VerifyTests(World world)
{
    [Fact]
    public async Task A_difference_made_by_hand_is_found_with_its_place()
    {
        using var batch = await Batch.Start(world);
        await batch.Store(batch.Row("hv"));
        Assert.Empty(await world.Differences(batch.Commune));
        Assert.Equal(
            [$"fact {batch.Commune} 2026-03-01 Citizens KNS-CD-01: the completions say 1/1/1, stored is 1/1/2", $"total {batch.Commune} Citizens 2026: the completions say 1/1/0, stored is 0/1/0"],
            await world.DifferencesAfter(batch.Commune,
                "update completion_facts set passed = passed + 1 where tenant_id = $1", "update audience_totals set learners = 0 where tenant_id = $1"));
    }

    [Fact]
    public async Task In_Development_the_verb_finds_the_running_server_of_a_data_folder_or_says_that_there_is_none()
    {
        using var running = await Executable.Start("Development", [], "verify", "--data", world.Folder).Ended();
        Assert.Equal((0, "Every figure equals what the completions say."), (running.ExitCode, running.Output[^1]));
        using var none = await Executable.Start("Development", [], "verify", "--data", Path.Combine(world.Folder, "none")).Ended();
        Assert.Equal(1, none.ExitCode);
        Assert.StartsWith("platform: No server runs in ", Assert.Single(none.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_row_level_security_binds_is_refused_because_it_would_find_nothing()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Verification.Run(world.Instance.Database.ApplicationConnection!, _ => { }, TestContext.Current.CancellationToken));
        Assert.Contains("BYPASSRLS", refused.Message, StringComparison.Ordinal);
    }
}
