-- What the scope of a session is, as inline predicates. Nothing set means nothing seen.
create or alter function dbo.may_write(@tenant smallint) returns table with schemabinding as
  return select 1 as ok where @tenant = cast(session_context(N'tenant') as smallint)
    and not exists (select 1 from dbo.tenants t where t.locality_id = @tenant and t.state <> N'Active');
go
-- What the law demands of a locality, suspended or not.
create or alter function dbo.may_write_lawful(@tenant smallint) returns table with schemabinding as
  return select 1 as ok where @tenant = cast(session_context(N'tenant') as smallint);
go
create or alter function dbo.may_write_figure(@tenant smallint) returns table with schemabinding as
  return select 1 as ok where session_context(N'vendor') is not null or (@tenant = cast(session_context(N'tenant') as smallint)
    and not exists (select 1 from dbo.tenants t where t.locality_id = @tenant and t.state <> N'Active'));
go
create or alter function dbo.may_read_person(@tenant smallint) returns table with schemabinding as
  return select 1 as ok where @tenant = cast(session_context(N'tenant') as smallint) or session_context(N'vendor') is not null;
go
create or alter function dbo.may_read(@tenant smallint) returns table with schemabinding as
  return select 1 as ok where @tenant = cast(session_context(N'tenant') as smallint)
    or charindex(concat(N',', @tenant, N','), cast(session_context(N'locality') as nvarchar(4000))) > 0
    or cast(session_context(N'nation') as smallint) = 1
    or exists (select 1 from dbo.localities l where l.id = @tenant and charindex(concat(N',', l.province_id, N','), cast(session_context(N'province') as nvarchar(4000))) > 0);
go
create or alter function dbo.may_read_figure(@tenant smallint) returns table with schemabinding as
  return select 1 as ok where @tenant = cast(session_context(N'tenant') as smallint)
    or charindex(concat(N',', @tenant, N','), cast(session_context(N'locality') as nvarchar(4000))) > 0
    or cast(session_context(N'nation') as smallint) = 1 or session_context(N'vendor') is not null
    or exists (select 1 from dbo.localities l where l.id = @tenant and charindex(concat(N',', l.province_id, N','), cast(session_context(N'province') as nvarchar(4000))) > 0);
go
create or alter function dbo.may_read_plan(@tenant smallint, @status nvarchar(24)) returns table with schemabinding as
  return select 1 as ok where @tenant = cast(session_context(N'tenant') as smallint)
    or charindex(concat(N',', @tenant, N','), cast(session_context(N'locality') as nvarchar(4000))) > 0
    or cast(session_context(N'nation') as smallint) = 1
    or (charindex(concat(N',', @tenant, N','), cast(session_context(N'superior') as nvarchar(4000))) > 0 and @status <> N'Draft')
    or exists (select 1 from dbo.localities l where l.id = @tenant and charindex(concat(N',', l.province_id, N','), cast(session_context(N'province') as nvarchar(4000))) > 0);
go
create or alter function dbo.may_write_completion(@tenant smallint, @vendor smallint) returns table with schemabinding as
  return select 1 as ok where not exists (select 1 from dbo.tenants t where t.locality_id = @tenant and t.state = N'Closed')
    and (@tenant = cast(session_context(N'tenant') as smallint) or (@vendor = cast(session_context(N'vendor') as smallint) and exists (
      select 1 from dbo.localities l join dbo.accounts a on a.vendor_id = @vendor join dbo.grants g on g.account_id = a.id
      where l.id = @tenant and g.role = N'Vendor' and (g.tenant_id is null or g.tenant_id in (l.id, l.province_id))
        and g.valid_from <= sysdatetimeoffset() and (g.valid_to is null or g.valid_to > sysdatetimeoffset()))));
go
create or alter function dbo.may_read_completion(@tenant smallint, @vendor smallint, @learner uniqueidentifier) returns table with schemabinding as
  return select 1 as ok where @tenant = cast(session_context(N'tenant') as smallint) or @vendor = cast(session_context(N'vendor') as smallint)
    or exists (select 1 from string_split(cast(session_context(N'recounted') as nvarchar(4000)), N',') r where r.value = cast(@learner as nvarchar(36)));
go
create or alter function dbo.may_audit(@tenant smallint) returns table with schemabinding as
  return select 1 as ok where cast(session_context(N'audited') as nvarchar(4000)) = N'all'
    or charindex(concat(N',', @tenant, N','), cast(session_context(N'audited') as nvarchar(4000))) > 0;
go
create or alter function dbo.is_own_vendor(@vendor smallint) returns table with schemabinding as
  return select 1 as ok where @vendor = cast(session_context(N'vendor') as smallint);
go
create or alter function dbo.may_administer(@role nvarchar(24), @tenant smallint) returns table with schemabinding as
  return select 1 as ok where exists (
    select 1 from dbo.grants g
    where g.account_id = cast(session_context(N'account') as int)
      and g.valid_from <= sysdatetimeoffset() and (g.valid_to is null or g.valid_to > sysdatetimeoffset())
      and (g.role = N'Operator' or (g.role = N'ProvinceManager' and @role <> N'Operator'
        and g.tenant_id = (select l.province_id from dbo.localities l where l.id = @tenant))));
