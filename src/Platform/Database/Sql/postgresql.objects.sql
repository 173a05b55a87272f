-- What the scope of a connection is. Nothing set means nothing seen.
create or replace function platform_tenant() returns smallint stable parallel safe language sql
  as $$ select nullif(current_setting('platform.tenant', true), '')::smallint $$;
create or replace function platform_superiors() returns smallint[] stable parallel safe language sql
  as $$ select string_to_array(nullif(current_setting('platform.superior', true), ''), ',')::smallint[] $$;
create or replace function platform_provinces() returns smallint[] stable parallel safe language sql
  as $$ select string_to_array(nullif(current_setting('platform.province', true), ''), ',')::smallint[] $$;
create or replace function platform_localities() returns smallint[] stable parallel safe language sql
  as $$ select string_to_array(nullif(current_setting('platform.locality', true), ''), ',')::smallint[] $$;
create or replace function platform_account() returns int stable parallel safe language sql
  as $$ select nullif(current_setting('platform.account', true), '')::int $$;
create or replace function platform_nation() returns boolean stable parallel safe language sql
  as $$ select coalesce(current_setting('platform.nation', true), '') = 'on' $$;
create or replace function platform_vendor() returns smallint stable parallel safe language sql
  as $$ select nullif(current_setting('platform.vendor', true), '')::smallint $$;

create or replace function platform_whole_audit() returns boolean stable parallel safe language sql
  as $$ select coalesce(current_setting('platform.audited', true), '') = 'all' $$;
create or replace function platform_audited() returns smallint[] stable parallel safe language sql
  as $$ select string_to_array(nullif(nullif(current_setting('platform.audited', true), ''), 'all'), ',')::smallint[] $$;

-- Who did what: each audited row's change goes to the log in its own transaction. Arguments: the key's columns, and the columns that stay out.
-- Another cluster counts its transactions anew; entries go on from where the restored log ends.
do $$
  declare known bigint := 0;
  begin
    if to_regprocedure('platform_audit_base()') is not null then execute 'select platform_audit_base()' into known; end if;
    if (select max(up_to) from audit_seals) >= known + pg_current_xact_id()::text::bigint then
      known := (select max(up_to) from audit_seals) + 1000000;
    end if;
    execute format('create or replace function platform_audit_base() returns bigint immutable parallel safe language sql as %L', format('select %s::bigint', known));
  end $$;
create or replace function platform_audit() returns trigger language plpgsql
  as $$
  declare old_row jsonb; new_row jsonb; whole jsonb; hidden text[] := string_to_array(tg_argv[1], ',');
  begin
    if tg_op <> 'INSERT' then old_row := to_jsonb(old) - hidden; end if;
    if tg_op <> 'DELETE' then new_row := to_jsonb(new) - hidden; end if;
    if tg_op = 'DELETE' then whole := to_jsonb(old); else whole := to_jsonb(new); end if;
    if tg_op = 'UPDATE' then
      if old_row = new_row then return null; end if;
      select jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, new_row -> o.key) into old_row, new_row
        from jsonb_each(old_row) o where o.value is distinct from new_row -> o.key;
    end if;
    insert into audit_entries (tenant_id, at, actor, address, request, action, subject, row_key, before, after, change)
    values (
      coalesce(whole ->> 'tenant_id', whole ->> 'province_id', whole ->> 'locality_id')::smallint, clock_timestamp(),
      coalesce(nullif(current_setting('platform.actor', true), ''), session_user),
      nullif(current_setting('platform.address', true), ''), nullif(current_setting('platform.request', true), ''),
      initcap(tg_op), tg_table_name, (select string_agg(case when k = any (hidden) then '…' else coalesce(whole ->> k, '') end, '/') from unnest(string_to_array(tg_argv[0], ',')) k),
      old_row::text, new_row::text, platform_audit_base() + pg_current_xact_id()::text::bigint);
    return null;
  end $$;

-- Where the vendor of this connection may complete: everywhere, or the communes it was granted itself or through their province, and those that came of them.
drop function if exists platform_vendor_completes(smallint);
create or replace function platform_vendor_grants() returns setof smallint stable parallel safe language sql rows 10
  as $$
    select g.tenant_id from grants g join accounts a on a.id = g.account_id
    where a.vendor_id = platform_vendor() and g.role = 'Vendor' and g.valid_from <= now() and (g.valid_to is null or g.valid_to > now())
  $$;
