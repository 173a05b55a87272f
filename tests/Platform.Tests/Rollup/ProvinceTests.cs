using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Localities;

namespace Platform.Tests.Rollup;

/// <summary>A province's figures are the sums over its communes, and partial while some have sent nothing.</summary>
public sealed class ProvinceTests(World world)
{
    [Fact]
    public async Task A_province_adds_numerators_and_denominators_and_is_partial_until_every_commune_has_figures()
    {
        var communes = await Communes("12");
        using var province = await Commune.Start(world, locality: await world.Locality("12"));
        Assert.Equal(("Missing", null, 0m, (decimal)communes.Count), await Standing(province));

        // 1 of 10 and 90 of 90: together 91 of 100, not the average of 10% and 100%.
        await Declare(communes[0], 10);
        await Declare(communes[1], 90);
        await province.Learn(1, at: communes[0].Code);
        await province.Learn(90, at: communes[1].Code);
        Assert.Equal(("Partial", 91.00m, 2m, (decimal)communes.Count), await Standing(province));
        var progress = await province.Progress("p");
        Assert.Equal((91m, 100m), (progress.Number("numerator"), progress.Number("denominator")));

        foreach (var commune in communes.Skip(2))
        {
            await Declare(commune, 1);
            await province.Learn(1, at: commune.Code);
        }

        var people = 100 + communes.Count - 2;
        Assert.Equal(("Reached", Math.Round(100m * (people - 9) / people, 2), (decimal)communes.Count, (decimal)communes.Count), await Standing(province));
    }

    [Fact]
    public async Task A_population_that_the_province_declares_for_itself_is_not_added_to_its_communes()
    {
        var communes = await Communes("11");
        using var province = await Commune.Start(world, locality: await world.Locality("11"));
        await Declare(communes[0], 100);
        await province.Learn(10, at: communes[0].Code);
        await province.Declare(1000);
        Assert.Equal(1000m, (await province.Progress("p")).Number("denominator"));
    }

    [Fact]
    public async Task A_commune_with_learners_and_no_declared_population_leaves_the_province_partial()
    {
        var communes = await Communes("14");
        using var province = await Commune.Start(world, locality: await world.Locality("14"));
        await Declare(communes[0], 10);
        foreach (var commune in communes)
            await province.Learn(1, at: commune.Code);
        var progress = await province.Progress("p");
        Assert.Equal(("Partial", 1m), (progress.Text("status"), progress.Number("membersWithFigures")));
    }

    [Fact]
    public async Task A_reported_figure_of_a_province_is_its_own()
    {
        using var province = await Commune.Start(world, locality: await world.Locality("15"));
        await province.Report("r", "2026-05-15T00:00:00+07:00", 60, 100);
        var progress = await province.Progress("r");
        Assert.Equal((60.00m, "Reached"), (progress.Number("percent"), progress.Text("status")));
    }

    private static async Task<(string? Status, decimal? Percent, decimal? With, decimal? Of)> Standing(Commune province)
    {
        var progress = await province.Progress("p");
        return (progress.Text("status"), progress.Number("percent"), progress.Number("membersWithFigures"), progress.Number("members"));
    }

    private async Task Declare(LocalityEntry commune, int people)
    {
        using var admin = await world.NewClient(Role.CommuneAdmin, commune.Code);
        using var sent = await admin.Send(HttpMethod.Put, $"/v1/localities/{commune.Code}/populations", new[] { new { code = "Adults", year = 2026, people, source = "Công an xã" } });
        await sent.Body(System.Net.HttpStatusCode.OK);
    }

    private async Task<List<LocalityEntry>> Communes(string province)
    {
        var directory = world.Instance.App.Services.GetRequiredService<LocalityDirectory>();
        return [.. await directory.CommunesOf((await world.Locality(province)).Id, TestContext.Current.CancellationToken)];
    }
}
