using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Database;
using Platform.Http;
using Platform.Plans;

namespace Platform.Confirmations;

/// <summary>Routes of the skill framework: its units, the courses that count towards them, and the rules that confirm learners. Operators write, everybody reads.</summary>
public static class FrameworkApi
{
    public static void MapFramework(this IEndpointRouteBuilder routes)
    {
        var read = routes.MapGroup("/v1").WithTags("Skill framework").Require(null, Reach.Account).Fails(401, 403);
        read.MapGet("framework-units", ListUnits).WithName(nameof(ListUnits));
        read.MapGet("framework-rules", ListRules).WithName(nameof(ListRules)).Fails(400);
        read.MapGet("framework-rules/{id:int}", GetRule).WithName(nameof(GetRule)).Fails(404);
        read.MapGet("framework-rules/{id:int}/recomputation", GetRecomputation).WithName(nameof(GetRecomputation)).Fails(404);

        var write = routes.MapGroup("/v1").WithTags("Skill framework").Require(Scopes.Manage, Reach.Administration).OfOperators().Fails(400, 401, 403, 413, 415, 422);
        write.MapPut("framework-units", PutUnits).WithName(nameof(PutUnits));
        write.MapPut("courses/{course}/units", PutCourseUnits).WithName(nameof(PutCourseUnits)).Fails(404);
        write.MapPost("framework-rules", CreateRule).WithName(nameof(CreateRule)).Fails(409);
        routes.MapDelete("/v1/framework-rules/{id:int}", WithdrawRule).WithName(nameof(WithdrawRule)).WithTags("Skill framework")
            .Require(Scopes.Manage, Reach.Administration).OfOperators().Fails(401, 403, 404, 409);
    }

    /// <summary>The units of the skill framework in its order, with the courses that count towards them.</summary>
    private static async Task<Ok<Page<UnitView>>> ListUnits(PlatformDb db, CancellationToken cancellation)
    {
        var courses = await db.Courses.AsNoTracking().OrderBy(c => c.Code).Select(c => new { c.Code, c.Units }).ToListAsync(cancellation);
        var units = await db.FrameworkUnits.AsNoTracking().OrderBy(u => u.Ordinal).ThenBy(u => u.Code).ToListAsync(cancellation);
        return TypedResults.Ok(new Page<UnitView>(
            [.. units.Select(u => new UnitView(u.Code, u.NameVi, u.NameEn, [.. courses.Where(c => c.Units.Contains(u.Code)).Select(c => c.Code)]))], null));
    }

    /// <summary>Adds units, or changes their names, in this order; those not sent stay. Only for operators.</summary>
    private static async Task<Ok<Page<UnitView>>> PutUnits(IReadOnlyList<UnitContent> body, PlatformDb db, CancellationToken cancellation)
    {
        var faults = new Faults();
        await using var transaction = await db.BeginAlone("framework", cancellation);
        var present = await db.FrameworkUnits.ToDictionaryAsync(u => u.Code, cancellation);
        var sent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (unit, at, index) in faults.Each("", body))
        {
            var code = faults.Text($"{at}/code", unit.Code, 40);
            if (!code.All(char.IsAsciiLetterOrDigit))
                faults.Add($"{at}/code", Problems.NotText, new Explanation("Chỉ chữ không dấu và chữ số.", "Letters without diacritics and digits only."));
            if (code.Length > 0 && !sent.Add(code))
                faults.Add($"{at}/code", Problems.Repeated);
            var (vi, en) = (faults.Text($"{at}/nameVi", unit.NameVi, 200), faults.Text($"{at}/nameEn", unit.NameEn, 200));
            if (!present.TryGetValue(code, out var known))
            {
                present.Add(code, known = new FrameworkUnit { Code = code, NameVi = vi, NameEn = en });
                db.FrameworkUnits.Add(known);
            }

            (known.NameVi, known.NameEn, known.Ordinal) = (vi, en, index + 1);
        }

