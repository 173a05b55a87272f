using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Access.People;
using Platform.Confirmations;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.SampleData;

/// <summary>
/// Loads five real plans as sample tenants, the courses, one LMS vendor, and invented but believable completions, all through the same
/// types that the API uses. Refuses a database that already holds plans.
/// </summary>
internal sealed class SampleLoader(IServiceProvider services)
{
    private static readonly string[] Plans =
        ["thai-nguyen-2026", "kha-son-2026", "bac-thanh-mien-2025-2026", "ngok-bay-2025-2026", "hoa-lac-2026"];

    /// <summary>The sample clients: name in the credentials file, client id, role and locality.</summary>
    internal static readonly (string Name, string ClientId, string Title, Role Role, string? Locality)[] Clients =
    [
        ("sampleVendor", "sample-vendor", "Nền tảng học mẫu", Role.Vendor, "19"),
        ("khaSonAdmin", "kha-son-admin", "Quản trị xã Kha Sơn", Role.CommuneAdmin, "05953"),
        ("hoaLacAdmin", "hoa-lac-admin", "Quản trị xã Hòa Lạc", Role.CommuneAdmin, "09988"),
        ("bacThanhMienAdmin", "bac-thanh-mien-admin", "Quản trị xã Bắc Thanh Miện", Role.CommuneAdmin, "11254"),
        ("ngokBayAdmin", "ngok-bay-admin", "Quản trị xã Ngọk Bay", Role.CommuneAdmin, "23317"),
        ("thaiNguyenViewer", "thai-nguyen-viewer", "Tỉnh Thái Nguyên: xem số liệu", Role.ProvinceViewer, "19"),
        ("thaiNguyenManager", "thai-nguyen-manager", "Tỉnh Thái Nguyên: quản lý", Role.ProvinceManager, "19"),
        ("operator", "operator", "Vận hành nền tảng", Role.Operator, null),
        ("auditor", "auditor", "Kiểm toán nhật ký", Role.Auditor, null),
    ];

    /// <summary>The sample people: name in the credentials file, account key, the person's name, role, locality, agency.</summary>
    internal static readonly (string Name, string Key, string Title, Role Role, string? Locality, string? Agency)[] People =
    [
        ("operator", "person-operator", "Trần Minh Quân", Role.Operator, null, null),
        ("thaiNguyenManager", "person-thai-nguyen-manager", "Nguyễn Thu Hà", Role.ProvinceManager, "19", null),
        ("thaiNguyenViewer", "person-thai-nguyen-viewer", "Lê Văn Dũng", Role.ProvinceViewer, "19", null),
        ("khaSonAdmin", "person-kha-son-admin", "Dương Thị Lan", Role.CommuneAdmin, "05953", null),
        ("khaSonOfficer", "person-kha-son-officer", "Hoàng Văn Sơn", Role.AgencyOfficer, "05953", "cong-an-xa"),
        ("auditor", "person-auditor", "Phạm Thị Mai", Role.Auditor, null, null),
    ];

    /// <summary>The sample vendor may push for Thái Nguyên as a whole and for the other sample communes.</summary>
    private static readonly string[] AlsoForVendor = ["09988", "11254", "23317"];

    /// <summary>Loads everything into an empty database.</summary>
    internal async Task Load(Action<string> say, CancellationToken cancellation)
    {
        await LoadCourses(cancellation);
        await LoadFramework(cancellation);
        await RegisterClients(cancellation);
        foreach (var name in Plans)
            say(await LoadPlan(name, cancellation));
        await RegisterPeople(cancellation);
        var completions = await LoadCompletions(cancellation);
        say($"Loaded {completions:N0} sample completions");
    }

    /// <summary>True when sample or other data is there already.</summary>
    internal async Task<bool> HasData(CancellationToken cancellation)
    {
        await using var work = services.CreateAsyncScope();
        return await work.ServiceProvider.GetRequiredService<PlatformDb>().Accounts.AnyAsync(cancellation);
    }

