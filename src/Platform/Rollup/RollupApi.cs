using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Plans;

namespace Platform.Rollup;

/// <summary>Routes of a locality's figures: declared populations, reported figures, progress on its targets.</summary>
public static class RollupApi
{
    public static void MapRollup(this IEndpointRouteBuilder routes)
    {
        var read = routes.MapGroup("/v1/localities/{code}").WithTags("Figures").Require(Scopes.Read, Reach.RouteLocality).Fails(401, 403, 404);
        read.MapGet("populations", ListPopulations).WithName(nameof(ListPopulations));
        read.MapGet("progress", ListProgress).WithName(nameof(ListProgress)).Fails(400);

        var write = routes.MapGroup("/v1/localities/{code}").WithTags("Figures").Require(Scopes.Write, Reach.RouteLocality).Fails(401, 403, 404);
        write.MapPut("populations", DeclarePopulations).WithName(nameof(DeclarePopulations)).Fails(400, 413, 415, 422);
        write.MapPost("targets/{targetId:guid}/figures", ReportFigure).WithName(nameof(ReportFigure)).Fails(400, 409, 413, 415, 422);
    }

    /// <summary>How many people each group has, by year: the denominators of percentages.</summary>
    private static async Task<Ok<Page<PopulationView>>> ListPopulations(RouteLocality locality, PlatformDb db, CancellationToken cancellation) =>
        TypedResults.Ok(new Page<PopulationView>(
            await db.Populations.AsNoTracking().Where(p => p.TenantId == locality.Id).OrderBy(p => p.Year).ThenBy(p => p.Code)
                .Select(p => new PopulationView(p.Code, p.Year, p.People, p.Source)).ToListAsync(cancellation), null));

    /// <summary>Declares populations; those not sent stay as they are.</summary>
    private static async Task<Ok<Page<PopulationView>>> DeclarePopulations(
        RouteLocality locality, IReadOnlyList<PopulationContent> body, PlatformDb db, CancellationToken cancellation)
    {
        var faults = new Faults();
        var present = await db.Populations.Where(p => p.TenantId == locality.Id).ToDictionaryAsync(p => (p.Code, p.Year), cancellation);
        foreach (var (sent, at, _) in faults.Each("", body))
        {
            var code = faults.Text($"{at}/code", sent.Code, 40);
            var year = faults.Within($"{at}/year", sent.Year, 2024, 2100);
            if (!present.TryGetValue((code, year), out var population))
            {
                population = new Population { TenantId = locality.Id, Code = code, Year = year, Source = "" };
                present.Add((code, year), population);
                db.Populations.Add(population);
            }

            population.People = faults.Within($"{at}/people", sent.People, 0, 200_000_000);
            population.Source = faults.Text($"{at}/source", sent.Source, 200);
        }

        faults.ThrowIfAny();
        await db.SaveChangesAsync(cancellation);
        return await ListPopulations(locality, db, cancellation);
    }

    /// <summary>Sends a figure for a target that is fed by reports. The latest by date counts; the same date again replaces it.</summary>
    private static async Task<Ok<FigureView>> ReportFigure(
        RouteLocality locality, Guid targetId, FigureContent body, PlatformDb db, TimeProvider clock, CancellationToken cancellation)
    {
        var target = await db.Targets.AsNoTracking().SingleOrDefaultAsync(t => t.TenantId == locality.Id && t.Id == targetId, cancellation)
            ?? throw new ProblemException(Problems.UnknownTarget);
        if (target.Source != FigureSource.Reported)
            throw new ProblemException(Problems.NotReported);
        if (!await db.Plans.AnyAsync(p => p.TenantId == locality.Id && p.Id == target.PlanId && p.Status == PlanStatus.Issued, cancellation))
            throw new ProblemException(Problems.WrongStatus);
        var faults = new Faults();
        var asOf = faults.Value("/asOf", body.AsOf).ToUniversalTime();
        if (asOf > clock.GetUtcNow())
            faults.Add("/asOf", Problems.OutOfRange, new Explanation("Thời điểm ở tương lai.", "It lies in the future."));
        var numerator = faults.Within("/numerator", body.Numerator, 0, 1_000_000_000);
        if (body.Denominator is not null)
            faults.Within("/denominator", body.Denominator, 1, 1_000_000_000);
        faults.ThrowIfAny();

        var figure = await db.TargetFigures.SingleOrDefaultAsync(f => f.TenantId == locality.Id && f.TargetId == targetId && f.AsOf == asOf, cancellation);
        if (figure is null)
            db.TargetFigures.Add(figure = new TargetFigure { TenantId = locality.Id, TargetId = targetId, AsOf = asOf });
        (figure.Numerator, figure.Denominator) = (numerator, body.Denominator);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Ok(new FigureView(targetId, asOf, numerator, body.Denominator));
    }

    /// <summary>Progress on every target of the locality's issued plans. Missing figures are null, never zero.</summary>
    private static async Task<Ok<Page<ProgressView>>> ListProgress(
        RouteLocality locality, PlatformDb db, CancellationToken cancellation, [Description("Only targets of this year.")] int? year = null) =>
        TypedResults.Ok(new Page<ProgressView>(
            await db.TargetProgress.AsNoTracking().Where(p => p.TenantId == locality.Id && (year == null || p.Year == year))
                .OrderBy(p => p.Year).ThenBy(p => p.Target!.Ordinal)
                .Select(p => new ProgressView(
                    p.TargetId, p.Target!.Number, p.Target.Title, p.Year, p.Audience, p.Bound, p.TargetValue, p.Unit, p.Source,
                    p.Numerator, p.Denominator, p.Percentage, p.Status, p.MembersWithFigures, p.Members, p.AsOf))
                .ToListAsync(cancellation), null));
}
