-- Everything that is counted, made again from the completions and compared with what is stored. One snapshot, read-only; a row for each
-- difference: what, where, what the completions say, what is stored.
with counted as (
  select learner_id,
    (array_agg(tenant_id order by completed_at desc, tenant_id desc, audience desc))[1] as tenant_id,
    (array_agg(audience order by completed_at desc, tenant_id desc, audience desc))[1] as audience,
    (array_agg(course_id order by completed_at, course_id))[1] as course_id,
    min(completed_at) as first_at, max(completed_at) as latest_at, min(completed_at) filter (where passed) as achieved_at
  from completions where voided_at is null group by learner_id),
names as (select * from unnest(array[1, 2, 3, 4, 5, 6, 7], array['PublicSector', 'Students', 'Workers', 'Citizens', 'CommunityTeams', 'DigitalAmbassadors', 'Schools']) n(audience, name)),
cells as (
  select tenant_id, date_trunc('month', completed_at at time zone 'Asia/Ho_Chi_Minh')::date as month, audience, course_id, 1 as completions, 0 as learners, passed::int as passed
  from completions where voided_at is null
  union all
  select tenant_id, date_trunc('month', first_at at time zone 'Asia/Ho_Chi_Minh')::date, audience, course_id, 0, 1, 0 from counted),
facts as (
  select tenant_id, month, name as audience, course_id, sum(completions) as completions, sum(learners) as learners, sum(passed) as passed
  from cells join names using (audience) group by 1, 2, 3, 4),
-- A learner is judged by the edition that its row names: while a version comes into force, some by the one before.
editions as (
  select r.edition, r.rule_id, r.audience, r.state, r.edition = max(r.edition) over (partition by r.audience) as newest, u.source, u.needed, u.minimum_score
  from recomputations r join framework_rules u on u.id = r.rule_id),
reached as (
  select l.id, k.unit, min(c.completed_at) as at
  from learners l
  join editions e on e.edition = l.judged_by and e.source in ('PlatformResult', 'Test')
  join completions c on c.learner_id = l.id and c.voided_at is null and (e.source = 'Test' or c.passed) and (e.minimum_score is null or c.score >= e.minimum_score)
  join framework_rule_courses k on k.rule_id = e.rule_id and k.course_id = c.course_id
  group by 1, 2),
units as (
  select id, array_agg(at order by at) as times,
    string_agg(substring(int2send(unit) from 2) || int8send((extract(epoch from at) * 1000000)::bigint), '' order by unit) as units
  from reached group by 1),
judged as (
  select l.id, coalesce(c.tenant_id, l.tenant_id) as tenant_id, coalesce(c.audience, l.audience) as audience, u.units,
    case when e.source in ('Declaration', 'AgencyConfirmation')
      then (select min(k.confirmed_at) from confirmations k where k.learner_id = l.id and k.source = e.source and k.withdrawn_at is null)
      else u.times[e.needed] end as confirmed_at
  from learners l left join counted c on c.learner_id = l.id left join editions e on e.edition = l.judged_by left join units u on u.id = l.id),
confirmed as (
  select tenant_id, date_trunc('month', confirmed_at at time zone 'Asia/Ho_Chi_Minh')::date as month, name as audience, count(*) as confirmed
  from judged join names using (audience) where confirmed_at is not null group by 1, 2, 3),
years as (
  select tenant_id, audience, extract(year from first_at at time zone 'Asia/Ho_Chi_Minh')::int as year, 1 as learners, 0 as achieved, 0 as confirmed from counted
  union all
  select tenant_id, audience, extract(year from achieved_at at time zone 'Asia/Ho_Chi_Minh')::int, 0, 1, 0 from counted where achieved_at is not null
  union all
  select tenant_id, audience, extract(year from confirmed_at at time zone 'Asia/Ho_Chi_Minh')::int, 0, 0, 1 from judged where confirmed_at is not null),
