using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;
using NpgsqlTypes;
using Platform.Tenancy;

namespace Platform.Database;

/// <summary>PostgreSQL 15 and later: settings carry the scope, policies enforce it, views run with the caller's rights.</summary>
public sealed class PostgreSqlDialect : Dialect
{
    public override string NameCollation => "vi-x-icu";

    public override string IdCollation => "C";

    public override string SharedLock => "select pg_advisory_xact_lock_shared(hashtextextended({0}, 0))";

    public override bool IsCollision(DbException failure) => failure.SqlState is
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation;

    public override bool IsDangling(DbException failure) => failure.SqlState is PostgresErrorCodes.ForeignKeyViolation;

    public override bool IsRefusal(DbException failure) => failure.SqlState is PostgresErrorCodes.InsufficientPrivilege;

    public override string Lock => "select pg_advisory_xact_lock(hashtextextended({0}, 0))";

    /// <summary>How every statement begins that tells a scope; no other statement of the product does.</summary>
    internal const string ScopeStatement = "select set_config('platform.";

    private const string Own = "account_id = (select platform_account())", OwnOrAbove = $"{Own} or platform_stands_above(account_id)";

    private const string Removed = "tenant_id = (select platform_removed())";

    // What a completion said while it lay in another commune goes with it, too.
    private const string RemovedHistory = "(select platform_removed()) is not null and exists (select 1 from completions c where c.vendor_id = completion_versions.vendor_id "
        + "and c.external_id = completion_versions.external_id and c.tenant_id = (select platform_removed()))";

    public override IInterceptor Scoping { get; } = new ScopedCommands();

    // Statements are prepared once they repeat. Nothing is set for longer than a transaction, so a pooled connection needs no reset.
    // What the connection string says itself stands, but for the values of rows in messages of faults: those are logged.
    public override void Configure(DbContextOptionsBuilder options, string connectionString) => options.UseNpgsql(Pooled(connectionString));

    /// <summary>The connection string whose pool the contexts share.</summary>
    internal static string Pooled(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        if (!connection.ShouldSerialize("Max Auto Prepare"))
            connection.MaxAutoPrepare = 64;
        if (!connection.ShouldSerialize("No Reset On Close"))
            connection.NoResetOnClose = true;
        (connection.IncludeErrorDetail, connection.LogParameters, connection.IncludeFailedBatchedCommand) = (false, false, false);
        return connection.ConnectionString;
    }

    public override PlatformDb Create(DbContextOptions options, TenantScope scope) => new PostgreSqlDb(options).For(scope);

    public override Func<PlatformDb> Pool(Action<DbContextOptionsBuilder> configure) => Contexts.Pool<PostgreSqlDb>(configure);

    /// <summary>Nothing that is unset was ever set, so only what is in scope is told; an empty scope needs no words.</summary>
    public override void DescribeScope(DbCommand command, TenantScope scope, bool mayChange)
    {
        var settings = new List<string>(2);
        Set("tenant", Text(scope.Tenant));
        Set("superior", string.Join(',', scope.Superiors));
        Set("province", string.Join(',', scope.Provinces));
        Set("locality", string.Join(',', scope.Localities));
        Set("account", scope.Account?.ToString(CultureInfo.InvariantCulture) ?? "");
        Set("nation", scope.Nation ? "on" : "");
        Set("vendor", Text(scope.Vendor));
        Set("restored", scope.Restores ? Text(scope.Tenant) : "");
        Set("removed", scope.Removes ? Text(scope.Tenant) : "");
        Set("audited", scope.WholeAudit ? "all" : string.Join(',', scope.Audited));
        if (mayChange)
        {
            Set("actor", scope.Actor?.Key ?? "");
            Set("address", scope.Actor?.Address ?? "");
            Set("request", scope.Actor?.Request ?? "");
        }

        if (settings.Count > 0)
            command.CommandText = $"select {string.Join(", ", settings)};";

        void Set(string name, string value)
        {
            if (value.Length == 0)
                return;
            settings.Add($"set_config('platform.{name}', @platform_{name}, true)");
            command.Parameters.Add(new NpgsqlParameter { ParameterName = $"platform_{name}", Value = value, NpgsqlDbType = NpgsqlDbType.Text });
        }
    }