create or replace function platform_vendor_everywhere() returns boolean stable parallel safe language sql
  as $$ select exists (select 1 from platform_vendor_grants() g where g is null) $$;
create or replace function platform_vendor_localities() returns setof smallint stable parallel safe language sql rows 200
  as $$
    select g from platform_vendor_grants() g where g is not null
    union all select l.id from platform_vendor_grants() g join localities l on l.province_id = g and l.id <> g
    union all select s.successor_id from platform_vendor_grants() g join locality_successions s on s.predecessor_id = g
  $$;

-- The learners whose completions a correction recounts, whoever sent them: the transaction names them one by one.
create or replace function platform_recounted() returns uuid[] stable parallel safe language sql
  as $$ select coalesce(nullif(current_setting('platform.recounted', true), ''), '{}')::uuid[] $$;
drop policy if exists intake_recount on completions;
create policy intake_recount on completions for select
  using ((select platform_vendor()) is not null and learner_id in (select unnest(platform_recounted())));

-- The person whom the erasure request at hand is about, while it is being worked on and by its own commune only; and what the person's rows
-- become: a learner to whom no name leads. The transaction names both. Whose rows they are is decided here, whatever the code above says.
create or replace function platform_erased() returns uuid stable parallel safe language sql
  as $$
    select s.learner_id from person_requests r join person_request_subjects s on s.tenant_id = r.tenant_id and s.request_id = r.id
    where r.tenant_id = platform_tenant() and r.id = nullif(current_setting('platform.erasure', true), '')::uuid and r.kind = 'Erasure' and r.state = 'InProgress'
  $$;
create or replace function platform_ghost() returns uuid stable parallel safe language sql
  as $$
    select g.id from (select nullif(current_setting('platform.ghost', true), '')::uuid as id) g
    where platform_erased() is not null and not exists (select 1 from learner_identities i where i.learner_id = g.id)
  $$;
create or replace function platform_month(at timestamptz) returns timestamptz stable parallel safe language sql
  as $$ select date_trunc('month', at at time zone 'Asia/Ho_Chi_Minh') at time zone 'Asia/Ho_Chi_Minh' $$;
do $$
  declare t text; k text; erased text; ghost text; own text;
  begin
    -- Asked for only where a request is named, so that nobody else's statement pays for it.
    erased := $e$(select case when current_setting('platform.erasure', true) <> '' then platform_erased() end)$e$;
    ghost := $e$(select case when current_setting('platform.erasure', true) <> '' then platform_ghost() end)$e$;
    foreach t in array array['completions', 'completion_versions', 'confirmations', 'learners'] loop
      k := case when t = 'learners' then 'id' else 'learner_id' end;
      own := format('%s = %s', k, erased);
      -- What a completion of the person said before goes with it, even where it was somebody else's then.
      if t = 'completion_versions' then
        own := format('%s or (%s is not null and exists (select 1 from completions c where c.vendor_id = completion_versions.vendor_id and c.external_id = completion_versions.external_id and c.learner_id = %s))', own, erased, erased);
      end if;
      execute format('drop policy if exists the_erased_read on %s', t);
      execute format('create policy the_erased_read on %s for select using (%s or %s = %s)', t, own, k, ghost);
      execute format('drop policy if exists the_erased_cut on %s', t);
      execute format('create policy the_erased_cut on %s for update using (%s) with check (%s = %s)', t, own, k, ghost);
    end loop;
  end $$;

