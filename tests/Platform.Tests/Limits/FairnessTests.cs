using Platform.Limits;

namespace Platform.Tests.Limits;

/// <summary>Who asks for little is not held up by who asks for much.</summary>
public sealed class FairnessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_vendor_never_holds_all_slots_so_that_another_finds_one_free()
    {
        using var queue = new FairQueue(slots: 3, perVendor: 2, new Clock());
        var noisy = Enumerable.Range(0, 100).Select(_ => queue.Enter("noisy", 10_000, 1, Cancellation)).ToList();
        Assert.Equal(2, noisy.Count(t => t.IsCompleted));
        using (await queue.Enter("quiet", 1_000, 1, Cancellation))
            Assert.Equal(2, noisy.Count(t => t.IsCompleted));
        (await noisy[0]).Dispose();
        (await noisy[1]).Dispose();
        await noisy[2];
    }

    [Fact]
    public async Task Who_sends_most_begins_when_the_others_are_done_or_when_it_has_waited_for_long()
    {
        var clock = new Clock();
        using var queue = new FairQueue(slots: 3, perVendor: 2, clock);
        using var noisy = await queue.Enter("noisy", 50_000, 1, Cancellation);
        Assert.False(queue.IsHeavy("noisy"));
        var quiet = await queue.Enter("quiet", 1_000, 1, Cancellation);
        Assert.True(queue.IsHeavy("noisy"));
        Assert.False(queue.IsHeavy("quiet"));
        noisy.Dispose();
        var next = queue.Enter("noisy", 500, 1, Cancellation);
        Assert.False(next.IsCompleted);
        quiet.Dispose();
        using var begun = await next;
        var one = queue.Enter("noisy", 500, 1, Cancellation);
        Assert.False(one.IsCompleted);
        using var again = await queue.Enter("quiet", 1_000, 1, Cancellation);
        begun.Dispose();
        Assert.False(one.IsCompleted);
        clock.Pass(TimeSpan.FromSeconds(1));
        using var third = await queue.Enter("quiet", 1, 1, Cancellation);
        await one;
    }

    [Fact]
    public async Task Who_sends_most_begins_nothing_while_the_send_of_another_is_read_or_answered_but_waits_for_no_slow_one()
    {
        var clock = new Clock();
        using var queue = new FairQueue(slots: 3, perVendor: 2, clock);
        (await queue.Enter("noisy", 50_000, 1, Cancellation)).Dispose();
        (await queue.Enter("quiet", 1_000, 1, Cancellation)).Dispose();
        using var own = queue.Arrive("noisy", ofMany: true, 1);
        (await queue.Enter("noisy", 500, 1, Cancellation)).Dispose();

        var send = queue.Arrive("quiet", ofMany: true, 1);
        var next = queue.Enter("noisy", 500, 1, Cancellation);
        Assert.False(next.IsCompleted);
        (await queue.Enter("quiet", 1_000, 1, Cancellation)).Dispose();
        Assert.False(next.IsCompleted);
        send.Dispose();
        (await next).Dispose();

        using var slow = queue.Arrive("quiet", ofMany: true, 1);
        clock.Pass(TimeSpan.FromSeconds(1));
        (await queue.Enter("noisy", 500, 1, Cancellation)).Dispose();
    }

    [Fact]
    public async Task What_takes_long_gives_way_in_its_midst_to_who_sends_less_and_is_the_first_of_its_vendor_to_go_on()
    {
        var clock = new Clock();
        using var queue = new FairQueue(slots: 3, perVendor: 2, clock);
        (await queue.Enter("noisy", 50_000, 1, Cancellation)).Dispose();
        using var turn = await queue.Enter("noisy", 5_000, 1, Cancellation);
        Assert.False(turn.ShouldGiveWay);
        using var send = queue.Arrive("quiet", ofMany: true, 1);
        var quiet = await queue.Enter("quiet", 1_000, 1, Cancellation);
        Assert.True(turn.ShouldGiveWay);
        Assert.True(turn.GiveWay(Cancellation).IsCompleted, "It has only just begun.");
        clock.Pass(TimeSpan.FromMilliseconds(5));
        var goesOn = turn.GiveWay(Cancellation);
        Assert.False(goesOn.IsCompleted);
        var others = Enumerable.Range(0, 3).Select(_ => queue.Enter("noisy", 10, 1, Cancellation)).ToList();
        quiet.Dispose();
        Assert.False(goesOn.IsCompleted);
        send.Dispose();
        await goesOn;
        Assert.DoesNotContain(others, o => o.IsCompleted);
        turn.Dispose();
        foreach (var other in others)
            (await other).Dispose();
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task What_has_locked_rows_gives_way_for_two_seconds_altogether_and_then_goes_on()
    {
        var clock = new Clock();
        using var queue = new FairQueue(slots: 3, perVendor: 2, clock);
        (await queue.Enter("noisy", 50_000, 1, Cancellation)).Dispose();
        using var turn = await queue.Enter("noisy", 10_000, 1, Cancellation);
        var pauses = 0;
        for (; pauses < 100; pauses++)
        {
            using var send = queue.Arrive("quiet", ofMany: true, 1);
            (await queue.Enter("quiet", 100, 1, Cancellation)).Dispose();
            clock.Pass(TimeSpan.FromMilliseconds(5));
            var goesOn = turn.GiveWay(Cancellation);
            if (goesOn.IsCompleted)
                break;
            clock.Pass(TimeSpan.FromMilliseconds(250));
            (await queue.Enter("quiet", 1, 1, Cancellation)).Dispose();
            await goesOn;
        }

        Assert.Equal(8, pauses);
        Assert.False(turn.ShouldGiveWay);
    }

    [Fact]
    public async Task Who_leaves_while_it_gives_way_leaves_nothing_behind()
    {
        var clock = new Clock();
        using var queue = new FairQueue(slots: 2, perVendor: 1, clock);
        (await queue.Enter("noisy", 50_000, 1, Cancellation)).Dispose();
        using (var turn = await queue.Enter("noisy", 0, 1, Cancellation))
        using (var send = queue.Arrive("quiet", ofMany: true, 1))
        {
            clock.Pass(TimeSpan.FromMilliseconds(5));
            using var leaving = new CancellationTokenSource();
            var goesOn = turn.GiveWay(leaving.Token);
            Assert.False(goesOn.IsCompleted);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => goesOn);
        }

        (await queue.Enter("noisy", 10, 1, Cancellation)).Dispose();
        (await queue.Enter("quiet", 10, 1, Cancellation)).Dispose();
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task Of_two_who_send_much_the_lesser_waits_for_nobody_but_who_sends_less_still()
    {
        using var queue = new FairQueue(slots: 3, perVendor: 2, new Clock());
        foreach (var (vendor, rows) in new[] { ("most", 50_000), ("much", 20_000), ("quiet", 1_000) })
            (await queue.Enter(vendor, rows, 1, Cancellation)).Dispose();
        Assert.True(queue.IsHeavy("most") && queue.IsHeavy("much"));
        using var first = queue.Arrive("most", ofMany: true, 1);
        var second = queue.Arrive("much", ofMany: true, 1);
        var most = queue.Enter("most", 500, 1, Cancellation);
        (await queue.Enter("much", 500, 1, Cancellation)).Dispose();
        Assert.False(most.IsCompleted);
        second.Dispose();
        (await most).Dispose();
    }

    [Fact]
    public async Task Who_has_more_in_than_is_taken_at_once_waits_even_for_who_used_as_much_but_not_when_left_with_little()
    {
        var clock = new Clock();
        using var queue = new FairQueue(slots: 3, perVendor: 2, clock);
        foreach (var vendor in new[] { "crowd", "steady" })
            (await queue.Enter(vendor, 20_000, 1, Cancellation)).Dispose();
        Assert.False(queue.IsHeavy("crowd") || queue.IsHeavy("steady"));
        var sends = Enumerable.Range(0, 3).Select(_ => queue.Arrive("crowd", ofMany: true, 1)).ToList();
        Assert.True(queue.IsHeavy("crowd"));
        Assert.False(queue.IsHeavy("steady"));
        var one = queue.Arrive("steady", ofMany: true, 1);
        var waits = queue.Enter("crowd", 500, 1, Cancellation);
        Assert.False(waits.IsCompleted);
        one.Dispose();
        (await waits).Dispose();

        (await queue.Enter("steady", 30_000, 1, Cancellation)).Dispose();
        Assert.False(queue.IsHeavy("crowd"));
        sends.ForEach(s => s.Dispose());
        clock.Pass(TimeSpan.FromSeconds(4));
        Assert.False(queue.IsHeavy("crowd") || queue.IsHeavy("steady"));
    }

    [Fact]
    public async Task Many_small_sends_cost_more_than_their_rows_and_do_not_crowd()
    {
        using var queue = new FairQueue(slots: 3, perVendor: 2, new Clock());
        (await queue.Enter("steady", 1_000, 1, Cancellation)).Dispose();
        for (var i = 0; i < 1_000; i++)
        {
            using var send = queue.Arrive("small", ofMany: false, 1);
            (await queue.Enter("small", 1, 1, Cancellation)).Dispose();
        }

        Assert.True(queue.IsHeavy("small"));
        Assert.False(queue.IsHeavy("steady"));
        using var other = new FairQueue(slots: 3, perVendor: 2, new Clock());
        (await other.Enter("steady", 20_000, 1, Cancellation)).Dispose();
        (await other.Enter("small", 19_000, 1, Cancellation)).Dispose();
        var sends = Enumerable.Range(0, 20).Select(_ => other.Arrive("small", ofMany: false, 1)).ToList();
        Assert.False(other.IsHeavy("small"));
        sends.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task What_was_used_is_forgotten_slowly_so_that_a_short_rest_makes_nobody_light()
    {
        var clock = new Clock();
        using var queue = new FairQueue(slots: 3, perVendor: 2, clock);
        (await queue.Enter("noisy", 50_000, 1, Cancellation)).Dispose();
        clock.Pass(TimeSpan.FromSeconds(3));
        (await queue.Enter("quiet", 1_000, 1, Cancellation)).Dispose();
        Assert.True(queue.IsHeavy("noisy"));
        clock.Pass(TimeSpan.FromSeconds(6));
        (await queue.Enter("quiet", 1_000, 1, Cancellation)).Dispose();
        Assert.False(queue.IsHeavy("noisy"));
    }

    [Fact]
    public async Task Waits_that_were_given_up_put_nobody_back()
    {
        using var queue = new FairQueue(slots: 1, perVendor: 1, new Clock());
        var running = await queue.Enter("other", 10, 1, Cancellation);
        for (var i = 0; i < 20; i++)
        {
            using var leaving = new CancellationTokenSource();
            var wait = queue.Enter("hasty", 1_000, 1, leaving.Token);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        }

        var steady = queue.Enter("steady", 500, 1, Cancellation);
        var (hasty, later) = (queue.Enter("hasty", 1, 1, Cancellation), queue.Enter("steady", 500, 1, Cancellation));
        running.Dispose();
        (await steady).Dispose();
        Assert.Same(hasty, await Task.WhenAny(hasty, later));
        (await hasty).Dispose();
        (await later).Dispose();
    }

    [Fact]
    public async Task When_all_slots_are_held_the_one_who_sent_less_is_next()
    {
        using var queue = new FairQueue(slots: 1, perVendor: 1, new Clock());
        var running = await queue.Enter("noisy", 10_000, 1, Cancellation);
        var noisy = Enumerable.Range(0, 50).Select(_ => queue.Enter("noisy", 10_000, 1, Cancellation)).ToList();
        var quiet = queue.Enter("quiet", 1_000, 1, Cancellation);
        running.Dispose();
        var turn = await quiet;
        Assert.DoesNotContain(noisy, t => t.IsCompleted);
        turn.Dispose();
        (await noisy[0]).Dispose();
    }

    [Fact]
    public async Task Over_time_each_gets_its_share_by_weight_and_rows()
    {
        using var queue = new FairQueue(slots: 1, perVendor: 1, new Clock());
        var first = await queue.Enter("start", 1, 1, Cancellation);
        var order = new List<string>();
        var all = new List<Task>();
        foreach (var (vendor, rows, weight) in new[] { ("large", 3_000, 1.0), ("small", 1_000, 1.0), ("paying", 3_000, 3.0) })
            for (var i = 0; i < 40; i++)
                all.Add(Work(vendor, rows, weight));
        first.Dispose();
        await Task.WhenAll(all);
        // Of the first 35 batches: as many rows for each weight.
        var begun = order.Take(35).CountBy(v => v).ToDictionary();
        Assert.InRange(begun["large"], 4, 6);
        Assert.InRange(begun["small"], 14, 16);
        Assert.InRange(begun["paying"], 14, 16);

        async Task Work(string vendor, int rows, double weight)
        {
            using var turn = await queue.Enter(vendor, rows, weight, Cancellation);
            lock (order)
                order.Add(vendor);
        }
    }

    [Fact]
    public async Task Who_leaves_the_queue_holds_up_nobody_and_nobody_idle_is_remembered()
    {
        using var queue = new FairQueue(slots: 1, perVendor: 1, new Clock());
        var running = await queue.Enter("a", 1, 1, Cancellation);
        using var patience = new CancellationTokenSource();
        var left = queue.Enter("b", 1, 1, patience.Token);
        var stays = queue.Enter("c", 1, 1, Cancellation);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        running.Dispose();
        (await stays).Dispose();
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void A_budget_is_paid_for_in_rows_fills_with_time_and_is_forgotten_when_full()
    {
        var clock = new Clock();
        var budgets = new RowBudgets(new LimitOptions { RowsPerMinute = 6_000, RowBurst = 500, Weights = { ["double"] = 2 } }, clock);
        Assert.Equal(500, budgets.Look("a").Rows);
        budgets.Spend("a", 700);
        budgets.Spend("double", 700);
        Assert.Equal((-200, 300), (budgets.Look("a").Rows, budgets.Look("double").Rows));
        Assert.Equal(TimeSpan.FromSeconds(2.01), budgets.Look("a").Wait);
        Assert.Equal(TimeSpan.Zero, budgets.Look("double").Wait);
        clock.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal((100, TimeSpan.Zero), (budgets.Look("a").Rows, budgets.Look("a").Wait));
        clock.Pass(TimeSpan.FromSeconds(11));
        Assert.Equal(500, budgets.Look("a").Rows);
        Assert.Equal(0, budgets.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(59)]
    [InlineData(90)]
    [InlineData(100)]
    [InlineData(6_001)]
    public void A_rate_is_kept_as_it_was_set_whether_or_not_it_is_a_whole_number_a_second(int rate)
    {
        var bucket = Buckets.PerMinute(rate, 10);
        Assert.Equal(rate, bucket.TokensPerPeriod / bucket.ReplenishmentPeriod.TotalMinutes, 0.001 * rate);
        Assert.Equal(10, bucket.TokenLimit);
    }

    private sealed class Clock : TimeProvider
    {
        private long now = TimeSpan.TicksPerDay;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => now += time.Ticks;

        public override long GetTimestamp() => now;
    }
}
