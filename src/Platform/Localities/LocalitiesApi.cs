using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;

namespace Platform.Localities;

/// <summary>Routes of the official list of provinces and communes (public), and of a locality's agencies and villages.</summary>
public static class LocalitiesApi
{
    public static void MapLocalities(this IEndpointRouteBuilder routes)
    {
        var list = routes.MapGroup("/v1/localities").WithTags("Localities").AllowAnonymous();
        list.MapGet("", ListLocalities).WithName(nameof(ListLocalities)).Fails(400, 404);
        list.MapGet("{code}", GetLocality).WithName(nameof(GetLocality)).Fails(404);

        var read = routes.MapGroup("/v1/localities/{code}").WithTags("Agencies").Require(Scopes.Read, Reach.RouteLocality).Fails(401, 403, 404);
        read.MapGet("agencies", ListAgencies).WithName(nameof(ListAgencies));
        read.MapGet("villages", ListVillages).WithName(nameof(ListVillages));

        var write = routes.MapGroup("/v1/localities/{code}").WithTags("Agencies").Require(Scopes.Write, Reach.RouteLocality).Fails(401, 403, 404);
        write.MapPost("agencies", CreateAgency).WithName(nameof(CreateAgency)).Fails(400, 409, 413, 415, 422);
        write.MapPut("agencies/{id:guid}", ReplaceAgency).WithName(nameof(ReplaceAgency)).Fails(400, 409, 413, 415, 422);
        write.MapDelete("agencies/{id:guid}", DeleteAgency).WithName(nameof(DeleteAgency)).Fails(409);
        write.MapPost("villages", CreateVillage).WithName(nameof(CreateVillage)).Fails(400, 409, 413, 415, 422);
        write.MapDelete("villages/{id:guid}", DeleteVillage).WithName(nameof(DeleteVillage));
    }

    /// <summary>Lists provinces and communes, provinces first, in order of code.</summary>
    /// <remarks>Search ignores diacritics, case and tone-mark placement, and knows former names: «kha son» finds Kha Sơn.</remarks>
    private static async Task<Ok<Page<LocalityView>>> ListLocalities(
        LocalityDirectory directory,
        CancellationToken cancellation,
        [Description("Two-digit code: only this province and its communes.")] string? province = null,
        [Description("Province or Commune.")] LocalityLevel? level = null,
        [Description("Words of the name, with or without diacritics, or a code.")] string? search = null,
        [Description("Code of the last row of the previous page.")] string? after = null,
        [Description("Rows per page, 1–500.")] int limit = 100)
    {
        if (limit is < 1 or > 500)
            throw new ProblemException(Problems.BadParameter, null, [new FieldFault("limit", Problems.OutOfRange, new Explanation("Từ 1 đến 500.", "From 1 to 500."))]);
        IEnumerable<LocalityEntry> found = await directory.All(cancellation);
        if (province is not null)
        {
            var entry = await directory.Find(province, cancellation);
            if (entry?.Level != LocalityLevel.Province)
                throw new ProblemException(Problems.UnknownLocality, new Explanation($"Không có tỉnh mã «{province}».", $"There is no province «{province}»."));
            found = found.Where(l => l.ProvinceId == entry.Id);
        }

        if (level is not null)
            found = found.Where(l => l.Level == level);
        if (!string.IsNullOrWhiteSpace(search))
            found = VietnameseText.Fold(search) is { Length: > 0 } words ? found.Where(l => $" {l.SearchText}".Contains($" {words}", StringComparison.Ordinal)) : [];
        if (after is not null)
            found = found.SkipWhile(l => l.Code != after).Skip(1);

        var page = found.Take(limit + 1).ToList();
        string? next = null;
        if (page.Count > limit)
        {
            page.RemoveAt(limit);
            next = "/v1/localities" + QueryString.Create(new Dictionary<string, string?>
            {
                ["province"] = province,
                ["level"] = level?.ToString(),
                ["search"] = search,
                ["after"] = page[^1].Code,
                ["limit"] = $"{limit}",
            }.Where(p => p.Value is not null));
        }

        var provinces = (await directory.All(cancellation)).Where(l => l.Level == LocalityLevel.Province).ToDictionary(l => l.Id);
        return TypedResults.Ok(new Page<LocalityView>([.. page.Select(l => LocalityView.Of(l, provinces[l.ProvinceId]))], next));
    }

    /// <summary>One province or commune with every name it has had.</summary>
    private static async Task<Ok<LocalityDetail>> GetLocality(string code, LocalityDirectory directory, PlatformDb db, CancellationToken cancellation)
    {
        var entry = await directory.Find(code, cancellation) ?? throw new ProblemException(Problems.UnknownLocality);
        var province = await directory.Get(entry.ProvinceId, cancellation);
        var names = await db.LocalityNames.AsNoTracking().Where(n => n.LocalityId == entry.Id).OrderBy(n => n.ValidFrom)
            .Select(n => new LocalityNameView(n.Kind, n.Name, n.ValidFrom, n.ValidTo)).ToListAsync(cancellation);
        var communes = entry.Level == LocalityLevel.Province ? (await directory.CommunesOf(entry.Id, cancellation)).Count(c => !c.HasEnded) : (int?)null;
        return TypedResults.Ok(new LocalityDetail(
            entry.Code, entry.Level, entry.Kind, entry.Name, province.Code, province.Name, communes,
            entry.ValidFrom, entry.ValidTo, [.. entry.Successors.Select(s => s.Code)], names));
    }

