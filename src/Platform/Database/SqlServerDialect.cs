using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Platform.Tenancy;

namespace Platform.Database;

/// <summary>
/// SQL Server 2022 and later: session context carries the scope, one security policy enforces it.
/// Its scripts are generated and compared here; they run where a connection string is given.
/// </summary>
public sealed class SqlServerDialect : Dialect
{
    public override string NameCollation => "Vietnamese_100_CI_AS";

    public override string IdCollation => "Latin1_General_100_BIN2";

    public override string SharedLock => "exec sp_getapplock @Resource = {0}, @LockMode = 'Shared', @LockOwner = 'Transaction'";

    // Chosen as deadlock victim; duplicate key.
    public override bool IsCollision(DbException failure) => failure is SqlException { Number: 1205 or 2601 or 2627 };

    // A foreign key.
    public override bool IsDangling(DbException failure) => failure is SqlException { Number: 547 };

    // Blocked by the security policy.
    public override bool IsRefusal(DbException failure) => failure is SqlException { Number: 33504 };

    public override string Lock => "exec sp_getapplock @Resource = {0}, @LockMode = 'Exclusive', @LockOwner = 'Transaction'";

    public override void Configure(DbContextOptionsBuilder options, string connectionString) =>
        options.UseSqlServer(connectionString);

    public override IInterceptor Scoping { get; } = new ScopedConnections();

    public override PlatformDb Create(DbContextOptions options, TenantScope scope) => new SqlServerDb(options).For(scope);

    public override Func<PlatformDb> Pool(Action<DbContextOptionsBuilder> configure) => Contexts.Pool<SqlServerDb>(configure);

    public override void DescribeScope(DbCommand command, TenantScope scope, bool mayChange)
    {
        command.CommandText =
            "exec sp_set_session_context N'tenant', @tenant; exec sp_set_session_context N'superior', @superior; " +
            "exec sp_set_session_context N'province', @province; exec sp_set_session_context N'locality', @locality; " +
            "exec sp_set_session_context N'nation', @nation; exec sp_set_session_context N'vendor', @vendor; " +
            "exec sp_set_session_context N'account', @account; exec sp_set_session_context N'audited', @audited; " +
            "exec sp_set_session_context N'actor', @actor; exec sp_set_session_context N'address', @address; exec sp_set_session_context N'request', @request;";
        Add("@tenant", System.Data.SqlDbType.SmallInt, scope.Tenant);
        Add("@superior", System.Data.SqlDbType.NVarChar, List(scope.Superiors));
        Add("@province", System.Data.SqlDbType.NVarChar, List(scope.Provinces));
        Add("@locality", System.Data.SqlDbType.NVarChar, List(scope.Localities));
        Add("@nation", System.Data.SqlDbType.SmallInt, (short)(scope.Nation ? 1 : 0));
        Add("@vendor", System.Data.SqlDbType.SmallInt, scope.Vendor);
        Add("@account", System.Data.SqlDbType.Int, scope.Account);
        Add("@audited", System.Data.SqlDbType.NVarChar, scope.WholeAudit ? "all" : List(scope.Audited));
        Add("@actor", System.Data.SqlDbType.NVarChar, scope.Actor?.Key);
        Add("@address", System.Data.SqlDbType.NVarChar, scope.Actor?.Address);
        Add("@request", System.Data.SqlDbType.NVarChar, scope.Actor?.Request);

        void Add(string name, System.Data.SqlDbType type, object? value) =>
            command.Parameters.Add(new SqlParameter(name, type) { Value = value ?? DBNull.Value });

        static string? List(List<short> ids) => ids.Count == 0 ? null : $",{string.Join(',', ids)},";
    }

    public override void NumberChanges(PropertyBuilder<long> change) => change.HasConversion<byte[]>().HasColumnType("rowversion");

    public override string Now => "sysdatetimeoffset()";

    public override string Measure(params string[] tables) => string.Concat(tables.Select(table => $"update statistics dbo.{table};"));

    public override string LatestChange => "select cast(min_active_rowversion() as bigint) - 1 as Value";

    public override string LatestAudit => LatestChange;

