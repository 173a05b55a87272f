using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using Platform.Database;
using Platform.Limits;
using Platform.Plans;

namespace Platform.Learning;

/// <summary>
/// The intake on PostgreSQL, set by set: each statement takes a whole batch as binary arrays, which cost what a COPY into a staging table
/// costs and, unlike it, pass row-level security and need no table. Batches run side by side; rows are locked in the order of their keys,
/// and what a batch could not insert because another did tells that they met.
/// </summary>
internal sealed class SetIntakeStore(PlatformDb db, Pace pace) : IIntakeStore
{
    // Generic plans look rows up by key, whatever the statistics of tables that grow all day say of ten thousand of them.
    private const string Start = "select set_config('plan_cache_mode', 'force_generic_plan', true), {0}(hashtextextended('intake', 0))";

    private const string Columns =
        "external_id, tenant_id, learner_id, course_id, audience, completed_at, score, passed, revision, received_at, reason, voided_at, void_reason, legal_ground";

    private const string Arrays =
        "$2::text[], $3::smallint[], $4::uuid[], $5::int[], $6::smallint[], $7::timestamptz[], $8::numeric[], $9::boolean[], $10::smallint[], $11::timestamptz[], "
        + "$12::text[], $13::timestamptz[], $14::text[], $15::smallint[]";

    private IDbContextTransaction? transaction;
    private NpgsqlConnection? connection;
    private string? start;

    public bool LocksRows => true;

