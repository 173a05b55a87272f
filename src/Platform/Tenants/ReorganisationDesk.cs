using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Confirmations;
using Platform.Database;
using Platform.Http;
using Platform.Learning;
using Platform.Localities;
using Platform.Plans;
using Platform.Rollup;
using Platform.Tenancy;

namespace Platform.Tenants;

/// <summary>
/// Merges and splits communes, and takes that back, each in one transaction beside which no completions are taken in: people's rows and figures go to
/// the new communes, everything else stays with the old ones, which end and are only read. Refuses communes that are suspended or owe somebody an answer
/// about their data, and to take back what was built upon since. A dry run does all of it and keeps nothing.
/// </summary>
internal sealed class ReorganisationDesk(
    PlatformDb db, LocalityDirectory directory, IntakeOptions intake, RuleBook rules, Pseudonyms pseudonyms, TenantStates states, TimeProvider clock)
{
    private DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime.AddHours(7));

    /// <summary>Merges or splits.</summary>
    internal async Task<Done> Make(CreateReorganisation body, Caller by, bool dryRun, CancellationToken cancellation)
    {
        body.Validate(await directory.ByCode(cancellation), Today);
        await using var work = await Begin(by, cancellation);
        var order = body.Validate(await directory.ByCode(cancellation), Today); // the communes as they are now that nobody else changes them
        var province = await directory.Get(order.From[0].ProvinceId, cancellation);
        var number = work.Latest + 1;
        var from = order.From.Select(c => c.Id).ToArray();
        await Refuse(work.Db, from, cancellation);

        var made = new Reorganisation
        {
            Id = Guid.CreateVersion7(),
            Number = number,
            Edition = number,
            Kind = order.Kind,
            ProvinceId = province.Id,
            EffectiveOn = order.EffectiveOn,
            LegalBasis = order.LegalBasis,
            Reason = order.Reason,
            MadeBy = by.Key,
        };
        work.Db.Reorganisations.Add(made);
        var remains = order.Into.Exists(c => c.GoesOn);
        foreach (var old in order.From)
            made.Parts.Add(new ReorganisationPart { LocalityId = old.Id, Side = remains ? PartSide.Remains : PartSide.From });
        var places = order.Into.Where(c => c.GoesOn).ToDictionary(c => c.Code, _ => from[0]);
        foreach (var commune in order.Into.Where(c => !c.GoesOn))
        {
            var begun = await LocalityChanges.Begin(work.Db, commune.Code, commune.Kind!, commune.Name!, province, order.EffectiveOn, cancellation);
            made.Parts.Add(new ReorganisationPart { LocalityId = begun.Id, Side = PartSide.Into });
            places.Add(commune.Code, begun.Id);
        }

        await work.Db.SaveChangesAsync(cancellation);
        var created = Ids(made, PartSide.Into);
        await Measure(work.Db, made, (part, figures) => part.Before = figures, cancellation);
        var ended = Ids(made, PartSide.From);
        foreach (var commune in order.From.Where(c => ended.Contains(c.Id)))
            made.ClosedPlans = [.. made.ClosedPlans, .. await Close(work.Db, commune, made.MadeAt, cancellation)];
        var populations = order.Kind == ReorganisationKind.Merge ? await ClosingFigures.Add(work.Db, order.From, cancellation) : [];
        if (populations.Count > 0)
            await using (var own = await Own(work.Db, await Entry(work.Db, created[0], cancellation), cancellation))
                await ClosingFigures.Declare(own, created[0], populations, order.From, cancellation);
        await LocalityChanges.End(work.Db, ended, order.EffectiveOn.AddDays(-1), cancellation);
        await LocalityChanges.Succeed(work.Db, number, from.SelectMany(o => created.Select(n => (o, n))), cancellation);

        var people = work.People;
        await people.Name(made.Id, cancellation);
        var learners = await people.In(from, cancellation);
        var others = places[order.Others];
        var chosen = await Find(work.Db, order, places, [.. learners], cancellation);
        var moved = await people.Go(number, from, [.. learners.Where(l => !from.Contains(chosen.GetValueOrDefault(l, others)))], l => chosen.GetValueOrDefault(l, others), cancellation);
        await people.Count(ended, cancellation);
        await Measure(work.Db, made, (part, figures) => part.After = figures, cancellation);
        await work.Db.SaveChangesAsync(cancellation);
        return await End(work, made, moved, populations, number, dryRun, cancellation);
    }

    /// <summary>Takes a reorganisation back.</summary>
    internal async Task<Done> Reverse(Guid id, ReverseReorganisation body, Caller by, bool dryRun, CancellationToken cancellation)
    {
        var faults = new Faults();
        var (reason, newcomers) = (faults.Text("/reason", body.Reason, 500), faults.Optional("/newcomers", body.Newcomers, 5));
        faults.ThrowIfAny();
        await using var work = await Begin(by, cancellation);
        var made = await work.Db.Reorganisations.AsNoTracking().Include(r => r.Parts).ThenInclude(p => p.Locality).SingleOrDefaultAsync(r => r.Id == id, cancellation)
            ?? throw new ProblemException(Problems.UnknownReorganisation);
        short[] ended = Ids(made, PartSide.From), created = Ids(made, PartSide.Into), old = [.. ended, .. Ids(made, PartSide.Remains)], all = [.. old, .. created];
        if (made.ReversedAt is not null)
            throw new ProblemException(Problems.AlreadyReversed);
        if (await work.Db.Reorganisations.AnyAsync(r => r.Number > made.Number && r.ReversedAt == null && r.Parts.Any(p => all.Contains(p.LocalityId)), cancellation))
            throw new ProblemException(Problems.ReorganisedSince);
        await Refuse(work.Db, all, cancellation);
        var place = old.Length == 1 ? old[0] : (short?)null;
        if (newcomers is not null)
            place = made.Parts.FirstOrDefault(p => p.Side != PartSide.Into && p.Locality!.Code == newcomers)?.LocalityId
                ?? throw new ProblemException(Problems.Invalid, null, [new FieldFault("/newcomers", Problems.NotOfThisReorganisation)]);

        var (number, lastDay) = (work.Latest + 1, made.EffectiveOn > Today ? made.EffectiveOn : Today);
        await Measure(work.Db, made, (part, figures) => part.Before = figures, cancellation);
        await work.Db.Reorganisations.Where(r => r.Id == id).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.ReversedAt, _ => DateTimeOffset.UtcNow).SetProperty(r => r.ReversedBy, by.Key).SetProperty(r => r.ReversalReason, reason).SetProperty(r => r.Edition, number),
            cancellation);
        foreach (var commune in created)
            await Close(work.Db, await Entry(work.Db, commune, cancellation), clock.GetUtcNow(), cancellation);
        await LocalityChanges.GoOn(work.Db, ended, made.EffectiveOn.AddDays(-1), cancellation);
        foreach (var commune in ended)
            await using (var own = await Own(work.Db, await Entry(work.Db, commune, cancellation), cancellation))
            {
                await ClosingFigures.Forget(own, commune, made.MadeAt, cancellation);
                await new PlanDocument(own, directory, clock).Reopen(commune, made.ClosedPlans, cancellation);
            }

        var people = work.People;
        await people.Name(made.Id, cancellation);
        var (moved, homes) = await people.Return(made.Number, created, cancellation);
        var left = await people.In(created, cancellation);
        short? Home(Guid learner) => homes.TryGetValue(learner, out var home) && old.Contains(home) ? home : place;
        if (left.Count(l => Home(l) is null) is > 0 and var strangers)
            throw new ProblemException(Problems.NewcomersNeedPlace, new Explanation($"{strangers} người học.", $"{strangers} learners."));
        moved += await people.Go(number, created, left, l => Home(l)!.Value, cancellation);
        await LocalityChanges.Forget(work.Db, made.Number, cancellation);
        await LocalityChanges.End(work.Db, created, lastDay, cancellation);
        await LocalityChanges.Succeed(work.Db, number, created.SelectMany(n => old.Select(o => (n, o))), cancellation);
        await people.Count(created, cancellation);
        await Measure(work.Db, made, (part, figures) => part.After = figures, cancellation);

        // What is told is this step; what is kept is how it was made.
        var now = await work.Db.Reorganisations.AsNoTracking().SingleAsync(r => r.Id == id, cancellation);
        now.Parts.AddRange(made.Parts);
        return await End(work, now, moved, [], number, dryRun, cancellation);
    }

    private static short[] Ids(Reorganisation made, PartSide side) => [.. made.Parts.Where(p => p.Side == side).Select(p => p.LocalityId).Order()];

    private async Task<Work> Begin(Caller by, CancellationToken cancellation)
    {
        if (db.Dialect.Resettlement is null)
            throw new ProblemException(Problems.ReorganisationNotHere);
        var scope = new TenantScope { Actor = db.Scope.Actor };
        scope.EnterReorganisation(by.Id);
        var within = db.Beside(scope);
        within.Database.SetCommandTimeout(TimeSpan.FromMinutes(10)); // all completions are read once
        var store = intake.Open(within);
        try
        {
            await store.Begin(alone: true, cancellation);
            var found = await store.Find(0, [], [], cancellation);
            await directory.Reach(found.Reorganised, cancellation);
            return new Work(within, store, found.Reorganised, new Resettlement(within, store, await rules.At(found.Edition, cancellation), clock.GetUtcNow()));
        }
        catch
        {
            await store.DisposeAsync(); // nobody may go on holding what keeps the intake waiting
            await within.DisposeAsync();
            throw;
        }
    }

    private static async Task Refuse(PlatformDb within, short[] communes, CancellationToken cancellation)
    {
        if (await within.Tenants.AnyAsync(t => communes.Contains(t.LocalityId) && t.State != TenantState.Active, cancellation))
            throw new ProblemException(Problems.ResumeFirst);
        if (await within.PersonRequests.CountAsync(r => communes.Contains(r.TenantId) && r.AnsweredAt == null, cancellation) is > 0 and var open)
            throw new ProblemException(Problems.PersonRequestsOpen, new Explanation($"{open} yêu cầu.", $"{open} requests."));
    }

    // A commune's own rows are written under its own scope, while it may still write.
    private async Task<List<Guid>> Close(PlatformDb within, LocalityEntry commune, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var own = await Own(within, commune, cancellation);
        var plans = await new PlanDocument(own, directory, clock).CloseAll(commune.Id, cancellation);
        await ClosingFigures.Note(own, commune.Id, plans, at, cancellation);
        return plans;
    }

    private static Task<PlatformDb> Own(PlatformDb within, LocalityEntry commune, CancellationToken cancellation)
    {
        var scope = new TenantScope { Actor = within.Scope.Actor };
        scope.EnterTenant(commune);
        return within.Within(scope, cancellation);
    }

    // The directory does not know yet what this transaction begins.
    private static async Task<LocalityEntry> Entry(PlatformDb within, short id, CancellationToken cancellation)
    {
        var l = await within.Localities.AsNoTracking().SingleAsync(l => l.Id == id, cancellation);
        return new LocalityEntry(l.Id, l.Code, l.Level, l.Kind, l.Name, l.ProvinceId, l.SearchText);
    }

    private static async Task Measure(PlatformDb within, Reorganisation made, Action<ReorganisationPart, PartFigures> set, CancellationToken cancellation)
    {
        foreach (var part in made.Parts)
            set(part, await PartMeasure.Of(within, part.LocalityId, cancellation));
    }

    // Everybody who is listed lives in the commune; the database knows them by pseudonyms only.
    private async Task<Dictionary<Guid, short>> Find(
        PlatformDb within, ReorganisationOrder order, Dictionary<string, short> places, HashSet<Guid> learners, CancellationToken cancellation)
    {
        if (order.Learners.Count == 0)
            return [];
        var keys = order.Learners.Select(l => l.Learner.Vendor).OfType<string>().Distinct().ToList();
        var vendors = await within.Accounts.AsNoTracking().Where(a => keys.Contains(a.Key) && a.VendorId != null).Select(a => a.Key).ToHashSetAsync(cancellation);
        var names = order.Learners.ConvertAll(l => l.Learner switch
        {
            { CitizenNumber: { Length: > 0 } citizen } => pseudonyms.OfCitizen(citizen),
            { Vendor: { } vendor } when vendors.Contains(vendor) => pseudonyms.OfVendorLearner(Pseudonyms.PrefixOf(vendor), l.Learner.LearnerId!),
            _ => (Pseudonym?)null,
        });
        var known = new Dictionary<Guid, Guid>();
        foreach (var part in names.OfType<Pseudonym>().SelectMany(n => (Guid[])[n.Newest, .. n.Earlier]).Distinct().Chunk(10_000))
            foreach (var identity in await within.LearnerIdentities.AsNoTracking().Where(i => part.Contains(i.Id)).ToListAsync(cancellation))
                known.Add(identity.Id, identity.LearnerId);
        var (chosen, faults) = (new Dictionary<Guid, short>(), new Faults());
        for (var i = 0; i < names.Count && faults.Found.Count < 100; i++)
        {
            var learner = names[i] is { } name ? ((Guid[])[name.Newest, .. name.Earlier]).Where(known.ContainsKey).Select(n => (Guid?)known[n]).FirstOrDefault() : null;
            if (names[i] is null)
                faults.Add($"{order.Learners[i].At}/vendor", Problems.UnknownVendor);
            else if (learner is not { } found || !learners.Contains(found))
                faults.Add(order.Learners[i].At, Problems.LearnerElsewhere);
            else if (!chosen.TryAdd(found, places[order.Learners[i].Learner.Into!]))
                faults.Add(order.Learners[i].At, Problems.Repeated);
        }

        faults.ThrowIfAny();
        return chosen;
    }

    private async Task<Done> End(
        Work work, Reorganisation made, Resettled moved, IReadOnlyList<PopulationSum> populations, int number, bool dryRun, CancellationToken cancellation)
    {
        var (now, all) = (clock.GetUtcNow(), made.Parts.ConvertAll(p => p.LocalityId));
        var grants = await work.Db.Grants.CountAsync(
            g => g.TenantId != null && g.Role != Role.Vendor && all.Contains(g.TenantId.Value) && (g.ValidTo == null || g.ValidTo > now)
                && work.Db.Localities.Any(l => l.Id == g.TenantId && l.ValidTo != null), cancellation);
        var localities = await work.Db.Localities.AsNoTracking().Where(l => all.Contains(l.Id)).ToDictionaryAsync(l => l.Id, cancellation);
        foreach (var part in made.Parts)
            part.Locality = localities[part.LocalityId];
        var province = await directory.Get(made.ProvinceId, cancellation);
        var view = ReorganisationView.Of(made, province.Code, [.. made.Parts.OrderBy(p => p.Side).ThenBy(p => p.Locality!.Code, StringComparer.Ordinal).Select(ReorganisedCommune.Of)]);
        if (!dryRun)
        {
            work.Db.ChangeTracker.Clear();
            await work.Store.Commit(cancellation);
            await directory.Reach(number, CancellationToken.None);
            await states.FindNow(CancellationToken.None);
        }

        return new Done(view, moved, populations, grants);
    }

    /// <summary>What came of it.</summary>
    internal sealed record Done(ReorganisationView View, Resettled Moved, IReadOnlyList<PopulationSum> Populations, int Grants);

    /// <summary>The transaction at hand; disposing of it takes back what is not committed.</summary>
    private sealed record Work(PlatformDb Db, IIntakeStore Store, int Latest, Resettlement People) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            await Db.DisposeAsync();
        }
    }
}