-- What a completion says changes by a higher revision only, which keeps the one before.
create or replace function platform_keep_revision() returns trigger language plpgsql
  as $$ begin
    -- An erasure cuts it from the person and moves it within its month; what is counted of it stays.
    if old.learner_id = platform_erased() and new.learner_id = platform_ghost()
      and (new.vendor_id, new.tenant_id, new.course_id, new.audience, new.score, new.passed, new.revision)
        is not distinct from (old.vendor_id, old.tenant_id, old.course_id, old.audience, old.score, old.passed, old.revision)
      and platform_month(new.completed_at) = platform_month(old.completed_at) then return new; end if;
    -- A reorganisation moves it and changes nothing of what it says. The upkeep's vendor has sent nothing: what it may touch, it may by that policy alone.
    if platform_vendor() = 0 and (new.vendor_id, new.external_id, new.learner_id, new.course_id, new.audience, new.completed_at, new.score, new.passed, new.revision)
      is not distinct from (old.vendor_id, old.external_id, old.learner_id, old.course_id, old.audience, old.completed_at, old.score, old.passed, old.revision) then return new; end if;
    raise insufficient_privilege using message = 'A stored completion changes by a higher revision only.';
  end $$;
create or replace trigger keep_revision
  before update of vendor_id, external_id, tenant_id, course_id, audience, completed_at, score, passed, revision on completions for each row
  when (new.revision <= old.revision and (new.vendor_id, new.external_id, new.tenant_id, new.course_id, new.audience, new.completed_at, new.score, new.passed, new.revision)
    is distinct from (old.vendor_id, old.external_id, old.tenant_id, old.course_id, old.audience, old.completed_at, old.score, old.passed, old.revision))
  execute function platform_keep_revision();
-- In a closed tenant only whose it is changes, when two learners turn out to be one.
create or replace function platform_keep_closed() returns trigger language plpgsql
  as $$ begin
    if new.learner_id = platform_ghost() or new.tenant_id <> all (platform_closed()) then return new; end if;
    raise insufficient_privilege using message = 'This tenant is closed.';
  end $$;
create or replace trigger keep_closed before update on completions for each row
  when (to_jsonb(new) - 'learner_id' is distinct from to_jsonb(old) - 'learner_id') execute function platform_keep_closed();
-- What was replaced stays as it was: only whose it is changes, when two learners turn out to be one. An erasure cuts it from its person.
create or replace function platform_keep_version() returns trigger language plpgsql
  as $$ begin
    if new.learner_id = platform_ghost() or to_jsonb(new) - 'learner_id' = to_jsonb(old) - 'learner_id' then return new; end if;
    raise insufficient_privilege using message = 'What a completion said before does not change.';
  end $$;
create or replace trigger keep_version before update on completion_versions for each row execute function platform_keep_version();
create or replace function platform_keep_granted() returns trigger language plpgsql
  as $$ begin
    if platform_vendor() = 0 or platform_vendor_everywhere() or new.tenant_id in (select platform_vendor_localities()) then return new; end if;
    raise insufficient_privilege using message = 'A completion moves only to a locality that was granted to its vendor.';
  end $$;
create or replace trigger keep_granted before update of tenant_id on completions for each row
  when (new.tenant_id <> old.tenant_id) execute function platform_keep_granted();

-- A province's id and its code say the same: without knowing that, a province is expected to be a thirtieth of its size.
create statistics if not exists st_localities_province (dependencies, ndistinct) on province_id, province_code from localities;