go
create or alter function dbo.oversees(@tenant smallint) returns table with schemabinding as
  return select 1 as ok where exists (select 1 from dbo.may_administer(N'', (select l.id from dbo.localities l where l.id = @tenant and l.level = N'Commune')));
go
-- Agencies are also given to a commune that was just onboarded, by who oversees it.
create or alter function dbo.may_write_agency(@tenant smallint) returns table with schemabinding as
  return select 1 as ok where exists (select 1 from dbo.may_write(@tenant)) or (exists (select 1 from dbo.oversees(@tenant))
    and exists (select 1 from dbo.tenants t where t.locality_id = @tenant and t.onboarded_at > dateadd(minute, -5, sysdatetimeoffset())));
go
create or alter function dbo.is_own_account(@account int) returns table with schemabinding as
  return select 1 as ok where @account = cast(session_context(N'account') as int);
go
create or alter function dbo.may_give(@role nvarchar(24), @tenant smallint) returns table with schemabinding as
  return select 1 as ok where exists (select 1 from dbo.may_administer(@role, @tenant)) or (@role in (N'CommuneAdmin', N'AgencyOfficer') and exists (
    select 1 from dbo.grants g
    where g.account_id = cast(session_context(N'account') as int)
      and g.valid_from <= sysdatetimeoffset() and (g.valid_to is null or g.valid_to > sysdatetimeoffset())
      and g.role = N'CommuneAdmin' and g.tenant_id = @tenant));
go
create or alter function dbo.may_invite(@by int, @role nvarchar(24), @tenant smallint) returns table with schemabinding as
  return select 1 as ok from dbo.may_give(@role, @tenant) where @by = cast(session_context(N'account') as int);
go
create or alter function dbo.may_admit(@kind nvarchar(24), @province smallint) returns table with schemabinding as
  return select 1 as ok where exists (select 1 from dbo.may_administer(N'', @province)) or (@kind = N'Person' and exists (
    select 1 from dbo.grants g join dbo.localities l on l.id = g.tenant_id
    where g.account_id = cast(session_context(N'account') as int)
      and g.valid_from <= sysdatetimeoffset() and (g.valid_to is null or g.valid_to > sysdatetimeoffset())
      and g.role = N'CommuneAdmin' and l.province_id = @province));
go
create or alter function dbo.stands_above(@account int) returns table with schemabinding as
  return select 1 as ok where exists (
      select 1 from dbo.grants g where g.account_id = cast(session_context(N'account') as int) and g.role = N'Operator'
        and g.valid_from <= sysdatetimeoffset() and (g.valid_to is null or g.valid_to > sysdatetimeoffset()))
    or (exists (select 1 from dbo.grants t where t.account_id = @account and (t.valid_to is null or t.valid_to > sysdatetimeoffset()))
      and not exists (
        select 1 from dbo.grants t where t.account_id = @account and (t.valid_to is null or t.valid_to > sysdatetimeoffset()) and not exists (
          select 1 from dbo.grants g where g.account_id = cast(session_context(N'account') as int)
            and g.valid_from <= sysdatetimeoffset() and (g.valid_to is null or g.valid_to > sysdatetimeoffset())
            and ((g.role = N'ProvinceManager' and t.role in (N'ProvinceViewer', N'CommuneAdmin', N'AgencyOfficer')
                and g.tenant_id = (select l.province_id from dbo.localities l where l.id = t.tenant_id))
              or (g.role = N'CommuneAdmin' and t.role = N'AgencyOfficer' and g.tenant_id = t.tenant_id)))));
go
-- Whoever stands above a person ends what the person has.
create or alter function dbo.may_end_account(@account int, @kind nvarchar(24), @province smallint) returns table with schemabinding as
  return select 1 as ok where exists (select 1 from dbo.may_administer(N'', @province)) or (@kind = N'Person' and exists (select 1 from dbo.stands_above(@account)));
go
create or alter function dbo.may_end_grant(@account int, @role nvarchar(24), @tenant smallint) returns table with schemabinding as
  return select 1 as ok where exists (select 1 from dbo.may_administer(@role, @tenant)) or exists (select 1 from dbo.stands_above(@account));
go
create or alter function dbo.is_own_or_below(@account int) returns table with schemabinding as
  return select 1 as ok where exists (select 1 from dbo.is_own_account(@account)) or exists (select 1 from dbo.stands_above(@account));
go
create or alter function dbo.may_administer_account(@account int) returns table with schemabinding as
  return select 1 as ok from dbo.accounts a cross apply dbo.may_administer(N'', a.province_id) where a.id = @account;
go