    public async Task Begin(bool alone, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        connection = (NpgsqlConnection)db.Database.GetDbConnection();
        transaction = await db.Database.BeginTransactionAsync(cancellation);
        start = Start.Replace("{0}", alone ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared", StringComparison.Ordinal);
    }

    public async Task<StoredRows> Find(short vendor, string[] ids, Guid[] names, CancellationToken cancellation)
    {
        var statements = Statements();
        var found = new StoredRows(new(StringComparer.Ordinal), new(names.Length), 0, false, 0);
        if (start is not null)
            statements.Add(start, [], read: _ => { });
        start = null;
        await foreach (var some in statements.Pieces(ids, cancellation))
            statements.Add($"select {Columns} from completions where vendor_id = $1 and external_id = any($2)", [Value(vendor), Texts(some)], read: r =>
            {
                var completion = ReadCompletion(r, vendor);
                found.Completions.Add(completion.ExternalId, completion);
            });
        await foreach (var some in statements.Pieces(names, cancellation))
            statements.Add("select id, learner_id, vendor_id, key_mark from learner_identities where id = any($1)", [Guids(some)], read: r =>
            {
                var identity = ReadIdentity(r);
                found.Identities.Add(identity.Id, identity);
            });
        statements.Add(
            "select coalesce(max(edition), 0), exists (select 1 from erased_completions where vendor_id = $1), (select coalesce(max(edition), 0) from reorganisations) from recomputations",
            [Value(vendor)], read: r => found = found with { Edition = r.GetInt32(0), AnyErased = r.GetBoolean(1), Reorganised = r.GetInt32(2) });
        await statements.Send(cancellation);
        return found;
    }

    public async Task<HashSet<Guid>> Erased(short vendor, Guid[] ids, CancellationToken cancellation) =>
        [.. await Read("select id from erased_completions where vendor_id = $1 and id = any($2)", r => r.GetGuid(0), cancellation, Value(vendor), Guids(ids))];

    public Task<List<LearnerIdentity>> NamesOf(Guid[] learners, CancellationToken cancellation) =>
        Read("select id, learner_id, vendor_id, key_mark from learner_identities where learner_id = any($1)", ReadIdentity, cancellation, Guids(learners));

    public async Task<Dictionary<Guid, Learner>> Learners(Guid[] learners, CancellationToken cancellation) =>
        (await Read($"select {LearnerColumns} from learners where id = any($1)", ReadLearner, cancellation, Guids(learners))).ToDictionary(l => l.Id);

    public async Task<Dictionary<Guid, Learner>?> Claim(
        LearnerIdentity[] names, Guid[] retired, Guid[] learners, Guid[] madeCitizens, CancellationToken cancellation)
    {
        var (statements, found, anotherCitizen) = (Statements(), new Dictionary<Guid, Learner>(learners.Length), false);
        await foreach (var some in statements.Pieces(names, cancellation))
            statements.Add(
                "insert into learner_identities (id, learner_id, vendor_id, key_mark) select * from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::smallint[]) on conflict do nothing",
                [
                    Guids(Array.ConvertAll(some, i => i.Id)), Guids(Array.ConvertAll(some, i => i.LearnerId)),
                    Of(Array.ConvertAll(some, i => i.VendorId), NpgsqlDbType.Smallint), Of(Array.ConvertAll(some, i => i.KeyMark), NpgsqlDbType.Smallint),
                ], some.Length);
        if (retired.Length > 0)
            statements.Add("delete from learner_identities where id = any($1)", [Guids(retired)]);
        await foreach (var some in statements.Pieces(learners, cancellation))
            statements.Add($"select {LearnerColumns} from learners where id = any($1) order by id for no key update", [Guids(some)], read: r =>
            {
                var learner = ReadLearner(r);
                found.Add(learner.Id, learner);
            });
        if (madeCitizens.Length > 0)
            statements.Add(
                "select null::uuid from learner_identities where learner_id = any($1) and vendor_id is null and not id = any($2) limit 1",
                [Guids(madeCitizens), Guids([.. names.Select(i => i.Id)])], read: _ => anotherCitizen = true);
        await statements.Send(cancellation);
        return statements.AsExpected && !anotherCitizen ? found : null;
    }

    public async Task<List<Completion>> CompletionsOf(Guid[] learners, CancellationToken cancellation)
    {
        var (statements, found) = (Statements(), new List<Completion>());
        await foreach (var some in statements.Pieces(learners, cancellation))
        {
            db.Scope.Recount(some);
            await using (var command = connection!.CreateCommand())
            {
                db.Dialect.DescribeRecount(command, db.Scope);
                await command.ExecuteNonQueryAsync(cancellation);
            }

            db.Scope.Recount([]);
            statements.Add($"select {Columns}, vendor_id from completions where learner_id = any($1)", [Guids(some)], read: r => found.Add(ReadCompletion(r, r.GetInt16(14))));
            await statements.Send(cancellation);
        }

        return found;
    }

    public async Task<bool> Write(IntakeChanges changes, CancellationToken cancellation)
    {
        var statements = Statements();
        foreach (var (from, to) in changes.Merged)
        {
            statements.Add("update learner_identities set learner_id = $2 where learner_id = $1", [Value(from), Value(to)]);
            statements.Add("delete from learners where id = $1", [Value(from)]);
        }

        await foreach (var some in statements.Pieces(changes.NewLearners, cancellation))
            statements.Add($"insert into learners ({LearnerColumns}) select * from unnest({LearnerArrays})", Contents(some), some.Length);
        await foreach (var some in statements.Pieces(changes.ChangedLearners, cancellation))
            statements.Add($"""
                update learners l set tenant_id = s.tenant, audience = s.audience, first_course_id = s.course, first_at = s.first_at, latest_at = s.latest_at,
                  achieved_at = s.achieved_at, counts = s.counts, judged_by = s.judged_by, units = s.units, confirmed_at = s.confirmed_at
                from unnest({LearnerArrays}) s (id, tenant, audience, course, first_at, latest_at, achieved_at, counts, judged_by, units, confirmed_at) where l.id = s.id
                """, Contents(some), some.Length);
        foreach (var (from, to) in changes.Merged)
        {
            statements.Add("update completions set learner_id = $2 where learner_id = $1", [Value(from), Value(to)]);
            statements.Add("update completion_versions set learner_id = $2 where learner_id = $1", [Value(from), Value(to)]);
        }

        await foreach (var some in statements.Pieces(changes.Added, cancellation))
            statements.Add($"insert into completions (vendor_id, {Columns}) select $1, * from unnest({Arrays}) on conflict do nothing", Contents(some), some.Length);
        await foreach (var some in statements.Pieces(changes.Replaced, cancellation))
            Replace(statements, some);
        await foreach (var some in statements.Pieces(changes.Versions, cancellation))
            statements.Add(
                $"insert into completion_versions (vendor_id, {Columns}, replaced_at) select $1, s.*, $16 from unnest({Arrays}) s on conflict do nothing",
                [.. Contents(some), new NpgsqlParameter<DateTime> { TypedValue = changes.At.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz }], some.Length);
        // Few rows name a commune that has ended, or go to another; the others do not pay for it, and keep what was not read of them.
        var moved = changes.Added.Where(c => c.Moves is not null).Concat(changes.Replaced.Where(r => r.Relocated).Select(r => r.After)).ToArray();
        await foreach (var some in statements.Pieces(moved, cancellation))
            statements.Add(
                "update completions c set moves = s.moves::int[] from unnest($2::text[], $3::text[]) s (id, moves) where c.vendor_id = $1 and c.external_id = s.id",
                [Value(some[0].VendorId), Texts(Each(some, c => c.ExternalId)), Texts(Each(some, c => c.Moves is null ? null : $"{{{string.Join(',', c.Moves)}}}"))], some.Length);
        AddFigures(changes, statements);
        await statements.Send(cancellation);
        return statements.AsExpected;
    }

    public Task Commit(CancellationToken cancellation) => transaction!.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (transaction is not null)
            await transaction.DisposeAsync();
        if (connection is not null)
            await db.Database.CloseConnectionAsync();
    }

