using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Http;
using Platform.Tenancy;
using Platform.Tests.Access;
using Platform.Tests.Learning;

namespace Platform.Tests.PersonalData;

/// <summary>What is sealed under a locality's own key: it can be changed, and when it is gone nobody reads what it sealed.</summary>
public sealed class TenantKeyTests(World world)
{
    [Fact]
    public async Task A_new_key_seals_everything_again_and_everything_stays_readable()
    {
        using var town = await Town.Of(world);
        var sealedUnder = await town.Keys();
        Assert.Single(sealedUnder);
        for (var rotation = 1; rotation <= 3; rotation++)
        {
            using var sent = await town.Admin.Client.Send(HttpMethod.Post, $"/v1/localities/{town.Code}/personal-data/key-rotations");
            Assert.Equal("4", (await sent.Body(HttpStatusCode.OK)).Text("rows")); // the note, the person, and both invitations
            var keys = await town.Keys();
            Assert.Equal(2, keys.Count);
            Assert.DoesNotContain(keys[0], sealedUnder);
            sealedUnder = keys;
            Assert.Equal([keys[0]], await town.SealedUnder());
            await town.IsReadable();
        }
    }

    [Fact]
    public async Task Contacts_and_notes_are_unreadable_once_the_keys_are_gone_and_people_still_sign_in()
    {
        using var town = await Town.Of(world);
        using var neighbour = await Town.Of(world);
        Assert.Equal(1, await world.InScope(scope => scope.EnterTenant(town.Commune), async db =>
        {
            var services = world.Instance.App.Services;
            var seal = new TenantSeal(db, services.GetRequiredService<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>(), TimeProvider.System);
            return await seal.Forget(town.Commune.Id, 0, TestContext.Current.CancellationToken);
        }));
        Assert.All(await town.Admin.Client.Rows("/v1/invitations"), i => Assert.Null(i.Text("contact")));
        Assert.Null((await town.Admin.Client.Read(town.Request)).Text("note"));
        using var guest = new Browser(world);
        await guest.Client.Send(HttpMethod.Post, "/v1/invitations/acceptance", new { token = town.OpenLink, name = "Lan", password = NewPeople.Password }).Problem(Problems.LinkVoid);
        using var person = new Browser(world);
        await person.SignIn(town.Contact, NewPeople.Password);
        await neighbour.IsReadable();
    }

    [Fact]
    public async Task Only_the_localitys_own_administration_changes_its_key()
    {
        var commune = await world.FreshCommune();
        foreach (var (role, place) in new (Role, string?)[] { (Role.Operator, null), (Role.ProvinceManager, "19"), (Role.CommuneAdmin, "05953") })
        {
            using var other = await world.NewClient(role, place);
            using var refused = await other.Send(HttpMethod.Post, $"/v1/localities/{commune.Code}/personal-data/key-rotations");
            Assert.True(refused.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden, $"{role}: {refused.StatusCode}");
        }

        Assert.Empty(await world.Everything("select 1 from tenant_keys where tenant_id = $1", commune.Id));
    }

    // A commune with a request, a person who was invited by e-mail, and an invitation that is still open.
    private sealed class Town(World world, Platform.Localities.LocalityEntry commune, Browser admin) : IDisposable
    {
        internal Platform.Localities.LocalityEntry Commune => commune;

        internal string Code => commune.Code;

        internal Browser Admin => admin;

        internal string Contact { get; } = $"{Guid.NewGuid():N}@example.vn";

        internal string Request { get; private set; } = "";

        internal string OpenLink { get; private set; } = "";

        internal static async Task<Town> Of(World world)
        {
            var commune = await world.FreshCommune();
            var town = new Town(world, commune, (await world.NewSignedIn(Role.CommuneAdmin, commune.Code)).Browser);
            using var requests = await Requests.At(world, commune.Code);
            town.Request = $"{requests.Path}/{(await requests.Record("Access", Requests.Citizen(Batch.NewCitizen()), "Nhà ở cuối xóm")).Text("id")}";
            var link = await town.Invite(town.Contact);
            using var guest = new Browser(world);
            using (var admitted = await guest.Client.Send(HttpMethod.Post, "/v1/invitations/acceptance", new { token = link, name = "Lan", password = NewPeople.Password }))
                await admitted.Body(HttpStatusCode.Created);
            town.OpenLink = await town.Invite($"mo-{town.Contact}");
            await town.IsReadable();
            return town;
        }

        internal async Task IsReadable()
        {
            Assert.Equal([$"mo-{Contact}"], (await admin.Client.Rows("/v1/invitations")).Select(i => i.Text("contact")));
            Assert.Equal("Nhà ở cuối xóm", (await admin.Client.Read(Request)).Text("note"));
            using var person = new Browser(world);
            await person.SignIn(Contact.ToUpperInvariant(), NewPeople.Password);
        }

        /// <summary>The commune's keys, the newest first.</summary>
        internal async Task<List<Guid>> Keys() =>
            [.. (await world.Everything("select id from tenant_keys where tenant_id = $1 order by created_at desc", commune.Id)).Select(r => (Guid)r[0]!)];

        /// <summary>The keys that the sealed values name; none holds the contact in clear.</summary>
        internal async Task<List<Guid>> SealedUnder()
        {
            var values = (await world.Everything("""
                select contact from people where contact_tenant = $1 union all select contact from invitations where locality_id = $1 and contact is not null
                union all select note from person_request_subjects where tenant_id = $1 and note is not null
                """, commune.Id)).Select(r => (byte[])r[0]!).ToList();
            Assert.Equal(4, values.Count);
            Assert.All(values, v => Assert.DoesNotContain(Contact, System.Text.Encoding.UTF8.GetString(v), StringComparison.Ordinal));
            return [.. values.Select(v => new Guid(v.AsSpan(0, 16))).Distinct()];
        }

        private async Task<string> Invite(string contact)
        {
            using var sent = await admin.Client.Send(HttpMethod.Post, "/v1/invitations", new { contact, role = "CommuneAdmin", locality = Code });
            return (await sent.Body(HttpStatusCode.Created)).Text("token")!;
        }

        public void Dispose() => admin.Dispose();
    }
}