    public override void NumberAudit(PropertyBuilder<long> change) => NumberChanges(change);

    public override string NoteAudit =>
        "insert into dbo.audit_entries (tenant_id, at, actor, address, request, action, subject, row_key, after) values ({0}, sysdatetimeoffset(), {1}, {2}, {3}, {4}, {5}, {6}, {7})";

    public override void DescribeRecount(DbCommand command, TenantScope scope)
    {
        command.CommandText = "exec sp_set_session_context N'recounted', @recounted;";
        command.Parameters.Add(new SqlParameter("@recounted", System.Data.SqlDbType.NVarChar, 4000) { Value = string.Join(',', scope.Recounted) });
    }

    public override string DropObjects() => """
        drop security policy if exists dbo.tenancy;
        drop view if exists dbo.target_progress;
        drop function if exists dbo.may_end_account, dbo.may_end_grant, dbo.is_own_or_below, dbo.may_write_lawful, dbo.may_write_agency, dbo.oversees, dbo.may_write, dbo.may_write_figure, dbo.may_read_person, dbo.may_read, dbo.may_read_figure, dbo.may_read_plan,
          dbo.may_write_completion, dbo.may_read_completion, dbo.may_administer, dbo.may_administer_account, dbo.may_give, dbo.may_invite, dbo.may_admit, dbo.stands_above, dbo.is_own_account, dbo.is_own_vendor, dbo.may_audit;
        """;

