using Platform.Http;
using Platform.Tests.Confirmations;
using Platform.Tests.Learning;

namespace Platform.Tests.Tenants;

/// <summary>One commune becomes several, or gives a part to a new one: who goes where is said learner by learner, all others go together.</summary>
public sealed class SplitTests(World world)
{
    [Fact]
    public async Task A_commune_that_becomes_two_takes_no_more_rows_and_its_learners_go_where_it_is_said()
    {
        using var reform = await Reorganising.Start(world);
        var (citizen, (one, two)) = (Batch.NewCitizen(), (Reorganising.NewCode(), Reorganising.NewCode()));
        await reform.Batch.Store(
            reform.Row(reform.A, "a1"), reform.Row(reform.A, "a1", "KNS-CD-02", 5), reform.Row(reform.A, "a2"), reform.Row(reform.A, "a3"),
            reform.Batch.Row(citizen: citizen, change: r => r["locality"] = reform.A));
        var before = await reform.Cells(reform.A);
        var stored = await reform.Stored(reform.A);
        var outcome = await reform.Split(Order(reform, one, two, [new { vendor = reform.Vendor, learnerId = $"{reform.A}-a1", into = two }, new { citizenNumber = citizen, into = two }], one));
        Assert.Equal((5m, 4m), (outcome.Number("completionsMoved"), outcome.Number("learnersMoved")));
        Assert.Equal((2, 2, 0), (await reform.Batch.Learners(one), await reform.Batch.Learners(two), await reform.Batch.Learners(reform.A)));
        Assert.Equal(before, await reform.Cells(one, two));
        Assert.Empty(await world.Differences(reform.A, one, two));

        var answer = await reform.Batch.Push(reform.Row(reform.A, "a4"), reform.Row(two, "a4"));
        Assert.Equal("rejected created", Batch.Outcomes(answer));
        var problem = answer["results"]![0]!["problems"]![0]!;
        Assert.Equal(("/0/locality", Problems.CompletionLocalitySplit.Code), (problem["pointer"]!.ToString(), problem["code"]!.ToString()));
        Assert.All((string[])[one, two], code => Assert.Contains(code, problem["detail"]!.ToString(), StringComparison.Ordinal));

        // There is one commune to return to, so nobody needs to say where newcomers go.
        await reform.Reverse(Reorganising.IdOf(outcome));
        Assert.Equal(5, await reform.Batch.Learners(reform.A));
        Assert.Empty(await world.Differences(reform.A, one, two));
        Assert.DoesNotContain(stored.Except(await reform.Stored(reform.A)), r => !r.StartsWith("total", StringComparison.Ordinal));
        Assert.Equal("created", Batch.Outcomes(await reform.Batch.Push(reform.Row(two, "a5"))));
        Assert.Equal(6, await reform.Batch.Learners(reform.A));
    }

    [Fact]
    public async Task A_commune_that_gives_a_part_away_goes_on()
    {
        using var reform = await Reorganising.Start(world);
        var part = Reorganising.NewCode();
        await reform.Batch.Store(reform.Row(reform.A, "a1"), reform.Row(reform.A, "a2"));
        var outcome = await reform.Split(new
        {
            kind = "Split",
            from = new[] { reform.A },
            into = new object[] { new { code = reform.A }, new { code = part, kind = "Phường", name = "Tách Ra" } },
            effectiveOn = "2026-07-01",
            legalBasis = "Nghị quyết",
            reason = "Điều chỉnh địa giới",
            learners = new[] { new { vendor = reform.Vendor, learnerId = $"{reform.A}-a1", into = part } },
            others = reform.A,
        });
        Assert.Equal(["Into", "Remains"], outcome["reorganisation"]!["communes"]!.AsArray().Select(c => c!["side"]!.ToString()));
        Assert.Equal((1, 1), (await reform.Batch.Learners(reform.A), await reform.Batch.Learners(part)));
        Assert.Equal("created", Batch.Outcomes(await reform.Batch.Push(reform.Row(reform.A, "a3"))));
        Assert.Equal((2, 1), (await reform.Batch.Learners(reform.A), await reform.Batch.Learners(part)));
        Assert.Null((await reform.Operators.Read($"/v1/localities/{reform.A}")).Text("validTo"));

        // Two steps are taken back in turn, the later one first.
        var whole = Reorganising.NewCode();
        var merged = await reform.Split(new
        {
            kind = "Merge",
            from = new[] { reform.A, part },
            into = new[] { new { code = whole, kind = "Xã", name = "Lại Một" } },
            effectiveOn = "2026-08-01",
            legalBasis = "Nghị quyết",
            reason = "Nhập lại",
        });
        Assert.Equal(3, await reform.Batch.Learners(whole));
        await reform.SendReversal(Reorganising.IdOf(outcome), new { reason = "x" }).Problem(Problems.ReorganisedSince);
        await reform.Reverse(Reorganising.IdOf(merged));
        Assert.Equal((2, 1), (await reform.Batch.Learners(reform.A), await reform.Batch.Learners(part)));
        await reform.Reverse(Reorganising.IdOf(outcome));
        Assert.Equal((3, 0), (await reform.Batch.Learners(reform.A), await reform.Batch.Learners(part)));
        Assert.Empty(await world.Differences(reform.A, part, whole));
    }

    [Fact]
    public async Task Who_is_listed_must_live_there_and_go_to_one_of_the_new_communes()
    {
        using var reform = await Reorganising.Start(world);
        var (one, two) = (Reorganising.NewCode(), Reorganising.NewCode());
        await reform.Batch.Store(reform.Row(reform.A, "a1"), reform.Row(reform.B, "b1"));
        foreach (var (learner, others, pointer, kind) in ((object?, string?, string, ProblemKind)[])[
            (new { vendor = reform.Vendor, learnerId = $"{reform.A}-b1", into = one }, two, "/learners/0", Problems.LearnerElsewhere),
            (new { citizenNumber = Batch.NewCitizen(), into = one }, two, "/learners/0", Problems.LearnerElsewhere),
            (new { vendor = "khong-co", learnerId = "x", into = one }, two, "/learners/0/vendor", Problems.UnknownVendor),
            (new { into = one }, two, "/learners/0", Problems.PersonNotNamed),
            (new { vendor = reform.Vendor, learnerId = $"{reform.A}-a1", into = reform.B }, two, "/learners/0/into", Problems.NotOfThisReorganisation),
            (null, reform.B, "/others", Problems.NotOfThisReorganisation),
            (null, null, "/others", Problems.Required)])
        {
            var problem = await reform.Operators.Send(HttpMethod.Post, "/v1/tenants/reorganisations", Order(reform, one, two, learner is null ? null : [learner], others)).Problem(Problems.Invalid);
            Assert.Contains(problem["errors"]!.AsArray(), e => e!["pointer"]!.GetValue<string>() == pointer && e["code"]!.GetValue<string>() == kind.Code);
        }
    }

    private static string VendorOf(Reorganising reform) => reform.Vendor;

    private static object Order(Reorganising reform, string one, string two, object[]? learners, string? others) => new
    {
        kind = "Split",
        from = new[] { reform.A },
        into = new[] { new { code = one, kind = "Xã", name = "Đông" }, new { code = two, kind = "Xã", name = "Tây" } },
        effectiveOn = "2026-07-01",
        legalBasis = "Nghị quyết",
        reason = "Chia xã",
        learners,
        others,
    };
}
