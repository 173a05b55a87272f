using Microsoft.EntityFrameworkCore;
using Platform.Database;
using Platform.Http;
using Platform.Localities;
using Platform.Rollup;

namespace Platform.Learning;

/// <summary>
/// Takes a vendor's batch: validates every row, stores each completion once, recognises learners, and changes the figures in the same
/// transaction. Good rows are kept when others fail; a row sent again is a duplicate, or a conflict when its content differs.
/// </summary>
public sealed class CompletionInbox(PlatformDb db, LocalityDirectory directory, Pseudonyms pseudonyms, TimeProvider clock)
{
    /// <summary>The most rows of one batch.</summary>
    public const int MaxRows = 10_000;

    /// <summary>Takes one batch and answers each row in order.</summary>
    public async Task<RowAnswer[]> Take(IntakeOrder order, IReadOnlyList<SentRow> rows, CancellationToken cancellation)
    {
        var localities = (await directory.All(cancellation)).ToDictionary(l => l.Code, StringComparer.Ordinal);
        var courses = await db.Courses.AsNoTracking().ToDictionaryAsync(c => c.Code, c => c.Id, StringComparer.Ordinal, cancellation);
        var reading = new CompletionReading(order.Vendor, localities, courses, pseudonyms, clock.GetUtcNow());

        var answers = new RowAnswer[rows.Count];
        var candidates = new List<Candidate>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            Candidate? candidate = null;
            var fault = rows[i].Fault ?? reading.Check(rows[i].Index, rows[i].Content!, out candidate);
            if (fault is not null)
                answers[i] = new RowAnswer(rows[i].Index, rows[i].Id, RowOutcome.Rejected, fault);
            else
                candidates.Add(candidate! with { Place = i });
        }

        if (candidates.Count > 0 || order.Alongside is not null)
            await Store(order, candidates, answers, cancellation);
        return answers;
    }

    private async Task Store(IntakeOrder order, List<Candidate> candidates, RowAnswer[] answers, CancellationToken cancellation)
    {
        var vendor = order.Vendor.Vendor!.Value;
        await using var transaction = await db.BeginAlone("intake", cancellation);

        var ids = candidates.Select(c => c.ExternalId).Distinct().ToList();
        var stored = await db.Completions.AsNoTracking().Where(c => c.VendorId == vendor && ids.Contains(c.ExternalId))
            .ToDictionaryAsync(c => c.ExternalId, StringComparer.Ordinal, cancellation);
        var learners = await LearnerRegister.Load(db, vendor, candidates, cancellation);
        var changes = new FigureChanges();
        var now = clock.GetUtcNow();

        foreach (var candidate in candidates)
        {
            if (stored.TryGetValue(candidate.ExternalId, out var before))
            {
                var differences = candidate.DifferencesFrom(before).ToList();
                if (!learners.IsKnownAs(before.LearnerId, candidate))
                    differences.Add("learner");
                answers[candidate.Place] = differences.Count == 0
                    ? new RowAnswer(candidate.Index, candidate.ExternalId, RowOutcome.Duplicate)
                    : Conflict(candidate, differences);
                continue;
            }

            var completion = new Completion
            {
                VendorId = vendor,
                ExternalId = candidate.ExternalId,
                TenantId = candidate.TenantId,
                LearnerId = learners.Recognise(candidate, changes),
                CourseId = candidate.CourseId,
                Audience = candidate.Audience,
                CompletedAt = candidate.CompletedAt,
                Score = candidate.Score,
                Passed = candidate.Passed,
                ReceivedAt = now,
            };
            stored.Add(completion.ExternalId, completion);
            db.Completions.Add(completion);
            changes.Add(completion);
            learners.Learn(completion, changes);
            answers[candidate.Place] = new RowAnswer(candidate.Index, candidate.ExternalId, RowOutcome.Created);
        }

        if (order.Atomic && WithholdIfAnyFailed(answers))
            return;
        await learners.Merge(cancellation);
        await changes.Apply(db, now, cancellation);
        await db.SaveChangesAsync(cancellation);
        if (order.DryRun)
            return;
        if (order.Alongside is { } alongside)
            await alongside(answers, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static bool WithholdIfAnyFailed(RowAnswer[] answers)
    {
        if (!Array.Exists(answers, a => a.Outcome is RowOutcome.Rejected or RowOutcome.Conflict))
            return false;
        for (var i = 0; i < answers.Length; i++)
            if (answers[i].Outcome is RowOutcome.Created or RowOutcome.Corrected)
                answers[i] = answers[i] with { Outcome = RowOutcome.Withheld, Fault = new FieldFault($"/{answers[i].Index}", Problems.BatchIsAtomic) };
        return true;
    }

    private static RowAnswer Conflict(Candidate candidate, List<string> differences)
    {
        var fields = string.Join(", ", differences);
        var fault = new FieldFault($"/{candidate.Index}/{differences[0]}", Problems.SameIdOtherContent, new Explanation($"Khác ở: {fields}.", $"Differs in: {fields}."));
        return new RowAnswer(candidate.Index, candidate.ExternalId, RowOutcome.Conflict, fault);
    }
}