-- Rows that show values of others are given a new row version with them: see postgresql.objects.sql.
create or alter trigger dbo.plan_changed on dbo.plans after update as
begin
  set nocount on;
  if not exists (select 1 from inserted n join deleted b on b.tenant_id = n.tenant_id and b.id = n.id where n.status <> b.status) return;
  update t set plan_id = t.plan_id from dbo.targets t join inserted n on t.tenant_id = n.tenant_id and t.plan_id = n.id
    join deleted b on b.tenant_id = n.tenant_id and b.id = n.id where n.status <> b.status;
  update t set plan_id = t.plan_id from dbo.tasks t join inserted n on t.tenant_id = n.tenant_id and t.plan_id = n.id
    join deleted b on b.tenant_id = n.tenant_id and b.id = n.id where n.status <> b.status;
  update t set plan_id = t.plan_id from dbo.assignments t join inserted n on t.tenant_id = n.tenant_id and t.plan_id = n.id
    join deleted b on b.tenant_id = n.tenant_id and b.id = n.id where n.status <> b.status;
end
go
create or alter trigger dbo.lead_changed on dbo.assignments after insert, update, delete as
begin
  set nocount on;
  declare @touched table (tenant_id smallint, plan_id uniqueidentifier, task_id uniqueidentifier);
  insert into @touched select tenant_id, plan_id, task_id from inserted where role = N'Lead' union select tenant_id, plan_id, task_id from deleted where role = N'Lead';
  if not exists (select 1 from @touched) return;
  update t set plan_id = t.plan_id from dbo.tasks t left join dbo.tasks p on p.tenant_id = t.tenant_id and p.id = t.parent_id
    where exists (select 1 from @touched a where a.tenant_id = t.tenant_id and a.plan_id = t.plan_id and a.task_id in (t.id, t.parent_id, p.parent_id));
end
go
create or alter trigger dbo.sub_task_changed on dbo.tasks after insert, delete as
begin
  set nocount on;
  update t set plan_id = t.plan_id from dbo.tasks t
    where exists (select 1 from (select tenant_id, parent_id from inserted union select tenant_id, parent_id from deleted) c where c.tenant_id = t.tenant_id and c.parent_id = t.id);
end
go

-- Progress on every target: numerator and denominator first, the percentage last. Missing is null, never zero.
create view dbo.target_progress as
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
    case when t.source = 'Reported' or lo.valid_to is not null then f.numerator else l.achieved end as numerator,
    case when t.unit = 'Count' then null when f.denominator is not null then f.denominator else p.people end as denominator,
    case when t.source = 'Reported' or lo.valid_to is not null then case when f.target_id is null then 0 else m.members end else coalesce(l.members, 0) end as members_with_figures,
    m.members,
    case when t.source = 'Reported' or lo.valid_to is not null then f.as_of else l.as_of end as as_of
  from dbo.targets t
  join dbo.plans pl on pl.tenant_id = t.tenant_id and pl.id = t.plan_id and pl.status in ('Issued', 'Closed')
  join dbo.localities lo on lo.id = t.tenant_id
  outer apply (
    select count(*) as members from dbo.localities x
    where (lo.level = 'Province' and x.province_id = lo.id and x.level = 'Commune' and x.valid_to is null) or (lo.level <> 'Province' and x.id = lo.id)) m
  outer apply (
    select coalesce(max(case when q.tenant_id = t.tenant_id then cast(q.people as bigint) end), sum(cast(q.people as bigint))) as people,
      max(case when q.tenant_id = t.tenant_id then 1 end) as declared
    from dbo.populations q
    where q.code = t.population and q.year = t.year
      and (q.tenant_id = t.tenant_id
        or (lo.level = 'Province' and q.tenant_id in (select x.id from dbo.localities x where x.province_id = t.tenant_id)
          and not exists (
            select 1 from dbo.localities e join dbo.locality_successions s on s.predecessor_id = e.id
            join dbo.populations n on n.tenant_id = s.successor_id and n.code = q.code and n.year = q.year
            where e.id = q.tenant_id and e.valid_to is not null)))) p
  outer apply (
    select sum(cast(b.achieved as bigint)) as achieved, max(b.as_of) as as_of, count(distinct b.contributes) as members
    from (
      select case when t.source = 'Confirmations' then a.confirmed else a.achieved end as achieved, a.as_of, case when t.unit = 'Count' or p.declared = 1 or q.people is not null then a.tenant_id end as contributes
      from dbo.audience_totals a
      left join dbo.populations q on q.tenant_id = a.tenant_id and q.code = t.population and q.year = t.year
      where t.source <> 'Reported' and a.audience = t.audience and (a.year = t.year or (a.year < t.year and t.accumulation = 'Cumulative'))
        and (a.tenant_id = t.tenant_id
          or (lo.level = 'Province' and a.tenant_id in (select x.id from dbo.localities x where x.province_id = t.tenant_id)))
        and (t.source <> 'Confirmations' or exists (select 1 from dbo.recomputations r where r.audience = t.audience))) b) l
  outer apply (
    select top 1 g.target_id, g.numerator, g.denominator, g.as_of from dbo.target_figures g
    where g.tenant_id = t.tenant_id and g.target_id = t.id
    order by g.as_of desc) f
) x;
go