    private IntakeStatements Statements() => new(connection!, pace);

    private static void Replace(IntakeStatements statements, Replacement[] replaced)
    {
        var before = Array.ConvertAll(replaced, r => r.Before);
        statements.Add(
            "select 1 from completions c join unnest($2::text[], $3::smallint[], $4::boolean[]) s (id, revision, void) on c.external_id = s.id "
            + "where c.vendor_id = $1 and c.revision = s.revision and (c.voided_at is not null) = s.void order by c.external_id for update of c",
            [
                Value(before[0].VendorId), Texts(Each(before, c => c.ExternalId)), Of(Each(before, c => c.Revision), NpgsqlDbType.Smallint),
                Of(Each(before, c => c.VoidedAt is not null), NpgsqlDbType.Boolean),
            ], before.Length, _ => { });
        statements.Add($"""
            update completions c set tenant_id = s.tenant_id, learner_id = s.learner_id, course_id = s.course_id, audience = s.audience, completed_at = s.completed_at,
              score = s.score, passed = s.passed, revision = s.revision, received_at = s.received_at, reason = s.reason, voided_at = s.voided_at, void_reason = s.void_reason,
              legal_ground = s.legal_ground
            from unnest({Arrays}) s ({Columns}) where c.vendor_id = $1 and c.external_id = s.external_id
            """, Contents(Array.ConvertAll(replaced, r => r.After)), replaced.Length);
    }