    /// <summary>The agencies of a locality in Vietnamese order of name.</summary>
    private static async Task<Ok<Page<AgencyView>>> ListAgencies(
        RouteLocality locality, PlatformDb db, CancellationToken cancellation, [Description("Words of the name.")] string? search = null)
    {
        var agencies = await db.Agencies.AsNoTracking().Where(a => a.TenantId == locality.Id).OrderBy(a => a.Name)
            .Select(AgencyView.Of).ToListAsync(cancellation);
        if (!string.IsNullOrWhiteSpace(search))
            agencies = VietnameseText.Fold(search) is { Length: > 0 } words ? agencies.FindAll(a => VietnameseText.Fold(a.Name).Contains(words, StringComparison.Ordinal)) : [];
        return TypedResults.Ok(new Page<AgencyView>(agencies, null));
    }

    /// <summary>Adds an agency. Without a key, one is made of its name.</summary>
    private static async Task<Created<AgencyView>> CreateAgency(RouteLocality locality, AgencyContent body, PlatformDb db, CancellationToken cancellation)
    {
        var agency = body.Validate(new Agency { TenantId = locality.Id, Id = Guid.CreateVersion7(), Key = "", Name = "" });
        await RefuseTakenKey(db, agency, cancellation);
        db.Agencies.Add(agency);
        await Save(db, agency, cancellation);
        return TypedResults.Created($"/v1/localities/{locality.Entry.Code}/agencies/{agency.Id}", AgencyView.Of.Compile()(agency));
    }

    /// <summary>Changes an agency's name, kind and key.</summary>
    private static async Task<Ok<AgencyView>> ReplaceAgency(RouteLocality locality, Guid id, AgencyContent body, PlatformDb db, CancellationToken cancellation)
    {
        var agency = await db.Agencies.SingleOrDefaultAsync(a => a.TenantId == locality.Id && a.Id == id, cancellation)
            ?? throw new ProblemException(Problems.UnknownAgency);
        body.Validate(agency);
        await RefuseTakenKey(db, agency, cancellation);
        await Save(db, agency, cancellation);
        return TypedResults.Ok(AgencyView.Of.Compile()(agency));
    }

    /// <summary>Removes an agency that has no assignments and no officers.</summary>
    private static async Task<NoContent> DeleteAgency(RouteLocality locality, Guid id, PlatformDb db, CancellationToken cancellation)
    {
        if (await db.Assignments.AnyAsync(a => a.TenantId == locality.Id && a.AgencyId == id, cancellation)
            || await db.Grants.AnyAsync(g => g.TenantId == locality.Id && g.AgencyId == id, cancellation))
            throw new ProblemException(Problems.AgencyInUse);
        if (await db.Agencies.Where(a => a.TenantId == locality.Id && a.Id == id).ExecuteDeleteAsync(cancellation) == 0)
            throw new ProblemException(Problems.UnknownAgency);
        return TypedResults.NoContent();
    }

    /// <summary>The villages of a commune.</summary>
    private static async Task<Ok<Page<VillageView>>> ListVillages(RouteLocality locality, PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(new Page<VillageView>(
            await db.Villages.AsNoTracking().Where(v => v.TenantId == locality.Id).OrderBy(v => v.Name)
                .Select(v => new VillageView(v.Id, v.Kind, v.Name)).ToListAsync(cancellation), null));

    /// <summary>Adds a village.</summary>
    private static async Task<Created<VillageView>> CreateVillage(RouteLocality locality, VillageContent body, PlatformDb db, CancellationToken cancellation)
    {
        var faults = new Faults();
        var (kind, name) = (faults.Text("/kind", body.Kind, 40), faults.Text("/name", body.Name, 150));
        faults.ThrowIfAny();
        var names = await db.Villages.Where(v => v.TenantId == locality.Id && v.Kind == kind).Select(v => v.Name).ToListAsync(cancellation);
        if (names.Exists(n => VietnameseText.SameName(n, name)))
            throw new ProblemException(Problems.VillageExists);
        var village = new Village { TenantId = locality.Id, Id = Guid.CreateVersion7(), Kind = kind, Name = name };
        db.Villages.Add(village);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/v1/localities/{locality.Entry.Code}/villages/{village.Id}", new VillageView(village.Id, kind, name));
    }

    /// <summary>Removes a village; removing it again is no error.</summary>
    private static async Task<NoContent> DeleteVillage(RouteLocality locality, Guid id, PlatformDb db, CancellationToken cancellation)
    {
        await db.Villages.Where(v => v.TenantId == locality.Id && v.Id == id).ExecuteDeleteAsync(cancellation);
        return TypedResults.NoContent();
    }

    // Of two requests at once the database lets one through; the other is told what it would have been told a moment later.
    private static async Task Save(PlatformDb db, Agency agency, CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            await RefuseTakenKey(db, agency, cancellation);
            throw;
        }
    }

    private static async Task RefuseTakenKey(PlatformDb db, Agency agency, CancellationToken cancellation)
    {
        if (await db.Agencies.AnyAsync(a => a.TenantId == agency.TenantId && a.Key == agency.Key && a.Id != agency.Id, cancellation))
            throw new ProblemException(Problems.AgencyExists, new Explanation($"Mã «{agency.Key}».", $"The key «{agency.Key}»."));
    }
}