    // The id of the transaction, with its epoch: it never comes again.
    public override void NumberChanges(PropertyBuilder<long> change) => change.HasDefaultValueSql("pg_current_xact_id()::text::bigint");

    public override string Now => "now()";

    public override string Measure(params string[] tables) => $"analyze {string.Join(", ", tables)}";

    public override string LatestChange => "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 as \"Value\"";

    public override string LatestAudit => "select platform_audit_base() + pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 as \"Value\"";

    public override void NumberAudit(PropertyBuilder<long> change) => change.ValueGeneratedNever();

    public override string NoteAudit =>
        "insert into audit_entries (tenant_id, at, actor, address, request, action, subject, row_key, after, change) "
        + "values ({0}::smallint, clock_timestamp(), {1}, {2}::text, {3}::text, {4}, {5}, {6}, {7}::text, platform_audit_base() + pg_current_xact_id()::text::bigint)";

    public override string Explain(string statement) => "explain (format json) " + statement;

    public override double EstimatedRows(string plan)
    {
        using var document = JsonDocument.Parse(plan);
        return Largest(document.RootElement[0].GetProperty("Plan"), 1);

        // A plan's rows are those of one run: the inner side of a nested loop runs for each row of the outer side, a sub-plan for each row around it,
        // save one whose rows are hashed: it runs once, however often it is asked whether it has a row.
        static double Largest(JsonElement node, double runs)
        {
            var rows = node.GetProperty("Plan Rows").GetDouble();
            var largest = rows * runs;
            if (!node.TryGetProperty("Plans", out var children))
                return largest;
            var outer = children.EnumerateArray().Where(c => !Is(c, "Parent Relationship", "SubPlan") && !Is(c, "Parent Relationship", "InitPlan"))
                .Select(c => c.GetProperty("Plan Rows").GetDouble()).DefaultIfEmpty(rows).ToList();
            foreach (var child in children.EnumerateArray())
            {
                if (child.TryGetProperty("Subplan Name", out var name) && IsHashed(node, name.GetString()!))
                {
                    largest = Math.Max(largest, Largest(child, 1));
                    continue;
                }

                var times = Is(child, "Parent Relationship", "SubPlan") ? Math.Max(rows, outer.Max())
                    : Is(node, "Node Type", "Nested Loop") && Is(child, "Parent Relationship", "Inner") ? Math.Max(1, outer[0]) : 1;
                largest = Math.Max(largest, Largest(child, runs * Math.Max(1, times)));
            }

            return largest;
        }

        static bool IsHashed(JsonElement node, string name) => node.EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.String).Select(p => p.Value.GetString()!)
            .Any(text => text.Contains($"hashed {name})", StringComparison.Ordinal) || text.Contains($"hashed {name} ", StringComparison.Ordinal));

