using System.Runtime.InteropServices;

namespace Platform.Limits;

/// <summary>
/// A few slots shared out fairly by cost: each vendor's work is dated as if it had its share of the slots for itself, and the earliest date goes
/// first (start-time fair queueing). Who sends a hundred batches waits behind who sends one. Nobody may hold all slots, so that a newcomer finds
/// one free instead of waiting for what is running. Slots share one machine, so beside others who sends most, or has more in than is taken of it at
/// once, begins only while half of the slots are free and no send of who sends less is on its way to one, which on a small machine is while nobody
/// else is at work, or when it has waited for long enough.
/// </summary>
internal sealed class FairQueue(int slots, int perVendor, TimeProvider clock) : IDisposable
{
    // A send costs about as much as storing so many rows of one that has many.
    private const int OfSend = 15;

    // How long who sends most waits for others, and others are waited for; a slow upload keeps nobody waiting for longer.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private readonly RecentUse use = new(clock);
    private readonly Lock gate = new();
    private readonly Dictionary<string, Flow> flows = new(StringComparer.Ordinal);
    private readonly LinkedList<Turn> waiting = [];
    private readonly LinkedList<Visit> visits = [];
    private readonly Dictionary<string, int> sends = new(StringComparer.Ordinal);
    private ITimer? wake;
    private double time;
    private int running;

    /// <summary>How many vendors are remembered: those that run or wait, and those dated ahead.</summary>
    internal int Count
    {
        get
        {
            lock (gate)
                return flows.Count;
        }
    }

    /// <summary>Waits for a slot; disposing the answer gives it back.</summary>
    internal async Task<IDisposable> Enter(string vendor, double cost, double weight, CancellationToken cancellation)
    {
        Turn turn;
        lock (gate)
        {
            if (!flows.TryGetValue(vendor, out var flow))
                flows.Add(vendor, flow = new Flow { Name = vendor });
            turn = new Turn(this, flow, Math.Max(time, flow.Finish)) { Cost = cost / weight, Since = clock.GetTimestamp() };
            flow.Finish = turn.Start + turn.Cost;
            if (++flow.Pending > perVendor)
                use.Crowd(vendor);
            var before = waiting.Last;
            while (before is not null && before.Value.Start > turn.Start)
                before = before.Previous;
            turn.Place = before is null ? waiting.AddFirst(turn) : waiting.AddAfter(before, turn);
            Advance();
        }

        await using var left = cancellation.Register(() => Leave(turn, cancellation));
        await turn.Entered.Task;
        return turn;
    }

    /// <summary>Says that a send, of few rows or of many, has come, which is yet to be read, stored and answered; disposing the answer says that it is done.</summary>
    internal IDisposable Arrive(string vendor, bool ofMany)
    {
        lock (gate)
        {
            use.Add(vendor, OfSend);
            var visit = new Visit(this, vendor, ofMany, clock.GetTimestamp());
            visit.Place = visits.AddLast(visit);
            if (ofMany && ++CollectionsMarshal.GetValueRefOrAddDefault(sends, vendor, out _) > perVendor)
                use.Crowd(vendor);
            return visit;
        }
    }

    // Under the gate: lets in whoever may, in the order of their dates.
    private void Advance()
    {
        for (var node = waiting.First; node is not null && running < slots;)
        {
            var (next, turn) = (node.Next, node.Value);
            if (MayBegin(turn))
            {
                waiting.Remove(node);
                turn.Place = null;
                turn.Flow.Running++;
                running++;
                time = Math.Max(time, turn.Start);
                use.Add(turn.Flow.Name, turn.Cost);
                turn.Entered.SetResult();
            }

            node = next;
        }
    }

    private bool MayBegin(Turn turn)
    {
        if (turn.Flow.Running >= perVendor)
            return false;
        var half = Math.Max(1, slots / 2);
        if (AtWork(turn.Flow, half) < half || !use.IsHeavy(turn.Flow.Name))
            return true;
        var left = Patience - clock.GetElapsedTime(turn.Since);
        if (left <= TimeSpan.Zero)
            return true;
        wake ??= clock.CreateTimer(_ => Wake(), null, left, Timeout.InfiniteTimeSpan);
        return false;
    }

    // What is stored, and what is sent by who sends less: from its arrival until its answer, but for what takes too long. Counted up to a number.
    private int AtWork(Flow flow, int most)
    {
        var others = 0;
        for (var last = visits.Last; last is not null && others < most && clock.GetElapsedTime(last.Value.Since) < Patience; last = last.Previous)
            others += last.Value.Vendor != flow.Name && use.IsLighter(last.Value.Vendor, flow.Name) ? 1 : 0;
        return flow.Running + Math.Max(others, running - flow.Running);
    }

    private void Depart(Visit visit)
    {
        lock (gate)
        {
            visits.Remove(visit.Place!);
            if (visit.OfMany && --CollectionsMarshal.GetValueRefOrNullRef(sends, visit.Vendor) == 0)
                sends.Remove(visit.Vendor);
            Advance();
        }
    }

    private void Wake()
    {
        lock (gate)
        {
            wake?.Dispose();
            wake = null;
            Advance();
        }
    }

    /// <summary>Whether a vendor is at work beside others who send less.</summary>
    internal bool IsHeavy(string vendor)
    {
        lock (gate)
            return use.IsHeavy(vendor);
    }

    public void Dispose() => wake?.Dispose();

    private void Leave(Turn turn, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (turn.Place is null)
                return;
            waiting.Remove(turn.Place);
            turn.Place = null;
            turn.Flow.Finish -= turn.Cost; // what was given up is not paid for
            Forget(turn.Flow);
        }

        turn.Entered.TrySetCanceled(cancellation);
    }

    private void Exit(Turn turn)
    {
        lock (gate)
        {
            turn.Flow.Running--;
            running--;
            Advance();
            Forget(turn.Flow);
            if (flows.Count > 64 || (running == 0 && waiting.Count == 0))
                foreach (var idle in flows.Values.Where(f => f.Pending == 0 && (f.Finish <= time || running == 0)).ToList())
                    flows.Remove(idle.Name);
        }
    }

    private void Forget(Flow flow)
    {
        if (--flow.Pending == 0 && flow.Finish <= time)
            flows.Remove(flow.Name);
    }

    private sealed class Flow
    {
        public required string Name { get; init; }

        public double Finish { get; set; }

        public int Running { get; set; }

        public int Pending { get; set; }
    }

    private sealed class Visit(FairQueue queue, string vendor, bool ofMany, long since) : IDisposable
    {
        private int left;

        public bool OfMany => ofMany;

        public string Vendor => vendor;

        public long Since => since;

        public LinkedListNode<Visit>? Place { get; set; }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                queue.Depart(this);
        }
    }

    private sealed class Turn(FairQueue queue, Flow flow, double start) : IDisposable
    {
        private int left;

        public Flow Flow => flow;

        public double Start => start;

        public double Cost { get; init; }

        public long Since { get; init; }

        public LinkedListNode<Turn>? Place { get; set; }

        // Continuations run elsewhere: they are entered under the gate.
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                queue.Exit(this);
        }
    }
}
