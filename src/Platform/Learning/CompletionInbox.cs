using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Platform.Access;
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
    public async Task<BatchAnswer> Take(Caller vendor, IReadOnlyList<JsonElement> rows, bool english, CancellationToken cancellation)
    {
        var localities = (await directory.All(cancellation)).ToDictionary(l => l.Code, StringComparer.Ordinal);
        var courses = await db.Courses.AsNoTracking().ToDictionaryAsync(c => c.Code, c => c.Id, StringComparer.Ordinal, cancellation);
        var reading = new CompletionReading(vendor, localities, courses, pseudonyms, clock.GetUtcNow());

        var answers = new RowAnswer[rows.Count];
        var candidates = new List<Candidate>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var (candidate, id, fault) = reading.Read(i, rows[i]);
            if (candidate is not null)
                candidates.Add(candidate);
            else
                answers[i] = new RowAnswer(i, id, RowOutcome.Rejected, RowProblem.Of(fault!, english));
        }

        await Store(vendor.Vendor!.Value, candidates, answers, english, cancellation);
        return new BatchAnswer(Count(RowOutcome.Created), Count(RowOutcome.Duplicate), Count(RowOutcome.Conflict), Count(RowOutcome.Rejected), answers);

        int Count(RowOutcome outcome) => answers.Count(a => a.Outcome == outcome);
    }

    private async Task Store(short vendor, List<Candidate> candidates, RowAnswer[] answers, bool english, CancellationToken cancellation)
    {
        if (candidates.Count == 0)
            return;
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
                answers[candidate.Index] = differences.Count == 0
                    ? new RowAnswer(candidate.Index, candidate.ExternalId, RowOutcome.Duplicate, null)
                    : Conflict(candidate, differences, english);
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
            answers[candidate.Index] = new RowAnswer(candidate.Index, candidate.ExternalId, RowOutcome.Created, null);
        }

        await learners.Merge(cancellation);
        await changes.Apply(db, now, cancellation);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static RowAnswer Conflict(Candidate candidate, List<string> differences, bool english)
    {
        var fields = string.Join(", ", differences);
        var fault = new FieldFault($"/{candidate.Index}/{differences[0]}", Problems.SameIdOtherContent, new Explanation($"Khác ở: {fields}.", $"Differs in: {fields}."));
        return new RowAnswer(candidate.Index, candidate.ExternalId, RowOutcome.Conflict, RowProblem.Of(fault, english));
    }
}