        faults.ThrowIfAny();
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return await ListUnits(db, cancellation);
    }

    /// <summary>Sets the units that a course counts towards. Only for operators.</summary>
    /// <remarks>Rules in force stay as they were made: the course counts by them as before, and from an audience's next version on as it is now.</remarks>
    private static async Task<Ok<RuleCourseView>> PutCourseUnits(
        string course, CourseUnitsContent body, PlatformDb db, CancellationToken cancellation)
    {
        var known = await db.FrameworkUnits.Select(u => u.Code).ToListAsync(cancellation);
        var faults = new Faults();
        var units = new List<string>();
        if (body.Units is null)
            faults.Add("/units", Problems.Required);
        for (var i = 0; i < (body.Units?.Count ?? 0); i++)
        {
            var unit = body.Units![i] ?? "";
            if (!known.Contains(unit))
                faults.Add($"/units/{i}", Problems.UnknownUnit);
            else if (!units.Contains(unit))
                units.Add(unit);
        }

        faults.ThrowIfAny();
        var found = (Faults.IsText(course) ? await db.Courses.SingleOrDefaultAsync(c => c.Code == course, cancellation) : null) ?? throw new ProblemException(Problems.NoSuchCourse);
        found.Units = units;
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Ok(new RuleCourseView(found.Code, units));
    }

    /// <summary>Every version of every rule, by audience, the newest first.</summary>
    private static async Task<Ok<Page<RuleView>>> ListRules(
        PlatformDb db, CancellationToken cancellation, [Description("Only those of this audience.")] Audience? audience = null) =>
        TypedResults.Ok(new Page<RuleView>(await Views(db, db.FrameworkRules.Where(r => audience == null || r.Audience == audience), cancellation), null));

    /// <summary>One version of a rule.</summary>
    private static async Task<Ok<RuleView>> GetRule(int id, PlatformDb db, CancellationToken cancellation) => TypedResults.Ok(await View(db, id, cancellation));

    /// <summary>How far the learners of the audience are judged by this version.</summary>
    private static async Task<Ok<RecomputationView>> GetRecomputation(int id, PlatformDb db, CancellationToken cancellation)
    {
        var rule = await db.FrameworkRules.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellation) ?? throw new ProblemException(Problems.UnknownRule);
        return TypedResults.Ok(RecomputationView.Of(await db.Recomputations.AsNoTracking().SingleOrDefaultAsync(r => r.RuleId == id, cancellation), rule.WithdrawnAt is not null));
    }

    /// <summary>Makes a new version of an audience's rule. Only for operators.</summary>
    /// <remarks>
    /// On its first day everybody of the audience is judged again in the background, while completions go on being taken in; the figures of
    /// confirmed learners change with each of them. The courses that count are those that its units have now.
    /// </remarks>
    private static async Task<Results<Created<RuleView>, Ok<RuleEffect>>> CreateRule(
        HttpContext http, RuleContent body, PlatformDb db, RuleBook rules, Rejudgement rejudgement, RecomputationRunner runner, TimeProvider clock, CancellationToken cancellation,
        [Description("Tell what it would change, and make nothing.")] bool dryRun = false)
    {
        var rule = body.Validate((await db.FrameworkUnits.Select(u => u.Code).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal), rules.Today);
        foreach (var course in await db.Courses.AsNoTracking().OrderBy(c => c.Id).ToListAsync(cancellation))
            for (var unit = 0; unit < rule.Units.Count; unit++)
                if (course.Units.Contains(rule.Units[unit]))
                    rule.Courses.Add(new FrameworkRuleCourse { CourseId = course.Id, Unit = (short)unit });
        if (rule.Courses.Select(c => c.Unit).Distinct().Count() < rule.Needed)
            throw new ProblemException(Problems.RuleCannotBeMet);
        if (dryRun)
            return TypedResults.Ok(await rejudgement.Try(RuleBook.Judging(rule, 0), cancellation));

        await using (var transaction = await db.BeginAlone("framework", cancellation))
        {
            var versions = await db.FrameworkRules.AsNoTracking().Where(r => r.Audience == rule.Audience).OrderByDescending(r => r.Version).ToListAsync(cancellation);
            if (versions.Find(r => r.WithdrawnAt is null) is { } before && rule.EffectiveFrom < before.EffectiveFrom)
                throw new ProblemException(Problems.RuleTooEarly, TooEarly(before, rules.Today));
            (rule.Version, rule.CreatedAt, rule.CreatedBy) = ((versions.FirstOrDefault()?.Version ?? 0) + 1, clock.GetUtcNow(), http.Features.Get<Caller>()!.Key);
            db.FrameworkRules.Add(rule);
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }

        if (rule.EffectiveFrom <= rules.Today)
            await rules.BringIntoForce(cancellation);
        runner.Wake();
        return TypedResults.Created($"/v1/framework-rules/{rule.Id}", await View(db, rule.Id, cancellation));
    }

    /// <summary>Withdraws a version whose first day has not come, such as one with a mistaken day. Only for operators.</summary>
    /// <remarks>It stays on record with who withdrew it, and judges nobody. A version that is or was in force is changed by making another. Withdrawing it again changes nothing.</remarks>
    private static async Task<NoContent> WithdrawRule(int id, HttpContext http, PlatformDb db, RuleBook rules, TimeProvider clock, CancellationToken cancellation)
    {
        await using var transaction = await db.BeginAlone("framework", cancellation);
        var rule = await db.FrameworkRules.SingleOrDefaultAsync(r => r.Id == id, cancellation) ?? throw new ProblemException(Problems.UnknownRule);
        if (rule.WithdrawnAt is null)
        {
            if (rule.EffectiveFrom <= rules.Today || await db.Recomputations.AnyAsync(r => r.RuleId == id, cancellation))
                throw new ProblemException(Problems.RuleInForce);
            (rule.WithdrawnAt, rule.WithdrawnBy) = (clock.GetUtcNow(), http.Features.Get<Caller>()!.Key);
            await db.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return TypedResults.NoContent();
    }

    private static Explanation TooEarly(FrameworkRule before, DateOnly today)
    {
        var (vi, en) = ($"Phiên bản {before.Version} có hiệu lực từ {before.EffectiveFrom:dd/MM/yyyy}.", $"Version {before.Version} is in force from {before.EffectiveFrom:yyyy-MM-dd}.");
        return before.EffectiveFrom <= today ? new Explanation(vi, en)
            : new Explanation($"{vi} Nếu nhầm, hãy rút lại: DELETE /v1/framework-rules/{before.Id}.", $"{en} If that is a mistake, withdraw it: DELETE /v1/framework-rules/{before.Id}.");
    }

    private static async Task<RuleView> View(PlatformDb db, int id, CancellationToken cancellation) =>
        (await Views(db, db.FrameworkRules.Where(r => r.Id == id), cancellation)).SingleOrDefault() ?? throw new ProblemException(Problems.UnknownRule);

    private static async Task<List<RuleView>> Views(PlatformDb db, IQueryable<FrameworkRule> rules, CancellationToken cancellation)
    {
        var courses = await db.Courses.AsNoTracking().ToDictionaryAsync(c => c.Id, c => c.Code, cancellation);
        var work = await db.Recomputations.AsNoTracking().ToDictionaryAsync(r => r.RuleId, cancellation);
        var newest = work.Values.GroupBy(r => r.Audience).Select(g => g.Max(r => r.Edition)).ToHashSet();
        var found = await rules.AsNoTracking().Include(r => r.Courses).AsSplitQuery().ToListAsync(cancellation);
        return [.. found.OrderBy(r => r.Audience).ThenByDescending(r => r.Version).Select(r => new RuleView(
            r.Id, r.Audience, r.Version, work.TryGetValue(r.Id, out var own) && newest.Contains(own.Edition), r.LegalBasis, r.EffectiveFrom, r.Source, r.Units, r.Needed, r.MinimumScore,
            [.. r.Courses.GroupBy(c => courses[c.CourseId]).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new RuleCourseView(g.Key, [.. g.OrderBy(c => c.Unit).Select(c => r.Units[c.Unit])]))],
            r.CreatedAt, r.CreatedBy, r.WithdrawnAt, r.WithdrawnBy, RecomputationView.Of(own, r.WithdrawnAt is not null)))];
    }
}
