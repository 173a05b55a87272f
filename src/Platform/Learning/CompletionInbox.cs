using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
using Platform.Audit;
using Platform.Confirmations;
using Platform.Database;
using Platform.Http;
using Platform.Limits;
using Platform.Localities;
using Platform.Rollup;
using Platform.Tenancy;

namespace Platform.Learning;

/// <summary>
/// Takes a vendor's rows: checks each, stores each completion once, recognises learners, and changes the figures in the same transaction.
/// Good rows are kept when others fail; a row sent again is a duplicate, a conflict when its content differs, or a correction when it
/// carries a higher revision. Batches run side by side; one that meets another over the same row begins again and sees what that stored.
/// </summary>
public sealed class CompletionInbox(
    PlatformDb db, IntakeOptions options, LocalityDirectory directory, CourseDirectory courses, Pseudonyms pseudonyms, Callers callers,
    IntakeTurns turns, RuleBook rules, TenantStates states, TimeProvider clock)
{
    /// <summary>The most rows of one batch.</summary>
    public const int MaxRows = 10_000;

    /// <summary>The most rows of one batch that is stored as a whole or not at all: what it locks and holds in memory, it does until the last is written.</summary>
    public const int MaxWholeRows = 2_000;

    // Rows that are looked at before others may go first.
    private const int Glance = 500;

    /// <summary>Takes one batch and answers each row in order.</summary>
    public async Task<RowAnswer[]> Take(IntakeOrder order, IReadOnlyList<SentRow> rows, CancellationToken cancellation)
    {
        using var pace = await turns.Enter(order.Vendor, rows.Count, cancellation);
        var answers = new RowAnswer[rows.Count];
        var refused = false;
        while (true)
        {
            var (candidates, edition) = await Check(order, rows, answers, pace, cancellation);
            if (candidates.Count == 0 && order.Alongside is null)
                return answers;
            try
            {
                if (await options.Repeat(db.Dialect, alone => Attempt(order, edition, candidates, answers, alone, pace, cancellation), cancellation) == Attempted.Done)
                    return answers;
            }
            catch (Exception failure) when (!refused && failure.AsDatabase() is { } database && db.Dialect.IsRefusal(database))
            {
                // A grant ended, or a locality was closed, in the seconds for which they are remembered: the rows are checked again with what holds now.
                refused = true;
                await states.FindNow(cancellation);
                order = order with { Vendor = await callers.FindNow(order.Vendor.Key, cancellation) ?? throw new ProblemException(Problems.NotAllowed) };
            }
        }
    }

    /// <summary>Declares a completion of the vendor void; it is counted no more and stays in its history. Null when there is none of this id.</summary>
    public async Task<Completion?> Void(Caller vendor, string id, string reason, CancellationToken cancellation)
    {
        Completion? voided = null;
        await options.Repeat(db.Dialect, async alone =>
        {
            await using var store = options.Open(db);
            await store.Begin(alone, cancellation);
            var found = await store.Find(vendor.Vendor!.Value, [id], [], cancellation);
            if (!found.Completions.TryGetValue(id, out var before))
                return Attempted.Done;
            if (before.VoidedAt is not null)
                throw new ProblemException(Problems.AlreadyVoid);
            if ((await states.FindNow(cancellation)).IsClosed(before.TenantId))
                throw new ProblemException(Problems.TenantClosed);
            voided = before.Copy();
            (voided.VoidedAt, voided.VoidReason) = (clock.GetUtcNow(), reason);
            var learners = new LearnerRegister(vendor.Vendor.Value, pseudonyms.Newest.Mark, found.Identities, []);
            if (!await Write(store, learners, found.Edition, [], [new Replacement(before, voided)], [], Pace.Full, cancellation))
                return Attempted.MetAnother;
            await db.Note(AuditAction.Intake, "completions", $"{vendor.Vendor}/{id}", new { voided = 1, reason }, cancellation);
            await store.Commit(cancellation);
            return Attempted.Done;
        }, cancellation);
        return voided;
    }

    private async Task<(List<Candidate>, int Edition)> Check(IntakeOrder order, IReadOnlyList<SentRow> rows, RowAnswer[] answers, Pace pace, CancellationToken cancellation)
    {
        var known = await courses.Find(rows.Select(r => r.Content?.Course), cancellation);
        var suspended = await states.Find(cancellation);
        var (edition, localities) = await directory.AsOf(cancellation);
        // Perhaps another server has begun it.
        if (rows.FirstOrDefault(r => r.Content?.Locality is { } code && !localities.ContainsKey(code)) is { } unknown && await directory.Find(unknown.Content!.Locality!, cancellation) is not null)
            (edition, localities) = await directory.AsOf(cancellation);
        var reading = new CompletionReading(order.Vendor, localities, known, pseudonyms, suspended, clock.GetUtcNow());
        var candidates = new List<Candidate>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            if (i % Glance == 0)
                await pace.GiveWay(cancellation);
            if (reading.Check(rows[i], out var candidate) is { } faults)
                answers[i] = new RowAnswer(rows[i].Index, rows[i].Id, RowOutcome.Rejected, faults) { Line = rows[i].Line };
            else
                candidates.Add(candidate! with { Place = i });
        }

        return (candidates, edition);
    }

    private async Task<Attempted> Attempt(IntakeOrder order, int checkedBy, List<Candidate> candidates, RowAnswer[] answers, bool alone, Pace pace, CancellationToken cancellation)
    {
        await using var store = options.Open(db, alone ? Pace.Full : pace);
        await store.Begin(alone, cancellation);
        if (candidates.Count > 0)
        {
            if (alone || !store.LocksRows)
                pace = Pace.Full; // everybody waits for it
            if (await Decide(store, order, checkedBy, candidates, answers, pace, cancellation) is not var (decision, learners, edition))
                return Attempted.Reorganised;
            if (learners.Merged.Count > 0 && !alone && store.LocksRows)
                return Attempted.MustBeAlone;
            if (!await Write(store, learners, edition, decision.Added, decision.Replaced, decision.Superseded, pace, cancellation))
                return Attempted.MetAnother;
        }

        if (order.Atomic && WithholdIfAnyFailed(answers))
            return Attempted.Done;
        if (order.DryRun)
            return Attempted.Done;
        if (order.Alongside is { } alongside)
            await alongside(answers, cancellation);
        if (Array.Exists(answers, a => a.Outcome is RowOutcome.Created or RowOutcome.Corrected))
            await db.Note(AuditAction.Intake, "completions", $"{order.Vendor.Vendor}", Counted(answers), cancellation);
        await store.Commit(cancellation);
        return Attempted.Done;
    }

    private async Task<(BatchDecision, LearnerRegister, int Edition)?> Decide(
        IIntakeStore store, IntakeOrder order, int checkedBy, List<Candidate> rows, RowAnswer[] answers, Pace pace, CancellationToken cancellation)
    {
        var vendor = order.Vendor.Vendor!.Value;
        var found = await store.Find(vendor, Ids(rows), Names(rows), cancellation);
        if (found.Reorganised > checkedBy)
        {
            await directory.Reach(found.Reorganised, cancellation);
            return null;
        }

        var doubtful = LearnerRegister.Doubtful(rows, found.Identities);
        var names = doubtful.Count == 0 ? [] : await store.NamesOf([.. doubtful], cancellation);
        var learners = new LearnerRegister(vendor, pseudonyms.Newest.Mark, found.Identities, names);
        var unplaced = rows.Where(r => !r.SaysWhere).SelectMany(learners.Find).Distinct().ToArray();
        var places = unplaced.Length == 0 ? [] : await store.Learners(unplaced, cancellation);
        var entries = rows.TrueForAll(r => r.SaysWhere) ? [] : (await directory.All(cancellation)).ToDictionary(l => l.Id);
        var decision = new BatchDecision(order, found.Completions, learners, places, tenant => order.Vendor.Completes(entries[tenant]), await states.Find(cancellation), clock.GetUtcNow());
        var erased = found.AnyErased ? await Erased(store, vendor, rows, cancellation) : [];
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (i % Glance == 0)
                await pace.GiveWay(cancellation);
            if (erased.Contains(row.ExternalId))
                answers[row.Place] = new RowAnswer(row.Index, row.ExternalId, RowOutcome.Rejected, [new FieldFault($"/{row.Index}/id", Problems.CompletionErased)]) { Line = row.Line };
            else
                answers[row.Place] = decision.Decide(row) is var answer && row is { Named: null, Line: null } ? answer : answer with { Line = row.Line, MovedTo = row.Named?.Successors[0].Code };
        }

        return (decision, learners, found.Edition);
    }

    // What was erased must not make its learner known anew when it is sent again; only vendors of whom anything was erased pay for the look-up.
    private async Task<HashSet<string>> Erased(IIntakeStore store, short vendor, List<Candidate> rows, CancellationToken cancellation)
    {
        var names = rows.Select(r => r.ExternalId).Distinct().ToDictionary(id => id, id => pseudonyms.OfErased(vendor, id), StringComparer.Ordinal);
        var erased = await store.Erased(vendor, [.. names.Values.SelectMany(n => (Guid[])[n.Newest, .. n.Earlier])], cancellation);
        return [.. names.Where(n => erased.Contains(n.Value.Newest) || n.Value.Earlier.Any(erased.Contains)).Select(n => n.Key)];
    }

    private async Task<bool> Write(
        IIntakeStore store, LearnerRegister learners, int edition, List<Completion> added, List<Replacement> replaced, List<Completion> superseded, Pace pace, CancellationToken cancellation)
    {
        if (added.Count == 0 && replaced.Count == 0)
            return true;
        await pace.GiveWay(cancellation);
        foreach (var completion in added.Concat(replaced.Select(r => r.After)).Concat(superseded))
            completion.LearnerId = learners.Now(completion.LearnerId);
        var recounted = replaced.SelectMany(r => (Guid[])[r.Before.LearnerId, r.After.LearnerId]).Select(learners.Now).ToHashSet();
        var touched = added.Select(c => c.LearnerId).Concat(recounted).Concat(learners.Merged.Keys).Concat(learners.Merged.Values.Select(learners.Now))
            .Where(learners.IsStored).Distinct().Order().ToArray();
        var locked = await store.Claim(
            [.. learners.Added.OrderBy(i => i.Id)], [.. learners.Retired.Order()], touched, [.. learners.MadeCitizens], cancellation);
        if (locked is null)
            return false;

        var figures = new FigureChanges();
        var judging = await rules.At(edition, cancellation);
        var counts = new LearnerCounts(locked, figures, judging);
        foreach (var (from, to) in learners.Merged)
            counts.Merge(from, learners.Now(to));
        for (var i = 0; i < added.Count; i++)
        {
            if (i % Glance == 0)
                await pace.GiveWay(cancellation);
            var completion = added[i];
            figures.Count(completion, +1);
            if (!recounted.Contains(completion.LearnerId))
                counts.Learn(completion);
        }

        counts.Unjudged.ExceptWith(recounted);
        if (recounted.Count > 0 || counts.Unjudged.Count > 0)
            await Recount(store, learners, recounted, added, replaced, figures, counts, judging, cancellation);
        foreach (var version in superseded.Where(v => !learners.IsStored(v.LearnerId)))
            counts.Mention(version);
        if (learners.Merged.Count > 0)
            await MoveRecorded(learners, cancellation);
        await pace.GiveWay(cancellation);
        return await store.Write(new IntakeChanges
        {
            Added = [.. added.OrderBy(c => c.ExternalId, StringComparer.Ordinal)],
            Replaced = [.. replaced.OrderBy(r => r.Before.ExternalId, StringComparer.Ordinal)],
            Superseded = superseded,
            NewLearners = counts.New,
            ChangedLearners = counts.Changed,
            Merged = learners.Merged.ToDictionary(m => m.Key, m => learners.Now(m.Value)),
            Figures = figures,
            At = clock.GetUtcNow(),
        }, cancellation);
    }

    private async Task Recount(
        IIntakeStore store, LearnerRegister learners, HashSet<Guid> recounted, List<Completion> added, List<Replacement> replaced,
        FigureChanges figures, LearnerCounts counts, RulesInForce judging, CancellationToken cancellation)
    {
        foreach (var (before, after) in replaced)
        {
            if (before.VoidedAt is null)
                figures.Count(before, -1);
            if (after.VoidedAt is null)
                figures.Count(after, +1);
        }

        var again = recounted.Concat(counts.Unjudged).ToHashSet();
        var asked = again.Concat(learners.Merged.Where(m => again.Contains(learners.Now(m.Value))).Select(m => m.Key)).Where(learners.IsStored).Order().ToArray();
        var gone = replaced.Select(r => (r.Before.VendorId, r.Before.ExternalId)).ToHashSet();
        var left = (asked.Length == 0 ? [] : await store.CompletionsOf(asked, cancellation)).Where(c => !gone.Contains((c.VendorId, c.ExternalId)))
            .Concat(replaced.Select(r => r.After)).Concat(added).ToLookup(c => learners.Now(c.LearnerId));
        var recorded = (judging.AskWhatIsRecorded && asked.Length > 0
            ? await db.Confirmations.AsNoTracking().Where(c => asked.Contains(c.LearnerId)).ToListAsync(cancellation) : []).ToLookup(c => learners.Now(c.LearnerId));
        foreach (var learner in recounted)
            counts.Recount(learner, left[learner], recorded[learner]);
        foreach (var learner in counts.Unjudged)
            counts.Judge(learner, left[learner], recorded[learner]);
    }

    // What communes recorded of one of two learners is recorded of the one they are.
    private async Task MoveRecorded(LearnerRegister learners, CancellationToken cancellation)
    {
        foreach (var (from, to) in learners.Merged)
        {
            var now = learners.Now(to);
            await db.Confirmations.Where(c => c.LearnerId == from).ExecuteUpdateAsync(s => s.SetProperty(c => c.LearnerId, now), cancellation);
        }
    }

    // Not the rows: each completion keeps what it was before.
    private static Dictionary<string, int> Counted(RowAnswer[] answers) =>
        answers.GroupBy(a => a.Outcome).ToDictionary(a => JsonNamingPolicy.CamelCase.ConvertName($"{a.Key}"), a => a.Count());

    private static bool WithholdIfAnyFailed(RowAnswer[] answers)
    {
        if (Array.Find(answers, a => a.Outcome is RowOutcome.Rejected or RowOutcome.Conflict) is not { } failed)
            return false;
        var why = new Explanation($"Dòng {failed.Index} (tính từ 0) không được nhận.", $"Row {failed.Index}, counted from 0, was not taken.");
        var withheld = answers.Where(a => a.Outcome is RowOutcome.Created or RowOutcome.Corrected).Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < answers.Length; i++)
            if (answers[i].Outcome is RowOutcome.Created or RowOutcome.Corrected || (answers[i].Outcome == RowOutcome.Duplicate && withheld.Contains(answers[i].Id)))
                answers[i] = answers[i] with { Outcome = RowOutcome.Withheld, Faults = [new FieldFault($"/{answers[i].Index}", Problems.BatchIsAtomic, why)] };
        return true;
    }

    private static string[] Ids(List<Candidate> rows)
    {
        var ids = new HashSet<string>(rows.Count, StringComparer.Ordinal);
        foreach (var row in rows)
            ids.Add(row.ExternalId);
        return [.. ids];
    }

    private static Guid[] Names(List<Candidate> rows)
    {
        var names = new HashSet<Guid>(rows.Count);
        foreach (var row in rows)
        {
            Add(row.VendorName);
            Add(row.CitizenName);
        }

        return [.. names];

        void Add(Pseudonym? name)
        {
            if (name is not { } pseudonym)
                return;
            names.Add(pseudonym.Newest);
            names.UnionWith(pseudonym.Earlier);
        }
    }
}
