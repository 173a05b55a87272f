using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Access.People;

namespace Platform.Tests.Access;

/// <summary>A person's browser as far as signing in goes: a cookie jar, and the antiforgery token once there is one.</summary>
internal sealed class Browser : IDisposable
{
    private readonly HttpClientHandler handler = new() { AllowAutoRedirect = false };

    internal Browser(World world)
        : this(world.Instance.Address)
    {
    }

    internal Browser(string address) => Client = new HttpClient(handler) { BaseAddress = new Uri(address) };

    internal HttpClient Client { get; }

    internal CookieContainer Cookies => handler.CookieContainer;

    internal Task<HttpResponseMessage> TrySignIn(string login, string password, string? code = null, string? recoveryCode = null) =>
        Client.Send(HttpMethod.Post, "/v1/sign-in", new { login, password, code, recoveryCode });

    internal async Task<JsonObject> SignIn(string login, string password, string? code = null, string? recoveryCode = null)
    {
        using var answer = await TrySignIn(login, password, code, recoveryCode);
        var signedIn = await answer.Body(HttpStatusCode.OK);
        Trust(signedIn.Text("antiforgeryToken")!);
        return signedIn;
    }

    internal void Trust(string antiforgery)
    {
        Client.DefaultRequestHeaders.Remove("X-Antiforgery-Token");
        Client.DefaultRequestHeaders.Add("X-Antiforgery-Token", antiforgery);
    }

    public void Dispose()
    {
        Client.Dispose();
        handler.Dispose();
    }
}

/// <summary>People of a test's own.</summary>
internal static class NewPeople
{
    internal const string Password = "bốn mùa hoa nở ven sông";

    private static int people;

    /// <summary>A person with one grant for each locality; a null locality is the nation.</summary>
    internal static async Task<string> NewPerson(this World world, Role role, params string?[] localities)
    {
        var key = $"test-person-{Interlocked.Increment(ref people)}";
        var services = world.Instance.App.Services;
        var (rules, contacts) = (services.GetRequiredService<PasswordRules>(), services.GetRequiredService<Contacts>());
        await world.AsOwner(async db =>
        {
            var account = new Account { Kind = AccountKind.Person, Key = key, Name = "Người thử", CreatedAt = DateTimeOffset.UtcNow, CreatedBy = "test" };
            foreach (var code in localities)
                account.Grants.Add(new Grant
                {
                    Role = role,
                    TenantId = code is null ? null : (await world.Locality(code)).Id,
                    AgencyId = role == Role.AgencyOfficer ? await Agency(world, code!) : null,
                    ValidFrom = DateTimeOffset.UtcNow.AddMinutes(-1),
                    GrantedBy = "test",
                });
            var contact = $"{key}@example.vn";
            db.People.Add(new Person { Account = account, PasswordHash = rules.HashOf(Password), Contact = await contacts.Seal(null, contact, TestContext.Current.CancellationToken), ContactHash = contacts.HashOf(contact) });
            return await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        });
        return key;
    }

    /// <summary>Such a person's browser, signed in.</summary>
    internal static async Task<(Browser Browser, string Key)> NewSignedIn(this World world, Role role, params string?[] localities)
    {
        var key = await world.NewPerson(role, localities);
        var browser = new Browser(world);
        await browser.SignIn(key, Password);
        return (browser, key);
    }

    private static async Task<Guid> Agency(World world, string code) =>
        (Guid)(await world.Everything("select a.id from agencies a join localities l on l.id = a.tenant_id where l.code = $1 order by a.key limit 1", code))[0][0]!;
}