    public override string CreateObjects(IModel model, string applicationRole)
    {
        var sql = new StringBuilder(Scripts.Read("sqlserver.objects.sql"));
        var predicates = ProtectedTables(model).SelectMany(table =>
        {
            var read = table switch
            {
                { HasVendor: true } => "dbo.may_read_completion(tenant_id, vendor_id, learner_id)",
                { Personal: true, Lawful: true } => "dbo.may_write_lawful(tenant_id)",
                { Personal: true, Intake: false } => "dbo.may_write(tenant_id)",
                { Personal: true } => "dbo.may_read_person(tenant_id)",
                { ReadBelow: true } => "dbo.may_read_plan(tenant_id, status)",
                { Intake: true } => "dbo.may_read_figure(tenant_id)",
                _ => "dbo.may_read(tenant_id)",
            };
            var write = table switch
            {
                { HasVendor: true } => "dbo.may_write_completion(tenant_id, vendor_id)",
                { Intake: true } => "dbo.may_write_figure(tenant_id)",
                { Name: "agencies" } => "dbo.may_write_agency(tenant_id)",
                { Lawful: true } => "dbo.may_write_lawful(tenant_id)",
                _ => "dbo.may_write(tenant_id)",
            };
            return (string[])
            [
                $"add filter predicate {read} on dbo.{table.Name}",
                $"add block predicate {write} on dbo.{table.Name} after insert",
                $"add block predicate {write} on dbo.{table.Name} after update",
                $"add block predicate {write} on dbo.{table.Name} before update",
                $"add block predicate {write} on dbo.{table.Name} before delete",
            ];
        });
        var vendors = VendorTables(model).SelectMany(table => (string[])
        [
            $"add filter predicate dbo.is_own_vendor(vendor_id) on dbo.{table}",
            $"add block predicate dbo.is_own_vendor(vendor_id) on dbo.{table} after insert",
            $"add block predicate dbo.is_own_vendor(vendor_id) on dbo.{table} after update",
        ]);
        var administered = ((string Table, string Predicate)[])
        [
            ("client_secrets", "dbo.may_administer_account(account_id)"),
            ("vendor_grounds", "dbo.may_administer_account(account_id)"),
        ];
        var administration = administered.SelectMany(a => ((string[])["after insert", "before delete"]).Select(when => $"add block predicate {a.Predicate} on dbo.{a.Table} {when}"))
            .Concat(((string[])["personal_access_tokens", "passkeys", "external_identities"]).SelectMany(t => (string[])
                [$"add block predicate dbo.is_own_account(account_id) on dbo.{t} after insert", $"add block predicate dbo.is_own_or_below(account_id) on dbo.{t} before delete"]))
            .Concat([
                "add block predicate dbo.stands_above(account_id) on dbo.account_notices after insert",
                "add block predicate dbo.may_admit(kind, province_id) on dbo.accounts after insert",
                "add block predicate dbo.may_administer(N'', province_id) on dbo.accounts before delete",
                "add block predicate dbo.may_end_account(id, kind, province_id) on dbo.accounts before update",
                "add block predicate dbo.may_give(role, tenant_id) on dbo.grants after insert",
                "add block predicate dbo.may_administer(role, tenant_id) on dbo.grants before delete",
                "add block predicate dbo.may_end_grant(account_id, role, tenant_id) on dbo.grants before update",
                "add block predicate dbo.may_invite(invited_by, role, locality_id) on dbo.invitations after insert",
                "add block predicate dbo.stands_above(account_id) on dbo.password_resets after insert",
                "add block predicate dbo.is_own_account(account_id) on dbo.recovery_codes after insert",
                "add block predicate dbo.oversees(locality_id) on dbo.tenants after insert",
                "add block predicate dbo.oversees(locality_id) on dbo.tenants before update",
                .. ((string[])["courses", "framework_units", "framework_rules", "framework_rule_courses"]).Select(t => $"add block predicate dbo.may_administer(N'Operator', null) on dbo.{t} after insert"),
                "add block predicate dbo.may_administer(N'Operator', null) on dbo.courses before update",
                "add block predicate dbo.may_administer(N'Operator', null) on dbo.framework_units before update",
                "add block predicate dbo.may_administer(N'Operator', null) on dbo.framework_rules before update",
            ]);
        sql.AppendLine("create security policy dbo.tenancy");
        sql.AppendJoin(",\n", predicates.Concat(vendors).Concat(administration).Append("add filter predicate dbo.may_audit(tenant_id) on dbo.audit_entries")).AppendLine().AppendLine("with (state = on);").AppendLine("go");
        foreach (var (table, _) in TrackedTables(model).Where(t => t.NotesRemovals))
            sql.AppendLine(CultureInfo.InvariantCulture, $"""
                create or alter trigger dbo.{table}_removed on dbo.{table} after delete as
                begin
                  set nocount on;
                  delete r from dbo.removed_rows r join deleted d on r.tenant_id = d.tenant_id and r.table_name = N'{table}' and r.row_id = lower(cast(d.id as nvarchar(36)));
                  insert into dbo.removed_rows (tenant_id, table_name, row_id) select tenant_id, N'{table}', lower(cast(id as nvarchar(36))) from deleted;
                end
                go
                """);
        foreach (var table in AuditedTables(model))
            sql.AppendLine(CultureInfo.InvariantCulture, $"""
                create or alter trigger dbo.{table.Name}_audit on dbo.{table.Name} after insert, update, delete as
                begin
                  set nocount on;
                  insert into dbo.audit_entries (tenant_id, at, actor, address, request, action, subject, row_key, before, after)
                  select {TenantOf(table)}, sysdatetimeoffset(), coalesce(cast(session_context(N'actor') as nvarchar(120)), original_login()),
                    cast(session_context(N'address') as nvarchar(64)), cast(session_context(N'request') as nvarchar(64)),
                    case when d.{table.Key[0]} is null then N'Insert' when i.{table.Key[0]} is null then N'Delete' else N'Update' end,
                    N'{table.Name}', concat_ws(N'/', {string.Join(", ", table.Key.Where(table.Shown.Contains).DefaultIfEmpty("").Select(k => k.Length == 0 ? "N'…'" : $"coalesce(i.{k}, d.{k})"))}), b.whole, a.whole
                  from inserted i full join deleted d on {string.Join(" and ", table.Key.Select(k => $"i.{k} = d.{k}"))}
                  outer apply (select (select {string.Join(", ", table.Shown.Select(c => $"d.[{c}]"))} where d.{table.Key[0]} is not null for json path, without_array_wrapper) as whole) b
                  outer apply (select (select {string.Join(", ", table.Shown.Select(c => $"i.[{c}]"))} where i.{table.Key[0]} is not null for json path, without_array_wrapper) as whole) a
                  where coalesce(b.whole, N'') <> coalesce(a.whole, N'');
                end
                go
                """);
        sql.AppendLine(CultureInfo.InvariantCulture, $"""
            grant select, insert, update, delete on schema::dbo to {applicationRole};
            deny update, delete on dbo.audit_entries to {applicationRole};
            deny update, delete on dbo.audit_seals to {applicationRole};
            deny update, delete on dbo.protection_keys to {applicationRole};
            deny delete on dbo.tenants to {applicationRole};
            deny insert, update, delete on dbo.tenant_deletions to {applicationRole};
            deny update on dbo.tenants(locality_id, onboarded_at, onboarded_by) to {applicationRole};
            deny delete on dbo.grants to {applicationRole};
            deny update on dbo.grants(account_id, role, tenant_id, agency_id, valid_from, granted_by) to {applicationRole};
            deny delete on dbo.accounts to {applicationRole};
            deny update on dbo.accounts([key], kind, province_id, vendor_id, created_at, created_by) to {applicationRole};
            deny update on dbo.personal_access_tokens(account_id, hash, scopes, created_at, expires_at, name) to {applicationRole};
            deny update, delete on dbo.vendor_grounds to {applicationRole};
            deny update on dbo.client_secrets(account_id, hash, created_at, expires_at) to {applicationRole};
            deny update, delete on dbo.account_notices to {applicationRole};
            deny delete on dbo.people to {applicationRole};
            deny delete on dbo.invitations to {applicationRole};
            deny delete on dbo.password_resets to {applicationRole};
            deny update on dbo.recovery_codes to {applicationRole};
            deny update on dbo.external_identities to {applicationRole};
            deny update on dbo.sessions(account_id, hash, method, signed_in_at, expires_at) to {applicationRole};
            deny update on dbo.passkeys(account_id, public_key, created_at) to {applicationRole};
            deny update on dbo.invitations(hash, role, locality_id, agency_id, valid_to, invited_by, invited_at, expires_at) to {applicationRole};
            deny update on dbo.password_resets(hash, account_id, issued_by, issued_at, expires_at) to {applicationRole};
            deny insert, update, delete on dbo.localities to {applicationRole};
            deny insert, update, delete on dbo.locality_names to {applicationRole};
            deny insert, update, delete on dbo.reorganisations to {applicationRole};
            deny insert, update, delete on dbo.reorganisation_parts to {applicationRole};
            deny insert, update, delete on dbo.locality_successions to {applicationRole};
            deny update, delete on dbo.erased_completions to {applicationRole};
            deny delete on dbo.completion_versions to {applicationRole};
            deny update on dbo.completion_versions(vendor_id, external_id, tenant_id, course_id, audience, completed_at, score, passed, revision, received_at, reason, voided_at, void_reason, legal_ground, replaced_at) to {applicationRole};
            deny delete on dbo.completions to {applicationRole};
            deny delete on dbo.confirmations to {applicationRole};
            deny delete on dbo.recomputations to {applicationRole};
            deny delete on dbo.framework_units to {applicationRole};
            deny delete on dbo.framework_rules to {applicationRole};
            deny update on dbo.framework_rules(audience, version, legal_basis, effective_from, source, units, needed, minimum_score, created_at, created_by) to {applicationRole};
            deny update, delete on dbo.framework_rule_courses to {applicationRole};
            """);
        return sql.ToString();
    }

    private static string TenantOf(AuditedTable table) =>
        new[] { "tenant_id", "province_id", "locality_id" }.FirstOrDefault(table.Shown.Contains) is { } column ? $"coalesce(i.{column}, d.{column})" : "null";

    public override async Task<string?> FindRoleWeakness(DbConnection connection, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = """
            select case
              when is_srvrolemember('sysadmin') = 1 then 'the login is a sysadmin'
              when is_rolemember('db_owner') = 1 then 'the user is db_owner'
              when not exists (select 1 from sys.security_policies where name = 'tenancy' and is_enabled = 1) then 'the security policy dbo.tenancy is not enabled'
            end
            """;
        return await command.ExecuteScalarAsync(cancellation) as string;
    }
}