    internal static T Read<T>(string name)
    {
        using var stream = typeof(SampleLoader).Assembly.GetManifestResourceStream($"Platform.SampleData.{name}.json")
            ?? throw new InvalidOperationException($"The sample file {name} is not in the assembly.");
        return JsonSerializer.Deserialize<T>(stream, Json.Options)!;
    }

    private async Task LoadCourses(CancellationToken cancellation)
    {
        await using var db = services.GetRequiredService<DatabaseOptions>().OpenAsOwner();
        db.Courses.AddRange(Read<List<CourseView>>("courses").Select(c => new Course { Code = c.Code, Title = c.Title, Audiences = [.. c.Audiences], Units = [.. c.Units] }));
        await db.SaveChangesAsync(cancellation);
    }

    // As the owner, as an operator would; before there is anybody to judge, so nothing has to be judged again.
    private async Task LoadFramework(CancellationToken cancellation)
    {
        var framework = Read<SampleFramework>("framework");
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        await using var db = services.GetRequiredService<DatabaseOptions>().OpenAsOwner();
        var units = framework.Units.Select((u, i) => new FrameworkUnit { Code = u.Code!, NameVi = u.NameVi!, NameEn = u.NameEn!, Ordinal = i + 1 }).ToList();
        db.FrameworkUnits.AddRange(units);
        var courses = await db.Courses.AsNoTracking().ToListAsync(cancellation);
        foreach (var content in framework.Rules)
        {
            var rule = content.Validate(units.Select(u => u.Code).ToHashSet(StringComparer.Ordinal), VietnamTime.Day(now));
            (rule.Version, rule.CreatedAt, rule.CreatedBy) = (1, now, "sample");
            rule.Courses.AddRange(rule.Units.SelectMany((unit, place) => courses.Where(c => c.Units.Contains(unit)).Select(c => new FrameworkRuleCourse { CourseId = c.Id, Unit = (short)place })));
            db.Recomputations.Add(new Recomputation
            {
                Edition = db.Recomputations.Local.Count + 1,
                Rule = rule,
                Audience = rule.Audience,
                State = RecomputationState.Done,
                StartedAt = now,
                EndedAt = now,
            });
        }

        await db.SaveChangesAsync(cancellation);
    }

    private async Task RegisterClients(CancellationToken cancellation)
    {
        // As the owner: the application makes accounts in the name of an operator only, and there is none yet.
        await using var db = services.GetRequiredService<DatabaseOptions>().OpenAsOwner();
        var directory = services.GetRequiredService<LocalityDirectory>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var (_, clientId, title, role, locality) in Clients)
        {
            var client = new Account
            {
                Key = clientId,
                Name = title,
                CreatedAt = now,
                CreatedBy = "sample",
                VendorId = role == Role.Vendor ? (short)1 : null,
            };
            foreach (var code in role == Role.Vendor ? [locality, .. AlsoForVendor] : (string?[])[locality])
            {
                var tenant = code is null ? (short?)null : (await directory.Find(code, cancellation))!.Id;
                client.Grants.Add(new Grant { Role = role, TenantId = tenant, ValidFrom = now, GrantedBy = "sample" });
            }

            db.Accounts.Add(client);
            if (role == Role.CommuneAdmin)
                db.Tenants.Add(new Tenant { LocalityId = (await directory.Find(locality!, cancellation))!.Id, OnboardedBy = "sample" });
        }

