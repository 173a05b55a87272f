using System.Runtime.InteropServices;

namespace Platform.Limits;

/// <summary>
/// A few slots shared out fairly by cost: each vendor's work is dated as if it had its share of the slots for itself, and the earliest date goes
/// first (start-time fair queueing). Who sends a hundred batches waits behind who sends one. Nobody may hold all slots, so that a newcomer finds
/// one free instead of waiting for what is running. Slots share one machine, so beside others who sends most, or has more in than is taken of it at
/// once, begins only while half of the slots are free and no send of who sends less is on its way to one, which on a small machine is while nobody
/// else is at work, or when it has waited for long enough. What takes long gives way in the middle, too.
/// </summary>
internal sealed class FairQueue(int slots, int perVendor, TimeProvider clock) : IDisposable
{
    // A send costs about as much as storing so many rows of one that has many.
    private const int OfSend = 15;

    // How long who sends most waits for others, and others are waited for; a slow upload keeps nobody waiting for longer.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    // How long a turn gives way altogether, since what it has locked waits with it; and how long it works at least between two pauses.
    private static readonly TimeSpan MostPaused = TimeSpan.FromSeconds(2), Stretch = TimeSpan.FromMilliseconds(4);

    private readonly RecentUse use = new(clock);
    private readonly Lock gate = new();
    private readonly Dictionary<string, Flow> flows = new(StringComparer.Ordinal);
    private readonly LinkedList<Turn> waiting = [];
    private readonly LinkedList<Visit> visits = [];
    private readonly Dictionary<string, int> sends = new(StringComparer.Ordinal);
    private ITimer? wake;
    private double time;
    private int running, paused;

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
    internal async Task<Turn> Enter(string vendor, double cost, double weight, CancellationToken cancellation)
    {
        Turn turn;
        lock (gate)
        {
            if (!flows.TryGetValue(vendor, out var flow))
                flows.Add(vendor, flow = new Flow { Name = vendor });
            turn = new Turn(this, flow, Math.Max(time, flow.Finish)) { Cost = cost / weight };
            flow.Finish = turn.Start + turn.Cost;
            if (++flow.Pending > perVendor)
                use.Crowd(vendor, still: sends.GetValueOrDefault(vendor) > perVendor);
            Queue(turn, Patience);
        }

        await Wait(turn, cancellation);
        return turn;
    }

    // Lets others go first who have come since it began, if its vendor is one that has to; in between its slot is theirs.
    private async Task GiveWay(Turn turn, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (clock.GetElapsedTime(turn.Since) < Stretch || turn.Paused >= MostPaused || paused >= slots || !use.IsHeavy(turn.Flow.Name))
                return;
            Stop(turn);
            turn.IsPaused = true;
            turn.Flow.Paused++;
            paused++;
            turn.Entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Queue(turn, MostPaused - turn.Paused);
        }

        await Wait(turn, cancellation);
    }

    // Under the gate.
    private void Queue(Turn turn, TimeSpan patience)
    {
        (turn.Since, turn.Patience) = (clock.GetTimestamp(), patience < Patience ? patience : Patience);
        var before = waiting.Last;
        while (before is not null && before.Value.Start > turn.Start)
            before = before.Previous;
        turn.Place = before is null ? waiting.AddFirst(turn) : waiting.AddAfter(before, turn);
        Advance();
    }

    private async Task Wait(Turn turn, CancellationToken cancellation)
    {
        await using var left = cancellation.Register(() => Leave(turn, cancellation));
        await turn.Entered.Task;
    }

    /// <summary>Says that a send, of few rows or of many, has come, which is yet to be read, stored and answered; disposing the answer says that it is done.</summary>
    internal IDisposable Arrive(string vendor, bool ofMany, double weight)
    {
        lock (gate)
        {
            use.Add(vendor, OfSend / weight);
            var visit = new Visit(this, vendor, ofMany, clock.GetTimestamp());
            visit.Place = visits.AddLast(visit);
            if (ofMany && ++CollectionsMarshal.GetValueRefOrAddDefault(sends, vendor, out _) > perVendor)
                use.Crowd(vendor, still: true);
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
                Begin(turn);
                turn.Entered.SetResult();
            }

            node = next;
        }
    }

    private void Begin(Turn turn)
    {
        if (turn.IsPaused)
            Resume(turn);
        else
        {
            time = Math.Max(time, turn.Start);
            use.Add(turn.Flow.Name, turn.Cost);
        }

        turn.Since = clock.GetTimestamp();
        turn.IsRunning = true;
        turn.Flow.Running++;
        running++;
    }

    private void Stop(Turn turn)
    {
        turn.IsRunning = false;
        turn.Flow.Running--;
        running--;
    }

    private void Resume(Turn turn)
    {
        turn.Paused += clock.GetElapsedTime(turn.Since);
        turn.IsPaused = false;
        turn.Flow.Paused--;
        paused--;
    }

    private bool MayBegin(Turn turn)
    {
        var own = turn.IsPaused ? 0 : turn.Flow.Running + turn.Flow.Paused;
        if (own >= perVendor)
            return false;
        var half = Math.Max(1, slots / 2);
        if (AtWork(turn.Flow, half) < half || !use.IsHeavy(turn.Flow.Name))
            return true;
        if (own > 0)
            return false; // what its vendor has begun goes on, and holds what it has locked for no longer than it must
        var left = turn.Patience - clock.GetElapsedTime(turn.Since);
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
            if (visit.OfMany)
            {
                var left = --CollectionsMarshal.GetValueRefOrNullRef(sends, visit.Vendor);
                if (left == perVendor)
                    use.Crowd(visit.Vendor, still: false);
                if (left == 0)
                    sends.Remove(visit.Vendor);
            }

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
            if (turn.IsPaused)
                Resume(turn); // whoever holds it disposes it
            else
            {
                turn.Flow.Finish -= turn.Cost; // what was given up is not paid for
                Forget(turn.Flow);
            }
        }

        turn.Entered.TrySetCanceled(cancellation);
    }

    private void Exit(Turn turn)
    {
        lock (gate)
        {
            if (turn.IsRunning)
                Stop(turn);
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

    internal sealed class Flow
    {
        public required string Name { get; init; }

        public double Finish { get; set; }

        public int Running { get; set; }

        public int Paused { get; set; }

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

    /// <summary>A slot that somebody waits for, holds, or lets others have for a while.</summary>
    internal sealed class Turn(FairQueue queue, Flow flow, double start) : IDisposable
    {
        private int left;

        /// <summary>Whether it is beside others who send less, and has time left to give way to them.</summary>
        internal bool ShouldGiveWay => Paused < MostPaused && queue.IsHeavy(flow.Name);

        /// <summary>Gives way to others, if it should, for a moment.</summary>
        internal Task GiveWay(CancellationToken cancellation) => queue.GiveWay(this, cancellation);

        public Flow Flow => flow;

        public double Start => start;

        public double Cost { get; init; }

        public bool IsRunning { get; set; }

        public bool IsPaused { get; set; }

        /// <summary>Since when it waits, works or gives way.</summary>
        public long Since { get; set; }

        /// <summary>How long it waits for others now.</summary>
        public TimeSpan Patience { get; set; }

        /// <summary>How long it has given way.</summary>
        public TimeSpan Paused { get; set; }

        public LinkedListNode<Turn>? Place { get; set; }

        // Continuations run elsewhere: they are entered under the gate.
        public TaskCompletionSource Entered { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                queue.Exit(this);
        }
    }
}