    private static void AddFigures(IntakeChanges changes, IntakeStatements statements)
    {
        var facts = changes.Figures.Facts;
        if (facts.Count > 0)
            statements.Add("""
                insert into completion_facts as f (id, tenant_id, month, audience, course_id, completions, learners, passed)
                select * from unnest($1::uuid[], $2::smallint[], $3::date[], $4::text[], $5::int[], $6::bigint[], $7::bigint[], $8::bigint[])
                on conflict (tenant_id, month, audience, course_id) do update
                  set completions = f.completions + excluded.completions, learners = f.learners + excluded.learners, passed = f.passed + excluded.passed
                """,
                [
                    Guids(Each(facts, _ => Guid.CreateVersion7())), Of(Each(facts, f => f.Key.Tenant), NpgsqlDbType.Smallint), Of(Each(facts, f => f.Key.Month), NpgsqlDbType.Date),
                    Texts(Each(facts, f => f.Key.Audience.ToString())), Of(Each(facts, f => f.Key.Course), NpgsqlDbType.Integer),
                    Of(Each(facts, f => f.Value.Completions), NpgsqlDbType.Bigint), Of(Each(facts, f => f.Value.Learners), NpgsqlDbType.Bigint), Of(Each(facts, f => f.Value.Passed), NpgsqlDbType.Bigint),
                ]);
        var totals = changes.Figures.Totals;
        if (totals.Count > 0)
            statements.Add("""
                insert into audience_totals as t (tenant_id, audience, year, learners, achieved, confirmed, as_of)
                select *, $7 from unnest($1::smallint[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[])
                on conflict (tenant_id, audience, year) do update
                  set learners = t.learners + excluded.learners, achieved = t.achieved + excluded.achieved,
                    confirmed = t.confirmed + excluded.confirmed, as_of = greatest(t.as_of, excluded.as_of)
                """,
                [
                    Of(Each(totals, t => t.Key.Tenant), NpgsqlDbType.Smallint), Texts(Each(totals, t => t.Key.Audience.ToString())), Of(Each(totals, t => t.Key.Year), NpgsqlDbType.Integer),
                    Of(Each(totals, t => t.Value.Learners), NpgsqlDbType.Bigint), Of(Each(totals, t => t.Value.Achieved), NpgsqlDbType.Bigint), Of(Each(totals, t => t.Value.Confirmed), NpgsqlDbType.Bigint),
                    new NpgsqlParameter<DateTime> { TypedValue = changes.At.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                ]);
        var confirmations = changes.Figures.Confirmations;
        if (confirmations.Count > 0)
            statements.Add("""
                insert into confirmation_facts as f (id, tenant_id, month, audience, confirmed)
                select * from unnest($1::uuid[], $2::smallint[], $3::date[], $4::text[], $5::bigint[])
                on conflict (tenant_id, month, audience) do update set confirmed = f.confirmed + excluded.confirmed
                """,
                [
                    Guids(Each(confirmations, _ => Guid.CreateVersion7())), Of(Each(confirmations, c => c.Key.Tenant), NpgsqlDbType.Smallint),
                    Of(Each(confirmations, c => c.Key.Month), NpgsqlDbType.Date), Texts(Each(confirmations, c => c.Key.Audience.ToString())),
                    Of(Each(confirmations, c => c.Value), NpgsqlDbType.Bigint),
                ]);
    }

    private const string LearnerArrays =
        "$1::uuid[], $2::smallint[], $3::smallint[], $4::int[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[], $8::boolean[], $9::int[], $10::bytea[], $11::timestamptz[]";

    private const string LearnerColumns = "id, tenant_id, audience, first_course_id, first_at, latest_at, achieved_at, counts, judged_by, units, confirmed_at";

    private static DateTimeOffset At(NpgsqlDataReader r, int column) => new(r.GetDateTime(column));

    private static Learner ReadLearner(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        TenantId = r.GetInt16(1),
        Audience = (Audience)r.GetInt16(2),
        FirstCourseId = r.GetInt32(3),
        FirstAt = At(r, 4),
        LatestAt = At(r, 5),
        AchievedAt = r.IsDBNull(6) ? null : At(r, 6),
        Counts = r.GetBoolean(7),
        JudgedBy = r.GetInt32(8),
        Units = r.IsDBNull(9) ? null : r.GetFieldValue<byte[]>(9),
        ConfirmedAt = r.IsDBNull(10) ? null : At(r, 10),
    };

    private static LearnerIdentity ReadIdentity(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0),
        LearnerId = r.GetGuid(1),
        VendorId = r.IsDBNull(2) ? null : r.GetInt16(2),
        KeyMark = r.GetInt16(3),
    };

