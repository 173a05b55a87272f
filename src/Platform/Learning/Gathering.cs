using System.Diagnostics;

namespace Platform.Learning;

/// <summary>
/// Group commit for one client: what comes while a transaction is written waits for it, and is then written together in the next one. Each send
/// is answered once that is committed, so single rows are as durable as batches and cost nearly as little. Who comes alone waits for nobody.
/// </summary>
internal sealed class Gathering(Func<IReadOnlyList<IntakePart>, Task<RowAnswer[]>> store)
{
    private const int MostRows = 1_000;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(10);

    private readonly Lock gate = new();
    private readonly Queue<Waiting> waiting = [];
    private TaskCompletionSource? back;
    private int expected;
    private bool writing;

    /// <summary>Adds a send; its answers come when it is stored.</summary>
    internal Task<RowAnswer[]> Add(IntakePart part)
    {
        var mine = new Waiting(part);
        lock (gate)
        {
            waiting.Enqueue(mine);
            if (waiting.Count >= expected)
                back?.TrySetResult();
            if (writing)
                return mine.Answers.Task;
            writing = true;
        }

        _ = Task.Run(Write);
        return mine.Answers.Task;
    }

    private async Task Write()
    {
        while (Next() is { Count: > 0 } together)
        {
            var began = Stopwatch.GetTimestamp();
            await Store(together);
            // Senders who were answered together are likely to be back together: for them the next transaction waits, no longer than this one took.
            if (together.Count > 1 && Stopwatch.GetElapsedTime(began) is var took)
                await Return(together.Count, took < LongestWait ? took : LongestWait);
        }
    }

    private List<Waiting> Next()
    {
        lock (gate)
        {
            var (next, rows) = (new List<Waiting>(waiting.Count), 0);
            while (waiting.TryPeek(out var first) && (rows += first.Part.Rows.Count) <= MostRows)
                next.Add(waiting.Dequeue());
            writing = next.Count > 0;
            return next;
        }
    }

    private async Task Store(List<Waiting> together)
    {
        try
        {
            var (answers, from) = (await store([.. together.Select(w => w.Part)]), 0);
            foreach (var (part, mine) in together)
            {
                mine.SetResult(answers[from..(from + part.Rows.Count)]);
                from += part.Rows.Count;
            }
        }
        catch (Exception failure)
        {
            // Whatever it was, each sender is told; nobody fails for another's rows.
            if (together.Count == 1)
                together[0].Answers.SetException(failure);
            else
                foreach (var one in together)
                    await Store([one]);
        }
    }

    private async Task Return(int count, TimeSpan patience)
    {
        Task all;
        lock (gate)
        {
            if (waiting.Count >= count)
                return;
            (expected, back) = (count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            all = back.Task;
        }

        await Task.WhenAny(all, Task.Delay(patience));
        lock (gate)
            (expected, back) = (0, null);
    }

    private sealed record Waiting(IntakePart Part)
    {
        internal TaskCompletionSource<RowAnswer[]> Answers { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void Deconstruct(out IntakePart part, out TaskCompletionSource<RowAnswer[]> answers) => (part, answers) = (Part, Answers);
    }
}
