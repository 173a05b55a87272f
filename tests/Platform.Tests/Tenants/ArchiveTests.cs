using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Access;
using Platform.Http;
using Platform.Tests.Learning;
using static Platform.Tests.Tenants.Archives;

namespace Platform.Tests.Tenants;

/// <summary>Everything of a tenant leaves as one signed file and comes back the same; what was not signed so does not come in.</summary>
public sealed class ArchiveTests(World world)
{
    [Fact]
    public async Task A_tenant_that_left_as_an_archive_and_was_deleted_comes_back_the_same()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        using var batch = await world.Provincial(commune);
        var (first, citizen) = (batch.In(commune), batch.In(commune, citizen: Batch.NewCitizen()));
        await batch.Store(first, citizen, batch.In(commune));
        var corrected = first.DeepClone().AsObject();
        (corrected["revision"], corrected["score"], corrected["reason"]) = (2, 91.25, "Nhập nhầm «điểm»");
        await batch.Push(corrected);
        await client.Furnish(commune);
        var figures = await batch.Figures(commune.Code);

        var archive = await client.Export(commune);
        var rows = Rows(archive);
        Assert.Equal(
            (12, 1, 1, 1, 1, 1, 3, 1, 1, 4, 4, 1),
            (rows["agencies.ndjson"], rows["villages.ndjson"], rows["plans.ndjson"], rows["targets.ndjson"], rows["tasks.ndjson"], rows["assignments.ndjson"],
                rows["completions.ndjson"], rows["completion_versions.ndjson"], rows["confirmations.ndjson"], rows["learners.ndjson"], rows["learner_identities.ndjson"],
                rows["person_requests.ndjson"]));
        Assert.True(Signed(await client.ArchiveKey(), Bytes(archive, "manifest.json"), Bytes(archive, "manifest.sig")));
        foreach (var file in Manifest(archive)["files"]!.AsArray().Select(f => f!.AsObject()))
            Assert.Equal(file.Text("sha256"), Convert.ToHexStringLower(SHA256.HashData(Bytes(archive, file.Text("name")!))));