    private static Completion ReadCompletion(NpgsqlDataReader r, short vendor) => new()
    {
        VendorId = vendor,
        ExternalId = r.GetString(0),
        TenantId = r.GetInt16(1),
        LearnerId = r.GetGuid(2),
        CourseId = r.GetInt32(3),
        Audience = (Audience)r.GetInt16(4),
        CompletedAt = At(r, 5),
        Score = r.IsDBNull(6) ? null : r.GetDecimal(6),
        Passed = r.GetBoolean(7),
        Revision = r.GetInt16(8),
        ReceivedAt = At(r, 9),
        Reason = r.IsDBNull(10) ? null : r.GetString(10),
        VoidedAt = r.IsDBNull(11) ? null : At(r, 11),
        VoidReason = r.IsDBNull(12) ? null : r.GetString(12),
        LegalGround = r.IsDBNull(13) ? null : (LegalGround)r.GetInt16(13),
    };

    private async Task<List<T>> Read<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await command.PrepareAsync(cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(read(reader));
        return rows;
    }

    private static NpgsqlParameter[] Contents(Completion[] rows) =>
    [
        Value(rows[0].VendorId), Texts(Each(rows, c => c.ExternalId)), Of(Each(rows, c => c.TenantId), NpgsqlDbType.Smallint), Guids(Each(rows, c => c.LearnerId)),
        Of(Each(rows, c => c.CourseId), NpgsqlDbType.Integer), Of(Each(rows, c => (short)c.Audience), NpgsqlDbType.Smallint), Times(Each(rows, c => c.CompletedAt.UtcDateTime)),
        Of(Each(rows, c => c.Score), NpgsqlDbType.Numeric), Of(Each(rows, c => c.Passed), NpgsqlDbType.Boolean), Of(Each(rows, c => c.Revision), NpgsqlDbType.Smallint),
        Times(Each(rows, c => c.ReceivedAt.UtcDateTime)), Texts(Each(rows, c => c.Reason)), Of(Each(rows, c => c.VoidedAt?.UtcDateTime), NpgsqlDbType.TimestampTz),
        Texts(Each(rows, c => c.VoidReason)), Of(Each(rows, c => (short?)c.LegalGround), NpgsqlDbType.Smallint),
    ];

    private static NpgsqlParameter[] Contents(Learner[] learners) =>
    [
        Guids(Each(learners, l => l.Id)), Of(Each(learners, l => l.TenantId), NpgsqlDbType.Smallint), Of(Each(learners, l => (short)l.Audience), NpgsqlDbType.Smallint),
        Of(Each(learners, l => l.FirstCourseId), NpgsqlDbType.Integer), Times(Each(learners, l => l.FirstAt.UtcDateTime)), Times(Each(learners, l => l.LatestAt.UtcDateTime)),
        Of(Each(learners, l => l.AchievedAt?.UtcDateTime), NpgsqlDbType.TimestampTz), Of(Each(learners, l => l.Counts), NpgsqlDbType.Boolean),
        Of(Each(learners, l => l.JudgedBy), NpgsqlDbType.Integer), Of(Each(learners, l => l.Units), NpgsqlDbType.Bytea),
        Of(Each(learners, l => l.ConfirmedAt?.UtcDateTime), NpgsqlDbType.TimestampTz),
    ];

    private static T[] Each<TRow, T>(IReadOnlyList<TRow> rows, Func<TRow, T> part)
    {
        var parts = new T[rows.Count];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = part(rows[i]);
        return parts;
    }

    private static NpgsqlParameter<T[]> Of<T>(T[] values, NpgsqlDbType type) => new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };

    private static NpgsqlParameter<Guid[]> Guids(Guid[] values) => Of(values, NpgsqlDbType.Uuid);

    private static NpgsqlParameter<string?[]> Texts(string?[] values) => Of(values, NpgsqlDbType.Text);

    private static NpgsqlParameter<DateTime[]> Times(DateTime[] values) => Of(values, NpgsqlDbType.TimestampTz);

    private static NpgsqlParameter<short> Value(short value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Smallint };

    private static NpgsqlParameter<Guid> Value(Guid value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Uuid };
}
