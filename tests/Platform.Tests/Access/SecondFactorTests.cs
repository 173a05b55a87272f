using System.Net;
using Platform.Access;
using Platform.Access.People;
using Platform.Http;

namespace Platform.Tests.Access;

/// <summary>Authenticator apps and recovery codes.</summary>
public sealed class SecondFactorTests(World world)
{
    // The vectors of RFC 6238, appendix B, cut to six digits.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long moment, string code)
    {
        const string key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        var at = DateTimeOffset.FromUnixTimeSeconds(moment);
        Assert.Equal(code, OneTimeCodes.CodeAt(key, at));
        Assert.Equal(moment / 30, OneTimeCodes.StepOf(key, code, at.AddSeconds(30)));
        Assert.Null(OneTimeCodes.StepOf(key, code, at.AddSeconds(90)));
        Assert.Null(OneTimeCodes.StepOf(key, $"{code}0", at));
    }

    [Fact]
    public async Task Sign_in_asks_for_a_code_once_an_app_is_confirmed_and_takes_each_once()
    {
        var (browser, key) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        await browser.Client.Send(HttpMethod.Post, "/v1/me/authenticator", new { password = "không phải nó" }).Problem(Problems.Invalid);
        var (app, codes) = await SetUp(browser);
        Assert.Equal(10, codes.Distinct().Count());
        using var other = new Browser(world);
        await other.TrySignIn(key, NewPeople.Password).Problem(Problems.SecondFactorNeeded);
        await other.TrySignIn(key, "không phải nó", Code(app, 1)).Problem(Problems.SignInRefused);
        await other.TrySignIn(key, NewPeople.Password, "000 000").Problem(Problems.SignInRefused);
        var next = Code(app, 1);
        var attempts = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            using var thief = new Browser(world);
            using var answer = await thief.TrySignIn(key, NewPeople.Password, next);
            return answer.StatusCode;
        }));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], attempts.Order());
        // Nor one that came before it.
        await other.TrySignIn(key, NewPeople.Password, Code(app, 0)).Problem(Problems.SignInRefused);
        Assert.Contains(await browser.Client.Rows("/v1/me/sessions"), s => s.Text("method") == "PasswordAndCode");
        var stored = (string)(await world.Everything("select p::text from people p join accounts a on a.id = p.account_id where a.key = $1", key))[0][0]!;
        Assert.DoesNotContain(app, stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recovery_code_stands_in_for_a_lost_app_once()
    {
        var (browser, key) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        var (_, codes) = await SetUp(browser);
        await browser.Client.Send(HttpMethod.Post, "/v1/me/passkeys/options", new { password = NewPeople.Password }).Problem(Problems.Invalid);
        using var other = new Browser(world);
        await other.SignIn(key, NewPeople.Password, recoveryCode: codes[3].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal));
        await other.TrySignIn(key, NewPeople.Password, recoveryCode: codes[3]).Problem(Problems.SignInRefused);
        // With a recovery code the app is removed, and sign-in asks for none.
        await other.Client.Send(HttpMethod.Post, "/v1/me/authenticator/removal", new { password = NewPeople.Password, code = "ABCDE-FGHIJ" }).Problem(Problems.Invalid);
        using var removed = await other.Client.Send(HttpMethod.Post, "/v1/me/authenticator/removal", new { password = NewPeople.Password, code = codes[4] });
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var third = new Browser(world);
        await third.SignIn(key, NewPeople.Password);
        await third.Client.Send(HttpMethod.Post, "/v1/me/authenticator/removal", new { password = NewPeople.Password, code = codes[5] }).Problem(Problems.NoAuthenticator);
        await SetUp(third);
    }

    [Fact]
    public async Task New_recovery_codes_end_the_old_ones_and_an_app_in_use_is_not_replaced()
    {
        var (browser, key) = await world.NewSignedIn(Role.ProvinceViewer, "19");
        using var person = browser;
        await browser.Client.Send(HttpMethod.Put, "/v1/me/authenticator/confirmation", new { code = "123456" }).Problem(Problems.NoAuthenticator);
        var (app, old) = await SetUp(browser);
        await browser.Client.Send(HttpMethod.Post, "/v1/me/authenticator", new { password = NewPeople.Password }).Problem(Problems.AuthenticatorInUse);
        using var made = await browser.Client.Send(HttpMethod.Post, "/v1/me/recovery-codes", new { password = NewPeople.Password, code = Code(app, 1) });
        var codes = (await made.Body(HttpStatusCode.OK))["recoveryCodes"]!.AsArray().Select(c => c!.ToString()).ToList();
        using var other = new Browser(world);
        await other.TrySignIn(key, NewPeople.Password, recoveryCode: old[0]).Problem(Problems.SignInRefused);
        await other.SignIn(key, NewPeople.Password, recoveryCode: codes[0]);
    }

    private static async Task<(string App, List<string> RecoveryCodes)> SetUp(Browser browser)
    {
        using var made = await browser.Client.Send(HttpMethod.Post, "/v1/me/authenticator", new { password = NewPeople.Password });
        var key = (await made.Body(HttpStatusCode.OK)).Text("key")!;
        await browser.Client.Send(HttpMethod.Put, "/v1/me/authenticator/confirmation", new { code = "abc" }).Problem(Problems.Invalid);
        using var confirmed = await browser.Client.Send(HttpMethod.Put, "/v1/me/authenticator/confirmation", new { code = Code(key, 0) });
        return (key, [.. (await confirmed.Body(HttpStatusCode.OK))["recoveryCodes"]!.AsArray().Select(c => c!.ToString())]);
    }

    private static string Code(string key, int steps) => OneTimeCodes.CodeAt(key, DateTimeOffset.UtcNow.AddSeconds(30 * steps));
}