totals as (
  select tenant_id, name as audience, year, sum(learners) as learners, sum(achieved) as achieved, sum(confirmed) as confirmed
  from years join names using (audience) group by 1, 2, 3)
select 'fact', coalesce((select code from localities l where l.id = tenant_id), '?') || concat_ws(' ', '', month, audience, (select code from courses c where c.id = course_id)),
  concat_ws('/', coalesce(e.completions, 0), coalesce(e.learners, 0), coalesce(e.passed, 0)), concat_ws('/', coalesce(f.completions, 0), coalesce(f.learners, 0), coalesce(f.passed, 0))
from facts e full join completion_facts f using (tenant_id, month, audience, course_id)
where (coalesce(e.completions, 0), coalesce(e.learners, 0), coalesce(e.passed, 0)) <> (coalesce(f.completions, 0), coalesce(f.learners, 0), coalesce(f.passed, 0))
union all
select 'total', coalesce((select code from localities l where l.id = tenant_id), '?') || concat_ws(' ', '', audience, year),
  concat_ws('/', coalesce(e.learners, 0), coalesce(e.achieved, 0), coalesce(e.confirmed, 0)), concat_ws('/', coalesce(t.learners, 0), coalesce(t.achieved, 0), coalesce(t.confirmed, 0))
from totals e full join audience_totals t using (tenant_id, audience, year)
where (coalesce(e.learners, 0), coalesce(e.achieved, 0), coalesce(e.confirmed, 0)) <> (coalesce(t.learners, 0), coalesce(t.achieved, 0), coalesce(t.confirmed, 0))
union all
select 'confirmed', coalesce((select code from localities l where l.id = tenant_id), '?') || concat_ws(' ', '', month, audience),
  coalesce(e.confirmed, 0)::text, coalesce(f.confirmed, 0)::text
from confirmed e full join confirmation_facts f using (tenant_id, month, audience)
where coalesce(e.confirmed, 0) <> coalesce(f.confirmed, 0)
union all
select 'confirmation', j.id::text, concat_ws(' ', coalesce(j.confirmed_at::text, 'none'), j.units::text), concat_ws(' ', coalesce(l.confirmed_at::text, 'none'), l.units::text)
from judged j join learners l using (id) where (j.confirmed_at, j.units) is distinct from (l.confirmed_at, l.units)
union all
select 'judgement', l.id::text, 'edition ' || coalesce(n.edition, 0), 'edition ' || l.judged_by
from learners l join names on names.audience = l.audience left join editions n on n.audience = names.name and n.newest left join editions e on e.edition = l.judged_by
where (l.judged_by <> 0 and e.audience is distinct from names.name) or (l.judged_by <> coalesce(n.edition, 0) and coalesce(n.state, 'Done') <> 'Running')
union all
select 'learner', coalesce(e.learner_id, l.id)::text, case when e.learner_id is null then 'not counted' else (e.tenant_id, e.audience, e.course_id, e.first_at, e.latest_at, e.achieved_at)::text end,
  case when l.id is null then 'missing' when not l.counts then 'not counted' else (l.tenant_id, l.audience, l.first_course_id, l.first_at, l.latest_at, l.achieved_at)::text end
from counted e full join learners l on l.id = e.learner_id
where (e.learner_id is null) is distinct from (l.id is null or not l.counts)
  or (e.learner_id is not null and (e.tenant_id, e.audience, e.course_id, e.first_at, e.latest_at, e.achieved_at)
    is distinct from (l.tenant_id, l.audience, l.first_course_id, l.first_at, l.latest_at, l.achieved_at))
union all
select 'name', i.id::text, 'a learner', 'none' from learner_identities i where not exists (select 1 from learners l where l.id = i.learner_id)
union all
select 'version', v.vendor_id || ' ' || v.external_id, 'a present revision above ' || v.revision, coalesce(c.revision::text, 'none')
from completion_versions v left join completions c using (vendor_id, external_id) where c.revision is null or c.revision <= v.revision