        var learners = await world.LearnersOf(commune);
        await world.Delete(commune);
        Assert.Empty(await batch.Figures(commune.Code));
        using var admins = await world.As("operator");
        var restored = await (await admins.Import(archive)).Body(HttpStatusCode.OK);
        Assert.Empty(restored["differing"]!.AsArray());
        Assert.Equal(figures, await batch.Figures(commune.Code));
        Assert.Empty(await Amiss(world.Superuser(), [commune.Code, .. learners]));
        using var newAdmin = await world.NewClient(Role.CommuneAdmin, commune.Code);
        Assert.Equal(Files(archive), Files(await newAdmin.Export(commune)));
        // Those who learn are still who they are.
        Assert.Equal("duplicate duplicate", Batch.Outcomes(await batch.Push(corrected, citizen)));
        await admins.Import(archive).Problem(Problems.TenantNotEmpty);
    }

    [Fact]
    public async Task Every_table_of_a_tenant_is_in_its_archive_or_named_as_left_behind_and_so_is_what_is_sealed()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        await client.Furnish(commune);
        var archive = await client.Export(commune);
        var leftOut = Manifest(archive)["leftOut"]!.AsArray().Select(t => t!.GetValue<string>()).ToList();
        Assert.Equal(
            (await world.TenantTables()).Append("learner_identities").Order(StringComparer.Ordinal),
            Rows(archive).Keys.Select(f => f.Replace(".ndjson", "", StringComparison.Ordinal)).Concat(leftOut.Where(t => t is "tenant_keys" or "removed_rows")).Order(StringComparer.Ordinal));
        Assert.Subset(leftOut.ToHashSet(), new HashSet<string> { "accounts", "audit_entries", "grants", "invitations", "person_request_subjects.note", "person_request_subjects.reason" });
        var subjects = JsonNode.Parse(Encoding.UTF8.GetString(Bytes(archive, "person_request_subjects.ndjson")))!.AsObject();
        Assert.False(subjects.ContainsKey("note"));
    }

    [Fact]
    public async Task Another_installation_reads_an_archive_in_where_it_trusts_the_signer_and_has_the_pseudonym_key()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        var (id, secret) = await world.Register(Role.Vendor, (await world.Province(commune)).Code);
        using var batch = new Batch(world, await world.SignedIn(id, secret), commune.Code);
        var (own, citizen, later) = (batch.In(commune, "người-1"), batch.In(commune, citizen: Batch.NewCitizen()), batch.In(commune, "người-1", at: "2026-05-02T08:00:00+07:00"));
        await batch.Store(own, citizen, later);
        await client.Furnish(commune);
        var archive = await client.Export(commune);
        var pseudonyms = Convert.FromBase64String((await File.ReadAllTextAsync(Path.Combine(world.Folder, "pseudonym.key"), TestContext.Current.CancellationToken)).Trim());

        await using var elsewhere = await Elsewhere.Build(world);
        await elsewhere.Serve(trusted: null, pseudonyms);
        using (var operators = await elsewhere.Client("operator", Role.Operator))
            await operators.Import(archive).Problem(Problems.ArchiveNotBelieved);
        await elsewhere.Serve(await client.ArchiveKey());
        using (var operators = await elsewhere.Client("operator", Role.Operator))
        {
            await operators.Import(archive).Problem(Problems.ArchiveRefersElsewhere); // no such vendor
            using var unknown = await elsewhere.Client(id, Role.Vendor);
            await operators.Import(archive).Problem(Problems.PseudonymKeyMissing);
            Assert.Equal(0L, (await elsewhere.Everything("select count(*) from tenants"))[0][0]);
        }

        await elsewhere.Serve(await client.ArchiveKey(), pseudonyms);
        using var admins = await elsewhere.Client("operator", Role.Operator);
        var restored = await (await admins.Import(archive)).Body(HttpStatusCode.OK);
        Assert.Empty(restored["differing"]!.AsArray());
        Assert.Empty(await Amiss(elsewhere.Superuser, ""));
        using var newAdmin = await elsewhere.Client("new-admin", Role.CommuneAdmin, commune.Code);
        Assert.Equal(Files(archive), Files(await newAdmin.Export(commune)));

        // The vendor goes on there: what it sent is known, and so is who comes again, by the citizen number or by its own id.
        using var there = new Batch(world, await elsewhere.Client(id, Role.Vendor), commune.Code);
        var again = citizen.DeepClone().AsObject();
        (again["id"], again["completedAt"]) = ("sau-đó", "2026-06-02T08:00:00+07:00");
        Assert.Equal("duplicate duplicate created created", Batch.Outcomes(await there.Push(own, citizen, there.In(commune, "người-1", at: "2026-07-02T08:00:00+07:00"), again)));
        Assert.Equal(3L, (await elsewhere.Everything("select count(*) from learners"))[0][0]);
        Assert.Empty(await Amiss(elsewhere.Superuser, ""));
    }

    [Fact]
    public async Task People_who_learnt_in_two_communes_are_counted_once_whichever_of_them_goes_and_comes_back()
    {
        var (leaving, admin) = await world.NewTenant();
        using var client = admin;
        var staying = await world.FreshCommune();
        using var batch = await world.Provincial(leaving);
        using var other = await world.Provincial(staying);
        var (moved, stayed) = (Batch.NewCitizen(), Batch.NewCitizen());
        // One began here and moved away, one came here last.
        await batch.Store(batch.In(leaving, citizen: moved, at: "2026-01-05T08:00:00+07:00"), batch.In(leaving, citizen: stayed, at: "2026-04-05T08:00:00+07:00"), batch.In(leaving));
        await other.Store(other.In(staying, citizen: moved, at: "2026-03-05T08:00:00+07:00"), other.In(staying, citizen: stayed, at: "2026-02-05T08:00:00+07:00"));
        var before = (await batch.Figures(leaving.Code), await batch.Figures(staying.Code));
        Assert.Equal((2, 1), (await batch.Learners(leaving.Code), await batch.Learners(staying.Code)));
        string[] watched = [leaving.Code, staying.Code, .. await world.LearnersOf(leaving)];

        var archive = await client.Export(leaving);
        var deleted = await world.Delete(leaving);
        Assert.Equal(2, deleted["receipt"]!["learnersElsewhere"]!.GetValue<int>());
        Assert.Equal(1, deleted["receipt"]!["rows"]!["learners"]!.GetValue<int>());
        Assert.Equal((0, 2), (await batch.Learners(leaving.Code), await batch.Learners(staying.Code)));
        Assert.Empty(await Amiss(world.Superuser(), watched));

        using var admins = await world.As("operator");
        var restored = await (await admins.Import(archive)).Body(HttpStatusCode.OK);
        Assert.Empty(restored["differing"]!.AsArray());
        Assert.Equal(before.Item1, await batch.Figures(leaving.Code));
        Assert.Equal(before.Item2, await batch.Figures(staying.Code));
        Assert.Empty(await Amiss(world.Superuser(), watched));
    }

    [Fact]
    public async Task What_was_changed_or_signed_by_others_does_not_come_in()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        var archive = await client.Export(commune);
        using var admins = await world.As("operator");
        await client.Import(archive).Problem(Problems.NotAllowed);
        await admins.Import(archive).Problem(Problems.TenantNotEmpty);
        await admins.Import("không phải zip"u8.ToArray()).Problem(Problems.NotAnArchive);
        await admins.Send(HttpMethod.Post, "/v1/tenants/archive", "{}").Problem(Problems.UnsupportedMediaType);
        await world.Delete(commune);

        await admins.Import(Changed(archive, "agencies.ndjson", Swapped("Công an", "Công  an"))).Problem(Problems.ArchiveDamaged);
        await admins.Import(WithAnother(archive, "../../thêm.txt")).Problem(Problems.ArchiveDamaged);
        await admins.Import(Changed(archive, "manifest.json", Swapped("\"format\":1", "\"format\":2"))).Problem(Problems.ArchiveNotBelieved);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var manifest = Bytes(archive, "manifest.json");
        await admins.Import(Changed(archive, "manifest.sig", _ => stranger.SignData(manifest, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)))
            .Problem(Problems.ArchiveNotBelieved);
        await admins.Import(archive[..^40]).Problem(Problems.NotAnArchive);
        Assert.Empty(await world.Everything("select 1 from agencies where tenant_id = $1", commune.Id));
        await (await admins.Import(archive)).Body(HttpStatusCode.OK);
        Assert.Equal(12, (await world.Everything("select 1 from agencies where tenant_id = $1", commune.Id)).Count);

        static Func<byte[], byte[]> Swapped(string from, string to) => bytes =>
        {
            var changed = Encoding.UTF8.GetString(bytes).Replace(from, to, StringComparison.Ordinal);
            Assert.Contains(to, changed, StringComparison.Ordinal);
            return Encoding.UTF8.GetBytes(changed);
        };
    }

    [Fact]
    public async Task Only_its_own_admin_takes_a_tenants_people_along_and_it_is_put_down()
    {
        var (commune, admin) = await world.NewTenant();
        using var client = admin;
        using var manager = await world.OfProvince(Role.ProvinceManager, commune);
        await manager.Send(HttpMethod.Get, $"/v1/tenants/{commune.Code}/archive").Problem(Problems.UnknownLocality);
        using var admins = await world.As("operator");
        await admins.Send(HttpMethod.Get, $"/v1/tenants/{commune.Code}/archive").Problem(Problems.NotAllowed);
        await client.Send(HttpMethod.Get, "/v1/tenants/05953/archive").Problem(Problems.UnknownLocality);
        Assert.NotEmpty(await client.Export(commune));
        Assert.Single(await world.Everything("select 1 from audit_entries where tenant_id = $1 and action = 'Read' and subject = 'ExportTenant'", commune.Id));
    }
}
