using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Platform.Access;
using Platform.Confirmations;
using Platform.Database;
using Platform.Imports;
using Platform.Learning;
using Platform.Learning.Formats;
using Platform.Limits;
using Platform.Localities;
using Platform.Plans;
using Platform.Tenancy;

namespace Platform.Tests.Learning;

/// <summary>The key of the pseudonyms is changed, and everybody stays who they are.</summary>
public sealed class RotationTests(World world)
{
    private readonly HashSet<short> marks = [];

    [Theory]
    [InlineData(IntakeStore.Sets)]
    [InlineData(IntakeStore.Portable)]
    public async Task A_learner_who_comes_again_after_the_key_was_changed_is_the_same_learner_under_the_new_key(IntakeStore store)
    {
        using var batch = await Batch.Start(world);
        var vendor = (await Vendor(batch))!;
        var (old, next) = (await NewKey(), await NewKey());
        var citizen = Batch.NewCitizen();
        Assert.Equal([RowOutcome.Created, RowOutcome.Created], await Take(new Pseudonyms(old), Row("1", "hv-1", citizen), Row("2", "hv-2", null)));
        Assert.Equal(3, await Names(old));

        // What was stored under the old key is the same row, and touches nothing; new rows are the same people under the new key.
        var rotating = new Pseudonyms(next, old);
        Assert.Equal([RowOutcome.Duplicate], await Take(rotating, Row("1", "hv-1", citizen)));
        Assert.Equal(0, await Names(next));
        Assert.Equal([RowOutcome.Created, RowOutcome.Created], await Take(rotating, Row("3", "hv-1", citizen), Row("4", "hv-2", null)));
        Assert.Equal((0, 3), (await Names(old), await Names(next)));
        Assert.Equal(2, await batch.Learners());

        // Once nobody is known under the old key alone, it is not needed any more.
        Assert.Equal([RowOutcome.Duplicate, RowOutcome.Created], await Take(new Pseudonyms(next), Row("3", "hv-1", citizen), Row("5", null, citizen)));
        Assert.Equal(2, await batch.Learners());

        async Task<RowOutcome[]> Take(Pseudonyms pseudonyms, params CompletionContent[] rows) => await world.InScope(s => s.EnterIntake(vendor.Vendor!.Value), async db =>
        {
            var answers = await Inbox(db, pseudonyms, store).Take(new IntakeOrder(vendor), [.. rows.Select((row, i) => new SentRow(i, row.Id, row, []))], TestContext.Current.CancellationToken);
            return answers.Select(a => a.Outcome).ToArray();
        });

        CompletionContent Row(string id, string? learner, string? number) =>
            new(id, new LearnerContent(learner, number), batch.Commune, "KNS-CD-01", Audience.Citizens, new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.FromHours(7)), 80, true);

        async Task<int> Names(PseudonymKey key) =>
            (int)(long)(await world.Everything("select count(*) from learner_identities where key_mark = $1", key.Mark))[0][0]!;
    }

    [Fact]
    public async Task A_class_list_that_comes_again_after_the_key_was_changed_is_all_duplicates()
    {
        using var batch = await Batch.Start(world);
        var vendor = (await Vendor(batch))!;
        var (old, next) = (await NewKey(), await NewKey());
        var list = System.Text.Encoding.UTF8.GetBytes($"Email;Mã xã;Khóa học;Đối tượng;Ngày hoàn thành\nan@x.vn;{batch.Commune};KNS-CD-01;Người dân;01/03/2026\nbinh@x.vn;{batch.Commune};KNS-CD-01;Người dân;01/03/2026\n");
        Assert.Equal([RowOutcome.Created, RowOutcome.Created], await Import(new Pseudonyms(old)));
        Assert.Equal([RowOutcome.Duplicate, RowOutcome.Duplicate], await Import(new Pseudonyms(next, old)));
        Assert.Equal(2, await batch.Learners());

        async Task<RowOutcome[]> Import(Pseudonyms pseudonyms)
        {
            var ids = new HiddenIds(pseudonyms, vendor.Key);
            var rows = await ImportRun.Reader(RowFormat.Csv, new MemoryStream(list), ids, MappingPresets.All["danh-sach-lop"]).Next(10, TestContext.Current.CancellationToken);
            return await world.InScope(s => s.EnterIntake(vendor.Vendor!.Value), async db =>
            {
                var settled = await ids.Settle(rows, db, TestContext.Current.CancellationToken);
                return (await Inbox(db, pseudonyms, IntakeStore.Sets).Take(new IntakeOrder(vendor), [.. settled.Select(r => r.Row)], TestContext.Current.CancellationToken)).Select(a => a.Outcome).ToArray();
            });
        }
    }

    /// <summary>A key whose mark nobody bears yet: there are only so many.</summary>
    private async Task<PseudonymKey> NewKey()
    {
        while (true)
        {
            var key = new PseudonymKey(RandomNumberGenerator.GetBytes(32));
            if (marks.Add(key.Mark) && (await world.Everything("select 1 from learner_identities where key_mark = $1 limit 1", key.Mark)).Count == 0)
                return key;
        }
    }

    private CompletionInbox Inbox(PlatformDb db, Pseudonyms pseudonyms, IntakeStore store)
    {
        var services = world.Instance.App.Services;
        return new CompletionInbox(
            db, new IntakeOptions { Store = store }, services.GetRequiredService<LocalityDirectory>(), services.GetRequiredService<CourseDirectory>(), pseudonyms,
            services.GetRequiredService<Callers>(), services.GetRequiredService<IntakeTurns>(), services.GetRequiredService<RuleBook>(), services.GetRequiredService<TenantStates>(),
            TimeProvider.System);
    }

    private async Task<Caller?> Vendor(Batch batch)
    {
        // The batch's vendor is the latest one that was granted its commune.
        var key = (string)(await world.Everything("""
            select a.key from accounts a join grants g on g.account_id = a.id where a.vendor_id is not null and g.tenant_id = $1 order by a.id desc limit 1
            """, (await world.Locality(batch.Commune)).Id))[0][0]!;
        return await world.Instance.App.Services.GetRequiredService<Callers>().FindNow(key, TestContext.Current.CancellationToken);
    }
}
