using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Learning.Formats;
using Platform.Localities;

namespace Platform.Imports;

/// <summary>Routes of the mappings of columns: presets for all, and each vendor's own.</summary>
public static class ImportMappings
{
    public static void MapImportMappings(this IEndpointRouteBuilder routes)
    {
        var mappings = routes.MapGroup("/v1/import-mappings").WithTags("Imports").Require(Scopes.Complete, Reach.Intake).Fails(401, 403);
        mappings.MapGet("", ListImportMappings).WithName(nameof(ListImportMappings));
        mappings.MapGet("{name}", GetImportMapping).WithName(nameof(GetImportMapping)).Fails(404);
        mappings.MapPut("{name}", PutImportMapping).WithName(nameof(PutImportMapping)).Fails(400, 409, 413, 415, 422);
        mappings.MapDelete("{name}", DeleteImportMapping).WithName(nameof(DeleteImportMapping)).Fails(404, 409);
    }

    /// <summary>A mapping by name: a preset, or the vendor's own.</summary>
    internal static async Task<ColumnMapping> Find(PlatformDb db, string name, CancellationToken cancellation) =>
        (await View(db, name, cancellation)).Mapping;

    /// <summary>Why no row's field can have this value; null when one can.</summary>
    internal static async Task<CellException?> Mistake(PlatformDb db, string field, string value, FieldSource source, CancellationToken cancellation) =>
        TableValues.Mistake(field, value, source) ?? await Mistake(db, field, value, cancellation);

    private static async Task<CellException?> Mistake(PlatformDb db, string field, string value, CancellationToken cancellation) => field switch
    {
        "locality" when !(Faults.IsText(value) && await db.Localities.AnyAsync(l => l.Code == value && l.Level == LocalityLevel.Commune, cancellation)) =>
            new CellException(null, Problems.CompletionLocalityUnknown, new Explanation($"«{value}»", $"«{value}»")),
        "course" when !(Faults.IsText(value) && await db.Courses.AnyAsync(c => c.Code == value, cancellation)) =>
            new CellException(null, Problems.UnknownCourse, new Explanation($"«{value}»", $"«{value}»")),
        _ => null,
    };

    /// <summary>The presets and the vendor's own mappings.</summary>
    private static async Task<Ok<Page<MappingView>>> ListImportMappings(PlatformDb db, CancellationToken cancellation)
    {
        var own = await db.ImportMappings.AsNoTracking().OrderBy(m => m.Name).ToListAsync(cancellation);
        return TypedResults.Ok(new Page<MappingView>([.. MappingPresets.All.Select(p => new MappingView(p.Key, true, p.Value, null)), .. own.Select(View)], null));
    }

    /// <summary>One mapping.</summary>
    private static async Task<Ok<MappingView>> GetImportMapping(string name, PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(await View(db, name, cancellation));

    /// <summary>Saves a mapping under a name of the vendor's choice; imports that were sent before keep the one they were sent with.</summary>
    private static async Task<Ok<MappingView>> PutImportMapping(
        string name, ColumnMapping body, HttpContext http, PlatformDb db, TimeProvider clock, CancellationToken cancellation)
    {
        if (MappingPresets.All.ContainsKey(name))
            throw new ProblemException(Problems.MappingIsPreset);
        var faults = new Faults();
        if (!IsName(name))
            faults.Add("name", Problems.UnknownWord, new Explanation("Chữ thường a–z, số và gạch nối, tối đa 60 ký tự.", "Lower-case a–z, digits and hyphens, at most 60."));
        if (body.Fields is null or { Count: 0 })
            faults.Add("/fields", Problems.Required);
        else
        {
            body.Check("/fields", faults);
            foreach (var (field, value, at) in body.Known("/fields"))
                if (await Mistake(db, field, value, cancellation) is { } wrong)
                    faults.Add(at, wrong.Kind, wrong.Detail);
        }

        faults.ThrowIfAny();

        var vendor = http.Features.Get<Caller>()!.Vendor!.Value;
        await using var transaction = await db.BeginAlone($"mapping:{vendor}:{name}", cancellation);
        var saved = await db.ImportMappings.SingleOrDefaultAsync(m => m.Name == name, cancellation);
        if (saved is null)
            db.ImportMappings.Add(saved = new SavedMapping { VendorId = vendor, Name = name, Content = "" });
        (saved.Content, saved.UpdatedAt) = (JsonSerializer.Serialize(body, Json.Options), clock.GetUtcNow());
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Ok(View(saved));
    }

    /// <summary>Removes a mapping.</summary>
    private static async Task<NoContent> DeleteImportMapping(string name, PlatformDb db, CancellationToken cancellation)
    {
        if (MappingPresets.All.ContainsKey(name))
            throw new ProblemException(Problems.MappingIsPreset);
        if (await db.ImportMappings.Where(m => m.Name == name).ExecuteDeleteAsync(cancellation) == 0)
            throw new ProblemException(Problems.UnknownMapping);
        return TypedResults.NoContent();
    }

    private static async Task<MappingView> View(PlatformDb db, string name, CancellationToken cancellation)
    {
        if (MappingPresets.All.TryGetValue(name, out var preset))
            return new MappingView(name, true, preset, null);
        return View(await db.ImportMappings.AsNoTracking().SingleOrDefaultAsync(m => m.Name == name, cancellation) ?? throw new ProblemException(Problems.UnknownMapping));
    }

    private static MappingView View(SavedMapping saved) =>
        new(saved.Name, false, JsonSerializer.Deserialize<ColumnMapping>(saved.Content, Json.Options)!, saved.UpdatedAt);

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 60 && name[0] != '-' && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