        static bool Is(JsonElement node, string name, string value) => node.TryGetProperty(name, out var found) && found.GetString() == value;
    }

    public override void DescribeRecount(DbCommand command, TenantScope scope)
    {
        command.CommandText = "select set_config('platform.recounted', $1, true)";
        command.Parameters.Add(new NpgsqlParameter { Value = $"{{{string.Join(',', scope.Recounted)}}}", NpgsqlDbType = NpgsqlDbType.Text });
    }

    public override (string Name, string Cut)? Erasure { get; } = (
        "select set_config('platform.erasure', {0}, true), set_config('platform.ghost', {1}, true)", Scripts.Read("postgresql.erasure.sql"));

    public override string TellTimesInUtc => "select set_config('TimeZone', 'UTC', true)";

    internal override string RowsAsJson(string table, IEnumerable<string> columns, string condition, IEnumerable<string> order) =>
        $"select to_jsonb(x)::text as \"Value\" from (select {string.Join(", ", columns)} from {table} where {condition}) x order by {string.Join(", ", order.Select(Everywhere))}";

    // The order of rows that have other numbers elsewhere, and in whatever language the database sorts.
    private static string Everywhere(string column) => column switch
    {
        "vendor_id" => "(select a.key from accounts a where a.vendor_id = x.vendor_id) collate \"C\"",
        "course_id" => "(select c.code from courses c where c.id = x.course_id) collate \"C\"",
        _ => $"x.{column}::text collate \"C\"",
    };

    internal override string AddFromJson(string table, IReadOnlyList<string> columns, bool ofTenant, bool mayBeThere)
    {
        var names = string.Join(", ", columns);
        return (ofTenant ? $"insert into {table} (tenant_id, {names}) select {{1}}::smallint, {names}" : $"insert into {table} ({names}) select {names}")
            + $" from jsonb_populate_recordset(null::{table}, {{0}}::jsonb)" + (mayBeThere ? " on conflict do nothing" : "");
    }

    private static readonly (string Table, string Learner)[] Resettled = [("completions", "learner_id"), ("confirmations", "learner_id"), ("learners", "id")];

    public override ResettlementSql? Resettlement { get; } = new(
        "select set_config('platform.reorganisation', {0}, true)",
        string.Join(" union ", Resettled.Select(r => $"select {r.Learner} as \"Value\" from {r.Table} where tenant_id = any({{1}})")),
        string.Join(" union ", Resettled.Select(r => $"select {r.Learner} as \"Value\" from {r.Table} where tenant_id = any({{1}}) and moves[cardinality(moves) - 1] = {{0}}")),
        [.. Resettled.Select(r => $$"""
            update {{r.Table}} t set moves = coalesce(t.moves, array[]::int[]) || array[{0}::int, t.tenant_id::int], tenant_id = s.place
            from unnest({1}::uuid[], {3}::smallint[]) s (id, place) where t.{{r.Learner}} = s.id and t.tenant_id = any({2})
            """)],
        [.. Resettled.Select(r => $$"""
            update {{r.Table}} t set tenant_id = t.moves[cardinality(t.moves)], moves = nullif(trim_array(t.moves, 2), array[]::int[])
            where t.{{r.Learner}} = any({1}) and t.tenant_id = any({2}) and t.moves[cardinality(t.moves) - 1] = {0}
            """)]);

    public override string DropObjects() => "drop view if exists target_progress;";

    public override string CreateObjects(IModel model, string applicationRole)
    {
        var sql = new StringBuilder(Scripts.Read("postgresql.objects.sql"));
        foreach (var table in ProtectedTables(model))
        {
            sql.AppendLine(CultureInfo.InvariantCulture, $"""
                alter table {table.Name} enable row level security;
                alter table {table.Name} force row level security;
                """);
            if (table.HasVendor)
                Policy(sql, table.Name, "tenant_own", "select", "tenant_id = (select platform_tenant())");
            else
                Policy(sql, table.Name, "tenant_own", "all", "tenant_id = (select platform_tenant())", "tenant_id = (select platform_tenant())");
            if (!table.Personal)
            {
                Policy(sql, table.Name, "province_read", "select", "tenant_id in (select id from localities where province_id = any ((select platform_provinces())::smallint[]))");
                Policy(sql, table.Name, "locality_read", "select", "tenant_id = any ((select platform_localities())::smallint[])");
                // The last name is asked first: who reads everything is asked nothing else of each row.
                Policy(sql, table.Name, "whole_nation_read", "select", "(select platform_nation())");
            }

            if (table.ReadBelow)
                Policy(sql, table.Name, "superior_read", "select", "tenant_id = any ((select platform_superiors())::smallint[]) and status <> 'Draft'");
            if (table.Intake && table.HasVendor)
            {
                // The sub-selects run once in a statement, whatever the number of its rows.
                const string own = "vendor_id = (select platform_vendor())";
                const string granted = $"{own} and ((select platform_vendor_everywhere()) or tenant_id in (select platform_vendor_localities()))";
                Policy(sql, table.Name, "intake_read", "select", own);
                Policy(sql, table.Name, "intake_insert", "insert", check: granted);
                if (!table.Kept)
                    Policy(sql, table.Name, "intake_update", "update", own, own);
            }
            else if (table.Intake)
                Policy(sql, table.Name, "intake", "all", "(select platform_vendor()) is not null", "(select platform_vendor()) is not null");
            if (table.HasVendor)
            {
                Policy(sql, table.Name, "restored", "insert", check: "tenant_id = (select platform_restored())");
                Policy(sql, table.Name, "removed", "delete", Removed);
            }

            KeepSuspended(sql, table);
        }

        // Asked for only where a reorganisation is named, so that nobody else's statement pays for it.
        const string reorganised = "tenant_id in (select platform_reorganised() where current_setting('platform.reorganisation', true) <> '')";
        Policy(sql, "completions", "reorganised_read", "select", reorganised);
        Policy(sql, "completions", "reorganised_update", "update", reorganised, reorganised);

        // What people did is removed with their commune only, whoever else may write it.
        Policy(sql, "confirmations", "removed_alone", "delete", Removed, kind: " as restrictive");
        Policy(sql, "completion_versions", "merged", "update", "vendor_id = (select platform_vendor())", "vendor_id = (select platform_vendor())");
        Policy(sql, "completion_versions", "removed_read", "select", RemovedHistory);
        Policy(sql, "completion_versions", "removed_history", "delete", RemovedHistory);

        Policy(sql, "agencies", "founding", "insert", check: "platform_founds(tenant_id)");
        sql.AppendLine("alter table tenants enable row level security;");
        Policy(sql, "tenants", "everybody_reads", "select", "true");
        Policy(sql, "tenants", "overseen_insert", "insert", check: "platform_oversees(locality_id)");
        Policy(sql, "tenants", "overseen_update", "update", "platform_oversees(locality_id)", "platform_oversees(locality_id)");
        Policy(sql, "tenants", "removed", "delete", "locality_id = (select platform_removed())");
        sql.AppendLine("alter table tenant_deletions enable row level security;");
        Policy(sql, "tenant_deletions", "operators_read", "select", "(select platform_administers(null))");
        Policy(sql, "tenant_deletions", "operators_insert", "insert", check: "(select platform_administers(null))");

        // Everybody's grants can be read, to find out who is calling; what they are is changed by those who look after them only. Not
        // forced: the owner, under whom nobody serves, makes the first account.
        foreach (var (table, rows) in (IEnumerable<(string, string)>)
        [
            ("accounts", "platform_administers(province_id)"),
            ("client_secrets", "platform_administers((select a.province_id from accounts a where a.id = account_id))"),
            ("vendor_grounds", "platform_administers((select a.province_id from accounts a where a.id = account_id))"),
            ("grants", "platform_administers(case when role = 'Operator' then null else tenant_id end)"),
        ])
        {
            sql.AppendLine(CultureInfo.InvariantCulture, $"alter table {table} enable row level security;");
            Policy(sql, table, "everybody_reads", "select", "true");
            Policy(sql, table, "administered_insert", "insert", check: table switch
            {
                "accounts" => "platform_admits(kind, province_id)",
                "grants" => "platform_gives(role, tenant_id)",
                _ => rows,
            });
            // Whoever stands above a person ends what the person has.
            var ends = table switch
            {
                "client_secrets" => "true",
                "accounts" => $"{rows} or (kind = 'Person' and platform_stands_above(id))",
                "grants" => $"{rows} or platform_stands_above(account_id)",
                _ => rows,
            };
            Policy(sql, table, "administered_update", "update", ends, ends);
            Policy(sql, table, "administered_delete", "delete", table == "grants" ? Removed : rows);
        }

        // So is how communes were reorganised; it is made and taken back, never rewritten.
        foreach (var table in (IEnumerable<string>)["reorganisations", "reorganisation_parts", "locality_successions"])
        {
            sql.AppendLine(CultureInfo.InvariantCulture, $"alter table {table} enable row level security;");
            Policy(sql, table, "everybody_reads", "select", "true");
            Policy(sql, table, "operators_insert", "insert", check: "(select platform_administers(null))");
            Policy(sql, table, "operators_update", "update", "(select platform_administers(null))", "(select platform_administers(null))");
            Policy(sql, table, "operators_delete", "delete", "(select platform_administers(null))");
        }

        // Courses and the skill framework are everybody's to read and the operators' to write; a version of a rule is as it was made.
        foreach (var table in (IEnumerable<string>)["courses", "framework_units", "framework_rules", "framework_rule_courses"])
        {
            sql.AppendLine(CultureInfo.InvariantCulture, $"alter table {table} enable row level security;");
            Policy(sql, table, "everybody_reads", "select", "true");
            Policy(sql, table, "operators_insert", "insert", check: "(select platform_administers(null))");
            Policy(sql, table, "operators_update", "update", "(select platform_administers(null))", "(select platform_administers(null))");
        }

        sql.AppendLine("alter table personal_access_tokens enable row level security;");
        Policy(sql, "personal_access_tokens", "everybody_reads", "select", "true");
        Policy(sql, "personal_access_tokens", "used", "update", "true", "true");
        Policy(sql, "personal_access_tokens", "own_insert", "insert", check: "account_id = (select platform_account())");
        Policy(sql, "personal_access_tokens", "own_delete", "delete", OwnOrAbove);

        // What proves who a person is, they add and remove themselves; sign-in, which is nobody's yet, uses it up. Links are made by those whose
        // grants reach that far, whatever the code above has decided.
        foreach (var (table, insert, delete) in (IEnumerable<(string, string, string)>)
        [
            ("recovery_codes", Own, "true"), ("passkeys", Own, OwnOrAbove), ("external_identities", Own, OwnOrAbove), ("account_notices", "platform_stands_above(account_id)", "false"),
            ("invitations", "invited_by = (select platform_account()) and platform_gives(role, locality_id)", "false"),
            ("password_resets", "platform_stands_above(account_id)", "false"),
        ])
        {
            sql.AppendLine(CultureInfo.InvariantCulture, $"alter table {table} enable row level security;");
            Policy(sql, table, "everybody_reads", "select", "true");
            Policy(sql, table, "used", "update", "true", "true");
            Policy(sql, table, "proper_insert", "insert", check: insert);
            Policy(sql, table, "proper_delete", "delete", delete);
        }

        foreach (var table in VendorTables(model))
        {
            sql.AppendLine(CultureInfo.InvariantCulture, $"""
                alter table {table} enable row level security;
                alter table {table} force row level security;
                """);
            Policy(sql, table, "vendor_own", "all", "vendor_id = (select platform_vendor())", "vendor_id = (select platform_vendor())");
        }

        foreach (var table in AuditedTables(model))
            Trigger(sql, table.Name, "audit", "after insert or update or delete", $"for each row execute function platform_audit('{string.Join(',', table.Key)}', '{string.Join(',', table.Hidden)}')");
        sql.AppendLine("alter table audit_entries enable row level security; alter table audit_entries force row level security;");
        Policy(sql, "audit_entries", "everybody_notes", "insert", check: "true");
        Policy(sql, "audit_entries", "auditor_reads", "select", "(select platform_whole_audit()) or tenant_id = any ((select platform_audited())::smallint[])");
        Policy(sql, "audit_entries", "owner_purges", "delete to current_user", "(select platform_whole_audit())");

        Policy(sql, "erased_completions", "the_erased_insert", "insert", check: "(select platform_erased()) is not null");

        foreach (var (table, notesRemovals) in TrackedTables(model))
        {
            Trigger(sql, table, "number_change", "before update", "for each row execute function platform_number_change()");
            if (notesRemovals)
                Trigger(sql, table, "note_removal", "after delete", "referencing old table as removed for each statement execute function platform_note_removal()");
            // Another cluster counts its transactions anew: rows restored into it may have numbers that it has not reached.
            sql.AppendLine(CultureInfo.InvariantCulture, $"""
                alter table {table} no force row level security;
                update {table} set change = 0 where change > pg_current_xact_id()::text::bigint;
                {(ProtectedTables(model).Any(t => t.Name == table) ? $"alter table {table} force row level security;" : "")}
                """);
        }

        sql.AppendLine(CultureInfo.InvariantCulture, $"""
            grant usage on schema public to {applicationRole};
            grant select, insert, update, delete on all tables in schema public to {applicationRole};
            revoke all on "__EFMigrationsHistory" from {applicationRole};
            grant select on "__EFMigrationsHistory" to {applicationRole};
            revoke update, delete on audit_entries, audit_seals from {applicationRole};
            revoke update, delete on protection_keys from {applicationRole};
            revoke update on tenants from {applicationRole};
            revoke update, delete on tenant_deletions from {applicationRole};
            grant update (state, state_changed_at, state_changed_by, state_reason) on tenants to {applicationRole};
            -- A grant is as it was given until it ends, and goes with its tenant only; a secret may be used and withdrawn, never changed.
            revoke update on grants from {applicationRole};
            revoke update, delete on accounts, vendor_grounds from {applicationRole};
            grant update (valid_to, ended_by) on grants to {applicationRole};
            grant update (name, ended_at, ended_by) on accounts to {applicationRole};
            revoke update on client_secrets, personal_access_tokens from {applicationRole};
            grant update (last_used_at) on client_secrets to {applicationRole};
            grant update (last_used_at) on personal_access_tokens to {applicationRole};
            revoke delete on people, invitations, password_resets, account_notices from {applicationRole};
            revoke update on sessions, recovery_codes, passkeys, external_identities, invitations, password_resets, account_notices from {applicationRole};
            grant update (last_seen_at, ended_at, ended_by) on sessions to {applicationRole};
            grant update (sign_count, backed_up, user_verified, last_used_at) on passkeys to {applicationRole};
            grant update (accepted_at, withdrawn_at, contact) on invitations to {applicationRole};
            grant update (used_at) on password_resets to {applicationRole};
            -- Localities begin and end by a reorganisation, which a trigger leaves to operators.
            revoke update, delete on localities, locality_names, reorganisations, reorganisation_parts, locality_successions from {applicationRole};
            grant update (valid_to) on localities to {applicationRole};
            grant update (valid_to) on locality_names to {applicationRole};
            grant update (edition, closed_plans, reversed_at, reversed_by, reversal_reason) on reorganisations to {applicationRole};
            grant update (figures_before, figures_after) on reorganisation_parts to {applicationRole};
            grant delete on locality_successions to {applicationRole};
            -- What was replaced stays as it was; a completion is removed with its commune only.
            revoke update on completion_versions from {applicationRole};
            revoke update, delete on erased_completions from {applicationRole};
            grant update (external_id, learner_id, completed_at, received_at, reason, voided_at, void_reason, replaced_at) on completion_versions to {applicationRole};
            revoke delete on recomputations, framework_units from {applicationRole};
            revoke update, delete on framework_rules, framework_rule_courses from {applicationRole};
            grant update (withdrawn_at, withdrawn_by) on framework_rules to {applicationRole};
            """);
        return sql.ToString();
    }

    public override async Task<string?> FindRoleWeakness(DbConnection connection, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select case
              when r.rolsuper then 'the role is a superuser'
              when r.rolbypassrls then 'the role has BYPASSRLS'
              when exists (select 1 from pg_class c where c.relname = 'plans' and pg_has_role(current_user, c.relowner, 'member'))
                then 'the role owns the tables'
              when exists (select 1 from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                           where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not (c.relrowsecurity and c.relforcerowsecurity)
                             and c.relname not in ('grants'))
                then 'a table with tenant_id has no forced row-level security'
            end
            from pg_roles r where r.rolname = current_user
            """;
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    // The learners and figures of a closed tenant still change with what is taken elsewhere: a person who moves away is counted there no more.
    private static void KeepSuspended(StringBuilder sql, ProtectedTable table)
    {
        const string writable = "tenant_id <> all ((select platform_unwritable())::smallint[])", open = "tenant_id <> all ((select platform_closed())::smallint[])";
        const string intake = "(select platform_vendor()) is not null";
        if (table.Lawful)
        {
            foreach (var policy in (string[])["suspended_insert", "suspended_update", "suspended_delete"])
                sql.AppendLine(CultureInfo.InvariantCulture, $"drop policy if exists {policy} on {table.Name};");
            return;
        }

        var check = table.HasVendor ? open : table.Intake ? $"({intake} or {writable})" : writable;
        // What is deleted with its tenant touches what is deleted next.
        var rows = table.HasVendor ? "true" : $"(tenant_id is distinct from (select platform_tenant()) or {check} or {Removed} or platform_refuse_suspended())";
        Policy(sql, table.Name, "suspended_insert", "insert", check: table is { Personal: true, HasVendor: false } ? $"{check} and {open}" : check, kind: " as restrictive");
        // An erasure reaches the person's rows in every commune, suspended or not, the own one included: the_erased_cut and the_erased_read say which.
        var learner = table.Name switch
        {
            "completions" or "completion_versions" or "confirmations" => "learner_id",
            "learners" => "id",
            _ => null,
        };
        // Whoever two learners turn out to be, what was said of them in a closed locality is said of the one they are; nothing else of it changes: a trigger sees to that.
        var moved = table.Kept || table.Name == "completions" ? "true" : table.HasVendor ? check : $"({check} or {Removed})";
        var (erased, ghost) = learner is null ? ("", "") : ($"{learner} = {InErasure("platform_erased()")} or ", $" or {learner} = {InErasure("platform_ghost()")}");
        Policy(sql, table.Name, "suspended_update", "update", rows == "true" ? rows : $"{erased}{rows}", moved + ghost, " as restrictive");
        Policy(sql, table.Name, "suspended_delete", "delete", rows, kind: " as restrictive");
    }

    // Asked for only where a request is named, so that nobody else's statement pays for it.
    private static string InErasure(string function) => $"(select case when current_setting('platform.erasure', true) <> '' then {function} end)";

    private static void Policy(StringBuilder sql, string table, string name, string command, string? rows = null, string? check = null, string kind = "")
    {
        sql.AppendLine(CultureInfo.InvariantCulture, $"drop policy if exists {name} on {table};");
        sql.AppendLine(CultureInfo.InvariantCulture, $"create policy {name} on {table}{kind} for {command}{(rows is null ? "" : $" using ({rows})")}{(check is null ? "" : $" with check ({check})")};");
    }

    private static void Trigger(StringBuilder sql, string table, string name, string when, string what)
    {
        sql.AppendLine(CultureInfo.InvariantCulture, $"drop trigger if exists {name} on {table};");
        sql.AppendLine(CultureInfo.InvariantCulture, $"create trigger {name} {when} on {table} {what};");
    }

    private static string Text(short? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