-- Room in each page, so that counting a learner or a cell again needs no new index entries.
alter table learners set (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
alter table completion_facts set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
alter table confirmation_facts set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
alter table audience_totals set (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- Whether the account of this connection looks after what belongs to a locality, or to the nation where that is null. Asked of its grants,
-- so that nobody who claims to administer reaches beyond them.
create or replace function platform_administers(tenant smallint) returns boolean stable parallel safe language sql
  as $$
    select exists (
      select 1 from grants g
      where g.account_id = platform_account() and g.valid_from <= now() and (g.valid_to is null or g.valid_to > now())
        and (g.role = 'Operator'
          or (g.role = 'ProvinceManager' and g.tenant_id = (select l.province_id from localities l where l.id = tenant))))
  $$;

-- The communes of the reorganisation that the transaction at hand makes or takes back, on behalf of an operator: their people's rows move among them.
create or replace function platform_reorganised() returns setof smallint stable parallel safe language sql rows 10
  as $$
    select p.locality_id from reorganisations r join reorganisation_parts p on p.reorganisation_id = r.id
    where r.id = nullif(current_setting('platform.reorganisation', true), '')::uuid and (r.made_at = now() or r.reversed_at = now()) and platform_administers(null)
  $$;
create or replace function platform_keep_localities() returns trigger language plpgsql
  as $$ begin
    if pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'member') or platform_administers(null) then return new; end if;
    raise insufficient_privilege using message = 'Localities begin and end by a reorganisation, which is for operators.';
  end $$;
create or replace trigger keep_localities before insert or update on localities for each row execute function platform_keep_localities();
create or replace trigger keep_localities before insert or update on locality_names for each row execute function platform_keep_localities();

-- The same for one role: a commune's admin gives two of them within the commune.
create or replace function platform_gives(role text, place smallint) returns boolean stable parallel safe language sql
  as $$
    select platform_administers(case when role = 'Operator' then null else place end) or (role in ('CommuneAdmin', 'AgencyOfficer') and exists (
      select 1 from grants g
      where g.account_id = platform_account() and g.valid_from <= now() and (g.valid_to is null or g.valid_to > now())
        and g.role = 'CommuneAdmin' and g.tenant_id = place))
  $$;
-- And for an account: who may give somebody a role may make a person's account, within the province.
create or replace function platform_admits(kind text, province smallint) returns boolean stable parallel safe language sql
  as $$
    select platform_administers(province) or (kind = 'Person' and exists (
      select 1 from grants g join localities l on l.id = g.tenant_id
      where g.account_id = platform_account() and g.valid_from <= now() and (g.valid_to is null or g.valid_to > now())
        and g.role = 'CommuneAdmin' and l.province_id = province))
  $$;
-- Whether every role of an account, wherever it is held, ranks below one of the account of this connection.
create or replace function platform_stands_above(account int) returns boolean stable parallel safe language sql
  as $$
    with own as (
      select g.role, g.tenant_id from grants g
      where g.account_id = platform_account() and g.valid_from <= now() and (g.valid_to is null or g.valid_to > now())),
    theirs as (select g.role, g.tenant_id from grants g where g.account_id = account and (g.valid_to is null or g.valid_to > now()))
    select exists (select 1 from own where own.role = 'Operator') or (exists (select 1 from theirs) and not exists (
      select 1 from theirs t where not exists (
        select 1 from own where
          (own.role = 'ProvinceManager' and t.role in ('ProvinceViewer', 'CommuneAdmin', 'AgencyOfficer')
            and own.tenant_id = (select l.province_id from localities l where l.id = t.tenant_id))
          or (own.role = 'CommuneAdmin' and t.role = 'AgencyOfficer' and own.tenant_id = t.tenant_id))))
  $$;

-- Suspended tenants, and communes that a reorganisation has ended. What is theirs is neither added to nor changed, whoever comes and whatever the servers still believe.
create or replace function platform_unwritable() returns smallint[] stable parallel safe language sql
  as $$
    select coalesce(array_agg(id), '{}') from (
      select locality_id as id from tenants where state <> 'Active'
      union all select l.id from localities l where l.valid_to is not null) u
  $$;
create or replace function platform_closed() returns smallint[] stable parallel safe language sql
  as $$ select coalesce(array_agg(locality_id), '{}') from tenants where state <> 'Active' and state = 'Closed' $$;
-- A policy that only hides rows would let a removal end well that removed nothing.
create or replace function platform_refuse_suspended() returns boolean language plpgsql
  as $$ begin raise insufficient_privilege using message = 'This tenant is suspended.'; end $$;
-- Whether the transaction at hand has made the tenant: then it gives it its first agencies.
create or replace function platform_founds(place smallint) returns boolean stable parallel safe language sql
  as $$ select exists (select 1 from tenants t where t.locality_id = place and t.onboarded_at = now()) $$;
-- The tenant whose archive an operator reads in.
create or replace function platform_restored() returns smallint stable parallel safe language sql
  as $$ select case when current_setting('platform.restored', true) <> '' and platform_administers(null) then nullif(current_setting('platform.restored', true), '')::smallint end $$;
-- The closed tenant that an operator deletes.
create or replace function platform_removed() returns smallint stable parallel safe language sql
  as $$
    select case when current_setting('platform.removed', true) <> '' and platform_administers(null) then
      (select t.locality_id from tenants t where t.locality_id = nullif(current_setting('platform.removed', true), '')::smallint and t.state = 'Closed') end
  $$;
-- A commune is looked after by its province; a province by the nation.
create or replace function platform_oversees(place smallint) returns boolean stable parallel safe language sql
  as $$ select platform_administers((select l.id from localities l where l.id = place and l.level = 'Commune')) $$;

-- Numbers changes and notes removals (ITracked). A value that is read from other rows changes with them: a plan's status shows on its targets, tasks and
-- assignments; a leading agency on its task and those below; a sub-task on its parent. Those rows are given a new number too.
create or replace function platform_number_change() returns trigger language plpgsql
  as $$ begin new.change := pg_current_xact_id()::text::bigint; return new; end $$;
create or replace function platform_note_removal() returns trigger language plpgsql
  as $$
  begin
    insert into removed_rows (tenant_id, table_name, row_id, change)
      select r.tenant_id, tg_table_name, r.id::text, pg_current_xact_id()::text::bigint from removed r
      on conflict (tenant_id, table_name, row_id) do update set change = excluded.change, removed_at = excluded.removed_at;
    return null;
  end $$;
-- What a deletion takes with it is deleted by the tables' owner, whoever began it.
drop policy if exists note_cascade on removed_rows;
create policy note_cascade on removed_rows for all to current_user using (true) with check (true);
create or replace function platform_plan_changed() returns trigger language plpgsql
  as $$
  declare this bigint := pg_current_xact_id()::text::bigint;
  begin
    if exists (select 1 from now_rows n join before_rows b using (tenant_id, id) where n.status <> b.status) then
      update targets t set change = this from now_rows n join before_rows b using (tenant_id, id)
        where n.status <> b.status and t.tenant_id = n.tenant_id and t.plan_id = n.id and t.change <> this;
      update tasks t set change = this from now_rows n join before_rows b using (tenant_id, id)
        where n.status <> b.status and t.tenant_id = n.tenant_id and t.plan_id = n.id and t.change <> this;
      update assignments t set change = this from now_rows n join before_rows b using (tenant_id, id)
        where n.status <> b.status and t.tenant_id = n.tenant_id and t.plan_id = n.id and t.change <> this;
    end if;
    return null;
  end $$;
create or replace function platform_lead_changed() returns trigger language plpgsql
  as $$
  declare this bigint := pg_current_xact_id()::text::bigint;
  begin
    if exists (select 1 from touched where role = 'Lead') then
      update tasks t set change = this from touched a
        where a.role = 'Lead' and t.tenant_id = a.tenant_id and t.plan_id = a.plan_id and t.change <> this
          and (t.id = a.task_id or t.parent_id = a.task_id
            or exists (select 1 from tasks p where p.tenant_id = t.tenant_id and p.id = t.parent_id and p.parent_id = a.task_id));
    end if;
    return null;
  end $$;
create or replace function platform_sub_task_changed() returns trigger language plpgsql
  as $$
  declare this bigint := pg_current_xact_id()::text::bigint;
  begin
    if exists (select 1 from touched where parent_id is not null) then
      update tasks t set change = this from touched c where t.tenant_id = c.tenant_id and t.id = c.parent_id and t.change <> this;
    end if;
    return null;
  end $$;
drop trigger if exists plan_changed on plans;
create trigger plan_changed after update on plans referencing old table as before_rows new table as now_rows
  for each statement execute function platform_plan_changed();
drop trigger if exists lead_given on assignments;
create trigger lead_given after insert on assignments referencing new table as touched for each statement execute function platform_lead_changed();
drop trigger if exists lead_taken on assignments;
create trigger lead_taken after delete on assignments referencing old table as touched for each statement execute function platform_lead_changed();
drop trigger if exists lead_from on assignments;
create trigger lead_from after update on assignments referencing old table as touched for each statement execute function platform_lead_changed();
drop trigger if exists lead_to on assignments;
create trigger lead_to after update on assignments referencing new table as touched for each statement execute function platform_lead_changed();
drop trigger if exists sub_task_added on tasks;
create trigger sub_task_added after insert on tasks referencing new table as touched for each statement execute function platform_sub_task_changed();
drop trigger if exists sub_task_removed on tasks;
create trigger sub_task_removed after delete on tasks referencing old table as touched for each statement execute function platform_sub_task_changed();

-- Progress on every target: numerator and denominator first, the percentage last. Missing is null, never zero.
-- A province's figure is the sum over its communes, with how many of them have sent all that it is made of: learners and, for a
-- percentage, people. A population that the province declares itself stands for all of its communes.
create view target_progress with (security_invoker = true) as
select
  x.*,
  case when x.unit = 'Percent' and x.denominator > 0 then cast(100.0 * x.numerator / x.denominator as decimal(14, 2)) end as percentage,
  case
    when x.numerator is null or (x.unit = 'Percent' and coalesce(x.denominator, 0) = 0) then 'Missing'
    when x.members_with_figures < x.members then 'Partial'
    when x.bound = 'MoreThan' and x.numerator * case when x.unit = 'Percent' then 100.0 / x.denominator else 1.0 end > x.target_value then 'Reached'
    when x.bound <> 'MoreThan' and x.numerator * case when x.unit = 'Percent' then 100.0 / x.denominator else 1.0 end >= x.target_value then 'Reached'
    else 'Behind'
  end as status
from (
  select
    t.tenant_id, t.id as target_id, t.plan_id, t.year, t.audience, t.bound, t.value as target_value, t.unit, t.source,
    -- What an ended commune had reached stays as it was noted when it ended.
    case when t.source = 'Reported' or lo.valid_to is not null then f.numerator else l.achieved end as numerator,
    case when t.unit = 'Count' then null when f.denominator is not null then f.denominator else p.people end as denominator,
    case when t.source = 'Reported' or lo.valid_to is not null then case when f.target_id is null then 0 else m.members end else coalesce(l.members, 0) end as members_with_figures,
    m.members,
    case when t.source = 'Reported' or lo.valid_to is not null then f.as_of else l.as_of end as as_of
  from targets t
  join plans pl on pl.tenant_id = t.tenant_id and pl.id = t.plan_id and pl.status in ('Issued', 'Closed')
  join localities lo on lo.id = t.tenant_id
  cross join lateral (
    select count(*)::int as members from localities x
    where case when lo.level = 'Province' then x.province_id = lo.id and x.level = 'Commune' and x.valid_to is null else x.id = lo.id end) m
  left join lateral (
    select coalesce(max(q.people) filter (where q.tenant_id = t.tenant_id), sum(q.people))::bigint as people,
      max(case when q.tenant_id = t.tenant_id then 1 end) as declared
    from populations q
    where q.code = t.population and q.year = t.year
      and (q.tenant_id = t.tenant_id
        or (lo.level = 'Province' and q.tenant_id in (select x.id from localities x where x.province_id = t.tenant_id)
          -- The people of an ended commune count until one that came of it declares its own.
          and not exists (
            select 1 from localities e join locality_successions s on s.predecessor_id = e.id
            join populations n on n.tenant_id = s.successor_id and n.code = q.code and n.year = q.year
            where e.id = q.tenant_id and e.valid_to is not null)))) p on true
  left join lateral (
    select sum(case when t.source = 'Confirmations' then a.confirmed else a.achieved end)::bigint as achieved, max(a.as_of) as as_of,
      count(distinct case when t.unit = 'Count' or p.declared = 1 or q.people is not null then a.tenant_id end)::int as members
    from audience_totals a
    left join populations q on q.tenant_id = a.tenant_id and q.code = t.population and q.year = t.year
    where t.source <> 'Reported' and a.audience = t.audience and (a.year = t.year or (a.year < t.year and t.accumulation = 'Cumulative'))
      and (a.tenant_id = t.tenant_id
        or (lo.level = 'Province' and a.tenant_id in (select x.id from localities x where x.province_id = t.tenant_id)))
      -- Where no rule confirms the audience, nobody knows how many are.
      and (t.source <> 'Confirmations' or exists (select 1 from recomputations r where r.audience = t.audience))) l on true
  left join lateral (
    select g.target_id, g.numerator, g.denominator, g.as_of from target_figures g
    where g.tenant_id = t.tenant_id and g.target_id = t.id
    order by g.as_of desc limit 1) f on true
) x;