        await db.SaveChangesAsync(cancellation);
    }

    private async Task RegisterPeople(CancellationToken cancellation)
    {
        await using var db = services.GetRequiredService<DatabaseOptions>().OpenAsOwner();
        var (directory, contacts) = (services.GetRequiredService<LocalityDirectory>(), services.GetRequiredService<Contacts>());
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        foreach (var (_, key, title, role, code, agency) in People)
        {
            var locality = code is null ? null : await directory.Find(code, cancellation);
            var contact = $"{key}@example.vn";
            db.People.Add(new Person
            {
                Contact = await contacts.Seal(locality?.Id, contact, cancellation),
                ContactTenant = locality?.Id,
                ContactHash = contacts.HashOf(contact),
                Account = new Account
                {
                    Kind = AccountKind.Person,
                    Key = key,
                    Name = title,
                    ProvinceId = locality?.ProvinceId,
                    CreatedAt = now,
                    CreatedBy = "sample",
                    Grants =
                    {
                        new Grant { Role = role, TenantId = locality?.Id, AgencyId = agency is null ? null : await FindAgency(locality!, agency, cancellation), ValidFrom = now, GrantedBy = "sample" },
                    },
                },
            });
        }

        await db.SaveChangesAsync(cancellation);
    }

    private async Task<Guid> FindAgency(LocalityEntry locality, string key, CancellationToken cancellation)
    {
        await using var work = services.CreateAsyncScope();
        work.ServiceProvider.GetRequiredService<TenantScope>().EnterTenant(locality);
        return await work.ServiceProvider.GetRequiredService<PlatformDb>().Agencies.Where(a => a.Key == key).Select(a => a.Id).SingleAsync(cancellation);
    }

    private async Task<string> LoadPlan(string name, CancellationToken cancellation)
    {
        var content = Read<SamplePlan>(name);
        var locality = await services.GetRequiredService<LocalityDirectory>().Find(content.Locality, cancellation)
            ?? throw new InvalidOperationException($"{name} is for {content.Locality}, which is not in the list of localities.");
        await using var work = services.CreateAsyncScope();
        work.ServiceProvider.GetRequiredService<TenantScope>().EnterTenant(locality);
        var db = work.ServiceProvider.GetRequiredService<PlatformDb>();
        var document = work.ServiceProvider.GetRequiredService<PlanDocument>();
        var plan = await document.Create(locality, content, cancellation);
        await document.Issue(plan, null, null, null, null, cancellation);
        db.Populations.AddRange(SamplePopulations.Of(locality, content));
        await db.SaveChangesAsync(cancellation);
        return $"Loaded the plan of {locality.Kind} {locality.Name} ({locality.Code}): {content.Targets.Count} targets, {content.Tasks.Count} tasks, "
            + $"{content.Tasks.Sum(t => t.Assignments.Count)} assignments";
    }

    private async Task<int> LoadCompletions(CancellationToken cancellation)
    {
        var directory = services.GetRequiredService<LocalityDirectory>();
        var vendor = (await services.GetRequiredService<Callers>().Find("sample-vendor", cancellation))!;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var localities = new List<LocalityEntry>();
        foreach (var code in SamplePopulations.Communes)
            localities.Add((await directory.Find(code, cancellation))!);
        var stored = 0;
        foreach (var rows in SampleCompletions.Make(localities, now).Chunk(5_000))
        {
            await using var work = services.CreateAsyncScope();
            work.ServiceProvider.GetRequiredService<TenantScope>().EnterIntake(vendor.Vendor!.Value);
            var sent = rows.Select((row, index) => new SentRow(index, row.Id, row, [])).ToList();
            var answers = await work.ServiceProvider.GetRequiredService<CompletionInbox>().Take(new IntakeOrder(vendor), sent, cancellation);
            if (answers.FirstOrDefault(a => a.Outcome == RowOutcome.Rejected) is { } rejected)
                throw new InvalidOperationException($"A sample completion was rejected: {rejected.Faults?[0]}");
            stored += answers.Count(a => a.Outcome == RowOutcome.Created);
        }

        return stored;
    }
}

/// <summary>The sample skill framework.</summary>
internal sealed record SampleFramework(IReadOnlyList<UnitContent> Units, IReadOnlyList<RuleContent> Rules);

/// <summary>A sample file: the plan with the code of its locality.</summary>
internal sealed record SamplePlan : PlanContent
{
    public required string Locality { get; init; }
}
