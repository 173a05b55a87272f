using Platform.Access;
using Platform.Tests.Analytics;

namespace Platform.Tests.Access;

/// <summary>OAuth clients from npm, which hold every answer against the RFCs, find their way by discovery alone (<c>tests/clients/oauth</c>).</summary>
public sealed class OAuthClientsTests(World world) : IClassFixture<ClientsTests.Packages>
{
    [Theory]
    [InlineData("openid-client", 5)]
    [InlineData("oauth4webapi", 5)]
    public async Task A_client_discovers_asks_introspects_and_revokes(string client, int steps)
    {
        var (id, secret) = await world.Register(Role.ProvinceViewer, "19");
        var (code, output) = await ClientsTests.Run(
            "node", ["--test", "--test-reporter=spec", $"oauth/{client}.test.mjs"],
            ("PLATFORM_ADDRESS", world.Instance.Address), ("PLATFORM_CLIENT", id), ("PLATFORM_SECRET", secret));
        Assert.True(code == 0, output);
        Assert.True(ClientsTests.Passed().Match(output).Groups[1].Value == $"{steps}", $"{steps} steps expected:\n{output}");
    }
}
